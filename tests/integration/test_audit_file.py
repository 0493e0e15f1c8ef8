# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The audit file of whole runs: one event for each token that the service issued or revoked, whatever forks do."""

from __future__ import annotations

import json
import signal
import stat
import threading
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from beyondidentity_emulator.client import Tenant
from tests.support.playbook import PlaybookRunner
from tests.support.plays import APPLICATIONS, READ, TOKEN, lookup, play, reporting_module, task
from tests.support.recorder import RecordedRequest, Recorder, Response, forward_to
from tests.support.remote import with_journal
from tests.support.revoke_callback import ENABLED, count_revoked, issued_tokens
from tests.support.sshd import RemoteHost

REVOKE = "beyondidentity.management.revoke"
NAME = "beyondidentity_audit_file"
ENVIRONMENT = "BEYONDIDENTITY_AUDIT_FILE"


def read_events(*paths: Path) -> list[dict[str, Any]]:
    """Return the events in these files; raise if a line is not JSON, or the last one is not whole."""
    texts = [path.read_text(encoding="ascii") for path in paths]
    assert all(text.endswith("\n") for text in texts)
    return [json.loads(line) for text in texts for line in text.splitlines()]


def list_ids(events: list[dict[str, Any]], kind: str) -> list[str | None]:
    """Return the sorted token IDs of events of a kind."""
    return sorted((event["token_id"] for event in events if event["event"] == kind), key=str)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return the path of the audit file."""
    return tmp_path / "audit.jsonl"


OWN: dict[str, Any] = {**READ, "token_cache": "none"}
TASKS = (
    task("Own token", TOKEN, OWN),
    task("Shared token", TOKEN, READ),
    task("Loop", TOKEN, {**OWN, "expiration_time": "{{ item }}"}, loop=[601, 602]),
    lookup("Lookup", "token_cache='none'"),
    task("State", "beyondidentity.management.realm", {"display_name": "Made", "classification": "SECURE_WORKFORCE"}),
    task("Denied", TOKEN, {"scopes": "no:such"}),
)


def test_twenty_forks_record_each_token_once(
    run_playbook: PlaybookRunner, tenant: Tenant, path: Path, core: str
) -> None:
    """Also while the callback revokes them, in the same file."""
    run = run_playbook(
        play(*TASKS, hosts="all", name="Many"),
        inventory="host[1:20] ansible_connection=local\n",
        args=["-f", "20"],
        env=ENABLED,
        extra_vars={**tenant.variables, NAME: str(path)},
        core=core,
        timeout=600,
    ).succeeded()
    events, issued = read_events(path), issued_tokens(tenant)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list_ids(events, "issued") == list_ids(events, "revoked") == sorted(issued)
    assert len(events) == 2 * len(issued) == 2 * count_revoked(run.stderr) > 2 * 20 * 4
    assert {event["event"] for event in events} == {"issued", "revoked"}
    for event in events:
        if event["event"] == "issued":
            assert " ".join(event["scopes"]) == issued[event["token_id"]]
            assert event["play"] == "Many" and event["host"].startswith("host")
    tasks = Counter(event.get("task") for event in events if event["event"] == "issued")
    assert tasks[None] == 20, "a lookup knows no task"
    assert (tasks["Own token"], tasks["Loop"], tasks["Shared token"]) == (20, 40, 1)
    assert len({event["host"] for event in events if event.get("task") == "Own token"}) == 20
    assert len({event["run"] for event in events}) == 1 and len({event["process"] for event in events}) > 20


def test_without_the_option_nothing_is_recorded(run_playbook: PlaybookRunner, tenant: Tenant, path: Path) -> None:
    run = run_playbook(play(*TASKS), env=ENABLED, extra_vars=tenant.variables).succeeded()
    assert not path.exists() and "audit" not in run.output


def test_the_environment_names_the_file_and_no_variable_replaces_it(
    run_playbook: PlaybookRunner, tenant: Tenant, path: Path, core: str
) -> None:
    """A task that names another file sends no request."""
    tasks = (
        task("Same", TOKEN, OWN, vars={NAME: str(path)}),
        task("Other", TOKEN, OWN, vars={NAME: "/dev/null"}),
        lookup("Other lookup", "token_cache='none'", vars={NAME: "/dev/null"}),
        task("Task environment", TOKEN, OWN, environment={ENVIRONMENT: "/no/such/file"}),
    )
    run = run_playbook(play(*tasks), env={ENVIRONMENT: str(path)}, extra_vars=tenant.variables, core=core).succeeded()
    assert f"{NAME} is '/dev/null', but {ENVIRONMENT} is '{path}'" in run.task("Other").result["msg"]
    assert f"{NAME} is '/dev/null'" in str(run.task("Other lookup").result)
    assert list_ids(read_events(path), "issued") == sorted(issued_tokens(tenant))
    assert len(read_events(path)) == 2 == len(tenant.read_journal(operation="token"))


def test_a_file_that_cannot_be_written_stops_the_work_before_a_request(
    run_playbook: PlaybookRunner, tenant: Tenant, path: Path, core: str
) -> None:
    path.write_text("", encoding="ascii")
    path.chmod(0o644)
    tasks = (task("Module", TOKEN, OWN), lookup("Lookup"), task("Retried", TOKEN, OWN, until=False, retries=1, delay=0))
    run = run_playbook(play(*tasks), extra_vars={**tenant.variables, NAME: str(path)}, core=core).succeeded()
    for name in ("Module", "Lookup", "Retried"):
        assert "has the mode 0644, so other users have permissions. Run `chmod 600`" in str(run.task(name).result)
    assert tenant.read_journal(operation="token") == [] and path.read_bytes() == b""


def test_a_managed_host_cannot_name_the_file(
    run_playbook: PlaybookRunner, tenant: Tenant, path: Path, tmp_path: Path, core: str
) -> None:
    facts = {NAME: str(path)}
    library = reporting_module(tmp_path / "library", "report", facts)
    tasks = (task("Report", "report"), task("Module", TOKEN, OWN), lookup("Lookup", "token_cache='none'"))
    run = run_playbook(
        play(*tasks), env={"ANSIBLE_LIBRARY": str(library)}, extra_vars=tenant.variables, core=core
    ).succeeded()
    assert run.task("Module").done and not path.exists()
    assert f"{NAME} is ignored: a managed host reported it as a fact" in " ".join(run.output.split())


def test_a_delegated_task_records_here(
    run_playbook: PlaybookRunner, tenant: Tenant, remote_host: RemoteHost, tmp_path: Path, path: Path, core: str
) -> None:
    """The remote host does not receive the path. Tokens that it revokes are recorded too."""
    there: dict[str, Any] = {"delegate_to": remote_host.name}
    tasks = (
        task("Token", TOKEN, READ, register="made", **there),
        task("Info", APPLICATIONS, **there),
        task("Revoke", REVOKE, {"id": "{{ made.token.id }}"}, **there),
    )
    run_playbook(
        play(*tasks, vars={**tenant.variables, NAME: str(path)}),
        inventory=with_journal(remote_host, core, tmp_path),
        core=core,
    ).succeeded()
    events = read_events(path)
    assert list_ids(events, "issued") == sorted(issued_tokens(tenant)) and len(issued_tokens(tenant)) == 3
    first = events[0]["token_id"]
    assert list_ids(events, "revoked") == [first]
    assert {(event["delegated_to"], event["host"]) for event in events} == {(remote_host.name, "localhost")}


def test_check_mode_is_recorded(run_playbook: PlaybookRunner, tenant: Tenant, path: Path) -> None:
    """Its tokens are real. What it predicts is not recorded."""
    tasks = (
        task("Token", TOKEN, READ, register="made"),
        task("Revoke", REVOKE, {"id": "{{ made.token.id }}"}),
        lookup("Lookup", "token_cache='none'"),
    )
    run_playbook(play(*tasks), args=["--check"], extra_vars={**tenant.variables, NAME: str(path)}).succeeded()
    events = read_events(path)
    assert list_ids(events, "issued") == sorted(issued_tokens(tenant)) != []
    assert list_ids(events, "revoked") == [] and {event["check_mode"] for event in events} == {True}


def test_the_name_of_a_task_does_not_disclose_its_secret(
    run_playbook: PlaybookRunner, tenant: Tenant, path: Path, core: str
) -> None:
    """Nor does it end a line."""
    name = "Token for {{ beyondidentity_client_secret }}{{ newline }}{"
    run_playbook(
        play(task(name, TOKEN, OWN), name="{{ beyondidentity_client_secret }}"),
        extra_vars={**tenant.variables, NAME: str(path), "newline": "\n"},
        core=core,
    ).succeeded()
    (event,) = read_events(path)
    assert event["task"] == "Token for ******** {" and tenant.client_secret not in path.read_text(encoding="ascii")


def test_a_killed_run_leaves_whole_lines_and_the_next_run_goes_on(
    run_playbook: PlaybookRunner, tenant: Tenant, path: Path, core: str
) -> None:
    """The run is killed while its forks request tokens."""
    enough, requests = threading.Event(), Counter[str]()
    forward = forward_to(tenant.emulator.url)

    def count(seen: RecordedRequest) -> Response:
        requests["token"] += 1
        if requests["token"] >= 30:
            enough.set()
        return forward(seen)

    with Recorder(count) as proxy:
        variables = {
            name: str(value).replace(tenant.emulator.url, proxy.url) for name, value in tenant.variables.items()
        }
        how: dict[str, Any] = {"extra_vars": {**variables, NAME: str(path)}, "core": core}
        running = run_playbook.start(
            play(task("Loop", TOKEN, OWN, loop=list(range(500))), hosts="all"),
            inventory="host[1:4] ansible_connection=local\n",
            args=["-f", "4"],
            **how,
        )
        assert enough.wait(60)
        running.signal_all(signal.SIGKILL)
        running.finish()
        left = path.read_bytes()
        path.write_bytes(left + b'{"time":"torn')  # what a killed process could leave
        run_playbook(play(task("Next", TOKEN, OWN)), **how).succeeded()
    events = read_events(path)
    assert path.read_bytes().startswith(left) and events[-1]["task"] == "Next"
    issued = issued_tokens(tenant)
    assert {event["token_id"] for event in events} <= set(issued)
    assert len(events) >= len(issued) - 4, "each fork was killed before one event at most"
