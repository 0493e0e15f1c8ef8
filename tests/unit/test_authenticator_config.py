# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From the authenticator_config module's options to the API's object."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import pytest

from ansible_collections.beyondidentity.management.plugins.module_utils._errors import OptionError
from ansible_collections.beyondidentity.management.plugins.module_utils._management.authenticator_config import (
    TYPES,
    AuthenticatorConfigOptions,
    build_authenticator_config,
    get_managed_fields,
    get_required_fields,
)
from ansible_collections.beyondidentity.management.plugins.module_utils._management.resource_changes import plan_changes

METHODS = ["webauthn_passkey", "software_passkey", "email_one_time_password"]
PASSKEY = [{"type": "webauthn_passkey"}]
HOSTED = {"type": "hosted_web", "authentication_methods": PASSKEY, "trusted_origins": []}
ONBOARDING = {"verification_method": {"type": "none"}}


def make_options(**given: Any) -> AuthenticatorConfigOptions:
    """Return the module's options: a name, and the given values."""
    unset = dict.fromkeys(item.name for item in fields(AuthenticatorConfigOptions))
    return AuthenticatorConfigOptions(**{**unset, "display_name": "Sign-in", **given})


def build(present: dict[str, Any] | None = None, **given: Any) -> dict[str, Any]:
    """Return the managed fields of an object that has this configuration now."""
    existing = None if present is None else {"id": "1", "display_name": "Sign-in", "config": present}
    return build_authenticator_config(make_options(**given), existing)


def build_config(present: dict[str, Any] | None = None, **given: Any) -> dict[str, Any]:
    config: dict[str, Any] = build(present, **given)["config"]
    return config


@pytest.mark.parametrize(
    ("given", "config"),
    [
        ({"type": "hosted_web"}, HOSTED),
        (
            {"type": "hosted_web", "authentication_methods": METHODS, "trusted_origins": ["https://a.example"]},
            {
                "type": "hosted_web",
                "authentication_methods": [{"type": name} for name in METHODS],
                "trusted_origins": ["https://a.example"],
            },
        ),
        (
            {"type": "embedded", "invoke_url": "http://localhost:8092"},
            {
                "type": "embedded",
                "invoke_url": "http://localhost:8092",
                "invocation_type": "automatic",
                "trusted_origins": [],
            },
        ),
        (
            {
                "type": "embedded",
                "invoke_url": "http://localhost:8092",
                "invocation_type": "manual",
                "authentication_methods": ["software_passkey", "software_passkey"],
            },
            {
                "type": "embedded",
                "invoke_url": "http://localhost:8092",
                "invocation_type": "manual",
                "trusted_origins": [],
                "authentication_methods": [{"type": "software_passkey"}],
            },
        ),
        ({"type": "platform"}, {"type": "platform"}),
        (
            {"type": "platform", "trusted_origins": ["https://a.example"]},
            {"type": "platform", "trusted_origins": ["https://a.example"]},
        ),
        (
            {"config": {"type": "console", "onboarding_configuration": ONBOARDING}},
            {"type": "console", "onboarding_configuration": ONBOARDING},
        ),
        ({"config": {"type": "hosted_web"}}, HOSTED),
        (
            {"config": {"type": "platform", "roaming_auth_config": {"enabled": True}}},
            {"type": "platform", "roaming_auth_config": {"enabled": True}},
        ),
    ],
)
def test_a_new_configuration_has_the_defaults_of_its_type(given: dict[str, Any], config: dict[str, Any]) -> None:
    assert build(**given) == {"display_name": "Sign-in", "config": config}


@pytest.mark.parametrize("name", TYPES)
def test_each_type_can_be_created(name: str) -> None:
    required: dict[str, Any] = {
        "embedded": {"invoke_url": "http://x"},
        "console": {"onboarding_configuration": ONBOARDING},
    }
    assert build_config(config={"type": name, **required.get(name, {})})["type"] == name


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({}, "configuration is missing. Set type to one of embedded, hosted_web, console, platform."),
        ({"config": {}}, "The type of the authenticator configuration is missing"),
        ({"config": {"type": "future"}}, "The type of the authenticator configuration is missing"),
        ({"type": "hosted_web", "invoke_url": "http://x"}, "The type hosted_web has no invoke_url. Remove the option."),
        (
            {"type": "platform", "authentication_methods": [], "invocation_type": "manual"},
            "The type platform has no authentication_methods, invocation_type",
        ),
        ({"type": "console", "trusted_origins": []}, "The type console has no trusted_origins"),
    ],
)
def test_an_unknown_type_and_options_of_another_type_are_errors(given: dict[str, Any], message: str) -> None:
    with pytest.raises(OptionError) as caught:
        build(**given)
    assert message in caught.value.message


@pytest.mark.parametrize(
    ("given", "required"),
    [
        ({}, {"type": None}),
        ({"config": {}}, {"type": None}),
        ({"type": "hosted_web"}, {"type": "hosted_web"}),
        ({"type": "embedded"}, {"type": "embedded", "invoke_url": None}),
        ({"type": "embedded", "invoke_url": "http://x"}, {"type": "embedded", "invoke_url": "http://x"}),
        ({"config": {"type": "embedded"}}, {"type": "embedded", "invoke_url": None}),
        ({"config": {"type": "embedded", "invoke_url": ""}}, {"type": "embedded", "invoke_url": ""}),
        ({"invoke_url": ""}, {"type": None, "invoke_url": ""}),
        ({"type": "console"}, {"type": "console", "onboarding_configuration": None}),
        ({"config": {"onboarding_configuration": {}}}, {"type": None, "onboarding_configuration": {}}),
        ({"config": {"type": ["odd"]}}, {"type": ["odd"]}),
    ],
)
def test_the_type_decides_which_fields_are_required(given: dict[str, Any], required: dict[str, Any]) -> None:
    assert get_required_fields(make_options(**given)) == required


@pytest.mark.parametrize(
    ("given", "managed"),
    [
        ({}, {}),
        ({"type": "platform"}, {}),
        ({"config": {}}, {}),
        ({"config": {"type": "platform"}}, {}),
        ({"trusted_origins": []}, {"trusted_origins": []}),
        ({"config": {"type": "platform", "trusted_origins": None}}, {"config": {"trusted_origins": None}}),
    ],
)
def test_a_type_never_changes_an_existing_configuration(given: dict[str, Any], managed: dict[str, Any]) -> None:
    found = get_managed_fields(make_options(**given))
    assert {name: value for name, value in found.items() if value is not None} == managed


@pytest.mark.parametrize(
    ("given", "changes"),
    [
        ({}, {}),
        ({"type": "hosted_web"}, {}),
        ({"authentication_methods": ["webauthn_passkey"]}, {}),
        ({"trusted_origins": ["https://b.example", "https://a.example"]}, {}),
        ({"config": HOSTED | {"trusted_origins": ["https://b.example", "https://a.example"]}}, {}),
        ({"config": {}}, {}),
        ({"display_name": "Other"}, {"display_name": "Other"}),
        ({"trusted_origins": []}, {"config": {**HOSTED, "trusted_origins": []}}),
        (
            {"authentication_methods": ["software_passkey"]},
            {"config": {"authentication_methods": [{"type": "software_passkey"}]}},
        ),
        ({"config": {"authentication_methods": []}}, {"config": {"authentication_methods": []}}),
    ],
)
def test_an_omitted_option_is_not_managed_and_a_change_is_sent_whole(
    given: dict[str, Any], changes: dict[str, Any]
) -> None:
    present = {**HOSTED, "trusted_origins": ["https://a.example", "https://b.example"]}
    existing = {"id": "1", "display_name": "Sign-in", "config": present}
    expected = {"config": {**present, **changes["config"]}} if "config" in changes else changes
    assert plan_changes(existing, build(present, **given)) == expected


def test_an_omitted_name_is_not_managed() -> None:
    assert build(HOSTED, display_name=None) == {}


@pytest.mark.parametrize(
    ("present", "wanted", "built"),
    [
        (["a", "b"], ["b", "a"], ["a", "b"]),
        (["a", "b"], ["b", "a", "b"], ["a", "b"]),
        (["a"], ["b", "a"], ["b", "a"]),
        (["a", "b"], ["a"], ["a"]),
        ([], [], []),
        (["a"], [], []),
    ],
)
def test_methods_compare_as_sets(present: list[str], wanted: list[str], built: list[str]) -> None:
    config = {**HOSTED, "authentication_methods": [{"type": name} for name in present]}
    methods = build_config(config, authentication_methods=wanted)["authentication_methods"]
    assert methods == [{"type": name} for name in built]


def test_unchanged_methods_keep_fields_that_are_not_known() -> None:
    methods = [{"type": "webauthn_passkey", "future": True}]
    config = {**HOSTED, "authentication_methods": methods}
    assert build_config(config, authentication_methods=["webauthn_passkey"])["authentication_methods"] == methods


@pytest.mark.parametrize("present", [None, ["odd"], [{"no": "type"}]])
def test_malformed_methods_are_replaced(present: Any) -> None:
    config = {**HOSTED, "authentication_methods": present}
    assert build_config(config, authentication_methods=["webauthn_passkey"])["authentication_methods"] == PASSKEY


@pytest.mark.parametrize(
    "given", [{"type": "platform"}, {"config": {"type": "platform"}}, {"config": {"type": "\x1b[31mplatform"}}]
)
def test_changing_a_type_is_an_error(given: dict[str, Any]) -> None:
    with pytest.raises(
        OptionError, match="has the type hosted_web, not .*platform. A type cannot be changed"
    ) as caught:
        build(HOSTED, **given)
    assert "\x1b" not in caught.value.message


def test_an_option_that_the_present_type_lacks_is_an_error() -> None:
    with pytest.raises(OptionError, match="The type hosted_web has no invoke_url"):
        build(HOSTED, invoke_url="http://x")


def test_a_configuration_of_an_unknown_type_can_be_updated() -> None:
    assert build({"type": "future"}, display_name="Other") == {"display_name": "Other"}
    assert build_config({"type": "future"}, config={"x": 1}) == {"type": "future", "x": 1}
