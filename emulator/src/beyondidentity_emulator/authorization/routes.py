# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The routes of the authorization server."""

from __future__ import annotations

import contextlib
from typing import Any

from authlib.integrations.flask_oauth2 import AuthorizationServer
from authlib.oauth2 import OAuth2Error
from authlib.oauth2.rfc6749 import InvalidClientError, InvalidRequestError
from flask import Flask, Response, g, jsonify, request

from ..management.bearer import Target
from ..management.operation import REALM
from ..model.state import World
from ..web.errors import error_body, not_found
from ..web.pages import show_errors_as_pages
from . import clients
from .grants import AuthorizationCode, ClientCredentials, Pkce, RefreshToken
from .keys import SigningKey
from .sign_in_page import handle_sign_in
from .token_endpoints import Introspection, Revocation
from .token_issuer import TokenIssuer

APPLICATION = REALM.replace("{", "<").replace("}", ">") + "/applications/<application_id>"
FORM = "application/x-www-form-urlencoded"


class AuthorizationEndpoints:
    """Authlib's authorization server, bound to the emulator's world and routes."""

    def __init__(self, world: World, key: SigningKey) -> None:
        self.world = world
        self.key = key
        self.server = AuthorizationServer(query_client=self._query_client, save_token=self._save_token)
        self.server.register_client_auth_method("client_secret_basic", clients.client_secret_basic)
        self.server.register_client_auth_method("client_secret_post", clients.client_secret_post)
        self.server.register_client_auth_method("none", clients.no_authentication)
        self.server.register_token_generator("default", self._generate_token)
        self.server.register_grant(ClientCredentials)
        self.server.register_grant(AuthorizationCode, [Pkce(required=True)])
        self.server.register_grant(RefreshToken)
        for endpoint in (Introspection(self.server), Revocation(self.server)):
            endpoint.world = world
            self.server.register_endpoint(endpoint)

    def register(self, app: Flask) -> None:
        """Add the routes; the endpoint names are the journal's operation names."""
        realm = REALM.replace("{", "<").replace("}", ">")
        authorize = show_errors_as_pages("Cannot sign in")(self.authorize)
        app.add_url_rule(f"{APPLICATION}/token", "token", self.token, methods=["POST"])
        app.add_url_rule(f"{APPLICATION}/authorize", "authorize", authorize, methods=["GET", "POST"])
        app.add_url_rule(f"{APPLICATION}/revoke", "revoke", self.revoke, methods=["POST"])
        app.add_url_rule(f"{realm}/introspect", "introspect", self.introspect, methods=["POST"])
        app.add_url_rule(f"{APPLICATION}/.well-known/openid-configuration", "discovery", self.discovery)
        app.add_url_rule(f"{APPLICATION}/.well-known/jwks.json", "jwks", self.jwks)

    def token(self, tenant_id: str, realm_id: str, application_id: str) -> Response:
        """Respond to a token request."""
        target = self._find_target(tenant_id, realm_id, application_id)
        try:
            if target.tenant.changes.is_new(application_id, target.tenant.settings.new_application_delay):
                raise InvalidClientError(status_code=401, description="The client is unknown.")
            _check_form()
            if not request.form.get("grant_type"):
                raise InvalidRequestError("The grant_type is missing.")
            g.token_parameters = clients.TokenParameters.from_request(request)
        except OAuth2Error as error:
            return self._oauth_error(target, error)
        # A code or refresh token must not be used by two requests at the same time.
        with (
            self.world.lock if request.form["grant_type"] != ClientCredentials.GRANT_TYPE else contextlib.nullcontext()
        ):
            return self._apply_error_shape(target, self.server.create_token_response())

    def authorize(self, tenant_id: str, realm_id: str, application_id: str) -> Response:
        """Respond to an authorization request."""
        self._find_target(tenant_id, realm_id, application_id)
        return handle_sign_in(self.server)

    def revoke(self, tenant_id: str, realm_id: str, application_id: str) -> Response:
        """Respond to a revocation request."""
        return self._respond(self._find_target(tenant_id, realm_id, application_id), Revocation.ENDPOINT_NAME)

    def introspect(self, tenant_id: str, realm_id: str) -> Response:
        """Respond to an introspection request."""
        return self._respond(self._find_target(tenant_id, realm_id), Introspection.ENDPOINT_NAME)

    def discovery(self, tenant_id: str, realm_id: str, application_id: str) -> Response:
        """Return the issuer's metadata."""
        target = self._find_target(tenant_id, realm_id, application_id)
        issuer = self.world.issuer(tenant_id, realm_id, application_id)
        return jsonify(
            issuer=issuer,
            authorization_endpoint=f"{issuer}/authorize",
            token_endpoint=f"{issuer}/token",
            revocation_endpoint=f"{issuer}/revoke",
            introspection_endpoint=f"{self.world.base_url}/v1/tenants/{tenant_id}/realms/{realm_id}/introspect",
            jwks_uri=f"{issuer}/.well-known/jwks.json",
            response_types_supported=["code"],
            response_modes_supported=["query"],
            grant_types_supported=target.application["protocol_config"]["grant_type"] if target.application else [],
            scopes_supported=[clients.OPENID],
            subject_types_supported=["public"],
            id_token_signing_alg_values_supported=["RS256"],
            token_endpoint_auth_methods_supported=["client_secret_basic", "client_secret_post", "none"],
            code_challenge_methods_supported=["S256", "plain"],
        )

    def jwks(self, tenant_id: str, realm_id: str, application_id: str) -> Response:
        """Return the public keys."""
        self._find_target(tenant_id, realm_id, application_id)
        return jsonify(self.key.jwks())

    def _find_target(self, tenant_id: str, realm_id: str, application_id: str | None = None) -> Target:
        tenant = self.world.tenants.get(tenant_id)
        if tenant is None:
            raise not_found("Tenant", tenant_id)
        realm = tenant.realms.get(realm_id)
        if realm is None:
            raise not_found("Realm", realm_id)
        application = None
        if application_id is not None:
            application = realm.objects["applications"].get(application_id)
            if application is None or application["protocol_config"]["type"] not in ("oauth2", "oidc"):
                raise not_found("Application", application_id)
        g.target = Target(tenant, realm, application)
        return g.target

    def _respond(self, target: Target, name: str) -> Response:
        try:
            _check_form()
        except OAuth2Error as error:
            return self._oauth_error(target, error)
        return self._apply_error_shape(target, self.server.create_endpoint_response(name))

    def _query_client(self, client_id: str) -> clients.Client | None:
        target: Target = g.target
        if target.realm is None:
            return None
        candidates = [target.application] if target.application else list(target.realm.objects["applications"].values())
        for application in candidates:
            if application["protocol_config"].get("client_id") == client_id:
                return clients.Client(target.tenant, target.realm, application)
        return None

    def _generate_token(
        self,
        grant_type: str,
        client: clients.Client,
        user: dict[str, str] | None = None,
        scope: str | None = None,
        include_refresh_token: bool = True,
        **_others: Any,
    ) -> dict[str, Any]:
        """Return the body of a token response. A user's scopes are chosen at sign-in, an application's here."""
        granted = scope or "" if user else client.get_allowed_scope(scope) or ""
        issuer = TokenIssuer(self.world, self.key, client, g.token_parameters, user)
        token = issuer.issue_access_token(granted)
        g.issued_tokens = [token]
        response = {
            "access_token": token.value,
            "token_type": "Bearer",
            "expires_in": token.expires - token.issued_at,
            "scope": granted,
        }
        if user and include_refresh_token:
            refresh_token = issuer.issue_refresh_token(granted)
            g.issued_tokens.append(refresh_token)
            response["refresh_token"] = refresh_token.value
        if user and clients.OPENID in granted.split() and grant_type == AuthorizationCode.GRANT_TYPE:
            response["id_token"] = issuer.issue_id_token(g.code.nonce)
        return response

    def _save_token(self, token: dict[str, Any], _request: Any) -> None:
        code = g.get("code")
        for issued in g.issued_tokens:
            issued.code = code.value if code else None
            self.world.add_token(issued)
        g.exchange.issued_token_id = g.issued_tokens[0].id
        settings = g.target.tenant.settings
        if settings.token_scope_format != "text":
            scopes = token["scope"].split()
            token["scope"] = scopes if settings.token_scope_format == "list" else ",".join(scopes)
        for name, value in settings.token_answer.items():
            if value is None:
                token.pop(name, None)
            else:
                token[name] = value

    def _oauth_error(self, target: Target, error: OAuth2Error) -> Response:
        return self._apply_error_shape(target, self.server.handle_error_response(None, error))

    def _apply_error_shape(self, target: Target, response: Response) -> Response:
        if response.status_code == 401 and "WWW-Authenticate" not in response.headers:
            response.headers["WWW-Authenticate"] = 'Basic realm="beyondidentity"'
        if response.status_code >= 400 and target.tenant.settings.token_errors == "management":
            problem = response.get_json(silent=True) or {}
            changed = jsonify(
                error_body(response.status_code, problem.get("error_description") or problem.get("error"))
            )
            changed.status_code = response.status_code
            response = changed
        if response.status_code >= 400 and target.tenant.settings.token_error_status is not None:
            response.status_code = target.tenant.settings.token_error_status
            response.headers.pop("WWW-Authenticate", None)
        return response


def _check_form() -> None:
    """Refuse other content types, parameters in the URL and repeated parameters (RFC 6749 section 3.2)."""
    if request.mimetype != FORM:
        raise InvalidRequestError(f"The body must be {FORM}.")
    if request.args:
        raise InvalidRequestError("Parameters must be in the body.")
    for _name, values in request.form.lists():
        if len(values) > 1:
            raise InvalidRequestError("A parameter was sent more than once.")
