# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What goes over the wire: the credentials that were given and no others, to the servers that were named and no others."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote_plus

import pytest

from tests.emulator.client import Emulator
from tests.support.playbook import PlaybookRunner
from tests.support.plays import APPLICATIONS, READ, TOKEN, lookup, play, task
from tests.support.recorder import Recorder, refuse

ISSUER = "https://issuer.invalid/v1/tenants/t/realms/r/applications/a"
CONNECT = "issuer.invalid:443"


@pytest.fixture
def other() -> Iterator[Recorder]:
    """Return a server or proxy beside the ones that are meant."""
    with Recorder(refuse) as recorder:
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
    asked, *listed = [request["headers"]["Authorization"] for request in tenant.journal()]
    assert (
        unquote_plus(base64.b64decode(asked.removeprefix("Basic ")).decode())
        == f"{tenant.client_id}:{tenant.client_secret}"
    )
    assert listed and all(header.startswith("Bearer ey") for header in listed)


@pytest.mark.parametrize("endpoint", ["token", "ListApplications"])
def test_redirects_are_not_followed(run_playbook: PlaybookRunner, tenant: Any, other: Recorder, endpoint: str) -> None:
    """Whatever the status and the method: where a redirect points is never asked, and the message says so."""
    statuses = (301, 302, 303, 307, 308)
    for status in statuses:
        tenant.fault(operation=endpoint, times=1, status=status, redirect=f"{other.url}/elsewhere?status={status}")
    tasks = [task(f"{status}", APPLICATIONS) for status in statuses]
    run = run_playbook(play(*tasks), env=tenant.environment).succeeded()
    for status in statuses:
        assert (
            f"answered with a redirect (HTTP {status}), which is never followed" in run.task(f"{status}").result["msg"]
        )
    assert [fault["used"] for fault in tenant.faults()] == [1] * len(statuses)
    assert other.requests == []


@dataclass(frozen=True)
class Way:
    """How a request is told its way; `{proxy}` stands for the proxy. `through` says whether it goes through it."""

    name: str
    through: bool
    env: dict[str, str] = field(default_factory=dict)
    environment: dict[str, str] = field(default_factory=dict)
    vars: dict[str, str] = field(default_factory=dict)
    secret_from_env: bool = False


PROXY = {"HTTPS_PROXY": "{proxy}"}
WAYS = (
    Way("HTTPS_PROXY", True, PROXY),
    Way("https_proxy", True, {"https_proxy": "{proxy}"}),
    Way("other hosts in NO_PROXY", True, {**PROXY, "NO_PROXY": "example.com,127.0.0.1"}),
    Way("the host in NO_PROXY", False, {**PROXY, "NO_PROXY": "example.com,issuer.invalid"}),
    Way("the host in no_proxy", False, {**PROXY, "no_proxy": "issuer.invalid"}),
    Way("the domain in NO_PROXY", False, {**PROXY, "NO_PROXY": ".invalid"}),
    Way("all hosts in NO_PROXY", False, {**PROXY, "NO_PROXY": "*"}),
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


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.name)
def test_proxies(run_playbook: PlaybookRunner, other: Recorder, way: Way) -> None:
    """The proxy is the option's, else the environment's; the task's environment counts unless the secret is the environment's."""
    credentials = {"issuer": ISSUER, "client_id": "c", "client_secret": "not very secret"}
    prefix = "BEYONDIDENTITY_" if way.secret_from_env else "beyondidentity_"
    given = {f"{prefix}{name.upper() if way.secret_from_env else name}": value for name, value in credentials.items()}
    env, variables = (given, {}) if way.secret_from_env else ({}, given)
    made = task("Token", TOKEN, {**READ, "retries": 0}, environment=_filled(way.environment, other))
    run = run_playbook(
        play(made, vars={**variables, **_filled(way.vars, other)}), env={**env, **_filled(way.env, other)}
    ).succeeded()
    assert [seen.path for seen in other.requests] == ([CONNECT] if way.through else [])
    assert ("the proxy on the way" in run.task("Token").result["msg"]) == way.through


def test_this_machine_is_never_asked_through_a_proxy(
    run_playbook: PlaybookRunner, tenant: Any, other: Recorder
) -> None:
    """Loopback needs no proxy, and a proxy would ask its own loopback."""
    env = {**tenant.environment, "HTTPS_PROXY": other.url, "HTTP_PROXY": other.url, "BEYONDIDENTITY_PROXY": other.url}
    run = run_playbook(play(task("Read", APPLICATIONS), lookup("Lookup")), env=env).succeeded()
    assert run.task("Read").done and run.task("Lookup").done
    assert other.requests == []


def test_proxy_is_asked_for_a_tunnel_only(run_playbook: PlaybookRunner, other: Recorder) -> None:
    """A proxy gets its own credentials and the host's name, and nothing of the request."""
    proxy = other.url.replace("http://", "http://someone:p%40ss@")
    variables = {
        "beyondidentity_issuer": ISSUER,
        "beyondidentity_client_id": "c",
        "beyondidentity_client_secret": "s3cret-s3cret",
        "beyondidentity_proxy": proxy,
    }
    run_playbook(play(task("Token", TOKEN, {**READ, "retries": 0}), vars=variables)).succeeded()
    (seen,) = other.requests
    assert (seen.method, seen.path, seen.body, seen.authorization) == ("CONNECT", CONNECT, b"", "")
    assert base64.b64decode(seen.headers["Proxy-Authorization"].removeprefix("Basic ")) == b"someone:p@ss"


def test_ca_bundle_of_a_tasks_environment(run_playbook: PlaybookRunner, tmp_path: Path) -> None:
    """A CA file that a task's environment names is used for a secret of the playbook's own, not for the environment's."""

    with Emulator.start(tls=True) as emulator:
        tenant = emulator.tenant()
        env = {name: value for name, value in tenant.environment.items() if not name.endswith("CA_PATH")}
        variables = {name.lower(): value for name, value in env.items()}
        made = task("Token", TOKEN, {**READ, "retries": 0}, environment={"REQUESTS_CA_BUNDLE": emulator.ca_path})
        own = run_playbook(play(made, vars=variables)).succeeded()
        environments = run_playbook(play(made), env=env).succeeded()
    assert own.task("Token").done, own.output
    assert "authority that is not trusted" in environments.task("Token").result["msg"]
