# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which source of an option counts, for modules and the lookup, as seen by the tenants that get requests.

Each source speaks for a tenant of its own. A step asks for a scope that no other step asks for, so that the journals
tell where it went.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.support.playbook import PlaybookRun, PlaybookRunner
from tests.support.plays import APPLICATIONS, TOKEN, play

GROUP = "group/beyondidentity.management.all"
CREDENTIALS = ("issuer", "api_url", "client_id", "client_secret")
CLIENT = ("client_id", "client_secret")
PARTS = ("auth_url", "tenant_id", "auth_realm_id", "application_id")

# The strongest first. What `module_defaults` say is an argument in Ansible's eyes.
SOURCES = ("argument", "defaults", "group defaults", "variable", "task environment", "environment")
SEEN_BY_LOOKUPS = ("argument", "variable", "environment")


@dataclass(frozen=True)
class Step:
    """The options of each source: a name stands for the value at the source's own tenant, a pair for itself.

    `expected` is the source whose tenant gets the request, or a part of the error message.
    """

    name: str
    said: Mapping[str, tuple[Any, ...]]
    expected: str
    lookup: bool = True
    lifetime: int | None = None
    warning: str = ""


def _all_from(first: int, options: tuple[Any, ...] = CREDENTIALS) -> dict[str, tuple[Any, ...]]:
    return dict.fromkeys(SOURCES[first:], options)


NEVER_MIXED = "credentials of two sources are never mixed"
EMPTY = {name: ("omit", name) for name in CREDENTIALS}

STEPS = (
    *(
        Step(f"from {source} on", _all_from(number), source, lookup=source in SEEN_BY_LOOKUPS)
        for number, source in enumerate(SOURCES)
    ),
    Step(
        "lookups see no defaults",
        {"defaults": CREDENTIALS, "group defaults": CREDENTIALS, "environment": CREDENTIALS},
        "defaults",
        lookup=False,
    ),
    Step(
        "client of a variable, secret of the environment",
        {"variable": ("client_id",), "environment": CREDENTIALS},
        "client_secret is missing",
        warning=NEVER_MIXED,
    ),
    Step(
        "secret of the task, client of a variable",
        {"argument": ("client_secret",), "variable": CREDENTIALS},
        "client_id is missing",
    ),
    Step(
        "client of the task's environment, secret of the environment",
        {"task environment": ("client_id",), "environment": CREDENTIALS},
        "client_secret is missing",
        lookup=False,
        warning=NEVER_MIXED,
    ),
    Step(
        "client of the task, secret of defaults",
        {"argument": ("client_id",), "defaults": ("issuer", "api_url", "client_secret")},
        "invalid_client",
        lookup=False,
    ),
    Step(
        "client and secret of a variable, issuer of a weaker one",
        {"variable": (*CLIENT, "issuer"), "environment": (*CLIENT, "issuer")},
        "variable",
    ),
    Step("omitted arguments", {"argument": tuple(EMPTY.values()), "variable": CREDENTIALS}, "variable"),
    Step("omitted variables", {"variable": tuple(EMPTY.values()), "environment": CREDENTIALS}, "environment"),
    Step("parts without an issuer", {"variable": (*PARTS, *CLIENT)}, "variable"),
    Step(
        "an issuer replaces weaker parts",
        {"argument": CREDENTIALS, "variable": PARTS, "environment": PARTS},
        "argument",
    ),
    Step(
        "parts that contradict a weaker issuer",
        {"variable": (*PARTS, *CLIENT), "environment": ("issuer",)},
        "Remove one of the two",
    ),
    Step("the same parts as the issuer's", {"variable": (*PARTS, *CREDENTIALS)}, "variable"),
    Step("an empty argument", {"argument": (("client_id", ""),), "variable": CREDENTIALS}, "client_id is empty"),
    Step("an empty variable", {"variable": (*CREDENTIALS, ("client_id", ""))}, "beyondidentity_client_id is empty"),
    Step(
        "an empty environment says nothing", {"environment": (("client_id", ""),), "variable": CREDENTIALS}, "variable"
    ),
    *(
        Step(
            f"lifetime from {source} on",
            {
                weaker: (
                    ("expiration_time", 1000 + SOURCES.index(weaker)),
                    *(CREDENTIALS if weaker == "environment" else ()),
                )
                for weaker in SOURCES[number:]
            },
            "environment",
            lookup=source in SEEN_BY_LOOKUPS,
            lifetime=1000 + number,
        )
        for number, source in enumerate(SOURCES)
    ),
)


@dataclass
class SourceTenants:
    """A tenant for each source, and a scope for each step."""

    tenants: dict[str, Any]
    scopes: list[str]
    given: dict[str, str] = field(default_factory=dict)

    def value(self, source: str, option: str) -> str:
        """Return an option's value at a source's tenant."""
        tenant = self.tenants[source]
        own = {"auth_url": tenant.emulator.url, "auth_realm_id": tenant.realm_id}
        return own.get(option) or str(getattr(tenant, option))

    def options(self, step: Step, source: str) -> dict[str, Any]:
        """Return the options of a source in a step."""
        said: dict[str, Any] = {}
        for option in step.said.get(source, ()):
            if isinstance(option, str):
                said[option] = self.value(source, option)
            elif option[0] == "omit":
                said[option[1]] = "{{ omit }}"
            else:
                said[option[0]] = option[1]
        return said

    def asked(self) -> dict[str, list[tuple[str, str, str]]]:
        """Return the sources whose tenants got requests, with client and lifetime, by scope."""
        asked: dict[str, list[tuple[str, str, str]]] = {}
        for source, tenant in self.tenants.items():
            for request in tenant.read_journal(operation="token"):
                entry = (source, str(request["application_id"]), request["form"]["expiration_time"])
                asked.setdefault(request["form"]["scope"], []).append(entry)
        return asked


@pytest.fixture
def source_tenants(emulator: Any) -> SourceTenants:
    """Return tenants and scopes."""
    tenants = {source: emulator.create_tenant() for source in SOURCES}
    tenant = emulator.create_tenant()
    headers = {"Authorization": f"Bearer {tenant.request_token('applications:read')}"}
    listed = emulator.session.get(
        f"{tenant.realm_url}/applications/{tenant.application_id}", headers=headers, timeout=60
    ).json()
    return SourceTenants(tenants, sorted(listed["protocol_config"]["allowed_scopes"]))


def _prefixed(options: Mapping[str, Any], prefix: str) -> dict[str, Any]:
    return {prefix + (name.upper() if prefix.isupper() else name): value for name, value in options.items()}


def _module(step: Step, source_tenants: SourceTenants, scope: str) -> dict[str, Any]:
    return {
        "name": f"module, {step.name}",
        TOKEN: {"scopes": [scope], "fresh": True, **source_tenants.options(step, "argument")},
        "module_defaults": {
            TOKEN: source_tenants.options(step, "defaults"),
            GROUP: source_tenants.options(step, "group defaults"),
        },
        "vars": _prefixed(source_tenants.options(step, "variable"), "beyondidentity_"),
        "environment": _prefixed(
            {name: str(value) for name, value in source_tenants.options(step, "task environment").items()},
            "BEYONDIDENTITY_",
        ),
        "ignore_errors": True,
    }


def _lookup(step: Step, source_tenants: SourceTenants, scope: str) -> dict[str, Any]:
    arguments = {
        name: "omit" if value == "{{ omit }}" else repr(value)
        for name, value in source_tenants.options(step, "argument").items()
    }
    options = "".join(f", {name}={value}" for name, value in arguments.items())
    return {
        "name": f"lookup, {step.name}",
        "ansible.builtin.debug": {"msg": f"{{{{ lookup('{TOKEN}', '{scope}'{options}) | length > 0 }}}}"},
        "module_defaults": {
            TOKEN: source_tenants.options(step, "defaults"),
            GROUP: source_tenants.options(step, "group defaults"),
        },
        "vars": _prefixed(source_tenants.options(step, "variable"), "beyondidentity_"),
        "ignore_errors": True,
    }


def _environment(step: Step, source_tenants: SourceTenants) -> dict[str, str]:
    return _prefixed(
        {name: str(value) for name, value in source_tenants.options(step, "environment").items()}, "BEYONDIDENTITY_"
    )


def test_the_strongest_source_counts(run_playbook: PlaybookRunner, source_tenants: SourceTenants, core: str) -> None:
    """For the credentials as a whole. Steps with the same environment share a run."""
    steps = [("module", step) for step in STEPS] + [("lookup", step) for step in STEPS if step.lookup]
    scopes = dict(zip(((kind, step.name) for kind, step in steps), source_tenants.scopes, strict=False))
    assert len(scopes) == len(steps)
    runs: dict[tuple[tuple[str, str], ...], list[tuple[str, Step]]] = {}
    for kind, step in steps:
        runs.setdefault(tuple(sorted(_environment(step, source_tenants).items())), []).append((kind, step))
    done: dict[tuple[str, str], PlaybookRun] = {}
    build = {"module": _module, "lookup": _lookup}
    for environment, together in runs.items():
        tasks = [build[kind](step, source_tenants, scopes[kind, step.name]) for kind, step in together]
        run = run_playbook(play(*tasks), env=dict(environment), core=core).succeeded()
        done |= dict.fromkeys(((kind, step.name) for kind, step in together), run)
    asked = source_tenants.asked()
    for kind, step in steps:
        _check(kind, step, source_tenants, done[kind, step.name], asked.pop(scopes[kind, step.name], []))
    assert asked == {}


def _check(
    kind: str, step: Step, source_tenants: SourceTenants, run: PlaybookRun, asked: list[tuple[str, str, str]]
) -> None:
    result = run.task(f"{kind}, {step.name}")
    if step.expected in SOURCES:
        assert result.done, (step.name, result.result)
        expected = (step.expected, source_tenants.tenants[step.expected].application_id, str(step.lifetime or 3600))
        assert asked == [expected], step.name
    else:
        assert not result.done and step.expected in str(result.result["msg"]), (step.name, result)
        assert "invalid_client" in step.expected or asked == [], step.name
    if step.warning:
        assert step.warning in " ".join(run.output.split()), step.name


def test_a_given_token_and_a_client_replace_each_other_by_source(
    run_playbook: PlaybookRunner, tenant: Any, emulator: Any
) -> None:
    """The stronger source counts."""
    other = emulator.create_tenant()
    token = other.request_token("applications:read")
    given = {
        "beyondidentity_access_token": token,
        "beyondidentity_issuer": other.issuer,
        "beyondidentity_api_url": other.api_url,
    }
    client = other.variables
    run = run_playbook(play({"name": "Token", APPLICATIONS: {}}, vars=given), env=tenant.environment).succeeded()
    assert run.task("Token").done
    assert [request["headers"]["Authorization"] for request in other.read_journal(operation="ListApplications")] == [
        f"Bearer {other.digest(token)}"
    ]
    other.clear_journal()
    environment = {**tenant.environment, "BEYONDIDENTITY_ACCESS_TOKEN": tenant.request_token("applications:read")}
    tenant.clear_journal()
    run_playbook(play({"name": "Client", APPLICATIONS: {}}, vars=client), env=environment).succeeded()
    assert [request["operation"] for request in other.read_journal()] == ["token", "ListApplications"]
    assert tenant.read_journal() == []


def test_reveal_is_an_argument_only(run_playbook: PlaybookRunner, tenant: Any) -> None:
    """A variable, the environment and a task's environment have no effect; module_defaults have."""
    made = {"name": "Token", TOKEN: {"scopes": ["realms:read"]}, "environment": {"BEYONDIDENTITY_REVEAL": "true"}}
    variables = {"beyondidentity_reveal": True}
    run = run_playbook(
        play(made, vars=variables), env={**tenant.environment, "BEYONDIDENTITY_REVEAL": "true"}, args=["-v"]
    )
    assert "censored" in run.succeeded().task("Token").result
    shown = {**made, "module_defaults": {GROUP: {"reveal": True}}}
    run = run_playbook(play(shown), env=tenant.environment, args=["-v"]).succeeded()
    assert run.task("Token").result["token"]["access_token"] in run.stdout
