# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Functions that run after an object is updated or before it is deleted; some refuse the deletion."""

from __future__ import annotations

from ..model.links import Links
from ..model.state import Realm, Record, Tenant
from ..web.errors import ApiError


def revoke_application_tokens(tenant: Tenant, _realm: Realm, application: Record) -> None:
    """Revoke the tokens of a deleted application."""
    tenant.revoke_tokens(application["id"])


def release_authenticator_config(tenant: Tenant, realm: Realm, authenticator: Record) -> None:
    """Refuse to delete an authenticator configuration that applications use; or remove it from them, as documented."""
    applications = _naming(realm, "authenticator_config_id", authenticator["id"])
    if applications and tenant.settings.conflicts == "vendor":
        raise ApiError(409, "authenticator config is used by an application")
    detach_authenticator_config(tenant, realm, authenticator)


def detach_authenticator_config(_tenant: Tenant, realm: Realm, authenticator: Record) -> None:
    """Remove a deleted authenticator configuration from the applications that use it."""
    for application in _naming(realm, "authenticator_config_id", authenticator["id"]):
        _replace(realm, application, "authenticator_config_id")


def release_resource_server(tenant: Tenant, realm: Realm, server: Record) -> None:
    """Refuse to delete a resource server whose roles have members."""
    members = [links.items_of(role["id"]) for role in _roles_of(realm, server) for links in _member_links(realm)]
    if any(members) and tenant.settings.conflicts == "vendor":
        raise ApiError(409, "resource server has children")
    detach_resource_server(tenant, realm, server)


def detach_resource_server(_tenant: Tenant, realm: Realm, server: Record) -> None:
    """Remove a deleted resource server from its applications, and delete its roles."""
    for application in _naming(realm, "resource_server_id", server["id"]):
        protocol = application["protocol_config"]
        if "allowed_scopes" in protocol:
            protocol = {**protocol, "allowed_scopes": []}
        _replace(realm, {**application, "protocol_config": protocol}, "resource_server_id")
    for role in _roles_of(realm, server):
        _unlink_role(realm, role["id"])
        del realm.objects["roles"][role["id"]]


def remove_withdrawn_scopes(_tenant: Tenant, realm: Realm, server: Record) -> None:
    """Remove scopes that a resource server no longer offers from its roles; the service does so with a delay."""
    for role in _roles_of(realm, server):
        realm.role_scopes.remove(role["id"], set(realm.role_scopes.items_of(role["id"])) - set(server["scopes"]))


def release_identity(_tenant: Tenant, realm: Realm, identity: Record) -> None:
    """Remove a deleted identity from all groups and roles, and delete its credentials and credential binding jobs."""
    realm.group_identities.drop_held(identity["id"])
    realm.role_identities.drop_held(identity["id"])
    realm.sso_identities.drop_held(identity["id"])
    for collection in ("credentials", "credential_binding_jobs"):
        owned = realm.objects[collection]
        for identifier in [key for key, record in owned.items() if record["identity_id"] == identity["id"]]:
            del owned[identifier]


def refuse_group_with_members(_tenant: Tenant, realm: Realm, group: Record) -> None:
    """Refuse to delete a group with members; remove an empty group from its roles."""
    if realm.group_identities.items_of(group["id"]):
        raise ApiError(409, "group has children")
    realm.role_groups.drop_held(group["id"])
    realm.sso_groups.drop_held(group["id"])


def refuse_role_with_children(_tenant: Tenant, realm: Realm, role: Record) -> None:
    """Refuse to delete a role that has scopes or members."""
    if any(links.items_of(role["id"]) for links in (realm.role_scopes, *_member_links(realm))):
        raise ApiError(409, "role has children")
    _unlink_role(realm, role["id"])


def _unlink_role(realm: Realm, role_id: str) -> None:
    for links in (realm.role_scopes, *_member_links(realm)):
        links.drop_holder(role_id)


def _member_links(realm: Realm) -> tuple[Links, Links]:
    return realm.role_groups, realm.role_identities


def _roles_of(realm: Realm, server: Record) -> list[Record]:
    return [role for role in realm.objects["roles"].values() if role["resource_server_id"] == server["id"]]


def _naming(realm: Realm, name: str, identifier: str) -> list[Record]:
    return [record for record in realm.objects["applications"].values() if record.get(name) == identifier]


def _replace(realm: Realm, application: Record, without: str) -> None:
    changed = {key: value for key, value in application.items() if key != without}
    realm.objects["applications"][application["id"]] = changed
