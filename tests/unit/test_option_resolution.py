# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which value each option gets, and from where."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from ansible_collections.beyondidentity.management.plugins.module_utils._errors import OptionError
from ansible_collections.beyondidentity.management.plugins.module_utils._options import CONNECTION_OPTIONS, Option
from ansible_collections.beyondidentity.management.plugins.plugin_utils.option_resolution import (
    ARGUMENT,
    ENVIRONMENT,
    TASK_ENVIRONMENT,
    VARIABLE,
    resolve_options,
)
from tests.unit.builders import US_ISSUER
from tests.unit.option_helpers import OMIT, make_sources, resolve

SOURCES = ("arguments", "variables", "task", "process")
NAMED = dict(zip(SOURCES, (ARGUMENT, VARIABLE, TASK_ENVIRONMENT, ENVIRONMENT), strict=True))
SETS = [chosen for size in range(1, 5) for chosen in itertools.combinations(SOURCES, size)]
EU_ISSUER = US_ISSUER.replace("-us.", "-eu.")


def test_without_anything_nothing_is_resolved() -> None:
    assert resolve().values == {}


@pytest.mark.parametrize("chosen", SETS, ids="+".join)
@pytest.mark.parametrize(
    "option", [option for option in CONNECTION_OPTIONS if not option.argument_only], ids=lambda option: option.name
)
def test_the_strongest_source_wins(option: Option, chosen: tuple[str, ...]) -> None:
    values = {source: str(_value(option, number)) for number, source in enumerate(SOURCES)}
    got = resolve(**{source: {option.name: values[source]} for source in chosen})
    strongest = chosen[0]
    assert got.sources == {option.name: NAMED[strongest]}
    assert str(got.values[option.name]) == values[strongest]


def _value(option: Option, number: int) -> Any:
    if option.choices:
        return option.choices[number % len(option.choices)]
    return {"int": number + 5, "bool": number % 2 == 0}.get(option.type, f"/v{number}")


@pytest.mark.parametrize("source", SOURCES[1:])
def test_reveal_is_an_argument_only(source: str) -> None:
    assert resolve(**{source: {"reveal": "true"}}).values == {}
    assert resolve(arguments={"reveal": True}).values == {"reveal": True}


@pytest.mark.parametrize("source", SOURCES)
def test_ignored_options_count_as_arguments_only(source: str) -> None:
    got = resolve(**{source: {"access_token": "t"}}, ignored=frozenset({"access_token"}))
    assert bool(got.values) is (source == "arguments")


@pytest.mark.parametrize("value", [None, OMIT])
def test_an_omitted_argument_is_unset(value: Any) -> None:
    assert resolve(arguments={"timeout": value}, variables={"timeout": 7}).values == {"timeout": 7}


@pytest.mark.parametrize("value", [None, OMIT, "{{ omit }}"])
def test_an_omitted_variable_is_unset(value: Any) -> None:
    assert resolve(variables={"timeout": value}, process={"timeout": "7"}).values == {"timeout": 7}


def test_an_empty_environment_variable_is_unset() -> None:
    assert resolve(task={"timeout": ""}, process={"timeout": "7"}).values == {"timeout": 7}
    assert resolve(process={"timeout": ""}).values == {}


@pytest.mark.parametrize(
    ("source", "said"), [("arguments", "^realm_id is empty"), ("variables", "^beyondidentity_realm_id is empty")]
)
def test_an_empty_value_is_an_error(source: str, said: str) -> None:
    with pytest.raises(OptionError, match=said):
        resolve(**{source: {"realm_id": ""}}, process={"realm_id": "r1"})


@pytest.mark.parametrize(
    ("name", "value", "result"),
    [
        ("timeout", "7", 7),
        ("timeout", 7, 7),
        ("timeout", 7.0, 7),
        ("validate_certs", "no", False),
        ("validate_certs", "True", True),
        ("validate_certs", 0, False),
        ("tenant_id", 123, "123"),
        ("region", "eu", "eu"),
        ("ca_path", 5, "5"),
    ],
)
def test_types(name: str, value: Any, result: Any) -> None:
    got = resolve(variables={name: value}).values[name]
    assert got == result and type(got) is type(result)


def test_paths_are_expanded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/me")
    monkeypatch.setenv("CERTS", "/certs")
    assert resolve(variables={"ca_path": "~/ca.pem", "client_cert": "$CERTS/c.pem"}).values == {
        "ca_path": "/home/me/ca.pem",
        "client_cert": "/certs/c.pem",
    }


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("timeout", "soon", "is 'soon', and must be a whole number"),
        ("timeout", 7.5, "is '7.5', and must be a whole number"),
        ("timeout", "7.5", "is '7.5', and must be a whole number"),
        ("timeout", float("inf"), "is 'inf', and must be a whole number"),
        ("timeout", float("nan"), "is 'nan', and must be a whole number"),
        ("timeout", [7], "must be a whole number"),
        ("validate_certs", "perhaps", "is 'perhaps', and must be true or false"),
        ("validate_certs", [True], "must be true or false"),
        ("validate_certs", {}, "must be true or false"),
        ("region", "mars", "is 'mars', and must be one of us, eu, fedramp"),
        ("client_auth_method", "basic", "must be one of client_secret_basic"),
        ("grant_type", "password", "must be one of"),
        ("token_cache", "disk", "must be one of run"),
        ("tenant_id", ["t"], "must be text"),
        ("issuer", {"a": 1}, "must be text"),
        ("client_secret", ["s3cret"], "must be text"),
        ("region", "\x1b[31m", r"is '\[31m'"),
    ],
)
@pytest.mark.parametrize(("source", "prefix"), [("arguments", ""), ("variables", "beyondidentity_")])
def test_type_errors(source: str, prefix: str, name: str, value: Any, said: str) -> None:
    with pytest.raises(OptionError, match=f"^{prefix}{name} .*{said}") as caught:
        resolve(**{source: {name: value}})
    assert "s3cret" not in caught.value.message and "\x1b" not in caught.value.message


@pytest.mark.parametrize("source", ["task", "process"])
def test_type_errors_in_an_environment_name_its_variable(source: str) -> None:
    with pytest.raises(OptionError, match="^BEYONDIDENTITY_TIMEOUT is 'soon'"):
        resolve(**{source: {"timeout": "soon"}})


def test_a_variable_that_can_not_be_templated_is_named() -> None:
    with pytest.raises(OptionError, match="The variable beyondidentity_realm_id can't be used: .*undefined"):
        resolve(variables={"realm_id": "{{ undefined }}"})


def test_only_the_variables_that_are_needed_are_templated() -> None:
    assert resolve(arguments={"realm_id": "r1"}, variables={"realm_id": "{{ undefined }}"}).values == {"realm_id": "r1"}


CREDENTIALS = [
    # stronger, weaker, what is left, warnings
    ({"client_id": "a"}, {"client_id": "b", "client_secret": "s"}, {"client_id": "a"}, 1),
    ({"client_secret": "s"}, {"client_id": "b"}, {"client_secret": "s"}, 0),
    (
        {"client_id": "a", "client_secret": "s"},
        {"client_id": "b", "client_secret": "t"},
        {"client_id": "a", "client_secret": "s"},
        0,
    ),
    ({"access_token": "t"}, {"client_id": "b", "client_secret": "s"}, {"access_token": "t"}, 0),
    ({"client_id": "a", "client_secret": "s"}, {"access_token": "t"}, {"client_id": "a", "client_secret": "s"}, 0),
    ({"client_id": "a"}, {"access_token": "t", "client_secret": "s"}, {"client_id": "a"}, 0),
    (
        {"client_id": "a", "client_auth_method": "none"},
        {"client_secret": "s"},
        {"client_id": "a", "client_auth_method": "none"},
        0,
    ),
    ({"client_id": "a"}, {"client_auth_method": "client_secret_post"}, {"client_id": "a"}, 0),
    (
        {"client_auth_method": "client_secret_post"},
        {"client_id": "b", "client_secret": "s"},
        {"client_auth_method": "client_secret_post", "client_id": "b", "client_secret": "s"},
        0,
    ),
    (
        {"timeout": 5},
        {"client_id": "b", "client_secret": "s"},
        {"timeout": 5, "client_id": "b", "client_secret": "s"},
        0,
    ),
]


@pytest.mark.parametrize(("stronger", "weaker"), list(itertools.combinations(SOURCES, 2)))
@pytest.mark.parametrize(("strong", "weak", "left", "warned"), CREDENTIALS)
def test_credentials_of_two_sources_are_never_mixed(
    stronger: str, weaker: str, strong: dict[str, Any], weak: dict[str, Any], left: dict[str, Any], warned: int
) -> None:
    got = resolve(**{stronger: strong, weaker: weak})
    assert got.values == left
    if warned:
        assert "is not used" in got.warnings[0] and NAMED[weaker] in got.warnings[0]
        assert "credentials of two sources are never mixed" in got.warnings[0]


@pytest.mark.parametrize(("stronger", "weaker"), list(itertools.combinations(SOURCES, 2)))
@pytest.mark.parametrize("part", ["region", "auth_url", "tenant_id", "auth_realm_id", "application_id"])
def test_a_stronger_issuer_replaces_weaker_parts_and_no_other(part: str, stronger: str, weaker: str) -> None:
    value = "us" if part == "region" else "https://auth-us.beyondidentity.com" if part == "auth_url" else "x"
    assert resolve(**{stronger: {"issuer": EU_ISSUER}, weaker: {part: value}}).values == {"issuer": EU_ISSUER}
    assert resolve(**{weaker: {"issuer": EU_ISSUER}, stronger: {part: value}}).values == {
        "issuer": EU_ISSUER,
        part: value,
    }
    assert resolve(**{stronger: {"issuer": EU_ISSUER, part: value}}).values == {"issuer": EU_ISSUER, part: value}


@pytest.mark.parametrize("other", ["realm_id", "api_url", "timeout"])
def test_what_an_issuer_does_not_say_stays(other: str) -> None:
    got = resolve(arguments={"issuer": US_ISSUER}, process={other: "7"})
    assert set(got.values) == {"issuer", other}


def test_a_variable_that_uses_the_lookup_itself_is_told_so() -> None:
    def recursive(value: Any) -> Any:
        return (
            resolve_options({}, make_sources({"issuer": US_ISSUER})).values["issuer"]
            if value == "{{ lookup }}"
            else value
        )

    around = make_sources({"issuer": "{{ lookup }}"})
    object.__setattr__(around, "template", recursive)
    with pytest.raises(OptionError, match="variable uses the token lookup, which needs that variable itself"):
        resolve_options({}, around)
    assert resolve(variables={"issuer": US_ISSUER}).values == {"issuer": US_ISSUER}, "the guard is gone afterwards"
