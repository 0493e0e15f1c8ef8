# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The operations without a model in the emulator: batches of credential binding jobs, themes, SSO and flow types."""

from __future__ import annotations

from .operation import APPLICATION, GROUP, IDENTITY, REALM, define_described_operation

BATCHES = REALM + "/batch-credential-binding-jobs"
BATCH = BATCHES + "/{batch_credential_binding_job_id}"
THEMES = REALM + "/themes"
SSO_CONFIGS = REALM + "/sso-configs"
SSO_CONFIG = SSO_CONFIGS + "/{sso_config_id}"
FLOW_TYPES = REALM + "/flow-type-config"
READ_FLOW_TYPES = ("tenants:read", "realms:read", "flow-type:read", "flow-type:create")
PROVIDERS = REALM + "/identity-providers"
PROVIDER = PROVIDERS + "/{identity_provider_id}"

_BATCHES = (
    define_described_operation("CreateBatchCredentialBindingJob", "POST", BATCHES, "credential-binding-jobs:create"),
    define_described_operation("GetBatchCredentialBindingJob", "GET", BATCH, "credential-binding-jobs:read"),
    define_described_operation(
        "ListBatchCredentialBindingJobResults", "GET", BATCH + ":listResults", "credential-binding-jobs:read"
    ),
)

_SSO = (
    define_described_operation("CreateSsoConfig", "POST", SSO_CONFIGS, "sso-configs:create"),
    define_described_operation("listSsoConfigs", "GET", SSO_CONFIGS, "sso-configs:read"),
    define_described_operation("GetSsoConfig", "GET", SSO_CONFIG, "sso-configs:read"),
    define_described_operation("UpdateSsoConfig", "PATCH", SSO_CONFIG, "sso-configs:update"),
    define_described_operation("DeleteSsoConfig", "DELETE", SSO_CONFIG, "sso-configs:delete"),
    define_described_operation("AddIdentitiesToSsoConfig", "POST", SSO_CONFIG + ":addIdentities", "sso-configs:update"),
    define_described_operation(
        "DeleteIdentitiesFromSsoConfig", "POST", SSO_CONFIG + ":deleteIdentities", "sso-configs:update"
    ),
    define_described_operation(
        "ListIdentitiesForSsoConfig",
        "GET",
        SSO_CONFIG + ":listIdentityAssociations",
        "sso-configs:read",
        "identities:read",
        "groups:read",
    ),
    define_described_operation(
        "IdentityToSSOConfigCheck",
        "GET",
        IDENTITY + "/sso-configs/{sso_config_id}/is-identity-assigned",
        "sso-configs:read",
    ),
    define_described_operation("ListSsoConfigsForIdentity", "GET", IDENTITY + "/sso-configs", "sso-configs:read"),
    define_described_operation("AddGroupsToSsoConfig", "POST", SSO_CONFIG + ":addGroups", "sso-configs:update"),
    define_described_operation("DeleteGroupsFromSsoConfig", "POST", SSO_CONFIG + ":deleteGroups", "sso-configs:update"),
    define_described_operation(
        "ListGroupsForSSOConfig", "GET", SSO_CONFIG + ":listGroupAssociations", "sso-configs:read", "groups:read"
    ),
    define_described_operation("ListSsoConfigsForGroup", "GET", GROUP + "/sso-configs", "sso-configs:read"),
    define_described_operation("SSOIsGroupAssigned", "POST", SSO_CONFIG + "/is-group-assigned", "sso-configs:read"),
    define_described_operation(
        "ApplicationIdToSSOConfigId", "GET", APPLICATION + "/sso-configs-id", "sso-configs:read"
    ),
    define_described_operation("TestSsoConfig", "POST", SSO_CONFIG + "/test", "sso-configs:read"),
)

DESCRIBED = (
    *_BATCHES,
    define_described_operation("CreateTheme", "POST", THEMES, "themes:create"),
    define_described_operation("GetActiveTheme", "GET", THEMES + "/active", "themes:read"),
    define_described_operation("GetTheme", "GET", THEMES + "/{theme_id}", "themes:read"),
    define_described_operation("UpdateTheme", "PATCH", THEMES + "/{theme_id}", "themes:update"),
    *_SSO,
    define_described_operation("GetFlowTypeConfig", "GET", FLOW_TYPES, *READ_FLOW_TYPES),
    define_described_operation("UpdateFlowTypeConfig", "PATCH", FLOW_TYPES, *READ_FLOW_TYPES, "flow-type:update"),
    define_described_operation("listIdentityProviders", "GET", PROVIDERS),
    define_described_operation("createIdentityProvider", "POST", PROVIDERS),
    define_described_operation("updateIdentityProvider", "PATCH", PROVIDER),
    define_described_operation("getIdentityProvider", "GET", PROVIDER),
    define_described_operation("deleteIdentityProvider", "DELETE", PROVIDER),
)
