# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a response is an error, and what it says."""

from __future__ import annotations

from typing import Any

from .._errors import ResponseError
from .refusal import read_refusal
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
_SCIM_ERROR = "urn:ietf:params:scim:api:messages:2.0:Error"  # RFC 7644 section 3.12


def is_error(response: Response) -> bool:
    """Whether a response is an error by its status, or by its body in spite of a status that means success."""
    if not response.is_success:
        return True
    body = response.json_or_none() or {}
    error, schemas = body.get("error"), body.get("schemas")
    has_error = isinstance(error, (str, dict)) and bool(error)
    has_errors = isinstance(body.get("errors"), list) and bool(body["errors"]) and "id" not in body
    is_scim_error = isinstance(schemas, list) and _SCIM_ERROR in schemas
    return (
        has_error or has_errors or is_scim_error or isinstance(body.get("errorCode"), str) or _is_management_error(body)
    )


def _is_management_error(body: dict[str, Any]) -> bool:
    """Whether a body has the keys of the Management API's errors and no others. A resource has an ID."""
    texts = (body.get("code"), body.get("message"))
    return set(body) <= {"code", "message", "details"} and all(isinstance(text, str) and text for text in texts)


def error_from_response(response: Response, action: str) -> ResponseError:
    """Return the error for a response that is not a success (see `is_error`), whatever the shape of its body."""
    refusal = read_refusal(response.json_or_none() or {})
    meaning = _MEANINGS.get(response.status, _SUCCESS if response.is_success else "")
    reason = "; ".join(refusal.reasons) or ("" if refusal.code else meaning)
    message = f"{action}: HTTP {response.status} " + ": ".join(part for part in (refusal.code, reason) if part)
    return ResponseError(message.rstrip(". ") + ".", _hint_on_wait(response), status=response.status, code=refusal.code)


def _hint_on_wait(response: Response) -> str:
    if response.status not in (429, 503):
        return ""
    requested = parse_requested_wait(response.headers)
    if not requested:
        return "Try again later, or increase retries."
    return (
        f"The server requests a wait of {requested:.12g} seconds. To wait so long, and once more, increase retry_max_wait and "
        "retries."
    )
