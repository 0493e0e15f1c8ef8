# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which source can decide where a secret is sent."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from ansible_collections.beyondidentity.management.plugins.module_utils._errors import TrustError
from ansible_collections.beyondidentity.management.plugins.plugin_utils.option_precedence import resolve_options
from ansible_collections.beyondidentity.management.plugins.plugin_utils.option_sources import ResolvedOptions
from ansible_collections.beyondidentity.management.plugins.plugin_utils.option_trust import (
    refuse_delegated_environment_secret,
)
from tests.unit.builders import US_ISSUER
from tests.unit.option_helpers import make_sources, resolve

EVIL = "https://evil.example"
EVIL_ISSUER = US_ISSUER.replace("https://auth-us.beyondidentity.com", EVIL)
EU_ISSUER = US_ISSUER.replace("-us.", "-eu.")
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
def test_another_source_cannot_redirect_the_environments_secret(
    name: str, value: str, secret: dict[str, str], source: str
) -> None:
    with pytest.raises(
        TrustError,
        match=f"The credential is from the environment, but {name} is from .*BEYONDIDENTITY_{name.upper()}",
    ) as caught:
        resolve(**{source: {name: value}}, process=secret)
    assert "s3cret" not in caught.value.message


@pytest.mark.parametrize("source", OTHER_SOURCES)
@pytest.mark.parametrize(("name", "value"), REDIRECTIONS)
def test_another_source_cannot_replace_the_environments_own_destination(name: str, value: str, source: str) -> None:
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
def test_another_source_can_set_options_that_redirect_nothing(name: str, value: str, source: str) -> None:
    assert name in resolve(**{source: {name: value}}, process=SECRETS[0]).values


@pytest.mark.parametrize(("name", "value"), REDIRECTIONS)
def test_the_environment_can_redirect_its_own_secret(name: str, value: str) -> None:
    assert name in resolve(process={name: value, **SECRETS[0]}).values


@pytest.mark.parametrize("source", OTHER_SOURCES)
@pytest.mark.parametrize(("name", "value"), REDIRECTIONS)
def test_a_source_can_redirect_its_own_secret(name: str, value: str, source: str) -> None:
    environment = {"client_id": "x", "client_secret": "y"}
    assert name in resolve(**{source: {name: value, **SECRETS[0]}}, process=environment).values


def test_a_client_id_alone_is_not_protected() -> None:
    assert resolve(variables={"issuer": EVIL_ISSUER}, process={"client_id": "c"}).values["issuer"] == EVIL_ISSUER


def test_an_ignored_secret_of_the_environment_is_not_protected() -> None:
    resolved = resolve(
        variables={"issuer": EVIL_ISSUER, "client_id": "c", "client_secret": "s"},
        process={"access_token": "t"},
        ignored=frozenset({"access_token"}),
    )
    assert resolved.values == {"issuer": EVIL_ISSUER, "client_id": "c", "client_secret": "s"}


@pytest.mark.parametrize(("process", "proxy"), [(SECRETS[0], "own"), ({}, "task")])
def test_the_tasks_environment_sets_no_proxy_for_the_environments_secret(process: dict[str, str], proxy: str) -> None:
    sources = make_sources(process=process)
    sources = replace(
        sources,
        task_environment={"HTTPS_PROXY": "task"},
        environment={**sources.environment, "HTTPS_PROXY": "own"},
    )
    assert sources.build_environ(resolve_options({}, sources))["HTTPS_PROXY"] == proxy


def resolve_with_facts(facts: Any, **variables: Any) -> ResolvedOptions:
    """Resolve options from variables, `ansible_facts` among them. Only `facts` is given with the whole names."""
    sources = make_sources(variables, process={"issuer": EU_ISSUER})
    return resolve_options({}, replace(sources, variables={**sources.variables, "ansible_facts": facts}))


@pytest.mark.parametrize("value", [EVIL_ISSUER, "{{ lookup('pipe', 'id') }}", US_ISSUER])
def test_a_fact_is_ignored_with_a_warning_and_the_next_source_counts(value: str) -> None:
    resolved = resolve_with_facts({"beyondidentity_issuer": value}, issuer=value)
    assert resolved.values == {"issuer": EU_ISSUER}
    assert len(resolved.warnings) == 1
    assert resolved.warnings[0].startswith("beyondidentity_issuer is ignored: a managed host reported it as a fact")


@pytest.mark.parametrize("facts", [{"beyondidentity_issuer": EVIL_ISSUER}, {}, None, "odd", ["odd"]])
def test_a_variable_that_overrides_a_fact_counts(facts: Any) -> None:
    resolved = resolve_with_facts(facts, issuer=US_ISSUER)
    assert resolved.values == {"issuer": US_ISSUER} and resolved.warnings == []


def test_a_fact_cannot_hide_behind_a_second_fact() -> None:
    """A fact `ansible_x` replaces the fact `x` in `ansible_facts`, but not the variable `x`."""
    sources = make_sources({"issuer": EVIL_ISSUER})
    variables = {
        **sources.variables,
        "ansible_beyondidentity_issuer": "other",
        "ansible_facts": {"beyondidentity_issuer": "other"},
    }
    resolved = resolve_options({}, replace(sources, variables=variables))
    assert resolved.values == {} and len(resolved.warnings) == 1


def test_a_key_password_from_the_environment_is_not_sent_to_a_delegated_host() -> None:
    """It may be used with files that a variable names: then it stays on this machine."""
    resolved = resolve(variables={"client_cert": "/c.pem"}, process={"client_key_password": "s3cret"})
    with pytest.raises(TrustError, match="delegated to a host that the inventory defines"):
        refuse_delegated_environment_secret(resolved)
    refuse_delegated_environment_secret(resolve(variables={"client_key_password": "s3cret"}))
