# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The user who signs in, and the scopes that the user is granted."""

from __future__ import annotations

from ..management.credentials import has_active_credential
from ..management.directory_fields import fold_username
from ..management.roles import find_scopes
from ..model.state import Realm, Tenant
from .clients import OPENID, Client

User = dict[str, str]


def find_signing_in_user(tenant: Tenant, realm: Realm) -> User | None:
    """Return the user of the settings; None if the settings require more of the identity than it has."""
    settings = tenant.settings
    if settings.identity_passkeys:
        return _find_passkey_holder(realm, settings.identity)
    return (
        find_active_identity(realm, settings.identity.get("id", "")) if settings.identity_roles else settings.identity
    )


def list_signing_in_users(tenant: Tenant, realm: Realm) -> list[User]:
    """Return who can sign in: the user of the settings first, then the realm's active identities by name."""
    first = find_signing_in_user(tenant, realm)
    found = [find_active_identity(realm, identifier) for identifier in realm.objects["identities"]]
    users = sorted((user for user in found if user is not None), key=lambda user: user["username"].casefold())
    if tenant.settings.identity_passkeys:
        users = [user for user in users if has_active_credential(realm, user["id"])]
    if first is None:
        return users
    return [first, *(user for user in users if user["id"] != first.get("id"))]


def choose_signing_in_user(tenant: Tenant, realm: Realm, identity_id: str) -> User | None:
    """Return the user with an ID; None if that user cannot sign in."""
    users = list_signing_in_users(tenant, realm)
    return next((user for user in users if user.get("id") == identity_id), None)


def find_refreshing_user(tenant: Tenant, realm: Realm, identity_id: str) -> User | None:
    """Return the user of a refresh token; None if the identity can no longer sign in."""
    settings = tenant.settings
    if settings.identity_roles or settings.identity_passkeys or identity_id in realm.objects["identities"]:
        return find_active_identity(realm, identity_id)
    return settings.identity


def _find_passkey_holder(realm: Realm, wanted: User) -> User | None:
    """Return the active identity with the wanted ID, or else the wanted username, if it has an active credential."""
    identities = realm.objects["identities"]
    username = wanted.get("username", "").casefold()
    named = (key for key, record in identities.items() if fold_username(record) == username)
    identifier = wanted.get("id") if wanted.get("id") in identities else next(named, None)
    if identifier is None or not has_active_credential(realm, identifier):
        return None
    return find_active_identity(realm, identifier)


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
