# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Creating, changing and reading applications."""

from __future__ import annotations

import re

import pytest

from tests.unit.emulator.api import Api, build_application, read_violated_fields

CODE = {"grant_type": ["authorization_code"], "redirect_uris": ["http://127.0.0.1:8080/callback"], "pkce": "s256"}


@pytest.fixture
def api(tenant):
    return Api.of(tenant)


def test_builtin_application_is_listed_as_managed(tenant, api):
    [builtin] = api.get("applications")["applications"]
    assert builtin == api.get(f"applications/{tenant.application_id}")
    assert builtin["is_managed"] is True
    assert builtin["display_name"] == "Beyond Identity Management API"
    assert builtin["protocol_config"]["client_secret"] == tenant.client_secret


@pytest.mark.parametrize("method", ["PATCH", "DELETE"])
def test_managed_objects_cannot_be_changed_or_deleted(tenant, api, method):
    for path, name in (
        (f"applications/{tenant.application_id}", "application"),
        (f"resource-servers/{tenant.resource_server_id}", "resource_server"),
    ):
        before = api.get(path)
        assert api.call(method, path, json={name: {"display_name": "Mine"}}).status_code == 403
        assert api.get(path) == before


def test_create_sets_ids_credentials_and_defaults(tenant, api):
    created = api.post(
        "applications", build_application(id="mine", is_managed=True, protocol={"client_id": "a", "client_secret": "b"})
    )
    assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", created["id"])
    assert created["is_managed"] is False
    protocol = created["protocol_config"]
    assert re.fullmatch(r"[A-Za-z0-9_-]{24}", protocol["client_id"])
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
    first, second = (api.post("applications", build_application()) for _round in range(2))
    assert first["id"] != second["id"]
    assert first["display_name"] == second["display_name"]


@pytest.mark.parametrize("sent", ["client_secret_post", "none", "client_secret_basic"])
def test_requested_auth_method_is_ignored(api, sent):
    confidential = api.post("applications", build_application(protocol={"token_endpoint_auth_method": sent}))
    assert confidential["protocol_config"]["token_endpoint_auth_method"] == "client_secret_basic"
    public = api.post(
        "applications",
        build_application(protocol={**CODE, "confidentiality": "public", "token_endpoint_auth_method": sent}),
    )
    assert public["protocol_config"]["token_endpoint_auth_method"] == "none"
    assert "client_secret" not in public["protocol_config"]


REFUSED = [
    ({"display_name": ""}, ["application.display_name"]),
    ({"display_name": 5}, ["application.display_name"]),
    ({"resource_server_id": "x"}, ["application.resource_server_id"]),
    ({"authenticator_config_id": "x"}, ["application.authenticator_config_id"]),
    ({"protocol": {"type": "unknown"}}, ["application.protocol_config.type"]),
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
def test_create_refuses_invalid_fields(api, changes, fields):
    assert read_violated_fields(api.call("POST", "applications", json=build_application(**changes))) == fields
    assert api.get("applications")["total_size"] == 1


def test_allowed_scopes_must_belong_to_the_resource_server(tenant, api):
    body = build_application(
        resource_server_id=tenant.resource_server_id,
        protocol={"allowed_scopes": ["realms:read", "pets:read", "openid"]},
    )
    response = api.call("POST", "applications", json=body)
    assert read_violated_fields(response) == ["application.protocol_config.allowed_scopes"]
    assert "openid, pets:read" in response.text


def test_client_credentials_application_cannot_have_an_authenticator(api):
    [authenticator] = api.get("authenticator-configs")["authenticator_configs"]
    body = build_application(authenticator_config_id=authenticator["id"])
    assert read_violated_fields(api.call("POST", "applications", json=body)) == ["application.authenticator_config_id"]
    created = api.post("applications", build_application(authenticator_config_id=authenticator["id"], protocol=CODE))
    assert created["authenticator_config_id"] == authenticator["id"]


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b'{"application": 1}', b'{"display_name": "x"}', b"\xff"])
def test_malformed_body_is_refused(api, data):
    headers = {"Authorization": f"Bearer {api.token}", "Content-Type": "application/json"}
    assert api.call("POST", "applications", data=data, headers=headers).status_code == 400


def test_patch_keeps_omitted_fields(tenant, api):
    created = api.post(
        "applications",
        build_application(resource_server_id=tenant.resource_server_id, protocol={"allowed_scopes": ["realms:read"]}),
    )
    changed = api.patch(
        f"applications/{created['id']}", {"application": {"display_name": "Cats", "id": "x", "realm_id": "y"}}
    )
    assert changed == {**created, "display_name": "Cats"}


def test_patch_replaces_the_protocol_but_keeps_the_credentials(tenant, api):
    body = build_application(
        resource_server_id=tenant.resource_server_id,
        protocol={"allowed_scopes": ["realms:read"], "token_format": "referential"},
    )
    created = api.post("applications", body)
    path = f"applications/{created['id']}"
    assert read_violated_fields(
        api.call("PATCH", path, json={"application": {"protocol_config": {"allowed_scopes": []}}})
    )
    assert read_violated_fields(
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


def test_resource_server_can_be_removed_only_with_its_scopes(tenant, api):
    created = api.post(
        "applications",
        build_application(resource_server_id=tenant.resource_server_id, protocol={"allowed_scopes": ["realms:read"]}),
    )
    path = f"applications/{created['id']}"
    assert read_violated_fields(api.call("PATCH", path, json={"application": {"resource_server_id": ""}}))
    whole = {"resource_server_id": None, "protocol_config": {**created["protocol_config"], "allowed_scopes": []}}
    assert "resource_server_id" not in api.patch(path, {"application": whole})


def test_deleted_application_is_not_found(api):
    created = api.post("applications", build_application())
    path = f"applications/{created['id']}"
    assert api.delete(path) is None
    for method in ("GET", "PATCH", "DELETE"):
        response = api.call(method, path, json={"application": {}})
        assert response.status_code == 404
        assert response.json()["details"][0]["resource_type"] == "Application"


def test_seeded_saml_applications_are_listed(tenant, api):
    tenant.seed(applications=2, name="SSO {n}", application={"protocol_config": {"type": "saml"}})
    api.checked = False
    names = {
        record["display_name"]: record["protocol_config"]["type"] for record in api.get("applications")["applications"]
    }
    assert names["SSO 1"] == names["SSO 2"] == "saml"
