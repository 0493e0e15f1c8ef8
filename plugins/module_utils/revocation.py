# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a token is active, and its end: asked by its value, authenticated in the way that the service takes."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any, TypeVar

from .errors import BeyondIdentityError, ResponseError, StateError, TransportError
from .masking import masked
from .sign_in import SignInRequiredError
from .task import Task
from .tokens import Bearer

DELETE = "tokens:delete"
INTROSPECT = "tokens:introspect"

Answer = TypeVar("Answer")


def introspected(task: Task, value: str) -> dict[str, Any]:
    """What the authenticating realm knows of a token, asked by the client's own credentials or else by a token that may."""
    if _has_credentials(task):
        return task.server.introspect(value)
    return _Right(task, INTROSPECT).use(lambda bearer: task.server.introspect(value, bearer=bearer))


class Revocation:
    """Revokes tokens of one application by their values (RFC 7009).

    By the client's own credentials where the service takes them, which it does for applications of the protocol
    ``oauth2``; else by a token with ``tokens:delete``: by ``able`` where one is at hand. ``silent`` are servers that do
    not answer, with the reason, for who revokes tokens of several applications.
    """

    def __init__(self, task: Task, able: str | None = None, silent: dict[str, str] | None = None) -> None:
        self.task = task
        self.silent = {} if silent is None else silent
        self._right = _Right(task, DELETE, able, self._unable)
        self._refusal: ResponseError | None = None

    def revoke(self, value: str) -> None:
        """Revoke a token; an unknown or revoked one is no error."""
        if _has_credentials(self.task) and not (self._refusal and self._refusal.status == 401):
            try:
                self.task.server.revoke(value)
            except ResponseError as error:
                if error.status not in (400, 401, 403):
                    raise
                self._refusal = error
            else:
                return
        self._right.use(lambda bearer: self.task.server.revoke(value, bearer=bearer))

    def attempt(self, value: str) -> str:
        """Why a token is not revoked, empty where it is. A server that is silent, or asks for more patience than there is, is not asked again."""
        server = self.task.connection.auth_url
        if server not in self.silent:
            try:
                self.revoke(value)
            except BeyondIdentityError as error:
                why = masked(error.message, self.task.secrets())
                if isinstance(error, TransportError) or error.details.get("status") in (429, 503):
                    self.silent[server] = why
                return why
        return self.silent.get(server, "")

    def _unable(self) -> BeyondIdentityError:
        """Without a token that may, the reason is why the client's own credentials did not do."""
        return self._refusal or StateError(
            f"The application is public, and the token lacks {DELETE}.", "It expires by itself."
        )


class _Right:
    """A token that has one scope: one at hand, a person's, or the client's own. Where it is not known any more, another one.

    ``why_not`` makes the error of who can't get one, which nobody tries twice.
    """

    def __init__(
        self, task: Task, scope: str, value: str | None = None, why_not: Callable[[], BeyondIdentityError] | None = None
    ) -> None:
        self.task = task
        self.scope = scope
        self.why_not = why_not
        self._value = value
        self._is_new = False  # and so known to the server, if any is
        self._error: BeyondIdentityError | None = None

    def use(self, send: Callable[[str], Answer]) -> Answer:
        """Send something with it, once more with another where it is refused with 401; name the scope that one lacks."""
        value = self._value or self._got()
        try:
            return send(value)
        except ResponseError as error:
            if error.status == 403:
                raise error.hinted(f"The token that asks needs the scope {self.scope}.") from None
            if error.status != 401:
                raise
            if self._is_new or self._got(rejected=value) == value:
                self._value, self._error = None, error
                raise
        return self.use(send)

    def _got(self, rejected: str | None = None) -> str:
        if self._error is None:
            try:
                bearer = self._bearer(rejected)
            except TransportError:
                raise
            except BeyondIdentityError as error:
                self._error = self.why_not() if self.why_not else error
            else:
                self._value, self._is_new = bearer.token.access_token, not bearer.cached
                return self._value
        raise self._error

    def _bearer(self, rejected: str | None) -> Bearer:
        task = self.task
        with suppress(SignInRequiredError):
            if not task.connection.access_token:
                return task.sign_ins.bearer([self.scope], rejected=rejected)
        return task.tokens.bearer([self.scope], rejected=rejected)


def _has_credentials(task: Task) -> bool:
    """Whether the client can prove who it is; where neither that nor a token is given, the error is about the client."""
    connection = task.connection
    return connection.client_auth_method != "none" and bool(connection.client_secret or not connection.access_token)
