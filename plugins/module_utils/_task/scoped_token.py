# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A token with one scope, for a request that the client's own credentials do not authorize."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

from .._errors import AuditError, BeyondIdentityError, LockError, ResponseError, SignInRequiredError, TransportError
from .._oauth.connection import Connection
from .._oauth.token import Token
from .._oauth.token_errors import hint_on_refused_token
from .._oauth.token_replacement import REFUSAL_STATUSES, Refusal
from .._oauth.token_sources import IssuedToken, TokenRequest, TokenSource, send_with_replacement
from .context import TaskContext

T = TypeVar("T")


class ScopedToken:
    """A token with one scope: the given `value`, a signed-in user's, or the client's own.

    Args:
        value: a token to try first.
        explain: makes the error if no token can be requested, from the error of the request itself, which is the default.
            No second request follows, except after a `TransportError`.
    """

    def __init__(
        self,
        task: TaskContext,
        scope: str,
        value: str | None = None,
        explain: Callable[[BeyondIdentityError], BeyondIdentityError] | None = None,
    ) -> None:
        self.scope = scope
        self.explain = explain
        self._source = _TaskTokens(task)
        self._request = TokenRequest((scope,))
        self._issued = None if value is None else IssuedToken(Token(value, (scope,), 0, None), cached=True)
        self._error: BeyondIdentityError | None = None

    def use(self, send: Callable[[str], T]) -> T:
        """Send a request with the token, and again with another token if the first token is refused and may be revoked."""
        if self._error is not None:
            raise self._error
        if self._issued is None or self._issued.is_outdated:
            self._issued = self._get()

        def attempt(value: str) -> tuple[int, T | ResponseError]:
            try:
                return 200, send(value)
            except ResponseError as error:
                return error.status, error

        result, self._issued = send_with_replacement(self._source, self._request, self._issued, self.scope, attempt)
        if not isinstance(result, ResponseError):
            return result
        if result.status not in REFUSAL_STATUSES:
            raise result
        error = result.with_hint(self._build_hint(result.status))
        if result.status == 401:
            self._error = error  # the token is not valid, and no other token can be requested
        raise error

    def _get(self) -> IssuedToken:
        try:
            return self._source.get(self._request)
        except (TransportError, LockError, AuditError):
            raise
        except BeyondIdentityError as error:
            self._error = self.explain(error) if self.explain else error
            raise self._error from None

    def _build_hint(self, status: int) -> str:
        needed = f"The token for this request needs the scope {self.scope}. " if status == 403 else ""
        return needed + hint_on_refused_token(
            self._source.credential_type, self._source.connection.access_token, self._source.failure
        )


class _TaskTokens:
    """The tokens of a task: from a stored sign-in, otherwise from the task's own source."""

    def __init__(self, task: TaskContext) -> None:
        self.task = task
        self._selected: TokenSource | None = None  # where the last token is from; `None` for a given token
        self._is_sign_in = False

    @property
    def connection(self) -> Connection:
        """The task's connection."""
        return self.task.connection

    @property
    def credential_type(self) -> str:
        """The origin of the last token, as `Connection.credential_type`."""
        return "authorization_code" if self._is_sign_in else self.connection.credential_type

    @property
    def failure(self) -> str:
        """Why the token that was refused last was not replaced, as `TokenSource.failure`."""
        return self._selected.failure if self._selected else ""

    def get(self, request: TokenRequest) -> IssuedToken:
        """Return a token of a stored sign-in, or of the task's own source."""
        task = self.task
        if task.open_sign_ins is not None and not task.connection.access_token:
            sign_ins = task.open_sign_ins(task)
            with suppress(SignInRequiredError):
                issued = sign_ins.get(request)
                self._selected, self._is_sign_in = sign_ins, True
                return issued
        return self._get_own(request)

    def replace(self, request: TokenRequest, refused: IssuedToken, refusal: Refusal) -> IssuedToken | None:
        """Return another token for a refused token; after the tokens of a sign-in, also from the task's own source."""
        if self._selected is None:
            issued = self._try(lambda: self.get(request))
            if issued is None or issued.value != refused.value:
                return issued
        newer = self._selected.replace(request, refused, refusal) if self._selected else None
        if newer is None and self._is_sign_in and refused.cached:
            newer = self._try(lambda: self._get_own(request))
        return None if newer is None or newer.value == refused.value else newer

    def confirm(self, request: TokenRequest, refused: IssuedToken, refusal: Refusal) -> None:
        """Make the refusal final for a while."""
        if self._selected is not None:
            self._selected.confirm(request, refused, refusal)

    def _get_own(self, request: TokenRequest) -> IssuedToken:
        source = self.task.token_source
        issued = source.get(request)
        self._selected = source
        self._is_sign_in = self.connection.credential_type == "authorization_code"
        return issued

    def _try(self, get: Callable[[], IssuedToken]) -> IssuedToken | None:
        """Return no token if none can be requested: the refusal of the first token is then final."""
        try:
            return get()
        except (TransportError, LockError, AuditError):
            raise
        except BeyondIdentityError:
            return None


def has_credentials(task: TaskContext) -> bool:
    """Whether the client authenticates with its own credentials.

    Also true if neither `client_secret` nor `access_token` is set: the error is then that `client_secret` is missing.
    """
    connection = task.connection
    return connection.client_auth_method != "none" and bool(connection.client_secret or not connection.access_token)
