# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The user who signs in, and the scopes that the user is granted."""

from __future__ import annotations

from .oauth import OPENID, Client
from .roles import find_scopes
from .state import Realm, Tenant

User = dict[str, str]


def find_signing_in_user(tenant: Tenant, realm: Realm) -> User | None:
    """Return the user of the settings; None if `identity_roles` is set and the identity does not exist."""
    settings = tenant.settings
    return find_active_identity(realm, settings.identity["id"]) if settings.identity_roles else settings.identity


def find_refreshing_user(tenant: Tenant, realm: Realm, identity_id: str) -> User | None:
    """Return the user of a refresh token; None if the identity can no longer sign in."""
    return find_active_identity(realm, identity_id) if tenant.settings.identity_roles else tenant.settings.identity


def find_active_identity(realm: Realm, identity_id: str) -> User | None:
    """Return the user of an active identity, by names of `subject_field`; None if it cannot sign in."""
    record = realm.objects["identities"].get(identity_id)
    if record is None or record["status"] != "active":
        return None
    traits = record["traits"]
    user = {"id": identity_id, "username": traits["username"], "email": traits.get("primary_email_address")}
    return {name: value for name, value in user.items() if value is not None}


def grant_scopes(client: Client, user: User, scope: str) -> str:
    """Return the requested scopes that the settings and the user's roles allow, and openid."""
    allowed = set(scope.split())
    settings = client.tenant.settings
    if settings.identity_scopes is not None:
        allowed &= {*settings.identity_scopes, OPENID}
    if settings.identity_roles:
        server_id = client.application.get("resource_server_id", "")
        allowed &= find_scopes(client.realm, user["id"], server_id) | {OPENID}
    return " ".join(name for name in scope.split() if name in allowed)
