# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""All operations of the Management API, and all of its scopes."""

from __future__ import annotations

from .catalogue_directory import DIRECTORY
from .catalogue_passkeys import PASSKEYS
from .catalogue_scim import SCIM_OPERATIONS
from .catalogue_sign_in import SIGN_IN
from .catalogue_sso import SSO
from .operation import (
    APPLICATION,
    APPLICATIONS,
    REALM,
    REALMS,
    SERVERS,
    TENANT,
    Operation,
    define_crud_operations,
    define_operation,
)

OPERATIONS: tuple[Operation, ...] = (
    define_operation("GetTenant", "GET", TENANT, "tenants:read"),
    define_operation("UpdateTenant", "PATCH", TENANT, "tenants:update"),
    *define_crud_operations("Realm", "Realms", REALMS, "realm_id", "realms"),
    *define_crud_operations("Application", "Applications", APPLICATIONS, "application_id", "applications"),
    *define_crud_operations(
        "AuthenticatorConfig",
        "AuthenticatorConfigs",
        REALM + "/authenticator-configs",
        "authenticator_config_id",
        "authenticator-configs",
    ),
    *define_crud_operations("ResourceServer", "ResourceServers", SERVERS, "resource_server_id", "resource-servers"),
    define_operation("ListTokens", "GET", APPLICATION + "/tokens", "tokens:read"),
    define_operation("RevokeToken", "DELETE", APPLICATION + "/tokens/{token_id}", "tokens:delete"),
    *DIRECTORY,
    *PASSKEYS,
    *SCIM_OPERATIONS,
    *SIGN_IN,
    *SSO,
)

BY_NAME = {one.name: one for one in OPERATIONS}

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
