# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What all ``_info`` modules do: read one object, or all."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .errors import OptionError
from .management import Management
from .masking import without_secrets
from .resource import Kind, find
from .task import Result, Spec, Task
from .text import identifier


def info_spec(**options: dict[str, Any]) -> Spec:
    """The options of an ``_info`` module: ``id``, ``display_name``, and the kind's own."""
    return Spec(
        options={"id": {"type": "str"}, "display_name": {"type": "str"}, **options},
        rules={"mutually_exclusive": [("id", "display_name")]},
    )


def read(
    task: Task,
    kind: Kind,
    *,
    operations: tuple[str, ...] = (),
    prepare: Callable[[Management], None] = lambda management: None,
) -> Result:
    """All objects of a kind, those of one name, or the one with an id; without secrets.

    ``prepare`` finds where they are, which needs the ``operations``.
    """
    id, name = task.params["id"], task.params["display_name"]
    if "" in (id, name):
        raise OptionError("id and display_name must not be empty.", "Leave both out to read all.")
    management = task.management(kind.find(by_id=bool(id)), *operations)
    prepare(management)
    if id:
        found = find(kind, management, id=identifier(id, "id"), display_name=None)
        objects = [found] if found else []
    else:
        objects = [
            item for item in management.all(kind.list, kind.collection) if name in (None, item.get("display_name"))
        ]
    return {kind.collection: without_secrets(objects)}
