# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Why no stored sign-in can be used, in words."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence

from .._text import join_names
from .connection import Connection
from .issuer import IssuerParts
from .sign_in_entries import has_further_use
from .token import Token

LONGER = (
    "To stay signed in longer, set expiration_time for the sign-in, up to the application's own limit, or enable refresh "
    "tokens for the application in the Admin Console."
)


_USE = (
    "To use one of these, set issuer, client_id and client_secret to the values of its application, for example in the "
    "module_defaults of a block."
)


def explain_absence(connection: Connection, stored: Mapping[IssuerParts, Sequence[Token]], advice: str = _USE) -> str:
    """Say that the connection's application has no stored sign-in, and which applications have one.

    A sign-in with the same application can be stored and unusable: for another client, API or certificate authority.

    Args:
        advice: what to do about the sign-ins with other applications.
    """
    application = connection.require("application_id")
    others = {parts.application_id for parts, tokens in stored.items() if any(map(has_further_use, tokens))}
    if application in others:
        return (
            f"No sign-in is stored for the application {application} with these options. One is stored for another "
            "client_id, client_secret, api_url or ca_path: use the options of the sign-in."
        )
    absence = f"No sign-in is stored for the application {application}, which the connection names."
    if not others:
        return absence
    return f"{absence} Sign-ins are stored for: {join_names(others)}. {advice}"


def explain_unusable(tokens: Sequence[Token], scopes: Iterable[str]) -> str:
    """Say why none of an application's stored sign-ins can be used for these scopes."""
    wanted = set(scopes)
    covering = [token for token in tokens if wanted <= set(token.scopes)]
    if not covering:
        missing = wanted - {scope for token in tokens for scope in token.scopes}
        if missing:
            return f"The stored sign-in was not granted {join_names(missing)}."
        return f"No single stored sign-in was granted all of these scopes: {join_names(wanted)}."
    return _explain_end(max(covering, key=lambda token: token.issued_at + (token.lifetime or 0)))


def _explain_end(token: Token) -> str:
    """Say when a sign-in ends that cannot be refreshed. A sign-in that only could not be renewed is not called expired."""
    now = time.time()
    if token.lifetime is None:
        return f"The stored sign-in has no refresh token, and the service did not say how long it is valid. {LONGER}"
    if not token.is_expired(now):
        return (
            f"The stored sign-in is valid until {token.expires_at}, but without a refresh token it cannot be renewed. Omit "
            "fresh to use it, or remove it with the playbook beyondidentity.management.logout first."
        )
    verb = "expired" if now >= token.issued_at + token.lifetime else "expires"
    return f"The stored sign-in {verb} at {token.expires_at}, and has no refresh token. {LONGER}"
