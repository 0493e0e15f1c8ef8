# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The IDs, URLs and credentials of applications, as tests need them."""

from __future__ import annotations

from typing import Any

from ..management.builtin_objects import find_managed_object
from ..model.state import Tenant, World


def describe_tenant(world: World, tenant: Tenant) -> dict[str, Any]:
    """Return the IDs, URLs and credentials of a tenant's built-in application."""
    realm = tenant.realms[tenant.admin_realm_id]
    application = find_managed_object(realm, "applications")
    return {
        "tenant_id": tenant.id,
        "realm_id": realm.id,
        "application_id": application["id"],
        "issuer": world.issuer(tenant.id, realm.id, application["id"]),
        "api_url": world.base_url,
        "client_id": application["protocol_config"]["client_id"],
        "client_secret": application["protocol_config"]["client_secret"],
        "resource_server_id": find_managed_object(realm, "resource_servers")["id"],
    }


def describe_exported(world: World) -> dict[str, str]:
    """Return the environment variables of the first tenant's exported application, or its built-in one."""
    tenant = next(iter(world.tenants.values()))
    admin = tenant.realms[tenant.admin_realm_id]
    realm = tenant.realms.get(world.exported.get("realm_id", ""), admin)
    application = realm.objects["applications"].get(world.exported.get("application_id", ""))
    if application is None or "client_secret" not in application["protocol_config"]:
        realm, application = admin, find_managed_object(admin, "applications")
    return {
        "BEYONDIDENTITY_ISSUER": world.issuer(tenant.id, realm.id, application["id"]),
        "BEYONDIDENTITY_API_URL": world.base_url,
        "BEYONDIDENTITY_CLIENT_ID": application["protocol_config"]["client_id"],
        "BEYONDIDENTITY_CLIENT_SECRET": application["protocol_config"]["client_secret"],
    }
