# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Clients of the authorization server: their authentication, scopes and token parameters."""

from __future__ import annotations

import base64
import secrets
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote_plus

from authlib.oauth2.rfc6749 import ClientMixin, InvalidClientError, InvalidRequestError, scope_to_list
from flask import Request, g, json

from ..model.state import Realm, Record, Tenant
from ..web.numbers import parse_whole_number

OPENID = "openid"
MAXIMUM_CLAIMS_LENGTH = 8192


@dataclass(frozen=True)
class Client(ClientMixin):
    """An application as Authlib's client."""

    tenant: Tenant
    realm: Realm
    application: Record

    @property
    def protocol(self) -> Record:
        """Return the application's protocol configuration."""
        return self.application["protocol_config"]

    @property
    def client_id(self) -> str:
        """Return the client ID."""
        return self.protocol["client_id"]

    @property
    def is_public(self) -> bool:
        """Return whether the client has no secret."""
        return self.protocol["confidentiality"] == "public"

    def choose_subject(self, user: dict[str, str]) -> str:
        """Return the `sub` claim of a user: the configured field of the identity."""
        return user.get(self.protocol["token_configuration"]["subject_field"], user["id"])

    def get_client_id(self) -> str:
        """Return the client ID."""
        return self.client_id

    def get_default_redirect_uri(self) -> None:
        """Return None: the request must contain the redirect URI."""

    def get_allowed_scope(self, scope: str | None) -> str | None:
        """Return the scopes to grant; None makes Authlib respond with `invalid_scope`."""
        requested = scope_to_list(scope) or []
        allowed = set(self.protocol["allowed_scopes"])
        if self.protocol["type"] == "oidc" or self.tenant.settings.oauth2_openid == "accept":
            allowed.add(OPENID)
        if not requested and self.tenant.settings.missing_scope == "all":
            requested = sorted(allowed)
        if not requested or not allowed.issuperset(requested):
            return None
        if self.protocol["type"] == "oidc" and OPENID not in requested:
            return None
        only = self.tenant.settings.grant_only
        return " ".join(name for name in dict.fromkeys(requested) if only is None or name in only)

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        """Return whether a redirect URI is registered, compared character by character."""
        return redirect_uri in self.protocol["redirect_uris"]

    def check_client_secret(self, client_secret: str) -> bool:
        """Return whether the secret is the client's."""
        return secrets.compare_digest(self.protocol["client_secret"].encode(), client_secret.encode())

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        """Return whether the client can use an authentication method."""
        if endpoint == "revocation" and self.protocol["type"] != "oauth2":
            return False
        if self.is_public:
            return method == "none"
        return method in ("client_secret_basic", "client_secret_post")

    def check_response_type(self, response_type: str) -> bool:
        """Return whether the client can use a response type."""
        return response_type == "code" and self.check_grant_type("authorization_code")

    def check_grant_type(self, grant_type: str) -> bool:
        """Return whether the application has the grant."""
        if grant_type == "refresh_token":
            return self.tenant.settings.refresh_tokens != "off" and "authorization_code" in self.protocol["grant_type"]
        return grant_type in self.protocol["grant_type"]


def client_secret_basic(query_client: Any, request: Any) -> Client | None:
    """Authenticate with the Authorization header; the ID and secret are form-encoded (RFC 6749 section 2.3.1)."""
    scheme, _space, value = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return None
    if request.form.get("client_secret"):
        raise InvalidRequestError("More than one way of client authentication was used.")
    try:
        identifier, colon, secret = base64.b64decode(value, validate=True).decode().partition(":")
    except ValueError as error:
        raise InvalidClientError(status_code=401, description="The Authorization header is malformed.") from error
    client = query_client(unquote_plus(identifier)) if colon else None
    body_id = request.form.get("client_id")
    if client is None or client.is_public or body_id not in (None, client.client_id):
        raise InvalidClientError(status_code=401, description="Client authentication failed.")
    if not client.check_client_secret(unquote_plus(secret)):
        raise InvalidClientError(status_code=401, description="Client authentication failed.")
    return _record_client(client)


def client_secret_post(query_client: Any, request: Any) -> Client | None:
    """Authenticate with the client ID and secret in the body."""
    identifier, secret = request.form.get("client_id"), request.form.get("client_secret")
    if not identifier or not secret:
        return None
    client = query_client(identifier)
    if client is None or client.is_public or not client.check_client_secret(secret):
        raise InvalidClientError(status_code=401, description="Client authentication failed.")
    return _record_client(client)


def no_authentication(query_client: Any, request: Any) -> Client | None:
    """Accept a public client by its client ID."""
    identifier = request.form.get("client_id")
    client = query_client(identifier) if identifier and not request.form.get("client_secret") else None
    return _record_client(client) if client is not None and client.is_public else None


def _record_client(client: Client) -> Client:
    """Record the authenticated client in the journal."""
    g.exchange.application_id = client.application["id"]
    return client


@dataclass(frozen=True)
class TokenParameters:
    """The parameters of a token request besides scopes."""

    lifetime: int | None
    custom_claims: dict[str, Any] | None

    @classmethod
    def from_request(cls, request: Request) -> TokenParameters:
        """Read the parameters from the form; raise `invalid_request` if they are malformed."""
        given = request.form.get("expiration_time")
        lifetime = None if given is None else parse_whole_number(given, 1, 2**32 - 1)
        if given is not None and lifetime is None:
            raise InvalidRequestError("expiration_time must be a positive whole number of seconds.")
        claims = request.form.get("custom_claims")
        parsed = None
        if claims is not None:
            try:
                parsed = json.loads(claims) if len(claims) <= MAXIMUM_CLAIMS_LENGTH else None
            except ValueError:
                parsed = None
            if not isinstance(parsed, dict):
                raise InvalidRequestError("custom_claims must be a JSON object.")
        return cls(lifetime, parsed)
