# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Validation of the emulator's responses against the published OpenAPI description."""

from __future__ import annotations

import functools
import re
from typing import Any

from tests.support import openapi

_CONFLICTS = ("CreateRealm", "CreateGroup", "DeleteResourceServer", "DeleteAuthenticatorConfig", "CreateTheme")
_DISCOVERY = ("ListResourceTypes", "ListSchemas", "GetServiceProviderConfig")
_PAGED = ("ListTokens", "ListBatchCredentialBindingJobResults")

UNDESCRIBED: dict[str, dict[int, str]] = {
    "BatchDeleteIdentities": {400: "the text of the description names it"},
    "CreateBatchCredentialBindingJob": {400: "the body has required fields, like that of the other creations"},
    **{name: {400: "it has pages: a page token can be wrong"} for name in _PAGED},
    **{name: {401: "they need a token, like all others", 403: "of this tenant"} for name in _DISCOVERY},
    **{name: {409: "the vendor's notes on its own service name it"} for name in _CONFLICTS},
}
"""Statuses that an operation's description lacks, each with the reason why the emulator sends it."""
UNDESCRIBED_ANYWHERE: dict[int, str] = {
    404: "each operation has IDs in its path, but only some descriptions of these have the status",
    413: "HTTP: the body is too large for any operation",
}
"""Statuses of all operations, with the reasons."""


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
    """Return the violations of the description in an operation's response."""
    _method, path, found = openapi.operations()[operation]
    responses = found["responses"]
    if str(status) not in responses and status not in {**UNDESCRIBED_ANYWHERE, **UNDESCRIBED.get(operation, {})}:
        return [f"{operation} has no response {status}"]
    if isinstance(body, dict) and body.get("next_page_token", "") is None:
        # The vendor's clients expect null on the last page; only some schemas allow it.
        body = {name: value for name, value in body.items() if name != "next_page_token"}
    if "content" not in openapi.resolved(responses.get(str(status), {"content": {}})):
        return [] if body is None else [f"{operation} has a response {status} without a body"]
    if status >= 400:
        # Some errors have another schema by mistake: their examples match this one.
        wrong = openapi.violations(openapi.named_schema("SCIMError" if "/scim/" in path else "Error"), body)
    else:
        wrong = openapi.violations(openapi.response_schema(operation, status), body)
    known = openapi.document()["components"]["schemas"]
    for detail in body.get("details", ()) if status >= 400 and isinstance(body, dict) else ():
        if detail["type"] in known:
            wrong += openapi.violations(openapi.named_schema(detail["type"]), detail)
    return wrong


def operation_of(method: str, path: str) -> str | None:
    """Return the described operation of a request."""
    return next((name for name, wanted, pattern in _patterns() if method == wanted and pattern.fullmatch(path)), None)


@functools.cache
def _patterns() -> list[tuple[str, str, re.Pattern[str]]]:
    return [
        (name, method, re.compile(re.sub(r"\\{\w+\\}", "[^/:]+", re.escape(template.removesuffix("/"))) + "/?"))
        for name, (method, template, _scopes) in operations().items()
    ]
