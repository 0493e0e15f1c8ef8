# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What all ``_info`` modules do: read one object, or all."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from .errors import OptionError
from .management import Management
from .masking import without_secrets
from .resource import Kind, Object, find
from .task import Result, Spec, Task
from .text import identifier, listed

_FINDERS = ("id", "display_name", "username")


def info_spec(*finders: str, options: dict[str, Any] | None = None) -> Spec:
    """The options of an ``_info`` module: ``id``, ``display_name`` and other ``finders``, each by itself, and the kind's own."""
    alone = ("id", "display_name", *finders)
    return Spec(
        options={**{name: {"type": "str"} for name in alone}, **(options or {})}, rules={"mutually_exclusive": [alone]}
    )


def read(
    task: Task,
    kind: Kind,
    *,
    query: Mapping[str, str] = MappingProxyType({}),
    is_wanted: Callable[[Object], bool] = lambda found: True,
    operations: tuple[str, ...] = (),
    prepare: Callable[[Management], Any] = lambda management: None,
    missing: Callable[[Management, str], None] = lambda management, id: None,
) -> Result:
    """All objects of a kind, those of one name, or the one with an id; without secrets.

    ``query`` lets the service choose, and ``is_wanted`` tells whether it chose rightly; ``prepare`` finds where the objects
    are, which needs the ``operations``; ``missing`` raises where one that was not found by its id is elsewhere.
    """
    id, name = task.params["id"], task.params["display_name"]
    empty = [key for key in _FINDERS if task.params.get(key) == ""]
    if empty:
        raise OptionError(f"{listed(empty)} must not be empty.", "Leave it out to read all.")
    management = task.management(kind.find(by_id=bool(id)), *operations)
    prepare(management)
    if id:
        found = find(kind, management, id=identifier(id, "id"), display_name=None)
        if found is None:
            missing(management, id)
        objects = [found] if found else []
    else:
        known = management.all(kind.list, kind.collection, query)
        objects = [item for item in known if name in (None, item.get("display_name")) and is_wanted(item)]
    return {kind.collection: without_secrets(objects)}
