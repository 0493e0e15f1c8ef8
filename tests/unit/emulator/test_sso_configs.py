# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""SSO configurations: the objects that belong to them, and the identities and groups that can use them."""

from __future__ import annotations

import pytest

from beyondidentity_emulator.management.saml_fields import SAML_DEFAULTS
from tests.unit.emulator.api import Api, read_violated_fields
from tests.unit.emulator.stage import BOOKMARK

PROVIDER = {"client_id": "pets", "client_secret": "known to the provider", "identifying_claim_name": "email"}
SAML_URLS = {"acs_url": "https://wiki.example/acs", "audience_url": "https://wiki.example"}
SUMMARIES = {
    "bookmark": BOOKMARK,
    "entra_id_external_auth_methods": {
        "redirect_uris": ["https://login.example/callback"],
        "discover_endpoint": "global_azure",
    },
    "generic_oidc": {
        "redirect_uris": ["https://pets.example/callback"],
        "scopes": ["pets:read"],
        "confidentiality": "confidential",
        "pkce": "s256",
    },
    "generic_oidc_idp": {
        **PROVIDER,
        "identity_attribute": "email",
        "authorization_endpoint": "https://idp.example/authorize",
        "token_endpoint": "https://idp.example/token",
        "jwks_endpoint": "https://idp.example/keys",
    },
    "saml": {**SAML_DEFAULTS, **SAML_URLS},
    "okta_idp": {**PROVIDER, "identity_attribute": "id", "okta_domain": "pets.okta.example"},
    "okta_sso_bi_idp": {"pkce": "disabled", "okta_registration": {"domain": "pets.okta.example"}},
    "scim": {"company_identifier": "pets"},
    "ws_fed": {**SAML_DEFAULTS, **SAML_URLS, "expiration_time_seconds": 300},
}


@pytest.fixture
def api(tenant):
    return Api.of(tenant)


def create(api, payload_type="bookmark", **changes):
    payload = {"type": payload_type, **SUMMARIES[payload_type], **changes}
    return api.post("sso-configs", {"sso_config": {"display_name": "Pets", "payload": payload}})


def count_objects(api):
    """Return how many objects there are that SSO configurations can own."""
    lists = ("applications", "authenticator-configs", "resource-servers", "identity-providers", "sso-configs")
    return [api.get(name)["total_size"] for name in lists]


@pytest.mark.parametrize("payload_type", SUMMARIES)
def test_life_of_each_type(api, payload_type):
    before = count_objects(api)
    config = create(api, payload_type)
    path = f"sso-configs/{config['id']}"
    assert config["payload"]["type"] == {"saml": "generic_saml"}.get(payload_type, payload_type)
    assert api.get(path) == config
    listed = api.get("sso-configs")
    assert [one["id"] for one in listed["sso_configs"]] == [config["id"]]
    assert listed["sso_configs"][0]["payload"].items() <= config["payload"].items()
    changed = api.patch(path, {"sso_config": {"type": payload_type, "display_name": "Cats"}})
    assert changed == {**config, "display_name": "Cats"}
    assert api.call("POST", f"{path}/test").json().keys() == {"identity_providers", "oidc_applications"}
    api.delete(path)
    assert count_objects(api) == before
    assert api.call("GET", path).status_code == 404


def test_application_of_a_configuration_follows_it(api):
    config = create(api, "generic_oidc", inbound_scim={})
    payload = config["payload"]
    application = api.get(f"applications/{payload['application_id']}")
    assert application["protocol_config"]["client_id"] == payload["client_id"]
    assert application["protocol_config"]["client_secret"] == payload["client_secret"]
    assert application["resource_server_id"] == payload["resource_server_id"]
    for application_id in (payload["application_id"], payload["inbound_scim"]["application_id"]):
        assert api.get(f"applications/{application_id}/sso-configs-id") == {"sso_config_id": config["id"]}
    uris = ["https://cats.example/callback"]
    api.patch(f"sso-configs/{config['id']}", {"sso_config": {"type": "generic_oidc", "redirect_uris": uris}})
    assert api.get(f"applications/{payload['application_id']}")["protocol_config"]["redirect_uris"] == uris


def test_objects_of_a_configuration_follow_its_changes(api):
    config = create(api, "generic_oidc")
    path, first = f"sso-configs/{config['id']}", config["payload"]["client_secret"]

    def change(**fields):
        return api.patch(path, {"sso_config": {"type": "generic_oidc", **fields}})["payload"]

    origins = ["https://pets.example"]
    payload = change(scopes=["cats:read"], trusted_origins=origins, confidentiality="public")
    assert "client_secret" not in payload
    assert api.get(f"resource-servers/{payload['resource_server_id']}")["scopes"] == ["cats:read"]
    authenticator = api.get(f"authenticator-configs/{payload['authenticator_config_id']}")
    assert authenticator["config"]["trusted_origins"] == origins
    protocol = api.get(f"applications/{payload['application_id']}")["protocol_config"]
    assert (protocol["allowed_scopes"], protocol["token_endpoint_auth_method"]) == (["cats:read"], "none")
    second = change(confidentiality="confidential")["client_secret"]
    assert second != first
    assert change(pkce="plain")["client_secret"] == second


def test_scim_application_is_created_once(api):
    config = create(api, "generic_oidc")
    path, change = f"sso-configs/{config['id']}", {"sso_config": {"type": "generic_oidc", "inbound_scim": {}}}
    created = api.patch(path, change)["payload"]["inbound_scim"]
    change["sso_config"]["inbound_scim"] = {"client_secret": "ignored"}
    assert api.patch(path, change)["payload"]["inbound_scim"] == created
    api.delete(path)
    assert api.call("GET", f"applications/{created['application_id']}").status_code == 404


def test_objects_that_use_those_of_a_deleted_configuration_lose_them(api, tenant):
    payload = create(api, "generic_oidc")["payload"]
    (config,) = api.get("sso-configs")["sso_configs"]
    server, authenticator = payload["resource_server_id"], payload["authenticator_config_id"]
    role = api.post(f"resource-servers/{server}/roles", {"role": {"display_name": "Pets", "description": ""}})
    (identity,) = tenant.seed(identities=1)["identities"]
    api.post(f"resource-servers/{server}/roles/{role['id']}:addMembers", {"identity_ids": [identity]})
    own = api.get(f"applications/{payload['application_id']}")
    shared = {name: own[name] for name in ("protocol_config", "resource_server_id", "authenticator_config_id")}
    other = api.post("applications", {"application": {"display_name": "Other", **shared}})
    api.delete(f"sso-configs/{config['id']}")
    left = api.get(f"applications/{other['id']}")
    assert left.keys().isdisjoint(("resource_server_id", "authenticator_config_id"))
    assert left["protocol_config"]["allowed_scopes"] == []
    assert api.call("GET", f"authenticator-configs/{authenticator}").status_code == 404
    assert api.call("GET", f"identities/{identity}:listRoles", params={"resource_server_id": server}).status_code == 409
    api.delete(f"identities/{identity}")


@pytest.mark.parametrize("name", ["applications", "identity-providers", "resource-servers", "authenticator-configs"])
def test_configuration_outlives_its_objects(api, tenant, name):
    tenant.change_settings(conflicts="documented")
    for payload_type in ("generic_oidc", "okta_idp"):
        create(api, payload_type)
    for record in api.all(name, name.replace("-", "_")):
        if not record.get("is_managed"):
            api.delete(f"{name}/{record['id']}")
    for config in api.all("sso-configs", "sso_configs"):
        path = f"sso-configs/{config['id']}"
        changed = api.patch(path, {"sso_config": {"type": config["payload"]["type"], "display_name": "Cats"}})
        assert changed["display_name"] == "Cats"
        assert api.call("POST", f"{path}/test").status_code == 200
        api.delete(path)
    assert api.get("sso-configs")["total_size"] == 0


def test_public_application_has_no_secret(api):
    payload = create(api, "generic_oidc", confidentiality="public")["payload"]
    assert "client_secret" not in payload
    assert payload["oidc_configuration"]["token_endpoint_auth_methods_supported"] == ["none"]
    assert "client_secret" not in api.get(f"applications/{payload['application_id']}")["protocol_config"]


def test_application_without_a_configuration_has_none(api, tenant):
    assert api.get(f"applications/{tenant.application_id}/sso-configs-id") == {}


def test_provider_of_a_configuration_follows_it(api):
    config = create(api, "generic_oidc_idp")
    path = f"identity-providers/{config['payload']['identity_provider_id']}"
    assert api.get(path)["protocol_config"]["token_url"] == "https://idp.example/token"
    assert api.get(path)["protocol_config"]["redirect_url"] == config["payload"]["redirect_uri"]
    change = {"type": "generic_oidc_idp", "client_id": "cats"}
    api.patch(f"sso-configs/{config['id']}", {"sso_config": change})
    assert api.get(path)["protocol_config"]["client_id"] == "cats"


REFUSED = [
    ({"type": "unknown"}, ["sso_config.payload.type"]),
    ({"type": ["bookmark"]}, ["sso_config.payload.type"]),
    ({"type": "bookmark"}, ["sso_config.payload.login_link"]),
    ({"type": "bookmark", "login_link": 1}, ["sso_config.payload.login_link"]),
    ({**SUMMARIES["generic_oidc"], "type": "generic_oidc", "pkce": "S256"}, ["sso_config.payload.pkce"]),
    (
        {**SUMMARIES["saml"], "type": "saml", "sp_signature_certificates": [{}]},
        ["sso_config.payload.sp_signature_certificates.0.sp_public_signing_key"],
    ),
    ("bookmark", ["sso_config.payload"]),
]


@pytest.mark.parametrize(("payload", "fields"), REFUSED)
def test_invalid_payload_is_refused(api, payload, fields):
    document = {"sso_config": {"display_name": "Pets", "payload": payload}}
    assert read_violated_fields(api.call("POST", "sso-configs", json=document)) == fields
    assert api.get("sso-configs")["total_size"] == 0


def test_type_cannot_be_changed(api):
    path = f"sso-configs/{create(api)['id']}"
    response = api.call("PATCH", path, json={"sso_config": {"type": "scim", "company_identifier": "x"}})
    assert read_violated_fields(response) == ["sso_config.type"]


def test_list_is_filtered_and_sorted(api):
    for name, payload_type in (("b", "bookmark"), ("a", "bookmark"), ("c", "scim")):
        payload = {"type": payload_type, **SUMMARIES[payload_type]}
        api.post("sso-configs", {"sso_config": {"display_name": name, "payload": payload}})
    api.post("sso-configs", {"sso_config": {"display_name": "d", "payload": BOOKMARK, "is_migrated": True}})

    def names(**query):
        return [config["display_name"] for config in api.pages("sso-configs", "sso_configs", **query)[0]["sso_configs"]]

    assert names(order_by="display_name") == ["a", "b", "c", "d"]
    assert names(order_by="display_name desc", type="bookmark") == ["d", "b", "a"]
    assert names(order_by="display_name", type=["scim", "ws_fed"]) == ["c"]
    assert names(is_migrated="true") == ["d"]
    assert api.call("GET", "sso-configs", params={"type": "unknown"}).status_code == 400
    assert api.call("GET", "sso-configs", params={"is_migrated": "yes"}).status_code == 400


def test_identities_and_groups_of_a_configuration(api, tenant):
    ids = tenant.seed(identities=2, groups=1)
    direct, member = ids["identities"]
    (group,) = ids["groups"]
    api.post(f"groups/{group}:addMembers", {"identity_ids": [member]})
    config = create(api)
    path = f"sso-configs/{config['id']}"
    api.post(f"{path}:addIdentities", {"identity_ids": [direct, member]})
    api.post(f"{path}:addGroups", {"group_ids": [group]})
    found = api.all(f"{path}:listIdentityAssociations", "identities", page_size=1)
    assert sorted((one["id"], one.get("group_id", "")) for one in found) == sorted(
        [(direct, ""), (member, ""), (member, group)]
    )
    assert [one["id"] for one in api.get(f"{path}:listGroupAssociations")["groups"]] == [group]
    for owner in (f"identities/{direct}", f"identities/{member}", f"groups/{group}"):
        assert [one["id"] for one in api.get(f"{owner}/sso-configs")["sso_configs"]] == [config["id"]]
    api.post(f"{path}:deleteIdentities", {"identity_ids": [direct, member]})
    assert [one["id"] for one in api.get(f"{path}:listIdentityAssociations")["identities"]] == [member]
    api.delete(f"identities/{member}")
    assert api.get(f"{path}:listIdentityAssociations")["identities"] == []
    api.post(f"{path}:deleteGroups", {"group_ids": [group]})
    assert api.get(f"{path}:listGroupAssociations")["groups"] == []


def test_deleted_groups_and_configurations_leave_no_association(api, tenant):
    (group,) = tenant.seed(groups=1)["groups"]
    first, second = create(api), create(api)
    for config in (first, second):
        api.post(f"sso-configs/{config['id']}:addGroups", {"group_ids": [group]})
    api.delete(f"sso-configs/{first['id']}")
    assert [one["id"] for one in api.get(f"groups/{group}/sso-configs")["sso_configs"]] == [second["id"]]
    api.delete(f"groups/{group}")
    assert api.get(f"sso-configs/{second['id']}:listGroupAssociations")["groups"] == []


def test_unknown_members_are_refused(api, tenant):
    path = f"sso-configs/{create(api)['id']}"
    assert api.call("POST", f"{path}:addIdentities", json={"identity_ids": ["unknown"]}).status_code == 404
    assert api.call("POST", f"{path}:addGroups", json={"group_ids": [{}]}).status_code == 400
    assert api.call("POST", f"{path}:addGroups", json={"group_ids": []}).status_code == 400


def test_assignment_checks(api, tenant):
    tenant.change_settings(undeployed_operations=[])
    ids = tenant.seed(identities=1, groups=1)
    (identity,), (group,) = ids["identities"], ids["groups"]
    path = f"sso-configs/{create(api)['id']}"

    def check():
        by_identity = api.get(f"identities/{identity}/{path}/is-identity-assigned")
        return by_identity, api.call("POST", f"{path}/is-group-assigned", json={"group_ids": [group]}).json()

    assert check() == ({"is_assigned_to_sso_config": False}, {"is_assigned_to_sso_config": False})
    api.post(f"{path}:addIdentities", {"identity_ids": [identity]})
    api.post(f"{path}:addGroups", {"group_ids": [group]})
    assert check() == ({"is_assigned_to_sso_config": True}, {"is_assigned_to_sso_config": True})


def test_correlation_id_is_returned_and_can_be_required(api, tenant):
    plain = {"Authorization": f"Bearer {api.token}"}
    assert (
        api.call("GET", "sso-configs", headers={**plain, "x-correlation_id": "42"}).headers["x-correlation_id"] == "42"
    )
    assert api.call("GET", "sso-configs", headers=plain).headers["x-correlation_id"]
    tenant.change_settings(correlation_id="required")
    response = api.call("GET", "identity-providers", headers=plain)
    assert read_violated_fields(response) == ["x-correlation_id"]
    assert api.call("GET", "applications", headers=plain).status_code == 200
