# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an error answer says, in whichever of the two shapes it comes."""

from __future__ import annotations

import json
from typing import Any

from .errors import ResponseError
from .retry import asked_wait
from .text import one_line
from .transport import Answer

_MEANING = {
    401: "the credentials or the token are not accepted",
    403: "not allowed",
    404: "not found",
    429: "too many requests",
    500: "server error",
    502: "bad gateway",
    503: "service unavailable",
    504: "gateway timeout",
}


def refusal(answer: Answer, what: str) -> ResponseError:
    """The error for an answer that is no success.

    Understands RFC 6749 section 5.2 (``error``, ``error_description``), the Management API
    (``code``, ``message``, ``details``), SCIM (RFC 7644 section 3.12), and neither.
    """
    body = _body(answer)
    code = _text(body, "error") or _text(body, "code") or _text(body, "scimType")
    said = [
        text
        for text in (
            _text(body, "error_description") or _text(body, "message") or _text(body, "detail"),
            *_details(body),
        )
        if text
    ]
    meaning = "" if code or said else _MEANING.get(answer.status, "")
    message = f"{what}: HTTP {answer.status} " + _phrase(code, "; ".join(said) or meaning)
    hint = ""
    if answer.status in (429, 503):
        asked = asked_wait(answer.headers)
        hint = (
            f"The server asks to wait {asked:.12g} seconds, more than retry_max_wait or the last of the retries allows."
            if asked is not None
            else "Try again later."
        )
    return ResponseError(message.rstrip(". ") + ".", hint, status=answer.status, code=code)


def _body(answer: Answer) -> dict[str, Any]:
    try:
        body = json.loads(answer.content)
    except (ValueError, RecursionError):
        return {}
    return body if isinstance(body, dict) else {}


def _text(body: dict[str, Any], name: str) -> str:
    value = body.get(name)
    return one_line(value) if isinstance(value, str) else ""


def _details(body: dict[str, Any]) -> list[str]:
    """``FieldViolations`` and ``ResourceInfo`` details, each as one phrase."""
    said = []
    details = body.get("details")
    for detail in details if isinstance(details, list) else []:
        if not isinstance(detail, dict):
            continue
        violations = detail.get("field_violations")
        for violation in violations if isinstance(violations, list) else []:
            if isinstance(violation, dict):
                said.append(_phrase(_text(violation, "field"), _text(violation, "description")))
        if _text(detail, "resource_type"):
            said.append(
                _phrase(f"{_text(detail, 'resource_type')} {_text(detail, 'id')}".strip(), _text(detail, "description"))
            )
    return [phrase for phrase in said if phrase][:10]


def _phrase(*parts: str) -> str:
    return ": ".join(part for part in parts if part)
