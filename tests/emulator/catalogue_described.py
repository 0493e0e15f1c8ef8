# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The operations that the emulator has no model of: passkeys, themes, SSO and flow types."""

from __future__ import annotations

from .operation import APPLICATION, GROUP, IDENTITY, REALM, described

CREDENTIAL = IDENTITY + "/credentials/{credential_id}"
JOBS = IDENTITY + "/credential-binding-jobs"
JOB = JOBS + "/{credential_binding_job_id}"
BATCHES = REALM + "/batch-credential-binding-jobs"
BATCH = BATCHES + "/{batch_credential_binding_job_id}"
THEMES = REALM + "/themes"
SSO_CONFIGS = REALM + "/sso-configs"
SSO_CONFIG = SSO_CONFIGS + "/{sso_config_id}"
FLOW_TYPES = REALM + "/flow-type-config"
READ_FLOW_TYPES = ("tenants:read", "realms:read", "flow-type:read", "flow-type:create")
PROVIDERS = REALM + "/identity-providers"
PROVIDER = PROVIDERS + "/{identity_provider_id}"

_CREDENTIALS = (
    described("ListCredentials", "GET", IDENTITY + "/credentials", "credentials:read"),
    described("GetCredential", "GET", CREDENTIAL, "credentials:read"),
    described("RevokeCredential", "POST", CREDENTIAL + ":revoke", "credentials:revoke"),
    described("CreateCredentialBindingJob", "POST", JOBS, "credential-binding-jobs:create"),
    described("ListCredentialBindingJobs", "GET", JOBS, "credential-binding-jobs:read"),
    described("GetCredentialBindingJob", "GET", JOB, "credential-binding-jobs:read"),
    described("SetCredentialBindingJobRevoked", "POST", JOB + ":revoke", "credential-binding-jobs:revoke"),
    described("CreateBatchCredentialBindingJob", "POST", BATCHES, "credential-binding-jobs:create"),
    described("GetBatchCredentialBindingJob", "GET", BATCH, "credential-binding-jobs:read"),
    described("ListBatchCredentialBindingJobResults", "GET", BATCH + ":listResults", "credential-binding-jobs:read"),
)

_SSO = (
    described("CreateSsoConfig", "POST", SSO_CONFIGS, "sso-configs:create"),
    described("listSsoConfigs", "GET", SSO_CONFIGS, "sso-configs:read"),
    described("GetSsoConfig", "GET", SSO_CONFIG, "sso-configs:read"),
    described("UpdateSsoConfig", "PATCH", SSO_CONFIG, "sso-configs:update"),
    described("DeleteSsoConfig", "DELETE", SSO_CONFIG, "sso-configs:delete"),
    described("AddIdentitiesToSsoConfig", "POST", SSO_CONFIG + ":addIdentities", "sso-configs:update"),
    described("DeleteIdentitiesFromSsoConfig", "POST", SSO_CONFIG + ":deleteIdentities", "sso-configs:update"),
    described(
        "ListIdentitiesForSsoConfig",
        "GET",
        SSO_CONFIG + ":listIdentityAssociations",
        "sso-configs:read",
        "identities:read",
        "groups:read",
    ),
    described(
        "IdentityToSSOConfigCheck",
        "GET",
        IDENTITY + "/sso-configs/{sso_config_id}/is-identity-assigned",
        "sso-configs:read",
    ),
    described("ListSsoConfigsForIdentity", "GET", IDENTITY + "/sso-configs", "sso-configs:read"),
    described("AddGroupsToSsoConfig", "POST", SSO_CONFIG + ":addGroups", "sso-configs:update"),
    described("DeleteGroupsFromSsoConfig", "POST", SSO_CONFIG + ":deleteGroups", "sso-configs:update"),
    described(
        "ListGroupsForSSOConfig", "GET", SSO_CONFIG + ":listGroupAssociations", "sso-configs:read", "groups:read"
    ),
    described("ListSsoConfigsForGroup", "GET", GROUP + "/sso-configs", "sso-configs:read"),
    described("SSOIsGroupAssigned", "POST", SSO_CONFIG + "/is-group-assigned", "sso-configs:read"),
    described("ApplicationIdToSSOConfigId", "GET", APPLICATION + "/sso-configs-id", "sso-configs:read"),
    described("TestSsoConfig", "POST", SSO_CONFIG + "/test", "sso-configs:read"),
)

DESCRIBED = (
    *_CREDENTIALS,
    described("CreateTheme", "POST", THEMES, "themes:create"),
    described("GetActiveTheme", "GET", THEMES + "/active", "themes:read"),
    described("GetTheme", "GET", THEMES + "/{theme_id}", "themes:read"),
    described("UpdateTheme", "PATCH", THEMES + "/{theme_id}", "themes:update"),
    *_SSO,
    described("GetFlowTypeConfig", "GET", FLOW_TYPES, *READ_FLOW_TYPES),
    described("UpdateFlowTypeConfig", "PATCH", FLOW_TYPES, *READ_FLOW_TYPES, "flow-type:update"),
    described("listIdentityProviders", "GET", PROVIDERS),
    described("createIdentityProvider", "POST", PROVIDERS),
    described("updateIdentityProvider", "PATCH", PROVIDER),
    described("getIdentityProvider", "GET", PROVIDER),
    described("deleteIdentityProvider", "DELETE", PROVIDER),
)
