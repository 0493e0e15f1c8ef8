# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who may say where a secret goes."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.beyondidentity.management.plugins.module_utils._errors import TrustError
from ansible_collections.beyondidentity.management.plugins.plugin_utils.option_resolution import resolve_options
from tests.unit.builders import US_ISSUER
from tests.unit.option_helpers import make_sources, resolve

EVIL = "https://evil.example"
EVIL_ISSUER = US_ISSUER.replace("https://auth-us.beyondidentity.com", EVIL)
SECRETS = [{"client_id": "c", "client_secret": "s3cret"}, {"access_token": "s3cret"}]
REDIRECTIONS = [
    ("issuer", EVIL_ISSUER),
    ("issuer", US_ISSUER.replace("auth-us.beyondidentity.com", "auth-us.beyondidentity.com.evil.example")),
    ("issuer", US_ISSUER.replace("auth-us.beyondidentity.com", "auth-us.beyondidentity.com@evil.example")),
    ("issuer", US_ISSUER.replace("https:", "http:")),
    ("auth_url", EVIL),
    ("auth_url", "https://auth-us.beyondidentity.com:8443"),
    ("api_url", EVIL),
    ("api_url", "http://127.0.0.1:1"),
    ("proxy", "http://evil.example:3128"),
    ("proxy", "https://auth-us.beyondidentity.com"),
    ("ca_path", "/tmp/evil.pem"),
    ("ca_path", "https://auth-us.beyondidentity.com/../tmp/evil.pem"),
    ("validate_certs", "false"),
]
HARMLESS = [
    ("issuer", US_ISSUER),
    ("issuer", US_ISSUER.replace("-us.", "-eu.") + "/token"),
    ("auth_url", "https://auth-eu.beyondidentity.com"),
    ("api_url", "https://api.us1.beyondidentity-gov.com/"),
    ("validate_certs", "true"),
    ("region", "eu"),
    ("tenant_id", "t9"),
    ("timeout", "5"),
]
OTHER_SOURCES = ["arguments", "variables", "task"]


@pytest.mark.parametrize("source", OTHER_SOURCES)
@pytest.mark.parametrize("secret", SECRETS, ids=lambda secret: list(secret)[-1])
@pytest.mark.parametrize(("name", "value"), REDIRECTIONS)
def test_a_secret_of_the_environment_is_not_redirected(
    name: str, value: str, secret: dict[str, str], source: str
) -> None:
    with pytest.raises(
        TrustError, match=f"The credential comes from the environment, but {name} from .*BEYONDIDENTITY_{name.upper()}"
    ) as caught:
        resolve(**{source: {name: value}}, process=secret)
    assert "s3cret" not in caught.value.message


@pytest.mark.parametrize("source", OTHER_SOURCES)
@pytest.mark.parametrize(("name", "value"), REDIRECTIONS)
def test_a_stronger_source_may_not_replace_what_the_environment_says(name: str, value: str, source: str) -> None:
    own = {
        "issuer": US_ISSUER,
        "api_url": "https://api-us.beyondidentity.com",
        "proxy": "http://own:1",
        "ca_path": "/own.pem",
        "validate_certs": "true",
    }
    with pytest.raises(TrustError):
        resolve(**{source: {name: value}}, process={**own, **SECRETS[0]})


@pytest.mark.parametrize("source", OTHER_SOURCES)
@pytest.mark.parametrize(("name", "value"), HARMLESS)
def test_what_is_harmless_may_come_from_anywhere(name: str, value: str, source: str) -> None:
    assert name in resolve(**{source: {name: value}}, process=SECRETS[0]).values


@pytest.mark.parametrize(("name", "value"), REDIRECTIONS)
def test_the_environment_may_say_where_its_own_secret_goes(name: str, value: str) -> None:
    assert name in resolve(process={name: value, **SECRETS[0]}).values


@pytest.mark.parametrize("source", OTHER_SOURCES)
@pytest.mark.parametrize(("name", "value"), REDIRECTIONS)
def test_who_gives_the_secret_may_say_where_it_goes(name: str, value: str, source: str) -> None:
    assert (
        name
        in resolve(**{source: {name: value, **SECRETS[0]}}, process={"client_id": "x", "client_secret": "y"}).values
    )


def test_a_client_id_alone_is_no_secret() -> None:
    assert resolve(variables={"issuer": EVIL_ISSUER}, process={"client_id": "c"}).values["issuer"] == EVIL_ISSUER


def test_a_secret_that_is_ignored_guards_nothing() -> None:
    got = resolve(
        variables={"issuer": EVIL_ISSUER, "client_id": "c", "client_secret": "s"},
        process={"access_token": "t"},
        ignored=frozenset({"access_token"}),
    )
    assert got.values == {"issuer": EVIL_ISSUER, "client_id": "c", "client_secret": "s"}


@pytest.mark.parametrize(("process", "seen"), [(SECRETS[0], {"HTTPS_PROXY": "own"}), ({}, {"HTTPS_PROXY": "task"})])
def test_a_tasks_environment_brings_no_proxy_where_the_secret_is_the_environments(
    process: dict[str, str], seen: dict[str, str]
) -> None:
    around = make_sources(process=process)
    object.__setattr__(around, "task_environment", {"HTTPS_PROXY": "task"})
    object.__setattr__(around, "environment", {**around.environment, "HTTPS_PROXY": "own"})
    environ = around.environ(resolve_options({}, around))
    assert {name: environ[name] for name in seen} == seen


def with_facts(facts: Any, **variables: Any) -> Any:
    around = make_sources(variables)
    object.__setattr__(around, "variables", {**around.variables, "ansible_facts": facts})
    return resolve_options({}, around)


@pytest.mark.parametrize("value", [EVIL_ISSUER, "{{ lookup('pipe', 'id') }}", US_ISSUER])
def test_a_managed_host_does_not_name_itself_the_issuer(value: str) -> None:
    got = with_facts({"beyondidentity_issuer": value}, issuer=value)
    assert got.values == {}
    assert len(got.warnings) == 1
    assert got.warnings[0].startswith("beyondidentity_issuer is ignored: a managed host reported it as a fact")


def test_a_fact_that_is_ignored_leaves_room_for_weaker_sources() -> None:
    around = make_sources({"issuer": EVIL_ISSUER}, process={"issuer": US_ISSUER, **SECRETS[0]})
    object.__setattr__(
        around, "variables", {**around.variables, "ansible_facts": {"beyondidentity_issuer": EVIL_ISSUER}}
    )
    got = resolve_options({}, around)
    assert got.values["issuer"] == US_ISSUER and len(got.warnings) == 1


@pytest.mark.parametrize("facts", [{"beyondidentity_issuer": EVIL_ISSUER}, {}, None, "odd", ["odd"]])
def test_a_variable_that_overrides_a_fact_counts(facts: Any) -> None:
    got = with_facts(facts, issuer=US_ISSUER)
    assert got.values == {"issuer": US_ISSUER} and got.warnings == []
