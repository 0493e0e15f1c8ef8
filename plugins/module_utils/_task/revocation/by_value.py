# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Revocation of one token that the user gives by its value."""

from __future__ import annotations

from typing import Any

from ..._errors import OptionError, ResponseError, SignInRequiredError, StateError
from ..._ids import is_valid_id
from ..._management.predicted_operations import TOKENS, get_prediction_place
from ..._oauth.issuer import IssuerParts, parse_issuer
from ..._oauth.jwt_claims import read_unverified_claims
from ..._oauth.scopes import read_granted_scopes
from ..._oauth.token import validate_token_value
from ..._text import sanitize_for_display
from ..context import ModuleResult, TaskContext
from ..introspection import introspect
from .revoker import DELETE_SCOPE, Revoker

# How the service refuses an introspection to a token that it does not know, or that lacks the scope.
_INTROSPECTION_REFUSALS = (401, 403)


def revoke_by_value(task: TaskContext, token: str) -> ModuleResult:
    """Revoke a token if it is active, and remove it from the stores. The result has its ID, if the service returns it."""
    value = validate_token_value(token, "token", "token")
    introspection = _introspect(task, value)
    _refuse_foreign(task, introspection, read_unverified_claims(value) or {})
    if not introspection["active"]:
        return {"changed": False, "revoked": []}
    if not task.check_mode:
        can_delete = DELETE_SCOPE in (read_granted_scopes(introspection.get("scope")) or ())
        Revoker(task, value if can_delete else None).revoke(value)
        task.stores.forget(value.__eq__)
    token_id = introspection.get("jti")
    if task.check_mode and token_id:
        task.mark_as_predicted()
        with task.predictions.edit(get_prediction_place(task.connection, TOKENS)) as prediction:
            prediction.delete(str(token_id))
    return {"changed": True, "revoked": [token_id] if is_valid_id(token_id) else []}


def _introspect(task: TaskContext, value: str) -> dict[str, Any]:
    """Return what is known about a token. If a public client or a given access token cannot introspect, it counts as active."""
    connection = task.connection
    is_public = connection.client_auth_method == "none"
    try:
        return introspect(task, value)
    except (OptionError, SignInRequiredError):
        if not is_public:
            raise
    except ResponseError as error:
        if error.status not in _INTROSPECTION_REFUSALS or not (is_public or connection.access_token):
            raise
    return {**(read_unverified_claims(value) or {}), "active": True}


def _refuse_foreign(task: TaskContext, introspection: dict[str, Any], claims: dict[str, Any]) -> None:
    """Raise `StateError` for a token of another application.

    For such a token the service reports success, as for a revoked one, and leaves it active. A token that this realm
    does not know as active may be active in another realm, which only the token itself tells.
    """
    connection = task.connection
    is_active = introspection["active"]
    parts = _parse_issuer((introspection if is_active else claims).get("iss"))
    if parts is None:
        return
    for name in ("application_id",) if is_active else ("tenant_id", "auth_realm_id"):
        own, other = getattr(connection, name), getattr(parts, name)
        if own and own != other:
            issuer = f"{sanitize_for_display(parts.application_id, 80)}{'' if is_active else ' of another realm'}"
            raise StateError(
                f"The token was issued by the application {issuer}, but the task authenticates as the application "
                f"{connection.application_id}.",
                "Authenticate as the application that issued the token, or set id and application instead of token.",
            )


def _parse_issuer(issuer: Any) -> IssuerParts | None:
    """Return `None` for a claim of another form, which proves nothing."""
    try:
        return parse_issuer(issuer) if isinstance(issuer, str) else None
    except OptionError:
        return None
