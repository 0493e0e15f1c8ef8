# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""URLs that a secret may be sent to, and when two URLs mean the same server."""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import urlsplit

from .._errors import OptionError
from .._masking import MASK
from .._text import sanitize_for_display

_DEFAULT_PORTS = {"https": 443, "http": 80}
_FORBIDDEN_CHARACTERS = re.compile(r"[\s\\\x00-\x1f\x7f]")
# Everything between the scheme and the last @, also in a malformed URL, and also with characters that look like an @.
_USER_INFORMATION = re.compile(r"((?:[A-Za-z][A-Za-z0-9+.-]*:)?[/\\]+)?.*[@\uff20\ufe6b]", re.DOTALL)


def get_origin(url: str) -> str:
    """Return a URL's scheme, host and port in canonical form (RFC 6454 section 4); raise `ValueError` for a malformed URL."""
    parts = urlsplit(url)
    host = (parts.hostname or "").rstrip(".")
    host = f"[{host}]" if ":" in host else host  # IPv6 (RFC 3986 section 3.2.2)
    port = parts.port
    if port is None or port == _DEFAULT_PORTS.get(parts.scheme):
        return f"{parts.scheme}://{host}"
    return f"{parts.scheme}://{host}:{port}"


def hide_user_information(url: str) -> str:
    """Return a URL for a message, without a possible user name and password. The URL may be malformed."""
    match = _USER_INFORMATION.match(url)
    return sanitize_for_display(f"{match[1] or ''}{MASK}@{url[match.end() :]}" if match else url, 200)


def is_loopback_host(host: str | None) -> bool:
    """Whether a host name or address means this machine."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host or "").is_loopback
    except ValueError:
        return False


def validate_base_url(value: str, option: str) -> str:
    """Return a URL that a secret may be sent to: https, or http to loopback; without credentials, query and fragment."""
    shown = hide_user_information(value)
    try:
        parts, host = urlsplit(value), urlsplit(get_origin(value)).hostname
    except ValueError:
        parts, host = urlsplit(""), None
    if parts.scheme not in _DEFAULT_PORTS or not host or _FORBIDDEN_CHARACTERS.search(value):
        raise OptionError(f"{option}: '{shown}' is not a valid URL.", "Use the form https://host or https://host/path.")
    if parts.username is not None or parts.password is not None:
        raise OptionError(
            f"{option} must not have a user name or password.", "Set client_id and client_secret instead."
        )
    if "?" in value or "#" in value:
        raise OptionError(
            f"{option}: '{shown}' must not have a query or fragment.",
            "Remove the ? or # and the text after it from the URL.",
        )
    if parts.scheme == "http" and not is_loopback_host(host):
        raise OptionError(
            f"{option}: '{shown}' is not encrypted.",
            "Use https://. http:// is allowed for loopback only (127.0.0.1, [::1], localhost).",
        )
    return value.rstrip("/")
