# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether the task authenticates as an identity, which it then must not remove."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .._errors import BeyondIdentityError, StateError
from .._management.client import ManagementClient
from .._management.identity_lookup import get_trait, has_trait
from .._management.resource_types import Resource
from .._oauth.jwt_claims import read_unverified_claims
from .._oauth.principal import read_principal_id
from .._predicted import is_predicted
from .context import TaskContext

_NAMES = ("username", "primary_email_address")  # what the claim sub can have instead of the ID


def refuse_signed_in_identity(task: TaskContext, client: ManagementClient, identity: Resource) -> None:
    """Raise `StateError` if the client's token is this identity's, or if that is unknown.

    A token of the client credentials grant belongs to an application. Any other token names its principal by itself or by
    introspection: in the claim `bi_p`, as an ID or a path, or in `sub`, which an application can set to a username or an
    e-mail address.
    """
    if task.connection.credential_type == "client_credentials":
        return
    token = client.get_token().value  # if the listing was shared, the task has sent no request
    if is_predicted(token):
        return
    claims = read_unverified_claims(token) or _introspect(task, token)
    principal = read_principal_id(claims) or claims.get("sub")
    if not isinstance(principal, str):
        raise _build_unknown_error("The token names no principal.")
    if principal.casefold() == str(identity["id"]).casefold() or _has_name(identity, principal):
        raise StateError(
            "The task authenticates as this identity, so the task cannot remove it.",
            "Use the credentials of an application, or sign in as another user.",
        )


def _has_name(identity: Resource, principal: str) -> bool:
    return any(get_trait(identity, name) and has_trait(identity, name, principal) for name in _NAMES)


def _introspect(task: TaskContext, value: str) -> Mapping[str, Any]:
    """Return the claims of a referential token. Only the authenticating application's realm knows them."""
    try:
        task.connection.require("issuer")
        claims = task.server.introspect(value)
    except BeyondIdentityError as error:
        raise _build_unknown_error(f"The token is referential, and its introspection failed: {error.reason}") from None
    if not claims["active"]:
        raise _build_unknown_error("The token is referential, and the introspection says that it is not active.")
    return claims


def _build_unknown_error(reason: str) -> StateError:
    return StateError(
        f"Cannot tell whether the task authenticates as this identity, so the task does not remove it. {reason}",
        "Use the credentials of an application.",
    )
