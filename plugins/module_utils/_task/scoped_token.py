# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A token with one scope, for a request that the client's own credentials do not authorize."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

from .._errors import BeyondIdentityError, ResponseError, SignInRequiredError, TransportError
from .._oauth.token_sources import IssuedToken, TokenRequest
from .context import TaskContext

T = TypeVar("T")


class ScopedToken:
    """A token with one scope: the given `value`, a signed-in user's, or the client's own.

    Args:
        value: a token to try first.
        explain: makes the error if no token can be requested; by default the error of the request itself.
            No second request follows, except after a `TransportError`.
    """

    def __init__(
        self,
        task: TaskContext,
        scope: str,
        value: str | None = None,
        explain: Callable[[], BeyondIdentityError] | None = None,
    ) -> None:
        self.task = task
        self.scope = scope
        self.explain = explain
        self._value = value
        self._is_new = False  # a new token is known to the server, so no other token would help after a 401
        self._error: BeyondIdentityError | None = None

    def use(self, send: Callable[[str], T]) -> T:
        """Send a request with the token; after a 401 once more with another token. A 403 names the missing scope."""
        value = self._value or self._request()
        try:
            return send(value)
        except ResponseError as error:
            if error.status == 403:
                raise error.with_hint(f"The token for this request needs the scope {self.scope}.") from None
            if error.status != 401:
                raise
            if self._is_new or self._request(rejected=value) == value:
                self._value, self._error = None, error
                raise
        return self.use(send)

    def _request(self, rejected: str | None = None) -> str:
        if self._error is None:
            try:
                issued = self._get(TokenRequest((self.scope,), rejected=rejected))
            except TransportError:
                raise
            except BeyondIdentityError as error:
                self._error = self.explain() if self.explain else error
            else:
                self._value, self._is_new = issued.value, not issued.cached
                return issued.value
        raise self._error

    def _get(self, request: TokenRequest) -> IssuedToken:
        task = self.task
        if task.open_sign_ins is not None and not task.connection.access_token:
            with suppress(SignInRequiredError):
                return task.open_sign_ins(task).get(request)
        return task.token_source.get(request)


def has_credentials(task: TaskContext) -> bool:
    """Whether the client authenticates with its own credentials.

    Also true if neither `client_secret` nor `access_token` is set: the error is then that `client_secret` is missing.
    """
    connection = task.connection
    return connection.client_auth_method != "none" and bool(connection.client_secret or not connection.access_token)
