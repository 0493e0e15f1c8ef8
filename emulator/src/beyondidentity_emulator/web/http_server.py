# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An HTTP/1.1 server with keep-alive and a thread for each connection, which can delay and break responses.

werkzeug's own server closes the connection after every response, and hides the socket.
"""

from __future__ import annotations

import contextlib
import http.client
import io
import json
import socket
import socketserver
import ssl
import struct
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import unquote_to_bytes

from .errors import error_body
from .failures import format_place
from .request_body import IncompleteRequestError, InvalidRequestError, check_head, read_body, read_length

DELIVERY = "emulator.delivery"
"""The key of a Delivery in the WSGI environment."""

UNDERSCORED_HEADERS = "emulator.underscored"
"""The key of headers with underscores in their names; as CGI variables they would look like names with hyphens."""

LARGEST_DISCARDED = 64 * 1024 * 1024
LINGER_SECONDS = 2
"""How much, and how long, a client can go on sending a refused body. If the connection ended at once, the client's
system would often drop the response."""
HANDSHAKE_SECONDS = 60


@dataclass
class Delivery:
    """How to send a response; the default is without faults."""

    delay: float = 0.0
    drip: float = 0.0
    drip_part: str = "body"
    drip_size: int = 1
    truncate: int | None = None
    drop: str | None = None
    copies: int = 0
    surplus: str = ""


class Connection(BaseHTTPRequestHandler):
    """One client's connection, which passes requests to the WSGI application."""

    protocol_version = "HTTP/1.1"
    # The base class responds to a malformed request line as to HTTP/0.9, without a status.
    default_request_version = "HTTP/1.0"
    disable_nagle_algorithm = True
    server: Server

    def setup(self) -> None:
        """Finish the TLS handshake here, in the connection's own thread."""
        if isinstance(self.request, ssl.SSLSocket):
            self.request.settimeout(HANDSHAKE_SECONDS)
            self.request.do_handshake()
            self.request.settimeout(None)
        super().setup()

    def handle_one_request(self) -> None:
        """Read a request, call the application and send the response."""
        self.raw_requestline = self.rfile.readline(65537)
        if not self.raw_requestline:
            self.close_connection = True
            return
        if len(self.raw_requestline) > 65536:
            self.requestline = self.request_version = self.command = ""
            self.close_connection = True
            self.send_error(414)
            return
        if not self.parse_request():
            self.close_connection = True
            return
        try:
            check_head(self.path, self.headers)
            body = read_body(self.rfile, self.headers)
        except InvalidRequestError as error:
            self._refuse(error)
            return
        except IncompleteRequestError:
            self.close_connection = True
            return
        environ = self._build_environ(body)
        status, headers, response = _call_application(self.server.application, environ)
        self._deliver(environ.get(DELIVERY), status, headers, response)

    def log_message(self, format: str, *args: Any) -> None:
        """Log nothing: the journal has the requests."""

    def handle_expect_100(self) -> bool:
        """Do not ask for a body that will be refused."""
        try:
            read_length(self.headers)
        except InvalidRequestError:
            return True
        return super().handle_expect_100()

    def _refuse(self, error: InvalidRequestError) -> None:
        """Respond without the application, and end the connection when the client stops sending."""
        self.close_connection = True
        body = json.dumps(error_body(error.status, str(error))).encode()
        status = f"{error.status} {http.client.responses.get(error.status, 'Error')}"
        self._deliver(None, status, [("Content-Type", "application/json"), ("Content-Length", str(len(body)))], body)
        with contextlib.suppress(OSError):
            self.connection.shutdown(socket.SHUT_WR)
            self.connection.settimeout(LINGER_SECONDS)
            left = LARGEST_DISCARDED
            while left > 0 and (discarded := len(self.connection.recv(65536))):
                left -= discarded

    def _build_environ(self, body: bytes) -> dict[str, Any]:
        path, _mark, query = self.path.partition("?")
        environ: dict[str, Any] = {
            "REQUEST_METHOD": self.command,
            "SCRIPT_NAME": "",
            "PATH_INFO": unquote_to_bytes(path).decode("latin-1"),
            "QUERY_STRING": query,
            "REQUEST_URI": self.path,
            "CONTENT_LENGTH": str(len(body)),
            "SERVER_NAME": self.server.name,
            "SERVER_PORT": str(self.server.server_address[1]),
            "SERVER_PROTOCOL": self.request_version,
            "REMOTE_ADDR": self.client_address[0],
            "REMOTE_PORT": self.client_address[1],
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": self.server.scheme,
            "wsgi.input": io.BytesIO(body),
            # The body was read already, so a Transfer-Encoding must not make it look unreadable.
            "wsgi.input_terminated": True,
            "wsgi.errors": sys.stderr,
            "wsgi.multithread": True,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
        }
        environ[UNDERSCORED_HEADERS] = {name.lower(): value for name, value in self.headers.items() if "_" in name}
        if "Content-Type" in self.headers:
            environ["CONTENT_TYPE"] = self.headers["Content-Type"]
        for name, value in self.headers.items():
            key = "HTTP_" + name.upper().replace("-", "_")
            if "_" in name or key in ("HTTP_CONTENT_TYPE", "HTTP_CONTENT_LENGTH"):
                continue
            environ[key] = f"{environ[key]},{value}" if key in environ else value
        return environ

    def _deliver(self, delivery: Delivery | None, status: str, headers: Iterable[tuple[str, str]], body: bytes) -> None:
        given = list(headers)
        if "Date" not in dict(given):  # a fault can set the server's clock
            given.insert(0, ("Date", formatdate(usegmt=True)))
        lines = [f"HTTP/1.1 {status}", *(f"{name}: {value}" for name, value in given)]
        if self.close_connection:
            lines.append("Connection: close")
        head = ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")
        if self.command == "HEAD" or status[:3] in ("204", "304"):
            body = b""
        if delivery is None:
            self.wfile.write(head + body)
            return
        if delivery.delay:
            time.sleep(delivery.delay)
        if delivery.drop:
            self._hang_up(delivery.drop)
            return
        if delivery.truncate is not None:
            body = body[: delivery.truncate]
        # In one piece, so that a client cannot send its next request in between.
        self._send(delivery, head, body + (head + body) * delivery.copies + delivery.surplus.encode())
        if delivery.truncate is not None:
            self._hang_up("close")

    def _send(self, delivery: Delivery, head: bytes, body: bytes) -> None:
        if not delivery.drip:
            self.wfile.write(head + body)
            return
        slow = body
        if delivery.drip_part == "head":
            slow = head + body
        else:
            self.wfile.write(head)
        for start in range(0, len(slow), delivery.drip_size):
            if start:
                time.sleep(delivery.drip)
            self.wfile.write(slow[start : start + delivery.drip_size])

    def _hang_up(self, how: str) -> None:
        self.close_connection = True
        if how == "reset":
            # Lingering for zero seconds makes the kernel send RST instead of FIN.
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()
            return
        with contextlib.suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)


def _call_application(
    application: Callable[..., Iterable[bytes]], environ: dict[str, Any]
) -> tuple[str, list[tuple[str, str]], bytes]:
    """Call a WSGI application; return status line, headers and complete body."""
    started: list[Any] = ["500 Internal Server Error", []]

    def start_response(status: str, headers: list[tuple[str, str]], _exc_info: Any = None) -> Callable[[bytes], object]:
        started[:] = status, headers
        return io.BytesIO().write

    chunks = application(environ, start_response)
    try:
        body = b"".join(chunks)
    finally:
        close = getattr(chunks, "close", None)
        if close is not None:
            close()
    return started[0], started[1], body


class Server(socketserver.ThreadingMixIn, socketserver.TCPServer):
    """A server with a thread for each connection."""

    daemon_threads = True
    block_on_close = False
    allow_reuse_address = True
    request_queue_size = 1024

    def __init__(
        self,
        application: Callable[..., Iterable[bytes]],
        port: int = 0,
        tls: ssl.SSLContext | None = None,
        address: str = "127.0.0.1",
        name: str | None = None,
        family: socket.AddressFamily = socket.AF_INET,
    ) -> None:
        """Listen on an address; `name` is the host in the URL."""
        self.application = application
        self.tls = tls
        self.name = name or address
        self.address_family = family
        super().__init__((address, port), Connection)

    @property
    def scheme(self) -> str:
        """Return the URL scheme."""
        return "https" if self.tls else "http"

    @property
    def url(self) -> str:
        """Return the server's base URL."""
        host = f"[{self.name}]" if ":" in self.name else self.name
        return f"{self.scheme}://{host}:{self.server_address[1]}"

    def get_request(self) -> tuple[socket.socket, Any]:
        """Accept a connection; its thread does the handshake."""
        connection, address = super().get_request()
        if self.tls:
            connection = self.tls.wrap_socket(connection, server_side=True, do_handshake_on_connect=False)
        return connection, address

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Ignore errors of clients that disconnected; print the place of all others."""
        error = sys.exc_info()[1]
        if not isinstance(error, OSError):
            print(format_place(error), file=sys.stderr, end="", flush=True)
