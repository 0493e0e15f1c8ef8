# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which proxy a request goes through."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

from .._errors import OptionError
from . import libraries
from .settings import HttpSettings
from .urls import is_loopback_host

_SCHEMES = ("http", "https", "socks5", "socks5h")


def select_proxies(url: str, settings: HttpSettings, environ: Mapping[str, str]) -> dict[str, str]:
    """Return the proxy for a URL as requests takes it: the option's, otherwise the environment's; none for loopback."""
    if is_loopback_host(urlsplit(url).hostname):
        return {}
    proxy = settings.proxy or environ.get("HTTPS_PROXY") or environ.get("https_proxy")
    exempt = environ.get("no_proxy") or environ.get("NO_PROXY") or ""  # in the order of requests
    if not proxy or libraries.requests.utils.should_bypass_proxies(url, no_proxy=exempt):
        return {}
    return {"https": validate_proxy_url(proxy)}


def validate_proxy_url(proxy: str) -> str:
    """Return a proxy's URL, with `http` as the default scheme. The error does not repeat the URL: it may hold a password."""
    url = proxy if "://" in proxy else f"http://{proxy}"
    try:
        parts = urlsplit(url)
        is_valid = parts.scheme in _SCHEMES and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_valid = False
    if not is_valid:
        raise OptionError("proxy or HTTPS_PROXY is not a valid proxy URL.", "Use the form http://proxy.example:3128.")
    return url
