# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Operations whose responses come from the published description."""

from __future__ import annotations

import pytest

from beyondidentity_emulator.client import Emulator
from beyondidentity_emulator.management.catalogue import BY_NAME
from tests.unit.emulator.api import Api, read_json, read_violated_fields
from tests.unit.emulator.stage import call, prepare


def call_operation(tenant, name):
    """Return an operation's response."""
    return read_json(call(Api.of(tenant), BY_NAME[name], prepare(tenant, BY_NAME[name])))


def collect_secrets(value):
    """Return all client secrets in an response."""
    if isinstance(value, list):
        return [secret for item in value for secret in collect_secrets(item)]
    if isinstance(value, dict):
        own = [value["client_secret"]] if "client_secret" in value else []
        return own + [secret for item in value.values() for secret in collect_secrets(item)]
    return []


WITH_SECRET = [
    *("CreateSsoConfig", "listSsoConfigs", "GetSsoConfig", "UpdateSsoConfig", "ListSsoConfigsForGroup"),
    *("listIdentityProviders", "createIdentityProvider", "updateIdentityProvider", "getIdentityProvider"),
]


@pytest.mark.parametrize("name", WITH_SECRET)
def test_secrets_are_new_each_time(tenant, name):
    [first], [second] = collect_secrets(call_operation(tenant, name)), collect_secrets(call_operation(tenant, name))
    assert first != second
    assert len(first) == 48


def test_response_has_the_ids_of_the_path(tenant):
    theme = Api.of(tenant).get("themes/88ef08fb-0000-4000-8000-000000000000")
    assert theme["id"] == "88ef08fb-0000-4000-8000-000000000000"
    assert (theme["tenant_id"], theme["realm_id"]) == (tenant.tenant_id, tenant.realm_id)
    assert Api.of(tenant).get("themes/active")["id"] != "active"
    listed = call_operation(tenant, "listIdentityProviders")
    assert listed["total_size"] == len(listed["identity_providers"]) == 1


@pytest.mark.parametrize(
    ("path", "body", "fields"),
    [
        ("batch-credential-binding-jobs", {}, ["batch_credential_binding_job"]),
        ("sso-configs", {}, ["sso_config"]),
        ("sso-configs", {"sso_config": {}}, ["sso_config.display_name", "sso_config.payload"]),
        ("sso-configs", {"sso_config": 1}, ["sso_config"]),
        ("sso-configs/x:addGroups", {}, ["group_ids"]),
        ("identity-providers", {}, ["protocol_config", "display_name"]),
    ],
)
def test_missing_required_key_is_refused(tenant, path, body, fields):
    api = Api.of(tenant)
    api.checked = path != "batch-credential-binding-jobs"
    assert read_violated_fields(api.call("POST", path, json=body)) == fields


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "sso-configs"), ("DELETE", "sso-configs/x"), ("POST", "identity-providers")]
)
@pytest.mark.parametrize("name", [None, "x-correlation-id", "correlation_id"])
def test_missing_required_header_is_refused(tenant, method, path, name):
    api = Api.of(tenant)
    headers = {"Authorization": f"Bearer {api.token}", **({name: "1"} if name else {})}
    assert read_violated_fields(api.call(method, path, headers=headers)) == ["x-correlation_id"]


def test_body_must_be_an_object(tenant):
    for options in ({}, {"json": []}):
        assert Api.of(tenant).call("POST", "sso-configs", **options).status_code == 400


def test_missing_description_is_reported(monkeypatch, tmp_path):
    monkeypatch.setenv("EMULATOR_DESCRIPTION", str(tmp_path / "none.yaml"))
    with Emulator.start() as emulator:
        tenant = emulator.create_tenant()
        api = Api(tenant, tenant.request_token("themes:read", "realms:read"), checked=False)
        response = api.call("GET", "themes/active")
        assert (response.status_code, response.json()["code"]) == (501, "not_implemented")
        assert "GetActiveTheme" in response.json()["message"]
        assert api.call("GET", "sso-configs").status_code == 403
        assert api.call("GET", "identity-providers").status_code == 501
        assert api.get("/realms")["total_size"] == 1
