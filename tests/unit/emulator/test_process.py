# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The emulator as a process: output, HTTP and the end of the process."""

from __future__ import annotations

import contextlib
import os
import shlex
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests

from beyondidentity_emulator.client import Emulator

REPOSITORY = Path(__file__).resolve().parents[3]
HANG_SECONDS = 60


def start_process(*arguments):
    command = [sys.executable, "-m", "beyondidentity_emulator", *arguments]
    return subprocess.Popen(command, cwd=REPOSITORY, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def read_until_ready(process):
    lines: list[str] = []
    for line in process.stdout:
        if line == "ready\n":
            return lines
        lines.append(line)
    raise AssertionError(process.stderr.read())


def read_values(process):
    """Return the values of the `export` lines."""
    lines = [shlex.split(line) for line in read_until_ready(process)]
    return dict(words[1].split("=", 1) for words in lines if words[0] == "export")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_process_prints_assignments_and_stops_at_a_signal(number):
    with start_process() as process:
        values = read_values(process)
        response = requests.post(
            values["BEYONDIDENTITY_ISSUER"] + "/token",
            data={"grant_type": "client_credentials", "scope": "realms:read"},
            auth=(values["BEYONDIDENTITY_CLIENT_ID"], values["BEYONDIDENTITY_CLIENT_SECRET"]),
            timeout=HANG_SECONDS,
        )
        process.send_signal(number)
        output, errors = process.communicate(timeout=HANG_SECONDS)
    assert response.status_code == 200
    assert process.returncode == 0
    assert output == ""
    assert "stopped" in errors and values["BEYONDIDENTITY_CLIENT_SECRET"] not in errors
    assert list(values) == [
        "BEYONDIDENTITY_ISSUER",
        "BEYONDIDENTITY_API_URL",
        "BEYONDIDENTITY_CLIENT_ID",
        "BEYONDIDENTITY_CLIENT_SECRET",
        "EMULATOR_URL",
    ]


@pytest.mark.parametrize("tls", [False, True], ids=["http", "https"])
@pytest.mark.parametrize("numbers", [[signal.SIGTERM] * 2, [signal.SIGINT] * 2, [signal.SIGINT, signal.SIGTERM] * 10])
def test_process_stops_at_several_signals_with_open_connections(tmp_path, numbers, tls):
    """A supervisor signals make and the emulator, so two signals arrive in a row. Clients may still wait for responses."""
    options = ["--tls"] if tls else []
    state = [
        "--state",
        str(tmp_path / "state.json"),
        "--export",
        f"json:{tmp_path / 'export.json'}",
        "--export",
        "shell",
    ]
    with start_process(*options, *state) as process, contextlib.ExitStack() as stack:
        values = read_values(process)
        address = urlsplit(values["EMULATOR_URL"])
        context = ssl.create_default_context(cafile=values["BEYONDIDENTITY_CA_PATH"]) if tls else None
        fault = {"path": "/slow", "body": "x" * 100, "drip": 10}
        verify = values.get("BEYONDIDENTITY_CA_PATH")
        requests.post(f"{values['EMULATOR_URL']}/_emulator/faults", json=fault, timeout=HANG_SECONDS, verify=verify)

        def connect(request):
            plain = stack.enter_context(socket.create_connection((address.hostname, address.port), HANG_SECONDS))
            connection = context.wrap_socket(plain, server_hostname=address.hostname) if context else plain
            connection.sendall(request)
            return stack.enter_context(connection)

        stack.enter_context(socket.create_connection((address.hostname, address.port)))  # no handshake
        connect(b"GET /v1 HTTP/1.1\r\n")
        connect(b"POST /v1 HTTP/1.1\r\nContent-Length: 9\r\n\r\n")
        idle = connect(b"GET /v1 HTTP/1.1\r\nHost: x\r\n\r\n")
        slow = connect(b"GET /slow HTTP/1.1\r\nHost: x\r\n\r\n")
        assert idle.recv(12) == b"HTTP/1.1 404"
        assert slow.recv(12) == b"HTTP/1.1 200"
        for number in numbers:
            process.send_signal(number)
        assert process.wait(HANG_SECONDS) == 0
    assert os.listdir(tmp_path) == ["state.json"]


def test_port_can_be_chosen():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with Emulator.start(port=port) as emulator:
        assert emulator.url == f"http://127.0.0.1:{port}"
        assert emulator.stop() == 0


@pytest.mark.parametrize("given", [True, False], ids=["file given", "temporary file"])
def test_tls_uses_the_written_certificate(tmp_path, given):
    with Emulator.start(tls=True, ca_path=tmp_path / "ca.pem" if given else None) as emulator:
        assert emulator.url.startswith("https://127.0.0.1:")
        tenant = emulator.create_tenant()
        assert (
            tenant.environment["BEYONDIDENTITY_CA_PATH"]
            == tenant.variables["beyondidentity_ca_path"]
            == emulator.ca_path
        )
        assert tenant.request_token("realms:read")
        with pytest.raises(requests.exceptions.SSLError):
            requests.get(tenant.url, timeout=HANG_SECONDS)
        tenant.add_fault(drop=True)
        with pytest.raises(requests.ConnectionError):
            requests.get(tenant.url, timeout=HANG_SECONDS, verify=emulator.ca_path)
    assert Path(emulator.ca_path).exists() == given


def test_process_stops_when_its_parent_ends():
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"]) as parent:
        with start_process("--parent", str(parent.pid)) as process:
            read_until_ready(process)
            parent.kill()
            parent.wait()
            assert process.wait(HANG_SECONDS) == 0


def test_emulator_stops_when_its_owner_ends():
    code = "import os; from beyondidentity_emulator.client import Emulator; e = Emulator.start(); print(e.process.pid, flush=True); os._exit(0)"
    owner = subprocess.run(
        [sys.executable, "-c", code], cwd=REPOSITORY, capture_output=True, text=True, timeout=HANG_SECONDS, check=True
    )
    deadline = time.monotonic() + HANG_SECONDS
    while _is_running(int(owner.stdout)):
        assert time.monotonic() < deadline
        time.sleep(0.1)


def _is_running(pid):
    """Return whether a process is running; a zombie is not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(") ")[2][0]
    except OSError:
        return False
    return state != "Z" and os.path.exists(f"/proc/{pid}")


def test_process_listens_only_on_the_loopback_interface(emulator):
    hexadecimal = f"{urlsplit(emulator.url).port:04X}"
    rows = [line.split() for line in Path("/proc/net/tcp").read_text(encoding="ascii").splitlines()[1:]]
    listening = {row[1] for row in rows if row[3] == "0A" and row[1].endswith(f":{hexadecimal}")}
    assert listening == {f"0100007F:{hexadecimal}"}


def test_chunked_request_is_accepted(tenant):
    form = (b"grant_type=client_credentials", b"&scope=realms%3Aread")
    response = requests.post(
        f"{tenant.issuer}/token",
        data=iter(form),
        headers={"Content-Type": "application/x-www-form-urlencoded"},
        auth=(tenant.client_id, tenant.client_secret),
        timeout=HANG_SECONDS,
    )
    assert response.status_code == 200


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (b"GET / HTTP/1.1\r\nContent-Length: x\r\n\r\n", b"400"),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", b"400"),
        (b"GET /" + b"x" * 70000 + b" HTTP/1.1\r\n\r\n", b"414"),
        (b"HEAD /v1 HTTP/1.1\r\nConnection: close\r\n\r\n", b"404"),
    ],
)
def test_malformed_request_gets_a_status(emulator, data, status):
    address = urlsplit(emulator.url)
    with socket.create_connection((address.hostname, address.port), timeout=HANG_SECONDS) as connection:
        connection.sendall(data)
        assert connection.makefile("rb").readline().split()[1] == status


def test_hundred_parallel_clients_get_correct_responses(tenant):
    problems, start_line = [], threading.Barrier(100)

    def client():
        with requests.Session() as session:
            start_line.wait()
            try:
                for _round in range(3):
                    token = session.post(
                        f"{tenant.issuer}/token",
                        data={"grant_type": "client_credentials", "scope": "realms:read"},
                        auth=(tenant.client_id, tenant.client_secret),
                        timeout=HANG_SECONDS,
                    ).json()["access_token"]
                    response = session.get(
                        f"{tenant.url}/realms", headers={"Authorization": f"Bearer {token}"}, timeout=HANG_SECONDS
                    )
                    assert response.json()["total_size"] == 1
            except Exception as error:
                problems.append(repr(error))

    threads = [threading.Thread(target=client) for _round in range(100)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []
    entries = tenant.read_journal()
    assert len(entries) == 600
    assert {entry["status"] for entry in entries} == {200}
    assert len({entry["peer_port"] for entry in entries}) == 100
