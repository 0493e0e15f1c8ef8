# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The fields of the objects that modules return, with what the Management API publishes about them."""

from __future__ import annotations

import functools
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

from tests.support import openapi

# The objects that modules return: the operation whose response has the object, and the path to the object in that response.
OBJECTS = {
    **{
        name: (f"Get{name}", ())
        for name in (
            "Application",
            "AuthenticatorConfig",
            "Credential",
            "CredentialBindingJob",
            "Group",
            "Identity",
            "Realm",
            "ResourceServer",
            "Role",
            "Tenant",
        )
    },
    "Token": ("ListTokens", ("tokens",)),
}
# The facts about a field: their names in the description, and in the table.
_FACTS = {
    "type": "type",
    "format": "format",
    "enum": "choices",
    "minimum": "minimum",
    "maximum": "maximum",
    "minLength": "min_length",
    "maxLength": "max_length",
    "readOnly": "read_only",
    "nullable": "nullable",
    "deprecated": "deprecated",
}
Fact = dict[str, Any]
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
        KeyError: if `OBJECTS` lacks the object.
    """
    found: list[PublishedField] = []
    left_out: tuple[str, ...] = ()
    for path, facts in _list_facts(name).items():
        variants = [variant for variant in facts.get("variants", ()) if variant not in without_variants]
        if path.startswith(left_out) or (not variants and "variants" in facts):
            left_out += (f"{path}.",)
            continue
        if "variants" in facts:
            facts = {**facts, "variants": variants}
        if path.endswith(".type") and "variants" in facts:
            facts["choices"] = variants
        found.append(PublishedField(path, facts))
    return found


def _find_schema(operation: str, path: tuple[str, ...]) -> dict[str, Any]:
    schema: dict[str, Any] = openapi.resolved(openapi.response_schema(operation, 200))
    for name in path:
        schema = openapi.resolved(schema["properties"][name])
    return schema


@functools.cache
def _list_facts(name: str) -> dict[str, Fact]:
    """Return the facts by path. The items of a list have no part of their own in the path."""
    fields: dict[str, Fact] = {}
    for path, facts in _iterate_fields(_find_schema(*OBJECTS[name]), "", None):
        fields[path] = _merge(fields[path], facts) if path in fields else facts
    return fields


def _iterate_fields(schema: dict[str, Any], path: str, variant: str | None) -> Iterator[tuple[str, Fact]]:
    """Yield the fields below a schema with their facts, a field of several variants once for each.

    A variant is named by the value of the field `type` that selects it.
    """
    schema = openapi.resolved(schema)
    for name, described in schema.get("properties", {}).items():
        inner = f"{path}.{name}".removeprefix(".")
        yield inner, {**_read_facts(openapi.resolved(described)), **({"variants": [variant]} if variant else {})}
        yield from _iterate_fields(described, inner, None)
    if "items" in schema:
        yield from _iterate_fields(schema["items"], path, None)
    for part in schema.get("oneOf", ()):
        types = openapi.resolved(openapi.resolved(part)["properties"]["type"]).get("enum")
        yield from _iterate_fields(part, path, types[0] if types else None)


def _read_facts(schema: dict[str, Any]) -> Fact:
    """Return the facts about a field. If it is a list, its values and limits are those of its items."""
    items: dict[str, Any] = openapi.resolved(schema.get("items", {}))
    found = {ours: schema[theirs] for theirs, ours in _FACTS.items() if theirs in schema}
    found.setdefault("type", "object")  # a choice of variants has no type of its own
    if items:
        found["items"] = items["type"]
        found.update({ours: items[theirs] for theirs, ours in _FACTS.items() if theirs in items and theirs != "type"})
    forbidden = _list_forbidden(schema.get("pattern", ""))
    return {**found, **({"forbidden": forbidden} if forbidden else {})}


def _list_forbidden(pattern: str) -> str:
    """Return the printable characters that a text must not have."""
    compiled = re.compile(pattern, re.DOTALL)
    return "".join(character for character in map(chr, range(32, 127)) if not compiled.search(character))


def _merge(one: Fact, other: Fact) -> Fact:
    """Return the facts about a field of several variants: all possible values, and all variants."""
    merged = {**one, **other}
    for name in ("choices", "variants"):
        if name in merged:
            merged[name] = list(dict.fromkeys([*one.get(name, ()), *other.get(name, ())]))
    return merged
