# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a response is an error, and what it says."""

from __future__ import annotations

import math
from typing import Any

from .._errors import ResponseError
from .error_status import find_error_status
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
_LONGEST_SENSIBLE_WAIT = 86_400  # seconds: longer than a run
_PROBLEM = "application/problem+json"  # RFC 9457 section 3
_SCIM_ERROR = "urn:ietf:params:scim:api:messages:2.0:Error"  # RFC 7644 section 3.12


def is_error(response: Response) -> bool:
    """Whether a response is an error by its status, or by its body in spite of a status that means success."""
    return not response.is_success or reports_error(response) or _is_management_error(response.json_or_none() or {})


def reports_error(response: Response) -> bool:
    """Whether a body is called an error by its names, its schema or its media type. A resource has an ID."""
    body = response.json_or_none() or {}
    error, errors, code, schemas = (body.get(name) for name in ("error", "errors", "errorCode", "schemas"))
    has_error = isinstance(error, (str, dict)) and bool(error)
    has_errors = isinstance(errors, (list, dict)) and bool(errors) and "id" not in body
    has_code = isinstance(code, str) and bool(code) and "id" not in body
    is_scim_error = isinstance(schemas, list) and _SCIM_ERROR in schemas
    is_problem = _PROBLEM in response.headers.get("Content-Type", "").lower()
    return has_error or has_errors or has_code or is_scim_error or is_problem


def _is_management_error(body: dict[str, Any]) -> bool:
    """Whether a body has only the keys of the Management API's errors. A resource has an ID."""
    texts = (body.get("code"), body.get("message"))
    return set(body) <= {"code", "message", "details"} and all(isinstance(text, str) and text for text in texts)


def get_meant_status(response: Response) -> int:
    """Return the status of a response; for an error with a status of success, the status that its body means."""
    if not response.is_success or not is_error(response):
        return response.status
    body = response.json_or_none() or {}
    return find_error_status(body, read_refusal(body).code)


def error_from_response(response: Response, action: str) -> ResponseError:
    """Return the error for a response that is not a success (see `is_error`), whatever the shape of its body.

    Callers decide by the error's status, so the error has the status that the body means. The message names the status of the response.
    """
    refusal = read_refusal(response.json_or_none() or {})
    text = str(refusal)
    if not text or (refusal.code.isdecimal() and not refusal.reasons):
        meaning = _MEANINGS.get(response.status, _SUCCESS if response.is_success else "")
        text = ": ".join(part for part in (text, meaning) if part)
    message = f"{action}: HTTP {response.status} {text}"
    status = get_meant_status(response)
    return ResponseError(message.rstrip(". ") + ".", _hint_on_wait(response), status=status, code=refusal.code)


def _hint_on_wait(response: Response) -> str:
    if response.status not in (429, 503):
        return ""
    requested = parse_requested_wait(response.headers)
    if not requested:
        return "Try again later, or increase retries."
    requirement = f"The server requests a wait of {requested:.12g} seconds."
    if requested > _LONGEST_SENSIBLE_WAIT:
        return f"{requirement} Try again after that time."
    return (
        f"{requirement} To wait that long, set retry_max_wait to at least {math.ceil(requested)}. For more attempts, increase "
        "retries."
    )
