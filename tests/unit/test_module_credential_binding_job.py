# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module credential_binding_job, in process against the emulator: when it invites, and what it returns."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.beyondidentity.management.plugins.modules import credential_binding_job as module
from ansible_collections.beyondidentity.management.plugins.modules import credential_binding_job_info
from tests.unit.memory_store import MemoryStore
from tests.unit.module_calls import call_module, list_writes, run_failed, run_ok
from tests.unit.people import INVITE, RETURN, create_person, list_jobs, list_requests, list_states

LINK = "credential_binding_link"


@pytest.fixture
def pat(tenant: Any) -> str:
    """Return the ID of the identity pat."""
    return create_person(tenant)


def seed_job(tenant: Any, identity_id: str, **fields: Any) -> str:
    """Create a job, and return its ID."""
    ids = tenant.seed(credential_binding_jobs=1, credential_binding_job=fields, identity_id=identity_id)
    return str(ids["credential_binding_jobs"][0])


def get_scopes(tenant: Any) -> list[set[str]]:
    """Return the scopes of each token request."""
    return [set(entry["form"]["scope"].split()) for entry in tenant.read_journal(operation="token")]


def test_a_person_is_invited_once_by_mail(tenant: Any, pat: str) -> None:
    invited = run_ok(module, tenant, **INVITE)
    job = invited["credential_binding_job"]
    assert invited["changed"] and LINK not in invited
    assert (job["state"], job["delivery_method"], job["identity_id"]) == ("LINK_SENT", "EMAIL", pat)
    assert invited["before"] == {"identity_id": pat, "credential_binding_jobs": []}
    assert invited["after"] == {"identity_id": pat, "credential_binding_jobs": [job]}
    assert invited["diff"] == {"before": invited["before"], "after": invited["after"]}
    [mail] = tenant.read_outbox()
    assert (mail["to"], mail["job_id"]) == ("pat@example.com", job["id"])
    tenant.clear_journal()
    for check_mode in (True, False):
        again = run_ok(module, tenant, check_mode=check_mode, **INVITE)
        assert not again["changed"] and again["credential_binding_job"] == job and "predicted" not in again
    assert list_requests(tenant) == ["token", "ListIdentities", "ListCredentialBindingJobs"] * 2
    assert len(tenant.read_outbox()) == 1


def test_only_the_task_that_creates_an_invitation_returns_its_link(tenant: Any, pat: str) -> None:
    store = MemoryStore()
    uri = "https://app.example.com/welcome"
    invited = run_ok(module, tenant, store, **RETURN, post_binding_redirect_uri=uri)
    link = invited.pop(LINK)
    assert invited["credential_binding_job"]["post_binding_redirect_uri"] == uri
    assert link not in str(invited) and link.partition("?")[2] not in str(invited), "in no other key"
    assert link not in str(store.entries) and tenant.read_outbox() == []
    again = run_ok(module, tenant, store, **RETURN)
    assert not again["changed"] and LINK not in again
    assert again["credential_binding_job"] == invited["credential_binding_job"]
    tenant.bind_passkey(link)
    assert list_states(list_jobs(tenant, pat)) == ["COMPLETE"]


@pytest.mark.parametrize("state", ["LINK_SENT", "LINK_OPENED", "REQUEST_DELIVERED"])
def test_an_open_invitation_is_enough(state: str, tenant: Any, pat: str) -> None:
    opened = seed_job(tenant, pat, state=state)
    result = run_ok(module, tenant, **INVITE)
    assert not result["changed"] and result["credential_binding_job"]["id"] == opened
    assert list_writes(tenant) == []


@pytest.mark.parametrize(
    "fields",
    [
        {"state": "FAILED_TO_SEND"},
        {"state": "REVOKED"},
        {"state": "COMPLETE"},
        {"state": "EXPIRED"},
        {"state": "LINK_OPENED", "expire_time": "2022-03-21T03:42:52.905657Z"},
    ],
    ids=str,
)
def test_an_invitation_that_is_not_open_does_not_count(fields: dict[str, str], tenant: Any, pat: str) -> None:
    seed_job(tenant, pat, **fields)
    assert run_ok(module, tenant, **INVITE)["changed"]
    assert list_writes(tenant) == ["CreateCredentialBindingJob"]


def test_an_expired_invitation_does_not_count_although_its_state_is_open(tenant: Any, pat: str) -> None:
    old = {"id": "0" * 16, "identity_id": pat, "state": "LINK_SENT", "expire_time": "2022-03-21T03:42:52Z"}
    tenant.add_fault(operation="ListCredentialBindingJobs", json={"credential_binding_jobs": [old], "total_size": 1})
    assert run_ok(module, tenant, **INVITE)["changed"]


def test_a_person_with_a_passkey_is_invited_only_if_asked(tenant: Any, pat: str) -> None:
    tenant.seed(credentials=1, identity_id=pat)
    for renew in (False, True):
        skipped = run_ok(module, tenant, **INVITE, renew=renew)
        assert not skipped["changed"] and skipped["credential_binding_job"] is None
    assert tenant.read_outbox() == []
    assert run_ok(module, tenant, **INVITE, if_enrolled="invite")["changed"]
    assert not run_ok(module, tenant, **INVITE, if_enrolled="invite")["changed"]
    assert len(tenant.read_outbox()) == 1


def test_a_revoked_passkey_does_not_count(tenant: Any, pat: str) -> None:
    tenant.seed(credentials=1, identity_id=pat, credential={"state": "REVOKED"})
    assert run_ok(module, tenant, **INVITE)["changed"]


def test_a_service_that_ignores_the_filter_of_passkeys_changes_nothing(tenant: Any, pat: str) -> None:
    revoked = {"id": "0" * 16, "identity_id": pat, "state": "REVOKED"}
    tenant.add_fault(operation="ListCredentials", json={"credentials": [revoked], "total_size": 1})
    assert run_ok(module, tenant, **INVITE)["changed"]


def test_renew_revokes_all_open_invitations_and_creates_one(tenant: Any, pat: str) -> None:
    first, second = seed_job(tenant, pat), seed_job(tenant, pat, state="LINK_OPENED")
    seed_job(tenant, pat, state="REVOKED")
    renewed = run_ok(module, tenant, **RETURN, renew=True)
    assert renewed["changed"] and renewed[LINK]
    assert {job["id"] for job in renewed["before"]["credential_binding_jobs"]} == {first, second}
    assert renewed["after"]["credential_binding_jobs"] == [renewed["credential_binding_job"]]
    revocation = "SetCredentialBindingJobRevoked"
    assert list_writes(tenant) == [revocation, revocation, "CreateCredentialBindingJob"]
    assert list_states(list_jobs(tenant, pat)) == ["LINK_SENT", "REVOKED", "REVOKED", "REVOKED"]
    assert run_ok(module, tenant, **RETURN, renew=True)["changed"]


def test_absent_revokes_all_open_invitations(tenant: Any, pat: str) -> None:
    seed_job(tenant, pat)
    seed_job(tenant, pat, state="REQUEST_DELIVERED")
    absent = {"identity": "pat", "state": "absent"}
    predicted = run_ok(module, tenant, check_mode=True, **absent)
    assert predicted["changed"] and predicted["predicted"] and list_writes(tenant) == []
    removed = run_ok(module, tenant, **absent)
    assert removed["changed"] and removed["diff"] == predicted["diff"]
    assert removed["credential_binding_job"] is None
    assert removed["after"] == {"identity_id": pat, "credential_binding_jobs": []}
    assert list_states(list_jobs(tenant, pat)) == ["REVOKED", "REVOKED"]
    assert not run_ok(module, tenant, **absent)["changed"]


def test_invitations_of_an_identity_that_does_not_exist_are_absent(tenant: Any) -> None:
    """So the removal of a person can be repeated after it was interrupted."""
    result = run_ok(module, tenant, identity="nobody", state="absent")
    assert not result["changed"]
    assert (result["before"], result["after"], result["credential_binding_job"]) == (None, None, None)
    assert "no identity with the ID, username or e-mail address 'nobody'" in run_failed(
        module, tenant, **{**INVITE, "identity": "nobody"}
    )


@pytest.mark.parametrize("status", [409, 404])
def test_an_invitation_that_was_used_or_removed_meanwhile_is_done(
    status: int, tenant: Any, pat: str, warnings: list[str]
) -> None:
    seed_job(tenant, pat)
    tenant.add_fault(operation="SetCredentialBindingJobRevoked", status=status)
    result = run_ok(module, tenant, identity="pat", state="absent", warn=warnings.append)
    assert result["changed"] is (status == 404)
    assert len(warnings) == (status == 409)


def test_a_person_who_binds_a_passkey_during_a_renewal_is_not_invited_again(
    tenant: Any, pat: str, warnings: list[str]
) -> None:
    seed_job(tenant, pat)
    tenant.add_fault(operation="SetCredentialBindingJobRevoked", status=409)
    result = run_ok(module, tenant, **INVITE, renew=True, warn=warnings.append)
    assert not result["changed"] and result["credential_binding_job"] is None
    assert "A passkey was bound with the invitation" in warnings[0] and tenant.read_outbox() == []


@pytest.mark.parametrize("status", [401, 403])
def test_a_revocation_that_takes_no_management_token_is_explained(status: int, tenant: Any, pat: str) -> None:
    seed_job(tenant, pat)
    tenant.add_fault(operation="SetCredentialBindingJobRevoked", status=status, times=None)
    message = run_failed(module, tenant, identity="pat", state="absent")
    assert "might not accept a token of the Management API" in message and f"HTTP {status}" in message


def test_a_revocation_that_has_no_effect_is_an_error(tenant: Any, pat: str) -> None:
    job = seed_job(tenant, pat)
    tenant.add_fault(operation="SetCredentialBindingJobRevoked", json={}, times=None)
    result = call_module(module, tenant, identity="pat", state="absent")
    assert result["failed"] and result["changed"] and result["id"] == job
    assert "is still in the state LINK_SENT" in result["msg"]


def test_a_mail_that_cannot_be_sent_is_an_error(tenant: Any, pat: str) -> None:
    tenant.change_settings(mail="fail")
    result = call_module(module, tenant, **INVITE)
    assert result["failed"] and result["changed"] and "could not send the mail" in result["msg"]
    tenant.change_settings(mail="send")
    assert run_ok(module, tenant, **INVITE)["changed"]


def test_a_mail_needs_an_address_and_nothing_is_revoked_before(tenant: Any) -> None:
    sam = create_person(tenant, "sam", primary_email_address="")
    tenant.seed(credential_binding_jobs=1, identity_id=sam)
    wanted = {**INVITE, "identity": "sam", "renew": True}
    for check_mode in (True, False):
        assert "has no primary e-mail address" in run_failed(module, tenant, check_mode=check_mode, **wanted)
    assert "no authenticator_config 'Other'" in run_failed(
        module, tenant, **{**RETURN, "identity": "sam", "renew": True, "authenticator_config": "Other"}
    )
    assert list_writes(tenant) == []


@pytest.mark.parametrize(
    ("given", "scopes"),
    [
        ({}, ["credentials:read", "identities:read"]),
        ({"delivery_method": "return"}, ["credentials:read"]),
        ({"delivery_method": "return", "if_enrolled": "invite"}, []),
        ({"if_enrolled": "invite"}, ["identities:read"]),
        ({"delivery_method": "return", "renew": True}, ["credentials:read", "credential-binding-jobs:revoke"]),
        ({"delivery_method": "return", "identity": "pat"}, ["credentials:read", "identities:read"]),
        (
            {"delivery_method": "return", "authenticator_config": "Hosted Web"},
            ["credentials:read", "authenticator-configs:read"],
        ),
    ],
)
def test_the_token_allows_what_the_options_need(
    given: dict[str, Any], scopes: list[str], tenant: Any, pat: str
) -> None:
    config = run_ok(module, tenant, **RETURN)["credential_binding_job"]["authenticator_config_id"]
    tenant.clear_journal()
    wanted = {"identity": pat, "delivery_method": "email", "authenticator_config": config, **given}
    run_ok(module, tenant, **wanted)
    run_ok(module, tenant, check_mode=True, **wanted)
    needed = {*scopes, "credential-binding-jobs:create", "credential-binding-jobs:read"}
    assert get_scopes(tenant) == [needed, {scope for scope in needed if scope.endswith(":read")}]


def test_a_removal_by_id_needs_the_scopes_of_invitations_only(tenant: Any, pat: str) -> None:
    run_ok(module, tenant, identity=pat, state="absent")
    assert get_scopes(tenant) == [{"credential-binding-jobs:read", "credential-binding-jobs:revoke"}]


def test_check_mode_sends_no_mail_and_predicts_the_invitation(tenant: Any, pat: str) -> None:
    store = MemoryStore()
    predicted = run_ok(module, tenant, store, check_mode=True, is_check_run=True, **RETURN)
    job = predicted["credential_binding_job"]
    assert predicted["changed"] and predicted["predicted"] and LINK not in predicted
    assert job["id"].startswith("check-mode-credential_binding_job-")
    listed = run_ok(credential_binding_job_info, tenant, store, check_mode=True, is_check_run=True, identity="pat")
    assert listed["credential_binding_jobs"] == [job], "later tasks of the run know it"
    assert not run_ok(module, tenant, store, check_mode=True, is_check_run=True, **RETURN)["changed"]
    absent = {"identity": "pat", "state": "absent"}
    assert run_ok(module, tenant, store, check_mode=True, is_check_run=True, **absent)["changed"]
    assert not run_ok(module, tenant, store, check_mode=True, is_check_run=True, **absent)["changed"]
    assert list_writes(tenant) == [] and tenant.read_outbox() == []
    real = run_ok(module, tenant, **RETURN)
    assert real["credential_binding_job"].keys() == job.keys()
    assert real.keys() - predicted.keys() == {LINK}


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"identity": " "}, "identity must not be empty"),
        ({"authenticator_config": ""}, "authenticator_config must not be empty"),
        ({"post_binding_redirect_uri": ""}, "post_binding_redirect_uri must not be empty"),
    ],
)
def test_empty_options_are_refused(given: dict[str, str], message: str, tenant: Any) -> None:
    assert message in run_failed(module, tenant, **{**INVITE, **given})
    assert tenant.read_journal() == []


def test_a_run_reads_its_own_invitations_although_the_listing_is_late(tenant: Any, pat: str) -> None:
    tenant.change_settings(listing_delay=60, changed_delay=60)
    store = MemoryStore()
    created = run_ok(module, tenant, store, **INVITE)["credential_binding_job"]
    again = run_ok(module, tenant, store, **INVITE)
    assert not again["changed"] and again["credential_binding_job"] == created
    listed = run_ok(credential_binding_job_info, tenant, store, identity="pat")["credential_binding_jobs"]
    assert listed == [created]
    assert run_ok(module, tenant, store, identity="pat", state="absent")["changed"]
    tenant.change_settings(listing_delay=0)
    assert not run_ok(module, tenant, store, identity="pat", state="absent")["changed"]
    listed = run_ok(credential_binding_job_info, tenant, store, identity="pat")["credential_binding_jobs"]
    assert list_states(listed) == ["REVOKED"]
