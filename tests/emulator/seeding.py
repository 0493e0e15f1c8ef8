# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Objects in bulk, past the API's rules where tests need that."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

from . import identifiers
from .builtin import client_credentials_protocol, managed_object, new_realm
from .people import TRAITS
from .seeding_tokens import DEFAULT_SCOPES, TOKEN_FIELDS, seed_tokens
from .state import Realm, Record, Tenant, World, now

SAML = {"type": "saml", "acs_url": "https://example.com/saml/acs", "audience_url": "https://example.com/saml/audience"}


def seed(world: World, tenant: Tenant, wanted: dict[str, Any]) -> dict[str, Any]:
    """Create what is asked for and return ids, in order, by kind.

    `applications`: how many; `name`: their display name with `{n}` for the number (from 1); `application`: fields of
    their own (`protocol_config` is merged), so that a test can have any protocol type, secret or name.
    `realms`, `realm_name`: the same for realms. `identities`, `groups`: how many; `identity`, `group`: fields of their
    own, where texts have `{n}`, too (`traits` are merged). `roles`, `role`: the same, of `resource_server_id` (the
    built-in one). `realm_id`: where all of these are created (the admin realm).
    `tokens`: how many tokens are pretended to have been issued; see seeding_tokens.py.
    """
    kinds = ("applications", "realms", "identities", "groups", "roles", "tokens")
    known = {*kinds, "name", "application", "realm_name", "identity", "group", "role", "resource_server_id", "realm_id"}
    unknown = sorted(set(wanted) - known - TOKEN_FIELDS)
    if unknown:
        raise ValueError(
            f"unknown fields of a seed: {', '.join(unknown)}; known: {', '.join(sorted(known | TOKEN_FIELDS))}"
        )
    realm = tenant.realms[wanted.get("realm_id", tenant.admin_realm_id)]
    realm_name = wanted.get("realm_name", "Seeded Realm {n}")

    def make(kind: str, maker: Callable[[int], str]) -> list[str]:
        return [maker(number) for number in range(1, wanted.get(kind, 0) + 1)]

    tokens = seed_tokens(world, tenant, wanted)
    return {
        "applications": make("applications", lambda n: _application(tenant, realm, wanted, n)),
        "realms": make("realms", lambda n: new_realm(tenant, _numbered(realm_name, n), "SECURE_CUSTOMER").id),
        "identities": make("identities", lambda n: _identity(tenant, realm, wanted.get("identity", {}), n)),
        "groups": make("groups", lambda n: _object(tenant, realm, "groups", wanted.get("group", {}), n)),
        "roles": make("roles", lambda n: _role(tenant, realm, wanted, n)),
        "tokens": [token.id for token in tokens],
        "token_values": [token.value for token in tokens],
    }


def _numbered(pattern: str, number: int) -> str:
    """Not str.format: names may be full of braces on purpose."""
    return pattern.replace("{n}", str(number))


def _application(tenant: Tenant, realm: Realm, wanted: dict[str, Any], number: int) -> str:
    own: Record = copy.deepcopy(wanted.get("application", {}))
    protocol = own.pop("protocol_config", {})
    if protocol.get("type", "oauth2") in ("oauth2", "oidc"):
        builtin = managed_object(realm, "resource_servers")
        protocol = {**client_credentials_protocol(DEFAULT_SCOPES), **protocol}
        own.setdefault("resource_server_id", builtin["id"])
    else:
        protocol = {**SAML, **protocol}
    record: Record = {
        "id": identifiers.object_id(),
        "realm_id": realm.id,
        "tenant_id": tenant.id,
        "display_name": _numbered(wanted.get("name", "Seeded Application {n}"), number),
        "is_managed": False,
        **own,
        "protocol_config": protocol,
    }
    realm.objects["applications"][record["id"]] = record
    return record["id"]


def _object(tenant: Tenant, realm: Realm, collection: str, own: Record, number: int) -> str:
    moment = now()
    record: Record = {
        "id": identifiers.short_id(),
        "realm_id": realm.id,
        "tenant_id": tenant.id,
        "display_name": f"Seeded {number}",
        "create_time": moment,
        "update_time": moment,
        **{name: _numbered(value, number) if isinstance(value, str) else value for name, value in own.items()},
    }
    realm.objects[collection][record["id"]] = record
    return record["id"]


def _identity(tenant: Tenant, realm: Realm, own: Record, number: int) -> str:
    suffix = identifiers.short_id()
    given = {"username": f"seeded-{number}-{suffix}", "primary_email_address": "seeded-{n}@example.com"}
    traits = {name: _numbered(value, number) for name, value in {**given, **own.get("traits", {})}.items()}
    fixed = {"status": "active", "enrollment_status": "UNENROLLED"}
    return _object(tenant, realm, "identities", {**fixed, **own, "traits": {"type": TRAITS, **traits}}, number)


def _role(tenant: Tenant, realm: Realm, wanted: Record, number: int) -> str:
    server_id = wanted.get("resource_server_id") or managed_object(realm, "resource_servers")["id"]
    own = {"resource_server_id": server_id, **wanted.get("role", {})}
    return _object(tenant, realm, "roles", own, number)
