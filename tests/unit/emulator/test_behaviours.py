# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The behaviour of the service, and that of the published description."""

from __future__ import annotations

import re

import jwt
import pytest
from beyondidentity_emulator.client import Emulator
from beyondidentity_emulator.model.behaviours import DIFFERENCES, choose_values
from beyondidentity_emulator.model.settings import Settings

from tests.unit.emulator.api import Api

JWE = re.compile(r"eyJ[\w-]+\.\.[\w-]+\.[\w-]+\.[\w-]+")


@pytest.mark.parametrize(("options", "behaviour"), [([], "vendor"), (["--as-documented"], "documented")])
def test_option_chooses_the_behaviour_of_new_tenants(options, behaviour):
    with Emulator.start(options=options) as emulator:
        emulator.reset()
        settings = emulator.create_tenant().change_settings()
    assert settings == {**settings, **choose_values(behaviour), "behaviour": behaviour}


def test_defaults_of_the_settings_are_the_behaviour_of_the_service():
    settings = vars(Settings())
    assert settings == {**settings, **choose_values("vendor")}


@pytest.mark.parametrize("row", DIFFERENCES, ids=lambda row: row.setting)
def test_explicit_settings_win(emulator, row):
    settings = emulator.create_tenant(behaviour="documented", **{row.setting: row.vendor}).change_settings()
    assert settings == {**settings, **choose_values("documented"), row.setting: row.vendor}
    assert row.vendor != row.documented


def read_claims(tenant):
    return jwt.decode(tenant.request_token("realms:read"), options={"verify_signature": False})


def test_claims_of_an_application(emulator):
    tenant = emulator.create_tenant()
    path = f"tenants/{tenant.tenant_id}/realms/{tenant.realm_id}/applications/{tenant.application_id}"
    claims = read_claims(tenant)
    assert (claims["aud"], claims["azp"], claims["bi_p"]) == (["beyondidentity"], path, path)
    assert claims["sub"] == tenant.client_id
    tenant.change_settings(behaviour="documented")
    claims = read_claims(tenant)
    assert (claims["aud"], claims["azp"]) == ("beyondidentity", tenant.client_id)
    assert claims["bi_p"] == claims["sub"] == tenant.application_id


def test_referential_tokens_look_like_a_jwe(emulator):
    tenant = emulator.create_tenant()
    (value,) = tenant.seed(tokens=1, token_format="referential")["token_values"]
    assert JWE.fullmatch(value)
    tenant.change_settings(behaviour="documented")
    (value,) = tenant.seed(tokens=1, token_format="referential")["token_values"]
    assert value.isalnum()


def test_request_without_scopes(emulator):
    tenant = emulator.create_tenant()
    application = Api.of(tenant).get(f"applications/{tenant.application_id}")
    claims = jwt.decode(tenant.request_token(), options={"verify_signature": False})
    assert set(claims["scope"].split()) == set(application["protocol_config"]["allowed_scopes"])
    tenant.change_settings(behaviour="documented")
    with pytest.raises(Exception, match="400"):
        tenant.request_token()


def test_page_size_above_the_largest(emulator):
    tenant = emulator.create_tenant()
    tenant.seed(groups=201)
    api = Api.of(tenant)
    for size in ("201", "1000000"):
        page = api.get("groups", params={"page_size": size})
        assert (len(page["groups"]), page["total_size"]) == (200, 201)
    tenant.change_settings(behaviour="documented")
    assert api.call("GET", "groups", params={"page_size": "201"}).status_code == 400


def test_classification_of_applications(emulator):
    tenant = emulator.create_tenant()
    tenant.seed(applications=1)
    api = Api.of(tenant)
    found = {one["is_managed"]: one["classification"] for one in api.get("applications")["applications"]}
    assert found == {True: "management_api", False: "custom"}
    assert api.get(f"applications/{tenant.application_id}")["classification"] == "management_api"
    tenant.change_settings(behaviour="documented")
    assert "classification" not in api.get(f"applications/{tenant.application_id}")
