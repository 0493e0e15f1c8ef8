# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Locks in whole runs: on a system without them, and beside a run whose process is stopped."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import threading
from pathlib import Path
from typing import Any

import pytest

from beyondidentity_emulator.client import Tenant
from tests.support.collection import ROOT
from tests.support.playbook import PlaybookRunner
from tests.support.plays import READ, TOKEN, play, task
from tests.support.recorder import RecordedRequest, Recorder, Response, forward_to

REALM = "beyondidentity.management.realm"
HOSTS = 8
UNSAFE = {"display_name": "Unsafe"}


@pytest.fixture(scope="module")
def no_flock(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Return the environment of a system without locks."""
    library = tmp_path_factory.mktemp("library") / "no_flock.so"
    source = ROOT / "tests" / "support" / "no_flock.c"
    subprocess.run(["cc", "-shared", "-fPIC", "-o", str(library), str(source)], check=True)
    return {"LD_PRELOAD": str(library)}


def test_without_locks_several_hosts_create_nothing(
    run_playbook: PlaybookRunner, tenant: Tenant, no_flock: dict[str, str], core: str
) -> None:
    """One host at a time creates one realm. All other work goes on, with a warning that says what can happen."""
    create: dict[str, Any] = {"display_name": "Customers"}
    tasks = [
        task("Read", TOKEN, READ),
        task("Many", REALM, create),
        task("Check", REALM, create, check_mode=True),
        task("Remove", REALM, {**create, "state": "absent"}),
        task("Once", REALM, create, run_once=True),
        task("Throttled", REALM, {"display_name": "Partners"}, throttle=1),
    ]
    run = run_playbook(
        play(*tasks, hosts="all"),
        inventory=f"host[1:{HOSTS}] ansible_connection=local\n",
        args=["-f", str(HOSTS)],
        env=no_flock,
        extra_vars=tenant.variables,
        core=core,
    ).succeeded()
    messages = {str(result.result.get("msg")) for result in run.of("Many")}
    [message] = messages
    assert "network file systems. Without locks, several hosts can create the same realm." in message
    assert "Or run the task once (run_once: true), or on one host at a time (throttle: 1, or --forks 1)." in message
    for name in ("Read", "Check", "Remove", "Once", "Throttled"):
        assert all(result.done for result in run.of(name)), name
    assert len(tenant.read_journal(operation="CreateRealm")) == 2
    output = re.sub(r"\s+", " ", run.output)
    assert "Without locks, several hosts can request the same token. Set ANSIBLE_LOCAL_TEMP to a folder" in output


OWN_STRATEGY = (
    "from ansible.plugins.strategy.free import StrategyModule as Free\n\n\nclass StrategyModule(Free):\n    pass\n"
)
UNSAFE_STRATEGIES = ("free", "ansible.builtin.host_pinned", "own")


def test_without_locks_only_some_strategies_run_a_task_once(
    run_playbook: PlaybookRunner, tenant: Tenant, no_flock: dict[str, str], core: str, tmp_path: Path
) -> None:
    """The strategy free ignores run_once, and throttle for included tasks. With it, the task fails with the remedy."""
    (tmp_path / "own.py").write_text(OWN_STRATEGY)
    included = tmp_path / "included.yml"
    included.write_text(json.dumps([task("Included", REALM, {"display_name": "Included"}, run_once=True)]))
    include = {"name": "Include", "ansible.builtin.include_tasks": str(included)}
    plays = [
        *(_play_unsafely(strategy) for strategy in UNSAFE_STRATEGIES),
        play(_create("Alone"), hosts="host1", strategy="ansible.builtin.free"),
        play(_create("Serial"), hosts="all", strategy="free", serial=1),
        play(_create("Linear", run_once=True), hosts="all", strategy="ansible.legacy.linear"),
        play(_create("Debug", run_once=True), hosts="all", strategy="debug"),
        play(_create("Template", run_once=True), hosts="all", strategy="{{ chosen_strategy }}"),
        play(include, hosts="all", strategy="linear"),
    ]
    run = run_playbook(
        plays,
        inventory="host[1:3] ansible_connection=local\n",
        args=["-f", "3"],
        env={**no_flock, "ANSIBLE_STRATEGY_PLUGINS": str(tmp_path)},
        extra_vars={**tenant.variables, "chosen_strategy": "linear"},
        core=core,
    ).succeeded()
    for name in ("Once", "Throttled"):
        assert len(run.of(name)) == 3 * len(UNSAFE_STRATEGIES)
        for result in run.of(name):
            assert "With a strategy other than linear, set serial: 1 for the play" in str(result.result.get("msg"))
    safe = ("Alone", "Serial", "Linear", "Debug", "Template", "Included")
    for name in safe:
        assert run.of(name) and all(result.done for result in run.of(name)), name
    assert len(tenant.read_journal(operation="CreateRealm")) == len(safe)


def _play_unsafely(strategy: str) -> dict[str, Any]:
    tasks = [task("Once", REALM, UNSAFE, run_once=True), task("Throttled", REALM, UNSAFE, throttle=1)]
    return play(*tasks, hosts="all", strategy=strategy)


def _create(name: str, **keywords: Any) -> dict[str, Any]:
    return task(name, REALM, {"display_name": name}, **keywords)


def test_without_locks_failed_hosts_count_as_hosts(
    run_playbook: PlaybookRunner, tenant: Tenant, no_flock: dict[str, str], core: str
) -> None:
    """Ansible does not list them in the batch, but they run the always part of a block."""
    fail = {"name": "Fail", "ansible.builtin.fail": {}, "when": "inventory_hostname != 'host1'"}
    run = run_playbook(
        play({"block": [fail], "always": [_create("Always")]}, hosts="all"),
        inventory="host[1:3] ansible_connection=local\n",
        args=["-f", "3"],
        env=no_flock,
        extra_vars=tenant.variables,
        core=core,
    )
    messages = [str(result.result.get("msg")) for result in run.of("Always")]
    assert len(messages) == 3 and all("several hosts can create the same realm" in message for message in messages)
    assert tenant.read_journal(operation="CreateRealm") == []


def test_a_stopped_run_does_not_block_other_runs(run_playbook: PlaybookRunner, tenant: Tenant) -> None:
    """Both runs use the user's cache. The first one is stopped while it requests the token."""
    asked, go_on = threading.Event(), threading.Event()
    forward = forward_to(tenant.emulator.url)

    def hold_first(seen: RecordedRequest) -> Response:
        if seen.path.endswith("/token") and not asked.is_set():
            asked.set()
            go_on.wait(60)
        return forward(seen)

    with Recorder(hold_first) as service:
        variables = {name: value.replace(tenant.emulator.url, service.url) for name, value in tenant.variables.items()}
        options = {**READ, "token_cache": "user", "timeout": 1, "retries": 0}
        running = run_playbook.start(play(task("Token", TOKEN, options)), extra_vars=variables)
        try:
            assert asked.wait(60)
            _signal_worker(running.process.pid, signal.SIGSTOP)
            home = {"HOME": str(running.folder / "home")}
            second = run_playbook(play(task("Token", TOKEN, options)), extra_vars=variables, env=home)
        finally:
            go_on.set()
            running.signal_all(signal.SIGKILL)
            running.finish()
    assert second.succeeded().task("Token").done
    output = re.sub(r"\s+", " ", second.output)
    assert re.search(r"Waiting for a token request of process \d+ on ", output)
    assert "has been busy with a token request for more than 6 seconds. This task continues without the lock" in output
    assert "Check that process, which may hang. End it if it makes no progress." in output
    locks = [path for path in Path(home["HOME"]).rglob("*.lock") if path.is_file()]
    assert len(locks) <= 1, "only that of the stopped process"


def _signal_worker(process: int, number: signal.Signals) -> None:
    """Send a signal to the process that runs the task: a descendant of ansible-playbook without children."""
    for stat in Path("/proc").glob("[0-9]*/stat"):
        fields = stat.read_text(encoding="utf-8").rpartition(")")[2].split()
        if int(fields[1]) == process:
            os.kill(int(stat.parent.name), number)
