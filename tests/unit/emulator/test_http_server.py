# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bytes that are not a correct HTTP request: the server responds with 400 or hangs up, reports nothing, and continues."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.emulator.properties.checks import Service

HEAD = b"POST /_emulator/reset HTTP/1.1\r\nHost: 127.0.0.1\r\n"
CORRECT = b"GET /_emulator/journal HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"
REFUSED = {
    "no words": b"\r\n\r\n",
    "one word": b"GET\r\n\r\n",
    "four words": b"GET / x HTTP/1.1\r\n\r\n",
    "another version": b"GET / HTTP/9.9\r\n\r\n",
    "no version": b"GET / HTTP/x\r\n\r\n",
    "HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n",
    "a long target": b"GET /" + b"x" * 70000 + b" HTTP/1.1\r\n\r\n",
    "a target beyond ASCII": b"GET /\xc3\xa9 HTTP/1.1\r\n\r\n",
    "a control character": b"GET /\x01 HTTP/1.1\r\n\r\n",
    "many headers": b"GET / HTTP/1.1\r\n" + b"x: y\r\n" * 1000 + b"\r\n",
    "a long header": b"GET / HTTP/1.1\r\nx: " + b"y" * 70000 + b"\r\n\r\n",
    "a header without a name": b"GET / HTTP/1.1\r\n: x\r\n\r\n",
    "a header without a colon": b"GET / HTTP/1.1\r\nx\r\n\r\n",
    "a folded header": b"GET / HTTP/1.1\r\nx: y\r\n z\r\n\r\n",
    "a blank in a header's name": b"GET / HTTP/1.1\r\nx y: z\r\n\r\n",
    "NUL in a header": b"GET / HTTP/1.1\r\nx: \x00\r\n\r\n",
    "a negative length": HEAD + b"Content-Length: -1\r\n\r\n",
    "a length in letters": HEAD + b"Content-Length: x\r\n\r\n",
    "a length in other digits": HEAD + b"Content-Length: \xb2\r\n\r\n",
    "a large length": HEAD + b"Content-Length: 99999999999\r\n\r\n",
    "an endless length": HEAD + b"Content-Length: " + b"9" * 6000 + b"\r\n\r\n",
    "two lengths": HEAD + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\nxx",
    "length and chunks": HEAD + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "an unknown coding": HEAD + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
    "a chunk without a size": HEAD + b"Transfer-Encoding: chunked\r\n\r\n\r\n",
    "a negative chunk": HEAD + b"Transfer-Encoding: chunked\r\n\r\n-5\r\nxxxxx\r\n0\r\n\r\n",
    "a chunk in Python's notation": HEAD + b"Transfer-Encoding: chunked\r\n\r\n0x5\r\nxxxxx\r\n0\r\n\r\n",
    "a large chunk": HEAD + b"Transfer-Encoding: chunked\r\n\r\nfffffffff\r\n",
    "a longer chunk": HEAD + b"Transfer-Encoding: chunked\r\n\r\n1\r\nxx\r\n0\r\n\r\n",
    "a long chunk extension": HEAD + b"Transfer-Encoding: chunked\r\n\r\n1;" + b"x" * 70000 + b"\r\n",
    "endless trailers": HEAD + b"Transfer-Encoding: chunked\r\n\r\n0\r\n" + b"x: y\r\n" * 1000 + b"\r\n",
}
CUT = {
    "a request line": b"GET / HTT",
    "headers": b"GET / HTTP/1.1\r\nHost",
    "a body": HEAD + b"Content-Length: 10\r\n\r\nxxx",
    "a chunk": HEAD + b"Transfer-Encoding: chunked\r\n\r\n5\r\nxx",
    "chunks": HEAD + b"Transfer-Encoding: chunked\r\n\r\n5\r\nxxxxx\r\n",
    "trailers": HEAD + b"Transfer-Encoding: chunked\r\n\r\n0\r\nx: y\r\n",
}


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """Return an emulator whose error output is read."""
    with Service.start(tmp_path_factory.mktemp("emulator") / "errors") as running:
        yield running


def exchange(service: Service, sent: bytes, *, half_close: bool = True) -> bytes:
    """Send bytes, and return all that the server sends until it hangs up."""
    host, _colon, port = service.emulator.url.removeprefix("http://").partition(":")
    received = b""
    with socket.create_connection((host, int(port)), 30) as connection:
        try:
            connection.sendall(sent)
            if half_close:
                connection.shutdown(socket.SHUT_WR)
            while part := connection.recv(65536):
                received += part
        except (BrokenPipeError, ConnectionResetError):
            pass  # the server has hung up before it read everything
    return received


def check_lives(service: Service) -> None:
    assert service.read_errors() == ""
    assert exchange(service, CORRECT, half_close=False).startswith(b"HTTP/1.1 200 ")


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_no_request_is_refused(service: Service, case: str) -> None:
    received = exchange(service, REFUSED[case])
    assert received == b"" or received[9:12] in (b"400", b"413", b"414", b"431", b"505"), received[:300]
    assert received.count(b"HTTP/1.1 ") <= 1, "what follows is no second request"
    check_lives(service)


@pytest.mark.parametrize("case", CUT)
def test_a_request_that_ends_too_early_is_not_carried_out(service: Service, case: str) -> None:
    tenant = service.emulator.create_tenant()
    assert b" 204 " not in exchange(service, CUT[case])
    assert tenant.read_outbox() == [], "the tenant exists: nothing was reset"
    check_lives(service)


def test_trailers_and_extensions_are_skipped(service: Service) -> None:
    body = b"1;a=b\r\n{\r\n1\r\n}\r\n0\r\nx: y\r\n\r\n"
    head = b"POST /_emulator/tenants HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nTransfer-Encoding: Chunked\r\n\r\n"
    received = exchange(service, head + body + CORRECT, half_close=False)
    assert received.count(b"HTTP/1.1 200 ") == 2


def break_head(place: int, inserted: bytes) -> bytes:
    """Return a request with bytes inserted in its head."""
    return HEAD[:place] + inserted + HEAD[place:] + b"Content-Length: 0\r\n\r\n"


@settings(max_examples=150)
@given(st.binary(max_size=200) | st.builds(break_head, st.integers(0, len(HEAD)), st.binary(min_size=1, max_size=3)))
def test_no_bytes_make_the_server_fail(service: Service, sent: bytes) -> None:
    assert exchange(service, sent)[9:12] != b"500"
    assert service.read_errors() == ""
