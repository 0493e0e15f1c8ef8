# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Advice for an error of the token endpoint (RFC 6749 section 5.2)."""

from __future__ import annotations

import time
from collections.abc import Iterable

from .._errors import BeyondIdentityError, ResponseError
from .._http.error_responses import error_from_response, is_error
from .._http.response import Response
from .jwt_claims import read_unverified_claims
from .scopes import hint_on_refused_scopes
from .token import to_iso8601

CLIENT_HINT = (
    "Check that client_id, client_secret and client_auth_method belong to the application that issuer names, and "
    "that client_id and client_secret are not exchanged. In the Admin Console, the application's tab External Protocol shows all "
    "of them."
)

_REFUSAL_HINTS = {
    "access_token": "Check whether the token is expired, revoked, or of another tenant.",
    "client_credentials": "A new token was refused too. Check tenant_id, realm_id, and the application's allowed scopes.",
    "authorization_code": (
        "The lifetime of the stored sign-in is not over, so its token is revoked, or the roles of the signed-in user do not "
        "allow the request. Check the roles, or sign in again: run the playbook beyondidentity.management.logout, then "
        "beyondidentity.management.login."
    ),
}

_GRANT_HINTS = {
    "refresh_token": "The refresh token is expired, revoked or used up. Sign in again.",
    "authorization_code": (
        "The code is expired, was used before, or belongs to another redirect_uri or code_verifier. Sign in again."
    ),
}


def hint_on_token_error(
    error: ResponseError, grant_type: str, scopes: Iterable[str], suggestion: str, client_hint: str = CLIENT_HINT
) -> str:
    """Return advice for a refused token request, or an empty text.

    Args:
        scopes: the requested scopes.
        suggestion: what to request instead of these scopes, or an empty text.
        client_hint: the advice if the client is refused.
    """
    if error.code == "invalid_grant":
        return _GRANT_HINTS.get(grant_type, _GRANT_HINTS["authorization_code"])
    if error.code == "invalid_scope":
        return hint_on_refused_scopes(scopes, grant_type, suggestion)
    if is_unknown_client(error):
        return client_hint
    if error.code == "unauthorized_client":
        return (
            "The application's grant types do not include this grant type. Add it to the application, or use the credentials "
            "of another application."
        )
    if error.status == 404:
        return "Check the issuer's region, tenant, realm and application: the service has no application with this URL."
    return ""


def is_unknown_client(error: BeyondIdentityError) -> bool:
    """Whether the error of a token request means that the server does not accept the client or its secret."""
    return isinstance(error, ResponseError) and (error.code == "invalid_client" or error.status == 401)


def find_refusal(response: Response, action: str) -> ResponseError | None:
    """Return the error if the server refused a request, otherwise `None`."""
    if not is_error(response) or (response.is_success and _is_introspection(response)):
        return None
    return error_from_response(response, action)


def _is_introspection(response: Response) -> bool:
    return isinstance((response.json_or_none() or {}).get("active"), bool)


def hint_on_refused_token(credential_type: str, access_token: str | None, failure: str = "") -> str:
    """Return advice for a token that a server refuses with 401 or 403.

    The status does not show whether the token is revoked or lacks a permission. A self-contained token tells its end.

    Args:
        credential_type: what the request is authorized by, as `Connection.credential_type`.
        access_token: the token that the user set.
        failure: why the token was not replaced, as `TokenSource.failure`.
    """
    if failure:
        return f"The token may be revoked. The run's request for a new token failed less than a minute ago: {failure}"
    expiry = describe_expiry(access_token) if credential_type == "access_token" and access_token else ""
    return expiry or _REFUSAL_HINTS[credential_type]


def describe_expiry(access_token: str) -> str:
    """Return when a self-contained token expired, and what to do; an empty text for any other token."""
    expires_at = (read_unverified_claims(access_token) or {}).get("exp")
    if not isinstance(expires_at, (int, float)) or isinstance(expires_at, bool) or not 0 <= expires_at <= time.time():
        return ""
    return (
        f"The access_token expired at {to_iso8601(expires_at)}. Set a valid token, or set client_id and client_secret "
        "instead of access_token."
    )
