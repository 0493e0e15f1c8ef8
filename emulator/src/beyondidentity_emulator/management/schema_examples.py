# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Minimal valid values for schemas of the published description that have no example."""

from __future__ import annotations

from typing import Any

from .openapi import resolved

SECRET = "client_secret"
"""Always part of the value if the schema has it, since clients must protect it."""
TEXTS = {"date-time": "2023-01-01T00:00:00.000Z", "uuid": "00000000-0000-4000-8000-000000000000"}


def build_minimal(schema: Any) -> Any:
    """Return a value that a schema accepts."""
    schema = _choose_alternative(resolved(schema))
    if "example" in schema:
        return schema["example"]
    if "enum" in schema:
        return schema["enum"][0]
    schema_type = schema.get("type") or ("object" if "properties" in schema or "allOf" in schema else None)
    if schema_type == "object":
        return _build_object(schema)
    if schema_type == "array":
        return [build_minimal(schema["items"])]
    if schema_type == "string":
        return TEXTS.get(schema.get("format", ""), "example")
    # A required key without a schema is a flag.
    return {"integer": 1, "number": 1}.get(schema_type or "", True)


def _choose_alternative(schema: dict[str, Any]) -> dict[str, Any]:
    """Return one of a schema's alternatives, preferably one with a secret."""
    alternatives = schema.get("oneOf") or schema.get("anyOf")
    if not alternatives:
        return schema
    found = [_choose_alternative(resolved(alternative)) for alternative in alternatives]
    return next((one for one in found if SECRET in _collect_properties(one)[0]), found[0])


def _collect_properties(schema: dict[str, Any]) -> tuple[dict[str, Any], set[str]]:
    """Return the properties of an object schema and the names of the required ones, including those of `allOf`."""
    properties: dict[str, Any] = dict(schema.get("properties", {}))
    required = set(schema.get("required", ()))
    for part in schema.get("allOf", ()):
        more, needed = _collect_properties(_choose_alternative(resolved(part)))
        properties.update(more)
        required |= needed
    return properties, required


def _build_object(schema: dict[str, Any]) -> dict[str, Any]:
    properties, required = _collect_properties(schema)
    wanted = required | {SECRET}
    if not required:
        wanted |= {name for name, part in properties.items() if "example" in resolved(part)} or set(properties)
    example = {name: build_minimal(part) for name, part in properties.items() if name in wanted}
    return {**example, **{name: True for name in sorted(required) if name not in properties}}
