# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Why TLS with a server or a proxy failed."""

from __future__ import annotations

from .._errors import TransportError
from .error_causes import Exchange, find_meaning, list_causes

_NOT_ACCEPTED = "the server does not accept client_cert"
_NOT_TRUSTED = "the certificate's authority is not trusted"
_EXPIRED = "the certificate has expired"
_NOT_YET_VALID = "the certificate is not valid yet, or this machine's clock is wrong"
_OTHER_NAME = "the certificate is for another host name"
_OTHER_ADDRESS = "the certificate is for another address"
_NO_TLS = "the server does not use TLS on this port"
_NOTHING_IN_COMMON = "the server and this machine have no version or cipher of TLS in common"

_MEANINGS = (
    ("self-signed", _NOT_TRUSTED),
    ("self signed", _NOT_TRUSTED),
    ("unable to get local issuer", _NOT_TRUSTED),
    ("certificate has expired", _EXPIRED),
    ("certificate is not yet valid", _NOT_YET_VALID),
    ("doesn't match", _OTHER_NAME),
    ("IP address mismatch", _OTHER_ADDRESS),
    ("Hostname mismatch", _OTHER_NAME),
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
    ("WRONG_VERSION_NUMBER", _NO_TLS),
    ("only use HTTP and not HTTPS", _NO_TLS),
)
_END = "EOF occurred"

_HINT = "Check the host name and the certificate's authority. To trust an authority of your own, set ca_path."
_NAME_HINT = "Check the host name in issuer, auth_url and api_url."
_CLOCK_HINT = "Check this machine's clock. If it is right, the server needs a new certificate."
_HINTS = {
    _NOT_TRUSTED: (
        "If your network intercepts TLS, or the server has an authority of its own, set ca_path to a file with the "
        "certificate of that authority."
    ),
    _EXPIRED: _CLOCK_HINT,
    _NOT_YET_VALID: _CLOCK_HINT,
    _OTHER_NAME: _NAME_HINT,
    _OTHER_ADDRESS: _NAME_HINT,
    _NO_TLS: "Check the port in issuer, auth_url and api_url.",
}
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
    return _CERTIFICATE_HINT if "client_cert" in reason else _HINTS.get(reason, _HINT)
