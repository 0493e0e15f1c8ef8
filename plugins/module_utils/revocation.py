# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a token is active, and its end: asked by its value, authenticated in the way that the service takes."""

from __future__ import annotations

from typing import Any

from .errors import BeyondIdentityError, ResponseError, StateError
from .task import Task

DELETE = "tokens:delete"
INTROSPECT = "tokens:introspect"


def introspected(task: Task, value: str) -> dict[str, Any]:
    """What the authenticating realm knows of a token, asked by the client's own credentials or else by a token that may."""
    if _has_credentials(task):
        return task.server.introspect(value)
    return task.server.introspect(value, bearer=task.tokens.bearer([INTROSPECT]).token.access_token)


class Revocation:
    """Revokes tokens of one application by their values (RFC 7009).

    By the client's own credentials where the service takes them, which it does for applications of the protocol
    ``oauth2``; else by a token with ``tokens:delete``.
    """

    def __init__(self, task: Task) -> None:
        self.task = task
        self._refusal: ResponseError | None = None

    def revoke(self, value: str, able: str | None = None) -> None:
        """Revoke a token; ``able`` is one that may, where one is at hand."""
        if _has_credentials(self.task) and not (self._refusal and self._refusal.status == 401):
            try:
                self.task.server.revoke(value)
            except ResponseError as error:
                if error.status not in (400, 401, 403):
                    raise
                self._refusal = error
            else:
                return
        self.task.server.revoke(value, bearer=able or self._bearer())

    def _bearer(self) -> str:
        try:
            return self.task.tokens.bearer([DELETE]).token.access_token
        except BeyondIdentityError:
            if self._refusal:
                raise self._refusal from None
            raise StateError(
                f"The application is public, and the token lacks {DELETE}.", "It expires by itself."
            ) from None


def _has_credentials(task: Task) -> bool:
    """Whether the client can prove who it is; where neither that nor a token is given, the error is about the client."""
    connection = task.connection
    return connection.client_auth_method != "none" and bool(connection.client_secret or not connection.access_token)
