# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The end of a process with the callback revoke_tokens, where Ansible hangs after a first Ctrl-C."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

from tests.support.collection import ROOT, link_collection

# Ansible answers the first interrupt in this way, and then waits for workers that are gone.
_SCRIPT = """
import os, signal, time
from tests.support.collection import install_finder

install_finder()
from ansible_collections.beyondidentity.management.plugins.callback import revoke_tokens

def ansibles(number, frame):
    signal.signal(number, signal.SIG_DFL)
    raise KeyboardInterrupt

signal.signal(signal.SIGINT, ansibles)
revoke_tokens.clear = lambda: print("revoked", flush=True)
revoke_tokens._at_the_end(os.getpid())
try:
    print("runs", flush=True)
    time.sleep(60)
except KeyboardInterrupt:
    print("hangs", flush=True)
    time.sleep(60)
"""


def test_the_second_interrupt_ends_a_run_that_hangs_after_the_first() -> None:
    """Without it, whoever is impatient would leave all tokens as they are."""
    link_collection()
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen([sys.executable, "-c", _SCRIPT], stdout=subprocess.PIPE, text=True, env=environment) as run:
        assert run.stdout is not None
        for said in ("runs\n", "hangs\n"):
            assert run.stdout.readline() == said
            run.send_signal(signal.SIGINT)
        assert run.stdout.read() == "revoked\n"
    assert run.returncode == 128 + signal.SIGINT
