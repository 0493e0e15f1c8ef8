# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What went wrong on the way to a server, and whether the request may have got there."""

from __future__ import annotations

from typing import Any

from .errors import TransportError
from .libraries import requests, urllib3


def explained(error: Exception, what: str, where: str, timeout: int) -> TransportError:
    """One clear message for a connection fault; exceptions' own texts may hold URLs and proxy passwords."""
    made = not _never_connected(error)
    if isinstance(error, requests.exceptions.SSLError) or "SSLError" in type(getattr(error, "reason", None)).__name__:
        return TransportError(
            f"{what}: TLS with {where} failed: {_tls_reason(error)}.",
            "Is the certificate of an authority that this machine trusts, and for this host name? ca_path names a CA file of your own.",
            permanent=True,
        )
    if isinstance(error, (requests.exceptions.InvalidURL, urllib3.exceptions.LocationParseError)):
        return TransportError(
            f"{what}: {where} can't be reached.", "No host has such a name.", sent=False, permanent=True
        )
    if _is_proxys(error):
        return TransportError(
            f"{what}: the proxy on the way to {where} could not be used.",
            "Check proxy or HTTPS_PROXY, and NO_PROXY.",
            sent=False,
        )
    if isinstance(error, (requests.Timeout, TimeoutError)):
        if made:
            return TransportError(
                f"{what}: {where} gave no complete answer within {timeout} seconds.",
                "The server or the network is slow; timeout is how long to wait.",
            )
        return TransportError(
            f"{what}: no connection to {where} within {timeout} seconds.",
            "Is the host name right, and may this machine reach it?",
            sent=False,
        )
    if not made:
        return TransportError(
            f"{what}: {where} can't be reached{_reason(error)}.",
            "Is the host name right, is the server up, and may this machine reach it (proxy, firewall)?",
            sent=False,
        )
    return TransportError(f"{what}: the connection to {where} broke off before the answer was complete.")


def _is_proxys(error: Exception) -> bool:
    """Whether the proxy itself could not be used. What breaks behind it, once the tunnel stands, is no such fault."""
    if isinstance(error, requests.exceptions.InvalidSchema):  # SOCKS without PySocks
        return True
    reason = getattr(error.args[0] if error.args else None, "reason", None)
    cause = getattr(reason, "original_error", None)
    behind = isinstance(cause, (ConnectionError, TimeoutError)) and not isinstance(cause, ConnectionRefusedError)
    return isinstance(error, requests.exceptions.ProxyError) and not behind


def _never_connected(error: Exception) -> bool:
    reason: Any = error
    while reason is not None:
        if isinstance(
            reason,
            (
                requests.exceptions.ConnectTimeout,
                urllib3.exceptions.NewConnectionError,
                urllib3.exceptions.ConnectTimeoutError,
            ),
        ):
            return True
        arguments = [argument for argument in getattr(reason, "args", ()) if isinstance(argument, Exception)]
        reason = (
            getattr(reason, "reason", None)
            if isinstance(getattr(reason, "reason", None), Exception)
            else (arguments[0] if arguments else None)
        )
    return False


def _reason(error: Exception) -> str:
    """The system's own reason, where it is one that helps."""
    text = str(error)
    for sign, meaning in (
        ("Name or service not known", "its name is not known"),
        ("nodename nor servname", "its name is not known"),
        ("No address associated", "its name is not known"),
        ("name resolution", "its name can't be looked up"),
        ("onnection refused", "the connection was refused"),
        ("unreachable", "there is no way to it"),
        ("No route to host", "there is no way to it"),
    ):
        if sign in text:
            return f" ({meaning})"
    return ""


def _tls_reason(error: Exception) -> str:
    text = str(error)
    for sign, meaning in (
        ("self-signed", "the certificate is signed by an authority that is not trusted"),
        ("self signed", "the certificate is signed by an authority that is not trusted"),
        ("unable to get local issuer", "the certificate is signed by an authority that is not trusted"),
        ("certificate has expired", "the certificate has expired"),
        ("doesn't match", "the certificate is for another host name"),
        ("IP address mismatch", "the certificate is for another address"),
        ("Hostname mismatch", "the certificate is for another host name"),
        ("CERTIFICATE_REQUIRED", "the server asks for a client certificate"),
        ("WRONG_VERSION_NUMBER", "the server does not speak TLS there"),
    ):
        if sign in text:
            return meaning
    return "the handshake did not succeed"
