# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The objects that the service creates in a new tenant or realm."""

from __future__ import annotations

from ..model import identifiers
from ..model.settings import Settings
from ..model.state import MANAGEMENT_AUDIENCE, Realm, Record, Tenant, World, now
from .application_fields import build_client_protocol
from .catalogue import SCOPES

MANAGEMENT_API = "Beyond Identity Management API"


def create_tenant_with_defaults(
    world: World, settings: Settings | None = None, tenant_id: str | None = None, realm_id: str | None = None
) -> Tenant:
    """Add a tenant with an admin realm that has the managed objects and one authenticator configuration.

    The IDs of the tenant and of the admin realm are generated unless they are given.
    """
    moment = now()
    tenant = Tenant(
        record={
            "id": tenant_id or identifiers.generate_tenant_id(),
            "display_name": "Emulated Tenant",
            "create_time": moment,
            "update_time": moment,
        },
        admin_realm_id="",
        settings=settings or world.build_settings(),
    )
    realm = create_realm_with_defaults(tenant, "Beyond Identity Admin", "SECURE_CUSTOMER", realm_id)
    tenant.admin_realm_id = realm.id
    _add_application(tenant, realm)
    _add_authenticator_config(tenant, realm)
    world.journal.digests.learn(find_managed_object(realm, "applications")["protocol_config"]["client_secret"])
    with world.lock:
        world.tenants[tenant.id] = tenant
    return tenant


def create_realm_with_defaults(
    tenant: Tenant, display_name: str, classification: str, realm_id: str | None = None
) -> Realm:
    """Add a realm to a tenant. Every realm has the managed resource server, which gives its applications access to the API."""
    moment = now()
    realm = Realm(
        record={
            "id": realm_id or identifiers.generate_realm_id(),
            "tenant_id": tenant.id,
            "display_name": display_name,
            "classification": classification,
            "create_time": moment,
            "update_time": moment,
        }
    )
    server: Record = {
        "id": identifiers.generate_object_id(),
        "realm_id": realm.id,
        "tenant_id": tenant.id,
        "display_name": MANAGEMENT_API,
        "is_managed": True,
        "identifier": MANAGEMENT_AUDIENCE,
        "scopes": list(SCOPES),
    }
    realm.objects["resource_servers"][server["id"]] = server
    tenant.realms[realm.id] = realm
    return realm


def find_managed_object(realm: Realm, collection: str) -> Record:
    """Return the realm's built-in object in a collection: its application or resource server."""
    return next(record for record in realm.objects[collection].values() if record["is_managed"])


def _add_application(tenant: Tenant, realm: Realm) -> None:
    record: Record = {
        "id": identifiers.generate_object_id(),
        "realm_id": realm.id,
        "tenant_id": tenant.id,
        "resource_server_id": find_managed_object(realm, "resource_servers")["id"],
        "display_name": MANAGEMENT_API,
        "is_managed": True,
        "protocol_config": build_client_protocol("oauth2", ["client_credentials"], SCOPES),
    }
    realm.objects["applications"][record["id"]] = record


def _add_authenticator_config(tenant: Tenant, realm: Realm) -> None:
    record: Record = {
        "id": identifiers.generate_object_id(),
        "realm_id": realm.id,
        "tenant_id": tenant.id,
        "display_name": "Hosted Web",
        "config": {
            "type": "hosted_web",
            "authentication_methods": [{"type": "webauthn_passkey"}],
            "trusted_origins": [],
        },
    }
    realm.objects["authenticator_configs"][record["id"]] = record
