# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Write the table of published fields, from the OpenAPI description of the Management API.

Usage: `python -m tests.tools.published_fields DESCRIPTION > tests/support/data/published_fields.json`

The table has facts only: names, types, possible values and limits. It has no text of the description.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from beyondidentity_emulator.management import openapi

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


def build_table() -> dict[str, dict[str, Fact]]:
    """Return the facts by object and by path. The items of a list have no part of their own in the path."""
    return {name: _list_fields(_find_schema(*OBJECTS[name])) for name in sorted(OBJECTS)}


def write_table(table: dict[str, dict[str, Fact]]) -> str:
    """Return the table as JSON, with one line for each field."""
    parts = []
    for name, fields in table.items():
        lines = [f"    {json.dumps(path)}: {json.dumps(facts)}" for path, facts in fields.items()]
        parts.append(f"  {json.dumps(name)}: {{\n" + ",\n".join(lines) + "\n  }")
    return "{\n" + ",\n".join(parts) + "\n}\n"


def _find_schema(operation: str, path: tuple[str, ...]) -> dict[str, Any]:
    _method, _path, described = openapi.operations()[operation]
    response: dict[str, Any] = openapi.resolved(described["responses"].get("200") or described["responses"][200])
    schema: dict[str, Any] = openapi.resolved(next(iter(response["content"].values()))["schema"])
    for name in path:
        schema = openapi.resolved(schema["properties"][name])
    return schema


def _list_fields(schema: dict[str, Any]) -> dict[str, Fact]:
    fields: dict[str, Fact] = {}
    for path, facts in _iterate_fields(schema, "", None):
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


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit((__doc__ or "").partition("\n\n")[2].partition("\n\n")[0])
    openapi.FILE = Path(sys.argv[1])
    sys.stdout.write(write_table(build_table()))
