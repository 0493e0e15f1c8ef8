# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an error response says, in each of the shapes that services use."""

from __future__ import annotations

from typing import Any

from .._errors import ResponseError
from .._text import sanitize_for_display
from .response import Response
from .retry import parse_requested_wait

_MEANINGS = {
    401: "the credentials or the token are not accepted",
    403: "not allowed",
    404: "not found",
    429: "too many requests",
    500: "server error",
    502: "bad gateway",
    503: "service unavailable",
    504: "gateway timeout",
}
_SUCCESS = "the response reports an error"
_MAXIMUM_DETAILS = 10
_SCIM_ERROR = "urn:ietf:params:scim:api:messages:2.0:Error"  # RFC 7644 section 3.12


def is_error(response: Response) -> bool:
    """Whether a response is an error by its status, or by its body in spite of a status that means success."""
    if not response.is_success:
        return True
    body = response.json_or_none() or {}
    error, schemas = body.get("error"), body.get("schemas")
    has_error = isinstance(error, (str, dict)) and bool(error)
    return has_error or _is_management_error(body) or (isinstance(schemas, list) and _SCIM_ERROR in schemas)


def _is_management_error(body: dict[str, Any]) -> bool:
    """Whether a body has the keys of the Management API's errors and no others. A resource has an ID."""
    texts = (body.get("code"), body.get("message"))
    return set(body) <= {"code", "message", "details"} and all(isinstance(text, str) and text for text in texts)


def error_from_response(response: Response, action: str) -> ResponseError:
    """Return the error for a response that is not a success (see `is_error`).

    Understands RFC 6749 section 5.2 (`error`, `error_description`), the Management API (`code`, `message`,
    `details`), SCIM (RFC 7644 section 3.12), each of them also in an object `error`, and bodies of no known shape.
    """
    body = response.json_or_none() or {}
    if isinstance(body.get("error"), dict):
        body = {**body, "error": None, **body["error"]}
    code = _get_text(body, "error") or _get_text(body, "code") or _get_text(body, "scimType")
    reason = _get_text(body, "error_description") or _get_text(body, "message") or _get_text(body, "detail")
    reasons = [text for text in (reason, *_list_details(body)) if text]
    meaning = "" if code or reasons else _MEANINGS.get(response.status, _SUCCESS if response.is_success else "")
    message = f"{action}: HTTP {response.status} " + _join(code, "; ".join(reasons) or meaning)
    return ResponseError(message.rstrip(". ") + ".", _hint_on_wait(response), status=response.status, code=code)


def _hint_on_wait(response: Response) -> str:
    if response.status not in (429, 503):
        return ""
    requested = parse_requested_wait(response.headers)
    if requested is None:
        return "Try again later."
    return f"The server requests a wait of {requested:.12g} seconds. retries and retry_max_wait do not allow another attempt."


def _get_text(body: dict[str, Any], name: str) -> str:
    value = body.get(name)
    return sanitize_for_display(value) if isinstance(value, str) else ""


def _list_details(body: dict[str, Any]) -> list[str]:
    """Return each of the Management API's `FieldViolations` and `ResourceInfo` details as one phrase."""
    details = body.get("details")
    phrases = [
        phrase
        for detail in (details if isinstance(details, list) else [])
        if isinstance(detail, dict)
        for phrase in (*_list_violations(detail), _describe_resource(detail))
    ]
    return [phrase for phrase in phrases if phrase][:_MAXIMUM_DETAILS]


def _list_violations(detail: dict[str, Any]) -> list[str]:
    violations = detail.get("field_violations")
    return [
        _join(_get_text(violation, "field"), _get_text(violation, "description"))
        for violation in (violations if isinstance(violations, list) else [])
        if isinstance(violation, dict)
    ]


def _describe_resource(detail: dict[str, Any]) -> str:
    kind = _get_text(detail, "resource_type")
    return _join(f"{kind} {_get_text(detail, 'id')}".strip(), _get_text(detail, "description")) if kind else ""


def _join(*parts: str) -> str:
    return ": ".join(part for part in parts if part)
