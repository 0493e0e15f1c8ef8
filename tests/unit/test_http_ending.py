# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Requests while Python shuts down, and without threads: they have no total deadline, but they get a response."""

from __future__ import annotations

import os
import subprocess
import sysconfig
import threading
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.beyondidentity.management.plugins.module_utils._errors import TransportError
from ansible_collections.beyondidentity.management.plugins.module_utils._http import deadline
from tests.support.collection import link_collection
from tests.tools.interpreters import interpreters
from tests.unit.builders import make_session

_SCRIPT = """
import atexit, sys
from ansible_collections.beyondidentity.management.plugins.module_utils._http.session import HttpSession
from ansible_collections.beyondidentity.management.plugins.module_utils._http.settings import HttpSettings

def send_requests():
    for path in sys.argv[1:]:
        print(HttpSession(HttpSettings(timeout=2, retries=0), {}).send("GET", path, action="Asking").status)

atexit.register(send_requests)
"""


@pytest.mark.parametrize(("version", "python"), interpreters().items(), ids=str)
def test_a_request_while_the_process_ends_gets_a_response(version: Any, python: Path, tenant: Any) -> None:
    """Python 3.12.0 and 3.12.1 start no thread at that time."""
    path = os.pathsep.join([str(link_collection()), sysconfig.get_path("purelib")])
    urls = [f"{tenant.url}/nowhere", f"{tenant.issuer}/.well-known/jwks.json"]
    run = subprocess.run(
        [python, "-c", _SCRIPT, *urls], env={"PYTHONPATH": path}, capture_output=True, text=True, timeout=60, check=True
    )
    assert (run.stdout.split(), run.stderr) == (["404", "200"], "")


@pytest.fixture
def no_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no thread start."""

    def start(self: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", start)
    monkeypatch.setattr(deadline, "_idle", [])


def test_a_request_without_a_thread_gets_a_response(tenant: Any, no_threads: None) -> None:
    assert make_session().send("GET", f"{tenant.issuer}/.well-known/jwks.json", action="Asking").is_success


def test_the_sockets_limit_the_wait_without_a_thread(tenant: Any, no_threads: None) -> None:
    tenant.add_fault(path="/odd", delay=20)
    with pytest.raises(TransportError, match="no complete response from .* within 1 seconds"):
        make_session(timeout=1, retries=0).send("GET", f"{tenant.url}/odd", action="Asking")
