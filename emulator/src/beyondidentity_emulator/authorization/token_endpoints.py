# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The authorization server's token endpoints below an application or realm, as Authlib endpoint classes."""

from __future__ import annotations

from typing import Any

from authlib.consts import default_json_headers
from authlib.oauth2.rfc6749 import InvalidRequestError
from authlib.oauth2.rfc6750 import InsufficientScopeError, InvalidTokenError
from authlib.oauth2.rfc7009 import RevocationEndpoint
from authlib.oauth2.rfc7662 import IntrospectionEndpoint
from flask import g

from ..management.bearer import Target, bearer_value, find_active, find_refusal_status
from ..model.issued_tokens import IssuedToken
from ..model.state import World
from .clients import Client


class BearerOrBasic:
    """Authentication with the application's credentials, or with a bearer token that has a scope."""

    world: World
    server: Any
    CLIENT_AUTH_METHODS: list[str]
    ENDPOINT_NAME: str
    SCOPE: str

    def authenticate_endpoint_client(self, request: Any) -> Client | None:
        """Return the authenticated client, or None for a bearer token."""
        value = bearer_value(request.headers.get("Authorization"))
        if value is None:
            client = self.server.authenticate_client(request, self.CLIENT_AUTH_METHODS, self.ENDPOINT_NAME)
            request.client = client
            return client
        if request.form.get("client_secret"):
            raise InvalidRequestError("More than one way of authentication was used.")
        target: Target = g.target
        token = find_active(self.world, value)
        if token is None:
            status = find_refusal_status(self.world, value)
            raise InvalidTokenError("The bearer token is not recognized.", status_code=status)
        if self.SCOPE not in token.scopes or not target.is_open_to(token):
            raise InsufficientScope(self.SCOPE)
        return None

    def query_token(self, value: str, _hint: str | None) -> IssuedToken | None:
        """Return a token of this target, in any state."""
        token = self.world.tokens.get(value)
        return token if token is not None and g.target.holds(token) else None


class InsufficientScope(InsufficientScopeError):
    """A bearer token without the required scope, with the header of RFC 6750 section 3."""

    def __init__(self, scope: str) -> None:
        super().__init__()
        self.scope = scope

    def get_headers(self) -> list[tuple[str, str]]:
        """Return the headers of the response."""
        return [*super().get_headers(), ("WWW-Authenticate", f'Bearer error="{self.error}", scope="{self.scope}"')]


class Introspection(BearerOrBasic, IntrospectionEndpoint):
    """RFC 7662, for a realm."""

    SCOPE = "tokens:introspect"

    def check_params(self, request: Any, client: Client | None) -> None:
        """Demand a token; a hint does not matter (RFC 7662 section 2.1)."""
        if "token" not in request.form:
            raise InvalidRequestError("The token is missing.")

    def check_permission(self, token: IssuedToken, client: Client | None, request: Any) -> bool:
        """Allow every token of the realm: the target is already checked."""
        return True

    def introspect_token(self, token: IssuedToken) -> dict[str, Any]:
        """Return the claims of an active token."""
        return {"active": True, **token.claims, "client_id": token.client_id, "token_type": "Bearer"}


class Revocation(BearerOrBasic, RevocationEndpoint):
    """RFC 7009, for an application."""

    SCOPE = "tokens:delete"

    def authenticate_token(self, request: Any, client: Client | None) -> IssuedToken | None:
        """Return the token to revoke; None for an unknown token, which is not an error."""
        if "token" not in request.form:
            raise InvalidRequestError("The token is missing.")
        token = self.world.tokens.get(request.form["token"])
        target: Target = g.target
        if token is None or token.tenant_id != target.tenant.id:
            return None
        if not target.holds(token):
            raise InvalidRequestError("The token was issued to another client.")
        return token

    def revoke_token(self, token: IssuedToken, request: Any) -> None:
        """Revoke the token; with a refresh token, all tokens of its sign-in (RFC 7009 section 2.1)."""
        token.revoked = True
        if token.token_type == "refresh":
            g.target.tenant.revoke_family(token)

    def create_endpoint_response(self, request: Any) -> tuple[int, str, list[tuple[str, str]]]:
        """Return 200 with an empty body."""
        super().create_endpoint_response(request)
        return 200, "", default_json_headers[1:]
