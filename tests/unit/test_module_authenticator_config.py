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
from tests.support.desk import REDIRECT
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
def test_from_nothing_to_nothing(given: dict[str, Any], tenant: Any) -> None:
    named = {"display_name": "Mine", **given}
    predicted = run_ok(authenticator_config, tenant, check_mode=True, **named)
    assert predicted["changed"] and list_writes(tenant) == []
    made = run_ok(authenticator_config, tenant, **named)
    assert made["changed"] and made["diff"]["before"] == {}
    shown = made["authenticator_config"]
    assert predicted["authenticator_config"]["config"].items() <= shown["config"].items()
    for again in (named, {"id": shown["id"], **given}, {"display_name": "Mine"}):
        assert not run_ok(authenticator_config, tenant, **again)["changed"]
    renamed = run_ok(authenticator_config, tenant, id=shown["id"], display_name="Other")
    assert renamed["authenticator_config"] == {**shown, "display_name": "Other"}
    gone = {"display_name": "Other", "state": "absent"}
    assert run_ok(authenticator_config, tenant, check_mode=True, **gone)["changed"]
    assert run_ok(authenticator_config, tenant, **gone)["authenticator_config"] is None
    assert not run_ok(authenticator_config, tenant, **gone)["changed"]
    assert list_writes(tenant) == [
        "CreateAuthenticatorConfig",
        "UpdateAuthenticatorConfig",
        "DeleteAuthenticatorConfig",
    ]


def test_lists_are_sets_and_lose_what_is_removed(tenant: Any) -> None:
    lists = {
        "trusted_origins": ["https://a.example", "https://b.example"],
        "authentication_methods": ["webauthn_passkey", "software_passkey"],
    }
    run_ok(authenticator_config, tenant, **HOSTED, **lists)
    turned = {name: list(reversed(value)) for name, value in lists.items()}
    assert not run_ok(authenticator_config, tenant, **HOSTED, **turned)["changed"]
    assert not run_ok(authenticator_config, tenant, **HOSTED)["changed"], "what is omitted is not managed"
    for name, value in lists.items():
        less = run_ok(authenticator_config, tenant, **HOSTED, **{name: value[:1]})
        assert less["changed"] and len(less["authenticator_config"]["config"][name]) == 1
    assert run_ok(authenticator_config, tenant, **HOSTED, trusted_origins=[])["changed"]
    config = run_ok(authenticator_config, tenant, **HOSTED)["authenticator_config"]["config"]
    assert config == {
        "type": "hosted_web",
        "authentication_methods": [{"type": "webauthn_passkey"}],
        "trusted_origins": [],
    }
    assert list_writes(tenant) == ["CreateAuthenticatorConfig"] + ["UpdateAuthenticatorConfig"] * 3


def test_a_change_is_sent_whole(tenant: Any) -> None:
    run_ok(authenticator_config, tenant, **HOSTED, trusted_origins=["https://a.example"])
    run_ok(authenticator_config, tenant, **HOSTED, authentication_methods=["software_passkey"])
    assert tenant.journal(operation="UpdateAuthenticatorConfig")[0]["json"] == {
        "authenticator_config": {
            "config": {
                "type": "hosted_web",
                "authentication_methods": [{"type": "software_passkey"}],
                "trusted_origins": ["https://a.example"],
            }
        }
    }


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"display_name": "New"}, "The type of the authenticator configuration is missing"),
        ({"display_name": "New", "type": "embedded"}, "A new authenticator_config needs invoke_url."),
        ({"display_name": "New", "config": {"type": "embedded", "invoke_url": ""}}, "needs invoke_url"),
        ({"display_name": "New", "type": "console"}, "needs onboarding_configuration"),
        ({"display_name": "Embedded", "invoke_url": ""}, "The authenticator_config needs invoke_url. Leave out"),
        ({"display_name": "Hosted", "type": "platform"}, "is of the type hosted_web, not platform"),
        ({"display_name": "Hosted", "invoke_url": "http://x"}, "The type hosted_web has no invoke_url"),
        ({"id": "nowhere"}, "There is no authenticator_config with the id nowhere"),
        ({"id": "a/b"}, "is no id"),
        ({"display_name": ""}, "neither may be empty"),
    ],
)
@pytest.mark.parametrize("check_mode", [True, False])
def test_refusals_before_any_write(given: dict[str, Any], said: str, check_mode: bool, tenant: Any) -> None:
    run_ok(authenticator_config, tenant, **HOSTED)
    run_ok(authenticator_config, tenant, display_name="Embedded", type="embedded", invoke_url="http://x")
    tenant.clear_journal()
    assert said in run_failed(authenticator_config, tenant, check_mode=check_mode, **given)
    assert list_writes(tenant) == []


def test_two_of_one_name_are_told_by_their_ids(tenant: Any) -> None:
    first = run_ok(authenticator_config, tenant, **HOSTED)["authenticator_config"]
    second = run_ok(authenticator_config, tenant, display_name="Other", type="platform")["authenticator_config"]
    run_ok(authenticator_config, tenant, id=second["id"], display_name="Hosted")
    message = run_failed(authenticator_config, tenant, display_name="Hosted", state="absent")
    assert first["id"] in message and second["id"] in message
    assert run_ok(authenticator_config, tenant, id=second["id"], state="absent")["changed"]


def test_an_application_finds_it_by_name(tenant: Any) -> None:
    made = run_ok(authenticator_config, tenant, **HOSTED)["authenticator_config"]
    desk = {"display_name": "Desk", "protocol": "oidc", "authenticator_config": "Hosted", "redirect_uris": [REDIRECT]}
    assert run_ok(application, tenant, **desk)["application"]["authenticator_config_id"] == made["id"]


def test_info(tenant: Any) -> None:
    made = run_ok(authenticator_config, tenant, **HOSTED)["authenticator_config"]
    everything = run_ok(authenticator_config_info, tenant)["authenticator_configs"]
    assert made in everything and len(everything) == 2
    for given in ({"display_name": "Hosted"}, {"id": made["id"]}):
        assert run_ok(authenticator_config_info, tenant, **given)["authenticator_configs"] == [made]
    for given in ({"display_name": "nothing"}, {"id": "nothing"}):
        assert run_ok(authenticator_config_info, tenant, **given)["authenticator_configs"] == []
    for given in ({"display_name": ""}, {"id": ""}):
        assert "must not be empty" in run_failed(authenticator_config_info, tenant, **given)
    assert tenant.journal(operation="GetAuthenticatorConfig")[0]["token_scopes"] == ["authenticator-configs:read"]
