# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The listener for the answer to an authorization request, over real sockets."""

from __future__ import annotations

import os
import re
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlencode

import pytest
import requests

from ansible_collections.beyondidentity.management.plugins.module_utils._errors import OptionError, StateError
from ansible_collections.beyondidentity.management.plugins.module_utils._oauth.authorization_request import (
    AuthorizationRequest,
)
from ansible_collections.beyondidentity.management.plugins.module_utils._oauth.authorization_response import (
    AuthorizationDeniedError,
)
from ansible_collections.beyondidentity.management.plugins.plugin_utils import sign_in_listener as module
from ansible_collections.beyondidentity.management.plugins.plugin_utils.sign_in_listener import (
    ListenAddress,
    SignInListener,
    parse_listen_address,
)
from tests.support.desk import free_port, get, is_free

STATE = "state-of-this-sign-in"
ISSUER = "https://auth-us.beyondidentity.com/v1/tenants/t/realms/r/applications/a"
GOOD = {"code": "good-code", "state": STATE}
MARKER = "marker-of-the-test"
SECONDS = 30


class Waiting:
    """A listener that waits, on a thread, for the answer to one request."""

    def __init__(
        self, stack: ExitStack, redirect_uri: str = "http://127.0.0.1:0/callback", seconds: int = SECONDS
    ) -> None:
        self.listener = stack.enter_context(SignInListener(redirect_uri))
        self.uri = self.listener.redirect_uri
        self.said: list[str] = []
        request = AuthorizationRequest(
            url="", state=STATE, nonce="n", code_verifier="v", code_challenge="c", redirect_uri=self.uri,
            scopes=(), issuer=ISSUER, client_id="client",
        )  # fmt: skip
        self.threads = ThreadPoolExecutor(1)
        self.listener.expect(request)
        self.outcome: Future[str] = self.threads.submit(self.listener.wait, seconds, self.said.append)
        self.threads.shutdown(wait=False)

    def answer(self, **parameters: str) -> requests.Response:
        """Send the browser back."""
        return get(f"{self.uri}?{urlencode(parameters)}")

    def code(self) -> str:
        """What the waiting ended with."""
        return self.outcome.result(SECONDS)

    def connect(self) -> socket.socket:
        """A connection of our own."""
        return socket.create_connection((self.listener.place.host, self.listener.place.port), timeout=SECONDS)

    def send(self, data: bytes) -> bytes:
        """Send this, and nothing more; return the answer."""
        with self.connect() as connection:
            connection.sendall(data)
            connection.shutdown(socket.SHUT_WR)
            return b"".join(iter(lambda: connection.recv(65536), b""))


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as opened:
        yield opened


@pytest.fixture
def waiting(stack: ExitStack) -> Waiting:
    return Waiting(stack)


PLACES = {
    "http://127.0.0.1:8400/callback": ListenAddress("127.0.0.1", 8400, "/callback"),
    "http://[::1]:8400/callback": ListenAddress("::1", 8400, "/callback"),
    "http://localhost:8400/callback": ListenAddress("localhost", 8400, "/callback"),
    "HTTP://LOCALHOST:8400/Call": ListenAddress("localhost", 8400, "/Call"),
    "http://127.0.0.1:0/": ListenAddress("127.0.0.1", 0, "/"),
    "http://127.0.0.1:8400": ListenAddress("127.0.0.1", 8400, "/"),
    "http://127.0.0.1/callback": ListenAddress("127.0.0.1", 80, "/callback"),
    "http://127.0.0.1:8400/callback?registered=1": ListenAddress("127.0.0.1", 8400, "/callback"),
}


@pytest.mark.parametrize(("uri", "place"), PLACES.items(), ids=PLACES)
def test_it_listens_where_the_redirect_uri_says(uri, place):
    assert parse_listen_address(uri) == place


NOT_OURS = (
    "https://127.0.0.1:8400/callback",
    "http://example.com:8400/callback",
    "http://0.0.0.0:8400/callback",
    "http://[::]:8400/callback",
    "http://127.0.0.2:8400/callback",
    "http://127.0.0.1.example.com:8400/callback",
    "http://127.0.0.1@example.com:8400/callback",
    "http://localhost.example.com:8400/callback",
    "http://2130706433:8400/callback",
    "http://127.0.0.1:99999/callback",
    "http://127.0.0.1:port/callback",
    "http://[::1:8400/callback",
    "com.example.app:/callback",
    "127.0.0.1:8400/callback",
    "",
)


@pytest.mark.parametrize("uri", NOT_OURS)
def test_it_listens_nowhere_else_and_says_what_to_do(uri):
    with pytest.raises(OptionError, match=r"can't be listened on.*http://127\.0\.0\.1:PORT/PATH.*method paste"):
        SignInListener(uri)


@pytest.mark.parametrize("iss", [{}, {"iss": ISSUER}], ids=["without iss", "right iss"])
def test_the_answer_brings_the_code(waiting, iss):
    answer = waiting.call_with_status(**GOOD, **iss)
    assert answer.status_code == 200
    assert "You are signed in" in answer.text
    assert waiting.code() == "good-code"


# What does not belong to the request: it is not used, and the waiting goes on.
FOREIGN = {
    "forged state": {"code": MARKER, "state": STATE + "x"},
    "no state": {"code": MARKER},
    "empty state": {"code": MARKER, "state": ""},
    "state of another alphabet": {"code": MARKER, "state": "\u2603"},
    "foreign issuer": {**GOOD, "code": MARKER, "iss": "https://evil.example"},
    "issuer with a slash more": {**GOOD, "code": MARKER, "iss": ISSUER + "/"},
    "empty issuer": {**GOOD, "code": MARKER, "iss": ""},
    "neither code nor error": {"state": STATE, "other": MARKER},
    "empty code": {"state": STATE, "code": ""},
    "forged error": {"error": "access_denied", "error_description": MARKER, "state": "x"},
    "error of a foreign issuer": {"error": "access_denied", "state": STATE, "iss": "https://evil.example"},
    "nothing": {},
}


@pytest.mark.parametrize("parameters", FOREIGN.values(), ids=FOREIGN)
def test_what_is_not_the_answer_is_refused_and_the_waiting_goes_on(waiting, parameters):
    answer = waiting.call_with_status(**parameters)
    assert answer.status_code == 400
    assert "This answer is not the expected one" in answer.text
    assert_nothing_repeated(answer)
    assert not waiting.outcome.done()
    assert waiting.call_with_status(**GOOD).status_code == 200
    assert waiting.code() == "good-code"


@pytest.mark.parametrize("name", ["state", "code", "iss", "error"])
def test_nothing_may_be_named_twice(waiting, name):
    query = urlencode({**GOOD, "iss": ISSUER})
    twice = {"state": STATE, "code": "good-code", "iss": ISSUER, "error": ""}[name]
    more = urlencode([(name, twice)] * (2 if name == "error" else 1))
    assert get(f"{waiting.uri}?{query}&{more}").status_code == 400
    assert not waiting.outcome.done()


def test_a_refusal_ends_it_with_the_servers_words_escaped(waiting):
    said = f"<b>{MARKER}</b> & more"
    answer = waiting.call_with_status(error="access_denied", error_description=said, state=STATE)
    assert answer.status_code == 200
    assert "You are not signed in" in answer.text
    assert f"&lt;b&gt;{MARKER}&lt;/b&gt; &amp; more" in answer.text and "<b>" not in answer.text
    with pytest.raises(
        AuthorizationDeniedError, match=f"access_denied: <b>{MARKER}</b> & more.*refused, or may not use"
    ):
        waiting.code()


def test_of_two_answers_the_first_counts(waiting):
    waiting.call_with_status(**GOOD)
    waiting.call_with_status(error="access_denied", state=STATE)
    waiting.call_with_status(**{**GOOD, "code": "second"})
    assert waiting.code() == "good-code"


ELSEWHERE = ("/", "/favicon.ico", "/callback/", "/Callback", "/callback/x", "/callback;x", "/%63allback", "*")


@pytest.mark.parametrize("path", ELSEWHERE)
def test_other_paths_are_not_there(waiting, path):
    host = waiting.listener.place.netloc
    answer = waiting.send(f"GET {path}?{urlencode(GOOD)}&x={MARKER} HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
    assert re.match(rb"HTTP/1\.[01] 404 ", answer)
    assert MARKER.encode() not in answer and b"good-code" not in answer
    assert not waiting.outcome.done()


@pytest.mark.parametrize("method", ["POST", "HEAD", "PUT", "DELETE", "OPTIONS", "PATCH", "CONNECT", "FOO"])
def test_other_methods_are_not_allowed(waiting, method):
    target = f"/callback?{urlencode(GOOD)}&x={MARKER}"
    host = waiting.listener.place.netloc
    answer = waiting.send(f"{method} {target} HTTP/1.1\r\nHost: {host}\r\nContent-Length: 0\r\n\r\n".encode())
    head, _blank, body = answer.partition(b"\r\n\r\n")
    assert re.match(rb"HTTP/1\.[01] 405 ", head)
    assert b"\r\nAllow: GET\r\n" in head
    assert MARKER.encode() not in answer and b"good-code" not in answer
    assert bool(body) == (method != "HEAD")
    assert not waiting.outcome.done()


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1", "127.0.0.1:1", "localhost:{port}", "[::1]:{port}", "", None]
)
def test_a_foreign_host_is_refused(waiting, host):
    """Else a page elsewhere, whose name leads here, could read what is answered (DNS rebinding)."""
    named = "" if host is None else f"Host: {host.format(port=waiting.listener.place.port)}\r\n"
    answer = waiting.send(f"GET /callback?{urlencode(GOOD)} HTTP/1.1\r\n{named}\r\n".encode())
    assert re.match(rb"HTTP/1\.[01] 400 ", answer)
    assert not waiting.outcome.done()


def test_two_hosts_are_one_too_many(waiting):
    host = waiting.listener.place.netloc
    head = f"GET /callback?{urlencode(GOOD)} HTTP/1.1\r\nHost: {host}\r\nHost: evil.example\r\n\r\n"
    assert re.match(rb"HTTP/1\.[01] 400 ", waiting.send(head.encode()))
    assert not waiting.outcome.done()


GARBAGE = {
    "nothing": b"",
    "blank lines": b"\r\n\r\n\r\n",
    "words": b"hello there, who are you\r\n\r\n",
    "bytes": bytes(range(256)) * 4 + b"\r\n\r\n",
    "TLS": bytes.fromhex("16030100c8010000c40303") + os.urandom(180),
    "HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "HTTP/0.9": b"GET /callback?code=x\r\n",
    "an absolute address": b"GET http://127.0.0.1/callback HTTP/1.1\r\nHost: x\r\n\r\n",
    "a long line": b"GET /callback?" + b"x" * 70_000 + b" HTTP/1.1\r\n\r\n",
    "a long header": b"GET /callback HTTP/1.1\r\nX: " + b"x" * 70_000 + b"\r\n\r\n",
    "many headers": b"GET /callback HTTP/1.1\r\n" + b"X: y\r\n" * 300 + b"\r\n",
    "many parameters": b"GET /callback?" + b"a=b&" * 5_000 + b" HTTP/1.1\r\nHost: {host}\r\n\r\n",
    "half a request": b"GET /callback HTTP/1.1\r\nHost: 127.0",
    "not UTF-8": b"GET /callback?state=%ff%fe&code=\xff HTTP/1.1\r\nHost: {host}\r\n\r\n",
}


@pytest.mark.parametrize("data", GARBAGE.values(), ids=GARBAGE)
def test_garbage_is_harmless(waiting, data, capfd):
    answer = waiting.send(data.replace(b"{host}", waiting.listener.place.netloc.encode()))
    assert not re.match(rb"HTTP/1\.[01] [23]", answer)
    assert not waiting.outcome.done()
    assert waiting.call_with_status(**GOOD).status_code == 200
    assert waiting.code() == "good-code"
    assert capfd.readouterr() == ("", ""), "nothing is printed of what clients send"


def test_silent_and_slow_clients_keep_nobody_waiting(waiting):
    with ExitStack() as clients:
        for _number in range(20):
            clients.enter_context(waiting.connect())
        slow = clients.enter_context(waiting.connect())
        slow.sendall(b"GET /callback?state=")
        reset = waiting.connect()
        reset.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")
        reset.close()
        assert waiting.call_with_status(**GOOD).status_code == 200
        assert waiting.code() == "good-code"
        waiting.listener.__exit__(None, None, None)
        assert is_free(waiting.listener.place.port)


def test_a_slow_client_is_served(waiting):
    request = f"GET /callback?{urlencode(GOOD)} HTTP/1.1\r\nHost: {waiting.listener.place.netloc}\r\n\r\n".encode()
    with waiting.connect() as slow:
        for byte in request:
            slow.sendall(bytes([byte]))
        assert slow.recv(20).startswith(b"HTTP/1.0 200 ")
    assert waiting.code() == "good-code"


def test_a_silent_client_is_dropped(monkeypatch, waiting):
    monkeypatch.setattr(module._Handler, "timeout", 0.2)
    with waiting.connect() as silent:
        assert silent.recv(1) == b"", "closed, long before our own patience ends"


def test_it_says_what_time_is_left(monkeypatch, stack):
    monkeypatch.setattr(module, "_REMIND_SECONDS", 0.05)
    monkeypatch.setattr(module, "_HEED_SECONDS", 0.01)
    waiting = Waiting(stack, seconds=100)
    while not waiting.said:
        threading.Event().wait(0.01)
    assert re.fullmatch(r"Still waiting for the sign-in, 1:(39|40) left\.", waiting.said[0])
    waiting.call_with_status(**GOOD)
    assert waiting.code() == "good-code"


def test_it_ends_in_time_and_a_late_answer_finds_nobody(stack):
    with ExitStack() as own:
        waiting = Waiting(own, seconds=1)
        with pytest.raises(StateError, match=r"Nobody signed in within 1 seconds\. .*wait_timeout"):
            waiting.code()
    with pytest.raises(requests.ConnectionError):
        waiting.call_with_status(**GOOD)


def test_an_answer_before_the_request_is_none(stack):
    listener = stack.enter_context(SignInListener("http://127.0.0.1:0/callback"))
    assert get(f"{listener.redirect_uri}?{urlencode(GOOD)}").status_code == 400


@pytest.mark.parametrize(
    ("written", "host"),
    [
        *(("127.0.0.1:0", "127.0.0.1"), ("127.0.0.1:00", "127.0.0.1"), ("[::1]:0", "[::1]")),
        *(("localhost:0", "localhost"), ("LocalHost:0", "localhost")),
    ],
)
def test_port_zero_is_any_free_one(stack, written, host):
    waiting = Waiting(stack, f"http://{written}/callback")
    port = waiting.listener.place.port
    assert port > 1023
    assert waiting.uri == f"http://{host}:{port}/callback"
    answer = waiting.call_with_status(**GOOD)
    assert answer.status_code == 200
    assert waiting.code() == "good-code"


@pytest.mark.parametrize(
    ("host", "reached"),
    [("127.0.0.1", {"127.0.0.1"}), ("[::1]", {"::1"}), ("localhost", {"127.0.0.1", "::1"})],
)
def test_it_binds_the_literal_address_and_no_other(stack, host, reached):
    waiting = Waiting(stack, f"http://{host}:0/callback")
    assert {address for address in ("127.0.0.1", "::1", "127.0.0.2") if _answers(address, waiting)} == reached


def _answers(address: str, waiting: Waiting) -> bool:
    try:
        socket.create_connection((address, waiting.listener.place.port), timeout=5).close()
    except OSError:
        return False
    return True


@pytest.mark.parametrize("family", ["127.0.0.1", "::1"])
def test_localhost_needs_both_families(family):
    with socket.socket(socket.AF_INET6 if ":" in family else socket.AF_INET) as other:
        other.bind((family, 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(StateError, match=rf"Port {port} at {re.escape(family)} is taken by "):
            SignInListener(f"http://localhost:{port}/callback")
        free = "::1" if family == "127.0.0.1" else "127.0.0.1"
        assert is_free(port, free), "what was bound of the two is given back"


def test_a_port_that_is_taken_names_its_holder():
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(
            StateError, match=rf"Port {port} .* is taken by \S+ \(process {os.getpid()} of \w+\)\. End that program"
        ):
            SignInListener(f"http://127.0.0.1:{port}/callback")


def test_what_a_program_calls_itself_is_harmless():
    name = Path("/proc/self/comm").read_text(encoding="utf-8")
    try:
        Path("/proc/self/comm").write_text("\x1b[31mx", encoding="utf-8")
        with socket.socket() as other:
            other.bind(("127.0.0.1", 0))
            other.listen()
            assert holder(other.getsockname()[1]).startswith("[31mx (process ")
    finally:
        Path("/proc/self/comm").write_text(name, encoding="utf-8")


def test_it_asks_no_name_server(monkeypatch, stack):
    monkeypatch.setattr(socket, "getfqdn", lambda *_arguments: pytest.fail("a name was looked up"))
    waiting = Waiting(stack)
    assert waiting.call_with_status(**GOOD).status_code == 200


def test_nobody_can_listen_beside_it(waiting):
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        with pytest.raises(OSError, match="in use"):
            other.bind(("127.0.0.1", waiting.listener.place.port))


@pytest.mark.parametrize("error", [None, RuntimeError, KeyboardInterrupt, SystemExit])
def test_the_port_is_freed_whatever_happens(error):
    port = free_port()
    uri = f"http://127.0.0.1:{port}/callback"
    try:
        with SignInListener(uri):
            assert not is_free(port)
            get(uri)
            if error:
                raise error
    except (RuntimeError, KeyboardInterrupt, SystemExit):
        pass
    assert is_free(port)
    SignInListener(uri).__exit__(None, None, None)


def assert_nothing_repeated(answer: requests.Response) -> None:
    """It does not repeat what it was sent, and does not redirect."""
    assert MARKER not in answer.text and MARKER not in str(answer.headers)
    assert "Location" not in answer.headers and not 300 <= answer.status_code < 400
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
