# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Why no complete response was received, and whether the server may have received the request."""

from __future__ import annotations

from collections.abc import Iterator

from .._errors import TransportError
from . import libraries

# What the texts of operating systems, OpenSSL and urllib3 mean, by a part of the text.
_CONNECTION_REASONS = (
    ("Name or service not known", "unknown host name"),
    ("nodename nor servname", "unknown host name"),
    ("No address associated", "unknown host name"),
    ("name resolution", "the host name cannot be looked up"),
    ("onnection refused", "connection refused"),
    ("unreachable", "no route to the host"),
    ("No route to host", "no route to the host"),
)
_TLS_REASONS = (
    ("self-signed", "the certificate's authority is not trusted"),
    ("self signed", "the certificate's authority is not trusted"),
    ("unable to get local issuer", "the certificate's authority is not trusted"),
    ("certificate has expired", "the certificate has expired"),
    ("doesn't match", "the certificate is for another host name"),
    ("IP address mismatch", "the certificate is for another address"),
    ("Hostname mismatch", "the certificate is for another host name"),
    ("CERTIFICATE_REQUIRED", "the server requires a client certificate: client_cert"),
    ("ALERT_UNKNOWN_CA", "the server does not trust the authority of client_cert"),
    ("alert unknown ca", "the server does not trust the authority of client_cert"),
    ("ALERT_BAD_CERTIFICATE", "the server does not accept client_cert"),
    ("ALERT_CERTIFICATE_UNKNOWN", "the server does not accept client_cert"),
    ("ALERT_CERTIFICATE_EXPIRED", "client_cert has expired"),
    ("EOF occurred", "the server ended the handshake, as it does if it does not accept client_cert, or requires one"),
    ("WRONG_VERSION_NUMBER", "the server does not use TLS on this port"),
)


# What a server sends that is not HTTP as RFC 9112 defines it, by a part of the exception's name or text.
_PROTOCOL_REASONS = (
    ("BadStatusLine", "the response is not HTTP"),
    ("IncompleteRead", ""),  # the connection broke
    ("LineTooLong", "the response has a header that is too long"),
    ("got more than", "the response has too many headers"),
    ("Content-Length", "the response has contradictory lengths"),
    ("InvalidHeader", "the response has an invalid header"),
    ("InvalidChunkLength", "the response has an invalid chunk"),
    ("DecodeError", "the response cannot be decompressed"),
    ("ContentDecodingError", "the response cannot be decompressed"),
)
_CLIENT_CERTIFICATE_HINT = "Check client_cert, and which authorities the server accepts client certificates of."


def build_slow_response_error(action: str, origin: str, timeout: int) -> TransportError:
    """Return the error for a response that is not complete after `timeout` seconds."""
    return TransportError(
        f"{action}: no complete response from {origin} within {timeout} seconds.",
        "The server or the network is slow. To wait longer, increase timeout.",
    )


def to_transport_error(error: Exception, action: str, origin: str, timeout: int, proxy: str = "") -> TransportError:
    """Return one clear message for an error of requests, urllib3 or a socket.

    The message does not repeat the error's own text, which may contain a URL or a proxy's password.

    Args:
        action: what the request does.
        origin: the server's scheme, host and port.
        timeout: the seconds that the request could take.
        proxy: the origin of the proxy, if any.
    """
    exceptions = libraries.requests.exceptions
    if _is_tls_error(error):
        return _build_tls_error(error, action, origin)
    if isinstance(error, (exceptions.InvalidURL, libraries.urllib3.exceptions.LocationParseError)):
        return TransportError(
            f"{action}: cannot connect to {origin}.", "The host name is not valid.", sent=False, permanent=True
        )
    if _is_proxy_error(error) or (proxy.startswith("socks") and not _is_connected(error)):
        return _build_proxy_error(error, action, origin, proxy)
    is_timeout = any(isinstance(cause, _get_timeouts()) for cause in _list_causes(error))
    if _is_connected(error):
        if is_timeout:
            return build_slow_response_error(action, origin, timeout)
        reason = _find_protocol_reason(error)
        if reason:
            return TransportError(
                f"{action}: {reason} ({origin}).",
                "Another server than Beyond Identity may have responded: check issuer and api_url, and any proxy or gateway.",
                permanent=True,
            )
        return TransportError(f"{action}: the connection to {origin} closed before the response was complete.")
    if is_timeout:
        return TransportError(
            f"{action}: no connection to {origin} within {timeout} seconds.",
            "Check the host name, and that this machine can reach the server (proxy, firewall).",
            sent=False,
        )
    reason = _find_reason(error, _CONNECTION_REASONS)
    return TransportError(
        f"{action}: cannot connect to {origin}{f' ({reason})' if reason else ''}.",
        "Check the host name, that the server is running, and that this machine can reach the server (proxy, firewall).",
        sent=False,
    )


def _build_tls_error(error: Exception, action: str, origin: str) -> TransportError:
    reason = _find_reason(error, _TLS_REASONS) or "the handshake failed"
    hint = "Check the host name and the certificate's authority. To trust an authority of your own, set ca_path."
    return TransportError(
        f"{action}: TLS with {origin} failed: {reason}.",
        _CLIENT_CERTIFICATE_HINT if "client_cert" in reason else hint,
        permanent=True,
    )


def _build_proxy_error(error: Exception, action: str, origin: str, proxy: str) -> TransportError:
    needs_login = " 407" in str(error)
    reason = ": the proxy requires other credentials (HTTP 407)" if needs_login else ""
    return TransportError(
        f"{action}: cannot use the proxy to {origin}{f' ({proxy})' if proxy else ''}{reason}.",
        "Set the proxy's user name and password in proxy or HTTPS_PROXY."
        if needs_login
        else "Check proxy or HTTPS_PROXY, and NO_PROXY.",
        sent=False,
        permanent=needs_login,
    )


def _get_timeouts() -> tuple[type[Exception], ...]:
    return (libraries.requests.Timeout, libraries.urllib3.exceptions.ReadTimeoutError, TimeoutError)


def _find_protocol_reason(error: Exception) -> str:
    """Return how a response breaks the protocol, or an empty text for a connection that broke."""
    for cause in _list_causes(error):
        reason = _find_reason(f"{type(cause).__name__} {cause}", _PROTOCOL_REASONS)
        if reason:
            return reason
    return ""


def _is_tls_error(error: Exception) -> bool:
    return any("SSLError" in type(cause).__name__ for cause in _list_causes(error))


def _is_proxy_error(error: Exception) -> bool:
    """Whether the proxy itself failed. An error behind the proxy, once the tunnel is open, does not count."""
    exceptions = libraries.requests.exceptions
    if isinstance(error, exceptions.InvalidSchema):  # SOCKS without PySocks
        return True
    reason = getattr(error.args[0] if error.args else None, "reason", None)
    cause = getattr(reason, "original_error", None)
    is_behind = isinstance(cause, (ConnectionError, TimeoutError)) and not isinstance(cause, ConnectionRefusedError)
    return isinstance(error, exceptions.ProxyError) and not is_behind


def _is_connected(error: Exception) -> bool:
    never = (
        libraries.requests.exceptions.ConnectTimeout,
        libraries.urllib3.exceptions.NewConnectionError,
        libraries.urllib3.exceptions.ConnectTimeoutError,
    )
    return not any(isinstance(cause, never) for cause in _list_causes(error))


def _list_causes(error: Exception) -> Iterator[Exception]:
    """Yield an error and those inside it: requests and urllib3 wrap errors as `reason` or as first argument."""
    cause: object = error
    while isinstance(cause, Exception):
        yield cause
        reason = getattr(cause, "reason", None)
        wrapped = [argument for argument in cause.args if isinstance(argument, Exception)]
        cause = reason if isinstance(reason, Exception) else next(iter(wrapped), None)


def _find_reason(error: Exception | str, reasons: tuple[tuple[str, str], ...]) -> str:
    text = str(error)
    return next((meaning for part, meaning in reasons if part in text), "")
