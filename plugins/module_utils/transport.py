# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The one place that sends HTTP.

No redirect is followed, no ``~/.netrc`` is read, nothing is sent in clear except to this machine,
no answer may be larger than :data:`BODY_LIMIT` or take longer than ``timeout`` in all.
"""

from __future__ import annotations

import json
import logging
import os
import sys
import threading
import time
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit
from urllib.request import proxy_bypass_environment  # type: ignore[attr-defined]  # typeshed leaves it out

from .errors import MalformedResponseError, OptionError, TransportError
from .faults import explained
from .libraries import IMPORT_ERROR, requests, urllib3
from .retry import RETRY_STATUS, RETRY_STATUS_POST, Patience
from .text import one_line
from .urls import is_loopback, origin

BODY_LIMIT = 10 * 1024 * 1024
USER_AGENT = "ansible-beyondidentity.management"

# urllib3 would write full URLs to ansible.log, and a warning of its own for each unverified request
logging.getLogger("urllib3").addHandler(logging.NullHandler())
logging.getLogger("urllib3").propagate = False


@dataclass(frozen=True)
class Wire:
    """How to reach servers: the connection options that concern TLS, proxies, time and patience."""

    timeout: int = 30
    retries: int = 3
    retry_max_wait: int = 60
    validate_certs: bool = True
    ca_path: str | None = None
    client_cert: str | None = None
    client_key: str | None = None
    proxy: str | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        for name, least in (("timeout", 1), ("retries", 0), ("retry_max_wait", 0)):
            if getattr(self, name) < least:
                raise OptionError(f"{name} must be at least {least}, not {getattr(self, name)}.")
        for name in ("ca_path", "client_cert", "client_key"):
            _check_readable(getattr(self, name), name)
        if self.client_key and not self.client_cert:
            raise OptionError("client_key is given without client_cert.")


@dataclass(frozen=True)
class Answer:
    """A complete answer, of whatever status."""

    status: int
    headers: Mapping[str, str]
    content: bytes = field(repr=False)

    @property
    def ok(self) -> bool:
        """Whether the status is a success."""
        return 200 <= self.status < 300

    def json(self, what: str) -> dict[str, Any]:
        """The body as a JSON object."""
        try:
            body = json.loads(self.content)
        except (ValueError, RecursionError):
            body = None
        if not isinstance(body, dict):
            kind = one_line(self.headers.get("Content-Type", "no content type"), 80)
            raise MalformedResponseError(
                f"{what}: the answer (HTTP {self.status}, {kind}) is not a JSON object.",
                "Something else than Beyond Identity may have answered: check the issuer or api_url, and any proxy or gateway on the way.",
            )
        return body


class Transport:
    """Sends requests through connections that are kept alive per process."""

    def __init__(self, wire: Wire, environ: Mapping[str, str] | None = None) -> None:
        if IMPORT_ERROR:
            raise OptionError(
                "The Python library requests is missing.",
                f"Install it for the Python that runs this: {sys.executable} -m pip install requests",
            )
        self.wire = wire
        self.environ = os.environ if environ is None else environ
        self.requests = 0
        self.secrets: set[str] = set()  # credentials as they were sent

    def send(
        self,
        method: str,
        url: str,
        *,
        what: str,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
        repeatable: bool | None = None,
    ) -> Answer:
        """Send a request, again where that can't do harm, and return the answer, of whatever status.

        ``repeatable`` tells whether carrying the request out twice is harmless; without it,
        all methods but POST are. One that is not is sent again only after a 429 or where no
        connection was made.
        """
        repeatable = method != "POST" if repeatable is None else repeatable
        self.secrets.update(
            value.partition(" ")[2] for name, value in (headers or {}).items() if name == "Authorization"
        )
        patience = Patience(self.wire.retries, self.wire.retry_max_wait)
        while True:
            try:
                answer = self._once(method, url, what, dict(headers or {}), body)
            except TransportError as error:
                if (error.sent and not repeatable) or not patience.after_fault(error):
                    raise
                continue
            if answer.status not in (RETRY_STATUS if repeatable else RETRY_STATUS_POST) or not patience.after_answer(
                answer.headers
            ):
                return answer

    def _once(self, method: str, url: str, what: str, headers: dict[str, str], body: bytes | None) -> Answer:
        self.requests += 1
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", urllib3.exceptions.HTTPWarning)  # the option's own warning is enough
            answer = _within(self.wire.timeout, what, lambda: self._exchange(method, url, what, headers, body))
        if 300 <= answer.status < 400:
            raise MalformedResponseError(
                f"{what}: {origin(url)} answered with a redirect (HTTP {answer.status}), which is never followed, for it could lead a secret astray.",
                "Check the issuer or api_url.",
            )
        return answer

    def _exchange(self, method: str, url: str, what: str, headers: dict[str, str], body: bytes | None) -> Answer:
        headers = {"User-Agent": USER_AGENT, "Accept": "application/json", **headers}
        wire = self.wire
        deadline = time.monotonic() + wire.timeout
        try:
            verify = self.authorities()
            # prepared and sent by itself, a request knows neither ~/.netrc nor cookies, and no redirect is followed
            response = _adapter(wire, verify).send(
                requests.Request(method, url, headers=headers, data=body).prepare(),
                timeout=wire.timeout,
                stream=True,
                proxies=self._proxies(url),
                verify=verify,
                cert=(wire.client_cert, wire.client_key) if wire.client_key else wire.client_cert,
            )
            with response:
                response.raw.enforce_content_length = (
                    True  # urllib3 before 2.0 would take a truncated answer for a whole one
                )
                return Answer(response.status_code, response.headers, _read(response, what, deadline))
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError, ValueError) as error:
            raise explained(error, what, origin(url), wire.timeout) from None

    def authorities(self) -> bool | str:
        """Whose word a server's certificate needs: a file of authorities, true for those that requests brings along, false for nobody's."""
        if not self.wire.validate_certs:
            return False
        if self.wire.ca_path:
            return self.wire.ca_path
        for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
            path = self.environ.get(name)
            if path:
                _check_readable(path, name)
                return path
        return True

    def _proxies(self, url: str) -> dict[str, str]:
        """The proxy for this URL: the option, else the environment's, never for this machine itself."""
        host = urlsplit(url).hostname
        if is_loopback(host):
            return {}
        proxy = self.wire.proxy or self.environ.get("HTTPS_PROXY") or self.environ.get("https_proxy")
        exempt = self.environ.get("NO_PROXY") or self.environ.get("no_proxy") or ""
        if not proxy or proxy_bypass_environment(urlsplit(url).netloc, {"no": exempt}):
            return {}
        return {"https": _proxy_url(proxy)}


def _check_readable(path: str | None, name: str) -> None:
    if path and not os.access(path, os.R_OK):
        raise OptionError(
            f"{name}: '{one_line(path, 200)}' can't be read.",
            "Does the file exist where the task runs, and may its user read it?",
        )


def _proxy_url(proxy: str) -> str:
    """A proxy's URL, http where it names no scheme; or an error that does not repeat it, for it may hold a password."""
    url = proxy if "://" in proxy else f"http://{proxy}"
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https", "socks5", "socks5h") and parts.hostname and parts.port != 0
    except ValueError:
        usable = False
    if not usable:
        raise OptionError("proxy or HTTPS_PROXY is no proxy's URL.", "It must look like http://proxy.example:3128.")
    return url


_ADAPTERS: dict[tuple[int, Wire, bool | str], Any] = {}


def _adapter(wire: Wire, verify: bool | str) -> Any:
    """This process's kept-alive connections: one shared with a forked process would mix up their answers.

    What was verified in another way is not shared either: requests before 2.32 does not ask how a connection was.
    """
    key = (os.getpid(), wire, verify)
    if key not in _ADAPTERS:
        _ADAPTERS[key] = requests.adapters.HTTPAdapter()
    return _ADAPTERS[key]


def _within(seconds: float, what: str, exchange: Callable[[], Answer]) -> Answer:
    """Run an exchange within one total deadline, name look-up, handshake and slow headers included.

    It runs in a thread, because socket timeouts count from byte to byte, and a thread can be left behind.
    """
    outcome: list[Any] = []

    def work() -> None:
        try:
            outcome.append(exchange())
        except BaseException as error:  # handed over to the waiting thread, which raises it
            outcome.append(error)
        done.set()

    done = threading.Event()
    try:
        threading.Thread(target=work, daemon=True).start()
    except RuntimeError:  # there are none left, or none any more while Python 3.12.0 and 3.12.1 shut down
        return exchange()
    if not done.wait(seconds + 0.5):  # the sockets' own timeout, which knows more, comes first
        _ADAPTERS.clear()  # the thread may go on using its connection
        raise TransportError(
            f"{what}: no complete answer within {seconds} seconds.",
            "The server or the network is slow; timeout is how long to wait.",
        )
    if isinstance(outcome[0], BaseException):
        raise outcome[0]
    return outcome[0]


def _read(response: Any, what: str, deadline: float) -> bytes:
    if "," in response.headers.get("Content-Encoding", ""):  # urllib3 before 2.6 unfolds all layers of a piece at once
        raise MalformedResponseError(f"{what}: the answer is compressed more than once.")
    content = bytearray()
    for chunk in response.iter_content(65536):
        content += chunk
        if len(content) > BODY_LIMIT:
            raise MalformedResponseError(
                f"{what}: the answer is larger than {BODY_LIMIT // 1024 // 1024} MiB.",
                "That is no answer of Beyond Identity's.",
            )
        if time.monotonic() > deadline:
            raise requests.Timeout
    return bytes(content)
