# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The modules credential_info and credential_binding_job_info, in process against the emulator."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.beyondidentity.management.plugins.modules import (
    credential_binding_job,
    credential_binding_job_info,
    credential_info,
)
from tests.unit.module_calls import run_failed, run_ok
from tests.unit.people import RETURN, create_person, list_credentials, list_jobs

INFOS = [
    (credential_info, "credentials", "credentials", "Credential"),
    (credential_binding_job_info, "credential_binding_jobs", "credential-binding-jobs", "CredentialBindingJob"),
]
each_info = pytest.mark.parametrize(("module", "collection", "resource", "singular"), INFOS, ids=str)


@pytest.fixture
def pat(tenant: Any) -> str:
    """Return the ID of the identity pat."""
    return create_person(tenant)


def seed_people(tenant: Any, pat: str) -> dict[str, list[str]]:
    """Give pat and sam a passkey and an invitation each, and return the IDs by collection."""
    ids: dict[str, list[str]] = {}
    for identity_id in (pat, create_person(tenant, "sam")):
        seeded = tenant.seed(credentials=1, credential_binding_jobs=1, identity_id=identity_id)
        for collection in ("credentials", "credential_binding_jobs"):
            ids.setdefault(collection, []).extend(seeded[collection])
    return ids


@each_info
def test_objects_are_read_by_identity_by_id_and_all(
    module: Any, collection: str, resource: str, singular: str, tenant: Any, pat: str
) -> None:
    ids = seed_people(tenant, pat)[collection]

    def read(**given: Any) -> list[str]:
        for check_mode in (True, False):
            result = run_ok(module, tenant, check_mode=check_mode, **given)
            assert not result["changed"]
        return [item["id"] for item in result[collection]]

    assert sorted(read()) == sorted(ids)
    for name in (pat, "pat", "PAT", "pat@example.com"):
        assert read(identity=name) == ids[:1]
    assert read(identity=pat, id=ids[0]) == ids[:1]
    assert read(identity=pat, id=ids[1]) == [], "it belongs to another identity"
    assert read(identity="0000000000000000") == []


@each_info
def test_an_id_needs_one_scope_and_few_requests(
    module: Any, collection: str, resource: str, singular: str, tenant: Any, pat: str
) -> None:
    ids = seed_people(tenant, pat)[collection]
    for given, operation in (
        ({}, f"List{singular}s"),
        ({"identity": pat}, f"List{singular}s"),
        ({"identity": pat, "id": ids[0]}, f"Get{singular}"),
    ):
        tenant.clear_journal()
        assert run_ok(module, tenant, **given)["requests"] == 2
        token, request = tenant.read_journal()
        assert (token["form"]["scope"], request["operation"]) == (f"{resource}:read", operation)


@each_info
def test_an_identity_that_does_not_exist_is_an_error(
    module: Any, collection: str, resource: str, singular: str, tenant: Any
) -> None:
    assert "no identity" in run_failed(module, tenant, identity="nobody")
    assert "identity must not be empty" in run_failed(module, tenant, identity="")
    assert "is not a valid ID" in run_failed(module, tenant, identity="0000000000000000", id="../x")
    assert "no identity" in run_failed(module, tenant, identity="-")


@each_info
def test_all_pages_are_read(module: Any, collection: str, resource: str, singular: str, tenant: Any, pat: str) -> None:
    tenant.change_settings(page_size_maximum=3)
    tenant.seed(**{collection: 8}, identity_id=pat)
    assert len(run_ok(module, tenant, identity=pat)[collection]) == 8


def test_passkeys_can_be_filtered_by_the_service(tenant: Any, pat: str) -> None:
    tenant.seed(credentials=2, identity_id=pat)
    tenant.seed(credentials=1, identity_id=pat, credential={"state": "REVOKED"})
    listed = list_credentials(tenant, pat)

    def read(**given: Any) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = run_ok(credential_info, tenant, identity=pat, **given)["credentials"]
        return found

    assert [item["state"] for item in read(credential_state="active")] == ["ACTIVE", "ACTIVE"]
    assert [item["state"] for item in read(credential_state="revoked")] == ["REVOKED"]
    thumbprint = listed[0]["jwk_thumbprint"]
    assert read(jwk_thumbprint=thumbprint) == listed[:1]
    assert read(jwk_thumbprint=thumbprint, credential_state="active") in ([], listed[:1])
    queries = [
        entry["query"]["filter"]
        for entry in tenant.read_journal(operation="ListCredentials")
        if "filter" in entry["query"]
    ]
    assert queries[0] == 'state eq "ACTIVE"'
    assert queries[-1] == f'state eq "ACTIVE" and jwk_thumbprint eq "{thumbprint}"'


def test_a_service_that_ignores_the_filter_changes_nothing(tenant: Any, pat: str) -> None:
    tenant.seed(credentials=1, identity_id=pat, credential={"state": "REVOKED"})
    tenant.add_fault(operation="ListCredentials", json={"credentials": list_credentials(tenant, pat), "total_size": 1})
    assert run_ok(credential_info, tenant, identity=pat, credential_state="active")["credentials"] == []


def test_an_invitation_is_read_without_its_link(tenant: Any, pat: str) -> None:
    """Even if a service should return the link."""
    link = run_ok(credential_binding_job, tenant, **RETURN)["credential_binding_link"]
    jobs = list_jobs(tenant, pat)
    assert run_ok(credential_binding_job_info, tenant)["credential_binding_jobs"] == jobs
    tenant.add_fault(
        operation="ListCredentialBindingJobs",
        json={"credential_binding_jobs": [{**jobs[0], "credential_binding_link": link}], "total_size": 1},
    )
    assert link not in str(run_ok(credential_binding_job_info, tenant))
