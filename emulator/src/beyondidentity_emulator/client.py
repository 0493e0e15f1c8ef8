# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The client that Python tests use: it starts the emulator as a process and creates a tenant for each test."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import requests

REQUEST_SECONDS = 60
STOP_SECONDS = 60


class EmulatorError(Exception):
    """The emulator did not start, or refused a request to its control endpoints."""


@dataclass
class Emulator:
    """A running emulator. Use it as a context manager, or call stop()."""

    process: subprocess.Popen[str]
    environment: dict[str, str]
    """BEYONDIDENTITY_* variables of the first tenant."""
    url: str
    ca_path: str | None
    unset_variables: tuple[str, ...] = ()
    """Other BEYONDIDENTITY_* variables, which would connect the collection with another tenant. Remove them from environments."""
    control_token: str | None = field(default=None, repr=False)
    session: requests.Session = field(default_factory=requests.Session)

    @classmethod
    def start(
        cls,
        tls: bool = False,
        port: int = 0,
        ca_path: str | os.PathLike[str] | None = None,
        options: Sequence[str] = (),
    ) -> Emulator:
        """Start an emulator and wait until it is ready. `options` are further options of the command, such as `--seed`."""
        command = [sys.executable, "-m", __package__, "--quiet", "--export", "json", "--parent", str(os.getpid())]
        command += ["--port", str(port), *options]
        if tls:
            command.append("--tls")
        if ca_path is not None:
            command += ["--ca-path", os.fspath(ca_path)]
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
        values = _read_environment(process)
        url, token = values.pop("EMULATOR_URL"), values.pop("EMULATOR_CONTROL_TOKEN")
        environment = {name: value for name, value in values.items() if value is not None}
        unset = tuple(name for name in values if name not in environment)
        emulator = cls(process, environment, str(url), environment.get("BEYONDIDENTITY_CA_PATH"), unset, token)
        emulator.session.trust_env = False
        if emulator.ca_path:
            emulator.session.verify = emulator.ca_path
        return emulator

    def __enter__(self) -> Emulator:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.stop()

    def stop(self) -> int:
        """Stop the emulator and return its exit code."""
        self.session.close()
        self.process.terminate()
        try:
            code = self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            code = self.process.wait()
        if self.process.stdout:
            self.process.stdout.close()
        return code

    def create_tenant(self, **settings: Any) -> Tenant:
        """Create a tenant with these settings (see settings.py)."""
        values = self.call_control("POST", "tenants", json=settings)
        return Tenant(emulator=self, **values)

    def call_control(self, method: str, path: str, **options: Any) -> Any:
        """Call a control endpoint; return its JSON."""
        if self.control_token is not None:
            options["headers"] = {**options.get("headers", {}), "Authorization": f"Bearer {self.control_token}"}
        response = self.session.request(method, f"{self.url}/_emulator/{path}", timeout=REQUEST_SECONDS, **options)
        if not response.ok:
            raise EmulatorError(f"{method} {path}: {response.status_code} {response.text[:500]}")
        return response.json() if response.content else None

    def read_journal(self, **filters: Any) -> list[dict[str, Any]]:
        """Return the requests of all tenants (see Tenant.read_journal)."""
        entries: list[dict[str, Any]] = self.call_control("GET", "journal", params=filters)
        return entries

    def digest(self, value: str) -> str:
        """Return the digest that stands for a credential, code or token in this emulator's journal."""
        return str(self.call_control("POST", "digest", json={"value": value})["digest"])

    def reset(self) -> None:
        """Remove all tenants except the first, all faults and the journal."""
        self.call_control("POST", "reset")


@dataclass
class Tenant:
    """A tenant and its built-in application."""

    emulator: Emulator = field(repr=False)
    tenant_id: str
    realm_id: str
    """ID of the admin realm."""
    application_id: str
    issuer: str
    api_url: str
    client_id: str
    client_secret: str = field(repr=False)
    resource_server_id: str

    @property
    def environment(self) -> dict[str, str]:
        """Return the BEYONDIDENTITY_* variables of the built-in application."""
        return {name.upper(): value for name, value in self.variables.items()}

    @property
    def variables(self) -> dict[str, str]:
        """Return the Ansible variables of the built-in application."""
        values = {
            "beyondidentity_issuer": self.issuer,
            "beyondidentity_api_url": self.api_url,
            "beyondidentity_client_id": self.client_id,
            "beyondidentity_client_secret": self.client_secret,
        }
        if self.emulator.ca_path:
            values["beyondidentity_ca_path"] = self.emulator.ca_path
        return values

    @property
    def url(self) -> str:
        """Return the tenant's URL in the Management API."""
        return f"{self.api_url}/v1/tenants/{self.tenant_id}"

    @property
    def realm_url(self) -> str:
        """Return the admin realm's URL in the Management API."""
        return f"{self.url}/realms/{self.realm_id}"

    def read_journal(self, **filters: Any) -> list[dict[str, Any]]:
        """Return this tenant's requests: `method`, `operation`, `grant`, `status` (equal), `path` (regular expression), `since` (seq)."""
        return self.emulator.read_journal(tenant=self.tenant_id, **filters)

    def digest(self, value: str) -> str:
        """Return the digest that stands for a credential, code or token in the journal."""
        return self.emulator.digest(value)

    def clear_journal(self) -> None:
        """Remove this tenant's requests from the journal."""
        self.emulator.call_control("DELETE", "journal", params={"tenant": self.tenant_id})

    def add_fault(self, **fault: Any) -> dict[str, Any]:
        """Add a fault for this tenant's requests (see faults.py); return it, with its `id`."""
        added: dict[str, Any] = self.emulator.call_control("POST", "faults", json={"tenant": self.tenant_id, **fault})
        return added

    def list_faults(self) -> list[dict[str, Any]]:
        """Return this tenant's faults, with the numbers of requests that each has `seen` and was `used` for."""
        return [fault for fault in self.emulator.call_control("GET", "faults") if fault["tenant"] == self.tenant_id]

    def clear_faults(self) -> None:
        """Remove this tenant's faults."""
        self.emulator.call_control("DELETE", "faults", params={"tenant": self.tenant_id})

    def start_outage(self, name: str) -> None:
        """Start a named outage (see outages.py)."""
        self.emulator.call_control("POST", f"tenants/{self.tenant_id}/outages", json={"name": name})

    def stop_outage(self, name: str) -> None:
        """Stop a named outage: its faults are removed, and its settings are as before."""
        self.emulator.call_control("DELETE", f"tenants/{self.tenant_id}/outages/{name}")

    def list_outages(self) -> list[str]:
        """Return the names of this tenant's outages."""
        names: list[str] = self.emulator.call_control("GET", f"tenants/{self.tenant_id}/outages")
        return names

    @contextlib.contextmanager
    def outage(self, name: str) -> Iterator[None]:
        """Let a named outage last as long as the block."""
        self.start_outage(name)
        try:
            yield
        finally:
            self.stop_outage(name)

    def seed(self, **wanted: Any) -> dict[str, list[str]]:
        """Create objects in bulk (see seeding.py); return their IDs by collection."""
        ids: dict[str, list[str]] = self.emulator.call_control("POST", f"tenants/{self.tenant_id}/seed", json=wanted)
        return ids

    def change_settings(self, **settings: Any) -> dict[str, Any]:
        """Change settings (see settings.py); return all settings."""
        path = f"tenants/{self.tenant_id}/settings"
        changed: dict[str, Any] = self.emulator.call_control("PATCH", path, json=settings)
        return changed

    def revoke_tokens(self) -> int:
        """Revoke all tokens now; return how many were active."""
        return int(self.emulator.call_control("POST", f"tenants/{self.tenant_id}/revoke-tokens")["revoked"])

    def read_outbox(self) -> list[dict[str, Any]]:
        """Return the invitations that were sent by mail: `to`, `identity_id`, `job_id`, `realm_id`, `time` and `link`."""
        mails: list[dict[str, Any]] = self.emulator.call_control("GET", f"tenants/{self.tenant_id}/outbox")
        return mails

    def bind_passkey(self, link: str) -> None:
        """Open the link of an invitation and bind a passkey, as a person does."""
        for method in ("GET", "POST"):
            response = self.emulator.session.request(method, link, timeout=REQUEST_SECONDS, allow_redirects=False)
            if response.status_code >= 400:
                raise EmulatorError(f"{method} of the link: {response.status_code} {response.text[:500]}")

    def request_token(self, *scopes: str, **form: str) -> str:
        """Request a token of the built-in application with the client credentials grant; return its value."""
        response = self.emulator.session.post(
            f"{self.issuer}/token",
            data={"grant_type": "client_credentials", "scope": " ".join(scopes), **form},
            auth=(self.client_id, self.client_secret),
            timeout=REQUEST_SECONDS,
        )
        response.raise_for_status()
        return str(response.json()["access_token"])


def _read_environment(process: subprocess.Popen[str]) -> dict[str, str | None]:
    values: dict[str, str | None] = {}
    for line in process.stdout or ():
        if line == "ready\n":
            return values
        values.update(json.loads(line))
    if process.stdout:
        process.stdout.close()
    raise EmulatorError(f"the emulator ended before it was ready, with code {process.wait()}")
