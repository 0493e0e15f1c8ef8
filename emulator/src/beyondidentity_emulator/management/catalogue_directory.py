# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The operations on identities, groups and roles."""

from __future__ import annotations

from .operation import GROUP, GROUPS, IDENTITIES, IDENTITY, SERVERS, define_crud_operations, define_operation

ROLES = SERVERS + "/{resource_server_id}/roles"
ROLE = ROLES + "/{role_id}"

DIRECTORY = (
    *define_crud_operations("Identity", "Identities", IDENTITIES, "identity_id", "identities"),
    define_operation("BatchDeleteIdentities", "POST", IDENTITIES + ":batchDelete", "identities:delete"),
    define_operation("ListIdentityGroups", "GET", IDENTITY + ":listGroups", "identities:read", "groups:read"),
    define_operation(
        "ListIdentityRoles", "GET", IDENTITY + ":listRoles", "identities:read", "roles:read", "resource-servers:read"
    ),
    *define_crud_operations("Group", "Groups", GROUPS, "group_id", "groups"),
    define_operation("AddGroupMembers", "POST", GROUP + ":addMembers", "groups:update", "identities:read"),
    define_operation("DeleteGroupMembers", "POST", GROUP + ":deleteMembers", "groups:update", "identities:read"),
    define_operation("ListGroupMembers", "GET", GROUP + ":listMembers", "groups:read", "identities:read"),
    define_operation(
        "ListGroupRoles", "GET", GROUP + ":listRoles", "groups:read", "roles:read", "resource-servers:read"
    ),
    *define_crud_operations("Role", "Roles", ROLES, "role_id", "roles"),
    define_operation("AddRoleMembers", "POST", ROLE + ":addMembers", "roles:update", "groups:read", "identities:read"),
    define_operation(
        "DeleteRoleMembers", "POST", ROLE + ":deleteMembers", "roles:update", "groups:read", "identities:read"
    ),
    define_operation("ListRoleMembers", "GET", ROLE + ":listMembers", "roles:read", "groups:read", "identities:read"),
    define_operation("AddRoleScopes", "POST", ROLE + ":addScopes", "roles:update", "resource-servers:read"),
    define_operation("DeleteRoleScopes", "POST", ROLE + ":deleteScopes", "roles:update", "resource-servers:read"),
    define_operation("ListRoleScopes", "GET", ROLE + ":listScopes", "roles:read", "resource-servers:read"),
)
