# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Why a proxy could not be used. The server behind it received no request."""

from __future__ import annotations

import re
import sys
from http.client import BadStatusLine, RemoteDisconnected

from .._errors import TransportError
from . import libraries
from .connection_pool import TunnelError
from .error_causes import Exchange, find_meaning, list_causes
from .tls_errors import describe_tls_error, is_tls_error

_CREDENTIALS = "the proxy requires a valid user name and password"
_HINT = "Check the host and the port in proxy or HTTPS_PROXY, and that the proxy is running."

_STATUS = re.compile(r"Tunnel connection failed: (\d{3})")
_TRANSIENT_STATUSES = (408, 429)

_MEANINGS = (
    ("SOCKS5AuthError", _CREDENTIALS),
    ("SOCKS5Error 0x02", "the proxy does not allow the connection"),
    ("SOCKS5Error", "the proxy cannot connect to the server"),
    ("invalid data", "the proxy does not use SOCKS5"),
    ("timed out", "no response from the proxy in time"),
    ("onnection refused", "the proxy refused the connection"),
    ("Name or service not known", "unknown host name"),
    ("nodename nor servname", "unknown host name"),
    ("No address associated", "unknown host name"),
    ("name resolution", "the host name cannot be looked up"),
    ("unreachable", "no route to the proxy"),
    ("No route to host", "no route to the proxy"),
    ("onnection closed", "the proxy closed the connection"),
)


def find_proxy_error(error: Exception, exchange: Exchange, *, is_connected: bool) -> TransportError | None:
    """Return the error of a proxy, or `None` if the proxy is not the cause.

    Args:
        is_connected: whether a connection to the proxy or server was established.
    """
    if not exchange.proxy:
        return None
    if isinstance(error, libraries.requests.exceptions.InvalidSchema):
        return _build(
            exchange,
            "the Python library PySocks is missing",
            f"Install it for the Python that runs this task: {sys.executable} -m pip install PySocks",
            permanent=True,
        )
    tunnel = next((cause for cause in list_causes(error) if isinstance(cause, TunnelError)), None)
    if tunnel is not None:
        return _build_tunnel_error(tunnel, exchange)
    if _has_failed(error):
        if is_tls_error(error):
            return _build(exchange, f"TLS with the proxy failed: {describe_tls_error(error)}", permanent=True)
        return _build(exchange, _describe(error))
    return None if is_connected else _build(exchange, _describe(error))


def _has_failed(error: Exception) -> bool:
    """Whether urllib3 blames the proxy. Before version 2, it does so for each connection that broke behind the proxy."""
    for cause in list_causes(error):
        original = getattr(cause, "original_error", None)
        if isinstance(original, (ConnectionError, TimeoutError)) and not isinstance(original, ConnectionRefusedError):
            return False
    return isinstance(error, libraries.requests.exceptions.ProxyError)


def _build_tunnel_error(error: TunnelError, exchange: Exchange) -> TransportError:
    status = _STATUS.search(str(error))
    if status is None:
        cause = error.__cause__
        if isinstance(cause, TimeoutError):
            return _build(exchange, f"no response from the proxy within {exchange.timeout} seconds")
        if isinstance(cause, BadStatusLine) and not isinstance(cause, RemoteDisconnected):
            return _build(exchange, "the response of the proxy is not HTTP", permanent=True)
        return _build(exchange, "the proxy closed the connection")
    number = int(status[1])
    if number == 407:  # RFC 9110 section 15.5.8
        return _build(exchange, f"{_CREDENTIALS} (HTTP 407)", _hint_on_credentials(exchange), permanent=True)
    is_refusal = 400 <= number < 500 and number not in _TRANSIENT_STATUSES
    reason = "does not allow the connection" if is_refusal else "cannot connect to the server"
    return _build(exchange, f"the proxy {reason} (HTTP {number})", permanent=is_refusal)


def _describe(error: Exception) -> str:
    """Return why no connection was made, by the texts of PySocks and of operating systems."""
    said = " ".join(f"{type(cause).__name__} {cause}" for cause in list_causes(error))
    return find_meaning(said, _MEANINGS)


def _hint_on_credentials(exchange: Exchange) -> str:
    scheme = (exchange.proxy or "").partition("://")[0]
    return f"Set proxy or HTTPS_PROXY to {scheme}://USER:PASSWORD@HOST:PORT."


def _build(exchange: Exchange, reason: str, hint: str = "", *, permanent: bool = False) -> TransportError:
    return TransportError(
        f"{exchange.action}: cannot connect to {exchange.origin} through the proxy {exchange.proxy}"
        f"{f': {reason}' if reason else ''}.",
        hint or (_hint_on_credentials(exchange) if reason == _CREDENTIALS else _HINT),
        sent=False,
        permanent=permanent or reason == _CREDENTIALS,
    )
