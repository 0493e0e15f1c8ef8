# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the canary test stands on: that it can see a leak; that `reveal` shows; and that a killed run leaves nothing in clear."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.beyondidentity.management.plugins.plugin_utils.abandoned_stores import RUN_FOLDER
from tests.support.aviary import Aviary
from tests.support.ending import ENABLED
from tests.support.playbook import PlaybookRunner, RunningPlaybook
from tests.support.recorder import Answer, Recorder, Seen, refuse
from tests.support.remote import with_journal
from tests.support.scenario import SOURCES
from tests.support.sshd import RemoteHost
from tests.support.watch import Watch


def _play(*tasks: dict[str, Any], source: str = "variable", **keywords: Any) -> dict[str, Any]:
    return {"hosts": "localhost", "gather_facts": False, **SOURCES[source], "tasks": list(tasks), **keywords}


def _token(**keywords: Any) -> dict[str, Any]:
    return {
        "name": "Token",
        "beyondidentity.management.token": {"scopes": ["realms:read"], **keywords},
        "register": "made",
    }


def test_watch_sees_processes_and_files(birds: Aviary, tmp_path: Path) -> None:
    """A secret on a command line, in an environment and in a file that is soon gone again is found."""
    secret, token = (
        birds.variables["canary"]["variable"]["client_secret"],
        birds.canaries.add_token("token", "x" * 5 + "0123456789" * 8),
    )
    path = tmp_path / "work"
    path.mkdir()
    with Watch(birds.canaries, [path]) as watch:
        child = subprocess.Popen(["sleep", "30"], env={"PATH": os.defpath, "SECRET": secret})
        shown = subprocess.Popen(["sh", "-c", "sleep 30; true $0", token[12:50]])
        (path / "file").write_text(f"... {token[30:60]} ...", encoding="utf-8")
        _until(watch, 3)
        (path / "file").unlink()
        for process in (child, shown):
            process.kill()
            process.wait()
    assert watch.leaks == {
        "client_secret from variable in a process's environment",
        "token in the process list",
        f"token in {path / 'file'}",
    }


def _until(watch: Watch, looks: int) -> None:
    """Wait until a watch has begun and ended some more looks."""
    enough = watch.looks + looks
    ticker = threading.Event()
    while watch.looks < enough:
        ticker.wait(0.01)


def test_output_of_other_modules_would_be_found(run_playbook: PlaybookRunner, birds: Aviary) -> None:
    """What another module shows of a token is found in the output, so that the canary test can fail."""
    say = {"name": "Say", "ansible.builtin.debug": {"msg": "{{ made.token.access_token[100:160] }}"}}
    run = run_playbook(_play(_token(), say), extra_vars=birds.variables).succeeded()
    assert birds.canaries.leaks(run.output.encode()) == ["access_token in an answer"]


def test_reveal_shows(
    run_playbook: PlaybookRunner, birds: Aviary, remote_host: RemoteHost, tmp_path: Path, core: str
) -> None:
    """`reveal` prints the token: asked for, for one task only, here and there."""
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
        extra_vars=birds.variables,
        args=["-v"],
        core=core,
    )
    shown = {name: run.succeeded().task(name).result for name in ("Before", "Here", "There", "After")}
    assert "censored" in shown["Before"] and "censored" in shown["After"]
    for name in ("Here", "There"):
        token = shown[name]["token"]["access_token"]
        assert birds.canaries.leaks(token.encode()) == ["access_token in an answer"]
        assert token in run.stdout


def _interrupted(
    run_playbook: PlaybookRunner, birds: Aviary, how: dict[str, Any], number: signal.Signals, watched: list[Path]
) -> tuple[RunningPlaybook, Watch]:
    """Start a play that has a token and asks for another, which does not come; send a signal meanwhile."""
    asked, go_on = threading.Event(), threading.Event()

    def hold(seen: Seen) -> Answer:
        asked.set()
        go_on.wait(60)
        return refuse(seen)

    with Recorder(hold, birds.canaries.listen) as held:
        hanging = {
            "name": "Hang",
            "beyondidentity.management.application_info": {"api_url": f"{held.url}/held"},
            **({"delegate_to": how["delegate_to"]} if "delegate_to" in how else {}),
        }
        play = _play(_token(), {**_token(), "name": "Loop", "loop": [1, 2]}, hanging)
        running = run_playbook.start(
            play,
            extra_vars=birds.variables,
            inventory=how.get("inventory"),
            env=how.get("env"),
            args=["-vvvv"],
            core=how["core"],
        )
        with Watch(birds.canaries, [running.folder, running.tmp, *watched], but=[running.folder / "input"]) as watch:
            assert asked.wait(60)
            _until(watch, 2)
            running.signal_all(number)
            run = running.finish(timeout=60)
            go_on.set()
            _until(watch, 2)
    assert run.returncode != 0
    assert birds.canaries.leaking_lines(run.output) == []
    return running, watch


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_killed_with_a_record(run_playbook: PlaybookRunner, birds: Aviary, number: signal.Signals, core: str) -> None:
    """Nor does the record of what is to be revoked at the end: it is encrypted, and goes where there is still time."""
    running, watch = _interrupted(run_playbook, birds, {"core": core, "env": ENABLED}, number, [])
    assert sorted(watch.leaks) == []
    left = [path for path in (running.folder / "home").rglob(f"{RUN_FOLDER}/*") if not path.name.endswith(".lock")]
    assert (len(left) >= 2) == (number == signal.SIGKILL), "a token, and what is known of it"
    assert {path.stat().st_mode & 0o777 for path in left} <= {0o600}


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
@pytest.mark.parametrize("where", ["here", "there"])
def test_killed(
    run_playbook: PlaybookRunner,
    birds: Aviary,
    remote_host: RemoteHost,
    tmp_path: Path,
    number: signal.Signals,
    where: str,
    core: str,
) -> None:
    """A run that is interrupted leaves nothing in clear, neither here nor on the host that it was delegated to."""
    how: dict[str, Any] = {"core": core}
    if where == "there":
        how |= {"delegate_to": remote_host.name, "inventory": with_journal(remote_host, core, tmp_path)}
    running, watch = _interrupted(run_playbook, birds, how, number, [remote_host.home])
    assert sorted(watch.leaks) == []
    left = [path for path in (running.folder / "home").rglob(f"{RUN_FOLDER}/*") if not path.name.endswith(".lock")]
    assert bool(left) == (
        number != signal.SIGINT
    )  # the tokens were in a file, and Ansible removes it after Ctrl-C only
    assert {path.stat().st_mode & 0o777 for path in left} <= {0o600}
