# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The listener for the response to an authorization request, over real sockets."""

from __future__ import annotations

import errno
import os
import re
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from urllib.parse import urlencode

import pytest
import requests

from ansible_collections.beyondidentity.management.plugins.module_utils._errors import (
    AuthorizationDeniedError,
    OptionError,
    StateError,
)
from ansible_collections.beyondidentity.management.plugins.module_utils._oauth.authorization_request import (
    AuthorizationRequest,
)
from ansible_collections.beyondidentity.management.plugins.plugin_utils import sign_in_listener as module
from ansible_collections.beyondidentity.management.plugins.plugin_utils.listen_address import (
    ListenAddress,
    parse_listen_address,
)
from ansible_collections.beyondidentity.management.plugins.plugin_utils.sign_in_listener import (
    SignInListener,
    format_duration,
)
from tests.support.sign_in_application import free_port, get, is_free

STATE = "state-of-this-sign-in"
ISSUER = "https://auth-us.beyondidentity.com/v1/tenants/t/realms/r/applications/a"
GOOD = {"code": "good-code", "state": STATE}
MARKER = "marker-of-the-test"
SECONDS = 60  # a guard against hanging


class WaitingListener:
    """A listener that waits, in a thread, for the response to one request."""

    def __init__(
        self, stack: ExitStack, redirect_uri: str = "http://127.0.0.1:0/callback", seconds: int = SECONDS
    ) -> None:
        self.listener = stack.enter_context(SignInListener(redirect_uri))
        self.uri = self.listener.redirect_uri
        self.shown: list[str] = []
        request = AuthorizationRequest(
            url="", state=STATE, nonce="n", code_verifier="v", code_challenge="c", redirect_uri=self.uri,
            scopes=(), issuer=ISSUER, client_id="client",
        )  # fmt: skip
        self.listener.expect(request)
        threads = ThreadPoolExecutor(1)
        self.outcome: Future[str] = threads.submit(self.listener.wait, seconds, self.shown.append)
        threads.shutdown(wait=False)

    @property
    def address(self) -> ListenAddress:
        """Where the listener listens."""
        return self.listener.address

    def respond(self, **parameters: str) -> requests.Response:
        """Send an authorization response, as a browser does. Return the page."""
        return get(f"{self.uri}?{urlencode(parameters)}")

    def get_code(self) -> str:
        """Wait for the end of the wait, and return its code."""
        return self.outcome.result(SECONDS)

    def connect(self) -> socket.socket:
        """Return a connection."""
        return socket.create_connection((self.address.host, self.address.port), timeout=SECONDS)

    def send(self, data: bytes) -> bytes:
        """Send this and nothing more. Return everything that is received."""
        with self.connect() as connection:
            connection.sendall(data)
            connection.shutdown(socket.SHUT_WR)
            return b"".join(iter(lambda: connection.recv(65536), b""))


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as opened:
        yield opened


@pytest.fixture
def waiting(stack: ExitStack) -> WaitingListener:
    return WaitingListener(stack)


ADDRESSES = {
    "http://127.0.0.1:8400/callback": ListenAddress("127.0.0.1", 8400, "/callback"),
    "http://[::1]:8400/callback": ListenAddress("::1", 8400, "/callback"),
    "http://localhost:8400/callback": ListenAddress("localhost", 8400, "/callback"),
    "HTTP://LOCALHOST:8400/Call": ListenAddress("localhost", 8400, "/Call"),
    "http://127.0.0.1:0/": ListenAddress("127.0.0.1", 0, "/"),
    "http://127.0.0.1:8400": ListenAddress("127.0.0.1", 8400, "/"),
    "http://127.0.0.1/callback": ListenAddress("127.0.0.1", 80, "/callback"),
    "http://127.0.0.1:8400/callback?registered=1": ListenAddress("127.0.0.1", 8400, "/callback"),
}


@pytest.mark.parametrize(("uri", "address"), ADDRESSES.items(), ids=ADDRESSES)
def test_the_listen_address_is_the_literal_host_port_and_path(uri: str, address: ListenAddress) -> None:
    assert parse_listen_address(uri) == address


# Redirect URIs that are allowed, but do not name this machine.
IMPOSSIBLE_URIS = (
    "https://127.0.0.1:8400/callback",
    "http://127.0.0.2:8400/callback",
    "com.example.app:/callback",
)


@pytest.mark.parametrize("uri", IMPOSSIBLE_URIS)
def test_any_other_redirect_uri_is_an_error_that_says_what_to_do(uri: str) -> None:
    with pytest.raises(OptionError, match=r"Cannot listen at redirect_uri.*http://127\.0\.0\.1:PORT/PATH.*paste"):
        SignInListener(uri)


@pytest.mark.parametrize("iss", [{}, {"iss": ISSUER}], ids=["without iss", "right iss"])
def test_the_response_to_the_request_ends_the_wait_with_its_code(waiting: WaitingListener, iss: dict[str, str]) -> None:
    page = waiting.respond(**GOOD, **iss)
    assert page.status_code == 200
    assert "Sign-in complete" in page.text
    assert waiting.get_code() == "good-code"


# Responses that do not belong to the request.
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
def test_a_foreign_response_is_refused_and_the_wait_continues(
    waiting: WaitingListener, parameters: dict[str, str]
) -> None:
    page = waiting.respond(**parameters)
    assert page.status_code == 400
    assert "Unexpected response" in page.text
    assert_nothing_repeated(page)
    assert not waiting.outcome.done()
    assert waiting.respond(**GOOD).status_code == 200
    assert waiting.get_code() == "good-code"


@pytest.mark.parametrize("name", ["state", "code", "iss", "error"])
def test_a_response_with_a_parameter_twice_is_refused(waiting: WaitingListener, name: str) -> None:
    query = urlencode({**GOOD, "iss": ISSUER})
    twice = {"state": STATE, "code": "good-code", "iss": ISSUER, "error": ""}[name]
    more = urlencode([(name, twice)] * (2 if name == "error" else 1))
    assert get(f"{waiting.uri}?{query}&{more}").status_code == 400
    assert not waiting.outcome.done()


def test_a_denial_ends_the_wait_and_its_text_is_escaped(waiting: WaitingListener) -> None:
    text = f"<b>{MARKER}</b> & more"
    page = waiting.respond(error="access_denied", error_description=text, state=STATE)
    assert page.status_code == 200
    assert "Sign-in failed" in page.text
    assert f"&lt;b&gt;{MARKER}&lt;/b&gt; &amp; more" in page.text and "<b>" not in page.text
    with pytest.raises(AuthorizationDeniedError, match=f"access_denied: <b>{MARKER}</b> & more.*user refused"):
        waiting.get_code()


def test_of_several_responses_the_first_counts(waiting: WaitingListener) -> None:
    waiting.respond(**GOOD)
    waiting.respond(error="access_denied", state=STATE)
    waiting.respond(**{**GOOD, "code": "second"})
    assert waiting.get_code() == "good-code"


OTHER_PATHS = ("/", "/favicon.ico", "/callback/", "/Callback", "/callback/x", "/callback;x", "/%63allback", "*")


@pytest.mark.parametrize("path", OTHER_PATHS)
def test_another_path_is_not_found(waiting: WaitingListener, path: str) -> None:
    host = waiting.address.netloc
    response = waiting.send(f"GET {path}?{urlencode(GOOD)}&x={MARKER} HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
    assert re.match(rb"HTTP/1\.[01] 404 ", response)
    assert MARKER.encode() not in response and b"good-code" not in response
    assert not waiting.outcome.done()


@pytest.mark.parametrize("method", ["POST", "HEAD", "PUT", "DELETE", "OPTIONS", "PATCH", "CONNECT", "FOO"])
def test_another_method_is_not_allowed(waiting: WaitingListener, method: str) -> None:
    target = f"/callback?{urlencode(GOOD)}&x={MARKER}"
    host = waiting.address.netloc
    response = waiting.send(f"{method} {target} HTTP/1.1\r\nHost: {host}\r\nContent-Length: 0\r\n\r\n".encode())
    head, _blank, body = response.partition(b"\r\n\r\n")
    assert re.match(rb"HTTP/1\.[01] 405 ", head)
    assert b"\r\nAllow: GET\r\n" in head
    assert MARKER.encode() not in response and b"good-code" not in response
    assert bool(body) == (method != "HEAD")
    assert not waiting.outcome.done()


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1", "127.0.0.1:1", "localhost:{port}", "[::1]:{port}", "", None]
)
def test_a_request_with_a_foreign_host_is_refused(waiting: WaitingListener, host: str | None) -> None:
    """A page of another site, whose name resolves to this machine, must not read a response (DNS rebinding)."""
    header = "" if host is None else f"Host: {host.format(port=waiting.address.port)}\r\n"
    response = waiting.send(f"GET /callback?{urlencode(GOOD)} HTTP/1.1\r\n{header}\r\n".encode())
    assert re.match(rb"HTTP/1\.[01] 400 ", response)
    assert not waiting.outcome.done()


def test_a_request_with_two_hosts_is_refused(waiting: WaitingListener) -> None:
    host = waiting.address.netloc
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
def test_garbage_is_refused_printed_nowhere_and_does_not_end_the_wait(
    waiting: WaitingListener, data: bytes, capfd: pytest.CaptureFixture[str]
) -> None:
    response = waiting.send(data.replace(b"{host}", waiting.address.netloc.encode()))
    assert not re.match(rb"HTTP/1\.[01] [23]", response)
    assert not waiting.outcome.done()
    assert waiting.respond(**GOOD).status_code == 200
    assert waiting.get_code() == "good-code"
    assert capfd.readouterr() == ("", "")


def test_silent_clients_delay_neither_the_response_nor_the_end(waiting: WaitingListener) -> None:
    with ExitStack() as clients:
        for _number in range(20):
            clients.enter_context(waiting.connect())
        incomplete = clients.enter_context(waiting.connect())
        incomplete.sendall(b"GET /callback?state=")
        reset = waiting.connect()
        reset.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")
        reset.close()
        assert waiting.respond(**GOOD).status_code == 200
        assert waiting.get_code() == "good-code"
        waiting.listener.__exit__(None, None, None)
        assert is_free(waiting.address.port)


def test_a_request_that_arrives_byte_by_byte_is_served(waiting: WaitingListener) -> None:
    request = f"GET /callback?{urlencode(GOOD)} HTTP/1.1\r\nHost: {waiting.address.netloc}\r\n\r\n".encode()
    with waiting.connect() as client:
        for byte in request:
            client.sendall(bytes([byte]))
        assert client.recv(20).startswith(b"HTTP/1.0 200 ")
    assert waiting.get_code() == "good-code"


def test_a_silent_client_is_disconnected(monkeypatch: pytest.MonkeyPatch, waiting: WaitingListener) -> None:
    monkeypatch.setattr(module._Handler, "timeout", 0.2)
    with waiting.connect() as client:
        assert client.recv(1) == b""


def test_a_reminder_shows_the_remaining_time(monkeypatch: pytest.MonkeyPatch, stack: ExitStack) -> None:
    monkeypatch.setattr(module, "_REMINDER_SECONDS", 0.05)
    monkeypatch.setattr(module, "_SIGNAL_SECONDS", 0.01)
    reminded = threading.Event()
    monkeypatch.setattr(module, "format_duration", lambda _seconds: reminded.set() or "1:40")
    waiting = WaitingListener(stack, seconds=100)
    assert reminded.wait(SECONDS)
    waiting.respond(**GOOD)
    assert waiting.get_code() == "good-code"
    assert waiting.shown[0] == "Still waiting for the sign-in, 1:40 left."


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.4, "0:00"), (5, "0:05"), (59.6, "1:00"), (125, "2:05"), (3600, "60:00")]
)
def test_a_duration_is_minutes_and_seconds(seconds: float, text: str) -> None:
    assert format_duration(seconds) == text


def test_after_the_timeout_the_port_is_closed(stack: ExitStack) -> None:
    with ExitStack() as own:
        waiting = WaitingListener(own, seconds=1)
        with pytest.raises(StateError, match=r"No user signed in within 1 s\. .*wait_timeout"):
            waiting.get_code()
    with pytest.raises(requests.ConnectionError):
        waiting.respond(**GOOD)


def test_a_response_before_any_request_is_refused(stack: ExitStack) -> None:
    listener = stack.enter_context(SignInListener("http://127.0.0.1:0/callback"))
    assert get(f"{listener.redirect_uri}?{urlencode(GOOD)}").status_code == 400


@pytest.mark.parametrize(
    ("given", "host"),
    [
        *(("127.0.0.1:0", "127.0.0.1"), ("127.0.0.1:00", "127.0.0.1"), ("[::1]:0", "[::1]")),
        *(("localhost:0", "localhost"), ("LocalHost:0", "localhost")),
    ],
)
def test_port_zero_is_replaced_by_a_free_port(stack: ExitStack, given: str, host: str) -> None:
    waiting = WaitingListener(stack, f"http://{given}/callback")
    port = waiting.address.port
    assert port > 1023
    assert waiting.uri == f"http://{host}:{port}/callback"
    assert waiting.respond(**GOOD).status_code == 200
    assert waiting.get_code() == "good-code"


@pytest.mark.parametrize(
    ("host", "reachable"),
    [("127.0.0.1", {"127.0.0.1"}), ("[::1]", {"::1"}), ("localhost", {"127.0.0.1", "::1"})],
)
def test_only_the_literal_address_is_bound(stack: ExitStack, host: str, reachable: set[str]) -> None:
    port = WaitingListener(stack, f"http://{host}:0/callback").address.port
    assert {address for address in ("127.0.0.1", "::1", "127.0.0.2") if is_reachable(address, port)} == reachable


def is_reachable(address: str, port: int) -> bool:
    """Return whether a connection is possible."""
    try:
        socket.create_connection((address, port), timeout=SECONDS).close()
    except OSError:
        return False
    return True


@pytest.mark.parametrize("used", ["127.0.0.1", "::1"])
def test_localhost_needs_the_port_at_both_addresses(used: str) -> None:
    with socket.socket(socket.AF_INET6 if ":" in used else socket.AF_INET) as other:
        other.bind((used, 0))
        other.listen()
        port = other.getsockname()[1]
        message = rf"Port {port} at {re.escape(used)} is in use\. .*ss -ltnp 'sport = :{port}'.*run_once"
        with pytest.raises(StateError, match=message):
            SignInListener(f"http://localhost:{port}/callback")
        free = "::1" if used == "127.0.0.1" else "127.0.0.1"
        assert is_free(port, free), "the other address is released"


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (OSError(errno.EACCES, "Permission denied"), "Port 80 at 127.0.0.1 needs administrator rights. .*above 1023"),
        (OSError(errno.EADDRNOTAVAIL, "Cannot assign"), r"127.0.0.1 does not exist on this machine\. .*\[::1\]"),
        (OSError(errno.ENOBUFS, "No buffer\x1b[31m"), r"Cannot listen at 127.0.0.1, port 80: No buffer \["),
        (OSError(), "Cannot listen at 127.0.0.1, port 80: OSError"),
    ],
)
def test_an_error_of_the_socket_is_one_message(error: OSError, message: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_arguments: object) -> None:
        raise error

    monkeypatch.setattr(module, "_Server", fail)
    with pytest.raises(StateError, match=message):
        SignInListener("http://127.0.0.1/callback")


@pytest.mark.parametrize("number", [errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT])
@pytest.mark.parametrize(("missing", "existing"), [("_Server6", "127.0.0.1"), ("_Server", "::1")])
def test_localhost_is_one_address_if_the_other_does_not_exist(
    stack: ExitStack, missing: str, existing: str, number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_arguments: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(module, missing, fail)
    waiting = WaitingListener(stack, "http://localhost:0/callback")
    port = waiting.address.port
    assert {address for address in ("127.0.0.1", "::1") if is_reachable(address, port)} == {existing}
    netloc = f"[{existing}]:{port}" if ":" in existing else f"{existing}:{port}"
    assert get(f"http://{netloc}/callback?{urlencode(GOOD)}", Host=waiting.address.netloc).status_code == 200
    assert waiting.get_code() == "good-code"
    monkeypatch.setattr(module, "_Server6" if missing == "_Server" else "_Server", fail)
    with pytest.raises(StateError, match="does not exist on this machine"):
        SignInListener("http://localhost:0/callback")


def test_no_name_is_looked_up(monkeypatch: pytest.MonkeyPatch, stack: ExitStack) -> None:
    monkeypatch.setattr(socket, "getfqdn", lambda *_arguments: pytest.fail("a name was looked up"))
    assert WaitingListener(stack).respond(**GOOD).status_code == 200


def test_no_other_process_can_listen_on_the_same_port(waiting: WaitingListener) -> None:
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        with pytest.raises(OSError, match="in use"):
            other.bind(("127.0.0.1", waiting.address.port))


@pytest.mark.parametrize("error", [None, RuntimeError, KeyboardInterrupt, SystemExit])
def test_the_port_is_released_after_any_exception(error: type[BaseException] | None) -> None:
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


def assert_nothing_repeated(page: requests.Response) -> None:
    """Check that a page neither repeats the request nor redirects, and has the security headers."""
    assert MARKER not in page.text and MARKER not in str(page.headers)
    assert "Location" not in page.headers and not 300 <= page.status_code < 400
    assert page.headers["Cache-Control"] == "no-store"
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
