# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Management API's operations that the emulator knows, and all scopes of the API."""

from __future__ import annotations

from dataclasses import dataclass

TENANT = "/v1/tenants/{tenant_id}"
REALMS = TENANT + "/realms"
REALM = REALMS + "/{realm_id}"
TOKENS = REALM + "/applications/{application_id}/tokens"
IDENTITIES = REALM + "/identities"
IDENTITY = IDENTITIES + "/{identity_id}"
GROUPS = REALM + "/groups"
GROUP = GROUPS + "/{group_id}"
SERVERS = REALM + "/resource-servers"
ROLES = SERVERS + "/{resource_server_id}/roles"
ROLE = ROLES + "/{role_id}"
SCIM = REALM + "/scim/v2"
USERS = SCIM + "/Users"
USER = USERS + "/{user_id}"
SCIM_GROUPS = SCIM + "/Groups/"


@dataclass(frozen=True)
class Operation:
    """One operation: its name, HTTP method, path template and the scopes that a token must have."""

    name: str
    method: str
    path: str
    scopes: tuple[str, ...]
    status: int = 200
    """Of a good answer."""

    @property
    def is_scim(self) -> bool:
        """Tell whether it is one of SCIM's, which have errors and pages of their own."""
        return "/scim/" in self.path


def _crud(singular: str, plural: str, path: str, key: str, resource: str) -> tuple[Operation, ...]:
    item = f"{path}/{{{key}}}"
    return (
        Operation(f"Create{singular}", "POST", path, (f"{resource}:create",)),
        Operation(f"List{plural}", "GET", path, (f"{resource}:read",)),
        Operation(f"Get{singular}", "GET", item, (f"{resource}:read",)),
        Operation(f"Update{singular}", "PATCH", item, (f"{resource}:update",)),
        Operation(f"Delete{singular}", "DELETE", item, (f"{resource}:delete",)),
    )


def _operation(name: str, method: str, path: str, *scopes: str) -> Operation:
    return Operation(name, method, path, scopes)


_DIRECTORY = (
    *_crud("Identity", "Identities", IDENTITIES, "identity_id", "identities"),
    _operation("BatchDeleteIdentities", "POST", IDENTITIES + ":batchDelete", "identities:delete"),
    _operation("ListIdentityGroups", "GET", IDENTITY + ":listGroups", "identities:read", "groups:read"),
    _operation(
        "ListIdentityRoles", "GET", IDENTITY + ":listRoles", "identities:read", "roles:read", "resource-servers:read"
    ),
    *_crud("Group", "Groups", GROUPS, "group_id", "groups"),
    _operation("AddGroupMembers", "POST", GROUP + ":addMembers", "groups:update", "identities:read"),
    _operation("DeleteGroupMembers", "POST", GROUP + ":deleteMembers", "groups:update", "identities:read"),
    _operation("ListGroupMembers", "GET", GROUP + ":listMembers", "groups:read", "identities:read"),
    _operation("ListGroupRoles", "GET", GROUP + ":listRoles", "groups:read", "roles:read", "resource-servers:read"),
    *_crud("Role", "Roles", ROLES, "role_id", "roles"),
    _operation("AddRoleMembers", "POST", ROLE + ":addMembers", "roles:update", "groups:read", "identities:read"),
    _operation("DeleteRoleMembers", "POST", ROLE + ":deleteMembers", "roles:update", "groups:read", "identities:read"),
    _operation("ListRoleMembers", "GET", ROLE + ":listMembers", "roles:read", "groups:read", "identities:read"),
    _operation("AddRoleScopes", "POST", ROLE + ":addScopes", "roles:update", "resource-servers:read"),
    _operation("DeleteRoleScopes", "POST", ROLE + ":deleteScopes", "roles:update", "resource-servers:read"),
    _operation("ListRoleScopes", "GET", ROLE + ":listScopes", "roles:read", "resource-servers:read"),
)

_SCIM = (
    Operation("SCIMCreateUser", "POST", USERS, ("scim:users:create",), 201),
    _operation("SCIMListUsers", "GET", USERS, "scim:users:read"),
    _operation("SCIMGetUser", "GET", USER, "scim:users:read"),
    _operation("SCIMUpdateUser", "PATCH", USER, "scim:users:update"),
    _operation("SCIMReplaceUser", "PUT", USER, "scim:users:update"),
    Operation("SCIMDeleteUser", "DELETE", USER, ("scim:users:delete",), 204),
    # The slash at the end is the service's.
    Operation("SCIMCreateGroup", "POST", SCIM_GROUPS, ("scim:groups:create",), 201),
    _operation("SCIMListGroups", "GET", SCIM_GROUPS, "scim:groups:read"),
    _operation("SCIMGetGroup", "GET", SCIM_GROUPS + "{group_id}", "scim:groups:read"),
    _operation("SCIMUpdateGroup", "PATCH", SCIM_GROUPS + "{group_id}", "scim:groups:update"),
    Operation("SCIMDeleteGroup", "DELETE", SCIM_GROUPS + "{group_id}", ("scim:groups:delete",), 204),
    _operation("ListResourceTypes", "GET", SCIM + "/ResourceTypes"),
    _operation("ListSchemas", "GET", SCIM + "/Schemas"),
    _operation("GetServiceProviderConfig", "GET", SCIM + "/ServiceProviderConfig"),
)

OPERATIONS: tuple[Operation, ...] = (
    _operation("GetTenant", "GET", TENANT, "tenants:read"),
    _operation("UpdateTenant", "PATCH", TENANT, "tenants:update"),
    *_crud("Realm", "Realms", REALMS, "realm_id", "realms"),
    *_crud("Application", "Applications", REALM + "/applications", "application_id", "applications"),
    *_crud(
        "AuthenticatorConfig",
        "AuthenticatorConfigs",
        REALM + "/authenticator-configs",
        "authenticator_config_id",
        "authenticator-configs",
    ),
    *_crud("ResourceServer", "ResourceServers", SERVERS, "resource_server_id", "resource-servers"),
    *_DIRECTORY,
    *_SCIM,
    _operation("ListTokens", "GET", TOKENS, "tokens:read"),
    _operation("RevokeToken", "DELETE", TOKENS + "/{token_id}", "tokens:delete"),
)

BY_NAME = {operation.name: operation for operation in OPERATIONS}

_ACTIONS = {
    "applications": "create read update delete",
    "authenticator-configs": "create read update delete",
    "credential-binding-jobs": "create read revoke",
    "credentials": "read revoke",
    "flow-type": "create read update",
    "groups": "create read update delete",
    "identities": "create read update delete",
    "realms": "create read update delete",
    "resource-servers": "create read update delete",
    "roles": "create read update delete",
    "scim:groups": "create read update delete",
    "scim:users": "create read update delete",
    "sso-configs": "create read update delete",
    "tenants": "read update",
    "themes": "create read update",
    # The last one is the introspection endpoint's; the OpenAPI describes no operation for it.
    "tokens": "read delete introspect",
}

SCOPES: tuple[str, ...] = tuple(
    f"{resource}:{action}" for resource, actions in _ACTIONS.items() for action in actions.split()
)
