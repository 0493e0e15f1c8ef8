# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Small servers for what the emulator does not do: recorded headers, cookies, broken protocols, proxies."""

from __future__ import annotations

import json
import select
import socket
import socketserver
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

Handler = Callable[[socket.socket], None]


class RawServer(socketserver.ThreadingTCPServer):
    """Calls a function for each connection, in its own thread."""

    daemon_threads = True
    block_on_close = False
    allow_reuse_address = True
    request_queue_size = 64

    def __init__(self, handle: Handler, tls: ssl.SSLContext | None = None) -> None:
        self.handle = handle
        self.tls = tls
        super().__init__(("127.0.0.1", 0), socketserver.BaseRequestHandler)

    @property
    def port(self) -> int:
        """The port that the operating system chose."""
        return int(self.server_address[1])

    def finish_request(self, request: Any, client_address: Any) -> None:
        """Serve one connection. The client may close it at any time."""
        request.settimeout(20)
        with suppress(OSError):
            self.handle(self.tls.wrap_socket(request, server_side=True) if self.tls else request)


@contextmanager
def run_raw_server(handle: Handler, tls: ssl.SSLContext | None = None) -> Iterator[RawServer]:
    """Run a server that calls `handle` for each connection."""
    with RawServer(handle, tls) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        try:
            yield server
        finally:
            server.shutdown()


@dataclass
class ReceivedRequest:
    """A request as the server received it."""

    line: str
    headers: dict[str, str]
    body: bytes


@dataclass
class RequestRecorder:
    """Records requests, and sends the next of its responses to each; the last response again and again."""

    responses: list[bytes]
    requests: list[ReceivedRequest] = field(default_factory=list)

    def __call__(self, connection: socket.socket) -> None:
        """Serve a kept-alive connection."""
        with connection.makefile("rb") as stream:
            while line := stream.readline().decode("latin-1").strip():
                headers = {}
                while header := stream.readline().decode("latin-1").strip():
                    name, _colon, value = header.partition(":")
                    headers[name.lower()] = value.strip()
                self.requests.append(ReceivedRequest(line, headers, stream.read(int(headers.get("content-length", 0)))))
                connection.sendall(self.responses[min(len(self.requests), len(self.responses)) - 1])


def build_response(body: Any, *headers: str, status: str = "200 OK") -> bytes:
    """Return the bytes of a response. A body that is not bytes is sent as JSON."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    head = [f"HTTP/1.1 {status}", "Content-Type: application/json", f"Content-Length: {len(content)}", *headers]
    return ("\r\n".join(head) + "\r\n\r\n").encode("latin-1") + content


@contextmanager
def record_requests(*responses: bytes, tls: ssl.SSLContext | None = None) -> Iterator[tuple[str, RequestRecorder]]:
    """Run a recorder; yield its URL and the recorder."""
    recorder = RequestRecorder(list(responses))
    with run_raw_server(recorder, tls) as server:
        yield f"http{'s' if tls else ''}://127.0.0.1:{server.port}", recorder


@dataclass
class ConnectProxy:
    """A proxy for CONNECT that always connects to its target; without a target it refuses."""

    target: tuple[str, int] | None
    request_lines: list[str] = field(default_factory=list)
    credentials: list[str] = field(default_factory=list)

    def __call__(self, client: socket.socket) -> None:
        """Serve one tunnel."""
        head = b""
        while b"\r\n\r\n" not in head:
            piece = client.recv(4096)
            if not piece:
                return
            head += piece
        lines = head.decode("latin-1").split("\r\n")
        self.request_lines.append(lines[0])
        self.credentials += [
            line.partition(":")[2].strip() for line in lines if line.lower().startswith("proxy-authorization:")
        ]
        if self.target is None:
            client.sendall(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")
            return
        with socket.create_connection(self.target, timeout=20) as server:
            client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
            _relay(client, server)


def _relay(client: socket.socket, server: socket.socket) -> None:
    while True:
        for source in select.select([client, server], [], [], 20)[0] or (None,):
            piece = source.recv(65536) if source else b""
            if not piece:
                return
            (server if source is client else client).sendall(piece)


def find_free_port() -> int:
    """Return a port that no server uses."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])
