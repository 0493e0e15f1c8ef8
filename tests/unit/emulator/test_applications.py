# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Applications: what may be created and changed, and how they look."""

from __future__ import annotations

import re

import pytest

from tests.unit.emulator.api import Api, application, violated

CODE = {"grant_type": ["authorization_code"], "redirect_uris": ["http://127.0.0.1:8080/callback"], "pkce": "s256"}


@pytest.fixture
def api(tenant):
    return Api.of(tenant)


def test_the_builtin_application(tenant, api):
    [builtin] = api.get("applications")["applications"]
    assert builtin == api.get(f"applications/{tenant.application_id}")
    assert builtin["is_managed"] is True
    assert builtin["display_name"] == "Beyond Identity Management API"
    assert builtin["protocol_config"]["client_secret"] == tenant.client_secret


@pytest.mark.parametrize("method", ["PATCH", "DELETE"])
def test_managed_objects_stay_as_they_are(tenant, api, method):
    for path, name in (
        (f"applications/{tenant.application_id}", "application"),
        (f"resource-servers/{tenant.resource_server_id}", "resource_server"),
    ):
        before = api.get(path)
        assert api.call(method, path, json={name: {"display_name": "Mine"}}).status_code == 403
        assert api.get(path) == before


def test_creation_fills_in_what_the_service_sets(tenant, api):
    created = api.post(
        "applications", application(id="mine", is_managed=True, protocol={"client_id": "a", "client_secret": "b"})
    )
    assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", created["id"])
    assert created["is_managed"] is False
    protocol = created["protocol_config"]
    assert re.fullmatch(r"[A-Za-z0-9]{24}", protocol["client_id"])
    assert re.fullmatch(r"[A-Za-z0-9]{48}", protocol["client_secret"])
    assert protocol["token_format"] == "self_contained"
    assert protocol["token_configuration"] == {
        "expires_after": 3600,
        "token_signing_algorithm": "RS256",
        "subject_field": "id",
    }
    assert (created["tenant_id"], created["realm_id"]) == (tenant.tenant_id, tenant.realm_id)
    assert "authenticator_config_id" not in created
    assert api.get(f"applications/{created['id']}") == created
    assert created in api.get("applications")["applications"]


def test_display_names_are_not_unique(api):
    first, second = (api.post("applications", application()) for _round in range(2))
    assert first["id"] != second["id"]
    assert first["display_name"] == second["display_name"]


@pytest.mark.parametrize("sent", ["client_secret_post", "none", "client_secret_basic"])
def test_auth_method_is_ignored(api, sent):
    confidential = api.post("applications", application(protocol={"token_endpoint_auth_method": sent}))
    assert confidential["protocol_config"]["token_endpoint_auth_method"] == "client_secret_basic"
    public = api.post(
        "applications", application(protocol={**CODE, "confidentiality": "public", "token_endpoint_auth_method": sent})
    )
    assert public["protocol_config"]["token_endpoint_auth_method"] == "none"
    assert "client_secret" not in public["protocol_config"]


REFUSED = [
    ({"display_name": ""}, ["application.display_name"]),
    ({"display_name": 5}, ["application.display_name"]),
    ({"resource_server_id": "x"}, ["application.resource_server_id"]),
    ({"authenticator_config_id": "x"}, ["application.authenticator_config_id"]),
    ({"protocol": {"type": "saml"}}, ["application.protocol_config.type"]),
    ({"protocol_config": None}, ["application.protocol_config.type"]),
    ({"protocol": {"allowed_scopes": ["realms:read"]}}, ["application.protocol_config.allowed_scopes"]),
    ({"protocol": {"allowed_scopes": "realms:read"}}, ["application.protocol_config.allowed_scopes"]),
    ({"protocol": {"grant_type": []}}, ["application.protocol_config.grant_type"]),
    ({"protocol": {"grant_type": ["password"]}}, ["application.protocol_config.grant_type"]),
    ({"protocol": {"confidentiality": "secret"}}, ["application.protocol_config.confidentiality"]),
    ({"protocol": {"confidentiality": "public", "pkce": "s256"}}, ["application.protocol_config.confidentiality"]),
    ({"protocol": {**CODE, "confidentiality": "public", "pkce": "disabled"}}, ["application.protocol_config.pkce"]),
    ({"protocol": {**CODE, "redirect_uris": []}}, ["application.protocol_config.redirect_uris"]),
    ({"protocol": {**CODE, "redirect_uris": ["/callback"]}}, ["application.protocol_config.redirect_uris"]),
    ({"protocol": {**CODE, "redirect_uris": ["https://a.example/#x"]}}, ["application.protocol_config.redirect_uris"]),
    ({"protocol": {"pkce": "S256"}}, ["application.protocol_config.pkce"]),
    ({"protocol": {"token_format": "jwt"}}, ["application.protocol_config.token_format"]),
    ({"protocol": {"token_configuration": {}}}, ["application.protocol_config.token_configuration.expires_after"]),
    (
        {"protocol": {"token_configuration": {"expires_after": -1}}},
        ["application.protocol_config.token_configuration.expires_after"],
    ),
    (
        {"protocol": {"token_configuration": {"expires_after": 1, "subject_field": "shoe"}}},
        ["application.protocol_config.token_configuration.subject_field"],
    ),
]


@pytest.mark.parametrize(("changes", "fields"), REFUSED)
def test_refused_creation(api, changes, fields):
    assert violated(api.call("POST", "applications", json=application(**changes))) == fields
    assert api.get("applications")["total_size"] == 1


def test_scopes_must_be_the_resource_servers(tenant, api):
    body = application(
        resource_server_id=tenant.resource_server_id,
        protocol={"allowed_scopes": ["realms:read", "pets:read", "openid"]},
    )
    response = api.call("POST", "applications", json=body)
    assert violated(response) == ["application.protocol_config.allowed_scopes"]
    assert "openid, pets:read" in response.text


def test_client_credentials_go_without_an_authenticator(api):
    [authenticator] = api.get("authenticator-configs")["authenticator_configs"]
    body = application(authenticator_config_id=authenticator["id"])
    assert violated(api.call("POST", "applications", json=body)) == ["application.authenticator_config_id"]
    created = api.post("applications", application(authenticator_config_id=authenticator["id"], protocol=CODE))
    assert created["authenticator_config_id"] == authenticator["id"]


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b'{"application": 1}', b'{"display_name": "x"}', b"\xff"])
def test_malformed_body(api, data):
    headers = {"Authorization": f"Bearer {api.token}", "Content-Type": "application/json"}
    assert api.call("POST", "applications", data=data, headers=headers).status_code == 400


def test_patch_keeps_what_is_omitted(tenant, api):
    created = api.post(
        "applications",
        application(resource_server_id=tenant.resource_server_id, protocol={"allowed_scopes": ["realms:read"]}),
    )
    changed = api.patch(
        f"applications/{created['id']}", {"application": {"display_name": "Cats", "id": "x", "realm_id": "y"}}
    )
    assert changed == {**created, "display_name": "Cats"}


def test_patch_replaces_the_protocol_whole_but_keeps_the_credentials(tenant, api):
    body = application(
        resource_server_id=tenant.resource_server_id,
        protocol={"allowed_scopes": ["realms:read"], "token_format": "referential"},
    )
    created = api.post("applications", body)
    path = f"applications/{created['id']}"
    assert violated(api.call("PATCH", path, json={"application": {"protocol_config": {"allowed_scopes": []}}}))
    assert violated(
        api.call(
            "PATCH",
            path,
            json={"application": {"protocol_config": {"type": "oidc", "grant_type": ["client_credentials"]}}},
        )
    )
    changed = api.patch(
        path, {"application": {"protocol_config": {"type": "oauth2", "grant_type": ["client_credentials"]}}}
    )
    protocol = changed["protocol_config"]
    assert protocol["allowed_scopes"] == []
    assert protocol["token_format"] == "self_contained"
    assert protocol["token_configuration"]["expires_after"] == 86400
    for name in ("client_id", "client_secret"):
        assert protocol[name] == created["protocol_config"][name]


def test_a_resource_server_can_be_taken_away_with_its_scopes_only(tenant, api):
    created = api.post(
        "applications",
        application(resource_server_id=tenant.resource_server_id, protocol={"allowed_scopes": ["realms:read"]}),
    )
    path = f"applications/{created['id']}"
    assert violated(api.call("PATCH", path, json={"application": {"resource_server_id": ""}}))
    whole = {"resource_server_id": None, "protocol_config": {**created["protocol_config"], "allowed_scopes": []}}
    assert "resource_server_id" not in api.patch(path, {"application": whole})


def test_deletion(api):
    created = api.post("applications", application())
    path = f"applications/{created['id']}"
    assert api.delete(path) is None
    for method in ("GET", "PATCH", "DELETE"):
        response = api.call(method, path, json={"application": {}})
        assert response.status_code == 404
        assert response.json()["details"][0]["resource_type"] == "Application"


def test_seeded_applications_of_other_protocols_are_listed(tenant, api):
    tenant.seed(applications=2, name="SSO {n}", application={"protocol_config": {"type": "saml"}})
    api.checked = False
    names = {
        record["display_name"]: record["protocol_config"]["type"] for record in api.get("applications")["applications"]
    }
    assert names["SSO 1"] == names["SSO 2"] == "saml"
