# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A server that records all requests and their senders; it responds by itself, or forwards to the emulator."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import requests

Response = tuple[int, dict[str, str], bytes]
RequestHandler = Callable[["RecordedRequest"], Response]

_JSON = {"Content-Type": "application/json"}
_NOT_COPIED = {"connection", "content-length", "date", "host", "server", "transfer-encoding"}


@dataclass(frozen=True)
class RecordedRequest:
    """One request; `home` is the home folder of the process that sent it."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    home: str | None

    @property
    def authorization(self) -> str:
        """The header Authorization."""
        return self.headers.get("Authorization", "")


class Recorder:
    """A server that listens on the loopback interface while it is entered."""

    def __init__(
        self,
        answer: RequestHandler,
        on_exchange: Callable[[RecordedRequest, bytes], None] = lambda seen, body: None,
        *,
        finds_home: bool = True,
    ) -> None:
        """Listen on a free port. To find the sender's home folder needs a search of all processes for each request."""
        self.finds_home = finds_home
        self.requests: list[RecordedRequest] = []
        self._server = _server(self, answer, on_exchange)
        self.port: int = self._server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> Recorder:
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def __exit__(self, *_exception: object) -> None:
        self._server.shutdown()
        self._server.server_close()


def forward_to(url: str) -> RequestHandler:
    """Forward requests to another server, and return its responses."""
    session = requests.Session()
    session.trust_env = False

    def answer(seen: RecordedRequest) -> Response:
        headers = {name: value for name, value in seen.headers.items() if name.lower() not in _NOT_COPIED}
        given = session.request(
            seen.method, url + seen.path, headers=headers, data=seen.body, allow_redirects=False, timeout=60
        )
        return given.status_code, {"Content-Type": given.headers.get("Content-Type", "")}, given.content

    return answer


def refuse_request(_seen: RecordedRequest) -> Response:
    """Respond as a proxy that refuses all requests, or as a server that must not get any."""
    return 502, {}, b""


def json_response(status: int, document: dict[str, Any], headers: dict[str, str] | None = None) -> RequestHandler:
    """Return a handler that always gives the same response."""
    return lambda _seen: (status, {**_JSON, **(headers or {})}, json.dumps(document).encode())


def _server(
    recorder: Recorder, answer: RequestHandler, on_exchange: Callable[[RecordedRequest, bytes], None]
) -> ThreadingHTTPServer:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _handle(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            home = _home_of(self.client_address[1], self.connection.getsockname()[1]) if recorder.finds_home else None
            seen = RecordedRequest(self.command, self.path, dict(self.headers.items()), body, home)
            recorder.requests.append(seen)
            status, headers, content = answer(seen)
            on_exchange(seen, content)
            with suppress(OSError):  # the client may be gone
                self.send_response(status)
                for name, value in {**headers, "Content-Length": str(len(content))}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(content)

        do_CONNECT = do_DELETE = do_GET = do_PATCH = do_POST = do_PUT = _handle

        def log_message(self, format: str, *args: Any) -> None:
            """Print nothing."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        block_on_close = False
        request_queue_size = 256

    return Server(("127.0.0.1", 0), Handler)


def _home_of(port: int, server_port: int) -> str | None:
    """Return the home folder in the environment of the process with this connection, as the kernel tells it."""
    inode = _inode(port, server_port)
    for process in Path("/proc").iterdir() if inode else ():
        if process.name.isdigit():
            with suppress(OSError):
                if any(_link(descriptor) == f"socket:[{inode}]" for descriptor in (process / "fd").iterdir()):
                    variables = (process / "environ").read_bytes().split(b"\0")
                    return next((os.fsdecode(item[5:]) for item in variables if item.startswith(b"HOME=")), None)
    return None


def _inode(port: int, server_port: int) -> str | None:
    """Return the inode of the client's socket. Another connection, to another server, can have the same local port."""
    for line in Path("/proc/net/tcp").read_text(encoding="ascii").splitlines()[1:]:
        fields = line.split()
        ports = [int(address.rpartition(":")[2], 16) for address in fields[1:3]]
        if ports == [port, server_port] and fields[9] != "0":
            return fields[9]
    return None


def _link(path: Path) -> str:
    with suppress(OSError):
        return os.readlink(path)
    return ""
