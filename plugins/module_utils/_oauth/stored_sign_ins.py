# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Stored sign-ins: the tokens of a signed-in user, refreshed as long as that is possible."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import cached_property
from typing import Any

from .._errors import BeyondIdentityError, ResponseError, SignInRequiredError
from .._http.certificates import select_authorities
from .._text import join_names
from .authorization_server import AuthorizationServer
from .connection import Connection
from .token import Token
from .token_replacement import Refusal, TokenReplacements
from .token_sources import IssuedToken, TokenRequest
from .token_store import TokenStore

# Errors of a token request that do not mean that the refresh token is invalid (RFC 6749 section 5.2).
_OTHER_ERRORS = ("invalid_request", "invalid_client", "unauthorized_client", "unsupported_grant_type", "invalid_scope")


class SignInStore:
    """The sign-ins with one application, from all stores. A new sign-in goes to the first store.

    An entry holds the sign-ins with different scopes, each an access token with its refresh token.
    """

    def __init__(
        self, server: AuthorizationServer, stores: list[TokenStore], replacements: TokenReplacements | None = None
    ) -> None:
        self.server = server
        self.stores = stores
        self.replacements = replacements or TokenReplacements()

    @property
    def connection(self) -> Connection:
        """The connection that names the application."""
        return self.server.connection

    def get(self, request: TokenRequest) -> IssuedToken:
        """Return a token that has at least the requested scopes, refreshed if it is about to expire.

        A refresh requests no more than was granted. The request's `custom_claims` are ignored: a sign-in has its own.

        Raises:
            SignInRequiredError: no stored sign-in has the scopes, or the refresh token is refused.
            ResponseError: the refresh failed for another reason, such as a wrong client secret. The sign-in stays stored.
        """
        since = time.time() if request.fresh else 0
        refusal: SignInRequiredError | None = None
        for store in self.stores:
            for token in self._list_covering(store, request.scopes):
                if not request.fresh and _is_usable(token):
                    return IssuedToken(token, cached=True)
                if token.refresh_token:
                    try:
                        return self._refresh_stored(store, token, lambda stored: stored.issued_at >= since)
                    except SignInRequiredError as error:
                        refusal = refusal or error
        raise refusal or SignInRequiredError(self._explain_absence(request.scopes))

    def replace(self, request: TokenRequest, refused: IssuedToken, refusal: Refusal) -> IssuedToken | None:
        """Return another token from the stores, or refresh the sign-in if the run did not do so a moment ago.

        Returns `None` if neither is possible.
        """
        key = self._build_replacement_key(refused.token)
        if not refused.may_be_revoked(refusal) or self.replacements.is_final(key, refusal):
            return None
        for store in self.stores:
            for token in self._list_covering(store, request.scopes):
                if _is_usable(token) and token.access_token != refused.value:
                    return IssuedToken(token, cached=True)
                if token.refresh_token:
                    with suppress(SignInRequiredError):
                        return self._refresh_stored(
                            store, token, lambda stored: stored.access_token != refused.value, is_limited=True
                        )
        return None

    def confirm(self, request: TokenRequest, refused: IssuedToken, refusal: Refusal) -> None:
        """Make the refusal final for a while."""
        self.replacements.add_final(self._build_replacement_key(refused.token), refusal)

    def add(self, token: Token) -> None:
        """Store a new sign-in in place of an earlier one with the same scopes."""
        for store in self.stores[:1]:
            with store.lock(self._key):
                self._put(store, token)

    def refresh(
        self, refresh_token: str, scopes: Sequence[str], custom_claims: Mapping[str, Any] | None = None
    ) -> Token:
        """Use a refresh token that the user set. The result is stored where the refresh token is stored, or in the first store."""
        options: dict[str, Any] = {"scopes": scopes, "custom_claims": custom_claims}
        holders = [
            store for store in self.stores if any(refresh_token == token.refresh_token for token in self._list(store))
        ]
        store = next(iter(holders or self.stores), None)
        if store is None:
            return self.server.refresh(refresh_token, **options)
        with store.lock(self._key):
            return self._use(store, refresh_token, **options)

    def list_all(self) -> list[Token]:
        """Return all stored sign-ins with the application."""
        return [token for store in self.stores for token in self._list(store)]

    def remove_all(self) -> list[Token]:
        """Remove all stored sign-ins with the application, and return them."""
        removed = []
        for store in self.stores:
            with store.lock(self._key):
                removed += self._list(store)
                store.discard(self._key)
        return removed

    def _refresh_stored(
        self, store: TokenStore, stale: Token, is_new: Callable[[Token], bool], *, is_limited: bool = False
    ) -> IssuedToken:
        """Use a stored refresh token, unless another run or worker has just used it: with rotation it is valid once.

        Args:
            is_new: whether a usable token with the same scopes is one that another run or worker has just received.
            is_limited: whether the request counts as the replacement of a refused token.
        """
        with store.lock(self._key):
            token = next((other for other in self._list(store) if set(other.scopes) == set(stale.scopes)), None)
            if token and _is_usable(token) and is_new(token):
                return IssuedToken(token, cached=True)
            if token is None or not token.refresh_token:
                raise SignInRequiredError(self._explain_absence(stale.scopes))
            if not is_limited:
                return self._refresh_locked(store, token, token.refresh_token)
            with self.replacements.limit(self._build_replacement_key(token)) as is_allowed:
                if is_allowed:
                    return self._refresh_locked(store, token, token.refresh_token)
            raise SignInRequiredError("The stored sign-in was refreshed a moment ago.")

    def _refresh_locked(self, store: TokenStore, token: Token, refresh_token: str) -> IssuedToken:
        """Refresh a sign-in whose store is locked. If the server refuses the refresh token, a sign-in is required."""
        try:
            fresh = self._use(store, refresh_token, replaced=token, granted=token.scopes)
        except ResponseError as error:
            if error.code == "invalid_grant":
                self._drop(store, token)
            elif error.status != 400 or error.code in _OTHER_ERRORS:
                raise
            raise SignInRequiredError(error.message) from None
        return IssuedToken(fresh, cached=False)

    def _use(self, store: TokenStore, refresh_token: str, *, replaced: Token | None = None, **options: Any) -> Token:
        """Use a refresh token, and store the result before anything else: the old refresh token may no longer be valid."""

        def put(token: Token) -> None:
            self._put(store, token, used=refresh_token, replaced=replaced)

        return self.server.refresh(refresh_token, store=put, **options)

    def _list_covering(self, store: TokenStore, scopes: Iterable[str]) -> list[Token]:
        """Return the sign-ins that have all these scopes, those with the fewest other scopes first."""
        found = [token for token in self._list(store) if set(scopes) <= set(token.scopes)]
        return sorted(found, key=lambda token: (len(token.scopes), -token.issued_at))

    def _list(self, store: TokenStore) -> list[Token]:
        tokens = []
        entries = (store.get(self._key) or {}).get("sign_ins")
        for entry in entries if isinstance(entries, list) else []:
            try:
                tokens.append(Token.from_dict(entry))
            except (BeyondIdentityError, KeyError, TypeError, ValueError):
                continue  # a damaged entry does not exist
        return tokens

    def _put(self, store: TokenStore, token: Token, *, used: str | None = None, replaced: Token | None = None) -> None:
        """Store a token in place of `replaced` and of the one with the same scopes; drop tokens without any further use.

        Each other token that has the `used` refresh token gets its successor, because the used one may no longer be valid.
        """
        others = [other for other in self._list(store) if set(other.scopes) != set(token.scopes) and other != replaced]
        updated = [
            replace(other, refresh_token=token.refresh_token) if used and other.refresh_token == used else other
            for other in others
        ]
        store.put(self._key, {"sign_ins": [item.to_dict() for item in (token, *filter(_has_further_use, updated))]})

    def _drop(self, store: TokenStore, token: Token) -> None:
        others = [other for other in self._list(store) if other.access_token != token.access_token]
        store.put(self._key, {"sign_ins": [other.to_dict() for other in others]})

    def _explain_absence(self, scopes: Iterable[str]) -> str:
        if not self.stores:
            return "No sign-in is stored: token_cache is 'none', or the task is delegated to another host."
        stored = self.list_all()
        if not stored:
            place = (
                f" for the API at {self.connection.api_url}, with these certificate authorities"
                if self._binding
                else ""
            )
            return f"No sign-in is stored for the application {self.connection.require('application_id')}{place}."
        granted = {scope for token in stored for scope in token.scopes}
        missing = set(scopes) - granted
        if missing:
            return f"The stored sign-in was not granted {join_names(missing)}."
        return "The stored sign-in is expired."

    def _build_replacement_key(self, token: Token) -> list[Any]:
        """Return what the replacements of one sign-in's tokens are limited by."""
        return [*self._key, sorted(token.scopes)]

    @cached_property
    def _key(self) -> list[Any]:
        connection = self.connection
        return ["sign-in", connection.issuer, connection.require("client_id"), connection.client_secret, *self._binding]

    @cached_property
    def _binding(self) -> list[Any]:
        """What a public application's tokens belong to besides the application.

        Everybody can name a public application, because it has no secret. Without this binding, that would be enough to
        send its stored tokens to another server.
        """
        if self.connection.client_secret:
            return []
        session = self.server.session
        return [self.connection.api_url, select_authorities(session.settings, session.environ)]


def _is_usable(token: Token) -> bool:
    return not token.is_expired(time.time())


def _has_further_use(token: Token) -> bool:
    return bool(token.refresh_token) or not token.is_expired(time.time())
