# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a token is active, and its end: asked by its value, authenticated in the way that the service takes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from .errors import BeyondIdentityError, ResponseError, StateError, TransportError
from .task import Task

DELETE = "tokens:delete"
INTROSPECT = "tokens:introspect"


def introspected(task: Task, value: str) -> dict[str, Any]:
    """What the authenticating realm knows of a token, asked by the client's own credentials or else by a token that may."""
    if _has_credentials(task):
        return task.server.introspect(value)
    with _needing(INTROSPECT):
        return task.server.introspect(value, bearer=task.tokens.bearer([INTROSPECT]).token.access_token)


@contextmanager
def _needing(scope: str) -> Iterator[None]:
    """Name the scope that a token lacks."""
    try:
        yield
    except ResponseError as error:
        if error.status != 403:
            raise
        raise error.hinted(f"The token that asks needs the scope {scope}.") from None


class Revocation:
    """Revokes tokens of one application by their values (RFC 7009).

    By the client's own credentials where the service takes them, which it does for applications of the protocol
    ``oauth2``; else by a token with ``tokens:delete``: by ``able`` where one is at hand.
    """

    def __init__(self, task: Task, able: str | None = None) -> None:
        self.task = task
        self.able = able
        self._refusal: ResponseError | None = None
        self._unable: BeyondIdentityError | None = None

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
        self.able = self.able or self._bearer()
        with _needing(DELETE):
            self.task.server.revoke(value, bearer=self.able)

    def _bearer(self) -> str:
        """A token that may; where there is none, the error tells why the client's own credentials did not do."""
        if self._unable is None:
            try:
                return self.task.tokens.bearer([DELETE]).token.access_token
            except TransportError:
                raise
            except BeyondIdentityError:
                self._unable = self._refusal or StateError(
                    f"The application is public, and the token lacks {DELETE}.", "It expires by itself."
                )
        raise self._unable


def _has_credentials(task: Task) -> bool:
    """Whether the client can prove who it is; where neither that nor a token is given, the error is about the client."""
    connection = task.connection
    return connection.client_auth_method != "none" and bool(connection.client_secret or not connection.access_token)
