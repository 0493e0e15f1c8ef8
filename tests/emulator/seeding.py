# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Objects in bulk, past the API's rules where tests need that."""

from __future__ import annotations

import copy
import time
from typing import Any

from . import identifiers
from .builtin import client_credentials_protocol, managed_object, new_realm
from .issued import IssuedToken
from .state import MANAGEMENT_AUDIENCE, Realm, Record, Tenant, World

DEFAULT_SCOPES = ("realms:read",)
SAML = {"type": "saml", "acs_url": "https://example.com/saml/acs", "audience_url": "https://example.com/saml/audience"}


def seed(world: World, tenant: Tenant, wanted: dict[str, Any]) -> dict[str, Any]:
    """Create what is asked for and return ids, in order, by kind.

    `applications`: how many; `name`: their display name with `{n}` for the number (from 1); `application`: fields of
    their own (`protocol_config` is merged), so that a test can have any protocol type, secret or name.
    `realms`, `realm_name`: the same for realms. `identities`: how many bare ones, which keep a realm from being deleted.
    `tokens`: how many tokens of the built-in application are pretended to be listed. `realm_id`: where (the admin realm).
    """
    known = {"applications", "name", "application", "realms", "realm_name", "identities", "tokens", "realm_id"}
    unknown = sorted(set(wanted) - known)
    if unknown:
        raise ValueError(f"unknown fields of a seed: {', '.join(unknown)}; known: {', '.join(sorted(known))}")
    realm = tenant.realms[wanted.get("realm_id", tenant.admin_realm_id)]
    realm_name = wanted.get("realm_name", "Seeded Realm {n}")
    return {
        "applications": [_application(tenant, realm, wanted, n) for n in range(1, wanted.get("applications", 0) + 1)],
        "realms": [
            new_realm(tenant, _numbered(realm_name, n), "SECURE_CUSTOMER").id
            for n in range(1, wanted.get("realms", 0) + 1)
        ],
        "identities": [_identity(realm) for _n in range(wanted.get("identities", 0))],
        "tokens": [_token(world, tenant) for _n in range(wanted.get("tokens", 0))],
    }


def _numbered(pattern: str, number: int) -> str:
    """Not str.format: names may be full of braces on purpose."""
    return pattern.replace("{n}", str(number))


def _application(tenant: Tenant, realm: Realm, wanted: dict[str, Any], number: int) -> str:
    own: Record = copy.deepcopy(wanted.get("application", {}))
    protocol = own.pop("protocol_config", {})
    if protocol.get("type", "oauth2") in ("oauth2", "oidc"):
        builtin = managed_object(realm, "resource_servers")
        protocol = {**client_credentials_protocol(DEFAULT_SCOPES), **protocol}
        own.setdefault("resource_server_id", builtin["id"])
    else:
        protocol = {**SAML, **protocol}
    record: Record = {
        "id": identifiers.object_id(),
        "realm_id": realm.id,
        "tenant_id": tenant.id,
        "display_name": _numbered(wanted.get("name", "Seeded Application {n}"), number),
        "is_managed": False,
        **own,
        "protocol_config": protocol,
    }
    realm.objects["applications"][record["id"]] = record
    return record["id"]


def _identity(realm: Realm) -> str:
    identifier = identifiers.realm_id()
    realm.objects["identities"][identifier] = {"id": identifier}
    return identifier


def _token(world: World, tenant: Tenant) -> str:
    realm = tenant.realms[tenant.admin_realm_id]
    application = managed_object(realm, "applications")
    moment = int(time.time())
    token = IssuedToken(
        id=identifiers.token_id(),
        value=identifiers.alphanumeric(64),
        tenant_id=tenant.id,
        realm_id=realm.id,
        application_id=application["id"],
        client_id=application["protocol_config"]["client_id"],
        scopes=DEFAULT_SCOPES,
        audience=MANAGEMENT_AUDIENCE,
        token_format="referential",
        issued_at=moment,
        expires=moment + 86400,
        principal_type="application",
        principal_id=application["id"],
        all_realms=True,
        claims={},
    )
    world.keep_token(token)
    return token.id
