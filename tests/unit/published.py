# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The published description of an operation's query, body and response, to compare the catalogue and the limits of fields with."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from ansible_collections.beyondidentity.management.plugins.module_utils._management.field_limits import FieldLimits
from ansible_collections.beyondidentity.management.plugins.module_utils._masking import is_secret_key
from tests.emulator.openapi import document, operations, resolved

_PAGE_TOKEN = "next_page_token"

CORRECTED_PATHS = {
    "/v1/tenants/{tenant_id}/realms/{realm_id}/scim/v2/Groups/": "/v1/tenants/{tenant_id}/realms/{realm_id}/scim/v2/Groups",
}
"""Paths that the service does not have as described, with those that the vendor's own client uses."""

UNDESCRIBED_QUERY = {
    "ListRealms": {"filter"},
    "ListGroups": {"filter", "order_by"},
    "ListCredentials": {"filter"},
}
"""Parameters that the vendor's own client sends, and that the description lacks."""


def list_names() -> list[str]:
    """Return the names of all operations; an empty list without the description."""
    return sorted(operations())


def list_query_parameters(name: str) -> set[str]:
    """Return the parameters of the query.

    Each operation whose response has a page token also takes one, even if its parameters do not say so.
    """
    parameters = map(resolved, _get_operation(name).get("parameters", ()))
    given = {item["name"] for item in parameters if item["in"] == "query"}
    if not _has_page_token(name):
        return given
    has_sizes = any(name.endswith("page_size") for name in given)  # an operation with several lists has a size for each
    return {*given, "page_token", *(() if has_sizes else ("page_size",))}


def list_required_headers(name: str) -> set[str]:
    """Return the headers that a request must have."""
    parameters = map(resolved, _get_operation(name).get("parameters", ()))
    return {item["name"] for item in parameters if item["in"] == "header" and item.get("required")}


def find_largest_page(name: str) -> int | None:
    """Return how many items a page has at most; `None` if the description does not say so."""
    found = re.search(r"at most (\d+) items", _get_operation(name).get("description", ""))
    return int(found[1]) if found else None


def list_body_keys(name: str) -> set[str] | None:
    """Return the keys that a body must have; `None` if the operation takes no body."""
    request = _get_operation(name).get("requestBody")
    if request is None:
        return None
    return set(resolved(_get_schema(resolved(request))).get("required", ()))


def can_return_secret(name: str) -> bool:
    """Whether a successful response can have text under a secret's name, at any depth."""
    properties = _iterate_properties(_merge_success_schemas(name))
    return any(is_secret_key(key) and schema.get("type") == "string" for key, schema in properties)


def _get_operation(name: str) -> dict[str, Any]:
    _method, path, operation = operations()[name]
    shared = (document() or {})["paths"][path].get("parameters", ())
    return {**operation, "parameters": [*shared, *operation.get("parameters", ())]}


def _has_page_token(name: str) -> bool:
    """Whether a successful response can have a page token, by its schema or, if the schema lacks it, by its text."""
    keys = [key for key, _schema in _iterate_properties(_merge_success_schemas(name))]
    responses = _list_success_responses(name)
    return _PAGE_TOKEN in keys or any(_PAGE_TOKEN in response.get("description", "") for response in responses)


def _merge_success_schemas(name: str) -> dict[str, Any]:
    return {"allOf": [_get_schema(response) for response in _list_success_responses(name)]}


def _list_success_responses(name: str) -> list[dict[str, Any]]:
    responses = _get_operation(name)["responses"].items()
    return [resolved(response) for status, response in responses if str(status).startswith("2")]


def _get_schema(message: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of a body, whichever media type of JSON it has."""
    schemas = [medium.get("schema", {}) for medium in message.get("content", {}).values()]
    return schemas[0] if schemas else {}


def _iterate_properties(
    schema: dict[str, Any], seen: frozenset[str] = frozenset()
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield all keys below a schema, with their own schemas."""
    if schema.get("$ref") in seen:
        return
    seen |= {schema["$ref"]} if "$ref" in schema else set()
    schema = resolved(schema)
    for key, item in schema.get("properties", {}).items():
        yield key, resolved(item)
        yield from _iterate_properties(item, seen)
    inner = [schema.get("items"), schema.get("additionalProperties")]
    for part in [*inner, *(part for kind in ("allOf", "oneOf", "anyOf") for part in schema.get(kind, ()))]:
        if isinstance(part, dict):
            yield from _iterate_properties(part, seen)


def list_field_limits(noun: str) -> dict[str, FieldLimits]:
    """Return the limits of all fields that a request for a type of objects can have, by path; without those that have none."""
    name = f"Create{''.join(part.title() for part in noun.split('_'))}"
    schema = resolved(_get_schema(resolved(_get_operation(name)["requestBody"])))
    found: dict[str, FieldLimits] = {}
    for path, described in _iterate_fields(schema["properties"][noun]):
        limits = _read_limits(path, described)
        known = found.get(path, limits)
        # Each variant of a nested object has its own type.
        found[path] = replace(limits, choices=tuple(dict.fromkeys((*known.choices, *limits.choices))))
    return {path: limits for path, limits in found.items() if limits != FieldLimits(path)}


def _iterate_fields(schema: dict[str, Any], path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield all fields below a schema that a request can set. SAML applications have no module."""
    schema = resolved(schema)
    properties = schema.get("properties", {})
    if resolved(properties.get("type", {})).get("enum") == ["saml"]:
        return
    if path:
        yield path, schema
    for key, part in properties.items():
        if not resolved(part).get("readOnly"):
            yield from _iterate_fields(part, f"{path}.{key}".removeprefix("."))
    for part in (schema.get("items"), *schema.get("oneOf", ())):
        if part is not None:
            yield from _iterate_fields(part, path)


def _read_limits(path: str, schema: dict[str, Any]) -> FieldLimits:
    maximum = schema.get("maximum", 2**32 - 1 if schema.get("format") == "uint32" else None)
    pattern = re.compile(schema.get("pattern", ""), re.DOTALL)
    printable = map(chr, range(32, 127))
    return FieldLimits(
        path,
        choices=tuple(schema.get("enum", ())),
        minimum=schema.get("minimum"),
        maximum=maximum,
        min_length=schema.get("minLength"),
        max_length=schema.get("maxLength"),
        forbidden="".join(character for character in printable if not pattern.search(character)),
    )
