# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Creation of many objects, without some of the API's rules."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from ..management.application_fields import build_client_protocol
from ..management.binding_jobs import add_job, build_job
from ..management.builtin_objects import (
    create_realm_with_defaults,
    find_managed_object,
)
from ..management.credentials import add_credential, build_credential
from ..management.directory_fields import TRAITS
from ..management.saml_fields import SAML_DEFAULTS
from ..model import identifiers
from ..model.checked_fields import Limits, check_values
from ..model.state import Realm, Record, Tenant, World, now
from .seeding_tokens import DEFAULT_SCOPES, seed_tokens

SAML = {
    "type": "saml",
    "acs_url": "https://example.com/saml/acs",
    "audience_url": "https://example.com/saml/audience",
    **SAML_DEFAULTS,
}


Amount = Annotated[int, Limits(0, 1_000_000)]


@dataclass
class Seed:
    """What a seed can have; see `seed`. Fields of objects can have any values: tests need objects that the API refuses."""

    applications: Amount
    realms: Amount
    identities: Amount
    groups: Amount
    roles: Amount
    credentials: Amount
    credential_binding_jobs: Amount
    tokens: Amount
    name: str
    application: dict[str, Any]
    realm_name: str
    identity: dict[str, Any]
    group: dict[str, Any]
    role: dict[str, Any]
    credential: dict[str, Any]
    credential_binding_job: dict[str, Any]
    identity_id: str
    resource_server_id: str
    realm_id: str
    token_application: str
    token_scopes: list[str]
    token_format: Literal["referential", "self_contained"]
    token_lifetime: float
    principal_type: str
    principal_id: str


def seed(world: World, tenant: Tenant, wanted: dict[str, Any]) -> dict[str, Any]:
    """Create objects and return their IDs, in order, by collection.

    `applications`: how many; `name`: their display name with `{n}` for the number (from 1); `application`: fields of
    their fields (`protocol_config` is merged), so that a test can have any protocol type, secret or name.
    `realms`, `realm_name`: the same for realms. `identities`, `groups`: how many; `identity`, `group`: fields of their
    fields, where texts have `{n}`, too (`traits` are merged). `credentials`, `credential_binding_jobs`: how many, of
    `identity_id` (the first seeded identity); `credential`, `credential_binding_job`: fields of their fields.
    `roles`, `role`: the same, of `resource_server_id` (the built-in one). `realm_id`: where all of these are created (the admin realm).
    `tokens`: how many tokens; see seeding_tokens.py.
    """
    check_values(Seed, wanted, "fields of a seed")
    realm = tenant.realms.get(wanted.get("realm_id", tenant.admin_realm_id))
    if realm is None:
        raise ValueError(f"no realm {wanted['realm_id']}")
    realm_name = wanted.get("realm_name", "Seeded Realm {n}")

    def create(collection: str, create_one: Callable[[int], str]) -> list[str]:
        return [create_one(number) for number in range(1, wanted.get(collection, 0) + 1)]

    for object_name, part in (("application", "protocol_config"), ("identity", "traits")):
        if not isinstance(wanted.get(object_name, {}).get(part, {}), dict):
            raise ValueError(f"{object_name}.{part} must be an object")
    tokens = seed_tokens(world, tenant, wanted)
    ids = {
        "applications": create("applications", lambda n: _create_application(tenant, realm, wanted, n)),
        "realms": create(
            "realms", lambda n: create_realm_with_defaults(tenant, _insert_number(realm_name, n), "SECURE_CUSTOMER").id
        ),
        "identities": create("identities", lambda n: _create_identity(tenant, realm, wanted.get("identity", {}), n)),
        "groups": create("groups", lambda n: _create_object(tenant, realm, "groups", wanted.get("group", {}), n)),
        "roles": create("roles", lambda n: _create_role(tenant, realm, wanted, n)),
        "tokens": [token.id for token in tokens],
        "token_values": [token.value for token in tokens],
    }
    identity_id = wanted.get("identity_id") or next(iter(ids["identities"]), "")
    return {
        **ids,
        "credentials": create("credentials", lambda _n: _create_credential(tenant, realm, wanted, identity_id)),
        "credential_binding_jobs": create(
            "credential_binding_jobs", lambda _n: _create_job(tenant, realm, wanted, identity_id)
        ),
    }


def _insert_number(pattern: Any, number: int) -> Any:
    """Replace `{n}` in a text. Not str.format, since tests use names with braces."""
    return pattern.replace("{n}", str(number)) if isinstance(pattern, str) else pattern


def _check_id(record: Record) -> str:
    """Return the ID of an object; raise ValueError for one that is not a text."""
    if not isinstance(record["id"], str):
        raise ValueError("id must be a text")
    return record["id"]


def _check_identity(realm: Realm, record: Record) -> None:
    """Raise ValueError if the identity of an object does not exist."""
    if not isinstance(record["identity_id"], str) or record["identity_id"] not in realm.objects["identities"]:
        raise ValueError("identity_id must be the ID of an identity")


def _create_application(tenant: Tenant, realm: Realm, wanted: dict[str, Any], number: int) -> str:
    fields: Record = copy.deepcopy(wanted.get("application", {}))
    protocol = fields.pop("protocol_config", {})
    if protocol.get("type", "oauth2") in ("oauth2", "oidc"):
        builtin = find_managed_object(realm, "resource_servers")
        protocol = {**build_client_protocol("oauth2", ["client_credentials"], DEFAULT_SCOPES), **protocol}
        fields.setdefault("resource_server_id", builtin["id"])
    else:
        protocol = {**SAML, **protocol}
    record: Record = {
        "id": identifiers.generate_object_id(),
        "realm_id": realm.id,
        "tenant_id": tenant.id,
        "display_name": _insert_number(wanted.get("name", "Seeded Application {n}"), number),
        "is_managed": False,
        **fields,
        "protocol_config": protocol,
    }
    realm.objects["applications"][_check_id(record)] = record
    return _check_id(record)


def _create_object(tenant: Tenant, realm: Realm, collection: str, fields: Record, number: int) -> str:
    moment = now()
    record: Record = {
        "id": identifiers.generate_short_id(),
        "realm_id": realm.id,
        "tenant_id": tenant.id,
        "display_name": f"Seeded {number}",
        "create_time": moment,
        "update_time": moment,
        **{name: _insert_number(value, number) for name, value in fields.items()},
    }
    realm.objects[collection][_check_id(record)] = record
    return _check_id(record)


def _create_identity(tenant: Tenant, realm: Realm, fields: Record, number: int) -> str:
    suffix = identifiers.generate_short_id()
    given = {"username": f"seeded-{number}-{suffix}", "primary_email_address": "seeded-{n}@example.com"}
    traits = {name: _insert_number(value, number) for name, value in {**given, **fields.get("traits", {})}.items()}
    fixed = {"status": "active", "enrollment_status": "UNENROLLED"}
    return _create_object(
        tenant, realm, "identities", {**fixed, **fields, "traits": {"type": TRAITS, **traits}}, number
    )


def _create_credential(tenant: Tenant, realm: Realm, wanted: Record, identity_id: str) -> str:
    _check_identity(realm, {"identity_id": identity_id})
    record = {**build_credential(realm, tenant.id, identity_id), **wanted.get("credential", {})}
    _check_identity(realm, record)
    identifier = _check_id(record)
    add_credential(realm, record)
    return identifier


def _create_job(tenant: Tenant, realm: Realm, wanted: Record, identity_id: str) -> str:
    config_id = next(iter(realm.objects["authenticator_configs"]))
    record = {"authenticator_config_id": config_id, **build_job(tenant, realm, identity_id)}
    record.update(wanted.get("credential_binding_job", {}))
    _check_identity(realm, record)
    identifier = _check_id(record)
    add_job(realm, record)
    return identifier


def _create_role(tenant: Tenant, realm: Realm, wanted: Record, number: int) -> str:
    server_id = wanted.get("resource_server_id") or find_managed_object(realm, "resource_servers")["id"]
    fields = {"resource_server_id": server_id, **wanted.get("role", {})}
    return _create_object(tenant, realm, "roles", fields, number)
