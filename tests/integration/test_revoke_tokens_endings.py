# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The callback `revoke_tokens` where a run is stopped, and where its tokens can't be revoked."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from typing import Any

import pytest

from ansible_collections.beyondidentity.management.plugins.plugin_utils.abandoned_stores import RUN_FOLDER
from tests.emulator.client import Emulator, Tenant
from tests.support.cores import CORES
from tests.support.ending import ENABLED, issued, revoked, warnings
from tests.support.playbook import PlaybookRun, PlaybookRunner, RunningPlaybook
from tests.support.plays import READ, TOKEN, play
from tests.support.terminal import Terminal

MINT = {"name": "Mint", TOKEN: {"scopes": ["{{ item }}"]}, "loop": ["realms:read", "realms:create"]}
HANG = {"name": "Hang", "ansible.builtin.command": "sleep 60"}
FAIL = {"name": "Fail", "ansible.builtin.fail": {"msg": "as it shall"}}


def until(condition: Callable[[], Any], seconds: float = 60) -> None:
    """Wait for something that another process does."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise AssertionError("it did not happen")
        time.sleep(0.05)


def running_until_it_hangs(run_playbook: PlaybookRunner, tenant: Tenant, **how: Any) -> RunningPlaybook:
    """Start a run that mints two tokens and then waits for a command."""
    running = run_playbook.start(play(MINT, HANG), env=ENABLED, extra_vars=tenant.variables, **how)
    record = running.folder / "record.jsonl"
    until(lambda: record.exists() and record.read_text(encoding="utf-8").count('"Mint"') >= 3)
    time.sleep(0.5)
    return running


def ids(tenant: Tenant) -> set[str]:
    """Return the ids of the tokens that the play minted, in all runs."""
    return {token_id for token_id, scope in issued(tenant).items() if scope in MINT["loop"]}


def is_tidy(run: PlaybookRun) -> bool:
    """Whether Ansible removed the run's folder, and nobody complained."""
    return not list(run.home.rglob("ansible-local-*")) and "Traceback" not in run.output


# How a run is stopped, and the exit code: that of ansible-playbook itself, or what shells report for a signal.
SIGNALS = {signal.SIGINT: 99, signal.SIGTERM: 143, signal.SIGHUP: 129}


@pytest.mark.parametrize("number", SIGNALS)
@pytest.mark.parametrize("core", CORES)
def test_a_run_that_is_told_to_stop(
    run_playbook: PlaybookRunner, tenant: Tenant, number: signal.Signals, core: str
) -> None:
    """Its tokens are revoked, and it leaves nothing behind."""
    running = running_until_it_hangs(run_playbook, tenant, core=core)
    began = time.monotonic()
    os.kill(running.process.pid, number)
    run = running.finish(timeout=30)
    assert time.monotonic() - began < 10
    assert run.returncode == SIGNALS[number]
    assert revoked(run.stderr) == 2 and tenant.revoke_tokens() == 0 and is_tidy(run)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_run_that_waits_for_an_answer(
    at_terminal: Callable[..., Terminal], tenant: Tenant, number: signal.Signals, core: str
) -> None:
    """Ansible itself waits for the answer before it ends."""
    ask = {"name": "Ask", "ansible.builtin.pause": {"prompt": "Go on?"}}
    terminal = at_terminal(play(MINT, ask), env=ENABLED, extra_vars=tenant.variables, core=core)
    terminal.wait_for(r"Go on\?")
    os.kill(terminal.process.pid, number)
    run = terminal.finish(timeout=30)
    assert run.returncode == SIGNALS[number]
    assert "Revoked 2 tokens that this run minted." in run.stderr and tenant.revoke_tokens() == 0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_with_all_its_workers(run_playbook: PlaybookRunner, tenant: Tenant, number: signal.Signals, core: str) -> None:
    """As a terminal or a supervisor stops it: each token is revoked once, and by the main process alone."""
    running = running_until_it_hangs(run_playbook, tenant, core=core)
    running.signal_all(number)
    run = running.finish(timeout=30)
    assert run.returncode == SIGNALS[number] and revoked(run.stderr) == 2 and is_tidy(run)
    assert len(tenant.journal(operation="revoke")) == 2


def test_nohup(run_playbook: PlaybookRunner, tenant: Tenant) -> None:
    """Who has a run ignore a hang-up has it go on."""
    command, *rest = run_playbook.prepare(play(MINT, HANG), env=ENABLED, extra_vars=tenant.variables)
    running = RunningPlaybook(["sh", "-c", "trap '' HUP; exec \"$@\"", "sh", *command], *rest)
    until(lambda: len(issued(tenant)) == 2)
    time.sleep(0.5)
    os.kill(running.process.pid, signal.SIGHUP)
    time.sleep(1)
    assert running.process.poll() is None
    running.signal_all(signal.SIGTERM)
    assert revoked(running.finish(timeout=30).stderr) == 2


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_who_does_not_wait_for_the_revocation(
    run_playbook: PlaybookRunner, tenant: Tenant, number: signal.Signals, core: str
) -> None:
    """It stops at once, and tells which tokens it leaves."""
    tenant.fault(operation="revoke", delay=60)
    running = run_playbook.start(play(MINT), env=ENABLED, extra_vars=tenant.variables, core=core)
    until(lambda: tenant.journal(operation="revoke"))
    began = time.monotonic()
    os.kill(running.process.pid, number)
    run = running.finish(timeout=30)
    assert time.monotonic() - began < 5
    (warning,) = warnings(run.stderr)
    assert run.returncode == 0 and warning.endswith("This was interrupted.") and is_tidy(run)
    assert all(token_id in warning for token_id in ids(tenant))


def test_killed(run_playbook: PlaybookRunner, tenant: Tenant, core: str) -> None:
    """Nothing can be revoked then; a later run can't read the record either, removes it, and revokes its own only."""
    running = running_until_it_hangs(run_playbook, tenant, core=core)
    running.signal_all(signal.SIGKILL)
    killed = running.finish(timeout=30)
    assert tenant.journal(operation="revoke") == [] and list(killed.home.rglob(RUN_FOLDER))
    home = {**ENABLED, "HOME": str(killed.home)}
    run = run_playbook(play(MINT), env=home, extra_vars=tenant.variables, core=core).succeeded()
    assert revoked(run.stderr) == 2 and tenant.revoke_tokens() == 2
    assert not list(killed.home.rglob(RUN_FOLDER))


@pytest.mark.parametrize("core", CORES)
def test_a_server_that_is_dead_at_the_end(run_playbook: PlaybookRunner, core: str) -> None:
    """One warning names all tokens, and the run does not wait long or end otherwise for it."""
    with Emulator.start() as emulator:
        tenant = emulator.tenant()
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
        began = time.monotonic()
        run = run_playbook(
            play({**MINT, "register": "minted"}, *tasks[1:]), env=ENABLED, extra_vars=tenant.variables, core=core
        ).succeeded()
        assert time.monotonic() - began < 30
    (warning,) = warnings(run.stderr)
    minted = run.task("Ids").result["msg"]
    assert len(minted) == 3 and all(token_id in warning for token_id in minted)
    assert "can't be reached" in warning and revoked(run.stderr) == 0 and is_tidy(run)


TROUBLE: dict[str, tuple[dict[str, Any], str]] = {
    "refused": ({"status": 403}, "HTTP 403"),
    "out of order": ({"status": 500, "shape": "html"}, "HTTP 500"),
    "cut off": ({"drop": "reset"}, "broke off"),
    "no token endpoint any more": ({"status": 401}, "HTTP 401"),
}


@pytest.mark.parametrize("name", TROUBLE)
@pytest.mark.parametrize("failing", [False, True])
def test_tokens_that_can_not_be_revoked(
    run_playbook: PlaybookRunner, tenant: Tenant, name: str, failing: bool, core: str
) -> None:
    """They are named in one warning by their ids and never by their values, and the exit code is the run's own."""
    fault, said = TROUBLE[name]
    tenant.fault(operation="revoke", **fault)
    tasks = [MINT, FAIL] if failing else [MINT]
    run = run_playbook(play(*tasks), env=ENABLED, extra_vars=tenant.variables, args=["-vvvv"], core=core)
    assert run.returncode == (2 if failing else 0)
    (warning,) = warnings(run.stderr)
    assert warning.startswith("Not revoked, and good until they expire: ") and said in warning
    assert all(token_id in warning for token_id in ids(tenant)) and is_tidy(run)
    sent = {entry["form"]["token"] for entry in tenant.journal(operation="revoke")}
    assert sent and not any(value[-12:] in run.output for value in sent)


def test_one_of_several(run_playbook: PlaybookRunner, tenant: Tenant, core: str) -> None:
    """Those that can be revoked are, and the other is named."""
    tenant.fault(operation="revoke", times=1, status=500)
    run = run_playbook(play(MINT), env=ENABLED, extra_vars=tenant.variables, core=core).succeeded()
    (warning,) = warnings(run.stderr)
    assert revoked(run.stderr) == 1 == tenant.revoke_tokens()
    assert sum(token_id in warning for token_id in ids(tenant)) == 1


@pytest.mark.parametrize("callback", ["default", "minimal", "oneline"])
def test_standard_output_stays_what_it_is(
    run_playbook: PlaybookRunner, tenant: Tenant, callback: str, core: str
) -> None:
    """What is said of it does not stand in the way of those who read the results."""
    how: dict[str, Any] = {"extra_vars": tenant.variables, "core": core}
    shown = {"ANSIBLE_STDOUT_CALLBACK": callback}
    plain = run_playbook(play(MINT), env=shown, **how).succeeded()
    run = run_playbook(play(MINT), env={**ENABLED, **shown}, **how).succeeded()
    assert run.stdout == plain.stdout and revoked(run.stderr) == 2
