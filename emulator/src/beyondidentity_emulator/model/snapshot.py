# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tenants as a JSON document, and back. A field that is added to a tenant or realm is part of it."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from .links import Links
from .settings import Settings
from .state import Realm, Record, Tenant, World

OMITTED = frozenset(
    {
        # Tokens, codes and links end with the process, as if all had been revoked: their values must not be kept.
        *("tokens", "tokens_by_application", "codes", "outbox"),
        # Delays and rate limits are about the last seconds.
        *("changes", "window_started", "window_used"),
    }
)


def dump_world(world: World) -> Record:
    """Return the tenants and the exported application. The caller holds the world's lock."""
    return {
        "exported": world.exported,
        "tenants": [_dump_fields(tenant) for tenant in world.tenants.values()],
    }


def load_world(world: World, document: Record) -> None:
    """Add the tenants of a document to an empty world; raise an error if the document has another form."""
    world.exported = dict(document["exported"])
    for tenant in document["tenants"]:
        loaded = _load_tenant(tenant)
        world.tenants[loaded.id] = loaded
    if not world.tenants:
        raise ValueError("no tenant")


def _dump_fields(holder: Realm | Tenant) -> Record:
    return {item.name: _dump(getattr(holder, item.name)) for item in fields(holder) if item.name not in OMITTED}


def _dump(value: Any) -> Any:
    if isinstance(value, Links):
        return value.list_pairs()
    if isinstance(value, Settings):
        return vars(value)
    if isinstance(value, dict):
        return {key: _dump_fields(item) if isinstance(item, Realm) else item for key, item in value.items()}
    return value


def _load_tenant(document: Record) -> Tenant:
    settings = Settings()
    settings.update(document["settings"])
    realms = {identifier: _load_realm(realm) for identifier, realm in document["realms"].items()}
    tenant = Tenant(**{**document, "settings": settings, "realms": realms})
    if tenant.admin_realm_id not in realms:
        raise ValueError("no admin realm")
    return tenant


def _load_realm(document: Record) -> Realm:
    values = dict(document)
    for item in fields(Realm):
        if item.type == "Links" and item.name in values:
            links = Links()
            for holder, items in values[item.name]:
                links.add(holder, items)
            values[item.name] = links
    return Realm(**values)
