# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The passkeys of identities: the operations on them, and the enrollment status that follows from them."""

from __future__ import annotations

import json

from ..model import identifiers
from ..model.state import Realm, Record, now
from ..web.errors import not_found
from . import filters
from .object_type import SMALL_PAGES
from .operation_call import Call, Handler

CREDENTIALS = "credentials"
JOBS = "credential_binding_jobs"
OPEN_STATES = ("LINK_SENT", "LINK_OPENED", "REQUEST_DELIVERED")
FILTERABLE = ("state", "jwk_thumbprint")
EVERY_IDENTITY = "-"
"""Instead of an identity's ID in the path of a list."""


def build_handlers() -> dict[str, Handler]:
    """Return the handlers of the operations, by name."""
    return {
        "ListCredentials": list_credentials,
        "GetCredential": lambda call: find_of_identity(call, CREDENTIALS, "Credential", "credential_id"),
        "RevokeCredential": revoke_credential,
    }


def list_credentials(call: Call) -> Record:
    """List credentials, with the filter that the vendor's CLI documents."""
    listing = call.read_listing(SMALL_PAGES)
    found = filters.select(listing.filter, list_of_identity(call, CREDENTIALS), FILTERABLE, lambda record: record)
    return listing.build_page(CREDENTIALS, found)


def revoke_credential(call: Call) -> Record:
    """Revoke a credential, which stays listed."""
    current = find_of_identity(call, CREDENTIALS, "Credential", "credential_id")
    return change_record(call, CREDENTIALS, current, state="REVOKED")


def list_of_identity(call: Call, collection: str) -> dict[str, Record]:
    """Return an identity's objects as lists show them; none of an unknown identity, as no status 404 is described."""
    identity_id = call.parameters["identity_id"]
    records = call.apply_delays(call.realm.id, collection, call.realm.objects[collection])
    return {key: record for key, record in records.items() if identity_id in (EVERY_IDENTITY, record["identity_id"])}


def find_of_identity(call: Call, collection: str, singular: str, parameter: str) -> Record:
    """Return the object that the path names; raise 404 if the identity has none with this ID."""
    identifier = call.parameters[parameter]
    record = call.realm.objects[collection].get(identifier)
    if record is None or record["identity_id"] != call.parameters["identity_id"]:
        raise not_found(singular, identifier)
    return record


def change_record(call: Call, collection: str, current: Record, **fields: str) -> Record:
    """Change fields of a credential or a job."""
    call.tenant.changes.add_changed(current["id"], current)
    return replace_record(call.realm, collection, current, **fields)


def replace_record(realm: Realm, collection: str, current: Record, **fields: str) -> Record:
    """Change fields of a credential or a job, without a delay in lists."""
    record = {**current, **fields, "update_time": now()}
    realm.objects[collection][record["id"]] = record
    refresh_enrollment(realm, record["identity_id"])
    return record


def build_credential(realm: Realm, tenant_id: str, identity_id: str) -> Record:
    """Return a new active credential."""
    moment = now()
    key = {"crv": "P-256", "kty": "EC", "x": identifiers.generate_alphanumeric(43)}
    return {
        "id": identifiers.generate_short_id(),
        "identity_id": identity_id,
        "realm_id": realm.id,
        "tenant_id": tenant_id,
        "state": "ACTIVE",
        "csr_type": "WEBAUTHN",
        "jwk_json": json.dumps({**key, "y": identifiers.generate_alphanumeric(43)}),
        "jwk_thumbprint": identifiers.generate_alphanumeric(43) + "=",
        "create_time": moment,
        "update_time": moment,
    }


def add_credential(realm: Realm, credential: Record) -> None:
    """Add a credential to its identity."""
    realm.objects[CREDENTIALS][credential["id"]] = credential
    refresh_enrollment(realm, credential["identity_id"])


def has_active_credential(realm: Realm, identity_id: str) -> bool:
    """Return whether an identity can sign in with a passkey."""
    return "ACTIVE" in _list_states(realm, CREDENTIALS, identity_id)


def refresh_enrollment(realm: Realm, identity_id: str) -> None:
    """Set an identity's enrollment status after a change of its credentials or jobs."""
    states = _list_states(realm, JOBS, identity_id)
    if has_active_credential(realm, identity_id):
        status = "ENROLLED"
    elif states.intersection(OPEN_STATES):
        status = "PENDING"
    elif "FAILED_TO_SEND" in states:
        status = "INVITE_FAILED"
    else:
        status = "UNENROLLED"
    identities = realm.objects["identities"]
    identities[identity_id] = {**identities[identity_id], "enrollment_status": status}


def _list_states(realm: Realm, collection: str, identity_id: str) -> set[str]:
    return {record["state"] for record in realm.objects[collection].values() if record["identity_id"] == identity_id}
