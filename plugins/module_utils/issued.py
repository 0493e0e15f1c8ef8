# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a token endpoint issued."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime, timezone
from typing import Any

from .claims import unverified_claims
from .errors import MalformedResponseError
from .text import is_identifier, one_line

MAXIMUM_LIFETIME = 86400

_LONGEST_ID = 200
_TOKEN = re.compile(r"[\x21-\x7e]{1,16384}")


@dataclass(frozen=True)
class Token:
    """An access token and what is known of it. Times are Unix seconds; ``lifetime`` is ``None`` where it is not known."""

    access_token: str = field(repr=False)
    scopes: tuple[str, ...]
    issued_at: float
    lifetime: int | None
    id: str | None = None
    refresh_token: str | None = field(default=None, repr=False)
    id_token: str | None = field(default=None, repr=False)

    def is_expired(self, now: float) -> bool:
        """Whether it is too old to begin something with: within min(60 s, a tenth of its lifetime) of its end."""
        if self.lifetime is None or self.issued_at > now:
            return True
        return now >= self.issued_at + self.lifetime - min(60.0, self.lifetime / 10)

    @property
    def expires_at(self) -> str | None:
        """ISO 8601, UTC."""
        if self.lifetime is None:
            return None
        return iso(int(self.issued_at) + self.lifetime)

    @property
    def name(self) -> str:
        """The token in a message: by its id, never by its value."""
        return self.id or "without a known id"

    def to_dict(self) -> dict[str, Any]:
        """As JSON types; without the ID token, which is of no use later."""
        return {**asdict(self), "scopes": list(self.scopes), "id_token": None}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Token:
        """The inverse of :meth:`to_dict`; raises ``TypeError``, ``KeyError`` or ``ValueError`` on anything else."""
        lifetime = data["lifetime"]
        return cls(
            access_token=check_access_token(data["access_token"], "stored token"),
            scopes=tuple(str(scope) for scope in data["scopes"]),
            issued_at=float(data["issued_at"]),
            lifetime=None if lifetime is None else int(lifetime),
            id=_known_id(data.get("id")),
            refresh_token=optional_token(data.get("refresh_token"), "stored token", "refresh_token"),
        )


def iso(seconds: float) -> str:
    """A Unix time as ISO 8601, UTC."""
    return datetime.fromtimestamp(seconds, timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def check_access_token(value: Any, what: str, name: str = "access_token") -> str:
    """A token as it may stand in a header (RFC 6750 section 2.1), or an error that does not repeat it."""
    if not isinstance(value, str) or not _TOKEN.fullmatch(value):
        raise MalformedResponseError(f"{what}: {name} is not 1 to 16384 printable ASCII characters.")
    return value


def optional_token(value: Any, what: str, name: str) -> str | None:
    """The same for a token that may be missing, or empty, which says the same."""
    return None if value in (None, "") else check_access_token(value, what, name)


def parse_token(body: dict[str, Any], asked: list[str], issued_at: float, expiration_time: int, what: str) -> Token:
    """A successful token answer (RFC 6749 section 5.1); all but ``access_token`` and ``token_type`` may be missing."""
    access_token = check_access_token(body.get("access_token"), what)
    token_type = body.get("token_type")
    if not isinstance(token_type, str) or token_type.lower() != "bearer":
        raise MalformedResponseError(f"{what}: token_type is '{one_line(token_type, 40)}', not 'Bearer'.")
    scope = body.get("scope")
    claims = unverified_claims(access_token) or {}
    return Token(
        access_token=access_token,
        scopes=tuple(sorted(set(scope.split()))) if isinstance(scope, str) else tuple(asked),
        issued_at=issued_at,
        lifetime=_lifetime(body.get("expires_in"), expiration_time),
        id=_known_id(claims.get("jti")),
        refresh_token=optional_token(body.get("refresh_token"), what, "refresh_token"),
        id_token=optional_token(body.get("id_token"), what, "id_token"),
    )


def _known_id(value: Any) -> str | None:
    """An id that can be printed and asked for; ``None`` for anything else that was put in its place."""
    return value if is_identifier(value) and len(value) <= _LONGEST_ID else None


def _lifetime(expires_in: Any, asked: int) -> int | None:
    """``expires_in`` in seconds, never more than was asked for; ``None`` where it tells nothing."""
    if isinstance(expires_in, str) and expires_in.isdecimal():
        expires_in = int(expires_in[:12])
    if isinstance(expires_in, bool) or not isinstance(expires_in, (int, float)) or not 0 < expires_in < float("inf"):
        return None
    return int(min(expires_in, asked or MAXIMUM_LIFETIME)) or None
