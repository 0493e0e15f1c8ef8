# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Batches of credential binding jobs: one job for each identity, with its link in a mail."""

from __future__ import annotations

from ..model import identifiers
from ..model.state import Record, now
from ..web.errors import ApiError, Violations, not_found
from .binding_jobs import deliver_job, read_template, show_job
from .credentials import JOBS
from .group_members import read_strings
from .object_type import SMALL_PAGES
from .operation_call import Call, Handler, read_body

BATCHES = "batch_credential_binding_jobs"
RESULTS = "batch_results"
FAILED = ("FAILED_TO_SEND", "EXPIRED", "REVOKED")
DONE = "COMPLETE"


def build_handlers() -> dict[str, Handler]:
    """Return the handlers of the operations, by name."""
    return {
        "CreateBatchCredentialBindingJob": create_batch,
        "GetBatchCredentialBindingJob": find_batch,
        "ListBatchCredentialBindingJobResults": list_results,
    }


def create_batch(call: Call) -> Record:
    """Create a job for each identity. The service does so later; here, all jobs exist at once."""
    given = read_body("batch_credential_binding_job")
    violations = Violations("batch_credential_binding_job")
    ids = read_strings(given, "identity_ids", violations)
    if "" in ids:
        violations.add("identity_ids", "empty string")
    template = given.get("job_template")
    if not isinstance(template, dict):
        violations.add("job_template", "must be an object")
        template = {}
    inner = Violations(f"{violations.prefix}.job_template")
    fields = read_template(call.realm, template, inner)
    violations.found += inner.found
    violations.raise_if_any()
    moment = now()
    batch: Record = {
        "id": identifiers.generate_short_id(),
        "tenant_id": call.tenant.id,
        "realm_id": call.realm.id,
        "identity_ids": ids,
        "state": "COMPLETE",
        "state_commentary": {"errors": {}},
        "job_template": fields,
        "create_time": moment,
        "update_time": moment,
    }
    results = []
    for identity_id in dict.fromkeys(ids):
        try:
            results.append(_create_job(call, identity_id, {**fields, "batch_id": batch["id"]}))
        except ApiError as error:
            failure = {"last_error": str(error), "failed_permanently": True}
            batch["state_commentary"]["errors"][identity_id] = failure
    call.realm.objects[BATCHES][batch["id"]] = batch
    call.realm.objects[RESULTS][batch["id"]] = {job["id"]: job for job in results}
    call.tenant.changes.add_created(batch["id"])
    return batch


def _create_job(call: Call, identity_id: str, fields: Record) -> Record:
    identity = call.realm.objects["identities"].get(identity_id)
    if identity is None:
        raise not_found("Identity", identity_id)
    job, _link = deliver_job(call, identity, {**fields, "delivery_method": "EMAIL"})
    return job


def find_batch(call: Call) -> Record:
    """Return the batch that the path names."""
    return call.find_in(BATCHES, "BatchCredentialBindingJob", "batch_credential_binding_job_id")


def list_results(call: Call) -> Record:
    """Return a batch's jobs as they are now; those of deleted identities are revoked."""
    batch = find_batch(call)
    created = call.realm.objects[RESULTS][batch["id"]]
    jobs = call.realm.objects[JOBS]
    shown = {key: show_job(jobs.get(key, {**job, "state": "REVOKED"})) for key, job in created.items()}
    states = [job["state"] for job in shown.values()]
    failures = sum(1 for state in states if state in FAILED)
    successes = states.count(DONE)
    page = call.build_page("job_results", shown, SMALL_PAGES)
    return {
        **page,
        "total_success_count": successes,
        "total_failure_count": failures + len(batch["state_commentary"]["errors"]),
        "total_pending_count": len(states) - successes - failures,
    }
