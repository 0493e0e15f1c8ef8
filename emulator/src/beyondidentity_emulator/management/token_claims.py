# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The claims of access tokens that say for whom and for what they are, in the form that the settings choose."""

from __future__ import annotations

from typing import Any

from ..model import identifiers
from ..model.settings import Settings
from ..model.state import Record, Tenant


def build_audience(settings: Settings, resource: str, client_id: str, is_user: bool) -> str | list[str]:
    """Return the `aud` claim."""
    if not settings.audience_list:
        return resource
    return list(dict.fromkeys([client_id, resource])) if is_user else [resource]


def build_azp(form: str, tenant: Tenant, realm_id: str, application: Record) -> dict[str, str]:
    """Return the `azp` claim in the form that a setting names; none if it is absent."""
    values = {
        "client_id": application["protocol_config"]["client_id"],
        "path": _build_path(tenant, realm_id, "applications", application["id"]),
        "foreign": _build_path(tenant, realm_id, "applications", identifiers.generate_object_id()),
    }
    return {} if form == "absent" else {"azp": values.get(form, form)}


def build_principal(tenant: Tenant, realm_id: str, application: Record, user_id: str | None) -> dict[str, Any]:
    """Return the `bi_p` claim of a user or an application, and the `sub` claim of an application."""
    if tenant.settings.principal_claims == "ids":
        return {"bi_p": user_id} if user_id else {"bi_p": application["id"], "sub": application["id"]}
    if user_id:
        return {"bi_p": _build_path(tenant, realm_id, "identities", user_id)}
    path = _build_path(tenant, realm_id, "applications", application["id"])
    return {"bi_p": path, "sub": application["protocol_config"]["client_id"]}


def _build_path(tenant: Tenant, realm_id: str, collection: str, identifier: str) -> str:
    return f"tenants/{tenant.id}/realms/{realm_id}/{collection}/{identifier}"
