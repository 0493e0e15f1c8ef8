# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The token store of a run. Damage costs a warning and a request, never the run."""

from __future__ import annotations

import os
import signal
import threading
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.beyondidentity.management.plugins.plugin_utils.abandoned_stores import RUN_FOLDER as FOLDER
from tests.support.canary_plays.play import SOURCES
from tests.support.canary_servers import CanaryServers
from tests.support.playbook import PlaybookRunner
from tests.support.plays import APPLICATIONS, READ, TOKEN, lookup, play, task
from tests.support.recorder import RecordedRequest, Recorder, Response, refuse_request

FOREIGN = 54321
WARNING = "Cannot use the token store"

# What happens to the store between two tasks. $S is its folder, $E its entries, $L the lock files that are created for them, $O a folder elsewhere.
DAMAGES = {
    "corrupt": 'for e in $E; do echo garbage > "$e"; done',
    "truncated": "truncate -s 40 $E",
    "empty": "truncate -s 0 $E",
    "absurdly large": "truncate -s 0 $E; truncate -s 3G $E",
    "entry readable by all": "chmod 0644 $E",
    "entry writable by all": "chmod 0666 $E",
    "entry a symlink": 'for e in $E; do mv "$e" $O/entry; ln -s $O/entry "$e"; done',
    "entry a folder": 'for e in $E; do rm "$e"; mkdir -p "$e/x"; done',
    "entry a pipe": 'for e in $E; do rm "$e"; mkfifo -m 0600 "$e"; done',
    "lock a symlink": 'for l in $L; do ln -s $O/lock "$l"; done; rm -f $E',
    "lock a folder": 'for l in $L; do mkdir "$l"; done; rm -f $E',
    "folder writable by all": "chmod 0777 $S",
    "folder readable by all": "chmod 0755 $S",
    "folder unwritable": "rm -f $E; chmod 0500 $S",
    "folder a symlink": "mv $S $O/store; ln -s $O/store $S",
    "folder a symlink to nowhere": "rm -r $S; ln -s $O/nowhere $S",
    "folder a file": "rm -r $S; touch $S",
    "folder gone": "rm -r $S",
    "all gone": "rm -r $(dirname $S)",
}
if os.geteuid() == 0:  # only root can change the owner
    DAMAGES |= {"entry of another user": f"chown {FOREIGN} $E", "folder of another user": f"chown {FOREIGN} $S"}

_SHELL = """
set -eu
S=$(echo {local}/ansible-local-*/{folder}); O={elsewhere}
E=$(find $S/ -maxdepth 1 -type f ! -name '*.lock'); L=$(for e in $E; do echo "$e.lock"; done)
test -n "$E" && test -z "$(find $S/ -maxdepth 1 -name '*.lock')"
"""
_REPAIR = "mkdir -p {local}/$(cat {elsewhere}.run); rm -rf {local}/ansible-local-*/{folder} {elsewhere}/*"


def test_a_damaged_store_costs_a_warning_and_a_request(
    run_playbook: PlaybookRunner, tenant: Any, tmp_path: Path
) -> None:
    """In the middle of a run, whose exit code is 0."""
    places = {"local": tmp_path / "local", "folder": FOLDER, "elsewhere": tmp_path / "elsewhere"}
    places["elsewhere"].mkdir()
    shell = "ansible.builtin.raw"
    remember = f"ls {places['local']} > {places['elsewhere']}.run"
    tasks: list[dict[str, Any]] = [{"name": "remember", shell: remember}]
    for damage, command in DAMAGES.items():
        tasks += [
            task(f"before {damage}", TOKEN, READ),
            {"name": f"do {damage}", shell: _SHELL.format(**places) + command},
            task(f"token {damage}", TOKEN, READ, register="made"),
            task(f"cached {damage}", "ansible.builtin.debug", {"msg": "{{ made.cached }}"}),
            task(f"use {damage}", APPLICATIONS, {"access_token": "{{ made.token.access_token }}"}),
            lookup(f"look up {damage}"),
            {"name": f"repair {damage}", shell: _REPAIR.format(**places)},
        ]
    fixed = {"ANSIBLE_LOCAL_TEMP": str(places["local"]), "ANSIBLE_REMOTE_TEMP": str(tmp_path / "remote")}
    scopes = {"scopes": ["realms:read", "applications:read"]}
    for made in tasks:
        if TOKEN in made:
            made[TOKEN] = scopes
    run = run_playbook(play(*tasks), env={**tenant.environment, **fixed}).succeeded()
    assert {name: host["ignored"] for name, host in run.stats.items()} == {"localhost": 0}, run.output
    for damage in DAMAGES:
        assert run.task(f"cached {damage}").result["msg"] in (False, "False"), damage
        assert run.task(f"look up {damage}").result["msg"] in (True, "True"), damage
    assert WARNING in " ".join(run.stderr.split())
    assert "Traceback" not in run.output
    assert not list(places["elsewhere"].iterdir())


def test_the_store_is_private_and_removed_after_the_run(
    run_playbook: PlaybookRunner, tenant: Any, tmp_path: Path
) -> None:
    """It is below ANSIBLE_LOCAL_TEMP, whatever the umask."""
    local = tmp_path / "other" / "temp"
    find = f"umask; find {local} -path '*/{FOLDER}*' -printf '%y %m %P\\n'"
    tasks = (task("Token", TOKEN, READ), lookup("Lookup"), {"name": "Find", "ansible.builtin.raw": find})
    umask = os.umask(0)
    try:
        run = run_playbook(play(*tasks), env={**tenant.environment, "ANSIBLE_LOCAL_TEMP": str(local)}).succeeded()
    finally:
        os.umask(umask)
    assert run.task("Find").result["stdout_lines"][0] == "0000"
    found = [line.split(" ", 2) for line in run.task("Find").result["stdout_lines"][1:]]
    assert sorted(kind + mode for kind, mode, _path in found) == ["d700", "f600"]
    assert not list(local.rglob(FOLDER))


def _kill_run(run_playbook: PlaybookRunner, canary_servers: CanaryServers, local: Path) -> list[Path]:
    """Kill a run that has a token; return the files that it leaves in its store."""
    asked, go_on = threading.Event(), threading.Event()

    def hold_response(seen: RecordedRequest) -> Response:
        asked.set()
        go_on.wait(60)
        return refuse_request(seen)

    with Recorder(hold_response, canary_servers.canaries.listen) as held:
        hanging = task("Hang", APPLICATIONS, {"api_url": held.url, "retries": 0})  # newer cores' workers outlive a kill
        made = play(task("Token", TOKEN, READ), hanging, **SOURCES["variable"])
        running = run_playbook.start(made, extra_vars=canary_servers.variables, env={"ANSIBLE_LOCAL_TEMP": str(local)})
        try:
            assert asked.wait(60)
            running.signal_all(signal.SIGKILL)
        finally:
            go_on.set()
        running.finish()
    return [path for path in local.rglob(f"{FOLDER}/*") if path.suffix != ".lock"]


def test_the_next_run_removes_what_a_killed_run_left(
    run_playbook: PlaybookRunner, canary_servers: CanaryServers, tmp_path: Path
) -> None:
    """The files are encrypted, and nothing else is removed."""
    local = tmp_path / "local"
    left = _kill_run(run_playbook, canary_servers, local)
    assert left and all(canary_servers.canaries.leaks(path.read_bytes()) == [] for path in left)
    alive = local / f"ansible-local-{os.getpid()}abcdefgh" / FOLDER
    linked, target = local / "ansible-local-4194305abcdefgh", tmp_path / "target" / FOLDER
    named = local / "ansible-local-4194305" / FOLDER
    for folder in (alive, target, named):
        folder.mkdir(parents=True)
        (folder / "file").touch()
    linked.mkdir()
    (linked / FOLDER).symlink_to(target)
    others = left[0].parents[1] / "of-another-plugin"
    others.touch()
    tasks = play(task("Token", TOKEN, READ), **SOURCES["variable"])
    run_playbook(tasks, extra_vars=canary_servers.variables, env={"ANSIBLE_LOCAL_TEMP": str(local)}).succeeded()
    assert not any(path.exists() for path in left)
    assert all((folder / "file").exists() for folder in (alive, target, named))
    assert others.exists()


def test_a_run_can_not_read_the_store_of_another(
    run_playbook: PlaybookRunner, canary_servers: CanaryServers, tmp_path: Path
) -> None:
    """Even if it replaces the own store."""
    local, elsewhere = tmp_path / "local", tmp_path / "elsewhere"
    entry = _kill_run(run_playbook, canary_servers, local)[0]
    entry.parents[1].rename(elsewhere)
    put = (
        f"cd {local}/ansible-local-*/{FOLDER}; for e in *[0-9a-f]; do cp -p {elsewhere}/{FOLDER}/{entry.name} $e; done"
    )
    tasks = [
        task("First", TOKEN, READ, register="first"),
        {"name": "Put", "ansible.builtin.raw": put},
        task("Second", TOKEN, READ, register="second"),
        task("Compare", "ansible.builtin.debug", {"msg": "{{ [second.cached, first.token.id != second.token.id] }}"}),
    ]
    made = play(*tasks, **SOURCES["variable"])
    run = run_playbook(made, extra_vars=canary_servers.variables, env={"ANSIBLE_LOCAL_TEMP": str(local)}).succeeded()
    assert run.task("Compare").result["msg"] == [False, True]


@pytest.mark.parametrize("cache", ["none", "run"])
def test_token_cache_none_writes_nothing(run_playbook: PlaybookRunner, tenant: Any, tmp_path: Path, cache: str) -> None:
    """Each task requests a token."""
    find = f"find {tmp_path} -path '*/{FOLDER}/*' ! -name '*.lock' | wc -l"
    tasks = (task("Token", TOKEN, READ), task("Again", TOKEN, READ), {"name": "Find", "ansible.builtin.raw": find})
    env = {**tenant.environment, "ANSIBLE_LOCAL_TEMP": str(tmp_path / "local"), "BEYONDIDENTITY_TOKEN_CACHE": cache}
    run = run_playbook(play(*tasks), env=env).succeeded()
    assert run.task("Find").result["stdout"].strip() == ("0" if cache == "none" else "1")
    assert len(tenant.read_journal(operation="token")) == (2 if cache == "none" else 1)
