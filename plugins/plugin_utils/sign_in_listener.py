# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Waits on the loopback redirect URI for the response to an authorization request (RFC 8252 section 7.3)."""

from __future__ import annotations

import errno
import queue
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler
from socketserver import ThreadingTCPServer
from typing import Any
from urllib.parse import urlsplit

from ..module_utils._errors import AuthorizationDeniedError, BeyondIdentityError, ForeignResponseError, StateError
from ..module_utils._oauth.authorization_request import AuthorizationRequest
from ..module_utils._oauth.authorization_response import parse_code
from ..module_utils._text import sanitize_for_display
from .listen_address import ListenAddress, parse_listen_address
from .sign_in_page import FOREIGN_RESPONSE, HEADERS, NOT_FOUND, SIGNED_IN, render_denied

_CLIENT_SECONDS = 10.0  # a client that sends nothing is dropped after this time; other clients are served during it
_REMINDER_SECONDS = 60
_SIGNAL_SECONDS = 0.5  # Python handles a signal that arrives just before a wait only after the wait

Outcome = str | BeyondIdentityError  # a code, or why there will be none


class SignInListener:
    """Listens on a redirect URI from its creation on. As a context manager it always frees the port.

    Attributes:
        redirect_uri: the redirect URI to send in the request. If the given URI had port 0, it has the actual port.

    Raises:
        OptionError: the redirect URI is not a loopback address over http.
        StateError: the port is in use or needs administrator rights, or no address of the host exists on this machine.
    """

    def __init__(self, redirect_uri: str) -> None:
        wanted = parse_listen_address(redirect_uri)
        self._outcomes: queue.Queue[Outcome] = queue.Queue()
        self._request: AuthorizationRequest | None = None
        self._stack = ExitStack()
        try:
            port = self._bind(wanted)
        except BaseException:
            self._stack.close()
            raise
        self.address = ListenAddress(wanted.host, port, wanted.path)
        with_port = urlsplit(redirect_uri)._replace(netloc=self.address.netloc).geturl()
        self.redirect_uri = with_port if wanted.port == 0 else redirect_uri

    def __enter__(self) -> SignInListener:
        return self

    def __exit__(self, *_error: object) -> None:
        self._stack.close()

    def _bind(self, wanted: ListenAddress) -> int:
        """Listen on each address of the host that exists on this machine, and return the port."""
        port, missing = wanted.port, []
        for ip_address in wanted.ip_addresses:
            try:
                server = self._stack.enter_context(_serve(self, ip_address, port))
            except _MissingAddressError as error:  # ::1 on a machine without IPv6
                missing.append(error)
            else:
                port = server.server_address[1]
        if len(missing) == len(wanted.ip_addresses):
            raise missing[0]
        return port

    def expect(self, request: AuthorizationRequest) -> None:
        """Accept responses to this request from now on. Call it before the URL is displayed: a response may arrive at once."""
        self._request = request

    def wait(self, seconds: int, say: Callable[[str], None]) -> str:
        """Return the code of the first response that belongs to the request. `say` displays a reminder each minute.

        Raises:
            AuthorizationDeniedError: the authorization server issues no code.
            StateError: no response arrived within these seconds.
        """
        began = time.monotonic()
        deadline, reminder = began + seconds, began + _REMINDER_SECONDS
        while (remaining := deadline - time.monotonic()) > 0:
            try:
                outcome = self._outcomes.get(timeout=min(remaining, _SIGNAL_SECONDS))
            except queue.Empty:
                if time.monotonic() >= reminder and remaining > 1:
                    reminder += _REMINDER_SECONDS
                    say(f"Still waiting for the sign-in, {format_duration(remaining)} left.")
                continue
            if isinstance(outcome, BeyondIdentityError):
                raise outcome
            return outcome
        raise StateError(
            f"No user signed in within {seconds} s.",
            "Run the task again, or increase wait_timeout. If the browser showed an error about the redirect URI, add "
            f"{self.redirect_uri} to the application's redirect URIs.",
        )

    def judge(self, query: str) -> tuple[int, bytes, Outcome | None]:
        """Return the status and page for a response at the right path, and the outcome if the response ends the wait."""
        request = self._request
        if request is None:
            return 400, FOREIGN_RESPONSE, None
        try:
            code = parse_code(query, state=request.state, issuer=request.issuer, scopes=request.scopes)
        except ForeignResponseError:
            return 400, FOREIGN_RESPONSE, None
        except AuthorizationDeniedError as error:
            return 200, render_denied(error.message), error
        return 200, SIGNED_IN, code

    def end(self, outcome: Outcome) -> None:
        """End the wait. The first outcome counts."""
        self._outcomes.put(outcome)


class _Handler(BaseHTTPRequestHandler):
    """Responds to one client. It never redirects, and never repeats what it received."""

    listener: SignInListener
    timeout = _CLIENT_SECONDS
    server_version = "ansible"
    sys_version = ""

    def do_GET(self) -> None:
        """Handle an authorization response, or any other request to the port."""
        address = self.listener.address
        hosts = self.headers.get_all("Host", [])
        if len(hosts) != 1 or hosts[0].lower() not in address.host_headers:
            self._send(400, NOT_FOUND)
            return
        path, _mark, query = self.path.partition("?")
        if path != address.path:
            self._send(404, NOT_FOUND)
            return
        status, body, outcome = self.listener.judge(query)
        try:
            self._send(status, body)
        finally:
            if outcome is not None:  # last, because the playbook continues and closes the port
                self.listener.end(outcome)

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Respond to methods other than GET, and to requests that are not HTTP."""
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
        """Log nothing: the request line contains the code."""


class _Server(ThreadingTCPServer):  # an HTTPServer would look up its own address's name, maybe by DNS
    daemon_threads = True
    block_on_close = False
    request_queue_size = (
        128  # Linux drops connections beyond the queue, and the default of 5 lets silent clients delay the browser
    )
    allow_reuse_address = True  # a closed connection in TIME_WAIT must not block the port
    allow_reuse_port = False  # no other process of this user may receive responses on the same port

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Ignore it: a client that disconnects does not matter."""


class _Server6(_Server):
    address_family = socket.AF_INET6

    def server_bind(self) -> None:
        self.socket.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        super().server_bind()


@contextmanager
def _serve(listener: SignInListener, ip_address: str, port: int) -> Iterator[_Server]:
    handler = type("Handler", (_Handler,), {"listener": listener})
    try:
        server = (_Server6 if ":" in ip_address else _Server)((ip_address, port), handler)
    except OSError as error:
        raise _explain(error, ip_address, port) from None
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _MissingAddressError(StateError):
    """An address that does not exist on this machine."""


def _explain(error: OSError, ip_address: str, port: int) -> StateError:
    if error.errno == errno.EADDRINUSE:
        return StateError(
            f"Port {port} at {ip_address} is in use.",
            f"To find the program, run: ss -ltnp 'sport = :{port}'. Stop the program, or use another redirect URI "
            "that is registered for the application. If the task runs for several hosts, set run_once: only one host can listen.",
        )
    if error.errno == errno.EACCES:
        return StateError(
            f"Port {port} at {ip_address} needs administrator rights.", "Use a redirect URI with a port above 1023."
        )
    if error.errno in (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT):
        return _MissingAddressError(
            f"The address {ip_address} does not exist on this machine.",
            "Use a redirect URI that is registered for the application, with an address that exists: 127.0.0.1 or [::1].",
        )
    reason = sanitize_for_display(error.strerror or type(error).__name__, 80)
    return StateError(
        f"Cannot listen at {ip_address}, port {port}: {reason}.",
        "Use another redirect URI that is registered for the application, or paste the response.",
    )


def format_duration(seconds: float) -> str:
    """Return minutes and seconds, for a message."""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}:{rest:02}"
