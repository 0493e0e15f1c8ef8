# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The callback `revoke_tokens` if a run is stopped, and if its tokens can't be revoked."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import requests

from ansible_collections.beyondidentity.management.plugins.plugin_utils.abandoned_stores import RUN_FOLDER
from beyondidentity_emulator.client import Emulator, Tenant
from tests.support.playbook import PlaybookRun, PlaybookRunner, RunningPlaybook
from tests.support.plays import READ, TOKEN, host_name, local_hosts, play
from tests.support.revoke_callback import ENABLED, count_revoked, issued_tokens, revocation_warnings
from tests.support.terminal import Terminal

MINT = {"name": "Mint", TOKEN: {"scopes": ["{{ item }}"]}, "loop": ["realms:read", "realms:create"]}
FAIL = {"name": "Fail", "ansible.builtin.fail": {"msg": "on purpose"}}


def hang(folder: Path) -> dict[str, Any]:
    """Return a task that creates a file when it begins, and ends when it finds another file, or after a minute."""
    wait = f"touch {folder}/begun; for _ in $(seq 600); do test ! -e {folder}/go || exit 0; sleep 0.1; done"
    return {"name": "Hang", "ansible.builtin.shell": wait}


def wait_until(condition: Callable[[], Any]) -> None:
    """Wait for another process."""
    end = time.monotonic() + 60
    while not condition():
        if time.monotonic() > end:
            raise AssertionError("it did not happen")
        time.sleep(0.05)


def start_and_hang(run_playbook: PlaybookRunner, tenant: Tenant, folder: Path, **how: Any) -> RunningPlaybook:
    """Start a run that requests two tokens and then waits for a command."""
    running = run_playbook.start(play(MINT, hang(folder)), env=ENABLED, extra_vars=tenant.variables, **how)
    wait_until((folder / "begun").exists)
    return running


def ids(tenant: Tenant) -> set[str]:
    """Return the IDs of the tokens that the play requested, in all runs."""
    return {token_id for token_id, scope in issued_tokens(tenant).items() if scope in MINT["loop"]}


def read_token_suffixes(tenant: Tenant) -> set[str]:
    """Return the last characters of the built-in application's active tokens."""
    response = requests.get(
        f"{tenant.realm_url}/applications/{tenant.application_id}/tokens",
        headers={"Authorization": f"Bearer {tenant.request_token('tokens:read')}"},
        timeout=60,
    )
    return {token["token_suffix"] for token in response.json()["tokens"]}


def is_tidy(run: PlaybookRun) -> bool:
    """Whether Ansible removed the run's folder, and there is no traceback."""
    return not list(run.home.rglob("ansible-local-*")) and "Traceback" not in run.output


# How a run is stopped, and the exit code: that of ansible-playbook itself, or what shells report for a signal.
SIGNALS = {signal.SIGINT: 99, signal.SIGTERM: 143, signal.SIGHUP: 129}


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_run_that_is_told_to_stop_revokes_its_tokens(
    run_playbook: PlaybookRunner, tenant: Tenant, tmp_path: Path, number: signal.Signals, core: str
) -> None:
    """It does not wait for the current task, and removes its files."""
    running = start_and_hang(run_playbook, tenant, tmp_path, core=core)
    os.kill(running.process.pid, number)
    run = running.finish()
    assert run.returncode == SIGNALS[number] and not any(result.done for result in run.of("Hang"))
    assert count_revoked(run.stderr) == 2 and tenant.revoke_tokens() == 0 and is_tidy(run)


def test_a_run_that_waits_for_an_answer_can_be_stopped(
    start_at_terminal: Callable[..., Terminal], tenant: Tenant, core: str
) -> None:
    """Ansible itself would wait for the input."""
    ask = {"name": "Ask", "ansible.builtin.pause": {"prompt": "Go on?"}}
    terminal = start_at_terminal(play(MINT, ask), env=ENABLED, extra_vars=tenant.variables, core=core)
    terminal.wait_for(r"Go on\?")
    os.kill(terminal.process.pid, signal.SIGHUP)
    run = terminal.finish()
    assert run.returncode == SIGNALS[signal.SIGHUP]
    assert "Revoked 2 tokens of this run." in run.stderr and tenant.revoke_tokens() == 0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_only_the_main_process_revokes(
    run_playbook: PlaybookRunner, tenant: Tenant, tmp_path: Path, number: signal.Signals, core: str
) -> None:
    """Each token is revoked once, even if a terminal or supervisor signals the workers, too."""
    running = start_and_hang(run_playbook, tenant, tmp_path, core=core)
    running.signal_all(number)
    run = running.finish()
    assert run.returncode == SIGNALS[number] and count_revoked(run.stderr) == 2 and is_tidy(run)
    assert len(tenant.read_journal(operation="revoke")) == 2


def test_a_run_under_nohup_goes_on_after_a_hang_up(
    run_playbook: PlaybookRunner, tenant: Tenant, tmp_path: Path
) -> None:
    """An ignored signal stays ignored."""
    tasks = play(MINT, hang(tmp_path))
    command, *rest = run_playbook.prepare(tasks, env=ENABLED, extra_vars=tenant.variables)
    running = RunningPlaybook(["sh", "-c", "trap '' HUP; exec \"$@\"", "sh", *command], *rest)
    wait_until((tmp_path / "begun").exists)
    os.kill(running.process.pid, signal.SIGHUP)
    (tmp_path / "go").touch()
    run = running.finish().succeeded()
    assert run.task("Hang").done and count_revoked(run.stderr) == 2


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_revocation_itself_can_be_interrupted(
    run_playbook: PlaybookRunner, tenant: Tenant, number: signal.Signals
) -> None:
    """No further request is sent, and a warning tells which tokens are left."""
    tenant.add_fault(operation="revoke", delay=60)
    running = run_playbook.start(play(MINT), env=ENABLED, extra_vars=tenant.variables)
    wait_until(lambda: tenant.read_journal(operation="revoke"))
    os.kill(running.process.pid, number)
    run = running.finish()
    (warning,) = revocation_warnings(run.stderr)
    assert run.returncode == 0 and warning.endswith("The revocation was interrupted.") and is_tidy(run)
    assert all(token_id in warning for token_id in ids(tenant))
    assert len(tenant.read_journal(operation="revoke")) == 1


def test_the_record_of_a_killed_run_is_removed_unread(
    run_playbook: PlaybookRunner, tenant: Tenant, tmp_path: Path
) -> None:
    """A later run can't read the record, removes it, and revokes only its own tokens."""
    running = start_and_hang(run_playbook, tenant, tmp_path)
    running.signal_all(signal.SIGKILL)
    killed = running.finish()
    assert tenant.read_journal(operation="revoke") == [] and list(killed.home.rglob(RUN_FOLDER))
    home = {**ENABLED, "HOME": str(killed.home)}
    run = run_playbook(play(MINT), env=home, extra_vars=tenant.variables).succeeded()
    assert count_revoked(run.stderr) == 2 and tenant.revoke_tokens() == 2
    assert not list(killed.home.rglob(RUN_FOLDER))


def test_a_server_that_is_down_at_the_end_gives_one_warning(run_playbook: PlaybookRunner) -> None:
    """The warning names all tokens, and the exit code stays."""
    with Emulator.start() as emulator:
        tenant = emulator.create_tenant()
        (other,) = tenant.seed(
            applications=1, application={"protocol_config": {"client_id": "c", "client_secret": "s" * 9}}
        )["applications"]
        issuer = f"{tenant.issuer.rpartition('/')[0]}/{other}"
        theirs = {"issuer": issuer, "client_id": "c", "client_secret": "s" * 9, **READ}
        tasks = (
            MINT,
            {"name": "Another's", TOKEN: theirs, "register": "another"},
            {
                "name": "Ids",
                "ansible.builtin.debug": {"msg": "{{ ids }}"},
                "vars": {"ids": "{{ (minted.results | map(attribute='token.id')) + [another.token.id] }}"},
            },
            {"name": "Kill", "ansible.builtin.command": f"kill -9 {emulator.process.pid}"},
        )
        run = run_playbook(
            play({**MINT, "register": "minted"}, *tasks[1:]), env=ENABLED, extra_vars=tenant.variables
        ).succeeded()
    (warning,) = revocation_warnings(run.stderr)
    minted = run.task("Ids").result["msg"]
    assert len(minted) == 3 and all(token_id in warning for token_id in minted)
    assert "cannot connect to" in warning and count_revoked(run.stderr) == 0 and is_tidy(run)


TROUBLE: dict[str, tuple[dict[str, Any], str]] = {
    "refused": ({"status": 403}, "HTTP 403"),
    "out of order": ({"status": 500, "shape": "html"}, "HTTP 500"),
    "no token endpoint any more": ({"status": 401}, "HTTP 401"),
}


def test_tokens_that_can_not_be_revoked_are_named(run_playbook: PlaybookRunner, emulator: Emulator, core: str) -> None:
    """One warning for each reason has their IDs and not their values. The exit code stays."""
    tenants = {host_name(name): emulator.create_tenant() for name in TROUBLE}
    for name, (fault, _said) in TROUBLE.items():
        tenants[host_name(name)].add_fault(operation="revoke", **fault)
    run = run_playbook(
        play(MINT, FAIL, hosts="all"),
        inventory=local_hosts({host: tenant.variables for host, tenant in tenants.items()}),
        env=ENABLED,
        args=["-vvvv"],
        core=core,
    )
    assert run.returncode == 2 and is_tidy(run)
    warned = revocation_warnings(run.stderr)
    assert len(warned) == len(TROUBLE)
    for name, (_fault, said) in TROUBLE.items():
        tenant = tenants[host_name(name)]
        (warning,) = [warning for warning in warned if all(token_id in warning for token_id in ids(tenant))]
        assert warning.startswith("Not revoked, and valid until they expire: ") and said in warning
        assert tenant.read_journal(operation="revoke")
        suffixes = read_token_suffixes(tenant)
        assert len(suffixes) > 1 and not any(suffix in run.output for suffix in suffixes)


def test_what_can_be_revoked_is_revoked(run_playbook: PlaybookRunner, tenant: Tenant) -> None:
    """Also after a token that can't be revoked, which is named."""
    tenant.add_fault(operation="revoke", times=1, status=500)
    run = run_playbook(play(MINT), env=ENABLED, extra_vars=tenant.variables).succeeded()
    (warning,) = revocation_warnings(run.stderr)
    assert count_revoked(run.stderr) == 1 == tenant.revoke_tokens()
    assert sum(token_id in warning for token_id in ids(tenant)) == 1


def test_standard_output_is_what_it_is_without_the_callback(
    run_playbook: PlaybookRunner, tenant: Tenant, core: str
) -> None:
    """Another program may read it. Without the callback nothing is revoked."""
    how: dict[str, Any] = {"extra_vars": tenant.variables, "core": core}
    without = run_playbook(play(MINT), **how).succeeded()
    assert "evoked" not in without.output and tenant.revoke_tokens() == 2
    run = run_playbook(play(MINT), env=ENABLED, **how).succeeded()
    assert run.stdout == without.stdout and count_revoked(run.stderr) == 2 and tenant.revoke_tokens() == 0
