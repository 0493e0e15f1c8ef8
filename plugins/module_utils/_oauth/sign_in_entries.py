# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The stored form of sign-ins, and the sign-ins of all applications in a store.

A store's keys are unreadable, so each entry names its application. Messages use it to list the stored sign-ins, and an
administrator's credentials can revoke the sign-ins of an application whose secret is not known.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from typing import Any

from .._errors import BeyondIdentityError, OptionError
from .issuer import IssuerParts, parse_issuer
from .token import Token
from .token_store import TokenStore


def build_entry(issuer: str, tokens: Iterable[Token]) -> dict[str, Any]:
    """Return the entry of an application's sign-ins."""
    return {"issuer": issuer, "sign_ins": [token.to_dict() for token in tokens]}


def read_tokens(entry: Mapping[str, Any] | None) -> list[Token]:
    """Return an entry's sign-ins. A damaged sign-in, or another kind of entry, has none."""
    tokens = []
    items = (entry or {}).get("sign_ins")
    for item in items if isinstance(items, list) else []:
        try:
            tokens.append(Token.from_dict(item))
        except (BeyondIdentityError, KeyError, TypeError, ValueError):
            continue
    return tokens


def has_further_use(token: Token) -> bool:
    """Whether a stored sign-in is valid or can be refreshed."""
    return bool(token.refresh_token) or not token.is_expired(time.time())


def list_applications(stores: Iterable[TokenStore]) -> dict[IssuerParts, list[Token]]:
    """Return the applications that have sign-ins in these stores, with their tokens."""
    found: dict[IssuerParts, list[Token]] = {}
    for store in stores:
        for entry in store.list_entries():
            tokens, application = read_tokens(entry), _read_application(entry)
            if tokens and application:
                found.setdefault(application, []).extend(tokens)
    return found


def _read_application(entry: Mapping[str, Any]) -> IssuerParts | None:
    issuer = entry.get("issuer")
    try:
        return parse_issuer(issuer) if isinstance(issuer, str) else None
    except OptionError:
        return None
