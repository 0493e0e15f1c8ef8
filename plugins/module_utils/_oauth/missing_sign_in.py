# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Why no stored sign-in can be used, and what to do."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence

from .._errors import SignInRequiredError
from .._text import join_names
from .connection import Connection
from .issuer import IssuerParts
from .sign_in_entries import has_further_use
from .token import Token

_LONGER = (
    "To stay signed in longer, set beyondidentity_expiration_time to more seconds when you sign in, up to the application's own "
    "limit, or enable refresh tokens for the application in the Admin Console."
)
_USE = (
    "To use a stored sign-in, set issuer, client_id and client_secret to the values of its application, for example in the "
    "module_defaults of a block."
)


def build_absence_error(connection: Connection, stored: Mapping[IssuerParts, Sequence[Token]]) -> SignInRequiredError:
    """Return the error if no sign-in is stored for these options. `stored` has the sign-ins with all applications."""
    return SignInRequiredError(describe_absence(connection, stored), _USE if _list_others(stored) else "")


def describe_absence(connection: Connection, stored: Mapping[IssuerParts, Sequence[Token]]) -> str:
    """Return the message that no sign-in with this application is stored, with the applications that have stored sign-ins.

    A sign-in with the same application can be stored and unusable: for another client, API or certificate authority.
    """
    application = connection.require("application_id")
    others = _list_others(stored)
    if application in others:
        return (
            f"No sign-in is stored for the application {application} with these options. A sign-in is stored for "
            "another client_id, client_secret, api_url or ca_path: use the options of that sign-in."
        )
    absence = f"No sign-in is stored for the application {application}."
    return f"{absence} Sign-ins are stored for: {join_names(others)}." if others else absence


def _list_others(stored: Mapping[IssuerParts, Sequence[Token]]) -> set[str]:
    return {parts.application_id for parts, tokens in stored.items() if any(map(has_further_use, tokens))}


def build_unusable_error(
    tokens: Sequence[Token], scopes: Iterable[str], min_validity: int | None = None
) -> SignInRequiredError:
    """Return the error if none of an application's stored sign-ins can be used for these scopes."""
    wanted = set(scopes)
    covering = [token for token in tokens if wanted <= set(token.scopes)]
    if not covering:
        missing = wanted - {scope for token in tokens for scope in token.scopes}
        if missing:
            return SignInRequiredError(f"The stored sign-in was not granted {join_names(missing)}.")
        return SignInRequiredError(f"No single stored sign-in was granted all of these scopes: {join_names(wanted)}.")
    return _explain_end(max(covering, key=lambda token: token.issued_at + (token.lifetime or 0)), min_validity)


def _explain_end(token: Token, min_validity: int | None) -> SignInRequiredError:
    """Return the error for a sign-in that cannot be refreshed, with its end. Only a sign-in that has ended is called expired."""
    now = time.time()
    if token.lifetime is None:
        return SignInRequiredError(
            "The stored sign-in has no refresh token, and the service did not say how long it is valid.", _LONGER
        )
    if not token.is_expired(now) and token.is_expired(now, min_validity):
        return SignInRequiredError(
            f"The stored sign-in is valid until {token.expires_at}, which is less than min_validity ({min_validity} seconds), and "
            "it has no refresh token.",
            f"Or reduce min_validity. {_LONGER}",
        )
    if not token.is_expired(now):
        return SignInRequiredError(
            f"The stored sign-in is valid until {token.expires_at}, but without a refresh token it cannot be renewed. Omit "
            "fresh to use it, or remove it with the playbook beyondidentity.management.logout first."
        )
    verb = "expired" if now >= token.issued_at + token.lifetime else "expires"
    return SignInRequiredError(f"The stored sign-in {verb} at {token.expires_at}, and has no refresh token.", _LONGER)
