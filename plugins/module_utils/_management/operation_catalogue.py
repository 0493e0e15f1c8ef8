# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The catalogue of the Management API (version 1.7.0): a table of all its operations.

A row has the operation's name, its method, its path with the parameters of its query, and its scopes. A path begins with
`TENANT` or `REALM`, the path of the managed tenant or realm. `PAGES` stands for the two parameters of page tokens. `=`
precedes the keys that the request body must have; an operation without `=` takes no body. `!` marks an operation whose
response may contain a secret. An operation without scopes publishes none.

The table is the published description, with the corrections of the vendor's own client. The path of the collection of
SCIM groups has no slash at its end, and some lists take `filter` and `order_by`.
"""

from __future__ import annotations

import functools
from types import MappingProxyType

from .._errors import OptionError
from .._text import find_nearest, sanitize_for_display
from .operation import Operation

_PREFIXES = {"TENANT": "/v1/tenants/{tenant_id}", "REALM": "/v1/tenants/{tenant_id}/realms/{realm_id}"}
_PAGES = "page_size&page_token"

_TABLE = """
GetTenant GET TENANT tenants:read
UpdateTenant PATCH TENANT =tenant tenants:update
CreateRealm POST TENANT/realms =realm realms:create
ListRealms GET TENANT/realms?filter&PAGES&skip realms:read
GetRealm GET REALM realms:read
UpdateRealm PATCH REALM =realm realms:update
DeleteRealm DELETE REALM realms:delete
CreateGroup POST REALM/groups =group groups:create
ListGroups GET REALM/groups?filter&order_by&PAGES&skip groups:read
GetGroup GET REALM/groups/{group_id} groups:read
UpdateGroup PATCH REALM/groups/{group_id} =group groups:update
DeleteGroup DELETE REALM/groups/{group_id} groups:delete
AddGroupMembers POST REALM/groups/{group_id}:addMembers =identity_ids groups:update identities:read
DeleteGroupMembers POST REALM/groups/{group_id}:deleteMembers =identity_ids groups:update identities:read
ListGroupMembers GET REALM/groups/{group_id}:listMembers?PAGES&skip groups:read identities:read
ListGroupRoles GET REALM/groups/{group_id}:listRoles?PAGES&resource_server_id&skip groups:read resource-servers:read roles:read
CreateIdentity POST REALM/identities =identity identities:create
ListIdentities GET REALM/identities?filter&PAGES&skip identities:read
BatchDeleteIdentities POST REALM/identities:batchDelete =ids identities:delete
GetIdentity GET REALM/identities/{identity_id} identities:read
UpdateIdentity PATCH REALM/identities/{identity_id} =identity identities:update
DeleteIdentity DELETE REALM/identities/{identity_id} identities:delete
ListIdentityGroups GET REALM/identities/{identity_id}:listGroups?PAGES&skip groups:read identities:read
ListIdentityRoles GET REALM/identities/{identity_id}:listRoles?PAGES&resource_server_id&skip identities:read resource-servers:read roles:read
CreateRole POST REALM/resource-servers/{resource_server_id}/roles =role roles:create
ListRoles GET REALM/resource-servers/{resource_server_id}/roles?PAGES&skip roles:read
GetRole GET REALM/resource-servers/{resource_server_id}/roles/{role_id} roles:read
UpdateRole PATCH REALM/resource-servers/{resource_server_id}/roles/{role_id} =role roles:update
DeleteRole DELETE REALM/resource-servers/{resource_server_id}/roles/{role_id} roles:delete
AddRoleMembers POST REALM/resource-servers/{resource_server_id}/roles/{role_id}:addMembers = groups:read identities:read roles:update
DeleteRoleMembers POST REALM/resource-servers/{resource_server_id}/roles/{role_id}:deleteMembers = groups:read identities:read roles:update
ListRoleMembers GET REALM/resource-servers/{resource_server_id}/roles/{role_id}:listMembers?groups_page_size&groups_skip&\
identities_page_size&identities_skip&page_token groups:read identities:read roles:read
AddRoleScopes POST REALM/resource-servers/{resource_server_id}/roles/{role_id}:addScopes =scopes resource-servers:read roles:update
DeleteRoleScopes POST REALM/resource-servers/{resource_server_id}/roles/{role_id}:deleteScopes =scopes resource-servers:read roles:update
ListRoleScopes GET REALM/resource-servers/{resource_server_id}/roles/{role_id}:listScopes?PAGES&skip resource-servers:read roles:read
ListCredentials GET REALM/identities/{identity_id}/credentials?filter&PAGES&skip credentials:read
GetCredential GET REALM/identities/{identity_id}/credentials/{credential_id} credentials:read
RevokeCredential POST REALM/identities/{identity_id}/credentials/{credential_id}:revoke credentials:revoke
CreateCredentialBindingJob POST REALM/identities/{identity_id}/credential-binding-jobs =job ! credential-binding-jobs:create
ListCredentialBindingJobs GET REALM/identities/{identity_id}/credential-binding-jobs?PAGES&skip credential-binding-jobs:read
GetCredentialBindingJob GET REALM/identities/{identity_id}/credential-binding-jobs/{credential_binding_job_id}?filter credential-binding-jobs:read
SetCredentialBindingJobRevoked POST REALM/identities/{identity_id}/credential-binding-jobs/{credential_binding_job_id}:revoke = credential-binding-jobs:revoke
CreateBatchCredentialBindingJob POST REALM/batch-credential-binding-jobs =batch_credential_binding_job credential-binding-jobs:create
GetBatchCredentialBindingJob GET REALM/batch-credential-binding-jobs/{batch_credential_binding_job_id} credential-binding-jobs:read
ListBatchCredentialBindingJobResults GET REALM/batch-credential-binding-jobs/{batch_credential_binding_job_id}:listResults?PAGES credential-binding-jobs:read
CreateTheme POST REALM/themes = themes:create
GetActiveTheme GET REALM/themes/active themes:read
GetTheme GET REALM/themes/{theme_id} themes:read
UpdateTheme PATCH REALM/themes/{theme_id} = themes:update
CreateApplication POST REALM/applications =application ! applications:create
ListApplications GET REALM/applications?PAGES ! applications:read
GetApplication GET REALM/applications/{application_id} ! applications:read
UpdateApplication PATCH REALM/applications/{application_id} =application ! applications:update
DeleteApplication DELETE REALM/applications/{application_id} applications:delete
CreateAuthenticatorConfig POST REALM/authenticator-configs =authenticator_config authenticator-configs:create
ListAuthenticatorConfigs GET REALM/authenticator-configs?filter&PAGES authenticator-configs:read
GetAuthenticatorConfig GET REALM/authenticator-configs/{authenticator_config_id} authenticator-configs:read
UpdateAuthenticatorConfig PATCH REALM/authenticator-configs/{authenticator_config_id} =authenticator_config authenticator-configs:update
DeleteAuthenticatorConfig DELETE REALM/authenticator-configs/{authenticator_config_id} authenticator-configs:delete
CreateResourceServer POST REALM/resource-servers =resource_server resource-servers:create
ListResourceServers GET REALM/resource-servers?PAGES resource-servers:read
GetResourceServer GET REALM/resource-servers/{resource_server_id} resource-servers:read
UpdateResourceServer PATCH REALM/resource-servers/{resource_server_id} =resource_server resource-servers:update
DeleteResourceServer DELETE REALM/resource-servers/{resource_server_id} resource-servers:delete
ListTokens GET REALM/applications/{application_id}/tokens?PAGES&principal_id&principal_type tokens:read
RevokeToken DELETE REALM/applications/{application_id}/tokens/{token_id} tokens:delete
SCIMCreateUser POST REALM/scim/v2/Users =schemas scim:users:create
SCIMListUsers GET REALM/scim/v2/Users?count&filter&startIndex scim:users:read
SCIMGetUser GET REALM/scim/v2/Users/{user_id} scim:users:read
SCIMUpdateUser PATCH REALM/scim/v2/Users/{user_id} =schemas,Operations scim:users:update
SCIMReplaceUser PUT REALM/scim/v2/Users/{user_id} =schemas scim:users:update
SCIMDeleteUser DELETE REALM/scim/v2/Users/{user_id} scim:users:delete
SCIMCreateGroup POST REALM/scim/v2/Groups =schemas scim:groups:create
SCIMListGroups GET REALM/scim/v2/Groups?count&filter&startIndex scim:groups:read
SCIMGetGroup GET REALM/scim/v2/Groups/{group_id} scim:groups:read
SCIMUpdateGroup PATCH REALM/scim/v2/Groups/{group_id} =schemas,Operations scim:groups:update
SCIMDeleteGroup DELETE REALM/scim/v2/Groups/{group_id} scim:groups:delete
ListResourceTypes GET REALM/scim/v2/ResourceTypes
ListSchemas GET REALM/scim/v2/Schemas
GetServiceProviderConfig GET REALM/scim/v2/ServiceProviderConfig
CreateSsoConfig POST REALM/sso-configs =sso_config ! sso-configs:create
listSsoConfigs GET REALM/sso-configs?is_migrated&order_by&PAGES&type ! sso-configs:read
GetSsoConfig GET REALM/sso-configs/{sso_config_id} ! sso-configs:read
UpdateSsoConfig PATCH REALM/sso-configs/{sso_config_id} =sso_config ! sso-configs:update
DeleteSsoConfig DELETE REALM/sso-configs/{sso_config_id} sso-configs:delete
AddIdentitiesToSsoConfig POST REALM/sso-configs/{sso_config_id}:addIdentities =identity_ids sso-configs:update
DeleteIdentitiesFromSsoConfig POST REALM/sso-configs/{sso_config_id}:deleteIdentities =identity_ids sso-configs:update
ListIdentitiesForSsoConfig GET REALM/sso-configs/{sso_config_id}:listIdentityAssociations?PAGES groups:read identities:read sso-configs:read
IdentityToSSOConfigCheck GET REALM/identities/{identity_id}/sso-configs/{sso_config_id}/is-identity-assigned sso-configs:read
ListSsoConfigsForIdentity GET REALM/identities/{identity_id}/sso-configs?PAGES ! sso-configs:read
GetFlowTypeConfig GET REALM/flow-type-config flow-type:create flow-type:read realms:read tenants:read
UpdateFlowTypeConfig PATCH REALM/flow-type-config = flow-type:create flow-type:read flow-type:update realms:read tenants:read
AddGroupsToSsoConfig POST REALM/sso-configs/{sso_config_id}:addGroups =group_ids sso-configs:update
DeleteGroupsFromSsoConfig POST REALM/sso-configs/{sso_config_id}:deleteGroups =group_ids sso-configs:update
ListGroupsForSSOConfig GET REALM/sso-configs/{sso_config_id}:listGroupAssociations?PAGES groups:read sso-configs:read
ListSsoConfigsForGroup GET REALM/groups/{group_id}/sso-configs?PAGES ! sso-configs:read
SSOIsGroupAssigned POST REALM/sso-configs/{sso_config_id}/is-group-assigned = sso-configs:read
ApplicationIdToSSOConfigId GET REALM/applications/{application_id}/sso-configs-id sso-configs:read
TestSsoConfig POST REALM/sso-configs/{sso_config_id}/test sso-configs:read
listIdentityProviders GET REALM/identity-providers?PAGES !
createIdentityProvider POST REALM/identity-providers =protocol_config,display_name !
updateIdentityProvider PATCH REALM/identity-providers/{identity_provider_id} = !
getIdentityProvider GET REALM/identity-providers/{identity_provider_id} !
deleteIdentityProvider DELETE REALM/identity-providers/{identity_provider_id}
"""


@functools.cache
def get_catalogue() -> MappingProxyType[str, Operation]:
    """Return all operations by name."""
    rows = (row for row in _TABLE.split("\n") if row)
    return MappingProxyType({operation.name: operation for operation in map(_parse_row, rows)})


def _parse_row(row: str) -> Operation:
    name, method, address, *words = row.split()
    address, mark, query = address.partition("?")
    prefix, slash, rest = address.partition("/")
    bodies = [word[1:] for word in words if word.startswith("=")]
    return Operation(
        name,
        method,
        path=_PREFIXES[prefix] + slash + rest,
        scopes=tuple(word for word in words if word != "!" and not word.startswith("=")),
        query=tuple(query.replace("PAGES", _PAGES).split("&")) if mark else (),
        body=tuple(key for key in bodies[0].split(",") if key) if bodies else None,
        secret="!" in words,
    )


def find_operation(name: str) -> Operation:
    """Return an operation by its name; raise an `OptionError` that suggests the nearest names."""
    catalogue = get_catalogue()
    if name not in catalogue:
        nearest = find_nearest(name, catalogue, cutoff=0.5)
        hint = (
            f"Did you mean {' or '.join(nearest)}?"
            if nearest
            else "Check the name: the collection's page docs/operations.md lists all operations."
        )
        raise OptionError(f"'{sanitize_for_display(name, 80)}' is not an operation of the Management API.", hint)
    return catalogue[name]
