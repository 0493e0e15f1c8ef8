# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The findings of the check of the credentials."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from .own_application import OwnApplication


@dataclass(frozen=True)
class TestedScope:
    """A scope that the user asked about.

    Attributes:
        granted: `None` if unknown.
        reason: why it is not granted, or why that is unknown; `None` for a granted scope.
    """

    scope: str
    granted: bool | None
    reason: str | None = None


@dataclass(frozen=True)
class CheckedCredentials:
    """What the credentials are good for.

    Attributes:
        verified: whether the service accepted the credentials or the token; otherwise no request could prove it.
        lifetime: the lifetime in seconds of a token for the tested scopes; `None` if unknown.
        expires_at: the end of a token that was not requested now.
        principal_id: the ID of the application or identity that the token belongs to.
        api_reached: whether the Management API accepted the token; `None` if no token was tried.
    """

    application: OwnApplication
    verified: bool
    scopes: list[TestedScope] = field(default_factory=list)
    lifetime: int | None = None
    expires_at: str | None = None
    principal_id: str | None = None
    api_reached: bool | None = None

    def to_result(self, requested_lifetime: int | None) -> dict[str, Any]:
        """Return the part of the result that the check adds. No value is a secret."""
        application = self.application
        return {
            "verified": self.verified,
            "principal_id": self.principal_id,
            "allowed_scopes": application.allowed_scopes,
            "allowed_scopes_unknown": application.unknown_because or None,
            "scopes": [asdict(tested) for tested in self.scopes],
            "lifetime": {
                "requested": requested_lifetime,
                "granted": self.lifetime,
                "maximum": application.maximum_lifetime,
            },
            "expires_at": self.expires_at,
            "api_reached": self.api_reached,
        }
