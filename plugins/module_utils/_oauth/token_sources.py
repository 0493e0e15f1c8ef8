# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a task's access token comes from: the user, a store, or the authorization server."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from .._errors import BeyondIdentityError
from .._text import join_names
from .authorization_server import AuthorizationServer
from .connection import Connection
from .error_sharing import share_errors
from .token import Token, validate_token_value
from .token_store import TokenStore


@dataclass(frozen=True)
class TokenRequest:
    """What a token is requested for.

    Attributes:
        fresh: requires a token that was issued after the call began.
        rejected: the value of a token that a server just refused; requires another token.
    """

    scopes: tuple[str, ...]
    custom_claims: Mapping[str, Any] | None = None
    fresh: bool = False
    rejected: str | None = None


@dataclass(frozen=True)
class IssuedToken:
    """A token to use, and whether it is from a store or from the user, so it was not requested by this call."""

    token: Token
    cached: bool

    @property
    def value(self) -> str:
        """The access token itself."""
        return self.token.access_token


class TokenSource(Protocol):
    """Provides tokens for one connection."""

    @property
    def connection(self) -> Connection:
        """The connection whose credentials are used."""

    def get(self, request: TokenRequest) -> IssuedToken:
        """Return a token with the requested scopes."""


class StaticToken:
    """Provides the token that the user set, and no other."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def get(self, request: TokenRequest) -> IssuedToken:
        """Return the token, whatever its scopes are."""
        value = validate_token_value(self.connection.access_token, "access_token")
        return IssuedToken(Token(value, scopes=(), issued_at=0, lifetime=None), cached=True)


class ClientCredentialsTokens:
    """Provides tokens that the client requests with its own credentials.

    If several callers of a run need the same token at the same time, one caller requests it. The others share the token or
    the error.
    """

    def __init__(self, server: AuthorizationServer, store: TokenStore | None = None) -> None:
        self.server = server
        self.store = store

    @property
    def connection(self) -> Connection:
        """The connection whose credentials are used."""
        return self.server.connection

    def get(self, request: TokenRequest) -> IssuedToken:
        """Return a token from the store, or request one."""
        store = self.store
        if store is None:
            return IssuedToken(self._request(request), cached=False)

        key, began = self._build_key(request), time.time()
        if not request.fresh:
            token = _find_usable(store, key, request.rejected)
            if token:
                return IssuedToken(token, cached=True)
        with store.lock(key):
            token = _find_usable(store, key, request.rejected)
            if token and not (request.fresh and token.issued_at < began):
                return IssuedToken(token, cached=True)
            with share_errors(store, key, began):
                return IssuedToken(self._request_into(store, key, request), cached=False)

    def _request(self, request: TokenRequest) -> Token:
        return self.server.request_client_credentials_token(request.scopes, request.custom_claims)

    def _request_into(self, store: TokenStore, key: Any, request: TokenRequest) -> Token:
        token = self._request(request)
        if token.lifetime is None:
            store.discard(key)  # it is unknown how long the token is valid
        else:
            store.put(key, token.to_dict())
        return token

    def _build_key(self, request: TokenRequest) -> list[Any]:
        """Return everything that distinguishes one token from another. A store writes only a digest of the key."""
        connection = self.connection
        return [
            "token",
            connection.issuer,
            connection.require("client_id"),
            connection.client_secret,
            connection.grant_type,
            sorted(request.scopes),
            request.custom_claims or {},
            connection.expiration_time,
        ]


def _find_usable(store: TokenStore, key: Any, rejected: str | None) -> Token | None:
    """Return the token under a key, unless it is damaged, about to expire, or rejected."""
    entry = store.get(key)
    if entry is None:
        return None
    try:
        token = Token.from_dict(entry)
    except (BeyondIdentityError, KeyError, TypeError, ValueError):
        return None
    return None if token.is_expired(time.time()) or token.access_token == rejected else token


def find_missing_scopes(token: Token, requested: Iterable[str]) -> str:
    """Return the scopes that were requested and not granted, for a message; empty if all were granted."""
    missing = set(requested) - set(token.scopes)
    return join_names(missing) if missing else ""
