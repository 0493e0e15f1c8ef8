# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The operations on SSO configurations and identity providers. All of them have a correlation ID."""

from __future__ import annotations

from .operation import APPLICATION, GROUP, IDENTITY, REALM, Operation

CONFIGS = REALM + "/sso-configs"
CONFIG = CONFIGS + "/{sso_config_id}"
PROVIDERS = REALM + "/identity-providers"
PROVIDER = PROVIDERS + "/{identity_provider_id}"


def _define(name: str, method: str, path: str, *scopes: str) -> Operation:
    return Operation(name, method, path, scopes, is_correlated=True)


SSO = (
    _define("CreateSsoConfig", "POST", CONFIGS, "sso-configs:create"),
    _define("listSsoConfigs", "GET", CONFIGS, "sso-configs:read"),
    _define("GetSsoConfig", "GET", CONFIG, "sso-configs:read"),
    _define("UpdateSsoConfig", "PATCH", CONFIG, "sso-configs:update"),
    _define("DeleteSsoConfig", "DELETE", CONFIG, "sso-configs:delete"),
    _define("AddIdentitiesToSsoConfig", "POST", CONFIG + ":addIdentities", "sso-configs:update"),
    _define("DeleteIdentitiesFromSsoConfig", "POST", CONFIG + ":deleteIdentities", "sso-configs:update"),
    _define(
        "ListIdentitiesForSsoConfig",
        "GET",
        CONFIG + ":listIdentityAssociations",
        "sso-configs:read",
        "identities:read",
        "groups:read",
    ),
    _define(
        "IdentityToSSOConfigCheck",
        "GET",
        IDENTITY + "/sso-configs/{sso_config_id}/is-identity-assigned",
        "sso-configs:read",
    ),
    _define("ListSsoConfigsForIdentity", "GET", IDENTITY + "/sso-configs", "sso-configs:read"),
    _define("AddGroupsToSsoConfig", "POST", CONFIG + ":addGroups", "sso-configs:update"),
    _define("DeleteGroupsFromSsoConfig", "POST", CONFIG + ":deleteGroups", "sso-configs:update"),
    _define("ListGroupsForSSOConfig", "GET", CONFIG + ":listGroupAssociations", "sso-configs:read", "groups:read"),
    _define("ListSsoConfigsForGroup", "GET", GROUP + "/sso-configs", "sso-configs:read"),
    _define("SSOIsGroupAssigned", "POST", CONFIG + "/is-group-assigned", "sso-configs:read"),
    _define("ApplicationIdToSSOConfigId", "GET", APPLICATION + "/sso-configs-id", "sso-configs:read"),
    _define("TestSsoConfig", "POST", CONFIG + "/test", "sso-configs:read"),
    _define("listIdentityProviders", "GET", PROVIDERS),
    _define("createIdentityProvider", "POST", PROVIDERS),
    _define("updateIdentityProvider", "PATCH", PROVIDER),
    _define("getIdentityProvider", "GET", PROVIDER),
    _define("deleteIdentityProvider", "DELETE", PROVIDER),
)
