# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tokens and codes that were issued."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any


@dataclass
class IssuedToken:
    """A token that the authorization server stores, with the methods that Authlib's token endpoints call."""

    id: str
    value: str
    tenant_id: str
    realm_id: str
    application_id: str
    client_id: str
    scopes: tuple[str, ...]
    audience: str
    token_format: str
    issued_at: int
    expires: int
    principal_type: str
    principal_id: str
    all_realms: bool
    claims: dict[str, Any] = field(repr=False)
    token_type: str = "access"
    """`access` or `refresh`."""
    family: str | None = None
    """The authorization code of the sign-in that the token descends from; None: it descends from none."""
    refused_from: float = 0.0
    """Unix time from which the token is refused although its claims are still valid; 0: never."""
    revoked: bool = False
    clock_offset: float = 0.0
    """Seconds by which the clock that issued the token was ahead of this machine's clock."""
    rotated: bool = False
    """Whether a newer refresh token has replaced this one."""

    def is_expired(self) -> bool:
        """Return whether the token is expired."""
        return self._is_over(time.time())

    def is_revoked(self) -> bool:
        """Return whether the token is revoked."""
        return self.revoked

    def is_active(self, moment: float | None = None) -> bool:
        """Return whether the token is valid, now or at a Unix time."""
        return not self.revoked and not self._is_over(time.time() if moment is None else moment)

    def _is_over(self, moment: float) -> bool:
        issuer_time = moment + self.clock_offset
        return issuer_time >= self.expires or bool(self.refused_from and issuer_time >= self.refused_from)

    def get_scope(self) -> str:
        """Return the scopes, separated by spaces."""
        return " ".join(self.scopes)

    def check_client(self, client: Any) -> bool:
        """Return whether the token was issued to a client."""
        return self.client_id == client.client_id

    def to_list_entry(self) -> dict[str, Any]:
        """Return the token as ListTokens shows it."""
        return {
            "id": self.id,
            "display_name": "",
            "scopes": list(self.scopes),
            "token_suffix": self.value[-11:],
            "token_format": self.token_format,
            "expires": self.expires,
            "issued_at": self.issued_at,
            "token_type": self.token_type,
        }


@dataclass
class IssuedCode:
    """An authorization code and the parameters that it is bound to. A used code is kept to detect a second use."""

    value: str
    application_id: str
    client_id: str
    redirect_uri: str
    scope: str
    nonce: str | None
    code_challenge: str | None
    code_challenge_method: str | None
    expires: float
    user: dict[str, str]
    """The signed-in user."""
    used: bool = False

    def get_redirect_uri(self) -> str:
        """Return the redirect URI that the code was sent to."""
        return self.redirect_uri

    def get_scope(self) -> str:
        """Return the scopes, separated by spaces."""
        return self.scope
