# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An application that users sign in to, and a sign-in without a browser."""

from __future__ import annotations

import base64
import hashlib
import secrets
import socket
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import requests

from beyondidentity_emulator.client import Tenant

REDIRECT = "http://127.0.0.1:8400/callback"
SCOPES = ("realms:read", "realms:create", "applications:read", "resource-servers:read", "tokens:delete")
_SECONDS = 60


@dataclass(frozen=True)
class SignInApplication:
    """An application of a tenant, with the authorization code grant and PKCE."""

    tenant: Tenant
    issuer: str
    application_id: str
    client_id: str
    client_secret: str | None

    @classmethod
    def of(cls, tenant: Tenant, *redirect_uris: str, public: bool = False, **protocol: Any) -> SignInApplication:
        """Create one that can grant SCOPES."""
        client_id, secret = f"client-{secrets.token_hex(8)}", secrets.token_urlsafe(32)
        own = {
            "type": "oidc",
            "client_id": client_id,
            "client_secret": secret,
            "confidentiality": "public" if public else "confidential",
            "grant_type": ["authorization_code"],
            "pkce": "s256",
            "redirect_uris": list(redirect_uris or [REDIRECT]),
            "allowed_scopes": list(SCOPES),
            **protocol,
        }
        configs = requests.get(
            f"{tenant.realm_url}/authenticator-configs",
            headers={"Authorization": f"Bearer {tenant.request_token('authenticator-configs:read')}"},
            timeout=_SECONDS,
            verify=tenant.emulator.ca_path or True,
        ).json()["authenticator_configs"]
        application = {"authenticator_config_id": configs[0]["id"], "protocol_config": own}
        (identifier,) = tenant.seed(applications=1, name="Sign-in application", application=application)["applications"]
        issuer = f"{tenant.issuer.rpartition('/')[0]}/{identifier}"
        return cls(tenant, issuer, identifier, client_id, None if public else secret)

    @property
    def variables(self) -> dict[str, str]:
        """Return the connection options as variables."""
        given = {
            **self.tenant.variables,
            "beyondidentity_issuer": self.issuer,
            "beyondidentity_client_id": self.client_id,
        }
        if self.client_secret is None:
            del given["beyondidentity_client_secret"]
            return {**given, "beyondidentity_client_auth_method": "none"}
        return {**given, "beyondidentity_client_secret": self.client_secret}

    def request(self, *scopes: str, redirect_uri: str = REDIRECT) -> dict[str, Any]:
        """Return an authorization request, as the module `authorize` does."""
        verifier = secrets.token_urlsafe(32)
        digest = hashlib.sha256(verifier.encode()).digest()
        values = {
            "state": secrets.token_urlsafe(16),
            "nonce": secrets.token_urlsafe(16),
            "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
            "redirect_uri": redirect_uri,
            "client_id": self.client_id,
        }
        asked = {"response_type": "code", "code_challenge_method": "S256", "scope": " ".join([*scopes, "openid"])}
        return {
            **values,
            "url": f"{self.issuer}/authorize?{urlencode({**values, **asked})}",
            "code_verifier": verifier,
            "scopes": [*scopes, "openid"],
            "issuer": self.issuer,
        }

    def options_after_sign_in(self, *scopes: str) -> dict[str, Any]:
        """Return options of the module `token`: a request, and the response of a user who signed in."""
        request = self.request(*scopes)
        return {
            "grant_type": "authorization_code",
            "authorization": request,
            "redirect_response": sign_in(request["url"]),
        }

    @property
    def environment(self) -> dict[str, str]:
        """Return the connection options as environment."""
        return {name.upper(): value for name, value in self.variables.items()}


def sign_in(url: str) -> str:
    """Sign in without a page; return the address to which the emulator redirects the browser."""
    answer = requests.get(url, allow_redirects=False, timeout=_SECONDS)
    if answer.status_code != 302:
        raise AssertionError(f"{answer.status_code} {answer.text}")
    return answer.headers["Location"]


def get(address: str, **headers: str) -> requests.Response:
    """Get a URL without following redirects."""
    session = requests.Session()
    session.trust_env = False
    return session.get(address, allow_redirects=False, timeout=_SECONDS, headers=headers)


def parameters(url: str) -> dict[str, str]:
    """Return the query parameters of a URL."""
    return {name: value for name, (value,) in parse_qs(urlsplit(url).query, keep_blank_values=True).items()}


def free_port(family: int = socket.AF_INET) -> int:
    """Return a free port of the loopback interface."""
    with socket.socket(family) as listener:
        listener.bind(("::1" if family == socket.AF_INET6 else "127.0.0.1", 0))
        port: int = listener.getsockname()[1]
    return port


def is_free(port: int, address: str = "127.0.0.1") -> bool:
    """Return whether a port is free."""
    with socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # closed connections may linger
        try:
            listener.bind((address, port))
            listener.listen()
        except OSError:
            return False
    return True
