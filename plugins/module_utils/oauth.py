# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The authorization server's endpoints, and what it answers."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import quote, quote_plus, urlencode

from .connection import Connection
from .errors import MalformedResponseError, OptionError, ResponseError
from .issued import Token, parse_token
from .masking import secret_values
from .operations import scope_hint
from .refusal import refusal
from .text import listed
from .transport import Answer, Transport

_FORM = "application/x-www-form-urlencoded"
_CLIENT_HINT = (
    "Check client_id, client_secret and client_auth_method, and that they are of the application that the issuer names."
)


class AuthorizationServer:
    """The endpoints below an application's issuer, with that application's credentials. ``minted`` hears of each token."""

    def __init__(
        self,
        connection: Connection,
        transport: Transport,
        minted: Callable[[Token], None] = lambda token: None,
    ) -> None:
        self.connection = connection
        self.transport = transport
        self.minted = minted

    def client_credentials(self, scopes: list[str], custom_claims: Mapping[str, Any] | None = None) -> Token:
        """Ask the token endpoint with the client-credentials grant (RFC 6749 section 4.4.2)."""
        connection = self.connection
        if connection.client_auth_method == "none":
            raise OptionError(
                "client_auth_method 'none' is for public applications, which can't use the client-credentials grant (RFC 6749 section 4.4)."
            )
        form = {"grant_type": "client_credentials", "scope": " ".join(scopes)}
        token = self._token(form, scopes, custom_claims, repeatable=True)
        self.minted(token)
        return token

    def authorization_code(
        self,
        *,
        code: str,
        redirect_uri: str,
        code_verifier: str | None,
        scopes: list[str],
        custom_claims: Mapping[str, Any] | None = None,
    ) -> Token:
        """Exchange a code (RFC 6749 section 4.1.3, RFC 7636 section 4.5). A code is good once, so this is sent once."""
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect_uri,
            "client_id": self.connection.need("client_id"),
        }
        if code_verifier:
            form["code_verifier"] = code_verifier
        token = self._token(form, scopes, custom_claims, repeatable=False)
        self.minted(token)
        return token

    def refresh(
        self,
        refresh_token: str,
        *,
        scopes: list[str] | None = None,
        expected: list[str] | None = None,
        custom_claims: Mapping[str, Any] | None = None,
        keep: Callable[[Token], None] = lambda token: None,
    ) -> Token:
        """Get a new access token (RFC 6749 section 6): with the same scopes, or with fewer.

        With rotation the old refresh token dies with this request, so it is sent once, and ``keep`` gets the new one
        before anybody hears of it; without, it stays good and is not returned again, so that it is taken over.
        ``expected`` is what was granted before.
        """
        form = {"grant_type": "refresh_token", "refresh_token": refresh_token}
        if scopes:
            form["scope"] = " ".join(scopes)
        issued = self._token(form, scopes or expected or [], custom_claims, repeatable=False)
        token = issued if issued.refresh_token else replace(issued, refresh_token=refresh_token)
        keep(token)
        self.minted(issued)
        return token

    def revoke(self, token: str, *, bearer: str | None = None) -> None:
        """Revoke a token by its value (RFC 7009 section 2.1); an unknown or revoked one is no error.

        Applications of the protocol ``oauth2`` authenticate with their own credentials, others with a ``bearer`` token.
        """
        url = f"{self.connection.issuer}/revoke"
        self._with_token(url, f"Revoking a token at {url}", token, bearer)

    def introspect(self, token: str, *, bearer: str | None = None) -> dict[str, Any]:
        """What the authenticating realm knows of a token (RFC 7662 section 2): ``active``, and the claims of an active one.

        Authenticates with the application's credentials, or with a ``bearer`` token that has ``tokens:introspect``.
        """
        connection = self.connection
        tenant, realm = connection.need("tenant_id"), connection.need("auth_realm_id")
        url = f"{connection.auth_url}/v1/tenants/{tenant}/realms/{realm}/introspect"
        what = f"Introspecting a token at {url}"
        answer = self._with_token(url, what, token, bearer)
        body = answer.json(what)
        if not isinstance(body.get("active"), bool):
            raise MalformedResponseError(f"{what}: the answer does not say whether the token is active.")
        return body

    def keys(self) -> dict[str, Any]:
        """The authorization server's public keys (RFC 7517), from the issuer's own address and no other."""
        url = f"{self.connection.issuer}/.well-known/jwks.json"
        what = f"Reading the keys at {url}"
        answer = self.transport.send("GET", url, what=what)
        if not answer.ok:
            raise refusal(answer, what)
        return answer.json(what)

    def authorization_url(self, parameters: Mapping[str, str]) -> str:
        """The URL that a person's browser is sent to (RFC 6749 section 4.1.1)."""
        query = {"response_type": "code", "client_id": self.connection.need("client_id"), **parameters}
        return f"{self.connection.issuer}/authorize?{urlencode(query, quote_via=quote)}"

    def _token(
        self, form: dict[str, str], scopes: list[str], custom_claims: Mapping[str, Any] | None, *, repeatable: bool
    ) -> Token:
        connection = self.connection
        form["expiration_time"] = str(connection.expiration_time)
        if custom_claims:
            form["custom_claims"] = json.dumps(custom_claims, separators=(",", ":"), sort_keys=True)
        what = f"Requesting a token from {connection.issuer}/token"
        headers = {"Content-Type": _FORM}
        self._authenticate(form, headers)
        self.transport.secrets.update(secret_values(form))
        sent_at = time.time()
        answer = self.transport.send(
            "POST",
            f"{connection.issuer}/token",
            what=what,
            headers=headers,
            body=_encoded(form),
            repeatable=repeatable,
        )
        if not answer.ok:
            error = refusal(answer, what)
            raise error.hinted(_hint(error, form["grant_type"], scopes))
        body = answer.json(what)
        if form["grant_type"] != "authorization_code":
            body.pop("id_token", None)  # nobody would validate it
        return parse_token(body, scopes, sent_at, connection.expiration_time, what)

    def _with_token(self, url: str, what: str, token: str, bearer: str | None) -> Answer:
        """Send a token in a form's body. With a client's secret these endpoints take Basic only, unlike the token endpoint."""
        form, headers = {"token": token}, {"Content-Type": _FORM}
        self.transport.secrets.add(token)
        if bearer:
            headers["Authorization"] = f"Bearer {bearer}"
        elif self.connection.client_auth_method == "none":
            self._authenticate(form, headers)
        else:
            headers["Authorization"] = self._basic()
        answer = self.transport.send("POST", url, what=what, headers=headers, body=_encoded(form), repeatable=True)
        if not answer.ok:
            error = refusal(answer, what)
            raise error.hinted(_CLIENT_HINT if error.status == 401 and not bearer else "")
        return answer

    def _authenticate(self, form: dict[str, str], headers: dict[str, str]) -> None:
        """Client authentication (RFC 6749 section 2.3.1): id and secret are form-encoded before Basic."""
        connection = self.connection
        client_id = connection.need("client_id")
        if connection.client_auth_method == "none":
            form["client_id"] = client_id
        elif connection.client_auth_method == "client_secret_post":
            form.update(client_id=client_id, client_secret=connection.need("client_secret"))
        else:
            headers["Authorization"] = self._basic()

    def _basic(self) -> str:
        need = self.connection.need
        pair = f"{quote_plus(need('client_id'))}:{quote_plus(need('client_secret'))}"
        return "Basic " + base64.b64encode(pair.encode("ascii")).decode("ascii")


def _encoded(form: Mapping[str, str]) -> bytes:
    return urlencode(form).encode("ascii")


def _hint(error: ResponseError, grant_type: str, scopes: list[str]) -> str:
    if error.code == "invalid_grant" and grant_type == "refresh_token":
        return "The refresh token is expired, revoked or used up: sign in again."
    if error.code == "invalid_grant":
        return "The code is expired, was used already, or is of another redirect_uri or code_verifier: sign in again."
    if error.code == "invalid_scope":
        hint = scope_hint(scopes) or (
            "The application grants its allowed scopes only: add what is missing there, or ask for less."
        )
        return f"Asked for: {listed(scopes)}. {hint}"
    if error.code == "invalid_client" or error.status == 401:
        return _CLIENT_HINT
    if error.code == "unauthorized_client":
        return "The application's grant types do not include this one."
    if error.status == 404:
        return "Check the issuer: region, tenant, realm and application."
    return ""
