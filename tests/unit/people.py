# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A tenant with a person whom modules can invite, and what the tenant has of the person."""

from __future__ import annotations

from typing import Any

from tests.unit.emulator.api import Api

INVITE = {"identity": "pat", "delivery_method": "email", "authenticator_config": "Hosted Web"}
RETURN = {**INVITE, "delivery_method": "return"}


def create_person(tenant: Any, username: str = "pat", **traits: str) -> str:
    """Create an identity with an e-mail address, and return its ID."""
    given = {"username": username, "primary_email_address": f"{username}@example.com", **traits}
    identity = {"display_name": username.title(), "traits": given}
    return str(tenant.seed(identities=1, identity=identity)["identities"][0])


def list_jobs(tenant: Any, identity_id: str = "-") -> list[dict[str, Any]]:
    """Return the jobs of an identity, or of all, without an entry in the journal's requests of interest."""
    jobs: list[dict[str, Any]] = _read(tenant, identity_id, "credential-binding-jobs")["credential_binding_jobs"]
    return jobs


def list_credentials(tenant: Any, identity_id: str = "-") -> list[dict[str, Any]]:
    """Return the passkeys of an identity, or of all."""
    credentials: list[dict[str, Any]] = _read(tenant, identity_id, "credentials")["credentials"]
    return credentials


def _read(tenant: Any, identity_id: str, place: str) -> Any:
    return Api.of(tenant).get(f"identities/{identity_id}/{place}")


def list_states(items: list[dict[str, Any]]) -> list[str]:
    """Return the sorted states of jobs or passkeys."""
    return sorted(item["state"] for item in items)


def list_requests(tenant: Any) -> list[str]:
    """Return the operations that the tenant received since its journal was cleared."""
    return [entry["operation"] for entry in tenant.read_journal()]
