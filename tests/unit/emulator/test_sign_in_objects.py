# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Themes, flow types, identity providers and SAML applications."""

from __future__ import annotations

import pytest

from beyondidentity_emulator.management.saml_fields import SAML_DEFAULTS
from tests.unit.emulator.api import Api, read_violated_fields
from tests.unit.emulator.stage import PROVIDER

SAML = {"type": "saml", "acs_url": "https://wiki.example/acs", "audience_url": "https://wiki.example", **SAML_DEFAULTS}


@pytest.fixture
def api(tenant):
    return Api.of(tenant)


def test_realm_has_a_default_theme_until_it_has_its_own(api):
    default = api.get("themes/active")
    assert default["email_realm_name"] == "Beyond Identity Admin"
    assert api.call("GET", f"themes/{default['id']}").status_code == 404
    theme = api.post("themes", {"theme": {"button_color": "#000000"}})
    assert (theme["button_color"], theme["button_text_color"]) == ("#000000", default["button_text_color"])
    assert api.get("themes/active") == api.get(f"themes/{theme['id']}") == theme
    changed = api.patch(f"themes/{theme['id']}", {"theme": {"email_realm_name": "Pets", "id": "ignored"}})
    assert changed == {**theme, "email_realm_name": "Pets", "update_time": changed["update_time"]}
    assert api.call("POST", "themes", json={"theme": {}}).status_code == 409


@pytest.mark.parametrize("value", ["", "x" * 65, "a<b", 1, None])
def test_realm_name_in_a_theme_has_the_rules_of_names(api, value):
    response = api.call("POST", "themes", json={"theme": {"email_realm_name": value, "support_url": 1}})
    assert read_violated_fields(response) == ["theme.support_url", "theme.email_realm_name"]


def test_flow_types_are_created_on_first_use(api):
    config = api.get("flow-type-config")
    assert api.get("flow-type-config") == config
    changed = api.patch("flow-type-config", {"macos": {"copy": {"enabled": False}}})
    assert changed["platform_config"]["macos"]["copy"] == {"enabled": False, "valid": True}
    expected = {**config["platform_config"], "macos": changed["platform_config"]["macos"]}
    assert changed["platform_config"] == expected != config["platform_config"]


@pytest.mark.parametrize(
    ("document", "field"),
    [
        ({"amiga": {}}, "amiga"),
        ({"macos": {"pigeon": {}}}, "macos.pigeon"),
        ({"macos": {"copy": {"on": True}}}, "macos.copy.on"),
        ({"macos": {"copy": {"enabled": 1}}}, "macos.copy.enabled"),
        ({"macos": []}, "macos"),
        ({"macos": {"copy": None}}, "macos.copy"),
    ],
)
def test_unknown_flow_types_are_refused(api, document, field):
    assert read_violated_fields(api.call("PATCH", "flow-type-config", json=document)) == [field]


def test_life_of_an_identity_provider(api):
    assert api.get("identity-providers")["identity_providers"] == []
    provider = api.post("identity-providers", {"display_name": "Pets", "protocol_config": PROVIDER})
    path = f"identity-providers/{provider['id']}"
    assert provider["client_secret"] == PROVIDER["client_secret"]
    found = api.get(path)
    assert found["protocol_config"].items() >= PROVIDER.items()
    assert api.get("identity-providers")["identity_providers"] == [found]
    change = {"display_name": "Cats", "protocol_config": {"type": "oidc_idp", "pkce": "plain"}}
    changed = api.patch(path, {"identity_provider": change})
    assert changed == {
        **found,
        "display_name": "Cats",
        "protocol_config": {**found["protocol_config"], "pkce": "plain"},
    }
    api.delete(path)
    assert api.get("identity-providers")["identity_providers"] == []
    assert api.call("DELETE", path).status_code == 404


def test_identity_provider_can_have_the_names_of_the_vendors_client(api):
    spelled = {"clientId": "pets", "clientSecret": "x", "tokenScopes": [], "identityAttribute": "id", "jwksUrl": "a"}
    others = {"tokenUrl": "b", "authorizeUrl": "c", "identifyingClaimName": "d", "pkce": "s256", "type": "oidc_idp"}
    provider = api.post("identity-providers", {"display_name": "Pets", "protocol_config": {**spelled, **others}})
    assert (provider["client_id"], provider["authorize_url"]) == ("pets", "c")


def test_invalid_identity_provider_is_refused(api):
    document = {"display_name": [], "protocol_config": {**PROVIDER, "pkce": {}, "token_scopes": [1]}}
    fields = ["display_name", "protocol_config.token_scopes.0", "protocol_config.pkce"]
    assert read_violated_fields(api.call("POST", "identity-providers", json=document)) == fields


def test_life_of_a_saml_application(api):
    application = api.post("applications", {"application": {"display_name": "Wiki", "protocol_config": SAML}})
    path = f"applications/{application['id']}"
    assert application["protocol_config"] == SAML
    changed = api.patch(path, {"application": {"protocol_config": {**SAML, "sign_envelope": False}}})
    assert changed["protocol_config"] == {**SAML, "sign_envelope": False}
    response = api.call("PATCH", path, json={"application": {"protocol_config": {"type": "saml"}}})
    assert "application.protocol_config.acs_url" in read_violated_fields(response)
    api.delete(path)
    assert api.get("applications")["total_size"] == 1
