# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The session: keeps connections alive, for one process each; stores no credentials, and logs nothing."""

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

from ansible_collections.beyondidentity.management.plugins.module_utils._errors import BeyondIdentityError, OptionError
from ansible_collections.beyondidentity.management.plugins.module_utils._http import libraries
from ansible_collections.beyondidentity.management.plugins.module_utils._http.connection_pool import get_adapter
from ansible_collections.beyondidentity.management.plugins.module_utils._http.deadline import run_within
from ansible_collections.beyondidentity.management.plugins.module_utils._http.session import USER_AGENT, HttpSession
from ansible_collections.beyondidentity.management.plugins.module_utils._http.settings import HttpSettings
from ansible_collections.beyondidentity.management.plugins.module_utils._masking import (
    mask_known_secrets,
    remember_secrets,
    secret_scope,
)
from tests.support.collection import ROOT
from tests.unit.builders import exit_code, make_session, run_in_child
from tests.unit.raw_servers import build_response, record_requests

NETRC = "machine 127.0.0.1 login thief password n3trc\ndefault login thief password n3trc\n"


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return what a handler receives that is installed as Ansible's log_path installs it: at the root, for all levels."""
    messages: list[str] = []
    handler = logging.Handler(logging.DEBUG)
    monkeypatch.setattr(handler, "emit", lambda record: messages.append(record.getMessage()))
    root = logging.getLogger()
    monkeypatch.setattr(root, "handlers", [handler])
    monkeypatch.setattr(root, "level", logging.DEBUG)
    root.manager._clear_cache()
    return messages


def list_ports(tenant: Any) -> set[int]:
    """Return the client's ports, one for each connection."""
    return {entry["peer_port"] for entry in tenant.read_journal()}


def test_sessions_with_equal_settings_share_a_connection(tenant: Any) -> None:
    for _n in range(5):
        make_session().send("GET", tenant.url, action="Asking")
    assert len(list_ports(tenant)) == 1


def test_sessions_with_different_settings_share_no_connection(tenant: Any) -> None:
    for timeout in (29, 31):
        make_session(timeout=timeout).send("GET", tenant.url, action="Asking")
    assert len(list_ports(tenant)) == 2


def test_connections_verified_by_different_authorities_are_not_shared() -> None:
    settings = HttpSettings()
    assert get_adapter(settings, "/a.pem") is get_adapter(settings, "/a.pem") is not get_adapter(settings, "/b.pem")


def test_a_forked_process_opens_its_own_connection(tenant: Any) -> None:
    def send_ten(name: str) -> None:
        for number in range(10):
            response = make_session().send("GET", f"{tenant.url}/{name}{number}", action="Asking")
            assert response.json("Asking") == {"for": name}

    for name in ("main", "one", "two"):
        tenant.add_fault(path=f"/{name}", json={"for": name})
    send_ten("main")
    children = [run_in_child(lambda name=name: send_ten(name)) for name in ("one", "two")]
    send_ten("main")
    assert [exit_code(child) for child in children] == [0, 0]
    by_name = {
        name: {entry["peer_port"] for entry in tenant.read_journal(path=f"/{name}")} for name in ("main", "one", "two")
    }
    assert [len(ports) for ports in by_name.values()] == [1, 1, 1]
    assert len(set.union(*by_name.values())) == 3


def test_each_thread_gets_its_own_responses(tenant: Any) -> None:
    for number in range(8):
        tenant.add_fault(path=f"/n{number}$", json={"n": number})
    session = make_session()
    barrier = threading.Barrier(8)

    def send_five(number: int) -> list[Any]:
        barrier.wait(60)
        return [session.send("GET", f"{tenant.url}/n{number}", action="Asking").json("Asking")["n"] for _n in range(5)]

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(send_five, range(8))) == [[number] * 5 for number in range(8)]


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


def test_cookies_are_not_sent_back() -> None:
    with record_requests(build_response({}, "Set-Cookie: session=s3cret; Path=/")) as (url, recorder):
        for _n in range(2):
            make_session().send("GET", url, action="Asking")
    assert [request.headers.get("cookie") for request in recorder.requests] == [None, None]


def test_each_request_has_the_headers_of_the_collection() -> None:
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
def test_a_failing_request_logs_nothing_and_its_error_has_no_secret(
    fault: dict[str, Any], tenant: Any, log: list[str], waits: list[float]
) -> None:
    tenant.add_fault(path="/odd", **fault)
    shown = ""
    try:
        make_session().send(
            "GET", f"{tenant.url}/odd?page_token=s3cret", action="Asking", headers={"Authorization": "Bearer s3cret"}
        )
    except BeyondIdentityError as error:
        shown = f"{error} {error.details} {error.__cause__}"
    assert "s3cret" not in shown
    assert log == []


def test_logs_of_other_libraries_are_not_silenced(log: list[str]) -> None:
    logging.getLogger("requests.other").warning("text")
    assert log == ["text"]


def test_sent_credentials_are_remembered_for_masking(tenant: Any) -> None:
    session = make_session()
    with secret_scope():
        session.send("GET", tenant.url, action="Asking", headers={"Authorization": "Bearer t0ken", "X": "header"})
        session.send("GET", tenant.url, action="Asking", headers={"Authorization": "Basic cGFpcg=="})
        masked = mask_known_secrets(["t0ken", "cGFpcg==", "Bearer", "Basic", "header"])
    assert masked == ["********", "********", "Bearer", "Basic", "header"]


def test_a_request_masks_what_its_caller_remembers() -> None:
    with secret_scope():
        remember_secrets(["s3cret"])
        assert run_within(60, lambda: mask_known_secrets("s3cret")) == "********"


def test_a_missing_library_is_one_clear_message(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(libraries, "IMPORT_ERROR", "Traceback ...")
    with pytest.raises(OptionError, match="The Python library requests is missing. .* -m pip install requests"):
        HttpSession(HttpSettings())


def test_a_module_can_be_imported_without_requests() -> None:
    code = (
        "import sys; sys.modules['requests'] = None\n"
        "from tests.support.collection import install_finder; install_finder()\n"
        "from ansible_collections.beyondidentity.management.plugins.modules import token\n"
        "from ansible_collections.beyondidentity.management.plugins.module_utils._http import session\n"
        "try: session.HttpSession(session.HttpSettings())\n"
        "except session.OptionError as error: print(error)\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=os.environ, capture_output=True, text=True, check=True, timeout=60
    )
    assert run.stdout.startswith("The Python library requests is missing.")


def test_the_settings_do_not_show_their_proxy() -> None:
    assert "s3cret" not in repr(HttpSettings(proxy="http://user:s3cret@proxy"))
