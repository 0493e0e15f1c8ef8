# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A client of the Management API that checks every response against the published description."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import requests

from beyondidentity_emulator.client import Tenant
from beyondidentity_emulator.management.catalogue import SCOPES
from tests.unit.emulator import description

TIMEOUT = 60


@dataclass
class Api:
    """Calls a tenant's Management API with one token."""

    tenant: Tenant
    token: str
    checked: bool = True
    session: requests.Session = field(default_factory=requests.Session)

    @classmethod
    def of(cls, tenant: Tenant, *scopes: str) -> Api:
        """Return a client with these scopes, or with all."""
        return cls(tenant, tenant.request_token(*(scopes or SCOPES)))

    def call(self, method: str, path: str, **options: Any) -> requests.Response:
        """Send a request; `path` is below the tenant's URL, or below the admin realm's if it does not begin with `/`."""
        base = self.tenant.url if path.startswith("/") or not path else f"{self.tenant.realm_url}/"
        options.setdefault("headers", {"Authorization": f"Bearer {self.token}", "x-correlation_id": "from a test"})
        response = self.session.request(method, base + path, timeout=TIMEOUT, **options)
        name = description.operation_of(method, urlsplit(response.url).path)
        if self.checked and name is not None:
            body = response.json() if response.content else None
            assert description.violations(name, response.status_code, body) == []
        return response

    def get(self, path: str = "", **options: Any) -> Any:
        """Return an object."""
        return read_json(self.call("GET", path, **options))

    def post(self, path: str, document: Any) -> Any:
        """Create an object and return it."""
        return read_json(self.call("POST", path, json=document))

    def patch(self, path: str, document: Any) -> Any:
        """Change an object and return it."""
        return read_json(self.call("PATCH", path, json=document))

    def delete(self, path: str) -> Any:
        """Delete an object."""
        return read_json(self.call("DELETE", path))

    def pages(self, path: str, name: str, **query: Any) -> list[dict[str, Any]]:
        """Return all pages of a list."""
        pages = []
        while True:
            page = self.get(path, params=query)
            pages.append(page)
            if page.get("next_page_token") is None:
                return pages
            query["page_token"] = page["next_page_token"]

    def all(self, path: str, name: str, **query: Any) -> list[dict[str, Any]]:
        """Return all objects of a list."""
        return [record for page in self.pages(path, name, **query) for record in page[name]]


def read_json(response: requests.Response) -> Any:
    """Return the JSON of a successful response."""
    assert response.status_code == 200, response.text
    return response.json() if response.content else None


def read_violated_fields(response: requests.Response) -> list[str]:
    """Return the invalid fields that a response names."""
    assert response.status_code == 400, response.text
    body = response.json()
    assert body["code"] == "bad_request"
    return [violation["field"] for detail in body.get("details", ()) for violation in detail["field_violations"]]


def build_application(**changes: Any) -> dict[str, Any]:
    """Return the body of a valid request for an application; `protocol` changes its protocol configuration."""
    protocol = {
        "type": "oauth2",
        "allowed_scopes": [],
        "confidentiality": "confidential",
        "grant_type": ["client_credentials"],
        "token_configuration": {"expires_after": 3600},
        "pkce": "disabled",
        **changes.pop("protocol", {}),
    }
    return {"application": {"display_name": "Pets", "protocol_config": protocol, **changes}}
