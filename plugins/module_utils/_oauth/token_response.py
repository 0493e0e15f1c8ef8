# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The token endpoint's successful response (RFC 6749 section 5.1)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from .._errors import OTHER_SERVER_HINT, MalformedResponseError
from .._http.refusal import read_refusal
from .._text import join_names, sanitize_for_display
from .jwt_claims import read_unverified_claims
from .scopes import read_granted_scopes
from .token import Token, to_token_id, validate_optional_token, validate_token_value

_MAXIMUM_NAMES = 10
_MAXIMUM_LIFETIME = 86400  # seconds


def parse_token_response(
    body: dict[str, Any],
    requested: Iterable[str],
    issued_at: float,
    expiration_time: int,
    action: str,
    grant_type: str | None = None,
) -> Token:
    """Return the token in a response. All fields but `access_token` and `token_type` may be missing.

    Args:
        requested: the scopes of the request, which are granted if the response names none.
        issued_at: when the request was sent, in Unix seconds.
        expiration_time: the requested lifetime in seconds.
        action: what the request does, for messages.
        grant_type: that of the request.
    """
    _refuse_missing_token(body, action)
    access_token = validate_token_value(body.get("access_token"), action)
    token_type = body.get("token_type")
    if not isinstance(token_type, str) or token_type.lower() != "bearer":
        raise MalformedResponseError(
            f"{action}: token_type is '{sanitize_for_display(token_type, 40)}', not 'Bearer'.", OTHER_SERVER_HINT
        )
    granted = read_granted_scopes(body.get("scope"))
    claims = read_unverified_claims(access_token) or {}
    return Token(
        access_token=access_token,
        scopes=tuple(requested) if granted is None else granted,
        issued_at=issued_at,
        lifetime=_parse_lifetime(body.get("expires_in"), expiration_time),
        id=to_token_id(claims.get("jti")),
        grant_type=grant_type,
        refresh_token=validate_optional_token(body.get("refresh_token"), action, "refresh_token"),
        id_token=validate_optional_token(body.get("id_token"), action, "id_token"),
    )


def read_token_id(value: str) -> str | None:
    """Return the ID of a self-contained token, `None` for any other token."""
    return to_token_id((read_unverified_claims(value) or {}).get("jti"))


def _refuse_missing_token(body: dict[str, Any], action: str) -> None:
    """Raise an error that lists the fields of a response without `access_token`. The names of fields are no secrets."""
    if "access_token" in body:
        return
    place = _find_token(body)
    if place:
        raise MalformedResponseError(
            f"{action}: the response has access_token in the field {sanitize_for_display(place, 80)}, not at its top level "
            "(RFC 6749 section 5.1).",
            "A gateway seems to change responses: check issuer, and any proxy or gateway.",
        )
    refusal = str(read_refusal(body)).rstrip(".")
    raise MalformedResponseError(
        f"{action}: the response has no access_token{f', and says: {refusal}' if refusal else ''}. "
        f"It has {join_names(body, _MAXIMUM_NAMES)}.",
        "Check issuer, and any proxy or gateway.",
    )


def _find_token(value: Any, path: str = "") -> str:
    """Return the path of the object that has `access_token`, or an empty text. Responses have few levels."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    if path and isinstance(value, dict) and "access_token" in value:
        return path
    places = (_find_token(item, f"{path}.{name}".lstrip(".")) for name, item in items)
    return next(filter(None, places), "")


def _parse_lifetime(expires_in: Any, requested: int) -> int | None:
    """Return `expires_in` in seconds, at most the requested lifetime; `None` if it is missing or has no meaning."""
    if isinstance(expires_in, str) and expires_in.isdecimal():
        expires_in = int(expires_in[:12])
    if isinstance(expires_in, bool) or not isinstance(expires_in, (int, float)) or not 0 < expires_in < float("inf"):
        return None
    return int(min(expires_in, requested or _MAXIMUM_LIFETIME)) or None
