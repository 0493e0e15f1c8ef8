# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Errors in the format of the Management API."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

CODES = {
    400: "bad_request",
    401: "unauthorized",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    409: "conflict",
    413: "content_too_large",
    415: "unsupported_media_type",
    422: "unprocessable_entity",
    429: "too_many_requests",
    500: "internal_server_error",
    501: "not_implemented",
    502: "bad_gateway",
    503: "service_unavailable",
    504: "gateway_timeout",
}


def error_body(status: int, message: str | None = None, details: Iterable[dict[str, Any]] = ()) -> dict[str, Any]:
    """Return the Management API's error object for a status."""
    code = CODES.get(status, f"status_{status}")
    body: dict[str, Any] = {"code": code, "message": message or code.replace("_", " ")}
    details = list(details)
    if details:
        body["details"] = details
    return body


class ApiError(Exception):
    """An error response of the Management API."""

    def __init__(self, status: int, message: str | None = None, details: Iterable[dict[str, Any]] = ()) -> None:
        super().__init__(message or str(status))
        self.status = status
        self.body = error_body(status, message, details)


def not_found(resource_type: str, identifier: str, status: int = 404) -> ApiError:
    """Return the error for an object that does not exist; for an ID in the query, the service uses status 409."""
    text = f"{re.sub('(?<=[a-z])(?=[A-Z])', ' ', resource_type).lower()} not found"
    detail = {"type": "ResourceInfo", "resource_type": resource_type, "id": identifier, "description": text}
    return ApiError(status, text, [detail])


class Violations:
    """The invalid fields of a request, reported together."""

    def __init__(self, prefix: str = "") -> None:
        self.prefix = prefix
        self.found: list[dict[str, str]] = []

    def add(self, field: str, description: str) -> None:
        """Add a field whose value is refused."""
        name = ".".join(part for part in (self.prefix, field) if part)
        self.found.append({"field": name, "description": description})

    def raise_if_any(self) -> None:
        """Raise 400 with all fields that were added."""
        if self.found:
            raise ApiError(400, "invalid parameters", [{"type": "FieldViolations", "field_violations": self.found}])
