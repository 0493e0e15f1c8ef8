# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The two servers of the differential test: the emulator, and a certified provider that runs in node."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import urljoin

import requests

from beyondidentity_emulator.client import Emulator, Tenant
from tests.support.collection import ROOT

REDIRECT_URI = "http://127.0.0.1:8400/callback"
SCOPES = ["realms:read", "realms:create"]
CLIENTS = ("web", "other", "public", "machine")
"""Two confidential clients and a public one with the authorization code grant, and one with client credentials."""
PROVIDER = ROOT / "tests" / "differential" / "provider.mjs"
PACKAGES = ROOT / ".build" / "differential"
SECONDS = 60


class Server(Protocol):
    """A server with the CLIENTS; a client's ID is its name, and its secret is `secret of <name>`."""

    session: requests.Session

    def build_url(self, endpoint: str, client: str) -> str:
        """Return the URL of a client's endpoint: `authorize`, `token`, `introspect` or `revoke`."""

    def follow(self, response: requests.Response, decision: str) -> requests.Response:
        """Sign in as a user who decides `approve` or `deny`; return the last response."""

    @contextmanager
    def expire_codes(self) -> Iterator[None]:
        """Let the codes expire that are issued meanwhile."""


@dataclass
class EmulatorServer:
    """A tenant of the emulator, with one application for each client."""

    tenant: Tenant
    session: requests.Session = field(default_factory=requests.Session)
    applications: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, emulator: Emulator) -> EmulatorServer:
        """Create the tenant."""
        tenant = emulator.create_tenant(
            sign_in="page", refresh_tokens="rotating", refresh_lifetime=3600, oauth2_openid="accept"
        )
        configs = requests.get(
            f"{tenant.realm_url}/authenticator-configs",
            headers={"Authorization": f"Bearer {tenant.request_token('authenticator-configs:read')}"},
            timeout=SECONDS,
        ).json()["authenticator_configs"]
        server = cls(tenant)
        for name in CLIENTS:
            machine = name == "machine"
            protocol = {
                "type": "oauth2",
                "client_id": name,
                "client_secret": f"secret of {name}",
                "confidentiality": "public" if name == "public" else "confidential",
                "grant_type": ["client_credentials" if machine else "authorization_code"],
                "pkce": "disabled" if machine else "s256",
                "redirect_uris": [] if machine else [REDIRECT_URI],
                "allowed_scopes": SCOPES,
            }
            application: dict[str, Any] = {"protocol_config": protocol}
            if not machine:
                application["authenticator_config_id"] = configs[0]["id"]
            server.applications[name] = tenant.seed(applications=1, application=application)["applications"][0]
        return server

    def build_url(self, endpoint: str, client: str) -> str:
        """Return the URL of an endpoint of the client's application or realm."""
        if endpoint == "introspect":
            return f"{self.tenant.realm_url}/introspect"
        return f"{self.tenant.realm_url}/applications/{self.applications[client]}/{endpoint}"

    def follow(self, response: requests.Response, decision: str) -> requests.Response:
        """Send the page's form."""
        if response.status_code != 200 or "<form" not in response.text:
            return response
        sent = response.request.body if isinstance(response.request.body, str) else ""
        form = "&".join(part for part in (sent, f"decision={decision}") if part)
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        return self.session.post(response.url, data=form, headers=headers, allow_redirects=False, timeout=SECONDS)

    @contextmanager
    def expire_codes(self) -> Iterator[None]:
        """Issue expired codes."""
        self.tenant.change_settings(code_lifetime=0)
        yield
        self.tenant.change_settings(code_lifetime=60)


@dataclass
class ProviderServer:
    """The certified provider."""

    url: str
    session: requests.Session = field(default_factory=requests.Session)

    def build_url(self, endpoint: str, client: str) -> str:
        """Return an endpoint's URL; all clients share it."""
        return f"{self.url}/{endpoint}"

    def follow(self, response: requests.Response, decision: str) -> requests.Response:
        """Follow the redirects to the page and back; each user has cookies of their own."""
        with requests.Session() as browser:
            while response.headers.get("Location", "").startswith((self.url, "/")):
                browser.cookies.update(response.cookies)
                target = urljoin(response.url, response.headers["Location"])
                query = {"decision": decision} if "/interaction/" in target else None
                response = browser.get(target, params=query, allow_redirects=False, timeout=SECONDS)
        return response

    @contextmanager
    def expire_codes(self) -> Iterator[None]:
        """Set the clock forward."""
        yield
        self.session.post(f"{self.url}/clock", params={"seconds": 120}, timeout=SECONDS)


@contextmanager
def run_provider() -> Iterator[ProviderServer]:
    """Run the provider as long as the context does."""
    if not PACKAGES.joinpath("node_modules").is_dir():
        raise FileNotFoundError(f"{PACKAGES} is missing. Create it: make {PACKAGES.relative_to(ROOT)}/.made")
    command = ["node", str(PROVIDER), str(PACKAGES)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        if not url:
            raise RuntimeError("The provider ended before it was ready.")
        server = ProviderServer(url)
        with server.session:
            yield server
        assert process.stdin is not None
        process.stdin.close()
