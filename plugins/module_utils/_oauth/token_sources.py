# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a task's access token comes from: the user, a store, or the authorization server."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Protocol, TypeVar

from .._predicted import TOKEN, build_predicted
from .._text import join_names
from .authorization_server import AuthorizationServer
from .connection import Connection
from .error_sharing import SharedErrors
from .new_application import LIMIT, NewApplicationWait
from .stored_tokens import build_token_key, find_usable
from .token import Token, validate_token_value
from .token_errors import is_unknown_client
from .token_replacement import REFUSAL_STATUSES, Refusal, TokenReplacements
from .token_store import LockPurpose, TokenStore
from .token_validity import refuse_short_given_token, refuse_short_token, share_short_tokens

T = TypeVar("T")


@dataclass(frozen=True)
class TokenRequest:
    """What a token is requested for.

    Attributes:
        fresh: requires a token that was issued after the call began.
    """

    scopes: tuple[str, ...]
    custom_claims: Mapping[str, Any] | None = None
    fresh: bool = False


@dataclass(frozen=True)
class IssuedToken:
    """A token to use.

    Attributes:
        cached: whether the token is from a store or from the user, so it was not requested by this task.
        accepted_for: the operations for which a server accepted the token in this task.
    """

    token: Token
    cached: bool
    accepted_for: frozenset[str] = frozenset()

    @property
    def value(self) -> str:
        """The access token itself."""
        return self.token.access_token

    @property
    def is_outdated(self) -> bool:
        """Whether the token is known to be about to expire."""
        return self.token.lifetime is not None and self.token.is_expired(time.time())

    def may_be_revoked(self, refusal: Refusal) -> bool:
        """Whether a refusal may mean that the token is revoked or expired: a new token is neither.

        A new token that was accepted for the same operation, or is no longer recognized (401), ended while the task ran.
        """
        if refusal.status == 401 and self.accepted_for:
            return True
        return self.cached or refusal.operation in self.accepted_for

    def accept_for(self, operation: str) -> IssuedToken:
        """Return the same token, accepted for one more operation."""
        return replace(self, accepted_for=self.accepted_for | {operation})


class TokenSource(Protocol):
    """Provides tokens for one connection."""

    @property
    def connection(self) -> Connection:
        """The connection whose credentials are used."""

    @property
    def failure(self) -> str:
        """Why the token that was refused last was not replaced, if the run's request for a new token failed; or empty."""

    def get(self, request: TokenRequest) -> IssuedToken:
        """Return a token with the requested scopes."""

    def replace(self, request: TokenRequest, refused: IssuedToken, refusal: Refusal) -> IssuedToken | None:
        """Return another token for a refused token, or `None` if the refusal is final.

        A token that the user set, or that cannot be revoked, is not replaced.
        """

    def confirm(self, request: TokenRequest, refused: IssuedToken, refusal: Refusal) -> None:
        """Record that the server refused the replacement of this token too."""


def send_with_replacement(
    source: TokenSource,
    request: TokenRequest,
    issued: IssuedToken,
    operation: str,
    send: Callable[[str], tuple[int, T]],
) -> tuple[T, IssuedToken]:
    """Send a request with a token, and once more with another token if the server refuses the first.

    Args:
        operation: the name under which a refusal is recorded.
        send: sends the request with the token's value; returns the HTTP status and the result.

    Returns the last result, and the token that it was received with.
    """
    status, result = send(issued.value)
    if status not in REFUSAL_STATUSES:
        return result, issued.accept_for(operation)
    newer = source.replace(request, issued, Refusal(operation, status))
    if newer is None:
        return result, issued
    status, result = send(newer.value)
    if status not in REFUSAL_STATUSES:
        return result, newer.accept_for(operation)
    source.confirm(request, issued, Refusal(operation, status))
    return result, newer


class PredictedTokens:
    """Provides tokens that check mode predicts, for an application that does not exist yet. They are never sent.

    Args:
        on_issued: is called with each token.
    """

    failure = ""

    def __init__(self, connection: Connection, on_issued: Callable[[Token], None]) -> None:
        self.connection = connection
        self._on_issued = on_issued

    def get(self, request: TokenRequest) -> IssuedToken:
        """Return a token with the requested scopes. The same request gets the same token."""
        scopes = tuple(sorted(set(request.scopes)))
        id = build_predicted("token", self.connection.client_id, self.connection.application_id, scopes)
        token = Token(TOKEN, scopes, time.time(), self.connection.expiration_time, id=id)
        self._on_issued(token)
        return IssuedToken(token, cached=False)

    def replace(self, request: TokenRequest, refused: IssuedToken, refusal: Refusal) -> IssuedToken | None:
        """Return no token: none is sent, so none is refused."""
        return None

    def confirm(self, request: TokenRequest, refused: IssuedToken, refusal: Refusal) -> None:
        """Record nothing."""


class StaticToken:
    """Provides only the token that the user set."""

    failure = ""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def get(self, request: TokenRequest) -> IssuedToken:
        """Return the token, whatever its scopes are."""
        value = validate_token_value(self.connection.access_token, "access_token")
        refuse_short_given_token(value, self.connection.min_validity)
        return IssuedToken(Token(value, scopes=(), issued_at=0, lifetime=None), cached=True)

    def replace(self, request: TokenRequest, refused: IssuedToken, refusal: Refusal) -> IssuedToken | None:
        """Return `None`: the user decides which token is used."""
        return None

    def confirm(self, request: TokenRequest, refused: IssuedToken, refusal: Refusal) -> None:
        """Record nothing."""


class ClientCredentialsTokens:
    """Provides tokens that the client requests with its own credentials.

    If several callers of a run need the same token at the same time, one caller requests it. The others share the token or
    the error.
    """

    failure = ""

    def __init__(
        self,
        server: AuthorizationServer,
        store: TokenStore | None = None,
        replacements: TokenReplacements | None = None,
        new_application: NewApplicationWait | None = None,
        errors: SharedErrors | None = None,
    ) -> None:
        self.server = server
        self.store = store
        self.replacements = replacements or TokenReplacements()
        self.new_application = new_application or NewApplicationWait()
        self.errors = errors or SharedErrors()

    @property
    def connection(self) -> Connection:
        """The connection whose credentials are used."""
        return self.server.connection

    def get(self, request: TokenRequest) -> IssuedToken:
        """Return a token from the store, or request one."""
        key, store, began = self._build_key(request), self.store, time.time()
        if store is None:
            return IssuedToken(self._request(key, request, may_wait=self._may_wait()), cached=False)
        min_validity = self.connection.min_validity
        if not request.fresh:
            token = find_usable(store, key, min_validity)
            if token:
                return IssuedToken(token, cached=True)
        error_key = self._build_error_key(key)
        seen = self.errors.count(error_key)
        with store.lock(key, self._purpose):
            token = find_usable(store, key, min_validity, new_since=began)
            if token and not (request.fresh and token.issued_at < began):
                return IssuedToken(token, cached=True)
            may_wait = self._may_wait()
            # All hosts share the wait for a new application, so its refusals are not shared.
            with self.errors.share(error_key, seen, lambda error: not (may_wait and is_unknown_client(error))):
                return IssuedToken(self._request(key, request, may_wait=may_wait), cached=False)

    def replace(self, request: TokenRequest, refused: IssuedToken, refusal: Refusal) -> IssuedToken | None:
        """Return a newer token from the store, or request a token if the run did not just request one."""
        key, self.failure = self._build_key(request), ""
        if not refused.may_be_revoked(refusal) or self.replacements.is_final(key, refusal):
            return None
        newer = self._find_newer(request, key, refused)
        if newer is None:
            self.failure = self.replacements.find_failure(key)
        return newer

    def _find_newer(self, request: TokenRequest, key: list[Any], refused: IssuedToken) -> IssuedToken | None:
        store, began = self.store, time.time()
        if store is None:
            with self.replacements.limit(key) as is_allowed:
                return IssuedToken(self._request(key, request), cached=False) if is_allowed else None
        error_key = self._build_error_key(key)
        seen = self.errors.count(error_key)
        with store.lock(key, self._purpose):
            token = find_usable(store, key, self.connection.min_validity, new_since=began)
            if token and token.access_token != refused.value:
                return IssuedToken(token, cached=True)
            with self.errors.share(error_key, seen), self.replacements.limit(key) as is_allowed:
                return IssuedToken(self._request(key, request), cached=False) if is_allowed else None

    def confirm(self, request: TokenRequest, refused: IssuedToken, refusal: Refusal) -> None:
        """Make the refusal final for a while."""
        self.replacements.add_final(self._build_key(request), refusal)

    def _request(self, key: list[Any], request: TokenRequest, *, may_wait: bool = False) -> Token:
        """Request a token and store it. A token that is too short is stored, too: it may be sufficient for another task."""

        def send() -> Token:
            return self.server.request_client_credentials_token(
                request.scopes, request.custom_claims, may_be_new=may_wait
            )

        min_validity = self.connection.min_validity
        with share_short_tokens(self.server.task_errors, self._build_error_key(key), min_validity):
            token = self.new_application.request(self._application_key, send) if may_wait else send()
            if self.store is not None and token.lifetime is None:
                self.store.discard(key)  # it is unknown how long the token is valid
            elif self.store is not None:
                self.store.put(key, token.to_dict())
            return refuse_short_token(token, min_validity)

    @property
    def _purpose(self) -> LockPurpose:
        exchange = self.server.session.settings.longest_exchange
        # the wait for a new application begins and ends with a request
        duration = 2 * exchange + LIMIT if self._may_wait() else exchange
        return LockPurpose("a token request", duration, "several hosts can request the same token")

    def _may_wait(self) -> bool:
        return self.new_application.may_wait(self._application_key)

    @property
    def _application_key(self) -> list[Any]:
        connection = self.connection
        return ["new application", connection.issuer, connection.require("client_id"), connection.client_secret]

    def _build_key(self, request: TokenRequest) -> list[Any]:
        return build_token_key(self.connection, request.scopes, request.custom_claims)

    def _build_error_key(self, key: list[Any]) -> list[Any]:
        """Return everything that can cause an error of the request for a token."""
        return [*key, self.connection.min_validity, *self.server.error_key]


def find_missing_scopes(token: Token, requested: Iterable[str]) -> str:
    """Return the scopes that were requested and not granted, for a message; empty if all were granted."""
    missing = set(requested) - set(token.scopes)
    return join_names(missing) if missing else ""
