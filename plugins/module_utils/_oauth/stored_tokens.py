# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tokens that were requested with client credentials and stored. To find one, no HTTP is needed."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from typing import Any

from .._errors import BeyondIdentityError
from .connection import Connection
from .token import Token
from .token_store import TokenStore


def build_token_key(
    connection: Connection, scopes: Iterable[str], custom_claims: Mapping[str, Any] | None = None
) -> list[Any]:
    """Return everything that distinguishes one token from another. A store writes only a digest of the key."""
    return [
        "token",
        connection.issuer,
        connection.require("client_id"),
        connection.client_secret,
        connection.grant_type,
        sorted(scopes),
        custom_claims or {},
        connection.expiration_time,
    ]


def find_usable(
    store: TokenStore, key: Any, min_validity: int | None = None, *, new_since: float | None = None
) -> Token | None:
    """Return the token under a key, unless it is damaged or too old, as `Token.is_expired` says."""
    entry = store.get(key)
    if entry is None:
        return None
    try:
        token = Token.from_dict(entry)
    except (BeyondIdentityError, KeyError, TypeError, ValueError):
        return None
    return None if token.is_expired(time.time(), min_validity, new_since=new_since) else token
