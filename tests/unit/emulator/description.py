# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The published OpenAPI description, where it is at hand: the judge of the emulator's answers."""

from __future__ import annotations

import functools
import re
from typing import Any

from tests.emulator import openapi

UNDESCRIBED = {
    "BatchDeleteIdentities": {400},
    **{name: {401, 403} for name in ("ListResourceTypes", "ListSchemas", "GetServiceProviderConfig")},
}
"""Answers that the description forgets, though it tells in words that such a request fails. A 404 is often forgotten."""


@functools.cache
def operations() -> dict[str, tuple[str, str, frozenset[str]]]:
    """Return method, path and scopes of every described operation that has a name."""
    return {
        name: (
            method,
            path,
            frozenset(scope for entry in described.get("security", ()) for names in entry.values() for scope in names),
        )
        for name, (method, path, described) in openapi.operations().items()
    }


def violations(operation: str, status: int, body: Any) -> list[str]:
    """Return what is wrong with an operation's answer by the description; nothing where there is none."""
    described = openapi.document()
    if described is None:
        return []
    _method, path, found = openapi.operations()[operation]
    responses = found["responses"]
    if str(status) not in responses and status != 404 and status not in UNDESCRIBED.get(operation, ()):
        return [f"{operation} does not answer {status}"]
    if "content" not in responses.get(str(status), {"content": {}}):
        return [] if body is None else [f"{operation} answers {status} without a body"]
    if status >= 400:
        # Where an error's own schema is another one, it is by mistake: its example is of this one.
        wrong = openapi.violations(
            openapi.pointer("components", "schemas", "SCIMError" if "/scim/" in path else "Error"), body
        )
    else:
        wrong = openapi.violations(openapi.response_schema(operation, status), body)
    known = described["components"]["schemas"]
    for detail in body.get("details", ()) if status >= 400 and isinstance(body, dict) else ():
        if detail["type"] in known:
            wrong += openapi.violations(openapi.pointer("components", "schemas", detail["type"]), detail)
    return wrong


def operation_of(method: str, path: str) -> str | None:
    """Return the described operation that a request is for."""
    return next((name for name, wanted, pattern in _patterns() if method == wanted and pattern.fullmatch(path)), None)


@functools.cache
def _patterns() -> list[tuple[str, str, re.Pattern[str]]]:
    return [
        (name, method, re.compile(re.sub(r"\\{\w+\\}", "[^/:]+", re.escape(template))))
        for name, (method, template, _scopes) in operations().items()
    ]
