# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The same requests by hand: by bare requests, which is the limit, and by `ansible.builtin.uri`."""

from __future__ import annotations

import itertools
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

from beyondidentity_emulator.client import Tenant

BARE = "bare requests"

_numbers = itertools.count(1)


@dataclass(frozen=True)
class Request:
    """One HTTP request, or several equal ones."""

    method: str
    url: str
    token: str = ""
    form: dict[str, str] | None = None
    auth: tuple[str, str] | None = None
    json: dict[str, Any] | None = None
    count: int = 1
    all_pages: bool = False

    def as_entry(self) -> dict[str, Any]:
        """Return the request as the plugin bare_requests reads it."""
        values = {
            "data": self.form,
            "auth": self.auth,
            "json": self.json,
            "headers": {"Authorization": f"Bearer {self.token}"} if self.token else None,
        }
        return {
            "method": self.method,
            "url": self.url,
            "connect": urljoin(self.url, "/"),
            "count": self.count,
            "all_pages": self.all_pages,
            **{name: value for name, value in values.items() if value},
        }

    def as_uri(self) -> dict[str, Any]:
        """Return the request as arguments of `ansible.builtin.uri`; a list in `status_code` accepts each success."""
        arguments: dict[str, Any] = {"url": self.url, "method": self.method, "status_code": [200, 201]}
        if self.form:
            arguments |= {"body_format": "form-urlencoded", "body": self.form}
        if self.json:
            arguments |= {"body_format": "json", "body": self.json}
        if self.auth:
            arguments |= {"user": self.auth[0], "password": self.auth[1], "force_basic_auth": True}
        if self.token:
            arguments["headers"] = {"Authorization": f"Bearer {self.token}"}
        return arguments


def token_request(tenant: Tenant, scope: str, count: int = 1) -> Request:
    """Return a token request with the client credentials grant."""
    form = {"grant_type": "client_credentials", "scope": scope}
    auth = (tenant.client_id, tenant.client_secret)
    return Request("POST", f"{tenant.issuer}/token", form=form, auth=auth, count=count)


def uri_task(name: str, request: Request, **keywords: Any) -> dict[str, Any]:
    """Return a task that sends a request by `uri`, as the docs of Ansible recommend for secrets."""
    return {"name": name, "ansible.builtin.uri": request.as_uri(), "no_log": True, **keywords}


def uri_loop(name: str, requests: Sequence[Request]) -> dict[str, Any]:
    """Return a task that sends requests by `uri` in a loop; they may differ in their URLs and JSON bodies only."""
    loop = [{"url": request.url, "json": request.json} for request in requests]
    varying = {"url": "{{ item.url }}", **({"body": "{{ item.json }}"} if requests[0].json else {})}
    task = uri_task(name, requests[0], loop=loop)
    task["ansible.builtin.uri"] |= varying
    return task


def bare_task(folder: Path, requests: Sequence[Request], name: str = BARE, **keywords: Any) -> dict[str, Any]:
    """Return a task that sends requests by bare requests, over one connection."""
    path = folder / f"requests-{next(_numbers)}.json"
    path.write_text(json.dumps([request.as_entry() for request in requests]), encoding="utf-8")
    return {"name": name, "bare_requests": {"file": str(path)}, **keywords}
