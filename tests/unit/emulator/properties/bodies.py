# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Complete bodies of an operation, and all variations of them with one wrong part."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from typing import Any

from beyondidentity_emulator.management.operation import Operation
from tests.support import openapi
from tests.support.openapi import resolved
from tests.unit.emulator import stage
from tests.unit.emulator.properties.values import Path, list_paths, nest, read_properties

WRONG: list[Any] = [
    *(None, True, -1, 1, 1.5, 10**30, "", "x", "\x00", "http://[", "é" * 400, [], [None], [1], ["x"], [["x"]], [{}]),
    *({}, {"x": 1}, {"value": {}}, {"type": {}}, {"id": []}, nest(60)),
]
"""A value of each type, and those that code handles differently."""
FEW_WRONG: list[Any] = [None, True, 1, "", "http://[", [], [{}], ["x"], {}]
_USER_PATHS = ("userName", "active", "emails", "name.givenName", "name", "urn:x", 'emails[type eq "work"].value', None)
_GROUP_PATHS = ("displayName", "members", 'members[value eq "x"]', None)


def list_bodies(operation: Operation, values: Mapping[str, str]) -> list[Any]:
    """Return bodies that have all fields, one for each variant of a field."""
    schema, example = openapi.request_schema(operation.name), stage.body(operation, dict(values))
    if schema is None:
        return []
    found = [_merge(body, example) for body in _list_complete(schema, "", values)]
    paths = {"SCIMUpdateUser": _USER_PATHS, "SCIMUpdateGroup": _GROUP_PATHS}.get(operation.name, ())
    steps = [{"op": op, "path": path, "value": "x"} for path in paths for op in ("add", "replace", "remove")]
    found += [{**stage.PATCH, "Operations": [step]} for step in steps]
    return [example, *found]


def list_variations(bodies: list[Any], wrong: list[Any]) -> Iterator[Any]:
    """Yield bodies that differ from one of these in one part, which is missing or has a wrong value.

    Of the parts with the same two last names, only the first is varied: they have the same type.
    """
    yield from WRONG
    varied: set[tuple[Path, str]] = set()
    for body in bodies:
        yield body
        new = {(path[-2:], _name_step(body, path)): path for path in list_paths(body)}
        yield from _vary(body, [path for key, path in new.items() if key not in varied], wrong)
        varied |= set(new)


def _name_step(body: Any, path: Path) -> str:
    """Return what distinguishes bodies with equal fields: the step of a SCIM change."""
    return str(body["Operations"]) if path[-1] in ("path", "value") and "Operations" in body else ""


def _vary(body: Any, paths: list[Path], wrong: list[Any]) -> Iterator[Any]:
    for *path, last in paths:
        for value in [..., *wrong]:
            changed = copy.deepcopy(body)
            parent = changed
            for name in path:
                parent = parent[name]
            if value is ...:
                del parent[last]
            else:
                parent[last] = copy.deepcopy(value)
            yield changed


def _list_complete(schema: Any, name: str, values: Mapping[str, str], depth: int = 0) -> list[Any]:
    """Return values of a schema that have everything: one value for each variant of a part."""
    schema = resolved(schema)
    if depth > 6:
        return [None]
    if variants := schema.get("oneOf") or schema.get("anyOf"):
        return [value for variant in variants for value in _list_complete(variant, name, values, depth + 1)]
    if "enum" in schema:
        return [schema["enum"][0]]
    kind = schema.get("type")
    if kind in ("boolean", "integer", "number"):
        return [True if kind == "boolean" else max(1, schema.get("minimum", 1))]
    if kind == "string":
        return [values.get(name, "https://pets.example" if name.endswith("url") else "x")]
    if kind == "array":
        return [[item] for item in _list_complete(schema["items"], name.removesuffix("s"), values, depth + 1)]
    complete = {
        name: _list_complete(item, name, values, depth + 1) for name, item in read_properties(schema)[0].items()
    }
    first = {name: variants[0] for name, variants in complete.items()}
    return [first, *({**first, name: other} for name, others in complete.items() for other in others[1:])]


def _merge(body: Any, example: Any) -> Any:
    """Return a complete body whose fields are those of an example where this has them."""
    if isinstance(body, dict) and isinstance(example, dict):
        return {name: _merge(body.get(name), example.get(name)) for name in {**body, **example}}
    return body if example is None else example
