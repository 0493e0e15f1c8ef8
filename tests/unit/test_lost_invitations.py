# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An invitation whose creation has no usable response: nobody has its link, so it is revoked, and the task says "Run again"."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.beyondidentity.management.plugins.modules import credential_binding_job as module
from tests.unit.memory_store import MemoryStore
from tests.unit.module_calls import call_module, list_writes, run_ok
from tests.unit.people import INVITE, RETURN, create_person, list_jobs, list_states

JSON = {"Content-Type": "application/json"}
CREATE, REVOKE = "CreateCredentialBindingJob", "SetCredentialBindingJobRevoked"


@pytest.fixture
def pat(tenant: Any) -> str:
    """Return the ID of the identity pat."""
    return create_person(tenant)


def replace_response(status: int, body: str) -> dict[str, Any]:
    """Return a fault by which a creation is carried out, and another response arrives."""
    return {"carry_out": True, "status": status, "body": body, "headers": JSON}


def change_job(**fields: str) -> dict[str, Any]:
    """Return a fault that changes fields of the job in the response to a creation."""
    return {"merge": {"credential_binding_job": fields}}


UNUSABLE = {
    "no body": replace_response(200, ""),
    "empty object": replace_response(200, "{}"),
    "no JSON": replace_response(200, "created"),
    "bad gateway": replace_response(502, ""),
    "gateway timeout": replace_response(504, ""),
    "internal error": replace_response(500, "{}"),
    "no link": {"merge": {"credential_binding_link": None}},
    "empty link": {"merge": {"credential_binding_link": ""}},
    "link with a line break": {"merge": {"credential_binding_link": "https://x\n"}},
    "no job": {"merge": {"credential_binding_job": None}},
    "invalid ID": change_job(id="../x"),
    "other configuration": change_job(authenticator_config_id="other"),
}


@pytest.mark.parametrize("fault", UNUSABLE.values(), ids=UNUSABLE)
def test_an_invitation_without_a_usable_response_is_revoked(fault: dict[str, Any], tenant: Any, pat: str) -> None:
    tenant.add_fault(operation=CREATE, times=1, **fault)
    result = call_module(module, tenant, **RETURN)
    assert result["failed"] and result["changed"] and "Run again." in result["msg"]
    assert "was revoked" in result["msg"] and "credential_binding_link" not in result
    assert list_writes(tenant) == [CREATE, REVOKE]
    assert list_states(list_jobs(tenant, pat)) == ["REVOKED"]
    assert run_ok(module, tenant, **RETURN)["changed"]


def test_an_invitation_whose_connection_breaks_is_revoked(tenant: Any, pat: str) -> None:
    tenant.add_fault(operation=CREATE, drop="close", carry_out=True, times=1)
    store = MemoryStore()
    result = call_module(module, tenant, store, **INVITE)
    assert result["failed"] and "was revoked. Run again." in result["msg"]
    assert list_states(list_jobs(tenant, pat)) == ["REVOKED"]
    assert run_ok(module, tenant, store, **INVITE)["changed"]


def test_only_the_new_invitation_is_revoked(tenant: Any, pat: str) -> None:
    """Neither one that was there before, nor one that another person created with other options."""
    other = {"state": "LINK_SENT", "delivery_method": "EMAIL"}
    tenant.seed(credential_binding_jobs=1, identity_id=pat, credential_binding_job={**other, "state": "COMPLETE"})

    before = list_jobs(tenant, pat)
    tenant.seed(credential_binding_jobs=1, identity_id=pat, credential_binding_job=other)
    shown = {"credential_binding_jobs": before, "total_size": len(before)}
    tenant.add_fault(operation="ListCredentialBindingJobs", json=shown, times=1)
    tenant.add_fault(operation=CREATE, status=504, carry_out=True)
    assert "was revoked" in call_module(module, tenant, **RETURN)["msg"]
    assert list_states(list_jobs(tenant, pat)) == ["COMPLETE", "LINK_SENT", "REVOKED"]


def test_an_invitation_that_is_listed_late_is_found(tenant: Any, pat: str, pauses: list[float]) -> None:
    nothing = {"credential_binding_jobs": [], "total_size": 0}
    tenant.add_fault(operation="ListCredentialBindingJobs", json=nothing, skip=1, times=2)
    tenant.add_fault(operation=CREATE, **replace_response(200, ""))
    assert "was revoked" in call_module(module, tenant, **RETURN)["msg"]
    assert len(pauses) == 2 and list_states(list_jobs(tenant, pat)) == ["REVOKED"]


def test_an_invitation_that_is_not_found_is_reported(tenant: Any, pat: str, pauses: list[float]) -> None:
    tenant.add_fault(operation=CREATE, drop="close")  # not carried out
    result = call_module(module, tenant, **RETURN)
    assert result["failed"] and result["changed"]
    assert "No new invitation is listed. The service may have created the invitation." in result["msg"]
    assert "renew: true" in result["msg"] and 5 <= sum(pauses) <= 11
    assert list_writes(tenant) == [CREATE]


def test_an_invitation_that_cannot_be_revoked_is_reported(tenant: Any, pat: str) -> None:
    tenant.add_fault(operation=CREATE, status=504, carry_out=True)
    tenant.add_fault(operation=REVOKE, status=403, times=None)
    result = call_module(module, tenant, **RETURN)
    [job] = list_jobs(tenant, pat)
    assert result["failed"] and result["id"] == job["id"]
    assert f"The new invitation {job['id']} is open, and cannot be revoked" in result["msg"]
    assert "Revoke it with state: absent" in result["msg"]


def test_a_refused_creation_is_not_looked_for(tenant: Any, pat: str) -> None:
    tenant.add_fault(operation=CREATE, status=422)
    result = call_module(module, tenant, **RETURN)
    assert result["failed"] and not result["changed"] and "HTTP 422" in result["msg"]
    assert len(tenant.read_journal(operation="ListCredentialBindingJobs")) == 1


def test_only_the_clean_up_requests_the_right_to_revoke(tenant: Any, pat: str) -> None:
    tenant.add_fault(operation=CREATE, status=504, carry_out=True)
    call_module(module, tenant, **{**RETURN, "identity": pat})
    first, second = (entry["form"]["scope"].split() for entry in tenant.read_journal(operation="token"))
    assert "credential-binding-jobs:revoke" not in first
    assert set(second) == {"credential-binding-jobs:read", "credential-binding-jobs:revoke"}
