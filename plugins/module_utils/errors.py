# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One small tree of errors: what went wrong, and what to do about it.

No message and no detail ever holds a secret, and none holds server text that
:func:`text.one_line` has not been over.
"""

from __future__ import annotations

from typing import Any


class BeyondIdentityError(Exception):
    """Anything that ends a task or a lookup with one clear message."""

    def __init__(self, message: str, hint: str = "", **details: Any) -> None:
        self.message = f"{message} {hint}".strip()
        self.details = {name: value for name, value in details.items() if value not in (None, "", [])}
        super().__init__(self.message)


class OptionError(BeyondIdentityError):
    """What the user gave is missing, malformed or contradictory; nothing was sent."""


class TrustError(OptionError):
    """An option would send a secret where its owner did not point it."""


class StateError(BeyondIdentityError):
    """The tenant is not in a state in which the wanted change can be made."""


class NotThereError(StateError):
    """Something that is referred to is not there."""


class TransportError(BeyondIdentityError):
    """No complete answer came.

    ``sent`` tells whether the request may have reached the server, and so may have been carried out;
    ``permanent`` that another attempt would end the same way.
    """

    def __init__(self, message: str, hint: str = "", *, sent: bool = True, permanent: bool = False) -> None:
        super().__init__(message, hint)
        self.sent = sent
        self.permanent = permanent


class MalformedResponseError(BeyondIdentityError):
    """An answer came that is not what the protocol allows."""


class ResponseError(BeyondIdentityError):
    """The server answered with an error.

    ``status`` is the HTTP status, ``code`` the error's name: RFC 6749 section 5.2's ``error``
    or the Management API's ``code``.
    """

    def __init__(self, message: str, hint: str = "", *, status: int, code: str = "", **details: Any) -> None:
        super().__init__(message, hint, status=status, error=code, **details)
        self.status = status
        self.code = code

    def hinted(self, hint: str) -> ResponseError:
        """The same error with what to do about it."""
        return ResponseError(self.message, hint, status=self.status, code=self.code)
