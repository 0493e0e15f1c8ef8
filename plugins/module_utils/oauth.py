# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The authorization server's endpoints, and what it answers."""

from __future__ import annotations

import base64
import json
import re
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime, timezone
from typing import Any
from urllib.parse import quote_plus, urlencode

from .claims import unverified_claims
from .connection import Connection
from .errors import MalformedResponseError, OptionError, ResponseError
from .refusal import refusal
from .text import listed, one_line
from .transport import Transport

MAXIMUM_LIFETIME = 86400

_TOKEN = re.compile(r"[\x21-\x7e]{1,16384}")


@dataclass(frozen=True)
class Token:
    """An access token and what is known of it. Times are Unix seconds; ``lifetime`` is ``None`` where it is not known."""

    access_token: str = field(repr=False)
    scopes: tuple[str, ...]
    issued_at: float
    lifetime: int | None
    id: str | None = None

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
        return datetime.fromtimestamp(int(self.issued_at) + self.lifetime, timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")

    def to_dict(self) -> dict[str, Any]:
        """As JSON types."""
        return {**asdict(self), "scopes": list(self.scopes)}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Token:
        """The inverse of :meth:`to_dict`; raises ``TypeError``, ``KeyError`` or ``ValueError`` on anything else."""
        lifetime = data["lifetime"]
        return cls(
            access_token=check_access_token(data["access_token"], "stored token"),
            scopes=tuple(str(scope) for scope in data["scopes"]),
            issued_at=float(data["issued_at"]),
            lifetime=None if lifetime is None else int(lifetime),
            id=data.get("id"),
        )


class AuthorizationServer:
    """The endpoints below an application's issuer, with that application's credentials."""

    def __init__(self, connection: Connection, transport: Transport) -> None:
        self.connection = connection
        self.transport = transport

    def client_credentials(self, scopes: list[str], custom_claims: Mapping[str, Any] | None = None) -> Token:
        """Ask the token endpoint with the client-credentials grant (RFC 6749 section 4.4.2)."""
        connection = self.connection
        if connection.client_auth_method == "none":
            raise OptionError(
                "client_auth_method 'none' is for public applications, which can't use the client-credentials grant (RFC 6749 section 4.4)."
            )
        form = {
            "grant_type": "client_credentials",
            "scope": " ".join(scopes),
            "expiration_time": str(connection.expiration_time),
        }
        if custom_claims:
            form["custom_claims"] = json.dumps(custom_claims, separators=(",", ":"), sort_keys=True)
        return self._token(form, scopes)

    def _token(self, form: dict[str, str], scopes: list[str]) -> Token:
        connection = self.connection
        what = f"Requesting a token from {connection.issuer}/token"
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        self._authenticate(form, headers)
        sent_at = time.time()
        answer = self.transport.send(
            "POST",
            f"{connection.issuer}/token",
            what=what,
            headers=headers,
            body=urlencode(form).encode("ascii"),
            repeatable=True,
        )
        if not answer.ok:
            error = refusal(answer, what)
            raise ResponseError(error.message, _hint(error, scopes), status=error.status, code=error.code)
        return _parse_token(answer.json(what), scopes, sent_at, connection.expiration_time, what)

    def _authenticate(self, form: dict[str, str], headers: dict[str, str]) -> None:
        """Client authentication (RFC 6749 section 2.3.1): id and secret are form-encoded before Basic."""
        connection = self.connection
        client_id = connection.need("client_id")
        if connection.client_auth_method == "none":
            form["client_id"] = client_id
        elif connection.client_auth_method == "client_secret_post":
            form.update(client_id=client_id, client_secret=connection.need("client_secret"))
        else:
            pair = f"{quote_plus(client_id)}:{quote_plus(connection.need('client_secret'))}"
            headers["Authorization"] = "Basic " + base64.b64encode(pair.encode("ascii")).decode("ascii")


def check_access_token(value: Any, what: str) -> str:
    """An access token as it may stand in a header (RFC 6750 section 2.1), or an error that does not repeat it."""
    if not isinstance(value, str) or not _TOKEN.fullmatch(value):
        raise MalformedResponseError(f"{what}: access_token is not 1 to 16384 printable ASCII characters.")
    return value


def _parse_token(body: dict[str, Any], asked: list[str], issued_at: float, expiration_time: int, what: str) -> Token:
    """A successful token answer (RFC 6749 section 5.1); all but ``access_token`` and ``token_type`` may be missing."""
    access_token = check_access_token(body.get("access_token"), what)
    token_type = body.get("token_type")
    if not isinstance(token_type, str) or token_type.lower() != "bearer":
        raise MalformedResponseError(f"{what}: token_type is '{one_line(token_type, 40)}', not 'Bearer'.")
    scope = body.get("scope")
    claims = unverified_claims(access_token) or {}
    jti = claims.get("jti")
    return Token(
        access_token=access_token,
        scopes=tuple(sorted(set(scope.split()))) if isinstance(scope, str) else tuple(asked),
        issued_at=issued_at,
        lifetime=_lifetime(body.get("expires_in"), expiration_time),
        id=jti if isinstance(jti, str) and jti else None,
    )


def _lifetime(expires_in: Any, asked: int) -> int | None:
    """``expires_in`` in seconds, never more than was asked for; ``None`` where it tells nothing."""
    if isinstance(expires_in, str) and expires_in.isdecimal():
        expires_in = int(expires_in[:12])
    if isinstance(expires_in, bool) or not isinstance(expires_in, (int, float)) or not 0 < expires_in < float("inf"):
        return None
    return int(min(expires_in, asked or MAXIMUM_LIFETIME, MAXIMUM_LIFETIME)) or None


def _hint(error: ResponseError, scopes: list[str]) -> str:
    if error.code == "invalid_scope":
        return f"Asked for: {listed(scopes)}. The application grants its allowed scopes only: add what is missing there, or ask for less."
    if error.code == "invalid_client" or error.status == 401:
        return "Check client_id, client_secret and client_auth_method, and that they are of the application that the issuer names."
    if error.code == "unauthorized_client":
        return "The application's grant types do not include this one."
    if error.status == 404:
        return "Check the issuer: region, tenant, realm and application."
    return ""
