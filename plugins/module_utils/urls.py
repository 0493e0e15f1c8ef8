# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which URL a secret may be sent to, and when two mean the same place."""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import urlsplit

from .errors import OptionError
from .text import one_line


def origin(url: str) -> str:
    """Scheme, host and explicit port of a URL in one canonical form (RFC 6454 section 4)."""
    parts = urlsplit(url)
    host = (parts.hostname or "").rstrip(".")
    host = f"[{host}]" if ":" in host else host  # IPv6 (RFC 3986 section 3.2.2)
    port = parts.port
    if port is None or port == {"https": 443, "http": 80}.get(parts.scheme):
        return f"{parts.scheme}://{host}"
    return f"{parts.scheme}://{host}:{port}"


def is_loopback(host: str | None) -> bool:
    """Whether a host name means this machine."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host or "").is_loopback
    except ValueError:
        return False


def base_url(value: str, option: str) -> str:
    """A URL that a secret may be sent to: https, or http to this machine; no credentials, query or fragment in it."""
    shown = one_line(value, 200)
    try:
        parts, host = urlsplit(value), urlsplit(origin(value)).hostname
    except ValueError:
        parts, host = urlsplit(""), None
    if parts.scheme not in ("https", "http") or not host or re.search(r"[\s\\\x00-\x1f\x7f]", value):
        raise OptionError(f"{option}: '{shown}' is no URL.", "It must look like https://host or https://host/path.")
    if parts.username is not None or parts.password is not None:
        raise OptionError(f"{option} must not hold a user name or password.", "Use client_id and client_secret.")
    if parts.query or parts.fragment or "?" in value or "#" in value:
        raise OptionError(f"{option}: '{shown}' must have no query and no fragment.")
    if parts.scheme == "http" and not is_loopback(host):
        raise OptionError(
            f"{option}: '{shown}' is not encrypted.",
            "Secrets go over https:// only; http:// is for this machine (127.0.0.1, [::1], localhost) alone.",
        )
    return value.rstrip("/")
