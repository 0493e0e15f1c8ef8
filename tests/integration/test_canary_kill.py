# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The canary test can find a leak, `reveal` shows a token, and a killed run leaves no secret in clear."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.beyondidentity.management.plugins.plugin_utils.abandoned_stores import RUN_FOLDER
from tests.support.canary_plays.play import SOURCES
from tests.support.canary_servers import CanaryServers
from tests.support.leak_detector import LeakDetector
from tests.support.playbook import PlaybookRunner, RunningPlaybook
from tests.support.recorder import RecordedRequest, Recorder, Response, refuse_request
from tests.support.remote import with_journal
from tests.support.revoke_callback import ENABLED
from tests.support.sshd import RemoteHost


def _play(*tasks: dict[str, Any], source: str = "variable", **keywords: Any) -> dict[str, Any]:
    return {"hosts": "localhost", "gather_facts": False, **SOURCES[source], "tasks": list(tasks), **keywords}


def _token(**keywords: Any) -> dict[str, Any]:
    return {
        "name": "Token",
        "beyondidentity.management.token": {"scopes": ["realms:read"], **keywords},
        "register": "made",
    }


def test_the_detector_finds_secrets_in_processes_and_files(canary_servers: CanaryServers, tmp_path: Path) -> None:
    """On a command line, in an environment, and in a file that is soon removed."""
    secret, token = (
        canary_servers.variables["canary"]["variable"]["client_secret"],
        canary_servers.canaries.add_token("token", "x" * 5 + "0123456789" * 8),
    )
    path = tmp_path / "work"
    path.mkdir()
    with LeakDetector(canary_servers.canaries, [path]) as detector:
        child = subprocess.Popen(["sleep", "30"], env={"PATH": os.defpath, "SECRET": secret})
        shown = subprocess.Popen(["sh", "-c", "sleep 30; true $0", token[12:50]])
        (path / "file").write_text(f"... {token[30:60]} ...", encoding="utf-8")
        _wait_for_scans(detector, 3)
        (path / "file").unlink()
        for process in (child, shown):
            process.kill()
            process.wait()
    assert detector.leaks == {
        "client_secret from variable in a process's environment",
        "token in the process list",
        f"token in {path / 'file'}",
    }


def _wait_for_scans(detector: LeakDetector, scans: int) -> None:
    """Wait until a detector has begun and ended some more scans."""
    enough = detector.scans + scans
    ticker = threading.Event()
    while detector.scans < enough:
        ticker.wait(0.01)


def test_a_secret_in_the_output_is_found(run_playbook: PlaybookRunner, canary_servers: CanaryServers) -> None:
    """Another module prints a part of a token, so the canary test can fail."""
    json_response = {"name": "Say", "ansible.builtin.debug": {"msg": "{{ made.token.access_token[100:160] }}"}}
    run = run_playbook(_play(_token(), json_response), extra_vars=canary_servers.variables).succeeded()
    assert canary_servers.canaries.leaks(run.output.encode()) == ["access_token in an answer"]


def test_reveal_shows_the_token_of_one_task(
    run_playbook: PlaybookRunner, canary_servers: CanaryServers, remote_host: RemoteHost, tmp_path: Path, core: str
) -> None:
    """Here and on a remote host; tasks before and after stay censored."""
    there = {**_token(reveal=True), "name": "There", "delegate_to": "remote"}
    tasks = (
        {**_token(), "name": "Before"},
        {**_token(reveal=True), "name": "Here"},
        there,
        {**_token(), "name": "After"},
    )
    run = run_playbook(
        _play(*tasks),
        inventory=with_journal(remote_host, core, tmp_path),
        extra_vars=canary_servers.variables,
        args=["-v"],
        core=core,
    )
    shown = {name: run.succeeded().task(name).result for name in ("Before", "Here", "There", "After")}
    assert "censored" in shown["Before"] and "censored" in shown["After"]
    for name in ("Here", "There"):
        token = shown[name]["token"]["access_token"]
        assert canary_servers.canaries.leaks(token.encode()) == ["access_token in an answer"]
        assert token in run.stdout


def _interrupt_run(
    run_playbook: PlaybookRunner,
    canary_servers: CanaryServers,
    how: dict[str, Any],
    number: signal.Signals,
    watched: list[Path],
) -> tuple[RunningPlaybook, LeakDetector]:
    """Start a play that has a token and waits for a second response; send a signal while it waits."""
    asked, go_on = threading.Event(), threading.Event()

    def hold_response(seen: RecordedRequest) -> Response:
        asked.set()
        go_on.wait(60)
        return refuse_request(seen)

    with Recorder(hold_response, canary_servers.canaries.listen) as held:
        hanging = {
            "name": "Hang",
            "beyondidentity.management.application_info": {"api_url": f"{held.url}/held"},
            **({"delegate_to": how["delegate_to"]} if "delegate_to" in how else {}),
        }
        play = _play(_token(), {**_token(), "name": "Loop", "loop": [1, 2]}, *how.get("tasks", ()), hanging)
        running = run_playbook.start(
            play,
            extra_vars=canary_servers.variables,
            inventory=how.get("inventory"),
            env=how.get("env"),
            args=["-vvvv"],
            core=how["core"],
        )
        with LeakDetector(
            canary_servers.canaries, [running.folder, running.tmp, *watched], but=[running.folder / "input"]
        ) as detector:
            assert asked.wait(60)
            _wait_for_scans(detector, 2)
            running.signal_all(number)
            run = running.finish()
            go_on.set()
            _wait_for_scans(detector, 2)
    assert run.returncode != 0
    assert canary_servers.canaries.leaking_lines(run.output) == []
    return running, detector


def _files_left(running: RunningPlaybook) -> list[Path]:
    """Return what an interrupted run leaves in its store; only its user can read it."""
    left = [path for path in (running.folder / "home").rglob(f"{RUN_FOLDER}/*") if not path.name.endswith(".lock")]
    assert {path.stat().st_mode & 0o777 for path in left} <= {0o600}
    return left


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_a_killed_run_leaves_no_readable_record_of_its_tokens(
    run_playbook: PlaybookRunner, canary_servers: CanaryServers, number: signal.Signals
) -> None:
    """The record of the tokens to revoke is encrypted, and removed if there is still time."""
    running, detector = _interrupt_run(run_playbook, canary_servers, {"core": "default", "env": ENABLED}, number, [])
    assert sorted(detector.leaks) == []
    assert (len(_files_left(running)) >= 2) == (number == signal.SIGKILL), "a token, and what is known of it"


@pytest.mark.parametrize(
    ("number", "core"),
    [
        *((number, "default") for number in (signal.SIGINT, signal.SIGTERM, signal.SIGKILL)),
        (signal.SIGINT, "oldest"),
        (signal.SIGINT, "newest"),
    ],
)
def test_an_interrupted_run_leaves_nothing_in_clear(
    run_playbook: PlaybookRunner, canary_servers: CanaryServers, number: signal.Signals, core: str
) -> None:
    """The tokens were in a file, and Ansible removes it after Ctrl-C only."""
    running, detector = _interrupt_run(run_playbook, canary_servers, {"core": core}, number, [])
    assert sorted(detector.leaks) == []
    assert bool(_files_left(running)) == (number != signal.SIGINT)


@pytest.mark.parametrize("core", ["oldest", "newest"])
def test_a_killed_run_leaves_no_client_secret_from_a_listing(
    run_playbook: PlaybookRunner, canary_servers: CanaryServers, core: str
) -> None:
    """The run's memory has entries for the application: what remains of it is encrypted, and was without secrets."""
    application = {"name": "Application", "beyondidentity.management.application": {"display_name": "Canary"}}
    tasks = [
        application,
        {**application, "name": "Found in a listing"},
        {"name": "All", "beyondidentity.management.application_info": {}, "register": "all_applications"},
    ]
    how = {"core": core, "tasks": tasks}
    running, detector = _interrupt_run(run_playbook, canary_servers, how, signal.SIGKILL, [])
    assert "client_secret in an answer" in canary_servers.canaries.list_names(), "a listing had secrets"
    assert sorted(detector.leaks) == []
    assert len(_files_left(running)) >= 3, "a token, and the application by its ID and its name"


def test_an_interrupted_run_leaves_nothing_in_clear_on_another_host(
    run_playbook: PlaybookRunner, canary_servers: CanaryServers, remote_host: RemoteHost, tmp_path: Path, core: str
) -> None:
    """Neither here nor on the host that the task was delegated to."""
    how = {"delegate_to": remote_host.name, "inventory": with_journal(remote_host, core, tmp_path), "core": core}
    running, detector = _interrupt_run(run_playbook, canary_servers, how, signal.SIGKILL, [remote_host.home])
    assert sorted(detector.leaks) == [] and _files_left(running)
