# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rule for redirect URIs (RFC 6749 section 3.1.2, RFC 8252 section 7)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import urlsplit

from .._errors import OptionError
from .._http.urls import hide_user_information, is_loopback_host

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*")
_CHARACTERS = re.compile(r"[A-Za-z0-9._~:/?\[\]@!$&'()*+,;=%-]*")  # RFC 3986 section 2, without '#'
_FORMS = (
    "Use https://HOST/PATH, http://127.0.0.1:PORT/PATH on the user's machine, or the private scheme of an app, such as "
    "com.example.app:/PATH."
)


def validate_redirect_uri(uri: str, option: str = "redirect_uri") -> str:
    """Return an absolute URI without a fragment: https, http to loopback, or an app's private scheme."""
    if not uri:
        raise OptionError(f"{option} is empty.", _FORMS)
    violation = _find_violation(uri)
    if violation:
        raise OptionError(f"{option}: '{hide_user_information(uri)}' {violation}.", _FORMS)
    return uri


def validate_redirect_uris(values: Iterable[str]) -> list[str]:
    """Return valid redirect URIs in the given order, each once."""
    uris = list(dict.fromkeys(values))
    if "" in uris:
        raise OptionError("redirect_uris has an empty item.", _FORMS)
    return [validate_redirect_uri(uri, "redirect_uris") for uri in uris]


def _find_violation(uri: str) -> str:
    """Return what is wrong with a URI, or an empty text."""
    if "#" in uri:
        return "has a fragment (#)"
    if not _CHARACTERS.fullmatch(uri):
        return "has a blank or another character that a URI must percent-encode"
    scheme, _mark, rest = uri.partition(":")
    if not _SCHEME.fullmatch(scheme) or not rest.startswith("/"):  # host:port has the form of a scheme, but no slash
        return "is not absolute: it must begin with a scheme, such as https://"
    return _find_web_violation(uri) if scheme.lower() in ("http", "https") else ""


def _find_web_violation(uri: str) -> str:
    try:
        parts = urlsplit(uri)
        host, _port = parts.hostname, parts.port
    except ValueError:
        return "is not a valid URL"
    if parts.username is not None:
        return "has a user name or password"
    if not host:
        return "has no host"
    if parts.scheme == "http" and not is_loopback_host(host):
        return "is not encrypted: http:// is allowed for loopback only (127.0.0.1, [::1], localhost)"
    return ""
