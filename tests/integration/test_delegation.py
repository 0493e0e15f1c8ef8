# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where modules run: on the controller, unless a task is explicitly delegated to a remote host.

The observation is the server's: the home folder of the process that asked, as the kernel tells it.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.canary_servers import digest
from tests.support.playbook import CONNECTIONS, LOCALHOST, PlaybookRunner
from tests.support.plays import READ, TOKEN, play, task
from tests.support.recorder import RecordedRequest, Recorder, Response, forward_to, refuse_request
from tests.support.remote import journal, with_journal
from tests.support.sshd import RemoteHost

MODULE = "beyondidentity.management."
MODULES: dict[str, dict[str, Any]] = {
    "token": READ,
    "application": {"display_name": "Delegated"},
    "application_info": {},
    "resource_server_info": {},
    "pkce": {},
}
FRESH = {**READ, "fresh": True}
UNREACHABLE = """
refusing ansible_connection=ssh ansible_host=127.0.0.1 ansible_port=1
unroutable ansible_connection=ssh ansible_host=192.0.2.1
nameless ansible_connection=ssh ansible_host=nameless.invalid
windows ansible_connection=winrm
"""


@pytest.fixture
def recording_proxy(emulator: Any) -> Iterator[Recorder]:
    """Return a server between the collection and the emulator that records the requests and their sender."""
    with Recorder(forward_to(emulator.url)) as recorder:
        yield recorder


def _through(recording_proxy: Recorder, tenant: Any) -> dict[str, str]:
    return {name: value.replace(tenant.emulator.url, recording_proxy.url) for name, value in tenant.variables.items()}


def test_modules_run_on_the_controller(
    run_playbook: PlaybookRunner, tenant: Any, recording_proxy: Recorder, core: str
) -> None:
    """Hosts may be unreachable: nothing is connected, executed or copied there. `become` has no effect."""
    tasks = [task(name, MODULE + name, arguments) for name, arguments in MODULES.items()]
    tasks.append(task("become", TOKEN, FRESH, become=True, become_user="nobody", become_method="su"))
    variables = _through(recording_proxy, tenant)
    run = run_playbook(
        play(*tasks, hosts="all", vars=variables), inventory=UNREACHABLE, args=["-vvvv"], core=core
    ).succeeded()
    assert {name: (host["ignored"], host["unreachable"]) for name, host in run.stats.items()} == dict.fromkeys(
        ("refusing", "unroutable", "nameless", "windows"), (0, 0)
    )
    assert {seen.home for seen in recording_proxy.requests} == {str(run.home)}
    assert not re.search(r"\b(EXEC|ESTABLISH|PUT)\b", run.output)
    assert not (run.home / ".ssh").exists()
    assert not [path for path in (run.home / ".ansible").rglob("*") if "tmp" not in path.parts and path.is_file()]


# Where a task runs that is delegated so, of a play for the remote host. `{remote}` is that host.
PLACES: dict[str, tuple[dict[str, Any], str]] = {
    "not delegated": ({}, "here"),
    "delegated to localhost": ({"delegate_to": "localhost"}, "here"),
    "delegated to a host with a local connection": ({"delegate_to": "neighbour"}, "here"),
    "delegated to the remote host": ({"delegate_to": "{remote}"}, "there"),
    "delegated to the play's own host": ({"delegate_to": "{{{{ inventory_hostname }}}}"}, "there"),
    "local_action": ({"connection": "local"}, "here"),
    "delegated and become the same user": (
        {"delegate_to": "{remote}", "become": True, "become_user": "{user}"},
        "there",
    ),
    "delegated, once": ({"delegate_to": "{remote}", "run_once": True}, "there"),
}


def test_only_tasks_delegated_to_a_remote_host_run_there(
    run_playbook: PlaybookRunner,
    tenant: Any,
    recording_proxy: Recorder,
    remote_host: RemoteHost,
    tmp_path: Path,
    core: str,
) -> None:
    """All other tasks run on the controller."""
    inventory = with_journal(remote_host, core, tmp_path)
    inventory["all"]["hosts"]["neighbour"] = {"ansible_connection": "local"}
    words = {"remote": remote_host.name, "user": remote_host.variables.get("ansible_user", "root")}
    variables, tasks = _through(recording_proxy, tenant), []
    for number, (name, (keywords, _place)) in enumerate(PLACES.items()):
        filled = {key: value.format(**words) if isinstance(value, str) else value for key, value in keywords.items()}
        own = {"beyondidentity_expiration_time": 1000 + number}
        tasks.append(task(name, TOKEN, FRESH, vars=own, **filled))
    tasks.append(task("pkce", MODULE + "pkce", {}, delegate_to=remote_host.name))
    run = run_playbook(play(*tasks, hosts=remote_host.name, vars=variables), inventory=inventory, core=core).succeeded()
    homes = {"here": str(run.home), "there": str(remote_host.home)}
    asked = {int(seen.body.decode().partition("expiration_time=")[2]): seen.home for seen in recording_proxy.requests}
    assert {name: asked.get(1000 + number) for number, name in enumerate(PLACES)} == {
        name: homes[place] for name, (_keywords, place) in PLACES.items()
    }
    assert run.task("pkce").done and len(recording_proxy.requests) == len(PLACES)


def test_options_are_resolved_on_the_controller(
    run_playbook: PlaybookRunner,
    tenant: Any,
    recording_proxy: Recorder,
    remote_host: RemoteHost,
    tmp_path: Path,
    core: str,
) -> None:
    """Files, environment and variables are the controller's. The remote host logs no secret."""
    (tmp_path / "secret").write_text(tenant.client_secret, encoding="utf-8")
    (remote_host.home / "journal.log").unlink(missing_ok=True)
    variables = _through(recording_proxy, tenant)
    from_file = {**variables, "beyondidentity_client_secret": f"{{{{ lookup('file', '{tmp_path}/secret') }}}}"}
    environment = {name.upper(): value for name, value in variables.items()}
    delegated = {"delegate_to": remote_host.name}
    tasks = (
        task("from a file", TOKEN, READ, vars=from_file, **delegated),
        task("from the task's environment", TOKEN, READ, environment=environment, **delegated),
        task("ping", "ansible.builtin.ping", {"data": "logged-there"}, **delegated),
    )
    inventory = with_journal(remote_host, core, tmp_path)
    env = {"ANSIBLE_KEEP_REMOTE_FILES": "true", "ANSIBLE_PIPELINING": "false"}
    run = run_playbook(play(*tasks), inventory=inventory, env=env, args=["-vvvv"], core=core).succeeded()
    assert [run.task(made["name"]).status for made in tasks] == ["ok"] * 3, run.output
    assert {seen.home for seen in recording_proxy.requests} == {str(remote_host.home)}
    assert "logged-there" in journal(remote_host)  # what is searched was there to be searched
    assert tenant.client_secret not in journal(remote_host) + run.output
    kept = {path.name for path in (remote_host.home / ".ansible").rglob("*.py")}
    assert "AnsiballZ_ping.py" in kept and "AnsiballZ_token.py" not in kept


def test_a_secret_from_the_environment_is_not_sent_to_a_remote_host(
    run_playbook: PlaybookRunner, tenant: Any, recording_proxy: Recorder, remote_host: RemoteHost, core: str
) -> None:
    """The inventory decides where a delegated host is, and its author must not learn the secret of the environment."""
    env = {name.upper(): value for name, value in _through(recording_proxy, tenant).items()}
    tasks = (
        task("there", TOKEN, READ, delegate_to=remote_host.name, ignore_errors=True),
        task("here", TOKEN, READ),
        task("pkce", MODULE + "pkce", {}, delegate_to=remote_host.name),  # which runs here all the same
        *(task(f"to {host}", TOKEN, READ, delegate_to=host) for host in ("localhost", "127.0.0.1", "neighbour")),
        task("local_action", TOKEN, READ, connection="local"),
    )
    inventory = remote_host.inventory()
    inventory["all"]["hosts"]["neighbour"] = {"ansible_connection": "local"}
    run = run_playbook(play(*tasks, hosts=remote_host.name), inventory=inventory, env=env, core=core).succeeded()
    assert "delegated to a host that the inventory defines" in run.task("there").result["msg"]
    assert all(run.task(made["name"]).done for made in tasks[1:]), run.output
    assert [seen.home for seen in recording_proxy.requests] == [str(run.home)]  # one token for all: each ran in process


def test_a_result_that_equals_a_secret_input_is_not_masked(
    run_playbook: PlaybookRunner, tenant: Any, recording_proxy: Recorder, remote_host: RemoteHost, core: str
) -> None:
    """An application reads its own secret."""
    find = {"id": tenant.application_id, "return_secret": True}
    shown = "{{ [found.client_secret, found.client_secret == beyondidentity_client_secret] | map('string') | map('hash', 'sha256') }}"
    tasks = []
    for name, where in (("here", {}), ("there", {"delegate_to": remote_host.name})):
        tasks += [
            task(name, MODULE + "application", find, register="found", **where),
            task(f"show {name}", "ansible.builtin.debug", {"msg": shown}),
        ]
    run = run_playbook(
        play(*tasks, vars=_through(recording_proxy, tenant)), inventory=remote_host.inventory(), core=core
    ).succeeded()
    for name in ("here", "there"):
        assert run.task(f"show {name}").result["msg"] == [digest(tenant.client_secret), digest("True")], name


def test_a_remote_host_without_requests_gets_a_message(
    run_playbook: PlaybookRunner,
    tenant: Any,
    recording_proxy: Recorder,
    remote_host: RemoteHost,
    tmp_path: Path,
    core: str,
) -> None:
    """The message names the library and how to install it."""
    (tmp_path / "requests.py").write_text("raise ImportError('no requests here')\n", encoding="utf-8")
    inventory = with_journal(remote_host, core, tmp_path, before=str(tmp_path))
    made = task("Token", TOKEN, READ, delegate_to=remote_host.name)
    run = run_playbook(play(made, vars=_through(recording_proxy, tenant)), inventory=inventory, core=core).succeeded()
    assert "The Python library requests is missing" in run.task("Token").result["msg"]
    assert "pip install requests" in run.task("Token").result["msg"] and recording_proxy.requests == []


def test_a_connection_without_pipelining_is_refused(
    run_playbook: PlaybookRunner, tenant: Any, recording_proxy: Recorder, tmp_path: Path, core: str
) -> None:
    """It would write the secrets to a file on the remote host. Tasks that are not delegated run."""
    (tmp_path / "plugins").mkdir()
    (tmp_path / "there").mkdir()
    plugin = (
        (CONNECTIONS / "elsewhere.py")
        .read_text(encoding="utf-8")
        .replace("has_pipelining = True", "has_pipelining = False")
    )
    (tmp_path / "plugins" / "elsewhere.py").write_text(plugin, encoding="utf-8")
    inventory = f"{LOCALHOST}away ansible_connection=elsewhere elsewhere_home={tmp_path / 'there'}\n"
    tasks = (task("There", TOKEN, READ, delegate_to="away"), task("Here", TOKEN, READ))
    run = run_playbook(
        play(*tasks, hosts="away", vars=_through(recording_proxy, tenant)),
        inventory=inventory,
        env={"ANSIBLE_CONNECTION_PLUGINS": str(tmp_path / "plugins")},
        core=core,
    ).succeeded()
    assert (
        "elsewhere can run a module only from a file, which would contain the secrets"
        in run.task("There").result["msg"]
    )
    assert run.task("Here").done and len(recording_proxy.requests) == 1
    assert not list((tmp_path / "there").iterdir())


def test_async_is_refused(
    run_playbook: PlaybookRunner, tenant: Any, recording_proxy: Recorder, remote_host: RemoteHost, core: str
) -> None:
    """By every module, here and on a remote host, with a message, and without a request or job file."""
    tasks = [
        task(
            f"{name} {poll} {where}",
            MODULE + name,
            arguments,
            **{"async": 30, "poll": poll},
            **({"delegate_to": where} if where else {}),
        )
        for name, arguments in MODULES.items()
        for poll in (0, 1)
        for where in ("", remote_host.name)
    ]
    run = run_playbook(
        play(*tasks, vars=_through(recording_proxy, tenant)), inventory=remote_host.inventory(), core=core
    ).succeeded()
    for made in tasks:
        assert run.task(made["name"]).status == "ignored"
        assert "async is refused" in run.task(made["name"]).result["msg"]
    assert recording_proxy.requests == []
    assert not (run.home / ".ansible_async").exists() and not (remote_host.home / ".ansible_async").exists()


def test_the_timeout_keyword_ends_a_task(
    run_playbook: PlaybookRunner, tenant: Any, remote_host: RemoteHost, core: str
) -> None:
    """Here and on a remote host, if the server does not respond, before the option `timeout` ends the request."""
    released = threading.Event()

    def swallow(seen: RecordedRequest) -> Response:
        released.wait(60)
        return refuse_request(seen)

    inventory = remote_host.inventory()
    hosts = {
        name: {"ansible_connection": "local", "place": place}
        for name, place in (("here", "localhost"), ("there", remote_host.name))
    }
    inventory["all"]["hosts"] |= hosts
    with Recorder(swallow) as silent:
        variables = _through(silent, tenant) | {"beyondidentity_timeout": 60, "beyondidentity_token_cache": "none"}
        made = task("Token", TOKEN, READ, timeout=10, delegate_to="{{ place }}")
        try:
            run = run_playbook(play(made, hosts="here:there", vars=variables), inventory=inventory, core=core)
            assert not released.is_set()
        finally:
            released.set()
    for name in hosts:
        result = run.succeeded().task("Token", name).result
        assert result.get("timedout") or "expected time frame (10)" in result["msg"], result
    assert {seen.home for seen in silent.requests} == {str(run.home), str(remote_host.home)}


def test_run_once_and_check_mode(
    run_playbook: PlaybookRunner, tenant: Any, recording_proxy: Recorder, remote_host: RemoteHost
) -> None:
    """`run_once` requests one token for all hosts; check mode writes nothing, here and on a remote host."""
    inventory = "one ansible_connection=local\ntwo ansible_connection=local\n"
    variables = _through(recording_proxy, tenant)
    tasks = (
        task("Once", TOKEN, FRESH, run_once=True, register="made"),
        task("All", "ansible.builtin.debug", {"msg": "{{ made.token.id }}"}),
    )
    run = run_playbook(play(*tasks, hosts="all", vars=variables), inventory=inventory).succeeded()
    assert len(recording_proxy.requests) == 1
    assert run.task("All", "one").result["msg"] == run.task("All", "two").result["msg"] != ""
    arguments = MODULES["application"]
    tasks = (
        task("Here", MODULE + "application", arguments),
        task("There", MODULE + "application", arguments, delegate_to=remote_host.name),
    )
    run = run_playbook(
        play(*tasks, vars=variables), inventory=remote_host.inventory(), args=["--check", "--diff"]
    ).succeeded()
    assert (run.task("Here").status, run.task("There").status) == ("changed", "ok"), (
        "the second task knows of the first"
    )
    assert {seen.method for seen in recording_proxy.requests if "/token" not in seen.path} == {"GET"}
