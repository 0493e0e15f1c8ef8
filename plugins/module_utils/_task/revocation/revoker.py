# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Revocation of tokens by their values (RFC 7009), authenticated as the service requires."""

from __future__ import annotations

from ..._errors import AuditError, BeyondIdentityError, ResponseError, StateError, TransportError
from ..._masking import mask_known_secrets
from ..._oauth.token_replacement import REFUSAL_STATUSES
from ..context import TaskContext
from ..scoped_token import ScopedToken, has_credentials

DELETE_SCOPE = "tokens:delete"

# How the service refuses the client's own credentials for revocation.
_CREDENTIAL_REFUSALS = (400, 401, 403)
_OVERLOADED = (429, 503)

_ADVICE = (
    "Revoke the token with the credentials of an application that has tokens:read and tokens:delete: set id and application "
    "in the module revoke."
)


class Revoker:
    """Revokes tokens of one application.

    Uses the client's own credentials if the service accepts them, as it does for `oauth2` applications. Otherwise it
    uses a token with `tokens:delete`.

    Args:
        deleter: the value of a token with `tokens:delete`, if there is one.
        unavailable: servers that do not respond, with the reason; shared by revokers of several applications.
        advice: what to do if no token with `tokens:delete` can be requested.
    """

    def __init__(
        self,
        task: TaskContext,
        deleter: str | None = None,
        unavailable: dict[str, str] | None = None,
        advice: str = _ADVICE,
    ) -> None:
        self.task = task
        self.advice = advice
        self.unavailable = {} if unavailable is None else unavailable
        self._token = ScopedToken(task, DELETE_SCOPE, deleter, self._explain)
        self._refusal: ResponseError | None = None
        self._authorizer: str | None = None  # the token that authorized the last revocation

    def revoke(self, value: str) -> None:
        """Revoke a token. An unknown or revoked token is not an error."""
        if self._revoke_with_credentials(value):
            return
        if value == self._authorizer:
            self._revoke_authorizer(value)
        else:
            self._token.use(lambda access_token: self._revoke_with_token(value, access_token))

    def try_to_revoke(self, value: str) -> str:
        """Revoke a token and return an empty text, or the reason why it is not revoked.

        A server that does not respond, or is overloaded, receives no other request.
        """
        server = self.task.connection.auth_url
        if server not in self.unavailable:
            try:
                self.revoke(value)
            except AuditError:
                raise
            except BeyondIdentityError as error:
                reason: str = mask_known_secrets(error.message)
                if isinstance(error, TransportError) or error.details.get("status") in _OVERLOADED:
                    self.unavailable[server] = reason
                return reason
        return self.unavailable.get(server, "")

    def _revoke_with_credentials(self, value: str) -> bool:
        """Return false if the client's credentials do not authorize a revocation. After a 401 they are not tried again."""
        if not has_credentials(self.task) or (self._refusal and self._refusal.status == 401):
            return False
        try:
            self.task.server.revoke(value)
        except ResponseError as error:
            if error.status not in _CREDENTIAL_REFUSALS:
                raise
            self._refusal = error
            return False
        return True

    def _revoke_with_token(self, value: str, access_token: str) -> None:
        self.task.server.revoke(value, access_token=access_token)
        self._authorizer = access_token

    def _revoke_authorizer(self, value: str) -> None:
        """Revoke the token that authorized the last revocation.

        If the service refuses it now, that revocation was of its refresh token and ended it, too (RFC 7009 section 2.1).
        """
        try:
            self.task.server.revoke(value, access_token=value)
        except ResponseError as error:
            if error.status not in REFUSAL_STATUSES:
                raise

    def _explain(self, error: BeyondIdentityError) -> BeyondIdentityError:
        """Return the error to raise if no token with the scope can be requested.

        Only a token endpoint that refuses the credentials too proves that they are wrong. The service refuses the right
        credentials of an `oidc` application for a revocation.
        """
        refusal = self._refusal
        if isinstance(error, ResponseError) and error.code == "invalid_client":
            return error
        if refusal is None:
            return StateError(f"The application is public, and the token lacks {DELETE_SCOPE}.", self.advice)
        return ResponseError(
            f"The service does not accept the application's own credentials for a revocation (HTTP {refusal.status}). With the "
            f"protocol oidc, a revocation needs a token with the scope {DELETE_SCOPE}, and none is available.",
            self.advice,
            status=refusal.status,
            code=refusal.code,
        )
