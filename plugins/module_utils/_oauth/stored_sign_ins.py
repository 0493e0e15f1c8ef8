# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Stored sign-ins: the tokens of a signed-in user, refreshed as long as that is possible."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, suppress
from dataclasses import replace
from functools import cached_property
from typing import Any

from .._errors import ResponseError, SignInRequiredError
from .._http.certificates import select_authorities
from .authorization_server import AuthorizationServer
from .connection import Connection
from .error_sharing import SharedErrors
from .missing_sign_in import build_absence_error, build_unusable_error
from .sign_in_entries import build_entry, has_further_use, list_applications, read_tokens
from .token import Origin, Token
from .token_replacement import Refusal, TokenReplacements
from .token_sources import IssuedToken, TokenRequest
from .token_store import LockPurpose, TokenStore
from .token_validity import refuse_short_token, share_short_tokens

# Errors of a token request that do not mean that the refresh token is invalid (RFC 6749 section 5.2).
_OTHER_ERRORS = ("invalid_request", "invalid_client", "unauthorized_client", "unsupported_grant_type", "invalid_scope")

# Tokens for refresh tokens that the user set. They are never removed, because they may be needed again.
_GIVEN_LIMIT = 50

_RISK = "several tasks can use a refresh token at once, which ends the sign-in if the service replaces refresh tokens"
_CHANGE = LockPurpose("a change of the stored sign-ins", 10, _RISK)


class SignInStore:
    """The sign-ins with one application, from all stores. A new sign-in goes to the first store.

    An entry holds the sign-ins with different scopes, each an access token with its refresh token.
    """

    failure = ""  # the advice to sign in again is right, whatever a refresh failed with

    def __init__(
        self,
        server: AuthorizationServer,
        stores: list[TokenStore],
        replacements: TokenReplacements | None = None,
        errors: SharedErrors | None = None,
    ) -> None:
        self.server = server
        self.stores = stores
        self.replacements = replacements or TokenReplacements()
        self.errors = errors or SharedErrors()

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
        began = time.time()

        def is_new(stored: Token) -> bool:
            return self._is_usable(stored, new_since=began) and (not request.fresh or stored.issued_at >= began)

        refusal: SignInRequiredError | None = None
        for store in self.stores:
            for token in self._list_covering(store, request.scopes):
                if not request.fresh and self._is_usable(token):
                    return IssuedToken(token, cached=True)
                if token.refresh_token:
                    try:
                        return self._refresh_stored(store, token, is_new)
                    except SignInRequiredError as error:
                        refusal = refusal or error
        raise refusal or self._build_error(request.scopes)

    def replace(self, request: TokenRequest, refused: IssuedToken, refusal: Refusal) -> IssuedToken | None:
        """Return another token from the stores, or refresh the sign-in if the run did not do so a moment ago.

        Returns `None` if neither is possible.
        """
        key, began = self._build_replacement_key(refused.token), time.time()
        if not refused.may_be_revoked(refusal) or self.replacements.is_final(key, refusal):
            return None

        def is_new(stored: Token) -> bool:
            return self._is_usable(stored, new_since=began) and stored.access_token != refused.value

        for store in self.stores:
            for token in self._list_covering(store, request.scopes):
                if self._is_usable(token) and token.access_token != refused.value:
                    return IssuedToken(token, cached=True)
                if token.refresh_token:
                    with suppress(SignInRequiredError):
                        return self._refresh_stored(store, token, is_new, is_limited=True)
        return None

    def confirm(self, request: TokenRequest, refused: IssuedToken, refusal: Refusal) -> None:
        """Make the refusal final for a while."""
        self.replacements.add_final(self._build_replacement_key(refused.token), refusal)

    def build_refresh_purpose(self, requests: int = 1) -> LockPurpose:
        """Return the purpose of a lock for the use of refresh tokens, in at most this many requests."""
        duration = requests * self.server.session.settings.longest_exchange
        return LockPurpose("the use of a refresh token", duration, _RISK, must_wait=True)

    def share_short_tokens(self, error_key: Any) -> AbstractContextManager[None]:
        """Share the error of a token that is too short with other hosts and items of the task."""
        return share_short_tokens(self.server.task_errors, error_key, self.connection.min_validity)

    def add(self, token: Token) -> None:
        """Store a new sign-in in place of an earlier one with the same scopes."""
        for store in self.stores[:1]:
            with store.lock(self.key, _CHANGE):
                self._put(store, token)

    def use(
        self,
        store: TokenStore,
        refresh_token: str,
        *,
        origin: Origin | None,
        replaced: Token | None = None,
        **options: Any,
    ) -> Token:
        """Use a refresh token, and store the result before anything else: the old refresh token may no longer be valid.

        The caller holds the store's lock of `key`.
        """

        def put(token: Token) -> None:
            self._put(store, replace(token, origin=origin), used=refresh_token, replaced=replaced)

        return replace(self.server.refresh(refresh_token, store=put, **options), origin=origin)

    def drop(self, store: TokenStore, token: Token) -> None:
        """Remove a sign-in whose refresh token is refused. The caller holds the store's lock of `key`."""
        self._replace_stored(store, token, [])

    def list_all(self) -> list[Token]:
        """Return all stored sign-ins with the application."""
        return [token for store in self.stores for token in self.list_in(store)]

    def list_in(self, store: TokenStore) -> list[Token]:
        """Return the sign-ins in one store."""
        return read_tokens(store.get(self.key))

    def remove_all(self) -> list[Token]:
        """Remove all stored sign-ins with the application, and return them."""
        removed = []
        for store in self.stores:
            with store.lock(self.key, _CHANGE):
                removed += self.list_in(store)
                store.discard(self.key)
        return removed

    def _refresh_stored(
        self, store: TokenStore, stale: Token, is_new: Callable[[Token], bool], *, is_limited: bool = False
    ) -> IssuedToken:
        """Use a stored refresh token, unless another run or worker has just used it: with rotation it is valid once.

        Hosts that waited share an error, so they do not use the refresh token again.

        Args:
            is_new: whether a token with the same scopes is usable and one that another run or worker has just received.
            is_limited: whether the request counts as the replacement of a refused token.
        """
        given = [is_limited, self.connection.min_validity]
        error_key = [*self._build_replacement_key(stale), *given, *self.server.error_key]
        seen = self.errors.count(error_key)
        with store.lock(self.key, self.build_refresh_purpose()):
            token = next((other for other in self.list_in(store) if _is_same(other, stale)), None)
            if token and is_new(token):
                return IssuedToken(token, cached=True)
            with self.errors.share(error_key, seen), self.share_short_tokens(error_key):
                if token is None or not token.refresh_token:
                    raise self._build_error(stale.scopes)
                if not is_limited:
                    return self._refresh_locked(store, token, token.refresh_token)
                with self.replacements.limit(self._build_replacement_key(token)) as is_allowed:
                    if is_allowed:
                        return self._refresh_locked(store, token, token.refresh_token)
                raise SignInRequiredError("The stored sign-in was refreshed a moment ago.")

    def _refresh_locked(self, store: TokenStore, token: Token, refresh_token: str) -> IssuedToken:
        """Refresh a sign-in whose store is locked. If the server refuses the refresh token, a sign-in is required."""
        try:
            fresh = self.use(
                store, refresh_token, origin=_generalize(token.origin), replaced=token, granted=token.scopes
            )
        except ResponseError as error:
            if not is_refused_grant(error):
                raise
            if error.code == "invalid_grant":
                self._drop_refresh_token(store, token)
            raise SignInRequiredError(error.message) from None
        return IssuedToken(refuse_short_token(fresh, self.connection.min_validity), cached=False)

    def _drop_refresh_token(self, store: TokenStore, token: Token) -> None:
        """Remove a refused refresh token. Its access token stays until it expires: it may only lack a permission."""
        self._replace_stored(
            store, token, [] if token.is_expired(time.time()) else [replace(token, refresh_token=None)]
        )

    def _replace_stored(self, store: TokenStore, token: Token, successors: list[Token]) -> None:
        others = [other for other in self.list_in(store) if other.access_token != token.access_token]
        store.put(self.key, build_entry(self.connection.issuer, [*successors, *others]))

    def _list_covering(self, store: TokenStore, scopes: Iterable[str]) -> list[Token]:
        """Return the sign-ins that have all these scopes, those with the fewest other scopes first."""
        found = [token for token in self.list_in(store) if set(scopes) <= set(token.scopes)]
        return sorted(found, key=lambda token: (len(token.scopes), -token.issued_at))

    def _put(self, store: TokenStore, token: Token, *, used: str | None = None, replaced: Token | None = None) -> None:
        """Store a token in place of `replaced` and of the same sign-in's; drop tokens without any further use.

        Each other token that has the `used` refresh token gets its successor, because the used one may no longer be valid.
        """
        updated = [
            replace(other, refresh_token=token.refresh_token) if used and other.refresh_token == used else other
            for other in self.list_in(store)
            if other != replaced and not _is_superseded(other, token, used)
        ]
        kept = [token, *filter(has_further_use, updated)]
        given = [item for item in kept if item.origin][_GIVEN_LIMIT:]
        store.put(self.key, build_entry(self.connection.issuer, [item for item in kept if item not in given]))

    def _build_error(self, scopes: Iterable[str]) -> SignInRequiredError:
        if not self.stores:
            return SignInRequiredError(
                "No sign-in is stored: token_cache is 'none', or the task is delegated to another host."
            )
        stored = self.list_all()
        if not stored:
            return build_absence_error(self.connection, list_applications(self.stores))
        return build_unusable_error(stored, scopes, self.connection.min_validity)

    def _is_usable(self, token: Token, *, new_since: float | None = None) -> bool:
        return not token.is_expired(time.time(), self.connection.min_validity, new_since=new_since)

    def _build_replacement_key(self, token: Token) -> list[Any]:
        """Return what the replacements of one sign-in's tokens are limited by."""
        return [*self.key, sorted(token.scopes), _get_given(token)]

    @cached_property
    def key(self) -> list[Any]:
        """The key of the stored sign-ins, which is also the key of the lock for a refresh."""
        connection = self.connection
        return ["sign-in", connection.issuer, connection.require("client_id"), connection.client_secret, *self._binding]

    @cached_property
    def _binding(self) -> list[Any]:
        """The owner of a public application's tokens, besides the application.

        Everybody can name a public application, because it has no secret. Without this binding, that would be enough to
        send its stored tokens to another server.
        """
        if self.connection.client_secret:
            return []
        session = self.server.session
        return [self.connection.api_url, select_authorities(session.settings, session.environ)]


def is_refused_grant(error: ResponseError) -> bool:
    """Whether the server refused the refresh token itself. The service documents no errors of this endpoint."""
    return error.code == "invalid_grant" or (error.status == 400 and error.code not in _OTHER_ERRORS)


def _get_given(token: Token) -> str | None:
    """Return the digest of the refresh token that the user set for a sign-in, if any."""
    return token.origin.refresh_token if token.origin else None


def _generalize(origin: Origin | None) -> Origin | None:
    """Return the origin of a token that was requested without the scopes and claims of the user."""
    return replace(origin, request="") if origin else None


def _is_same(token: Token, other: Token) -> bool:
    """Whether two tokens are of the same sign-in. Refresh tokens that the user set can belong to several users."""
    return set(token.scopes) == set(other.scopes) and _get_given(token) == _get_given(other)


def _is_superseded(stored: Token, new: Token, used: str | None) -> bool:
    """Whether a new token, requested with the `used` refresh token, replaces a stored token."""
    is_used = used is not None and stored.refresh_token == used
    return set(stored.scopes) == set(new.scopes) and (stored.origin == new.origin or (is_used and not stored.origin))
