# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Requests carry only the given credentials, and go only to the named servers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from beyondidentity_emulator.client import Emulator
from tests.support.playbook import PlaybookRunner
from tests.support.plays import APPLICATIONS, READ, TOKEN, local_hosts, play, task
from tests.support.recorder import Recorder, refuse_request

ISSUER = "https://issuer.invalid/v1/tenants/t/realms/r/applications/a"
CREDENTIALS = {"issuer": ISSUER, "client_id": "c", "client_secret": "not very secret"}
CONNECT = "issuer.invalid:443"
REDIRECTS = (301, 302, 303, 307, 308)


@pytest.fixture
def other() -> Iterator[Recorder]:
    """Return a server or proxy that must not get requests."""
    with Recorder(refuse_request) as recorder:
        yield recorder


def test_netrc_is_ignored(run_playbook: PlaybookRunner, tenant: Any, tmp_path: Path) -> None:
    """A `~/.netrc` that names the server replaces neither the client's credentials nor the token."""
    netrc = tmp_path / ".netrc"
    netrc.write_text(
        "machine 127.0.0.1 login netrc password netrc\ndefault login netrc password netrc\n", encoding="utf-8"
    )
    netrc.chmod(0o600)
    env = {**tenant.environment, "HOME": str(tmp_path), "NETRC": str(netrc)}
    run_playbook(play(task("Read", APPLICATIONS)), env=env).succeeded()
    asked, *listed = tenant.read_journal()
    expected = f"Basic {tenant.client_id}:{tenant.digest(tenant.client_secret)}"
    assert asked["headers"]["Authorization"] == expected
    assert listed and {request["token_id"] for request in listed} == {asked["issued_token_id"]}


def test_redirects_are_not_followed(run_playbook: PlaybookRunner, emulator: Emulator, other: Recorder) -> None:
    """Whatever the status and the method; the message says so."""
    tenants = {operation: emulator.create_tenant() for operation in ("token", "ListApplications")}
    for operation, tenant in tenants.items():
        for status in REDIRECTS:
            redirect = f"{other.url}/elsewhere?status={status}"
            tenant.add_fault(operation=operation, times=1, status=status, redirect=redirect)
    tasks = [task(f"{status}", APPLICATIONS) for status in REDIRECTS]
    inventory = local_hosts({operation: tenant.variables for operation, tenant in tenants.items()})
    run = run_playbook(play(*tasks, hosts="all"), inventory=inventory).succeeded()
    for operation, tenant in tenants.items():
        for status in REDIRECTS:
            message = run.task(f"{status}", operation).result["msg"]
            assert f"responded with a redirect (HTTP {status})" in message
        assert [fault["used"] for fault in tenant.list_faults()] == [1] * len(REDIRECTS)
    assert other.requests == []


@dataclass(frozen=True)
class Way:
    """Sources of a proxy, with `{proxy}` for its URL; `through` says whether the request uses it."""

    name: str
    through: bool
    env: dict[str, str] = field(default_factory=dict)
    environment: dict[str, str] = field(default_factory=dict)
    vars: dict[str, str] = field(default_factory=dict)
    secret_from_env: bool = False


PROXY = {"HTTPS_PROXY": "{proxy}"}
WAYS = (
    Way("HTTPS_PROXY", True, PROXY),
    Way("the host in NO_PROXY", False, {**PROXY, "NO_PROXY": "example.com,issuer.invalid"}),
    Way("HTTP_PROXY and ALL_PROXY", False, {"HTTP_PROXY": "{proxy}", "http_proxy": "{proxy}", "ALL_PROXY": "{proxy}"}),
    Way("the task's environment", True, environment=PROXY),
    Way(
        "the option, stronger than the environment",
        True,
        {"HTTPS_PROXY": "http://127.0.0.1:1"},
        vars={"beyondidentity_proxy": "{proxy}"},
    ),
    Way("the environment's secret by the environment's proxy", True, PROXY, secret_from_env=True),
    Way("the environment's secret by the task's proxy", False, environment=PROXY, secret_from_env=True),
    Way(
        "the environment's secret past a proxy by the task's NO_PROXY",
        True,
        PROXY,
        {"NO_PROXY": "*"},
        secret_from_env=True,
    ),
)


def _filled(values: dict[str, str], proxy: Recorder) -> dict[str, str]:
    return {name: value.replace("{proxy}", proxy.url) for name, value in values.items()}


def _process_environment(way: Way, proxy: Recorder) -> dict[str, str]:
    given = {f"BEYONDIDENTITY_{name.upper()}": value for name, value in CREDENTIALS.items()}
    return {**(given if way.secret_from_env else {}), **_filled(way.env, proxy)}


def test_proxy_option_and_environment(run_playbook: PlaybookRunner, other: Recorder) -> None:
    """The option counts first. A task's environment counts unless the secret comes from the environment."""
    runs: dict[tuple[tuple[str, str], ...], list[Way]] = {}
    for way in WAYS:
        runs.setdefault(tuple(sorted(_process_environment(way, other).items())), []).append(way)
    variables = {f"beyondidentity_{name}": value for name, value in CREDENTIALS.items()}
    for env, ways in runs.items():
        tasks = [
            task(
                way.name,
                TOKEN,
                {**READ, "retries": 0},
                environment=_filled(way.environment, other),
                vars={**({} if way.secret_from_env else variables), **_filled(way.vars, other)},
            )
            for way in ways
        ]
        before = len(other.requests)
        run = run_playbook(play(*tasks), env=dict(env)).succeeded()
        through = {way.name for way in ways if "through the proxy" in run.task(way.name).result["msg"]}
        assert through == {way.name for way in ways if way.through}
        assert [seen.path for seen in other.requests[before:]] == [CONNECT] * len(through)


def test_a_ca_bundle_of_a_tasks_environment_counts_for_the_tasks_own_secret(
    run_playbook: PlaybookRunner, tls_emulator: Emulator
) -> None:
    """Not for a secret of the environment."""
    tenant = tls_emulator.create_tenant()
    env = {name: value for name, value in tenant.environment.items() if not name.endswith("CA_PATH")}
    variables = {name.lower(): value for name, value in env.items()}
    environment = {"REQUESTS_CA_BUNDLE": tls_emulator.ca_path}
    made = task("Token", TOKEN, {**READ, "retries": 0}, environment=environment)
    own = run_playbook(play(made, vars=variables)).succeeded()
    environments = run_playbook(play(made), env=env).succeeded()
    assert own.task("Token").done, own.output
    assert "authority is not trusted" in environments.task("Token").result["msg"]
