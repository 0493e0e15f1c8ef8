# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An HTTP client that sends any bytes, also those that no correct client sends."""

from __future__ import annotations

import http.client
import json
import socket
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

TIMEOUT = 30


@dataclass(frozen=True)
class RawRequest:
    """One request as bytes; `chunked` sends the body in chunks."""

    method: bytes
    target: bytes
    headers: tuple[tuple[bytes, bytes], ...] = ()
    body: bytes = b""
    chunked: bool = False

    def encode(self) -> bytes:
        """Return all bytes of the request."""
        lines = [b"%s %s HTTP/1.1" % (self.method, self.target), b"Host: 127.0.0.1"]
        lines += [b"%s: %s" % pair for pair in self.headers]
        body = self.body
        if self.chunked:
            lines.append(b"Transfer-Encoding: chunked")
            body = b"".join(b"%x;x=y\r\n%s\r\n" % (len(part), part) for part in _halves(body)) + b"0\r\n\r\n"
        elif body or self.method not in (b"GET", b"HEAD", b"DELETE"):
            lines.append(b"Content-Length: %d" % len(body))
        return b"\r\n".join(lines) + b"\r\n\r\n" + body


def _halves(body: bytes) -> list[bytes]:
    middle = len(body) // 2
    return [part for part in (body[:middle], body[middle:]) if part]


@dataclass(frozen=True)
class RawResponse:
    """One response."""

    status: int
    headers: dict[str, str]
    content: bytes

    @property
    def is_protocol_error(self) -> bool:
        """Whether the server refused the request before it reached an endpoint."""
        closes = "server" in self.headers or self.headers.get("connection") == "close"
        return closes and self.status in (400, 413, 414, 431)

    @property
    def json(self) -> Any:
        """The content as JSON; None if it is empty."""
        if self.content and self.headers.get("content-type") != "application/json":
            raise AssertionError(f"{self} is not JSON")
        return json.loads(self.content) if self.content else None


@dataclass
class RawClient:
    """Sends requests over one connection that is kept alive."""

    url: str
    connection: socket.socket | None = None
    sent: int = field(default=0)
    """How many requests were sent."""

    def send(self, request: RawRequest) -> RawResponse:
        """Send a request and return the response."""
        self.sent += 1
        if self.connection is None:
            parts = urlsplit(self.url)
            self.connection = socket.create_connection((str(parts.hostname), int(parts.port or 80)), TIMEOUT)
            self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            self.connection.sendall(request.encode())
            response = http.client.HTTPResponse(self.connection, method=request.method.decode("latin-1"))
            response.begin()
            content = response.read()
        except (OSError, http.client.HTTPException):
            self.close()
            raise
        headers = {name.lower(): value for name, value in response.getheaders()}
        if headers.get("connection") == "close":
            self.close()
        return RawResponse(response.status, headers, content)

    def close(self) -> None:
        """Close the connection; the next request opens another one."""
        if self.connection is not None:
            self.connection.close()
            self.connection = None
