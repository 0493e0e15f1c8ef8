# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Validation of the emulator's responses against the published OpenAPI description."""

from __future__ import annotations

import functools
import re
from typing import Any

from tests.support import openapi

UNDESCRIBED = {
    **dict.fromkeys(("BatchDeleteIdentities", "CreateBatchCredentialBindingJob"), {400}),
    **{name: {401, 403} for name in ("ListResourceTypes", "ListSchemas", "GetServiceProviderConfig")},
    **{
        name: {409}
        for name in ("CreateRealm", "CreateGroup", "DeleteResourceServer", "DeleteAuthenticatorConfig", "CreateTheme")
    },
}
"""Statuses that are missing in the description although its text or the vendor's clients know them. A 404 is often missing."""


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
    if str(status) not in responses and status != 404 and status not in UNDESCRIBED.get(operation, ()):
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
