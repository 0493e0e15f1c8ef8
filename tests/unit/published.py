# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The published description of an operation's query, body and response, to compare the catalogue with."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ansible_collections.beyondidentity.management.plugins.module_utils._masking import is_secret_key
from tests.support.openapi import operations, parameters, request_schema, resolved

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
    """Return the names of all operations."""
    return sorted(operations())


def list_query_parameters(name: str) -> set[str]:
    """Return the parameters of the query.

    Each operation whose response has a page token also takes one, even if its parameters do not say so.
    """
    given = {item["name"] for item in parameters(name) if item["in"] == "query"}
    if not _has_page_token(name):
        return given
    has_sizes = any(name.endswith("page_size") for name in given)  # an operation with several lists has a size for each
    return {*given, "page_token", *(() if has_sizes else ("page_size",))}


def list_required_headers(name: str) -> set[str]:
    """Return the headers that a request must have."""
    return {item["name"] for item in parameters(name) if item["in"] == "header" and item.get("required")}


def find_largest_page(name: str) -> int | None:
    """Return how many items a page has at most; `None` if the description does not say so."""
    largest: int | None = operations()[name][2].get("x-largest-page")
    return largest


def list_body_keys(name: str) -> set[str] | None:
    """Return the keys that a body must have; `None` if the operation takes no body."""
    schema = request_schema(name)
    return None if schema is None else set(resolved(schema).get("required", ()))


WRONG_RESPONSES = frozenset(("ListSsoConfigsForIdentity",))
"""Operations on SSO configurations, which can have a secret, although the description shows other objects."""


def can_return_secret(name: str) -> bool:
    """Whether a successful response can have text under a secret's name, at any depth."""
    if name in WRONG_RESPONSES:
        return True
    properties = _iterate_properties(_merge_success_schemas(name))
    return any(is_secret_key(key) and schema.get("type") == "string" for key, schema in properties)


def _has_page_token(name: str) -> bool:
    """Whether a successful response can have a page token, by its schema or, if the schema lacks it, by its text."""
    keys = [key for key, _schema in _iterate_properties(_merge_success_schemas(name))]
    return _PAGE_TOKEN in keys or "x-has-pages" in operations()[name][2]


def _merge_success_schemas(name: str) -> dict[str, Any]:
    return {"allOf": [_get_schema(response) for response in _list_success_responses(name)]}


def _list_success_responses(name: str) -> list[dict[str, Any]]:
    responses = operations()[name][2]["responses"].items()
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
