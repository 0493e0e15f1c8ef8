# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The modules authenticator_config and authenticator_config_info, in process against the emulator."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.beyondidentity.management.plugins.modules import (
    application,
    authenticator_config,
    authenticator_config_info,
)
from tests.support.sign_in_application import REDIRECT
from tests.unit.module_calls import list_writes, run_failed, run_ok

HOSTED = {"display_name": "Hosted", "type": "hosted_web"}
ONBOARDING = {"verification_method": {"type": "none"}}
EACH_TYPE = pytest.mark.parametrize(
    "given",
    [
        {"type": "hosted_web", "authentication_methods": ["software_passkey", "webauthn_passkey"]},
        {"type": "hosted_web", "trusted_origins": ["https://a.example", "https://b.example"]},
        {"type": "embedded", "invoke_url": "http://localhost:8092"},
        {"type": "embedded", "invoke_url": "http://localhost:8092", "invocation_type": "manual"},
        {"type": "platform"},
        {"config": {"type": "platform", "trusted_origins": None}},
        {"config": {"type": "console", "onboarding_configuration": ONBOARDING}},
    ],
)


@EACH_TYPE
def test_a_configuration_is_created_renamed_and_deleted_and_each_step_is_idempotent(
    given: dict[str, Any], tenant: Any
) -> None:
    named = {"display_name": "Mine", **given}
    predicted = run_ok(authenticator_config, tenant, check_mode=True, **named)
    assert predicted["changed"] and list_writes(tenant) == []
    created = run_ok(authenticator_config, tenant, **named)
    assert created["changed"] and created["diff"]["before"] == {}
    config = created["authenticator_config"]
    assert predicted["authenticator_config"]["config"].items() <= config["config"].items()
    for again in (named, {"id": config["id"], **given}, {"display_name": "Mine"}):
        assert not run_ok(authenticator_config, tenant, **again)["changed"]
    renamed = run_ok(authenticator_config, tenant, id=config["id"], display_name="Other")
    assert renamed["authenticator_config"] == {**config, "display_name": "Other"}
    absent = {"display_name": "Other", "state": "absent"}
    assert run_ok(authenticator_config, tenant, check_mode=True, **absent)["changed"]
    assert run_ok(authenticator_config, tenant, **absent)["authenticator_config"] is None
    assert not run_ok(authenticator_config, tenant, **absent)["changed"]
    assert list_writes(tenant) == [
        "CreateAuthenticatorConfig",
        "UpdateAuthenticatorConfig",
        "DeleteAuthenticatorConfig",
    ]


def test_lists_are_compared_as_sets_and_replaced_whole(tenant: Any) -> None:
    lists = {
        "trusted_origins": ["https://a.example", "https://b.example"],
        "authentication_methods": ["webauthn_passkey", "software_passkey"],
    }
    run_ok(authenticator_config, tenant, **HOSTED, **lists)
    reversed_lists = {name: list(reversed(value)) for name, value in lists.items()}
    assert not run_ok(authenticator_config, tenant, **HOSTED, **reversed_lists)["changed"]
    assert not run_ok(authenticator_config, tenant, **HOSTED)["changed"], "an omitted option is not managed"
    for name, value in lists.items():
        shortened = run_ok(authenticator_config, tenant, **HOSTED, **{name: value[:1]})
        assert shortened["changed"] and len(shortened["authenticator_config"]["config"][name]) == 1
    assert run_ok(authenticator_config, tenant, **HOSTED, trusted_origins=[])["changed"]
    config = run_ok(authenticator_config, tenant, **HOSTED)["authenticator_config"]["config"]
    assert config == {
        "type": "hosted_web",
        "authentication_methods": [{"type": "webauthn_passkey"}],
        "trusted_origins": [],
    }
    assert list_writes(tenant) == ["CreateAuthenticatorConfig"] + ["UpdateAuthenticatorConfig"] * 3


def test_an_update_sends_the_whole_config(tenant: Any) -> None:
    run_ok(authenticator_config, tenant, **HOSTED, trusted_origins=["https://a.example"])
    run_ok(authenticator_config, tenant, **HOSTED, authentication_methods=["software_passkey"])
    assert tenant.read_journal(operation="UpdateAuthenticatorConfig")[0]["json"] == {
        "authenticator_config": {
            "config": {
                "type": "hosted_web",
                "authentication_methods": [{"type": "software_passkey"}],
                "trusted_origins": ["https://a.example"],
            }
        }
    }


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"display_name": "New"}, "The type of the authenticator configuration is missing"),
        ({"display_name": "New", "type": "embedded"}, "A new authenticator_config needs invoke_url."),
        ({"display_name": "New", "config": {"type": "embedded", "invoke_url": ""}}, "needs invoke_url"),
        ({"display_name": "New", "type": "console"}, "needs onboarding_configuration"),
        ({"display_name": "Embedded", "invoke_url": ""}, "The authenticator_config needs invoke_url."),
        ({"display_name": "Hosted", "type": "platform"}, "type hosted_web, not platform"),
        ({"display_name": "Hosted", "invoke_url": "http://x"}, "The type hosted_web has no invoke_url"),
        ({"id": "nowhere"}, "No authenticator_config has the ID nowhere"),
        ({"id": "a/b"}, "'a/b' is not a valid ID"),
        ({"display_name": ""}, "Set id, display_name or both"),
    ],
)
@pytest.mark.parametrize("check_mode", [True, False])
def test_invalid_options_are_refused_before_any_write(
    given: dict[str, Any], message: str, check_mode: bool, tenant: Any
) -> None:
    run_ok(authenticator_config, tenant, **HOSTED)
    run_ok(authenticator_config, tenant, display_name="Embedded", type="embedded", invoke_url="http://x")
    tenant.clear_journal()
    assert message in run_failed(authenticator_config, tenant, check_mode=check_mode, **given)
    assert list_writes(tenant) == []


def test_several_configurations_with_the_name_are_listed_by_their_ids(tenant: Any) -> None:
    first = run_ok(authenticator_config, tenant, **HOSTED)["authenticator_config"]
    second = run_ok(authenticator_config, tenant, display_name="Other", type="platform")["authenticator_config"]
    run_ok(authenticator_config, tenant, id=second["id"], display_name="Hosted")
    message = run_failed(authenticator_config, tenant, display_name="Hosted", state="absent")
    assert first["id"] in message and second["id"] in message
    assert run_ok(authenticator_config, tenant, id=second["id"], state="absent")["changed"]


def test_an_application_finds_the_configuration_by_name(tenant: Any) -> None:
    created = run_ok(authenticator_config, tenant, **HOSTED)["authenticator_config"]
    app = {
        "display_name": "SignInApplication",
        "protocol": "oidc",
        "authenticator_config": "Hosted",
        "redirect_uris": [REDIRECT],
    }
    assert run_ok(application, tenant, **app)["application"]["authenticator_config_id"] == created["id"]


def test_info_finds_configurations_by_name_and_id(tenant: Any) -> None:
    created = run_ok(authenticator_config, tenant, **HOSTED)["authenticator_config"]
    everything = run_ok(authenticator_config_info, tenant)["authenticator_configs"]
    assert created in everything and len(everything) == 2
    for given in ({"display_name": "Hosted"}, {"id": created["id"]}):
        assert run_ok(authenticator_config_info, tenant, **given)["authenticator_configs"] == [created]
    for given in ({"display_name": "nothing"}, {"id": "nothing"}):
        assert run_ok(authenticator_config_info, tenant, **given)["authenticator_configs"] == []
    for given in ({"display_name": ""}, {"id": ""}):
        assert "must not be empty" in run_failed(authenticator_config_info, tenant, **given)
    assert tenant.read_journal(operation="GetAuthenticatorConfig")[0]["token_scopes"] == ["authenticator-configs:read"]


def test_the_config_in_another_order_is_no_change(tenant: Any) -> None:
    """The service returns lists in any order; of an item, only the keys that are set count."""
    methods = [{"type": "webauthn_passkey"}, {"type": "software_passkey"}]
    config = {
        "type": "hosted_web",
        "authentication_methods": methods,
        "trusted_origins": ["https://a.example.com", "https://b.example.com"],
    }
    run_ok(authenticator_config, tenant, display_name="Sign-in", config=config)
    for changed in (
        {"authentication_methods": methods[::-1]},
        {"trusted_origins": config["trusted_origins"][::-1]},
        dict(reversed(config.items())),
    ):
        assert not run_ok(authenticator_config, tenant, display_name="Sign-in", config={**config, **changed})["changed"]
    assert run_ok(
        authenticator_config, tenant, display_name="Sign-in", config={**config, "authentication_methods": methods[:1]}
    )["changed"]
