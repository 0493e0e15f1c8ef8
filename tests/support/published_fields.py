# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The table of the fields that the Management API publishes. `tests/tools/published_fields.py` writes it."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FILE = Path(__file__).with_name("data") / "published_fields.json"
_TYPES = {"array": "list", "boolean": "bool", "integer": "int", "object": "dict", "string": "str"}


@dataclass(frozen=True)
class PublishedField:
    """One field of an object.

    Attributes:
        path: the path of the field in the object; items of lists have no part of their own.
        facts: what the description says about the field. If it is a list, values and limits are those of its items.
    """

    path: str
    facts: dict[str, Any]

    @property
    def type(self) -> str:
        """The type in Ansible's words."""
        return _TYPES[self.facts["type"]]

    @property
    def elements(self) -> str | None:
        """The type of a list's items in Ansible's words."""
        return _TYPES[self.facts["items"]] if "items" in self.facts else None

    @property
    def choices(self) -> tuple[Any, ...]:
        """All possible values; empty if the set is not closed."""
        return tuple(self.facts.get("choices", ()))

    @property
    def variants(self) -> frozenset[str]:
        """The values of the field `type` beside this field with which the field exists; empty if it always does."""
        return frozenset(self.facts.get("variants", ()))


def list_published_fields(name: str, *, without_variants: Collection[str] = ()) -> list[PublishedField]:
    """Return the fields of an object by its name in the API, such as `Application`.

    Args:
        without_variants: variants whose fields and name are left out.

    Raises:
        FileNotFoundError: if the table is missing.
        KeyError: if the table lacks the object.
    """
    found: list[PublishedField] = []
    left_out: tuple[str, ...] = ()
    for path, facts in json.loads(FILE.read_text(encoding="utf-8"))[name].items():
        variants = [variant for variant in facts.get("variants", ()) if variant not in without_variants]
        if path.startswith(left_out) or (not variants and "variants" in facts):
            left_out += (f"{path}.",)
            continue
        if "variants" in facts:
            facts["variants"] = variants
        if path.endswith(".type") and "variants" in facts:
            facts["choices"] = variants
        found.append(PublishedField(path, facts))
    return found
