# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Batches of credential binding jobs."""

from __future__ import annotations

import pytest

from tests.unit.emulator.api import Api, read_violated_fields
from tests.unit.emulator.test_passkeys import build_identity

PATH = "batch-credential-binding-jobs"


@pytest.fixture
def api(tenant):
    return Api.of(tenant)


def create_batch(api, ids, **template):
    (config,) = api.get("authenticator-configs")["authenticator_configs"]
    fields = {"authenticator_config_id": config["id"], **template}
    return api.post(PATH, {"batch_credential_binding_job": {"identity_ids": ids, "job_template": fields}})


def read_results(api, batch):
    return api.get(f"{PATH}/{batch['id']}:listResults")


def test_batch_sends_a_mail_to_each_identity(api, tenant):
    ids = tenant.seed(identities=3)["identities"]
    batch = create_batch(api, ids, post_binding_redirect_uri="https://pets.example")
    assert api.get(f"{PATH}/{batch['id']}") == batch
    assert sorted(mail["identity_id"] for mail in tenant.read_outbox()) == sorted(ids)
    results = read_results(api, batch)
    assert {job["identity_id"] for job in results["job_results"]} == set(ids)
    assert all(job["batch_id"] == batch["id"] for job in results["job_results"])
    assert (results["total_pending_count"], results["total_size"]) == (3, 3)
    tenant.bind_passkey(tenant.read_outbox()[0]["link"])
    api.delete(f"identities/{tenant.read_outbox()[1]['identity_id']}")
    results = read_results(api, batch)
    counts = [results[f"total_{name}_count"] for name in ("success", "failure", "pending")]
    assert counts == [1, 1, 1]


def test_identities_without_a_job_are_errors_of_the_batch(api):
    document = build_identity()
    del document["identity"]["traits"]["primary_email_address"]
    silent = api.post("identities", document)["id"]
    batch = create_batch(api, [silent, "unknown"])
    errors = batch["state_commentary"]["errors"]
    assert {key: error["last_error"] for key, error in errors.items()} == {
        silent: "Identity missing email address",
        "unknown": "identity not found",
    }
    assert read_results(api, batch)["total_failure_count"] == 2


def test_invalid_batch_is_refused(api):
    document = {"batch_credential_binding_job": {"identity_ids": [], "job_template": {"authenticator_config_id": {}}}}
    assert read_violated_fields(api.call("POST", PATH, json=document)) == [
        "batch_credential_binding_job.identity_ids",
        "batch_credential_binding_job.job_template.authenticator_config_id",
    ]
