# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The operations on identities, groups and roles."""

from __future__ import annotations

from .operation import GROUP, GROUPS, IDENTITIES, IDENTITY, SERVERS, crud, operation

ROLES = SERVERS + "/{resource_server_id}/roles"
ROLE = ROLES + "/{role_id}"

DIRECTORY = (
    *crud("Identity", "Identities", IDENTITIES, "identity_id", "identities"),
    operation("BatchDeleteIdentities", "POST", IDENTITIES + ":batchDelete", "identities:delete"),
    operation("ListIdentityGroups", "GET", IDENTITY + ":listGroups", "identities:read", "groups:read"),
    operation(
        "ListIdentityRoles", "GET", IDENTITY + ":listRoles", "identities:read", "roles:read", "resource-servers:read"
    ),
    *crud("Group", "Groups", GROUPS, "group_id", "groups"),
    operation("AddGroupMembers", "POST", GROUP + ":addMembers", "groups:update", "identities:read"),
    operation("DeleteGroupMembers", "POST", GROUP + ":deleteMembers", "groups:update", "identities:read"),
    operation("ListGroupMembers", "GET", GROUP + ":listMembers", "groups:read", "identities:read"),
    operation("ListGroupRoles", "GET", GROUP + ":listRoles", "groups:read", "roles:read", "resource-servers:read"),
    *crud("Role", "Roles", ROLES, "role_id", "roles"),
    operation("AddRoleMembers", "POST", ROLE + ":addMembers", "roles:update", "groups:read", "identities:read"),
    operation("DeleteRoleMembers", "POST", ROLE + ":deleteMembers", "roles:update", "groups:read", "identities:read"),
    operation("ListRoleMembers", "GET", ROLE + ":listMembers", "roles:read", "groups:read", "identities:read"),
    operation("AddRoleScopes", "POST", ROLE + ":addScopes", "roles:update", "resource-servers:read"),
    operation("DeleteRoleScopes", "POST", ROLE + ":deleteScopes", "roles:update", "resource-servers:read"),
    operation("ListRoleScopes", "GET", ROLE + ":listScopes", "roles:read", "resource-servers:read"),
)
