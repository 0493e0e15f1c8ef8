# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A refresh token that the user set, used as often as needed and sent as rarely as possible.

With rotation, a refresh token is valid once, and its second use can end the sign-in (RFC 9700 section 4.14.2). All hosts,
and with `token_cache: user` all runs, have the same refresh token, so they share what the server issued for it.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from .._errors import ResponseError
from .stored_sign_ins import SignInStore, is_refused_grant
from .token import Origin, Token
from .token_sources import IssuedToken, TokenRequest
from .token_store import TokenStore, TokenStores
from .token_validity import refuse_short_token

REPLACED = (
    "The service replaced the refresh token. The result of this task has the new one: for the next run, set refresh_token to the "
    "value of token.refresh_token."
)


@dataclass(frozen=True)
class _Use:
    """One use of the refresh token: in which store its tokens are, and what is requested."""

    store: TokenStore
    request: TokenRequest
    origin: Origin


class GivenRefreshToken:
    """Provides the tokens that the server issues for a refresh token that the user set.

    They are stored among the sign-ins: with the stored refresh token if the user set that token, otherwise in the first
    store.

    Args:
        sign_ins: the sign-ins with the application that the refresh token was issued to.
        stores: the run's store, which knows whether the run has sent the refresh token, and the user's store.
        warn: shows a warning.
    """

    def __init__(
        self,
        value: str,
        sign_ins: SignInStore,
        stores: TokenStores,
        warn: Callable[[str], None] = lambda message: None,
    ) -> None:
        self._value = value
        self._sign_ins = sign_ins
        self._stores = stores
        self._warn = warn

    def get(self, request: TokenRequest) -> IssuedToken:
        """Return the stored access token for the same request, or use the newest refresh token."""
        connection = self._sign_ins.connection
        origin = Origin(self._digest, _digest([*_to_list(request), connection.expiration_time]))
        store = self._find_store()
        if store is None:
            token = self._sign_ins.server.refresh(self._value, **_to_options(request))
            self._warn_if_replaced(token, self._value)
            return IssuedToken(refuse_short_token(token, connection.min_validity), cached=False)
        return self._get_from(_Use(store, request, origin))

    def _get_from(self, use: _Use) -> IssuedToken:
        began = time.time()
        token = self._find_issued(use, began)
        if token:
            return IssuedToken(token, cached=True)
        min_validity = self._sign_ins.connection.min_validity
        error_key = self._build_error_key(use)
        errors = self._sign_ins.errors
        seen = errors.count(error_key)
        purpose = self._sign_ins.build_refresh_purpose(requests=2)  # the newest refresh token, then perhaps the user's
        with use.store.lock(self._sign_ins.key, purpose):
            token = self._find_issued(use, began, new_since=began)
            if token:
                return IssuedToken(token, cached=True)
            with errors.share(error_key, seen), self._sign_ins.share_short_tokens(error_key):
                return IssuedToken(refuse_short_token(self._refresh(use), min_validity), cached=False)

    def _find_issued(self, use: _Use, began: float, *, new_since: float | None = None) -> Token | None:
        min_validity = self._sign_ins.connection.min_validity
        for token in self._list_derived(use.store):
            is_new = not use.request.fresh or token.issued_at >= began
            is_expired = token.is_expired(time.time(), min_validity, new_since=new_since)
            if token.origin == use.origin and is_new and not is_expired:
                return token
        return None

    def _refresh(self, use: _Use) -> Token:
        """Use the newest refresh token. If the server refuses it, use the token that the user set, unless this run has used it."""
        newest = next((token.refresh_token for token in self._list_derived(use.store)), None)
        if newest and newest != self._value:
            try:
                return self._send(use, newest)
            except ResponseError as error:
                if not is_refused_grant(error) or self._was_sent:
                    raise
        if self._stores.run is not None:
            self._stores.run.put(self._sent_key, {"sent": True})
        return self._send(use, self._value)

    def _send(self, use: _Use, refresh_token: str) -> Token:
        try:
            token = self._sign_ins.use(use.store, refresh_token, origin=use.origin, **_to_options(use.request))
        except ResponseError as error:
            if error.code == "invalid_grant":
                for refused in self._list_derived(use.store):
                    if refused.refresh_token == refresh_token:
                        self._sign_ins.drop(use.store, refused)
            raise
        if use.store is not self._stores.user:
            self._warn_if_replaced(token, refresh_token)
        return token

    def _warn_if_replaced(self, token: Token, refresh_token: str) -> None:
        if token.refresh_token != refresh_token:
            self._warn(REPLACED)

    def _find_store(self) -> TokenStore | None:
        """Return the store with tokens for the refresh token, or with the refresh token itself; by default the first store."""
        for store in self._sign_ins.stores:
            tokens = self._sign_ins.list_in(store)
            if self._list_derived(store) or any(token.refresh_token == self._value for token in tokens):
                return store
        return next(iter(self._sign_ins.stores), None)

    def _list_derived(self, store: TokenStore) -> list[Token]:
        """Return the stored tokens that the server issued for the refresh token or its successors, the newest first."""
        tokens = self._sign_ins.list_in(store)
        return [token for token in tokens if token.origin and token.origin.refresh_token == self._digest]

    def _build_error_key(self, use: _Use) -> list[Any]:
        """Return everything that can cause an error."""
        sign_ins, origin = self._sign_ins, use.origin
        given = [origin.refresh_token, origin.request, sign_ins.connection.min_validity]
        return [*sign_ins.key, *given, *sign_ins.server.error_key]

    @property
    def _was_sent(self) -> bool:
        return self._stores.run is not None and self._stores.run.get(self._sent_key) is not None

    @property
    def _sent_key(self) -> list[Any]:
        return [*self._sign_ins.key, "sent", self._digest]

    @cached_property
    def _digest(self) -> str:
        return _digest(self._value)


def _digest(value: Any) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()


def _to_list(request: TokenRequest) -> list[Any]:
    return [sorted(request.scopes), request.custom_claims or {}]


def _to_options(request: TokenRequest) -> dict[str, Any]:
    return {"scopes": request.scopes, "custom_claims": request.custom_claims}
