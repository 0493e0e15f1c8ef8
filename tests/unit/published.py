# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the published description tells of an operation's query, body and answer, to hold the catalogue against."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from ansible_collections.beyondidentity.management.plugins.module_utils._masking import is_secret_key
from tests.emulator.openapi import document, operations, resolved

_PAGE_TOKEN = "next_page_token"


def names() -> list[str]:
    """All operations; none where there is no description."""
    return sorted(operations())


def query(name: str) -> set[str]:
    """The parameters of the query; those of pages belong to every answer that gives a page token, told or not."""
    given = {item["name"] for item in map(resolved, _operation(name).get("parameters", ())) if item["in"] == "query"}
    if not _has_further_pages(name):
        return given
    has_sizes = any(name.endswith("page_size") for name in given)  # a list of its own each, perhaps
    return {*given, "page_token", *(() if has_sizes else ("page_size",))}


def headers(name: str) -> set[str]:
    """The headers that a request must have."""
    parameters = map(resolved, _operation(name).get("parameters", ()))
    return {item["name"] for item in parameters if item["in"] == "header" and item.get("required")}


def largest_page(name: str) -> int | None:
    """How many items a page holds at most; None where no words tell."""
    told = re.search(r"at most (\d+) items", _operation(name).get("description", ""))
    return int(told[1]) if told else None


def body(name: str) -> set[str] | None:
    """The keys that a body must have; None where there is no body."""
    request = _operation(name).get("requestBody")
    if request is None:
        return None
    return set(resolved(_content(resolved(request))).get("required", ()))


def is_secretive(name: str) -> bool:
    """Whether its good answer may have a text under a secret's name, at any depth."""
    return any(is_secret_key(key) and schema.get("type") == "string" for key, schema in _properties(_answer(name)))


def _operation(name: str) -> dict[str, Any]:
    _method, path, described = operations()[name]
    shared = (document() or {})["paths"][path].get("parameters", ())
    return {**described, "parameters": [*shared, *described.get("parameters", ())]}


def _has_further_pages(name: str) -> bool:
    """Whether its good answer may give a page token, by its schema or, where that forgets it, by its words."""
    keys = [key for key, _schema in _properties(_answer(name))]
    return _PAGE_TOKEN in keys or any(_PAGE_TOKEN in answer.get("description", "") for answer in _good_answers(name))


def _answer(name: str) -> dict[str, Any]:
    return {"allOf": [_content(answer) for answer in _good_answers(name)]}


def _good_answers(name: str) -> list[dict[str, Any]]:
    responses = _operation(name)["responses"].items()
    return [resolved(answer) for status, answer in responses if str(status).startswith("2")]


def _content(message: dict[str, Any]) -> dict[str, Any]:
    """The schema of a body, JSON of whichever kind."""
    schemas = [medium.get("schema", {}) for medium in message.get("content", {}).values()]
    return schemas[0] if schemas else {}


def _properties(schema: dict[str, Any], seen: frozenset[str] = frozenset()) -> Iterator[tuple[str, dict[str, Any]]]:
    """All keys below a schema, with their own schemas."""
    if schema.get("$ref") in seen:
        return
    seen |= {schema["$ref"]} if "$ref" in schema else set()
    schema = resolved(schema)
    for key, item in schema.get("properties", {}).items():
        yield key, resolved(item)
        yield from _properties(item, seen)
    inner = [schema.get("items"), schema.get("additionalProperties")]
    for part in [*inner, *(part for kind in ("allOf", "oneOf", "anyOf") for part in schema.get(kind, ()))]:
        if isinstance(part, dict):
            yield from _properties(part, seen)
