# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Why no complete response was received, and whether the server may have received the request."""

from __future__ import annotations

from .._errors import OTHER_SERVER_HINT, TransportError
from . import libraries
from .error_causes import Exchange, find_meaning, list_causes
from .proxy_errors import find_proxy_error
from .tls_errors import build_tls_error, is_tls_error

# What the texts of operating systems mean, by a part of the text.
_NOT_ACCEPTED = "The server might not accept client_cert."
_UNKNOWN_NAME, _NO_LOOKUP = "unknown host name", "the host name cannot be looked up"
_REFUSED, _NO_ROUTE = "connection refused", "no route to the host"
_CONNECTION_MEANINGS = (
    ("Name or service not known", _UNKNOWN_NAME),
    ("nodename nor servname", _UNKNOWN_NAME),
    ("No address associated", _UNKNOWN_NAME),
    ("name resolution", _NO_LOOKUP),
    ("onnection refused", _REFUSED),
    ("unreachable", _NO_ROUTE),
    ("No route to host", _NO_ROUTE),
)
_CONNECTION_HINTS = {
    _UNKNOWN_NAME: (
        "Check the host name in issuer, auth_url and api_url. If only a proxy can look names up in your network, set proxy."
    ),
    _NO_LOOKUP: (
        "Check the name server (DNS) of this machine. If only a proxy can look names up in your network, set proxy."
    ),
    _REFUSED: "Check the host and the port in issuer, auth_url and api_url, and that the server is running.",
    _NO_ROUTE: "Check the network of this machine. If your network requires a proxy, set proxy.",
}

# What classes and texts of http.client and urllib3 mean. An empty meaning stands for a connection that broke.
_PROTOCOL_MEANINGS = (
    ("BadStatusLine", "the response is not HTTP"),
    ("UnknownProtocol", "the response has an unknown version of HTTP"),
    ("got length b''", ""),  # urllib3 before 2.0
    ("IncompleteRead", ""),
    ("LineTooLong", "the response has a header that is too long"),
    ("got more than", "the response has too many headers"),
    ("Content-Length", "the response has contradictory lengths"),
    ("InvalidHeader", "the response has an invalid header"),
    ("InvalidChunkLength", "the response has an invalid chunk"),
    ("DecodeError", "the response cannot be decompressed"),
    ("ContentDecodingError", "the response cannot be decompressed"),
)


def build_slow_response_error(exchange: Exchange) -> TransportError:
    """Return the error for a response that is not complete in time."""
    return TransportError(
        f"{exchange.action}: no complete response from {exchange.origin} within {exchange.timeout} seconds.",
        "The server or the network is slow. To wait longer, increase timeout.",
    )


def to_transport_error(error: Exception, exchange: Exchange) -> TransportError:
    """Return one clear message for an error of requests, urllib3 or a socket.

    The message does not repeat the error's own text, which may contain a URL or a proxy's password.
    """
    if isinstance(
        error, (libraries.requests.exceptions.InvalidURL, libraries.urllib3.exceptions.LocationParseError)
    ) and not isinstance(error, libraries.requests.exceptions.InvalidProxyURL):
        return TransportError(
            f"{exchange.action}: cannot connect to {exchange.origin}.",
            "The host name is not valid. Check it in issuer, auth_url and api_url.",
            sent=False,
            permanent=True,
        )
    is_connected = _is_connected(error)
    proxy_error = find_proxy_error(error, exchange, is_connected=is_connected)
    if proxy_error:
        return proxy_error
    if is_tls_error(error):
        return build_tls_error(error, exchange)
    return _build_response_error(error, exchange) if is_connected else _build_connection_error(error, exchange)


def _build_response_error(error: Exception, exchange: Exchange) -> TransportError:
    """Return the error for an established connection without a complete and valid response."""
    if _is_timeout(error):
        return build_slow_response_error(exchange)
    reason = _find_protocol_reason(error)
    if reason:
        return TransportError(
            f"{exchange.action}: {reason} ({exchange.origin}).",
            OTHER_SERVER_HINT,
            permanent=True,
        )
    return TransportError(
        f"{exchange.action}: the connection to {exchange.origin} closed before the response was complete.",
        # With TLS 1.3, the client may send its request before the server refuses the certificate.
        f"{_NOT_ACCEPTED if exchange.has_client_certificate else ''} Run again. If it fails again, check the network and the server.".strip(),
    )


def _build_connection_error(error: Exception, exchange: Exchange) -> TransportError:
    if _is_timeout(error):
        return TransportError(
            f"{exchange.action}: no connection to {exchange.origin} within {exchange.timeout} seconds.",
            "Check the host name, and that this machine can reach the server (proxy, firewall).",
            sent=False,
        )
    reason = find_meaning(str(error), _CONNECTION_MEANINGS)
    return TransportError(
        f"{exchange.action}: cannot connect to {exchange.origin}{f' ({reason})' if reason else ''}.",
        _CONNECTION_HINTS.get(
            reason,
            "Check the host name, that the server is running, and that this machine can reach the server (proxy, firewall).",
        ),
        sent=False,
    )


def _is_timeout(error: Exception) -> bool:
    timeouts = (libraries.requests.Timeout, libraries.urllib3.exceptions.ReadTimeoutError, TimeoutError)
    return any(isinstance(cause, timeouts) for cause in list_causes(error))


def _find_protocol_reason(error: Exception) -> str:
    """Return how a response breaks the protocol, or an empty text for a connection that broke."""
    texts = (f"{type(cause).__name__} {cause}" for cause in list_causes(error))
    return next(filter(None, (find_meaning(text, _PROTOCOL_MEANINGS) for text in texts)), "")


def _is_connected(error: Exception) -> bool:
    never = (
        libraries.requests.exceptions.ConnectTimeout,
        libraries.urllib3.exceptions.NewConnectionError,
        libraries.urllib3.exceptions.ConnectTimeoutError,
    )
    return not any(isinstance(cause, never) for cause in list_causes(error))
