# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The work at the end of a run, also after a second Ctrl-C, and never in a worker."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest

from tests.support.collection import ROOT, link_collection

_START = """
import os, signal, sys, time
from tests.support.collection import install_finder

install_finder()
from ansible_collections.beyondidentity.management.plugins.plugin_utils.run_end import call_at_run_end

def work():
    print("worked", flush=True)

def interrupt(number, frame):
    signal.signal(number, signal.SIG_DFL)
    raise KeyboardInterrupt

signal.signal(signal.SIGINT, interrupt)
"""

# Ansible handles the first interrupt like interrupt(), and then can wait for workers that do not exist anymore.
_HANGS = """
call_at_run_end(work)
try:
    print("runs", flush=True)
    time.sleep(60)
except KeyboardInterrupt:
    print("hangs", flush=True)
    time.sleep(60)
"""

# ansible-console loads the callback again for each command.
_REGISTERS_TWICE = """
call_at_run_end(work)
call_at_run_end(work)
"""

_STARTS_WORKER = """
call_at_run_end(work)
reading, writing = os.pipe()
worker = os.fork()
if worker:
    os.read(reading, 1)  # until the worker runs: a signal that arrives during the fork is lost
    if sys.argv[1] == "signal":
        os.kill(worker, signal.SIGTERM)
    status = os.waitstatus_to_exitcode(os.waitpid(worker, 0)[1])
    print("worker", status, flush=True)
else:
    os.write(writing, b".")
    if sys.argv[1] == "signal":
        time.sleep(60)
"""

_IGNORES_HANGUP = """
signal.signal(signal.SIGHUP, signal.SIG_IGN)
call_at_run_end(work)
os.kill(os.getpid(), signal.SIGHUP)
print("runs", flush=True)
"""

_WAITS = """
call_at_run_end(work)
print("runs", flush=True)
time.sleep(60)
"""


def start(script: str, *arguments: str) -> subprocess.Popen[str]:
    """Start a process that runs a script after _START."""
    link_collection()
    return subprocess.Popen(
        [sys.executable, "-c", _START + script, *arguments],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )


def read_line(process: subprocess.Popen[str]) -> str:
    """Return the next line of output."""
    assert process.stdout is not None
    return process.stdout.readline()


def read(process: subprocess.Popen[str]) -> str:
    """Return all output until the process ends."""
    assert process.stdout is not None
    return process.stdout.read()


def test_a_second_interrupt_ends_a_run_that_hangs_after_the_first() -> None:
    with start(_HANGS) as run:
        for line in ("runs\n", "hangs\n"):
            assert read_line(run) == line
            run.send_signal(signal.SIGINT)
        assert read(run) == "worked\n"
    assert run.returncode == 128 + signal.SIGINT


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_stop_signal_ends_the_run_with_the_work_done(number: signal.Signals) -> None:
    with start(_WAITS) as run:
        assert read_line(run) == "runs\n"
        run.send_signal(number)
        assert read(run) == "worked\n"
    assert run.returncode == 128 + number


def test_an_ignored_hangup_does_not_end_the_run() -> None:
    with start(_IGNORES_HANGUP) as run:
        assert read(run) == "runs\nworked\n"
    assert run.returncode == 0


def test_work_that_is_registered_twice_is_done_once() -> None:
    with start(_REGISTERS_TWICE) as run:
        assert read(run) == "worked\n"


@pytest.mark.parametrize(("ending", "status"), [("exit", 0), ("signal", -signal.SIGTERM)])
def test_a_worker_does_not_do_the_work(ending: str, status: int) -> None:
    with start(_STARTS_WORKER, ending) as run:
        assert read(run) == f"worker {int(status)}\nworked\n"
