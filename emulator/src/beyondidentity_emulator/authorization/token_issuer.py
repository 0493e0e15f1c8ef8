# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Issuing of access, refresh and ID tokens."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from ..management.token_claims import build_audience, build_azp, build_principal
from ..model import identifiers
from ..model.issued_tokens import IssuedToken
from ..model.state import World
from .clients import Client, TokenParameters
from .keys import SigningKey


@dataclass(frozen=True)
class TokenIssuer:
    """Issues the tokens of one token request; `user` is the signed-in user, or None for the application itself."""

    world: World
    key: SigningKey
    client: Client
    parameters: TokenParameters
    user: dict[str, str] | None

    @property
    def issuer(self) -> str:
        """Return the issuer's URL."""
        return self.world.issuer(self.client.tenant.id, self.client.realm.id, self.client.application["id"])

    @property
    def principal_id(self) -> str:
        """Return the ID of the token's principal."""
        return self.user["id"] if self.user else self.client.application["id"]

    @property
    def subject(self) -> str:
        """Return the `sub` claim: for a user, the configured field of the identity."""
        return self.client.choose_subject(self.user) if self.user else self.principal_id

    @property
    def all_realms(self) -> bool:
        """Return whether the token can manage all realms."""
        return self.client.realm.id == self.client.tenant.admin_realm_id

    def issue_access_token(self, scope: str) -> IssuedToken:
        """Issue an access token in the application's format."""
        settings = self.client.tenant.settings
        moment = self._read_clock()
        server = self.client.realm.objects["resource_servers"].get(
            self.client.application.get("resource_server_id", "")
        )
        audience = server["identifier"] if server else self.client.client_id
        claims = {
            **self._build_claims(
                moment,
                self._choose_lifetime(),
                build_audience(settings, audience, self.client.client_id, self.user is not None),
            ),
            "nbf": int(moment),
            "jti": identifiers.generate_token_id(),
            "scope": scope,
            **build_azp(settings.access_token_azp, self.client.tenant, self.client.realm.id, self.client.application),
            "bi_t": self.client.tenant.id,
            "bi_r": "*" if self.all_realms else self.client.realm.id,
            **self._build_principal(),
        }
        if self.parameters.custom_claims is not None:
            claims["bi_custom"] = self.parameters.custom_claims
        token_format = self.client.protocol["token_format"]
        value = (
            self._sign(claims)
            if token_format == "self_contained"
            else identifiers.generate_opaque_token(settings.opaque_tokens)
        )
        token = self._build_token("access", value, token_format, scope, audience, claims)
        if settings.early_expiry is not None:
            token.refused_from = moment + settings.early_expiry
        return token

    def issue_refresh_token(self, scope: str) -> IssuedToken:
        """Issue a refresh token, which is always opaque."""
        claims = {
            **self._build_claims(self._read_clock(), self.client.tenant.settings.refresh_lifetime, self.issuer),
            "jti": identifiers.generate_token_id(),
        }
        return self._build_token(
            "refresh",
            identifiers.generate_opaque_token(self.client.tenant.settings.opaque_tokens),
            "referential",
            scope,
            self.issuer,
            claims,
        )

    def issue_id_token(self, nonce: str | None) -> str:
        """Issue an ID token."""
        moment = self._read_clock()
        claims = {
            **self._build_claims(moment, self._choose_lifetime(), self.client.client_id),
            "auth_time": int(moment),
            **build_azp(
                self.client.tenant.settings.id_token_azp,
                self.client.tenant,
                self.client.realm.id,
                self.client.application,
            ),
        }
        if nonce is not None:
            claims["nonce"] = nonce
        return self._sign(claims)

    def _read_clock(self) -> float:
        return time.time() + self.client.tenant.settings.clock_offset

    def _choose_lifetime(self) -> float:
        configured = self.client.protocol["token_configuration"]["expires_after"]
        override = self.client.tenant.settings.token_lifetime
        return override if override is not None else min(self.parameters.lifetime or configured, configured)

    def _build_claims(self, moment: float, lifetime: float, audience: Any) -> dict[str, Any]:
        return {
            "iss": self.issuer,
            "sub": self.subject,
            "aud": audience,
            "iat": int(moment),
            "exp": int(moment + lifetime),
        }

    def _build_principal(self) -> dict[str, Any]:
        user_id = self.user["id"] if self.user else None
        return build_principal(self.client.tenant, self.client.realm.id, self.client.application, user_id)

    def _sign(self, claims: dict[str, Any]) -> str:
        return self.key.sign(claims, f"{self.issuer}/.well-known/jwks.json")

    def _build_token(
        self, token_type: str, value: str, token_format: str, scope: str, audience: str, claims: dict[str, Any]
    ) -> IssuedToken:
        return IssuedToken(
            id=claims["jti"],
            value=value,
            tenant_id=self.client.tenant.id,
            realm_id=self.client.realm.id,
            application_id=self.client.application["id"],
            client_id=self.client.client_id,
            scopes=tuple(scope.split()),
            audience=audience,
            token_format=token_format,
            issued_at=claims["iat"],
            expires=claims["exp"],
            principal_type="identity" if self.user else "application",
            principal_id=self.principal_id,
            all_realms=self.all_realms,
            claims=claims,
            token_type=token_type,
            clock_offset=self.client.tenant.settings.clock_offset,
        )
