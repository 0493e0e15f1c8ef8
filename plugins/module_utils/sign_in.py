# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tokens of a person who signed in: kept by whoever sent the person, refreshed as long as that is possible."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace
from functools import cached_property
from typing import Any

from .connection import Connection
from .errors import BeyondIdentityError, ResponseError
from .issued import Token
from .oauth import AuthorizationServer
from .text import listed
from .tokens import Bearer, TokenStore

# what else than the refresh token may be wrong with a request that is refused (RFC 6749 section 5.2)
_OTHER_FAULTS = ("invalid_request", "invalid_client", "unauthorized_client", "unsupported_grant_type", "invalid_scope")


class SignInRequiredError(BeyondIdentityError):
    """Only a person can help: the browser has to be used."""

    def __init__(self, message: str) -> None:
        super().__init__(
            message,
            "Sign in with the playbook beyondidentity.management.login or the role authorization_code.",
            sign_in_required=True,
        )


class SignIns:
    """What sign-ins with one application left in the stores, the nearest store first.

    An entry holds the sign-ins with different scopes, each an access token with its refresh token.
    """

    def __init__(self, server: AuthorizationServer, stores: list[TokenStore]) -> None:
        self.server = server
        self.stores = stores

    @property
    def connection(self) -> Connection:
        """The connection whose application people signed in to."""
        return self.server.connection

    def bearer(
        self,
        scopes: list[str],
        *,
        custom_claims: Mapping[str, Any] | None = None,
        fresh: bool = False,
        rejected: str | None = None,
    ) -> Bearer:
        """A token that has these scopes at least, refreshed where it is about to expire.

        A refresh never asks for more than was granted. ``custom_claims`` are those of the sign-in.
        """
        since = time.time() if fresh else 0
        refused: SignInRequiredError | None = None
        for store in self.stores:
            for token in self._covering(store, scopes):
                if not fresh and _usable(token, rejected):
                    return Bearer(token, cached=True)
                if token.refresh_token:
                    try:
                        return self._refreshed(store, token, since, rejected)
                    except SignInRequiredError as error:
                        refused = refused or error
        raise refused or SignInRequiredError(self._why_not(scopes))

    def keep(self, token: Token) -> None:
        """Keep what a sign-in gave, instead of an earlier one with the same scopes."""
        for store in self.stores[:1]:
            with store.lock(self._key()):
                self._put(store, token)

    def refresh(self, refresh_token: str, scopes: list[str], custom_claims: Mapping[str, Any] | None = None) -> Token:
        """Use a refresh token that the user gave, and keep what it gives, where the token was kept already or nearest."""
        wishes: dict[str, Any] = {"scopes": scopes, "custom_claims": custom_claims}
        holders = [
            store for store in self.stores if any(refresh_token == kept.refresh_token for kept in self._kept(store))
        ]
        store = next(iter(holders or self.stores), None)
        if store is None:
            return self.server.refresh(refresh_token, **wishes)
        with store.lock(self._key()):
            return self._use(store, refresh_token, **wishes)

    def kept(self) -> list[Token]:
        """All sign-ins with this application that are kept."""
        return [token for store in self.stores for token in self._kept(store)]

    def forget(self) -> list[Token]:
        """Forget all sign-ins with this application, and return what there was."""
        forgotten = []
        for store in self.stores:
            with store.lock(self._key()):
                forgotten += self._kept(store)
                store.discard(self._key())
        return forgotten

    def _refreshed(self, store: TokenStore, stale: Token, since: float, rejected: str | None) -> Bearer:
        """Use the refresh token, unless another run or worker just did. One at a time: with rotation it is good once."""
        with store.lock(self._key()):
            token = next((kept for kept in self._kept(store) if set(kept.scopes) == set(stale.scopes)), None)
            if token and _usable(token, rejected) and token.issued_at >= since:
                return Bearer(token, cached=True)
            if token is None or not token.refresh_token:
                raise SignInRequiredError(self._why_not(list(stale.scopes)))
            try:
                fresh = self._use(store, token.refresh_token, instead=token, expected=list(token.scopes))
            except ResponseError as error:
                if error.code == "invalid_grant":
                    self._drop(store, token)
                elif error.status != 400 or error.code in _OTHER_FAULTS:
                    raise
                raise SignInRequiredError(error.message) from None
            return Bearer(fresh, cached=False)

    def _use(self, store: TokenStore, refresh_token: str, *, instead: Token | None = None, **wishes: Any) -> Token:
        """Use a refresh token, and keep what it gives before anything else is done: the old one may be dead by now."""

        def keep(token: Token) -> None:
            self._put(store, token, used=refresh_token, instead=instead)

        return self.server.refresh(refresh_token, keep=keep, **wishes)

    def _covering(self, store: TokenStore, scopes: list[str]) -> list[Token]:
        """The sign-ins that have all these scopes, those with the fewest others first."""
        found = [token for token in self._kept(store) if set(scopes) <= set(token.scopes)]
        return sorted(found, key=lambda token: (len(token.scopes), -token.issued_at))

    def _kept(self, store: TokenStore) -> list[Token]:
        tokens = []
        entries = (store.get(self._key()) or {}).get("sign_ins")
        for entry in entries if isinstance(entries, list) else []:
            try:
                tokens.append(Token.from_dict(entry))
            except (BeyondIdentityError, KeyError, TypeError, ValueError):
                continue  # damaged is missing
        return tokens

    def _put(self, store: TokenStore, token: Token, *, used: str | None = None, instead: Token | None = None) -> None:
        """Keep a token instead of another and of that with the same scopes; drop those that nothing can be done with.

        All that had the refresh token that was used for it get its successor: the old one may be dead.
        """
        others = [kept for kept in self._kept(store) if set(kept.scopes) != set(token.scopes) and kept != instead]
        successors = [
            replace(kept, refresh_token=token.refresh_token) if used and kept.refresh_token == used else kept
            for kept in others
        ]
        store.put(self._key(), {"sign_ins": [kept.to_dict() for kept in (token, *filter(_alive, successors))]})

    def _drop(self, store: TokenStore, token: Token) -> None:
        others = [kept for kept in self._kept(store) if kept.access_token != token.access_token]
        store.put(self._key(), {"sign_ins": [kept.to_dict() for kept in others]})

    def _why_not(self, scopes: list[str]) -> str:
        if not self.stores:
            return "No sign-in is kept with token_cache 'none', nor on the host that a task is delegated to."
        kept = self.kept()
        if not kept:
            place = f" for the API at {self.connection.api_url}, with these authorities" if self._bound else ""
            return f"Nobody is signed in to the application {self.connection.need('application_id')}{place}."
        granted = {scope for token in kept for scope in token.scopes}
        if not granted.issuperset(scopes):
            return f"The sign-in that is kept was not granted {listed(set(scopes) - granted)}."
        return "The sign-in that is kept is expired."

    def _key(self) -> list[Any]:
        connection = self.connection
        return ["sign-in", connection.issuer, connection.need("client_id"), connection.client_secret, *self._bound]

    @cached_property
    def _bound(self) -> list[Any]:
        """Where the tokens of a public application may go: anybody can say which one it is, and must not send them elsewhere by that."""
        if self.connection.client_secret:
            return []
        return [self.connection.api_url, self.server.transport.authorities()]


def _usable(token: Token, rejected: str | None) -> bool:
    return token.access_token != rejected and not token.is_expired(time.time())


def _alive(token: Token) -> bool:
    return bool(token.refresh_token) or not token.is_expired(time.time())
