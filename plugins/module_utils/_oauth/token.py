# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An access token, and when it is expired."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime, timezone
from typing import Any

from .._errors import OTHER_SERVER_HINT, MalformedResponseError
from .._ids import is_valid_id

GRANT_TYPES = ("client_credentials", "authorization_code", "refresh_token")

_MAXIMUM_ID_LENGTH = 200
_VALUE = re.compile(r"[\x21-\x7e]{1,16384}")
_OPTIONS = ("access_token", "token")  # the sources of values that the user sets
_OPTION_HINT = "Set it to the token only, without Bearer and without a line break."


@dataclass(frozen=True)
class Origin:
    """Digests of a refresh token that the user set, and of what was requested with it."""

    refresh_token: str
    request: str


@dataclass(frozen=True)
class Token:
    """An access token and what is known about it.

    Times are Unix seconds. `lifetime` is in seconds, `None` if unknown. `origin` is set if the token was requested with a
    refresh token that the user set, or with a successor of that refresh token. `grant_type` is that of the token request.
    """

    access_token: str = field(repr=False)
    scopes: tuple[str, ...]
    issued_at: float
    lifetime: int | None
    id: str | None = None
    refresh_token: str | None = field(default=None, repr=False)
    id_token: str | None = field(default=None, repr=False)
    origin: Origin | None = None
    grant_type: str | None = None

    def is_expired(self, now: float, min_validity: int | None = None, *, new_since: float | None = None) -> bool:
        """Whether the token is too old for new work.

        A token of unknown lifetime, or one that was issued in the future, counts as expired.

        Args:
            min_validity: how many seconds the token must still be valid; by default min(60, a tenth of its lifetime).
            new_since: a token that was issued since then need not be valid for `min_validity` from now on, but from its issue.
        """
        if self.lifetime is None or self.issued_at > now:
            return True
        needed = min(60.0, self.lifetime / 10) if min_validity is None else min_validity
        if new_since is not None and self.issued_at >= new_since:
            return self.lifetime < needed or now >= self.issued_at + self.lifetime
        return now >= self.issued_at + self.lifetime - needed

    @property
    def expires_at(self) -> str | None:
        """The end of the token's life in ISO 8601, UTC."""
        return None if self.lifetime is None else to_iso8601(int(self.issued_at) + self.lifetime)

    @property
    def display_name(self) -> str:
        """The token's name in messages: its ID, never its value."""
        return self.id or "without a known ID"

    def to_dict(self) -> dict[str, Any]:
        """Return JSON types, without the ID token, which has no use later."""
        return {**asdict(self), "scopes": list(self.scopes), "id_token": None}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Token:
        """Read the result of `to_dict`; raise `TypeError`, `KeyError`, `ValueError` or `BeyondIdentityError` for other data."""
        lifetime, origin, grant_type = data["lifetime"], data.get("origin"), data.get("grant_type")
        return cls(
            access_token=validate_token_value(data["access_token"], "stored token"),
            scopes=tuple(str(scope) for scope in data["scopes"]),
            issued_at=float(data["issued_at"]),
            lifetime=None if lifetime is None else int(lifetime),
            id=to_token_id(data.get("id")),
            refresh_token=validate_optional_token(data.get("refresh_token"), "stored token", "refresh_token"),
            origin=Origin(str(origin["refresh_token"]), str(origin["request"])) if origin else None,
            grant_type=grant_type if grant_type in GRANT_TYPES else None,
        )


def to_iso8601(seconds: float) -> str:
    """Return a Unix time in ISO 8601, UTC."""
    return datetime.fromtimestamp(seconds, timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def to_token_id(value: Any) -> str | None:
    """Return an ID that can be displayed and sent, or `None` for any other value."""
    return value if is_valid_id(value) and len(value) <= _MAXIMUM_ID_LENGTH else None


def validate_token_value(value: Any, source: str, name: str = "access_token") -> str:
    """Return a token that is safe in a header (RFC 6750 section 2.1). The error does not repeat the value."""
    if not isinstance(value, str) or not _VALUE.fullmatch(value):
        raise MalformedResponseError(
            f"{source}: {name} is not 1 to 16384 printable ASCII characters.",
            _OPTION_HINT if source in _OPTIONS else OTHER_SERVER_HINT,
        )
    return value


def validate_optional_token(value: Any, source: str, name: str) -> str | None:
    """Return the same for a token that may be missing or empty."""
    return None if value in (None, "") else validate_token_value(value, source, name)
