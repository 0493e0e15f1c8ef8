# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which source sets each connection option."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import Any

import pytest
from ansible.errors import AnsibleError, AnsibleUndefinedVariable

from ansible_collections.beyondidentity.management.plugins.module_utils._connection_options import (
    CONNECTION_OPTIONS,
    Option,
    list_options,
)
from ansible_collections.beyondidentity.management.plugins.module_utils._errors import OptionError
from ansible_collections.beyondidentity.management.plugins.plugin_utils.option_precedence import resolve_options
from ansible_collections.beyondidentity.management.plugins.plugin_utils.option_sources import (
    ARGUMENT,
    ENVIRONMENT,
    TASK_ENVIRONMENT,
    VARIABLE,
)
from tests.unit.builders import US_ISSUER
from tests.unit.option_helpers import OMIT, make_sources, resolve

# The parameters of resolve(), the strongest source first, and the sources' names in messages.
SOURCES = ("arguments", "variables", "task", "process")
SOURCE_NAMES = dict(zip(SOURCES, (ARGUMENT, VARIABLE, TASK_ENVIRONMENT, ENVIRONMENT), strict=True))
EU_ISSUER = US_ISSUER.replace("-us.", "-eu.")


def test_without_any_source_no_option_is_set() -> None:
    assert resolve().values == {}


@pytest.mark.parametrize(
    "option", [option for option in CONNECTION_OPTIONS if not option.argument_only], ids=lambda option: option.name
)
def test_the_strongest_source_wins(option: Option) -> None:
    values = {source: str(make_value(option, number)) for number, source in enumerate(SOURCES)}
    for size in range(1, 5):
        for chosen in itertools.combinations(SOURCES, size):
            resolved = resolve(**{source: {option.name: values[source]} for source in chosen})
            strongest = chosen[0]
            assert resolved.sources == {option.name: SOURCE_NAMES[strongest]}
            assert str(resolved.values[option.name]) == values[strongest]


@pytest.mark.parametrize(("stronger", "weaker"), list(itertools.combinations(SOURCES, 2)))
@pytest.mark.parametrize(("chosen", "other"), [("realm", "realm_id"), ("realm_id", "realm")])
def test_realm_and_realm_id_are_one_choice(chosen: str, other: str, stronger: str, weaker: str) -> None:
    both = {chosen: "r1", other: "r2"}
    options = list_options(manages_realm=True)
    assert resolve(**{stronger: {chosen: "r1"}, weaker: both}, options=options).values == {chosen: "r1"}
    assert resolve(**{stronger: {chosen: "r1"}, weaker: {other: "r2"}}, options=options).values == {chosen: "r1"}
    assert resolve(**{stronger: both, weaker: both}, options=options).values == both, "one source sets both"


@pytest.mark.parametrize("source", SOURCES[1:])
def test_without_the_option_realm_its_variables_are_ignored(source: str) -> None:
    given: dict[str, Any] = {"process": {}, source: {"realm": "Customers"}}
    given["process"]["realm_id"] = "r1"
    resolved = resolve(**given)
    assert resolved.values == {"realm_id": "r1"}


def make_value(option: Option, number: int) -> Any:
    """Return a valid value of the option that differs from those with the neighbouring numbers."""
    if option.choices:
        return option.choices[number % len(option.choices)]
    return {"int": number + 5, "bool": number % 2 == 0}.get(option.type, f"/v{number}")


@pytest.mark.parametrize("source", SOURCES[1:])
def test_only_an_argument_sets_reveal(source: str) -> None:
    assert resolve(**{source: {"reveal": "true"}}).values == {}
    assert resolve(arguments={"reveal": True}).values == {"reveal": True}


@pytest.mark.parametrize("source", SOURCES)
def test_only_an_argument_sets_an_ignored_option(source: str) -> None:
    resolved = resolve(**{source: {"access_token": "t"}}, ignored=frozenset({"access_token"}))
    assert bool(resolved.values) is (source == "arguments")


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
    ("source", "message"), [("arguments", "^realm_id is empty"), ("variables", "^beyondidentity_realm_id is empty")]
)
def test_an_empty_value_is_an_error(source: str, message: str) -> None:
    with pytest.raises(OptionError, match=message):
        resolve(**{source: {"realm_id": ""}}, process={"realm_id": "r1"})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("client_secret", 12345),
        ("client_secret", 12e5),
        ("client_secret", True),
        ("client_id", 16),
        ("access_token", 1e300),
        ("tenant_id", 12345678901234e5),
        ("realm_id", 1e15),
    ],
)
@pytest.mark.parametrize("source", ["arguments", "variables"])
def test_a_number_whose_text_is_lost_is_refused(source: str, name: str, value: Any) -> None:
    with pytest.raises(OptionError, match=f"{name} must be text, but is a number. Write") as caught:
        resolve(**{source: {name: value}})
    assert str(value) not in caught.value.message


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
def test_a_value_is_converted_to_the_options_type(name: str, value: Any, result: Any) -> None:
    converted = resolve(variables={name: value}).values[name]
    assert converted == result and type(converted) is type(result)


def test_paths_are_expanded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/me")
    monkeypatch.setenv("CERTS", "/certs")
    assert resolve(variables={"ca_path": "~/ca.pem", "client_cert": "$CERTS/c.pem"}).values == {
        "ca_path": "/home/me/ca.pem",
        "client_cert": "/certs/c.pem",
    }


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("timeout", "soon", "is 'soon', but must be a whole number"),
        ("timeout", 7.5, "is '7.5', but must be a whole number"),
        ("timeout", "7.5", "is '7.5', but must be a whole number"),
        ("timeout", float("inf"), "is 'inf', but must be a whole number"),
        ("timeout", float("nan"), "is 'nan', but must be a whole number"),
        ("timeout", [7], "must be a whole number"),
        ("validate_certs", "perhaps", "is 'perhaps', but must be true or false"),
        ("validate_certs", [True], "must be true or false"),
        ("validate_certs", {}, "must be true or false"),
        ("region", "mars", "is 'mars', but must be one of us, eu, fedramp"),
        ("tenant_id", ["t"], "must be text"),
        ("issuer", {"a": 1}, "must be text"),
        ("client_secret", ["s3cret"], "must be text"),
        ("region", "\x1b[31m", r"is '\[31m'"),
    ],
)
@pytest.mark.parametrize(("source", "prefix"), [("arguments", ""), ("variables", "beyondidentity_")])
def test_an_invalid_value_is_an_error_that_names_the_option_as_it_was_set(
    source: str, prefix: str, name: str, value: Any, message: str
) -> None:
    with pytest.raises(OptionError, match=f"^{prefix}{name} .*{message}") as caught:
        resolve(**{source: {name: value}})
    assert "s3cret" not in caught.value.message and "\x1b" not in caught.value.message


@pytest.mark.parametrize("source", ["task", "process"])
def test_an_error_about_an_environment_names_the_environment_variable(source: str) -> None:
    with pytest.raises(OptionError, match="^BEYONDIDENTITY_TIMEOUT is 'soon'"):
        resolve(**{source: {"timeout": "soon"}})


def test_a_variable_that_cannot_be_templated_is_an_error_that_names_it() -> None:
    with pytest.raises(OptionError, match="Cannot use the variable beyondidentity_realm_id: .*undefined"):
        resolve(variables={"realm_id": "{{ undefined }}"})


@pytest.mark.parametrize(
    ("text", "error", "is_shown"),
    [
        ("{{ missing }}", AnsibleUndefinedVariable("'missing' is undefined"), True),
        (" {{ missing }}\n", AnsibleUndefinedVariable("'missing' is undefined"), True),
        ("s3cret{{ missing }}", AnsibleUndefinedVariable("'missing' is undefined in s3cret"), False),
        ("{{ missing }}{{ s3cret }}", AnsibleUndefinedVariable("'s3cret' is undefined"), False),
        ("s3cret{{", AnsibleError("template error in s3cret{{"), False),
        ("{{ missing }}", AnsibleError("s3cret"), False),
    ],
)
def test_an_error_about_a_secret_variable_shows_at_most_the_name_of_a_missing_variable(
    text: str, error: Exception, is_shown: bool
) -> None:
    def fail(_value: Any) -> Any:
        raise error

    sources = replace(make_sources({"client_secret": text}), template=fail)
    with pytest.raises(OptionError, match="Cannot use the variable beyondidentity_client_secret: ") as caught:
        resolve_options({}, sources)
    assert ("'missing' is undefined" in caught.value.message) is is_shown
    assert "s3cret" not in caught.value.message


def test_a_variable_that_an_argument_replaces_is_not_templated() -> None:
    assert resolve(arguments={"realm_id": "r1"}, variables={"realm_id": "{{ undefined }}"}).values == {"realm_id": "r1"}


CREDENTIALS = [
    # of the stronger source, of the weaker source, the resolved options, whether there is a warning
    ({"client_id": "a"}, {"client_id": "b", "client_secret": "s"}, {"client_id": "a"}, True),
    ({"client_secret": "s"}, {"client_id": "b"}, {"client_secret": "s"}, False),
    (
        {"client_id": "a", "client_secret": "s"},
        {"client_id": "b", "client_secret": "t"},
        {"client_id": "a", "client_secret": "s"},
        False,
    ),
    ({"access_token": "t"}, {"client_id": "b", "client_secret": "s"}, {"access_token": "t"}, False),
    ({"client_id": "a", "client_secret": "s"}, {"access_token": "t"}, {"client_id": "a", "client_secret": "s"}, False),
    ({"client_id": "a"}, {"access_token": "t", "client_secret": "s"}, {"client_id": "a"}, False),
    (
        {"client_id": "a", "client_auth_method": "none"},
        {"client_secret": "s"},
        {"client_id": "a", "client_auth_method": "none"},
        False,
    ),
    ({"client_id": "a"}, {"client_auth_method": "client_secret_post"}, {"client_id": "a"}, False),
    (
        {"client_auth_method": "client_secret_post"},
        {"client_id": "b", "client_secret": "s"},
        {"client_auth_method": "client_secret_post", "client_id": "b", "client_secret": "s"},
        False,
    ),
    (
        {"timeout": 5},
        {"client_id": "b", "client_secret": "s"},
        {"timeout": 5, "client_id": "b", "client_secret": "s"},
        False,
    ),
]


@pytest.mark.parametrize(("stronger", "weaker"), list(itertools.combinations(SOURCES, 2)))
@pytest.mark.parametrize(("strong", "weak", "expected", "warns"), CREDENTIALS)
def test_credentials_of_two_sources_are_never_mixed(
    stronger: str, weaker: str, strong: dict[str, Any], weak: dict[str, Any], expected: dict[str, Any], warns: bool
) -> None:
    resolved = resolve(**{stronger: strong, weaker: weak})
    assert resolved.values == expected
    assert bool(resolved.warnings) is warns
    if warns:
        assert f"The client_secret from {SOURCE_NAMES[weaker]} is not used" in resolved.warnings[0]


@pytest.mark.parametrize(("stronger", "weaker"), list(itertools.combinations(SOURCES, 2)))
@pytest.mark.parametrize("part", ["region", "auth_url", "tenant_id", "auth_realm_id", "application_id"])
def test_an_issuer_replaces_only_the_parts_from_weaker_sources(part: str, stronger: str, weaker: str) -> None:
    value = "us" if part == "region" else "https://auth-us.beyondidentity.com" if part == "auth_url" else "x"
    assert resolve(**{stronger: {"issuer": EU_ISSUER}, weaker: {part: value}}).values == {"issuer": EU_ISSUER}
    assert resolve(**{weaker: {"issuer": EU_ISSUER}, stronger: {part: value}}).values == {
        "issuer": EU_ISSUER,
        part: value,
    }
    assert resolve(**{stronger: {"issuer": EU_ISSUER, part: value}}).values == {"issuer": EU_ISSUER, part: value}


@pytest.mark.parametrize("other", ["realm_id", "api_url", "timeout"])
def test_an_issuer_does_not_replace_options_that_are_no_part_of_it(other: str) -> None:
    resolved = resolve(arguments={"issuer": US_ISSUER}, process={other: "7"})
    assert set(resolved.values) == {"issuer", other}


def test_a_variable_that_uses_the_token_lookup_is_an_error() -> None:
    def look_up(_value: Any) -> Any:
        return resolve_options({}, make_sources({"issuer": US_ISSUER})).values["issuer"]

    with pytest.raises(OptionError, match="variable uses the token lookup, which needs the same variable"):
        resolve_options({}, replace(make_sources({"issuer": "{{ lookup }}"}), template=look_up))
    assert resolve(variables={"issuer": US_ISSUER}).values == {"issuer": US_ISSUER}, "later calls are not affected"
