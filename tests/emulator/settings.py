# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How one tenant behaves, where tests want it otherwise than usual."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any

from .identifiers import generate_short_id


@dataclass
class Settings:
    """One tenant's settings. The defaults are the service's documented behaviour, without rate limits."""

    rate_limit: int | None = None
    """Requests per window; None switches rate limits off."""
    rate_window: float = 60.0
    """Seconds."""
    token_lifetime: float | None = None
    """Seconds that a token lives whatever it was asked for; `expires_in` in the answer tells so, too."""
    early_expiry: float | None = None
    """Seconds after which a token is refused although its answer and claims promise more."""
    grant_only: list[str] | None = None
    """Scopes that may be granted at all: the answer then holds less than was asked for, without an error."""
    token_answer: dict[str, Any] = field(default_factory=dict)
    """Replaces keys of a successful token answer; null removes a key."""
    token_errors: str = "oauth"
    """Shape of errors at the token, revocation and introspection endpoints: `oauth` or `management`."""
    refresh_tokens: str = "off"
    """With the authorization code grant: `off`, `fixed` (one that stays) or `rotating` (a new one with every use)."""
    refresh_lifetime: float = 0
    """Seconds; 0, the service's default, is expired at once."""
    sign_in: str = "approve"
    """What /authorize does: `approve` at once, `deny` at once, or show a `page` whose form asks the person."""
    answer_iss: str | None = None
    """The `iss` of authorization answers (RFC 9207): `issuer` for the right one, or any other text; None: none."""
    public_url: str | None = None
    """Where the authorization server is reached, if something stands before it; part of `iss`."""
    code_lifetime: float = 60
    """Seconds."""
    identity: dict[str, str] = field(
        default_factory=lambda: {"id": generate_short_id(), "email": "pat@example.com", "username": "pat"}
    )
    """Who signs in; without `id`, nobody is known."""
    identity_scopes: list[str] | None = None
    """Scopes that the roles of whoever signs in allow; None: all."""
    identity_roles: bool = False
    """Whether there must be an identity with the `id` of whoever signs in, active, in the application's realm. Her name
    and address are that identity's then, and she gets only scopes that its roles have, direct ones and its groups'."""
    audience_list: bool = False
    """Write the `aud` claim as a list."""
    page_size_maximum: int | None = None
    """Largest page of every list, even where more are asked for; None: the documented ones."""

    def update(self, values: dict[str, Any]) -> None:
        """Change settings by name; an unknown name is an error."""
        known = {item.name for item in fields(self)}
        unknown = sorted(set(values) - known)
        if unknown:
            raise ValueError(f"unknown settings: {', '.join(unknown)}; known: {', '.join(sorted(known))}")
        for name, value in values.items():
            setattr(self, name, value)
