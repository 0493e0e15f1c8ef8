# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The catalogue of the Management API (version 1.7.0): every operation with its method, path and scopes.

A path begins with ``TENANT`` or ``REALM``, which stand for the paths of the managed tenant and realm.
Operations without scopes publish none.
"""

from __future__ import annotations

import difflib
import functools
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from .errors import OptionError
from .text import one_line, scope_list

_PREFIX = {"TENANT": "/v1/tenants/{tenant_id}", "REALM": "/v1/tenants/{tenant_id}/realms/{realm_id}"}

_TABLE = """
GetTenant GET TENANT tenants:read
UpdateTenant PATCH TENANT tenants:update
CreateRealm POST TENANT/realms realms:create
ListRealms GET TENANT/realms realms:read
GetRealm GET REALM realms:read
UpdateRealm PATCH REALM realms:update
DeleteRealm DELETE REALM realms:delete
CreateGroup POST REALM/groups groups:create
ListGroups GET REALM/groups groups:read
GetGroup GET REALM/groups/{group_id} groups:read
UpdateGroup PATCH REALM/groups/{group_id} groups:update
DeleteGroup DELETE REALM/groups/{group_id} groups:delete
AddGroupMembers POST REALM/groups/{group_id}:addMembers groups:update identities:read
DeleteGroupMembers POST REALM/groups/{group_id}:deleteMembers groups:update identities:read
ListGroupMembers GET REALM/groups/{group_id}:listMembers groups:read identities:read
ListGroupRoles GET REALM/groups/{group_id}:listRoles groups:read resource-servers:read roles:read
CreateIdentity POST REALM/identities identities:create
ListIdentities GET REALM/identities identities:read
BatchDeleteIdentities POST REALM/identities:batchDelete identities:delete
GetIdentity GET REALM/identities/{identity_id} identities:read
UpdateIdentity PATCH REALM/identities/{identity_id} identities:update
DeleteIdentity DELETE REALM/identities/{identity_id} identities:delete
ListIdentityGroups GET REALM/identities/{identity_id}:listGroups groups:read identities:read
ListIdentityRoles GET REALM/identities/{identity_id}:listRoles identities:read resource-servers:read roles:read
CreateRole POST REALM/resource-servers/{resource_server_id}/roles roles:create
ListRoles GET REALM/resource-servers/{resource_server_id}/roles roles:read
GetRole GET REALM/resource-servers/{resource_server_id}/roles/{role_id} roles:read
UpdateRole PATCH REALM/resource-servers/{resource_server_id}/roles/{role_id} roles:update
DeleteRole DELETE REALM/resource-servers/{resource_server_id}/roles/{role_id} roles:delete
AddRoleMembers POST REALM/resource-servers/{resource_server_id}/roles/{role_id}:addMembers groups:read identities:read roles:update
DeleteRoleMembers POST REALM/resource-servers/{resource_server_id}/roles/{role_id}:deleteMembers groups:read identities:read roles:update
ListRoleMembers GET REALM/resource-servers/{resource_server_id}/roles/{role_id}:listMembers groups:read identities:read roles:read
AddRoleScopes POST REALM/resource-servers/{resource_server_id}/roles/{role_id}:addScopes resource-servers:read roles:update
DeleteRoleScopes POST REALM/resource-servers/{resource_server_id}/roles/{role_id}:deleteScopes resource-servers:read roles:update
ListRoleScopes GET REALM/resource-servers/{resource_server_id}/roles/{role_id}:listScopes resource-servers:read roles:read
ListCredentials GET REALM/identities/{identity_id}/credentials credentials:read
GetCredential GET REALM/identities/{identity_id}/credentials/{credential_id} credentials:read
RevokeCredential POST REALM/identities/{identity_id}/credentials/{credential_id}:revoke credentials:revoke
CreateCredentialBindingJob POST REALM/identities/{identity_id}/credential-binding-jobs credential-binding-jobs:create
ListCredentialBindingJobs GET REALM/identities/{identity_id}/credential-binding-jobs credential-binding-jobs:read
GetCredentialBindingJob GET REALM/identities/{identity_id}/credential-binding-jobs/{credential_binding_job_id} credential-binding-jobs:read
SetCredentialBindingJobRevoked POST REALM/identities/{identity_id}/credential-binding-jobs/{credential_binding_job_id}:revoke credential-binding-jobs:revoke
CreateBatchCredentialBindingJob POST REALM/batch-credential-binding-jobs credential-binding-jobs:create
GetBatchCredentialBindingJob GET REALM/batch-credential-binding-jobs/{batch_credential_binding_job_id} credential-binding-jobs:read
ListBatchCredentialBindingJobResults GET REALM/batch-credential-binding-jobs/{batch_credential_binding_job_id}:listResults credential-binding-jobs:read
CreateTheme POST REALM/themes themes:create
GetActiveTheme GET REALM/themes/active themes:read
GetTheme GET REALM/themes/{theme_id} themes:read
UpdateTheme PATCH REALM/themes/{theme_id} themes:update
CreateApplication POST REALM/applications applications:create
ListApplications GET REALM/applications applications:read
GetApplication GET REALM/applications/{application_id} applications:read
UpdateApplication PATCH REALM/applications/{application_id} applications:update
DeleteApplication DELETE REALM/applications/{application_id} applications:delete
CreateAuthenticatorConfig POST REALM/authenticator-configs authenticator-configs:create
ListAuthenticatorConfigs GET REALM/authenticator-configs authenticator-configs:read
GetAuthenticatorConfig GET REALM/authenticator-configs/{authenticator_config_id} authenticator-configs:read
UpdateAuthenticatorConfig PATCH REALM/authenticator-configs/{authenticator_config_id} authenticator-configs:update
DeleteAuthenticatorConfig DELETE REALM/authenticator-configs/{authenticator_config_id} authenticator-configs:delete
CreateResourceServer POST REALM/resource-servers resource-servers:create
ListResourceServers GET REALM/resource-servers resource-servers:read
GetResourceServer GET REALM/resource-servers/{resource_server_id} resource-servers:read
UpdateResourceServer PATCH REALM/resource-servers/{resource_server_id} resource-servers:update
DeleteResourceServer DELETE REALM/resource-servers/{resource_server_id} resource-servers:delete
ListTokens GET REALM/applications/{application_id}/tokens tokens:read
RevokeToken DELETE REALM/applications/{application_id}/tokens/{token_id} tokens:delete
SCIMCreateUser POST REALM/scim/v2/Users scim:users:create
SCIMListUsers GET REALM/scim/v2/Users scim:users:read
SCIMGetUser GET REALM/scim/v2/Users/{user_id} scim:users:read
SCIMUpdateUser PATCH REALM/scim/v2/Users/{user_id} scim:users:update
SCIMReplaceUser PUT REALM/scim/v2/Users/{user_id} scim:users:update
SCIMDeleteUser DELETE REALM/scim/v2/Users/{user_id} scim:users:delete
SCIMCreateGroup POST REALM/scim/v2/Groups/ scim:groups:create
SCIMListGroups GET REALM/scim/v2/Groups/ scim:groups:read
SCIMGetGroup GET REALM/scim/v2/Groups/{group_id} scim:groups:read
SCIMUpdateGroup PATCH REALM/scim/v2/Groups/{group_id} scim:groups:update
SCIMDeleteGroup DELETE REALM/scim/v2/Groups/{group_id} scim:groups:delete
ListResourceTypes GET REALM/scim/v2/ResourceTypes
ListSchemas GET REALM/scim/v2/Schemas
GetServiceProviderConfig GET REALM/scim/v2/ServiceProviderConfig
CreateSsoConfig POST REALM/sso-configs sso-configs:create
listSsoConfigs GET REALM/sso-configs sso-configs:read
GetSsoConfig GET REALM/sso-configs/{sso_config_id} sso-configs:read
UpdateSsoConfig PATCH REALM/sso-configs/{sso_config_id} sso-configs:update
DeleteSsoConfig DELETE REALM/sso-configs/{sso_config_id} sso-configs:delete
AddIdentitiesToSsoConfig POST REALM/sso-configs/{sso_config_id}:addIdentities sso-configs:update
DeleteIdentitiesFromSsoConfig POST REALM/sso-configs/{sso_config_id}:deleteIdentities sso-configs:update
ListIdentitiesForSsoConfig GET REALM/sso-configs/{sso_config_id}:listIdentityAssociations groups:read identities:read sso-configs:read
IdentityToSSOConfigCheck GET REALM/identities/{identity_id}/sso-configs/{sso_config_id}/is-identity-assigned sso-configs:read
ListSsoConfigsForIdentity GET REALM/identities/{identity_id}/sso-configs sso-configs:read
GetFlowTypeConfig GET REALM/flow-type-config flow-type:create flow-type:read realms:read tenants:read
UpdateFlowTypeConfig PATCH REALM/flow-type-config flow-type:create flow-type:read flow-type:update realms:read tenants:read
AddGroupsToSsoConfig POST REALM/sso-configs/{sso_config_id}:addGroups sso-configs:update
DeleteGroupsFromSsoConfig POST REALM/sso-configs/{sso_config_id}:deleteGroups sso-configs:update
ListGroupsForSSOConfig GET REALM/sso-configs/{sso_config_id}:listGroupAssociations groups:read sso-configs:read
ListSsoConfigsForGroup GET REALM/groups/{group_id}/sso-configs sso-configs:read
SSOIsGroupAssigned POST REALM/sso-configs/{sso_config_id}/is-group-assigned sso-configs:read
ApplicationIdToSSOConfigId GET REALM/applications/{application_id}/sso-configs-id sso-configs:read
TestSsoConfig POST REALM/sso-configs/{sso_config_id}/test sso-configs:read
listIdentityProviders GET REALM/identity-providers
createIdentityProvider POST REALM/identity-providers
updateIdentityProvider PATCH REALM/identity-providers/{identity_provider_id}
getIdentityProvider GET REALM/identity-providers/{identity_provider_id}
deleteIdentityProvider DELETE REALM/identity-providers/{identity_provider_id}
"""


@dataclass(frozen=True)
class Operation:
    """One operation: ``path`` holds its parameters in braces, ``scopes`` are all that its token needs."""

    name: str
    method: str
    path: str
    scopes: tuple[str, ...]

    @property
    def parameters(self) -> tuple[str, ...]:
        """The names of the path's parameters."""
        return tuple(re.findall(r"{(\w+)}", self.path))

    @property
    def reads(self) -> bool:
        """Whether it changes nothing (RFC 9110 section 9.2.1), and so may run in check mode."""
        return self.method == "GET" or self.name in _READING_POSTS


# POST because of their body, not because they change anything
_READING_POSTS = frozenset({"SSOIsGroupAssigned", "TestSsoConfig"})


@functools.cache
def catalogue() -> MappingProxyType[str, Operation]:
    """All operations by name."""
    operations = {}
    for row in _TABLE.split("\n"):
        if row:
            name, method, path, *scopes = row.split()
            start, slash, rest = path.partition("/")
            operations[name] = Operation(name, method, _PREFIX[start] + slash + rest, tuple(scopes))
    return MappingProxyType(operations)


def operation(name: str) -> Operation:
    """An operation by its name, or an error that suggests the nearest."""
    known = catalogue()
    if name not in known:
        nearest = difflib.get_close_matches(name, known, n=3, cutoff=0.5)
        hint = (
            f"Did you mean {' or '.join(nearest)}?"
            if nearest
            else "The Management API's documentation lists the operations."
        )
        raise OptionError(f"'{one_line(name, 80)}' is no operation of the Management API.", hint)
    return known[name]


def asked_scopes(params: Mapping[str, Any], *scopes: str) -> list[str]:
    """All scopes that the options ``scopes`` and ``operations`` ask for, beside these."""
    return scope_list([*scopes, *(params["scopes"] or ()), *scopes_of(params["operations"] or ())])


def scopes_of(names: Iterable[str], *, reading_only: bool = False) -> list[str]:
    """The scopes that these operations need together, sorted; with ``reading_only`` without those of writing ones."""
    operations = [operation(name) for text in names for name in str(text).replace(",", " ").split()]
    return sorted({scope for item in operations if item.reads or not reading_only for scope in item.scopes})
