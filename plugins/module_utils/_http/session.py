# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The one place that sends HTTP.

It follows no redirect, reads no `~/.netrc`, sends nothing unencrypted except to loopback, accepts at most
`response.BODY_LIMIT` bytes, and takes at most `timeout` seconds for a request.
"""

from __future__ import annotations

import base64
import logging
import os
import sys
import time
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from functools import lru_cache
from typing import Any

from .._errors import MalformedResponseError, OptionError, TransportError
from .._masking import remember_secrets
from .._predicted import refuse_predicted
from . import libraries
from .certificates import refuse_damaged_authorities, select_authorities
from .clock import ServerTime
from .connection_errors import build_slow_response_error, to_transport_error
from .connection_pool import abandon_connections, get_adapter
from .deadline import DeadlineExceededError, run_within
from .error_causes import Exchange
from .proxy import select_proxies
from .response import Response, read_body
from .retry import RetryPolicy
from .settings import HttpSettings
from .urls import get_origin

USER_AGENT = "ansible-beyondidentity.management"

# urllib3 would write full URLs to ansible.log, and a warning of its own for each unverified request.
logging.getLogger("urllib3").addHandler(logging.NullHandler())
logging.getLogger("urllib3").propagate = False


def _refuse_predicted(url: str, headers: Mapping[str, str], body: bytes | None) -> None:
    """Raise `OptionError` for a request with an ID or credential that check mode predicted: the service has none such."""
    sent = [url, *headers.values(), (body or b"").decode("utf-8", "replace")]
    scheme, _blank, value = headers.get("Authorization", "").partition(" ")
    if scheme == "Basic":
        sent.append(base64.b64decode(value).decode("latin-1"))
    refuse_predicted("The request", sent)


def _prepare(method: str, url: str, headers: dict[str, str], body: bytes | None) -> Any:
    """Return a request that knows no ~/.netrc and no cookies. Sent by itself, it follows no redirect."""
    prepared = libraries.requests.PreparedRequest()
    prepared.prepare_method(method)
    prepared.url = _prepare_url(url)
    prepared.prepare_headers({"User-Agent": USER_AGENT, "Accept": "application/json", **headers})
    prepared.prepare_body(body, files=None)
    return prepared


@lru_cache(maxsize=16)  # a loop sends many requests to one URL
def _prepare_url(url: str) -> str:
    """Return a URL as requests sends it."""
    prepared = libraries.requests.PreparedRequest()
    prepared.prepare_url(url, None)
    return str(prepared.url)


@contextmanager
def _silence_urllib3() -> Iterator[None]:
    """Ignore a warning for each unverified request: `validate_certs: false` has a warning of its own."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", libraries.urllib3.exceptions.HTTPWarning)
        yield


class HttpSession:
    """Sends requests through this process's kept-alive connections.

    Attributes:
        requests: the number of requests that were sent.
        server_time: what the last response says about the time; `None` without a response.
    """

    def __init__(self, settings: HttpSettings, environ: Mapping[str, str] | None = None) -> None:
        if libraries.IMPORT_ERROR:
            raise OptionError(
                "The Python library requests is missing.",
                f"Install it for the Python that runs this task: {sys.executable} -m pip install requests",
            )
        self.settings = settings
        self.environ = os.environ if environ is None else environ
        self.requests = 0
        self.server_time: ServerTime | None = None

    def send(
        self,
        method: str,
        url: str,
        *,
        action: str,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
        repeatable: bool | None = None,
    ) -> Response:
        """Send a request, repeat it if that cannot do harm, and return the response, of any status.

        Args:
            action: what the request does, for messages: "Requesting a token from https://...".
            repeatable: whether it is harmless if the server carries the request out twice; by default for each method
                but POST. A request that is not repeatable is sent again only after a 429 or if no connection was made.
        """
        _refuse_predicted(url, headers or {}, body)
        repeatable = method != "POST" if repeatable is None else repeatable
        remember_secrets(value.partition(" ")[2] for name, value in (headers or {}).items() if name == "Authorization")
        policy = RetryPolicy(self.settings.retries, self.settings.retry_max_wait, repeatable=repeatable)
        while True:
            try:
                response = self._send_once(method, url, action, dict(headers or {}), body)
            except TransportError as error:
                if not policy.wait_after_error(error):
                    raise
            else:
                if not policy.wait_after_response(response):
                    return response

    def _send_once(self, method: str, url: str, action: str, headers: dict[str, str], body: bytes | None) -> Response:
        self.requests += 1
        sent_at = time.time()
        with _silence_urllib3() if not self.settings.validate_certs else nullcontext():
            try:
                response = run_within(self.settings.timeout, lambda: self._exchange(method, url, action, headers, body))
            except DeadlineExceededError:
                abandon_connections()
                raise build_slow_response_error(Exchange(action, get_origin(url), self.settings.timeout)) from None
        self.server_time = ServerTime(response.headers.get("Date"), sent_at, time.time())
        if 300 <= response.status < 400:
            raise MalformedResponseError(
                f"{action}: {get_origin(url)} responded with a redirect (HTTP {response.status}). "
                "Redirects are refused to protect credentials.",
                "Check issuer and api_url.",
            )
        return response

    def _exchange(self, method: str, url: str, action: str, headers: dict[str, str], body: bytes | None) -> Response:
        settings = self.settings
        deadline = time.monotonic() + settings.timeout
        proxies: dict[str, str] = {}
        verify: bool | str = True
        try:
            proxies = select_proxies(url, settings, self.environ)
            verify = select_authorities(settings, self.environ)
            response = get_adapter(settings, verify).send(
                _prepare(method, url, headers, body),
                timeout=settings.timeout,
                stream=True,
                proxies=proxies,
                verify=verify,
                cert=(settings.client_cert, settings.client_key)
                if settings.client_cert and settings.client_key
                else settings.client_cert,
            )
            with response:
                # urllib3 before 2.0 would accept a truncated response
                response.raw.enforce_content_length = True
                return Response(response.status_code, response.headers, read_body(response, action, deadline))
        except (
            libraries.requests.RequestException,
            libraries.urllib3.exceptions.HTTPError,
            OSError,
            ValueError,
        ) as error:
            if verify and isinstance(verify, str):
                refuse_damaged_authorities(settings, self.environ)
            proxy = get_origin(proxies["https"]) if proxies else ""
            exchange = Exchange(action, get_origin(url), settings.timeout, proxy, bool(settings.client_cert))
            raise to_transport_error(error, exchange) from None
