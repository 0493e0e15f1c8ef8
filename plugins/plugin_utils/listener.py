# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Waits on the loopback redirect URI for the answer to an authorization request (RFC 8252 section 7.3)."""

from __future__ import annotations

import errno
import queue
import socket
import threading
import time
import webbrowser
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler
from socketserver import ThreadingTCPServer
from typing import Any
from urllib.parse import urlsplit

from ..module_utils.authorization import Authorization, DeniedError, ForgedAnswerError, code_of
from ..module_utils.errors import BeyondIdentityError, OptionError, StateError
from ..module_utils.text import one_line
from ..module_utils.urls import is_loopback
from .page import FORGED, HEADERS, NOT_FOUND, SIGNED_IN, denied
from .sockets import holder

_CLIENT_SECONDS = 10.0  # a client that sends nothing is dropped after this time; others are served meanwhile
_REMIND_SECONDS = 60
_HEED_SECONDS = 0.5  # a signal that comes just before a wait begins is heeded only when the wait ends

Event = str | BeyondIdentityError  # a code, or why there will be none


@dataclass(frozen=True)
class Place:
    """Where to listen: the literal address of the redirect URI, and the path."""

    host: str
    port: int
    path: str

    @property
    def netloc(self) -> str:
        """As it stands in a URL and in a ``Host`` header."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def place_of(redirect_uri: str) -> Place:
    """The place that a redirect URI names; only this machine's own addresses, over http, can be listened on."""
    try:
        parts = urlsplit(redirect_uri)
        port = parts.port
    except ValueError:
        parts, port = urlsplit(""), None
    host = parts.hostname or ""
    if parts.scheme != "http" or not (host in ("127.0.0.1", "::1", "localhost") and is_loopback(host)):
        raise OptionError(
            f"redirect_uri '{one_line(redirect_uri, 200)}' can't be listened on.",
            "It must be http://127.0.0.1:PORT/PATH, http://[::1]:PORT/PATH or http://localhost:PORT/PATH. "
            "For any other one paste the answer: redirect_response of the module token, or the role's method paste.",
        )
    return Place(host, 80 if port is None else port, parts.path or "/")


class Listener:
    """Listens from the moment that it is made; a context manager, which always frees the port."""

    def __init__(self, redirect_uri: str) -> None:
        wanted = place_of(redirect_uri)
        self._events: queue.Queue[Event] = queue.Queue()
        self._expected: Authorization | None = None
        self._stack = ExitStack()
        try:
            port = wanted.port
            for address in _addresses(wanted.host):
                server = self._stack.enter_context(_serving(self, address, port))
                port = server.server_address[1]
        except BaseException:
            self._stack.close()
            raise
        self.place = Place(wanted.host, port, wanted.path)
        any_port = urlsplit(redirect_uri)._replace(netloc=self.place.netloc).geturl()
        self.redirect_uri = any_port if wanted.port == 0 else redirect_uri

    def __enter__(self) -> Listener:
        return self

    def __exit__(self, *_error: object) -> None:
        self._stack.close()

    def expect(self, request: Authorization) -> None:
        """Judge answers by this request from now on: before anybody sees its URL, for the answer may come at once."""
        self._expected = request

    def wait(self, seconds: int, say: Callable[[str], None]) -> str:
        """Return the code of the first answer that belongs to the request."""
        began = time.monotonic()
        deadline, remind = began + seconds, began + _REMIND_SECONDS
        while (left := deadline - time.monotonic()) > 0:
            try:
                event = self._events.get(timeout=min(left, _HEED_SECONDS))
            except queue.Empty:
                if time.monotonic() >= remind and left > 1:
                    remind += _REMIND_SECONDS
                    say(f"Still waiting for the sign-in, {duration(left)} left.")
                continue
            if isinstance(event, BeyondIdentityError):
                raise event
            return event
        raise StateError(
            f"Nobody signed in within {seconds} seconds.", "Run it again, or give more time with wait_timeout."
        )

    def answer(self, query: str) -> tuple[int, bytes, Event | None]:
        """Judge an answer at the right path: status, page, and what it means where it ends the waiting."""
        request = self._expected
        if request is None:
            return 400, FORGED, None
        try:
            code = code_of(query, state=request.state, issuer=request.issuer)
        except ForgedAnswerError:
            return 400, FORGED, None
        except DeniedError as error:
            return 200, denied(error.message), error
        return 200, SIGNED_IN, code

    def end(self, event: Event) -> None:
        """End the waiting; the first event counts."""
        self._events.put(event)


class _Handler(BaseHTTPRequestHandler):
    """Answers one client. It never redirects, and never repeats what it was sent."""

    listener: Listener
    timeout = _CLIENT_SECONDS
    server_version = "ansible"
    sys_version = ""

    def do_GET(self) -> None:
        """An answer from the browser, or anything else that found the port."""
        place = self.listener.place
        hosts = self.headers.get_all("Host", [])
        if len(hosts) != 1 or hosts[0].lower() not in _host_headers(place):
            self._send(400, NOT_FOUND)
            return
        path, _mark, query = self.path.partition("?")
        if path != place.path:
            self._send(404, NOT_FOUND)
            return
        status, body, event = self.listener.answer(query)
        try:
            self._send(status, body)
        finally:
            if event is not None:  # only now, for the play's going on closes the port
                self.listener.end(event)

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Methods other than GET, and what is no HTTP."""
        self._send(405 if code == 501 else code, NOT_FOUND)

    def _send(self, status: int, body: bytes) -> None:
        self.send_response(status)
        for name, value in HEADERS.items():
            self.send_header(name, value)
        if status == 405:
            self.send_header("Allow", "GET")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Connection", "close")
        self.close_connection = True
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing: the request line holds the code."""


class _Server(ThreadingTCPServer):  # an HTTPServer would look up its own address's name, maybe by DNS
    daemon_threads = True
    block_on_close = False
    allow_reuse_address = True  # what hangs on after a closed connection is nobody
    allow_reuse_port = False

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Nothing: a client that went away is no concern of the play's."""


class _Server6(_Server):
    address_family = socket.AF_INET6

    def server_bind(self) -> None:
        self.socket.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        super().server_bind()


@contextmanager
def _serving(listener: Listener, address: str, port: int) -> Iterator[_Server]:
    handler = type("Handler", (_Handler,), {"listener": listener})
    try:
        server = (_Server6 if ":" in address else _Server)((address, port), handler)
    except OSError as error:
        raise _cannot_listen(error, address, port) from None
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _addresses(host: str) -> tuple[str, ...]:
    """The addresses behind a name: a browser may take either family of localhost."""
    return ("127.0.0.1", "::1") if host == "localhost" else (host,)


def _host_headers(place: Place) -> set[str]:
    bare = place.netloc.rpartition(":")[0]
    return {place.netloc, bare} if place.port == 80 else {place.netloc}


def _cannot_listen(error: OSError, address: str, port: int) -> BeyondIdentityError:
    if error.errno == errno.EADDRINUSE:
        return StateError(
            f"Port {port} at {address} is taken by {holder(port)}.",
            "End that program, or use another redirect URI that is registered for the application. "
            "Of several hosts only one can listen: use run_once.",
        )
    if error.errno == errno.EACCES:
        return StateError(
            f"Port {port} at {address} is for the administrator only.", "Use a redirect URI with a port above 1023."
        )
    return StateError(
        f"It is impossible to listen at {address}, port {port}: {one_line(error.strerror or type(error).__name__, 80)}.",
        "With the name localhost both 127.0.0.1 and ::1 are needed; a literal address needs only itself.",
    )


def duration(seconds: float) -> str:
    """Minutes and seconds for a message."""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}:{rest:02}"


def open_in_browser(url: str) -> bool:
    """Open a browser where there is a graphical one; a text browser would fight Ansible for the terminal."""
    try:
        browser = webbrowser.get()
    except webbrowser.Error:
        return False
    is_generic = isinstance(browser, webbrowser.GenericBrowser) and not isinstance(
        browser, webbrowser.BackgroundBrowser
    )
    if is_generic or not getattr(browser, "redirect_stdout", True):  # the latter is how Elinks differs
        return False
    return browser.open(url)
