# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The address that a redirect URI names on this machine."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from ..module_utils._errors import OptionError
from ..module_utils._oauth.redirect_uri import validate_redirect_uri

_HOSTS = ("127.0.0.1", "::1", "localhost")


@dataclass(frozen=True)
class ListenAddress:
    """Where to listen: the literal host of the redirect URI, the port, and the path."""

    host: str
    port: int
    path: str

    @property
    def netloc(self) -> str:
        """Host and port as in a URL and in a `Host` header."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    @property
    def host_headers(self) -> set[str]:
        """The `Host` headers of requests to this address."""
        bare = self.netloc.rpartition(":")[0]
        return {self.netloc, bare} if self.port == 80 else {self.netloc}

    @property
    def ip_addresses(self) -> tuple[str, ...]:
        """The addresses to bind. For `localhost` a browser may choose either family."""
        return ("127.0.0.1", "::1") if self.host == "localhost" else (self.host,)


def parse_listen_address(redirect_uri: str) -> ListenAddress:
    """Return the address that a redirect URI names. Only this machine's own addresses, over http, are possible."""
    parts = urlsplit(validate_redirect_uri(redirect_uri))
    if parts.scheme != "http" or parts.hostname not in _HOSTS:
        raise OptionError(
            f"Cannot listen at redirect_uri '{redirect_uri}'.",
            "Use http://127.0.0.1:PORT/PATH, http://[::1]:PORT/PATH or http://localhost:PORT/PATH. For any other URI, "
            "paste the response: set redirect_response of the module token, or the role's method to paste.",
        )
    return ListenAddress(parts.hostname, 80 if parts.port is None else parts.port, parts.path or "/")
