# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who can use the control endpoints. They create tenants and return credentials, so no website and no other machine can."""

from __future__ import annotations

import hmac
import ipaddress
import secrets
from dataclasses import dataclass
from urllib.parse import urlsplit

from flask import Flask, Response, jsonify, request

from ..management.bearer import bearer_value
from ..web.errors import error_body

CONTROL = "/_emulator"
TOKEN_BYTES = 32


@dataclass(frozen=True)
class ControlAccess:
    """The rules: with a token, each request needs it; without one, requests must name a loopback host."""

    token: str | None = None
    host: str = "127.0.0.1"
    """The host that the emulator listens on, which requests can name, too."""

    @classmethod
    def create(cls, host: str, require_token: bool) -> ControlAccess:
        """Return the rules of one run, with a new token if one is required."""
        return cls(secrets.token_urlsafe(TOKEN_BYTES) if require_token else None, host)

    def register(self, app: Flask) -> None:
        """Refuse other requests before all other steps."""
        app.before_request(self._check_request)

    def _check_request(self) -> Response | None:
        if not request.path.startswith(CONTROL):
            return None
        # Browsers send these headers. A person who opens a URL has no Origin, and the site "none".
        if "Origin" in request.headers or request.headers.get("Sec-Fetch-Site", "none") not in ("none", "same-origin"):
            return _refuse(403, "a website cannot use the control endpoints: send no Origin or Sec-Fetch-Site header")
        if self.token is not None:
            given = bearer_value(request.headers.get("Authorization")) or ""
            if hmac.compare_digest(given.encode(), self.token.encode()):
                return None
            refusal = _refuse(401, "the control endpoints need the bearer token in EMULATOR_CONTROL_TOKEN")
            refusal.headers["WWW-Authenticate"] = "Bearer"
            return refusal
        if not self._is_local(request.headers.get("Host", "")):
            return _refuse(403, "the Host header names another host: use the URL in EMULATOR_URL")
        return None

    def _is_local(self, header: str) -> bool:
        """Return whether a Host header names this host. A website can resolve its own name to a loopback address."""
        try:
            name = urlsplit(f"//{header}").hostname or ""
        except ValueError:
            return False
        if name in ("localhost", self.host.lower()):
            return True
        try:
            return ipaddress.ip_address(name).is_loopback
        except ValueError:
            return False


def _refuse(status: int, message: str) -> Response:
    response = jsonify(error_body(status, message))
    response.status_code = status
    return response
