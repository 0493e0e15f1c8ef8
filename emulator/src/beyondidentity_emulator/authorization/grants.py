# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Authlib's grants, with the additional rules of the service."""

from __future__ import annotations

import re
import time
from typing import Any

from authlib.oauth2.rfc6749 import InvalidGrantError, InvalidRequestError, InvalidScopeError
from authlib.oauth2.rfc6749.grants import AuthorizationCodeGrant, ClientCredentialsGrant, RefreshTokenGrant
from authlib.oauth2.rfc7636 import CodeChallenge
from flask import g

from ..model.issued_tokens import IssuedCode, IssuedToken
from . import signed_in_user
from .clients import Client

AUTH_METHODS = ["client_secret_basic", "client_secret_post", "none"]
CODE_VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}")
CHALLENGE_METHODS = {"s256": "S256", "plain": "plain"}
"""The challenge method that an application's `pkce` requires."""


class ClientCredentials(ClientCredentialsGrant):
    """The client credentials grant. Without scopes, it grants all, or none, as the settings say."""

    TOKEN_ENDPOINT_AUTH_METHODS = AUTH_METHODS

    def validate_requested_scope(self) -> None:
        """Refuse scopes that the application does not allow."""
        if self.client.get_allowed_scope(self.request.payload.scope) is None:
            raise InvalidScopeError("Request one or more of the application's allowed scopes.")


class AuthorizationCode(AuthorizationCodeGrant):
    """The authorization code grant: a code is valid once, for a short time."""

    TOKEN_ENDPOINT_AUTH_METHODS = AUTH_METHODS

    def save_authorization_code(self, code: str, request: Any) -> None:
        """Store a code with the parameters that it is bound to."""
        client: Client = request.client
        client.tenant.codes[code] = IssuedCode(
            value=code,
            application_id=client.application["id"],
            client_id=client.client_id,
            redirect_uri=request.payload.redirect_uri,
            scope=signed_in_user.grant_scopes(
                client, request.user, client.get_allowed_scope(request.payload.scope) or ""
            ),
            nonce=request.payload.data.get("nonce"),
            code_challenge=request.payload.data.get("code_challenge"),
            code_challenge_method=request.payload.data.get("code_challenge_method"),
            expires=time.time() + client.tenant.settings.code_lifetime,
            user=request.user,
        )

    def query_authorization_code(self, code: str, client: Client) -> IssuedCode | None:
        """Return a valid code. A second use is an attack: revoke the tokens of the first one (RFC 6749 section 4.1.2)."""
        if self.request.payload.redirect_uri is None:
            raise InvalidRequestError("The redirect_uri is missing.")
        issued = client.tenant.codes.get(code)
        if issued is None or issued.application_id != client.application["id"]:
            return None
        if issued.used:
            client.tenant.revoke_sign_in(code)
            return None
        g.code = issued
        return issued if time.time() < issued.expires else None

    def delete_authorization_code(self, authorization_code: IssuedCode) -> None:
        """Mark a code as used."""
        authorization_code.used = True

    def authenticate_user(self, authorization_code: IssuedCode) -> signed_in_user.User:
        """Return the signed-in user."""
        return authorization_code.user


class Pkce(CodeChallenge):
    """PKCE as the application is configured: `s256` and `plain` make that method mandatory."""

    def validate_code_verifier(self, grant: AuthorizationCode, result: Any) -> None:
        """Check a token request; a missing verifier is as wrong as any other (RFC 7636 section 4.6)."""
        verifier = grant.request.form.get("code_verifier")
        if verifier is None and grant.request.authorization_code.code_challenge:
            raise InvalidGrantError("The code_verifier is missing.")
        if verifier is not None and not CODE_VERIFIER.fullmatch(verifier):
            raise InvalidRequestError("The code_verifier must have 43 to 128 letters, digits and the characters -._~.")
        super().validate_code_verifier(grant, result)

    def validate_code_challenge(self, grant: AuthorizationCode, redirect_uri: str) -> None:
        """Check an authorization request."""
        super().validate_code_challenge(grant, redirect_uri)
        wanted = CHALLENGE_METHODS.get(grant.request.client.protocol["pkce"])
        payload = grant.request.payload.data
        if wanted is None:
            return
        if not payload.get("code_challenge"):
            raise InvalidRequestError("The code_challenge is missing.")
        if payload.get("code_challenge_method", self.DEFAULT_CODE_CHALLENGE_METHOD) != wanted:
            raise InvalidRequestError(f"The code_challenge_method must be {wanted}.")


class RefreshToken(RefreshTokenGrant):
    """The refresh token grant, if the tenant's settings enable it."""

    TOKEN_ENDPOINT_AUTH_METHODS = AUTH_METHODS

    def authenticate_refresh_token(self, refresh_token: str) -> IssuedToken:
        """Return a valid refresh token of this application. Use of a rotated one revokes its successors (RFC 9700 section 4.14.2)."""
        target = g.target
        for token in list(target.tenant.tokens.values()):
            if token.value == refresh_token and token.token_type == "refresh" and target.holds(token):
                if token.rotated:
                    target.tenant.revoke_family(token)
                if token.is_active():
                    return token
        raise InvalidGrantError("The refresh token is unknown, expired or revoked.")

    def authenticate_user(self, refresh_token: IssuedToken) -> signed_in_user.User:
        """Return the signed-in user."""
        client: Client = self.request.client
        user = signed_in_user.find_refreshing_user(client.tenant, client.realm, refresh_token.principal_id)
        if user is None:
            raise InvalidGrantError("The signed-in user is unknown or suspended.")
        return user

    def issue_token(self, user: signed_in_user.User, refresh_token: IssuedToken) -> dict[str, Any]:
        """Issue the new tokens; with rotation, also a refresh token."""
        g.refreshed = refresh_token
        scope = signed_in_user.grant_scopes(
            self.request.client, user, self.request.payload.scope or refresh_token.get_scope()
        )
        return self.generate_token(user=user, scope=scope, include_refresh_token=self._rotates())

    def revoke_old_credential(self, refresh_token: IssuedToken) -> None:
        """Revoke the old refresh token if refresh tokens rotate."""
        refresh_token.revoked = refresh_token.rotated = self._rotates()

    def _rotates(self) -> bool:
        return self.request.client.tenant.settings.refresh_tokens == "rotating"
