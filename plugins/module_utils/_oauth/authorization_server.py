# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The authorization server's endpoints."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import replace
from typing import Any
from urllib.parse import quote, urlencode

from .._errors import OTHER_SERVER_HINT, MalformedResponseError, OptionError
from .._http.error_responses import error_from_response
from .._http.response import Response
from .._http.session import HttpSession
from .._masking import find_secrets, remember_secrets
from .client_authentication import authenticate_client, build_basic_authorization
from .connection import Connection
from .credential_mistakes import hint_on_refused_client
from .task_errors import TaskErrors
from .token import Token
from .token_errors import find_refusal, hint_on_token_error
from .token_response import parse_token_response, read_token_id

_FORM = "application/x-www-form-urlencoded"


class AuthorizationServer:
    """The endpoints below an application's issuer, used with that application's credentials.

    Each request raises `OptionError` before it is sent if an option is missing, `TransportError` if no complete response
    is received, `ResponseError` if the server refuses, and `MalformedResponseError` for an unexpected response.

    Args:
        on_issued: is called with each token that the server issues.
        on_revoked: is called with the ID of each token that the server revokes, `None` if it is unknown.
        suggest_scopes: returns what to request instead of refused scopes, or an empty text.
        task_errors: the errors of token requests that the run knows.
    """

    def __init__(
        self,
        connection: Connection,
        session: HttpSession,
        *,
        on_issued: Callable[[Token], None] = lambda token: None,
        on_revoked: Callable[[str | None], None] = lambda token_id: None,
        suggest_scopes: Callable[[Iterable[str]], str] = lambda scopes: "",
        task_errors: TaskErrors | None = None,
    ) -> None:
        self.connection = connection
        self.session = session
        self.on_issued = on_issued
        self.on_revoked = on_revoked
        self.suggest_scopes = suggest_scopes
        self.task_errors = task_errors or TaskErrors()

    def request_client_credentials_token(
        self, scopes: Sequence[str], custom_claims: Mapping[str, Any] | None = None, *, may_be_new: bool = False
    ) -> Token:
        """Request a token with the client-credentials grant (RFC 6749 section 4.4.2).

        Args:
            may_be_new: whether the server might not know the application yet. Then no refusal of the credentials is shared.
        """
        if self.connection.client_auth_method == "none":
            raise OptionError(
                "client_auth_method 'none' is for public applications, which cannot use the client-credentials grant "
                "(RFC 6749 section 4.4).",
                "For a confidential application, set client_auth_method to client_secret_basic. For a public application, set "
                "grant_type to authorization_code and sign in.",
            )
        form = {"grant_type": "client_credentials", "scope": " ".join(scopes)}
        token = self._request_token(form, scopes, custom_claims, repeatable=True, may_be_new=may_be_new)
        self.on_issued(token)
        return token

    def exchange_code(
        self,
        *,
        code: str,
        redirect_uri: str,
        code_verifier: str | None,
        scopes: Sequence[str],
        custom_claims: Mapping[str, Any] | None = None,
    ) -> Token:
        """Exchange an authorization code (RFC 6749 section 4.1.3, RFC 7636 section 4.5).

        A code is valid once, so the request is sent once.

        Args:
            scopes: the scopes of the authorization request, which are granted if the response names none.
        """
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect_uri,
            "client_id": self.connection.require("client_id"),
        }
        if code_verifier:
            form["code_verifier"] = code_verifier
        token = self._request_token(form, scopes, custom_claims, repeatable=False)
        self.on_issued(token)
        return token

    def refresh(
        self,
        refresh_token: str,
        *,
        scopes: Sequence[str] = (),
        granted: Sequence[str] = (),
        custom_claims: Mapping[str, Any] | None = None,
        store: Callable[[Token], None] = lambda token: None,
    ) -> Token:
        """Request a new access token with a refresh token (RFC 6749 section 6).

        With rotation, this request invalidates the old refresh token: the request is sent once, and `store` is called
        before `on_issued`. Without rotation, the response has no refresh token, and the old refresh token stays valid.

        Args:
            scopes: what to request; by default the scopes of the sign-in.
            granted: the scopes of the sign-in, if they are known.
            store: stores the new token, which always has a refresh token.
        """
        form = {"grant_type": "refresh_token", "refresh_token": refresh_token}
        if scopes:
            form["scope"] = " ".join(scopes)
        issued = self._request_token(form, scopes or granted, custom_claims, repeatable=False)
        token = issued if issued.refresh_token else replace(issued, refresh_token=refresh_token)
        store(token)
        self.on_issued(issued)
        return token

    def revoke(self, token: str, *, access_token: str | None = None) -> None:
        """Revoke a token by its value (RFC 7009 section 2.1). An unknown or revoked token is not an error.

        `oauth2` applications authenticate with their own credentials; other applications need an `access_token`.
        """
        url = f"{self.connection.issuer}/revoke"
        self._send_token(url, f"Revoking a token at {url}", token, access_token)
        self.on_revoked(read_token_id(token))

    def introspect(self, token: str, *, access_token: str | None = None) -> dict[str, Any]:
        """Return what the authenticating realm knows about a token (RFC 7662 section 2): `active`, and an active token's claims.

        Authenticates with the application's credentials, or with an `access_token` that has `tokens:introspect`.
        """
        connection = self.connection
        tenant, realm = connection.require("tenant_id"), connection.require("auth_realm_id")
        url = f"{connection.auth_url}/v1/tenants/{tenant}/realms/{realm}/introspect"
        action = f"Introspecting a token at {url}"
        body = self._send_token(url, action, token, access_token).json(action)
        if not isinstance(body.get("active"), bool):
            raise MalformedResponseError(
                f"{action}: the response does not say whether the token is active.", OTHER_SERVER_HINT
            )
        return body

    def read_keys(self) -> dict[str, Any]:
        """Return the authorization server's public keys (RFC 7517), always from the issuer's own URL."""
        url = f"{self.connection.issuer}/.well-known/jwks.json"
        action = f"Reading the keys at {url}"
        response = self.session.send("GET", url, action=action)
        if not response.is_success:
            raise error_from_response(response, action)
        return response.json(action)

    def build_authorization_url(self, parameters: Mapping[str, str]) -> str:
        """Return the URL of an authorization request (RFC 6749 section 4.1.1)."""
        query = {"response_type": "code", "client_id": self.connection.require("client_id"), **parameters}
        return f"{self.connection.issuer}/authorize?{urlencode(query, quote_via=quote)}"

    @property
    def error_key(self) -> list[Any]:
        """All options of the connection and of the session that can cause an error, for the keys of shared errors."""
        connection, session = self.connection, self.session
        return [
            connection.issuer,
            connection.require("client_id"),
            connection.client_secret,
            connection.client_auth_method,
            *session.settings.build_key(session.environ),
        ]

    def _request_token(
        self,
        form: dict[str, str],
        scopes: Sequence[str],
        custom_claims: Mapping[str, Any] | None,
        *,
        repeatable: bool,
        may_be_new: bool = False,
    ) -> Token:
        connection = self.connection
        form["expiration_time"] = str(connection.expiration_time)
        if custom_claims:
            form["custom_claims"] = json.dumps(custom_claims, separators=(",", ":"), sort_keys=True)
        url = f"{connection.issuer}/token"
        action = f"Requesting a token from {url}"
        headers = {"Content-Type": _FORM}
        authenticate_client(connection, form, headers)
        remember_secrets([*find_secrets(form), connection.client_secret or ""])
        sent_at = time.time()
        with nullcontext() if may_be_new else self.task_errors.share(["refused credentials", *self.error_key]):
            response = self.session.send(
                "POST", url, action=action, headers=headers, body=_encode(form), repeatable=repeatable
            )
            error = find_refusal(response, action)
            if error:
                client_hint = hint_on_refused_client(connection)
                hint = hint_on_token_error(error, form["grant_type"], scopes, self.suggest_scopes(scopes), client_hint)
                raise error.with_hint(hint)
        body = response.json(action)
        if form["grant_type"] != "authorization_code":
            body.pop("id_token", None)  # only the code exchange validates an ID token
        grant_type = form["grant_type"]
        return parse_token_response(body, scopes, sent_at, connection.expiration_time, action, grant_type)

    def _send_token(self, url: str, action: str, token: str, access_token: str | None) -> Response:
        """Send a token in a form. Unlike the token endpoint, these endpoints take a client's secret as Basic only."""
        form, headers = {"token": token}, {"Content-Type": _FORM}
        remember_secrets([token])
        if access_token:
            headers["Authorization"] = f"Bearer {access_token}"
        elif self.connection.client_auth_method == "none":
            authenticate_client(self.connection, form, headers)
        else:
            headers["Authorization"] = build_basic_authorization(self.connection)
        response = self.session.send("POST", url, action=action, headers=headers, body=_encode(form), repeatable=True)
        error = find_refusal(response, action)
        if error:
            is_client = error.status == 401 and not access_token
            raise error.with_hint(hint_on_refused_client(self.connection) if is_client else "")
        return response


def _encode(form: Mapping[str, str]) -> bytes:
    return urlencode(form).encode("ascii")
