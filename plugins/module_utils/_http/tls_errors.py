# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Why TLS with a server or a proxy failed."""

from __future__ import annotations

from .._errors import TransportError
from .error_causes import Exchange, find_meaning, list_causes

_NOT_ACCEPTED = "the server does not accept client_cert"
_NOT_TRUSTED = "the certificate's authority is not trusted"
_NOTHING_IN_COMMON = "the server and this machine have no version or cipher of TLS in common"

_MEANINGS = (
    ("self-signed", _NOT_TRUSTED),
    ("self signed", _NOT_TRUSTED),
    ("unable to get local issuer", _NOT_TRUSTED),
    ("certificate has expired", "the certificate has expired"),
    ("certificate is not yet valid", "the certificate is not valid yet, or this machine's clock is wrong"),
    ("doesn't match", "the certificate is for another host name"),
    ("IP address mismatch", "the certificate is for another address"),
    ("Hostname mismatch", "the certificate is for another host name"),
    ("too weak", "the certificate is too weak for OpenSSL on this machine"),
    ("CERTIFICATE_REQUIRED", "the server requires a client certificate: client_cert"),
    ("ALERT_UNKNOWN_CA", "the server does not trust the authority that issued client_cert"),
    ("ALERT_CERTIFICATE_EXPIRED", "client_cert has expired"),
    ("ALERT_CERTIFICATE_REVOKED", "client_cert is revoked"),
    ("ALERT_BAD_CERTIFICATE", _NOT_ACCEPTED),
    ("ALERT_CERTIFICATE_UNKNOWN", _NOT_ACCEPTED),
    ("ALERT_UNSUPPORTED_CERTIFICATE", _NOT_ACCEPTED),
    ("ALERT_ACCESS_DENIED", _NOT_ACCEPTED),
    ("UNRECOGNIZED_NAME", "the server does not know the host name"),
    ("UNSUPPORTED_PROTOCOL", _NOTHING_IN_COMMON),
    ("ALERT_PROTOCOL_VERSION", _NOTHING_IN_COMMON),
    ("ALERT_INSUFFICIENT_SECURITY", _NOTHING_IN_COMMON),
    (
        "ALERT_HANDSHAKE_FAILURE",
        "the server refused the handshake without a reason",
    ),
    ("WRONG_VERSION_NUMBER", "the server does not use TLS on this port"),
    ("only use HTTP and not HTTPS", "the server does not use TLS on this port"),
)
_END = "EOF occurred"

_HINT = "Check the host name and the certificate's authority. To trust an authority of your own, set ca_path."
_CERTIFICATE_HINT = "Set client_cert to a valid certificate of an authority that the server accepts."


def is_tls_error(error: BaseException) -> bool:
    """Whether TLS failed. The classes of requests, urllib3 and ssl have one name."""
    return any("SSLError" in type(cause).__name__ or _END in str(cause) for cause in list_causes(error))


def describe_tls_error(error: BaseException) -> str:
    """Return why TLS failed. The text does not repeat the error's own."""
    return find_meaning(" ".join(map(str, list_causes(error))), _MEANINGS) or "the handshake failed"


def build_tls_error(error: Exception, exchange: Exchange) -> TransportError:
    """Return the error for a failed handshake. Only an end without a reason can be different at the next attempt."""
    has_ended = _END in str(error)
    if has_ended and not exchange.has_client_certificate:
        return TransportError(
            f"{exchange.action}: {exchange.origin} closed the connection during the TLS handshake.",
            "Check the host name and the port. If the server requires a client certificate, set client_cert.",
        )
    reason = "the server ended the handshake without a reason" if has_ended else describe_tls_error(error)
    return TransportError(
        f"{exchange.action}: TLS with {exchange.origin} failed: {reason}.",
        _choose_hint(reason, exchange),
        permanent=True,
    )


def _choose_hint(reason: str, exchange: Exchange) -> str:
    if "without a reason" in reason:
        return f"The server might {'not accept' if exchange.has_client_certificate else 'require'} client_cert. {_CERTIFICATE_HINT}"
    return _CERTIFICATE_HINT if "client_cert" in reason else _HINT
