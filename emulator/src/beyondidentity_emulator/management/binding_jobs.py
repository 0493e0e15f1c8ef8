# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Credential binding jobs: the operations on them, and the mails that they send."""

from __future__ import annotations

import time
from datetime import datetime, timezone

from ..model import identifiers
from ..model.hashing import hash_secret
from ..model.state import Realm, Record, Tenant, now
from ..web.errors import ApiError, Violations
from .credentials import (
    JOBS,
    OPEN_STATES,
    change_record,
    find_of_identity,
    list_of_identity,
    refresh_enrollment,
)
from .fields import choice, text
from .object_type import SMALL_PAGES
from .object_types import build_config
from .operation_call import Call, Handler, read_body

DELIVERY_METHODS = ("RETURN", "EMAIL")
EMBEDDED_CONFIGS = ("embedded", "console")
"""Types of an authenticator configuration that a job can have itself, instead of naming one by its ID."""


def build_handlers() -> dict[str, Handler]:
    """Return the handlers of the operations, by name."""
    return {
        "CreateCredentialBindingJob": create_job,
        "ListCredentialBindingJobs": list_jobs,
        "GetCredentialBindingJob": lambda call: show_job(_find_job(call)),
        "SetCredentialBindingJobRevoked": revoke_job,
    }


def create_job(call: Call) -> Record:
    """Create a job and deliver its link, which no later response contains."""
    identity = call.find("identity")
    given = read_body("job")
    violations = Violations("job")
    fields = _read_fields(call.realm, given, violations)
    violations.raise_if_any()
    job, link = deliver_job(call, identity, fields)
    if job["delivery_method"] == "EMAIL":
        return {"credential_binding_job": job}
    return {"credential_binding_job": job, "credential_binding_link": link}


def deliver_job(call: Call, identity: Record, fields: Record) -> tuple[Record, str]:
    """Create a job, and send its link if the fields say so; return the job and the link."""
    address = identity["traits"].get("primary_email_address")
    is_mail = fields["delivery_method"] == "EMAIL"
    if is_mail and not address:
        missing = "Identity missing email address"
        detail = {"type": "ResourceInfo", "resource_type": "Identity", "id": identity["id"], "description": missing}
        raise ApiError(422, missing, [detail])
    job = {**build_job(call.tenant, call.realm, identity["id"]), **fields}
    if is_mail and call.tenant.settings.mail == "fail":
        job["state"] = "FAILED_TO_SEND"
    token = identifiers.generate_alphanumeric(40)
    add_job(call.realm, job)
    call.realm.binding_digests[job["id"]] = hash_secret(token)
    call.tenant.changes.add_created(job["id"])
    path = f"/v1/tenants/{call.tenant.id}/realms/{call.realm.id}/identities/{identity['id']}/credential-binding-jobs"
    link = f"{call.world.base_url}{path}/{job['id']}:invokeAuthenticator?token={token}"
    if is_mail and job["state"] == "LINK_SENT":
        call.tenant.outbox.append(
            {
                "to": address,
                "identity_id": identity["id"],
                "job_id": job["id"],
                "realm_id": call.realm.id,
                "time": now(),
                "link": link,
            }
        )
    return job, link


def list_jobs(call: Call) -> Record:
    """List an identity's jobs, whatever their state."""
    return call.build_page(JOBS, list_of_identity(call, JOBS), SMALL_PAGES, show_job)


def revoke_job(call: Call) -> Record:
    """Revoke a job, unless a passkey was bound with it."""
    job = show_job(_find_job(call))
    if job["state"] == "COMPLETE":
        message = "credential binding job already completed"
        detail = {
            "type": "ResourceInfo",
            "resource_type": "CredentialBindingJob",
            "id": job["id"],
            "description": message,
        }
        raise ApiError(409, message, [detail])
    return change_record(call, JOBS, job, state="REVOKED")


def build_job(tenant: Tenant, realm: Realm, identity_id: str) -> Record:
    """Return a new job whose link was sent."""
    moment = now()
    expiry = datetime.fromtimestamp(time.time() + tenant.settings.invitation_lifetime, timezone.utc)
    return {
        "id": identifiers.generate_short_id(),
        "identity_id": identity_id,
        "realm_id": realm.id,
        "tenant_id": tenant.id,
        "delivery_method": "RETURN",
        "state": "LINK_SENT",
        "expire_time": expiry.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "create_time": moment,
        "update_time": moment,
    }


def add_job(realm: Realm, job: Record) -> None:
    """Add a job to its identity."""
    realm.objects[JOBS][job["id"]] = job
    refresh_enrollment(realm, job["identity_id"])


def show_job(job: Record) -> Record:
    """Return a job as responses show it now: an open one can be expired."""
    if job["state"] in OPEN_STATES and datetime.fromisoformat(job["expire_time"].replace("Z", "+00:00")) <= (
        datetime.now(timezone.utc)
    ):
        return {**job, "state": "EXPIRED"}
    return job


def _find_job(call: Call) -> Record:
    return find_of_identity(call, JOBS, "CredentialBindingJob", "credential_binding_job_id")


def _read_fields(realm: Realm, given: Record, violations: Violations) -> Record:
    """Return the fields that a request can set; read-only ones are ignored, as documented."""
    if "delivery_method" not in given:
        violations.add("delivery_method", "is required")
    method = choice(given, "delivery_method", DELIVERY_METHODS, "RETURN", violations)
    return {"delivery_method": method, **read_template(realm, given, violations)}


def read_template(realm: Realm, given: Record, violations: Violations) -> Record:
    """Return the fields that a job has in common with the template of a batch."""
    fields: Record = {}
    config = given.get("authenticator_config")
    if config is not None and "authenticator_config_id" not in given:
        details = config.get("config") if isinstance(config, dict) else None
        if not isinstance(details, dict) or details.get("type") not in EMBEDDED_CONFIGS:
            violations.add("authenticator_config.config.type", f"must be one of {', '.join(EMBEDDED_CONFIGS)}")
        else:
            inner = Violations(f"{violations.prefix}.authenticator_config")
            fields["authenticator_config"] = {"config": build_config(details, inner)}
            violations.found += inner.found
    else:
        fields["authenticator_config_id"] = text(given, None, "authenticator_config_id", violations)
    if given.get("post_binding_redirect_uri") is not None:
        fields["post_binding_redirect_uri"] = text(given, None, "post_binding_redirect_uri", violations)
    config_id = fields.get("authenticator_config_id")
    if config_id and config_id not in realm.objects["authenticator_configs"]:
        violations.add("authenticator_config_id", "no such object in the realm")
    return fields
