# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who signs in, and which scopes that person may get."""

from __future__ import annotations

from .oauth import OPENID, Client
from .roles import scopes_of
from .state import Realm, Tenant

Person = dict[str, str]


def who_signs_in(tenant: Tenant, realm: Realm) -> Person | None:
    """Return the person whom the settings name; None where her identity is asked for and there is none."""
    settings = tenant.settings
    return identity(realm, settings.identity["id"]) if settings.identity_roles else settings.identity


def who_signed_in(tenant: Tenant, realm: Realm, identity_id: str) -> Person | None:
    """Return the person whom a refresh token stands for, if she may still sign in."""
    return identity(realm, identity_id) if tenant.settings.identity_roles else tenant.settings.identity


def identity(realm: Realm, identity_id: str) -> Person | None:
    """Return a person out of an identity's record, with the names of an application's `subject_field`; None: may not sign in."""
    record = realm.objects["identities"].get(identity_id)
    if record is None or record["status"] != "active":
        return None
    traits = record["traits"]
    person = {"id": identity_id, "username": traits["username"], "email": traits.get("primary_email_address")}
    return {name: value for name, value in person.items() if value is not None}


def granted(client: Client, person: Person, scope: str) -> str:
    """Return what a person may get of the scopes that are asked for: what the settings and her roles allow, and openid."""
    allowed = set(scope.split())
    settings = client.tenant.settings
    if settings.identity_scopes is not None:
        allowed &= {*settings.identity_scopes, OPENID}
    if settings.identity_roles:
        server_id = client.application.get("resource_server_id", "")
        allowed &= scopes_of(client.realm, person["id"], server_id) | {OPENID}
    return " ".join(name for name in scope.split() if name in allowed)
