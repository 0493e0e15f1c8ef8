# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tree of errors. Each message says what failed and what to do.

A message and its details never contain a secret, and server text only after `_text.sanitize_for_display`.
"""

from __future__ import annotations

from typing import Any

OTHER_SERVER_HINT = (
    "A server other than Beyond Identity may have responded. Check issuer and api_url, and any proxy or gateway."
)


class BeyondIdentityError(Exception):
    """An error that ends a task or a lookup with one clear message.

    Attributes:
        reason: the message without its advice.
        is_repeated: whether another caller of the run met the error, so this one sent no request.
    """

    is_repeated = False

    def __init__(self, message: str, hint: str = "", **details: Any) -> None:
        self.reason = message
        self.message = f"{message} {hint}".strip()
        self.details = {name: value for name, value in details.items() if value not in (None, "", [])}
        super().__init__(self.message)


class OptionError(BeyondIdentityError):
    """An option is missing, malformed or contradictory; no request was sent."""


class TrustError(OptionError):
    """An option would send a secret to a place that the secret's owner did not choose."""


class StateError(BeyondIdentityError):
    """The tenant's state does not allow the requested change."""


class TokenLifetimeError(StateError):
    """The service issues tokens that are valid for a shorter time than the task requires."""


class LockError(BeyondIdentityError):
    """Another process is doing the same work, or cannot be kept from it."""


class AuditError(BeyondIdentityError):
    """An event of a token cannot be recorded, so the task stops."""


class NotFoundError(StateError):
    """An object that an option refers to does not exist."""


class TransportError(BeyondIdentityError):
    """No complete response was received.

    Attributes:
        sent: whether the server may have received the request, and may have carried it out.
        permanent: whether another attempt would fail in the same way.
    """

    def __init__(self, message: str, hint: str = "", *, sent: bool = True, permanent: bool = False) -> None:
        super().__init__(message, hint)
        self.sent = sent
        self.permanent = permanent


class MalformedResponseError(BeyondIdentityError):
    """A response that the protocol does not allow."""


class ResponseError(BeyondIdentityError):
    """The server responded with an error.

    Attributes:
        status: the HTTP status.
        code: RFC 6749 section 5.2's `error`, or the Management API's `code`.
    """

    def __init__(self, message: str, hint: str = "", *, status: int, code: str = "", **details: Any) -> None:
        super().__init__(message, hint, status=status, error=code, **details)
        self.status = status
        self.code = code

    def with_hint(self, hint: str) -> ResponseError:
        """Return the same error with advice on what to do."""
        return ResponseError(self.message, hint, status=self.status, code=self.code) if hint else self


class SignInRequiredError(BeyondIdentityError):
    """A user must sign in with a browser."""

    def __init__(self, message: str, further_advice: str = "") -> None:
        super().__init__(
            message,
            "Sign in with the playbook beyondidentity.management.login or the role authorization_code. "
            f"{further_advice}".strip(),
            sign_in_required=True,
        )


class AuthorizationDeniedError(BeyondIdentityError):
    """The authorization server's response that it issues no code (RFC 6749 section 4.1.2.1)."""


class ForeignResponseError(BeyondIdentityError):
    """An authorization response that does not belong to the request. The genuine response may still arrive."""
