# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the service surely refuses is refused before anything is sent, in check mode as in real runs."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from ansible_collections.beyondidentity.management.plugins.module_utils._management.field_limits import (
    FIELD_LIMITS,
    FieldLimits,
)
from ansible_collections.beyondidentity.management.plugins.modules import (
    api,
    application,
    authenticator_config,
    group,
    identity,
    realm,
    resource_server,
    role,
)
from tests.support.published_fields import PublishedField, list_published_fields
from tests.support.reference import read_reference
from tests.unit.module_calls import call_module, list_writes, run_failed, run_ok

MODULES = {
    "application": application,
    "authenticator_config": authenticator_config,
    "group": group,
    "identity": identity,
    "realm": realm,
    "resource_server": resource_server,
    "role": role,
}
FORBIDDEN = "!#$%*/:;<=>?[\\]^`{|}~"
SIGNING = "protocol_config.token_configuration.token_signing_algorithm"
NOUNS = pytest.mark.parametrize("noun", MODULES)


def list_published_limits(noun: str) -> dict[str, FieldLimits]:
    """Return the limits of all fields that a request can set, by path; without those that have none."""
    name = "".join(part.title() for part in noun.split("_"))
    found = {}
    for field in list_published_fields(name, without_variants=("saml",)):
        limits = read_limits(field)
        if not field.facts.get("read_only") and limits != FieldLimits(field.path):
            found[field.path] = limits
    return found


def read_limits(field: PublishedField) -> FieldLimits:
    facts = field.facts
    return FieldLimits(
        field.path,
        choices=field.choices,
        minimum=facts.get("minimum"),
        maximum=facts.get("maximum", 2**32 - 1 if facts.get("format") == "uint32" else None),
        min_length=facts.get("min_length"),
        max_length=facts.get("max_length"),
        forbidden=facts.get("forbidden", ""),
    )


@NOUNS
def test_the_limits_are_those_of_the_description(noun: str) -> None:
    described = list_published_limits(noun)
    if noun == "application":
        assert described.pop(SIGNING) == FieldLimits(SIGNING, ("RS256",)), "no option sets it"
    ours = [replace(limits, is_empty_refused=False) for limits in FIELD_LIMITS.get(noun, {}).values()]
    assert {limits.field: limits for limits in ours if limits != FieldLimits(limits.field)} == described


@NOUNS
def test_the_longest_text_is_documented(noun: str) -> None:
    options = read_reference("modules", noun).options
    for option, limits in FIELD_LIMITS.get(noun, {}).items():
        assert limits.max_length is None or f"at most {limits.max_length} characters" in str(
            options[option]["description"]
        )


@NOUNS
def test_a_closed_set_is_a_choice_of_the_option(noun: str) -> None:
    """So Ansible itself refuses other values, and editors suggest these. A list has none: ansible-lint misreads them."""
    options = MODULES[noun].SPEC.options
    limits = {option: item for option, item in FIELD_LIMITS.get(noun, {}).items() if "." not in option}
    assert set(limits) <= set(options)
    assert {option: tuple(options[option].get("choices", ())) for option in limits} == {
        option: () if options[option]["type"] == "list" else item.choices for option, item in limits.items()
    }


@pytest.mark.parametrize("check_mode", [True, False])
@pytest.mark.parametrize(
    ("noun", "given", "message"),
    [
        ("application", {"token_format": "jwt"}, "token_format must be one of self_contained, referential, not 'jwt'."),
        ("application", {"token_format": ""}, "token_format must be one of self_contained, referential, not ''."),
        ("application", {"token_subject_field": "external_id"}, "token_subject_field must be one of id, email, username"),
        ("application", {"token_expires_after": -1}, "token_expires_after must be from 0 to 4294967295, not -1."),
        ("application", {"token_expires_after": 2**32}, "token_expires_after must be from 0 to 4294967295, not 4294967296."),
        ("application", {"grant_types": []}, "grant_types must not be empty."),
        ("application", {"grant_types": ["authorization_code", "password"]}, "grant_types must be one of authorization_code"),
        ("application", {"pkce": "s512"}, "pkce must be one of disabled, plain, s256, not 's512'."),
        ("application", {"protocol": "saml"}, "protocol must be one of oauth2, oidc, not 'saml'."),
        ("application", {"confidentiality": "secret"}, "confidentiality must be one of confidential, public"),
        ("application", {"token_endpoint_auth_method": "jwt"}, "token_endpoint_auth_method must be one of"),
        ("realm", {"classification": ""}, "classification must not be empty. Omit the option"),
        ("authenticator_config", {"type": "web"}, "type must be one of embedded, hosted_web, console, platform"),
        ("authenticator_config", {"type": "hosted_web", "authentication_methods": ["sms"]}, "authentication_methods must be one of"),
        ("authenticator_config", {"type": "embedded", "invocation_type": "x"}, "invocation_type must be one of automatic, manual"),
        ("authenticator_config", {"config": {"type": "web"}}, "config.type must be one of embedded"),
        (
            "authenticator_config",
            {"config": {"type": "hosted_web", "authentication_methods": [{"type": "webauthn_passkey"}, {"type": "sms"}]}},
            "config.authentication_methods.type must be one of",
        ),
        (
            "authenticator_config",
            {"config": {"type": "console", "onboarding_configuration": {"verification_method": {"type": "sms"}}}},
            "config.onboarding_configuration.verification_method.type must be one of idp, none, not 'sms'.",
        ),
        ("authenticator_config", {"config": {"type": "embedded", "invocation_type": 7}}, "config.invocation_type must be one of"),
    ],
)  # fmt: skip
def test_a_value_that_the_service_refuses_is_an_error_before_anything_is_sent(
    noun: str, given: dict[str, Any], message: str, check_mode: bool, tenant: Any
) -> None:
    result = call_module(MODULES[noun], tenant, check_mode=check_mode, **{"display_name": "New", **given})
    assert result.get("failed") and message in result["msg"]
    assert result["changed"] is False and tenant.read_journal() == []


@pytest.mark.parametrize("check_mode", [True, False])
@pytest.mark.parametrize(
    ("noun", "given", "message"),
    [
        ("realm", {"display_name": "x" * 65}, "display_name must have at most 64 characters, not 65."),
        ("realm", {"display_name": "a:b/c"}, "display_name must not contain / :."),
        ("role", {"display_name": "a:b"}, "display_name must not contain :."),
        ("role", {"description": "x" * 301}, "description must have at most 300 characters, not 301."),
        ("role", {"description": "reads: all"}, "description must not contain :."),
    ],
)  # fmt: skip
def test_a_text_that_the_service_refuses_is_an_error_before_it_is_written(
    noun: str, given: dict[str, Any], message: str, check_mode: bool, tenant: Any
) -> None:
    new = call_module(MODULES[noun], tenant, check_mode=check_mode, **{"display_name": "New", **given})
    assert new["failed"] and message in new["msg"] and new["changed"] is False and list_writes(tenant) == []
    id = run_ok(MODULES[noun], tenant, display_name="New")[noun]["id"]
    tenant.clear_journal()
    changed = call_module(MODULES[noun], tenant, check_mode=check_mode, id=id, **given)
    assert changed["failed"] and message in changed["msg"] and list_writes(tenant) == []


@pytest.mark.parametrize("name", ["https://a", "x" * 65])
@pytest.mark.parametrize("noun", ["realm", "role"])
def test_an_object_that_has_such_a_text_is_found_and_changed_otherwise(noun: str, name: str, tenant: Any) -> None:
    """The object can be older than the limit."""
    module = MODULES[noun]
    other = {"realm": {"classification": "SECURE_WORKFORCE"}, "role": {"description": "Look."}}[noun]
    (id,) = tenant.seed(**{f"{noun}s": 1}, realm_name=name, role={"display_name": name})[f"{noun}s"]
    for names in ({"display_name": name}, {"id": id, "display_name": name}, {"display_name": f"{name} "}):
        assert not run_ok(module, tenant, **names)["changed"]
    assert run_ok(module, tenant, display_name=name, **other)["changed"]
    assert run_ok(module, tenant, id=id, check_mode=True, **other)["changed"] is False


@pytest.mark.parametrize(
    ("noun", "given"),
    [
        ("application", {"token_expires_after": 0}),
        ("application", {"token_expires_after": 2**32 - 1}),
        ("application", {"token_subject_field": "username", "token_format": "referential"}),
        ("application", {"display_name": "https://any.example/name: {}" + "x" * 100}),
        ("realm", {"display_name": "ü" * 64, "classification": "SECURE_WORKFORCE"}),
        ("realm", {"display_name": "x"}),
        ("role", {"display_name": "x", "description": ""}),
        ("role", {"display_name": "x", "description": "é" * 300}),
        ("authenticator_config", {"config": {"type": "platform", "trusted_origins": None}}),
    ],
)
def test_a_value_at_a_limit_is_accepted(noun: str, given: dict[str, Any], tenant: Any) -> None:
    given = {"display_name": "New", **given}
    for check_mode in (True, False):
        assert run_ok(MODULES[noun], tenant, check_mode=check_mode, **given)["changed"]
    assert not run_ok(MODULES[noun], tenant, **given)["changed"]


@pytest.mark.parametrize("character", FORBIDDEN)
def test_each_forbidden_character_is_refused_by_the_service_too(character: str, tenant: Any) -> None:
    name = f"a{character}b"
    assert f"display_name must not contain {character}." in run_failed(realm, tenant, display_name=name)
    body = {"realm": {"display_name": name}}
    assert "HTTP 400" in run_failed(api, tenant, operation="CreateRealm", body=body)


def test_an_object_is_removed_whatever_its_options_are(tenant: Any) -> None:
    run_ok(realm, tenant, display_name="Customers")
    assert not run_ok(realm, tenant, display_name="a:b", state="absent")["changed"]
    assert run_ok(realm, tenant, display_name="Customers", classification="", state="absent")["changed"]
    assert list_writes(tenant) == ["CreateRealm", "DeleteRealm"]


def test_the_module_api_sends_what_the_description_does_not_allow(tenant: Any) -> None:
    body = {"application": {"display_name": "New", "protocol_config": {"type": "oauth2", "token_format": "jwt"}}}
    tenant.add_fault(operation="CreateApplication", json={"id": "a"})
    assert run_ok(api, tenant, operation="CreateApplication", body=body)["response"] == {"id": "a"}
    assert tenant.read_journal(operation="CreateApplication")[0]["json"] == body


def test_a_value_that_another_client_set_stays(tenant: Any) -> None:
    """Only options are validated: an update sends the whole token configuration back."""
    given = {"display_name": "New", "token_expires_after": 60}
    created = run_ok(application, tenant, **given)["application"]
    config = created["protocol_config"]
    other = {**config, "token_configuration": {**config["token_configuration"], "subject_field": "external_id"}}
    tenant.add_fault(operation="ListApplications", json={"applications": [{**created, "protocol_config": other}]})
    predicted = run_ok(application, tenant, check_mode=True, display_name="New", token_expires_after=61)
    assert predicted["application"]["protocol_config"]["token_configuration"]["subject_field"] == "external_id"
