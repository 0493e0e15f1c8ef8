# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The operations on the members and scopes of roles, and on the roles of identities and groups."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from flask import request

from ..model.links import Links
from ..model.state import Realm, Record
from ..web.errors import Violations, not_found
from .group_members import check_objects_exist, find_objects, read_strings
from .object_type import SMALL_PAGES
from .operation_call import Call, Handler, read_document

Change = Callable[[Links, str, Iterable[str]], None]


def build_handlers() -> dict[str, Handler]:
    """Return the handlers of the operations, by name."""
    return {
        "AddRoleMembers": _build_change_members(Links.add),
        "DeleteRoleMembers": _build_change_members(Links.remove),
        "ListRoleMembers": list_members,
        "AddRoleScopes": add_scopes,
        "DeleteRoleScopes": delete_scopes,
        "ListRoleScopes": list_scopes,
        "ListGroupRoles": _build_list_roles("group", lambda realm: realm.role_groups),
        "ListIdentityRoles": _build_list_roles("identity", lambda realm: realm.role_identities),
    }


def _build_change_members(change: Change) -> Handler:
    def handler(call: Call) -> Record:
        role = call.find("role")
        given = read_document()
        violations = Violations()
        # One of the lists can be omitted, but not both.
        names = [name for name in ("group_ids", "identity_ids") if name in given]
        lists = {name: read_strings(given, name, violations) for name in names or ["identity_ids"]}
        violations.raise_if_any()
        groups, identities = lists.get("group_ids", []), lists.get("identity_ids", [])
        check_objects_exist(call, "group", groups)
        check_objects_exist(call, "identity", identities)
        change(call.realm.role_groups, role["id"], groups)
        change(call.realm.role_identities, role["id"], identities)
        return role

    return handler


def list_members(call: Call) -> Record:
    """List groups and identities, with separate page sizes and one page token for both."""
    role_id = call.find("role")["id"]
    return call.read_listing(SMALL_PAGES, "groups_", "identities_").build_pages(
        groups=find_objects(call, "group", call.realm.role_groups.items_of(role_id)),
        identities=find_objects(call, "identity", call.realm.role_identities.items_of(role_id)),
    )


def add_scopes(call: Call) -> Record:
    """Add scopes of the resource server to a role."""
    role = call.find("role")
    scopes = _read_scopes()
    surplus = sorted(set(scopes) - set(call.find("resource_server")["scopes"]))
    if surplus:
        violations = Violations()
        violations.add("scopes", f"not among the resource server's scopes: {', '.join(surplus)}")
        violations.raise_if_any()
    call.realm.role_scopes.add(role["id"], scopes)
    return role


def delete_scopes(call: Call) -> Record:
    """Remove scopes from a role; ignore scopes that it does not have."""
    role = call.find("role")
    call.realm.role_scopes.remove(role["id"], _read_scopes())
    return role


def _read_scopes() -> list[str]:
    violations = Violations()
    scopes = read_strings(read_document(), "scopes", violations)
    violations.raise_if_any()
    return scopes


def list_scopes(call: Call) -> Record:
    """List a role's scopes."""
    scopes = call.realm.role_scopes.items_of(call.find("role")["id"])
    return call.build_page("scopes", {scope: scope for scope in scopes}, SMALL_PAGES)


def _build_list_roles(envelope: str, links: Callable[[Realm], Links]) -> Handler:
    def handler(call: Call) -> Record:
        """List the roles of one resource server that are assigned directly to an identity or group."""
        identifier = call.find(envelope)["id"]
        server_id = request.args.get("resource_server_id", "")
        if not server_id:
            violations = Violations()
            violations.add("resource_server_id", "is required")
            violations.raise_if_any()
        if server_id not in call.realm.objects["resource_servers"]:
            raise not_found("ResourceServer", server_id, status=409)
        roles = find_objects(call, "role", links(call.realm).holders_of(identifier))
        of_server = {key: role for key, role in roles.items() if role["resource_server_id"] == server_id}
        return call.build_page("roles", of_server, SMALL_PAGES)

    return handler


def find_scopes(realm: Realm, identity_id: str, server_id: str) -> set[str]:
    """Return the scopes of a resource server that an identity has through its roles and its groups' roles."""
    role_ids = set(realm.role_identities.holders_of(identity_id))
    for group_id in realm.group_identities.holders_of(identity_id):
        role_ids.update(realm.role_groups.holders_of(group_id))
    return {
        scope
        for role_id in role_ids
        if realm.objects["roles"][role_id]["resource_server_id"] == server_id
        for scope in realm.role_scopes.items_of(role_id)
    }
