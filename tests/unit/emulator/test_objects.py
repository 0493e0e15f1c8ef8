# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tenants, realms, resource servers and authenticator configurations."""

from __future__ import annotations

import re

import pytest

from tests.unit.emulator.api import Api, read_violated_fields


@pytest.fixture
def api(tenant):
    return Api.of(tenant)


BAD_NAMES = ["", "x" * 65, "a{b", "a]b", "a/b", "a~b", "a`b", "what?", None, 1]


def test_tenant_can_be_renamed(tenant, api):
    assert re.fullmatch("0001[0-9a-f]{12}", api.get()["id"])
    changed = api.patch("", {"tenant": {"display_name": "Pets", "id": "x"}})
    assert changed == api.get()
    assert (changed["id"], changed["display_name"]) == (tenant.tenant_id, "Pets")


@pytest.mark.parametrize("name", BAD_NAMES)
@pytest.mark.parametrize(("method", "path", "key"), [("PATCH", "", "tenant"), ("POST", "/realms", "realm")])
def test_invalid_name_is_refused(api, method, path, key, name):
    assert read_violated_fields(api.call(method, path, json={key: {"display_name": name}})) == [f"{key}.display_name"]


def test_realm_can_be_created_changed_and_deleted(tenant, api):
    created = api.post("/realms", {"realm": {"display_name": "Pets", "id": "x"}})
    assert re.fullmatch("[0-9a-f]{16}", created["id"])
    assert (created["tenant_id"], created["classification"]) == (tenant.tenant_id, "SECURE_CUSTOMER")
    path = f"/realms/{created['id']}"
    assert api.get(path) == created
    changed = api.patch(path, {"realm": {"display_name": "Cats"}})
    assert {**changed, "update_time": ""} == {**created, "display_name": "Cats", "update_time": ""}
    assert {realm["id"] for realm in api.get("/realms")["realms"]} == {tenant.realm_id, created["id"]}
    assert api.get(f"{path}/applications")["total_size"] == 0
    assert [server["identifier"] for server in api.get(f"{path}/resource-servers")["resource_servers"]] == [
        "beyondidentity"
    ]
    assert api.delete(path) is None
    assert api.call("GET", path).status_code == 404


def test_admin_realm_and_realm_with_children_cannot_be_deleted(tenant, api):
    created = api.post("/realms", {"realm": {"display_name": "Pets"}})
    tenant.seed(identities=1, realm_id=created["id"])
    for identifier in (created["id"], tenant.realm_id):
        response = api.call("DELETE", f"/realms/{identifier}")
        assert (response.status_code, response.json()["code"]) == (409, "conflict")


def test_resource_server_can_be_created_changed_and_deleted(api):
    given = {"display_name": "Pets", "identifier": "https://pets.example", "scopes": ["pets:read", "pets:write"]}
    created = api.post("resource-servers", {"resource_server": given})
    assert {name: created[name] for name in given} == given
    path = f"resource-servers/{created['id']}"
    changed = api.patch(path, {"resource_server": {"scopes": ["pets:read"]}})
    assert changed == {**created, "scopes": ["pets:read"]} == api.get(path)
    assert api.get("resource-servers")["total_size"] == 2
    assert api.delete(path) is None
    assert api.call("DELETE", path).status_code == 404


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"display_name": ""}, "display_name"),
        ({"identifier": ""}, "identifier"),
        ({"identifier": "beyondidentity"}, "identifier"),
        ({"scopes": [1]}, "scopes"),
    ],
)
def test_invalid_resource_server_is_refused(api, changes, field):
    given = {"display_name": "Pets", "identifier": "https://pets.example", "scopes": [], **changes}
    assert read_violated_fields(api.call("POST", "resource-servers", json={"resource_server": given})) == [
        f"resource_server.{field}"
    ]


def test_resource_server_identifiers_are_unique(api):
    given = {"resource_server": {"display_name": "Pets", "identifier": "https://pets.example"}}
    created = api.post("resource-servers", given)
    assert read_violated_fields(api.call("POST", "resource-servers", json=given)) == ["resource_server.identifier"]
    assert api.patch(f"resource-servers/{created['id']}", given) == created


CONFIGS = [
    (
        {"type": "embedded", "invoke_url": "http://localhost:1", "trusted_origins": ["http://localhost:1"]},
        {
            "invocation_type": "automatic",
            "authentication_methods": [
                {"type": name} for name in ("email_one_time_password", "software_passkey", "webauthn_passkey")
            ],
        },
    ),
    ({"type": "hosted_web", "authentication_methods": [{"type": "webauthn_passkey"}], "trusted_origins": []}, {}),
    ({"type": "console", "onboarding_configuration": {"verification_method": {"type": "none"}}}, {}),
    ({"type": "platform", "trusted_origins": None}, {}),
]


@pytest.mark.parametrize(("config", "added"), CONFIGS, ids=lambda config: config.get("type", "-"))
def test_authenticator_config_can_be_created_changed_and_deleted(api, config, added):
    created = api.post("authenticator-configs", {"authenticator_config": {"display_name": "Web", "config": config}})
    assert created["config"] == {**config, **added}
    path = f"authenticator-configs/{created['id']}"
    changed = api.patch(path, {"authenticator_config": {"display_name": "Site"}})
    assert changed == {**created, "display_name": "Site"} == api.get(path)
    assert changed in api.get("authenticator-configs")["authenticator_configs"]
    assert api.delete(path) is None
    assert api.call("GET", path).status_code == 404


@pytest.mark.parametrize(
    ("config", "fields"),
    [
        (None, ["type"]),
        ({"type": "magic"}, ["type"]),
        ({"type": "hosted_web"}, ["authentication_methods", "trusted_origins"]),
        (
            {"type": "hosted_web", "authentication_methods": [{"type": "password"}], "trusted_origins": []},
            ["authentication_methods"],
        ),
        ({"type": "embedded", "invoke_url": 1, "trusted_origins": "x"}, ["trusted_origins", "invoke_url"]),
        ({"type": "console", "onboarding_configuration": {}}, ["onboarding_configuration.verification_method"]),
        ({"invoke_url": "http://localhost:1"}, ["type"]),
    ],
)
def test_invalid_authenticator_config_is_refused(api, config, fields):
    given = {"authenticator_config": {"display_name": "Web", "config": config}}
    expected = [f"authenticator_config.config.{field}" for field in fields]
    assert read_violated_fields(api.call("POST", "authenticator-configs", json=given)) == expected
    [existing] = api.get("authenticator-configs")["authenticator_configs"]
    assert read_violated_fields(api.call("PATCH", f"authenticator-configs/{existing['id']}", json=given)) == expected
