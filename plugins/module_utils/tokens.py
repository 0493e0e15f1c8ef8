# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a bearer token comes from: given, kept, or minted."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Any, Protocol

from .connection import Connection
from .errors import BeyondIdentityError
from .issued import Token, check_access_token
from .masking import masked
from .oauth import AuthorizationServer
from .text import listed


class TokenStore(Protocol):
    """Keeps tokens between tasks, hosts and evaluations of one run.

    A key is a JSON-serialisable value. Implementations never raise for damaged or missing
    entries: such an entry is no entry.
    """

    def get(self, key: Any) -> Mapping[str, Any] | None:
        """The entry under a key."""

    def put(self, key: Any, entry: Mapping[str, Any]) -> None:
        """Keep an entry under a key."""

    def discard(self, key: Any) -> None:
        """Forget a key."""

    def forget(self, is_it: Callable[[str], bool]) -> None:
        """Forget what holds a text for which this is true: the item of a list, and else the entry. The caller has none of them locked."""

    def lock(self, key: Any) -> AbstractContextManager[None]:
        """Keep others of this run from working on the same key."""


@dataclass(frozen=True)
class Stores:
    """The stores that there are: the run's, and the user's beyond it. A module that runs elsewhere has neither."""

    run: TokenStore | None = None
    user: TokenStore | None = None

    def nearest(self, token_cache: str) -> TokenStore | None:
        """Where new tokens are kept."""
        kept = {"run": self.run, "user": self.user or self.run, "none": None}
        return kept[token_cache]

    def forget(self, is_it: Callable[[str], bool]) -> None:
        """Forget the tokens and sign-ins that hold a value for which this is true."""
        for store in (self.run, self.user):
            if store:
                store.forget(is_it)

    def sign_ins(self, token_cache: str) -> list[TokenStore]:
        """Where sign-ins are looked for, and in the first of them kept."""
        first = self.nearest(token_cache)
        return [first, *(store for store in (self.run, self.user) if store and store is not first)] if first else []


@dataclass(frozen=True)
class Bearer:
    """A token to send, and whether it was there before."""

    token: Token
    cached: bool


class TokenSource(Protocol):
    """Tokens for one connection."""

    @property
    def connection(self) -> Connection:
        """The connection whose credentials are used."""

    def bearer(
        self,
        scopes: list[str],
        *,
        custom_claims: Mapping[str, Any] | None = None,
        fresh: bool = False,
        rejected: str | None = None,
    ) -> Bearer:
        """A token with these scopes.

        ``fresh`` asks for one that was issued after this call began, ``rejected`` for another than
        the one that the API just refused.
        """


class GivenToken:
    """The token that the user gave, and no other."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def bearer(self, scopes: list[str], **wishes: Any) -> Bearer:
        """The token, whatever it may be good for."""
        access_token = check_access_token(self.connection.access_token, "access_token")
        return Bearer(Token(access_token, scopes=(), issued_at=0, lifetime=None), cached=True)


class MintedTokens:
    """Tokens that the client gets by its own credentials. Where several callers of a run want the same one at the
    same time, one asks, and all others share the answer, be it a token or an error.
    """

    def __init__(self, server: AuthorizationServer, store: TokenStore | None = None) -> None:
        self.server = server
        self.store = store

    @property
    def connection(self) -> Connection:
        """The connection whose credentials are used."""
        return self.server.connection

    def bearer(
        self,
        scopes: list[str],
        *,
        custom_claims: Mapping[str, Any] | None = None,
        fresh: bool = False,
        rejected: str | None = None,
    ) -> Bearer:
        """A token with these scopes, kept or minted."""
        store = self.store
        if store is None:
            return Bearer(self._mint(scopes, custom_claims), cached=False)

        key, began = self._key(scopes, custom_claims), time.time()
        if not fresh:
            token = _kept(store, key, rejected)
            if token:
                return Bearer(token, cached=True)
        with store.lock(key):
            token = _kept(store, key, rejected)
            if token and not (fresh and token.issued_at < began):
                return Bearer(token, cached=True)
            with shared_failure(store, key, began, self._secrets):
                return Bearer(self._mint_into(store, key, scopes, custom_claims), cached=False)

    def _mint(self, scopes: list[str], custom_claims: Mapping[str, Any] | None) -> Token:
        return self.server.client_credentials(scopes, custom_claims)

    def _mint_into(
        self, store: TokenStore, key: Any, scopes: list[str], custom_claims: Mapping[str, Any] | None
    ) -> Token:
        token = self._mint(scopes, custom_claims)
        if token.lifetime is None:
            store.discard(key)  # nothing is known of how long it may be used
        else:
            store.put(key, token.to_dict())
        return token

    def _secrets(self) -> set[str]:
        return {self.connection.client_secret or "", *self.server.transport.secrets}

    def _key(self, scopes: list[str], custom_claims: Mapping[str, Any] | None) -> list[Any]:
        """All that makes a token another token. The store digests it; nothing of it reaches a disk."""
        connection = self.connection
        return [
            "token",
            connection.issuer,
            connection.need("client_id"),
            connection.client_secret,
            connection.grant_type,
            sorted(scopes),
            custom_claims or {},
            connection.expiration_time,
        ]


def _kept(store: TokenStore, key: Any, rejected: str | None) -> Token | None:
    """The token under a key, unless it is damaged, about to expire or just rejected."""
    entry = store.get(key)
    if entry is None:
        return None
    try:
        token = Token.from_dict(entry)
    except (BeyondIdentityError, KeyError, TypeError, ValueError):
        return None
    return None if token.is_expired(time.time()) or token.access_token == rejected else token


@contextmanager
def shared_failure(store: TokenStore, key: Any, began: float, secrets: Callable[[], Iterable[str]]) -> Iterator[None]:
    """Raise the error that another caller met since this one began; or tell others of the one met here.

    So callers that waited for a lock while its holder failed do not wait for the same failure one after the other.
    """
    entry = store.get([*key, "error"])
    if entry and entry.get("at", 0) >= began:
        raise BeyondIdentityError(entry["message"], **entry["details"])
    try:
        yield
    except BeyondIdentityError as error:
        # others do not know what was sent here, so they could not mask what the server echoed of it
        told = masked({"message": error.message, "details": error.details}, secrets())
        store.put([*key, "error"], {"at": time.time(), **told})
        raise


def missing_scopes(token: Token, wanted: list[str]) -> str:
    """The scopes that were asked for and not granted, for a message; empty where all are."""
    missing = set(wanted) - set(token.scopes)
    return listed(missing) if missing else ""
