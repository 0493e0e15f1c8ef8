# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The session: kept alive, one for each process, without memory of others' secrets, and silent."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.beyondidentity.management.plugins.module_utils import make_session as module
from ansible_collections.beyondidentity.management.plugins.module_utils._errors import BeyondIdentityError, OptionError
from ansible_collections.beyondidentity.management.plugins.module_utils._http.session import USER_AGENT, HttpSession
from ansible_collections.beyondidentity.management.plugins.module_utils._http.settings import HttpSettings
from tests.support.collection import ROOT
from tests.unit.builders import exit_code, make_session, run_in_child
from tests.unit.raw_servers import build_response, record_requests

NETRC = "machine 127.0.0.1 login thief password n3trc\ndefault login thief password n3trc\n"


@pytest.fixture
def logged(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return what reaches a handler as Ansible's log_path installs it: at the root, for all levels."""
    said: list[str] = []
    handler = logging.Handler(logging.DEBUG)
    monkeypatch.setattr(handler, "emit", lambda record: said.append(record.getMessage()))
    root = logging.getLogger()
    monkeypatch.setattr(root, "handlers", [handler])
    monkeypatch.setattr(root, "level", logging.DEBUG)
    root.manager._clear_cache()
    return said


def ports(tenant: Any) -> set[int]:
    return {entry["peer_port"] for entry in tenant.journal()}


def test_one_connection_is_kept_alive(tenant: Any) -> None:
    for _n in range(5):
        make_session().send("GET", tenant.url, action="Asking")
    assert len(ports(tenant)) == 1


def test_other_wire_options_are_another_session(tenant: Any) -> None:
    for timeout in (29, 31):
        make_session(timeout=timeout).send("GET", tenant.url, action="Asking")
    assert len(ports(tenant)) == 2


def test_a_forked_process_has_a_session_of_its_own(tenant: Any) -> None:
    def ask(name: str) -> None:
        for number in range(10):
            got = make_session().send("GET", f"{tenant.url}/{name}{number}", action="Asking").json("Asking")
            assert got == {"for": name}

    for name in ("main", "one", "two"):
        tenant.fault(path=f"/{name}", json={"for": name})
    ask("main")
    children = [run_in_child(lambda name=name: ask(name)) for name in ("one", "two")]
    ask("main")
    assert [exit_code(child) for child in children] == [0, 0]
    by_name = {
        name: {entry["peer_port"] for entry in tenant.journal(path=f"/{name}")} for name in ("main", "one", "two")
    }
    assert [len(found) for found in by_name.values()] == [1, 1, 1]
    assert len(set.union(*by_name.values())) == 3


def test_threads_get_their_own_answers(tenant: Any) -> None:
    for number in range(8):
        tenant.fault(path=f"/n{number}$", json={"n": number})
    sender = make_session()
    barrier = threading.Barrier(8)

    def ask(number: int) -> list[Any]:
        barrier.wait(20)
        return [sender.send("GET", f"{tenant.url}/n{number}", action="Asking").json("Asking")["n"] for _n in range(5)]

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(ask, range(8))) == [[number] * 5 for number in range(8)]


@pytest.mark.parametrize("headers", [{"Authorization": "Bearer t0ken"}, {}], ids=["with a token", "without"])
def test_a_netrc_is_never_used(headers: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    netrc = tmp_path / ".netrc"
    netrc.write_text(NETRC)
    netrc.chmod(0o600)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("NETRC", str(netrc))
    with record_requests(build_response({})) as (url, recorder):
        make_session(timeout=28).send("GET", url, action="Asking", headers=headers)
    assert recorder.requests[0].headers.get("authorization") == headers.get("Authorization")


def test_no_cookie_comes_back() -> None:
    with record_requests(build_response({}, "Set-Cookie: session=s3cret; Path=/")) as (url, recorder):
        for _n in range(2):
            make_session().send("GET", url, action="Asking")
    assert [request.headers.get("cookie") for request in recorder.requests] == [None, None]


def test_what_every_request_says() -> None:
    with record_requests(build_response({})) as (url, recorder):
        make_session().send("PUT", url, action="Asking", headers={"X": "y"}, body=b"body")
    request = recorder.requests[0]
    assert request.line == "PUT / HTTP/1.1"
    assert request.body == b"body"
    assert (request.headers["user-agent"], request.headers["accept"], request.headers["x"]) == (
        USER_AGENT,
        "application/json",
        "y",
    )


@pytest.mark.parametrize(
    "fault",
    [
        {"status": 503},
        {"drop": "close"},
        {"drop": "reset"},
        {"status": 302, "redirect": "https://x/?code=s3cret"},
        {"json": {"a": 1}, "truncate": 2},
    ],
)
def test_nothing_secret_is_logged_or_said(
    fault: dict[str, Any], tenant: Any, logged: list[str], waits: list[float]
) -> None:
    tenant.fault(path="/odd", **fault)
    said = ""
    try:
        make_session().send(
            "GET", f"{tenant.url}/odd?page_token=s3cret", action="Asking", headers={"Authorization": "Bearer s3cret"}
        )
    except BeyondIdentityError as error:
        said = f"{error} {error.details} {error.__cause__}"
    assert "s3cret" not in said
    assert logged == []


def test_what_others_log_is_not_silenced(logged: list[str]) -> None:
    logging.getLogger("requests.other").warning("said")
    assert logged == ["said"]


def test_what_was_sent_as_a_credential_is_remembered_for_masking(tenant: Any) -> None:
    sender = make_session()
    sender.send("GET", tenant.url, action="Asking", headers={"Authorization": "Bearer t0ken", "X": "y"})
    sender.send("GET", tenant.url, action="Asking", headers={"Authorization": "Basic cGFpcg=="})
    assert sender.secrets == {"t0ken", "cGFpcg=="}


def test_without_requests_there_is_one_clear_message(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "IMPORT_ERROR", "Traceback ...")
    with pytest.raises(OptionError, match="The Python library requests is missing. .* -m pip install requests"):
        HttpSession(HttpSettings())


def test_everything_imports_without_requests() -> None:
    code = (
        "import sys; sys.modules['requests'] = None\n"
        "from tests.support.collection import install_finder; install_finder()\n"
        "from ansible_collections.beyondidentity.management.plugins.modules import token\n"
        "from ansible_collections.beyondidentity.management.plugins.module_utils._http import session\n"
        "try: transport.Transport(transport.Wire())\n"
        "except transport.OptionError as error: print(error)\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=os.environ, capture_output=True, text=True, check=True, timeout=60
    )
    assert run.stdout.startswith("The Python library requests is missing.")


def test_the_wire_does_not_show_its_proxy() -> None:
    assert "s3cret" not in repr(HttpSettings(proxy="http://user:s3cret@proxy"))
