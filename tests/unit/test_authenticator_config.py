# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The authenticator_config module's options as the API's object."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.beyondidentity.management.plugins.module_utils._errors import OptionError
from ansible_collections.beyondidentity.management.plugins.module_utils._management.authenticator_config import (
    METHODS,
    TYPES,
    AuthenticatorConfigBody,
    get_managed_options,
    get_required_fields,
)
from ansible_collections.beyondidentity.management.plugins.module_utils._management.resource_changes import plan_changes
from ansible_collections.beyondidentity.management.plugins.modules.authenticator_config import SPEC

PASSKEY = [{"type": "webauthn_passkey"}]
HOSTED = {"type": "hosted_web", "authentication_methods": PASSKEY, "trusted_origins": []}
ONBOARDING = {"verification_method": {"type": "none"}}


def body(there: dict[str, Any] | None = None, **given: Any) -> dict[str, Any]:
    params = {**dict.fromkeys(SPEC.options), "display_name": "Sign-in", **given}
    existing = None if there is None else {"id": "1", "display_name": "Sign-in", "config": there}
    return AuthenticatorConfigBody(params)(existing)


def config(there: dict[str, Any] | None = None, **given: Any) -> dict[str, Any]:
    made: dict[str, Any] = body(there, **given)["config"]
    return made


@pytest.mark.parametrize(
    ("given", "made"),
    [
        ({"type": "hosted_web"}, HOSTED),
        (
            {"type": "hosted_web", "authentication_methods": list(METHODS), "trusted_origins": ["https://a.example"]},
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
def test_a_new_one_gets_its_types_defaults(given: dict[str, Any], made: dict[str, Any]) -> None:
    assert body(**given) == {"display_name": "Sign-in", "config": made}


@pytest.mark.parametrize("kind", TYPES)
def test_every_type_can_be_made(kind: str) -> None:
    more = {"embedded": {"invoke_url": "http://x"}, "console": {"onboarding_configuration": ONBOARDING}}
    assert config(config={"type": kind, **more.get(kind, {})})["type"] == kind


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, "The type of the authenticator configuration is missing. One of embedded, hosted_web, console, platform."),
        ({"config": {}}, "The type of the authenticator configuration is missing"),
        ({"config": {"type": "future"}}, "The type of the authenticator configuration is missing"),
        ({"type": "hosted_web", "invoke_url": "http://x"}, "The type hosted_web has no invoke_url. Leave it out."),
        (
            {"type": "platform", "authentication_methods": [], "invocation_type": "manual"},
            "The type platform has no authentication_methods, invocation_type",
        ),
        ({"type": "console", "trusted_origins": []}, "The type console has no trusted_origins"),
    ],
)
def test_what_can_not_be_made(given: dict[str, Any], said: str) -> None:
    with pytest.raises(OptionError) as caught:
        body(**given)
    assert said in caught.value.message


@pytest.mark.parametrize(
    ("given", "needs"),
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
def test_what_a_new_one_needs(given: dict[str, Any], needs: dict[str, Any]) -> None:
    assert get_required_fields({**dict.fromkeys(SPEC.options), **given}) == needs


@pytest.mark.parametrize(
    ("given", "changing"),
    [
        ({}, {}),
        ({"type": "platform"}, {}),
        ({"config": {}}, {}),
        ({"config": {"type": "platform"}}, {}),
        ({"trusted_origins": []}, {"trusted_origins": []}),
        ({"config": {"type": "platform", "trusted_origins": None}}, {"config": {"trusted_origins": None}}),
    ],
)
def test_what_may_change_one_that_is_there(given: dict[str, Any], changing: dict[str, Any]) -> None:
    found = get_managed_options({**dict.fromkeys(SPEC.options), **given})
    assert {name: value for name, value in found.items() if value is not None} == changing


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
def test_what_is_omitted_is_left_alone_and_a_change_is_sent_whole(
    given: dict[str, Any], changes: dict[str, Any]
) -> None:
    origins = ["https://a.example", "https://b.example"]
    there = {"id": "1", "display_name": "Sign-in", "config": {**HOSTED, "trusted_origins": origins}}
    wanted = AuthenticatorConfigBody({**dict.fromkeys(SPEC.options), "display_name": "Sign-in", **given})(there)
    if "config" in changes:
        changes = {"config": {**there["config"], **changes["config"]}}
    assert plan_changes(there, wanted) == changes


def test_by_id_alone_no_name_is_managed() -> None:
    assert body(HOSTED, display_name=None, id="1") == {}


@pytest.mark.parametrize(
    ("there", "wanted", "made"),
    [
        (["a", "b"], ["b", "a"], ["a", "b"]),
        (["a", "b"], ["b", "a", "b"], ["a", "b"]),
        (["a"], ["b", "a"], ["b", "a"]),
        (["a", "b"], ["a"], ["a"]),
        ([], [], []),
        (["a"], [], []),
    ],
)
def test_methods_compare_as_sets(there: list[str], wanted: list[str], made: list[str]) -> None:
    existing = {**HOSTED, "authentication_methods": [{"type": name} for name in there]}
    assert config(existing, authentication_methods=wanted)["authentication_methods"] == [
        {"type": name} for name in made
    ]


def test_methods_that_are_there_stay_as_they_stand() -> None:
    """The service may know more of them than we do."""
    methods = [{"type": "webauthn_passkey", "future": True}]
    existing = {**HOSTED, "authentication_methods": methods}
    assert config(existing, authentication_methods=["webauthn_passkey"])["authentication_methods"] == methods


@pytest.mark.parametrize("there", [None, ["odd"], [{"no": "type"}]])
def test_methods_that_are_odd_are_replaced(there: Any) -> None:
    made = config({**HOSTED, "authentication_methods": there}, authentication_methods=["webauthn_passkey"])
    assert made["authentication_methods"] == PASSKEY


@pytest.mark.parametrize(
    "given", [{"type": "platform"}, {"config": {"type": "platform"}}, {"config": {"type": "\x1b[31mplatform"}}]
)
def test_a_type_is_not_changed(given: dict[str, Any]) -> None:
    with pytest.raises(OptionError, match="is of the type hosted_web, not .*platform. Remove it first") as caught:
        body(HOSTED, **given)
    assert "\x1b" not in caught.value.message


def test_alien_options_of_what_is_there() -> None:
    with pytest.raises(OptionError, match="The type hosted_web has no invoke_url"):
        body(HOSTED, invoke_url="http://x")


def test_a_type_that_came_after_us_can_be_renamed() -> None:
    assert body({"type": "future"}, display_name="Other") == {"display_name": "Other"}
    assert config({"type": "future"}, config={"x": 1}) == {"type": "future", "x": 1}
