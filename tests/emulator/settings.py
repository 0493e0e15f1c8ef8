# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Settings that change the behaviour of one tenant for tests."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any

from .identifiers import generate_short_id


@dataclass
class Settings:
    """One tenant's settings. The defaults are the service's documented behaviour, without rate limits."""

    rate_limit: int | None = None
    """Requests per window; None: no rate limit."""
    rate_window: float = 60.0
    """Seconds."""
    token_lifetime: float | None = None
    """Lifetime of tokens in seconds, regardless of the request; also in `expires_in` of the response."""
    early_expiry: float | None = None
    """Seconds after which a token is refused although its response and claims are valid longer."""
    grant_only: list[str] | None = None
    """Scopes that can be granted; others are left out of the response without an error."""
    token_answer: dict[str, Any] = field(default_factory=dict)
    """Replaces keys of a successful token response; null removes a key."""
    token_errors: str = "oauth"
    """Format of errors at the token, revocation and introspection endpoints: `oauth` or `management`."""
    refresh_tokens: str = "off"
    """With the authorization code grant: `off`, `fixed` (stays valid) or `rotating` (a new one with each use)."""
    refresh_lifetime: float = 0
    """Seconds; with 0, the service's default, refresh tokens are expired at once."""
    sign_in: str = "approve"
    """What /authorize does: `approve` at once, `deny` at once, or show a `page` with a form."""
    answer_iss: str | None = None
    """The `iss` of authorization responses (RFC 9207): `issuer` for the correct one, or any other text; None: no `iss`."""
    public_url: str | None = None
    """Public URL of the authorization server if it is behind a proxy; part of `iss`."""
    code_lifetime: float = 60
    """Seconds."""
    identity: dict[str, str] = field(
        default_factory=lambda: {"id": generate_short_id(), "email": "pat@example.com", "username": "pat"}
    )
    """The user who signs in."""
    identity_scopes: list[str] | None = None
    """Scopes that the signed-in user's roles allow; None: all."""
    identity_roles: bool = False
    """Whether the user must be an active identity of the application's realm. Its name and email address are used, and
    only scopes of its own and its groups' roles are granted."""
    audience_list: bool = False
    """Write the `aud` claim as a list."""
    page_size_maximum: int | None = None
    """Largest page of every list, even if a request asks for more; None: the documented sizes."""

    def update(self, values: dict[str, Any]) -> None:
        """Change settings by name; an unknown name is an error."""
        known = {item.name for item in fields(self)}
        unknown = sorted(set(values) - known)
        if unknown:
            raise ValueError(f"unknown settings: {', '.join(unknown)}; known: {', '.join(sorted(known))}")
        for name, value in values.items():
            setattr(self, name, value)
