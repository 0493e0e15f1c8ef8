# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fixtures with which each operation of the Management API succeeds: objects for its path, and a body."""

from __future__ import annotations

import re
import uuid
from typing import Any

from beyondidentity_emulator.client import Tenant
from beyondidentity_emulator.management.catalogue import BY_NAME
from beyondidentity_emulator.management.operation import Operation
from tests.unit.emulator.api import Api, build_application

NAMED = {"display_name": "Pets"}
CORE = "urn:ietf:params:scim:schemas:core:2.0"
PATCH = {
    "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
    "Operations": [{"op": "replace", "path": "displayName", "value": "Cats"}],
}
USER = {"schemas": [f"{CORE}:User"], "userName": "pets", "displayName": "Pets"}
BOOKMARK = {"type": "bookmark", "login_link": "https://pets.example"}
OIDC = {
    "type": "generic_oidc",
    "redirect_uris": ["https://pets.example/callback"],
    "scopes": [],
    "confidentiality": "confidential",
    "pkce": "s256",
    "inbound_scim": {},
}
PROVIDER = {
    "type": "oidc_idp",
    "client_id": "pets",
    "client_secret": "the provider's secret",
    "token_scopes": ["openid"],
    "identity_attribute": "email",
    "pkce": "s256",
    "jwks_url": "https://idp.example/keys",
    "token_url": "https://idp.example/token",
    "authorize_url": "https://idp.example/authorize",
    "identifying_claim_name": "email",
}
IDENTITY_LISTS = (
    "AddGroupMembers",
    "DeleteGroupMembers",
    "AddRoleMembers",
    "DeleteRoleMembers",
    "AddIdentitiesToSsoConfig",
    "DeleteIdentitiesFromSsoConfig",
)
GROUP_LISTS = ("AddGroupsToSsoConfig", "DeleteGroupsFromSsoConfig", "SSOIsGroupAssigned")
LISTED = {
    **dict.fromkeys(("listSsoConfigs", "ListSsoConfigsForGroup", "ListSsoConfigsForIdentity"), "sso_config_id"),
    "listIdentityProviders": "identity_provider_id",
}
"""The path parameter for the ID of an object that a list should have."""
OWN_REALM = ("DeleteRealm", "CreateTheme", "GetTheme", "UpdateTheme")
"""Operations on a realm of their own."""
BODIES: dict[str, Any] = {
    "UpdateTenant": {"tenant": NAMED},
    "CreateRealm": {"realm": NAMED},
    "UpdateRealm": {"realm": NAMED},
    "CreateApplication": build_application(),
    "UpdateApplication": {"application": NAMED},
    "CreateAuthenticatorConfig": {"authenticator_config": {**NAMED, "config": {"type": "platform"}}},
    "UpdateAuthenticatorConfig": {"authenticator_config": NAMED},
    "CreateResourceServer": {"resource_server": {**NAMED, "identifier": "https://pets.example/new"}},
    "UpdateResourceServer": {"resource_server": NAMED},
    "CreateIdentity": {"identity": {**NAMED, "traits": {"type": "traits_v0", "username": "new"}}},
    "UpdateIdentity": {"identity": NAMED},
    "CreateGroup": {"group": {**NAMED, "description": "Who has pets."}},
    "UpdateGroup": {"group": NAMED},
    "CreateRole": {"role": NAMED},
    "UpdateRole": {"role": NAMED},
    "AddRoleScopes": {"scopes": ["pets:read"]},
    "DeleteRoleScopes": {"scopes": ["pets:read"]},
    "SCIMCreateUser": USER,
    "SCIMReplaceUser": {**USER, "userName": "cats"},
    "SCIMUpdateUser": PATCH,
    "SCIMCreateGroup": {"schemas": [f"{CORE}:Group"], "displayName": "Pets"},
    "SCIMUpdateGroup": PATCH,
    "CreateTheme": {"theme": {}},
    "UpdateTheme": {"theme": {}},
    "CreateSsoConfig": {"sso_config": {**NAMED, "payload": OIDC}},
    "UpdateSsoConfig": {"sso_config": NAMED},
    "UpdateFlowTypeConfig": {"macos": {"copy": {"enabled": False}}},
    "createIdentityProvider": {**NAMED, "protocol_config": PROVIDER},
    "updateIdentityProvider": {"identity_provider": NAMED},
}


def call(api: Api, operation: Operation, values: dict[str, str]) -> Any:
    """Call an operation and return the response."""
    path = re.sub(r"{(\w+)}", lambda match: values[match[1]], operation.path.removeprefix("/v1/tenants/{tenant_id}"))
    return api.call(operation.method, path, json=body(operation, values), params=query(operation, values))


def body(operation: Operation, values: dict[str, str]) -> Any:
    """Return the body of a request, or None."""
    identities, groups = {"identity_ids": [values["identity_id"]]}, {"group_ids": [values["group_id"]]}
    named = {**dict.fromkeys(IDENTITY_LISTS, identities), **dict.fromkeys(GROUP_LISTS, groups)}
    template = {"authenticator_config_id": values["authenticator_config_id"]}
    batch = {**identities, "job_template": template}
    others = {
        "CreateCredentialBindingJob": {"job": {"delivery_method": "RETURN", **template}},
        "CreateBatchCredentialBindingJob": {"batch_credential_binding_job": batch},
    }
    return {**named, **others, "BatchDeleteIdentities": {"ids": [values["identity_id"]]}, **BODIES}.get(operation.name)


def query(operation: Operation, values: dict[str, str]) -> dict[str, str]:
    """Return the required query parameters of an operation."""
    filtered = operation.name in ("ListIdentityRoles", "ListGroupRoles")
    return {"resource_server_id": values["resource_server_id"]} if filtered else {}


def prepare(tenant: Tenant, operation: Operation) -> dict[str, str]:
    """Create objects that only this operation uses; return their IDs by path parameter."""
    admin = Api.of(tenant)
    server = {**NAMED, "identifier": f"https://pets.example/{uuid.uuid4()}", "scopes": ["pets:read"]}
    server_id = admin.post("resource-servers", {"resource_server": server})["id"]
    config = {"authenticator_config": {**NAMED, "config": {"type": "platform"}}}
    ids = tenant.seed(
        identities=1,
        groups=1,
        roles=1,
        applications=1,
        realms=1,
        credentials=1,
        credential_binding_jobs=1,
        resource_server_id=server_id,
    )
    application_id = ids["applications"][0]
    values = {
        "realm_id": ids["realms"][0] if operation.name in OWN_REALM else tenant.realm_id,
        "application_id": application_id,
        "token_id": tenant.seed(tokens=1, token_application=application_id)["tokens"][0],
        "authenticator_config_id": admin.post("authenticator-configs", config)["id"],
        "resource_server_id": server_id,
        "role_id": ids["roles"][0],
        "identity_id": ids["identities"][0],
        "user_id": ids["identities"][0],
        "group_id": ids["groups"][0],
        "credential_id": ids["credentials"][0],
        "credential_binding_job_id": ids["credential_binding_jobs"][0],
    }
    return {**values, **_create_parents(admin, operation, values)}


def _create_parents(admin: Api, operation: Operation, values: dict[str, str]) -> dict[str, str]:
    """Create objects that tests can't seed, as far as the operation's path names them."""
    creations = {
        "theme_id": ("CreateTheme", "themes"),
        "sso_config_id": ("CreateSsoConfig", "sso-configs"),
        "identity_provider_id": ("createIdentityProvider", "identity-providers"),
        "batch_credential_binding_job_id": ("CreateBatchCredentialBindingJob", "batch-credential-binding-jobs"),
    }
    realm_path = f"/realms/{values['realm_id']}"
    created = {
        parameter: admin.post(f"{realm_path}/{path}", body(BY_NAME[name], values))["id"]
        for parameter, (name, path) in creations.items()
        if f"{{{parameter}}}" in operation.path or parameter == LISTED.get(operation.name)
    }
    if operation.name in ("ListSsoConfigsForGroup", "ListSsoConfigsForIdentity"):
        path = f"{realm_path}/sso-configs/{created['sso_config_id']}"
        admin.post(f"{path}:addGroups", {"group_ids": [values["group_id"]]})
        admin.post(f"{path}:addIdentities", {"identity_ids": [values["identity_id"]]})
    return created
