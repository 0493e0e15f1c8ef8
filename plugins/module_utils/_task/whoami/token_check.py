# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The check of a token that is not requested with client credentials: the user's token, or the token of a stored sign-in."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from ..._errors import BeyondIdentityError, OptionError, ResponseError, SignInRequiredError
from ..._ids import is_valid_id
from ..._oauth.jwt_claims import read_unverified_claims
from ..._oauth.principal import read_principal_id
from ..._oauth.scopes import read_granted_scopes
from ..._oauth.stored_sign_ins import SignInStore
from ..._oauth.token import to_iso8601
from ..._oauth.token_errors import describe_expiry, is_unknown_client
from ..._oauth.token_sources import TokenRequest
from ..context import TaskContext
from ..sign_ins import open_sign_ins
from .api_access import try_token
from .checked_credentials import CheckedCredentials, TestedScope
from .own_application import read_own_application

_NOT_ACTIVE = "is not active: it is revoked or expired, or belongs to another realm"


def check_given_token(task: TaskContext, scopes: Sequence[str]) -> CheckedCredentials:
    """Check the token that the user set."""
    value = task.token_source.get(TokenRequest(())).value
    expiry = describe_expiry(value)
    if expiry:
        raise OptionError(expiry)
    refusal = OptionError(
        f"The access_token {_NOT_ACTIVE}.",
        "Set a valid token, or set client_id and client_secret instead of access_token.",
    )
    known = _introspect(task, value, refusal)
    granted = _read_scopes(known or _read_claims(value))
    return _check(task, value, known, [TestedScope(scope, *_find(scope, granted)) for scope in scopes])


def check_sign_in(task: TaskContext, scopes: Sequence[str]) -> CheckedCredentials:
    """Check the stored sign-in. It is refreshed if it is about to expire, as each task does it."""
    sign_ins = open_sign_ins(task)
    value = sign_ins.get(TokenRequest(())).value
    refusal = SignInRequiredError(
        f"The token of the stored sign-in {_NOT_ACTIVE}.",
        "Run the playbook beyondidentity.management.logout first, to remove the stored sign-in.",
    )
    known = _introspect(task, value, refusal)
    granted = {scope for token in sign_ins.list_all() for scope in token.scopes}
    tested = [_compare(scope, granted) for scope in scopes]
    return _check(task, value, known, tested)


def list_sign_ins(task: TaskContext) -> list[dict[str, Any]]:
    """Return the stored sign-ins with the application, without their tokens and users."""
    connection = task.connection
    if not (connection.application_id and connection.auth_realm_id and connection.client_id):
        return []
    sign_ins: SignInStore = open_sign_ins(task)
    return [
        {
            "id": token.id,
            "expires_at": token.expires_at,
            "scopes": list(token.scopes),
            "refreshable": bool(token.refresh_token),
        }
        for token in sign_ins.list_all()
    ]


def _check(
    task: TaskContext, value: str, known: Mapping[str, Any] | None, tested: list[TestedScope]
) -> CheckedCredentials:
    """Try the token at the API. `known` is what the realm knows about it, `None` if the realm does not return it."""
    claims = known or _read_claims(value)
    principal, end = read_principal_id(claims), claims.get("exp")
    application = read_own_application(task)
    is_reached = application.allowed_scopes is not None or try_token(task, value, _read_scopes(claims))
    return CheckedCredentials(
        application,
        verified=known is not None or is_reached is True,
        scopes=tested,
        expires_at=to_iso8601(end) if isinstance(end, (int, float)) and not isinstance(end, bool) else None,
        principal_id=principal if is_valid_id(principal) else None,  # never an e-mail address
        api_reached=is_reached,
    )


def _introspect(task: TaskContext, value: str, refusal: BeyondIdentityError) -> Mapping[str, Any] | None:
    """Return what the realm knows about a token; `None` if neither the client nor the token is authorized to introspect.

    Raises:
        ResponseError: the client's credentials are refused.
        BeyondIdentityError: the `refusal`, if the token is not active.
    """
    connection = task.connection
    if not connection.tenant_id or not connection.auth_realm_id:
        return None
    has_credentials = bool(
        connection.client_id and connection.client_secret and connection.client_auth_method != "none"
    )
    try:
        known = task.server.introspect(value, access_token=None if has_credentials else value)
    except ResponseError as error:
        if has_credentials and is_unknown_client(error):
            raise
        return None
    if not known["active"]:
        raise refusal
    return known


def _read_claims(value: str) -> Mapping[str, Any]:
    return read_unverified_claims(value) or {}


def _read_scopes(claims: Mapping[str, Any]) -> Collection[str] | None:
    return read_granted_scopes(claims["scope"]) if "scope" in claims else None


def _find(scope: str, scopes: Collection[str] | None) -> tuple[bool | None, str | None]:
    if scopes is None:
        return None, "The token is referential, and does not allow its own introspection, so its scopes are unknown."
    return (True, None) if scope in scopes else (False, "The token does not have it. Request a token with this scope.")


def _compare(scope: str, granted: Collection[str]) -> TestedScope:
    if scope in granted:
        return TestedScope(scope, granted=True)
    return TestedScope(scope, granted=False, reason="No stored sign-in was granted it. Sign in again with this scope.")
