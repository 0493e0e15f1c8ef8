# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules for invitations in a run: one for all hosts, and none to an address that the same run changed."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.beyondidentity.management.plugins.module_utils._management import run_memory
from ansible_collections.beyondidentity.management.plugins.module_utils._oauth.task_errors import Attempt
from ansible_collections.beyondidentity.management.plugins.modules import api
from ansible_collections.beyondidentity.management.plugins.modules import credential_binding_job as module
from tests.unit.builders import make_client
from tests.unit.concurrent_calls import run_together
from tests.unit.memory_store import MemoryStore
from tests.unit.module_calls import call_module, list_writes, run_failed, run_ok
from tests.unit.people import INVITE, RETURN, create_person, list_jobs

HOSTS = 10
REFUSAL = "This run changed the primary e-mail address of the identity"


@pytest.fixture
def pat(tenant: Any) -> str:
    """Return the ID of the identity pat."""
    return create_person(tenant)


def count_requests(tenant: Any) -> dict[str, int]:
    """Return how many requests of each operation the tenant received."""
    operations = [entry["operation"] for entry in tenant.read_journal()]
    return {name: operations.count(name) for name in operations}


def test_many_hosts_send_one_mail(tenant: Any, pat: str) -> None:
    sharing = Attempt("task-1", 1)
    results = run_together(HOSTS, MemoryStore(), lambda store: run_ok(module, tenant, store, sharing=sharing, **INVITE))
    assert [result["changed"] for result in results].count(True) == 1
    assert len({result["credential_binding_job"]["id"] for result in results}) == 1
    assert len(tenant.read_outbox()) == len(list_jobs(tenant, pat)) == 1
    requests = count_requests(tenant)
    assert requests["CreateCredentialBindingJob"] == requests["ListCredentials"] == 1
    assert requests["ListCredentialBindingJobs"] <= 3 and requests["ListIdentities"] <= 2


def test_one_of_many_hosts_gets_the_link(tenant: Any, pat: str) -> None:
    results = run_together(HOSTS, MemoryStore(), lambda store: run_ok(module, tenant, store, **RETURN))
    assert len([result for result in results if "credential_binding_link" in result]) == 1


def test_hosts_that_name_the_person_differently_send_one_mail(tenant: Any, pat: str) -> None:
    names = iter([pat, "pat", "PAT", "pat@example.com", "Pat@Example.com"])

    def invite(store: Any) -> Any:
        return run_ok(module, tenant, store, **{**INVITE, "identity": next(names)})

    results = run_together(5, MemoryStore(), invite)
    assert [result["changed"] for result in results].count(True) == 1 and len(tenant.read_outbox()) == 1


def test_hosts_share_the_error_of_a_lost_response(tenant: Any, pat: str) -> None:
    """Otherwise, each host would create an invitation and revoke it."""
    tenant.add_fault(operation="CreateCredentialBindingJob", status=504, carry_out=True, times=None)
    results = run_together(3, MemoryStore(), lambda store: call_module(module, tenant, store, **RETURN))
    assert all("Run again." in result["msg"] for result in results)
    assert count_requests(tenant)["CreateCredentialBindingJob"] == 1


def set_address(tenant: Any, store: Any, identity_id: str, **given: Any) -> None:
    """Change the address of an identity with the module api."""
    traits = {"type": "traits_v0", "primary_email_address": "other@example.com"}
    body = {"identity": {"traits": traits}}
    run_ok(api, tenant, store, operation="UpdateIdentity", parameters={"identity_id": identity_id}, body=body, **given)


def test_no_mail_goes_to_an_address_that_the_run_changed(tenant: Any, pat: str) -> None:
    store = MemoryStore()
    set_address(tenant, store, pat)
    for options in ({}, {"identity": pat}, {"renew": True}, {"check_mode": True}):
        assert REFUSAL in run_failed(module, tenant, store, **{**INVITE, **options})
    assert tenant.read_outbox() == [] and list_writes(tenant) == ["UpdateIdentity"]
    assert run_ok(module, tenant, store, **RETURN)["changed"], "the operator receives the link"
    run_ok(module, tenant, identity=pat, state="absent")
    assert run_ok(module, tenant, MemoryStore(), **INVITE)["changed"], "another run does not know of it"


def test_the_change_counts_however_long_ago_it_was(tenant: Any, pat: str, pauses: list[float]) -> None:
    store = MemoryStore()
    set_address(tenant, store, pat)
    pauses.append(10 * run_memory.LIFETIME)
    assert REFUSAL in run_failed(module, tenant, store, **INVITE)


def test_a_change_whose_response_is_lost_counts(tenant: Any, pat: str) -> None:
    store = MemoryStore()
    tenant.add_fault(operation="UpdateIdentity", status=504, carry_out=True, times=None)
    traits = {"type": "traits_v0", "primary_email_address": "other@example.com"}
    parameters = {"identity_id": pat}
    call_module(
        api,
        tenant,
        store,
        retries=0,
        operation="UpdateIdentity",
        parameters=parameters,
        body={"identity": {"traits": traits}},
    )
    assert REFUSAL in run_failed(module, tenant, store, **INVITE)


def test_a_new_identity_can_be_invited_although_the_run_changed_its_address(tenant: Any) -> None:
    store = MemoryStore()
    traits = {"type": "traits_v0", "username": "sam", "primary_email_address": "sam@example.com"}
    body = {"identity": {"display_name": "Sam", "traits": traits}}
    created = run_ok(api, tenant, store, operation="CreateIdentity", body=body)["response"]
    set_address(tenant, store, created["id"])
    assert run_ok(module, tenant, store, **{**INVITE, "identity": "sam"})["changed"]
    assert tenant.read_outbox()[0]["to"] == "other@example.com"


def test_another_change_of_the_identity_does_not_matter(tenant: Any, pat: str) -> None:
    store = MemoryStore()
    parameters = {"identity_id": pat}
    for identity in ({"display_name": "Patricia"}, {"traits": {"type": "traits_v0", "title": "Dr"}}):
        run_ok(api, tenant, store, operation="UpdateIdentity", parameters=parameters, body={"identity": identity})
    assert run_ok(module, tenant, store, **INVITE)["changed"]


PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
USER = {"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": "pat", "displayName": "Pat"}
EMAILS = [{"value": "other@example.com", "primary": True, "type": "work"}]


@pytest.mark.parametrize(
    ("operation", "body", "is_refused"),
    [
        ("SCIMReplaceUser", {**USER, "emails": EMAILS}, True),
        ("SCIMUpdateUser", {"Operations": [{"op": "replace", "path": "emails", "value": EMAILS}]}, True),
        ("SCIMUpdateUser", {"Operations": [{"op": "replace", "value": {"emails": EMAILS}}]}, True),
        ("SCIMUpdateUser", {"Operations": [{"op": "replace", "path": "displayName", "value": "P"}]}, False),
    ],
)
def test_a_change_with_scim_counts(
    operation: str, body: dict[str, Any], is_refused: bool, tenant: Any, pat: str
) -> None:
    store = MemoryStore()
    body = {"schemas": [PATCH], **body}
    call_module(api, tenant, store, operation=operation, parameters={"user_id": pat}, body=body)
    result = call_module(module, tenant, store, **INVITE)
    assert (REFUSAL in result.get("msg", "")) is is_refused


def test_a_run_in_check_mode_predicts_the_refusal(tenant: Any, pat: str) -> None:
    store = MemoryStore()
    checked = {"check_mode": True, "is_check_run": True}
    set_address(tenant, store, pat, **checked)
    assert REFUSAL in run_failed(module, tenant, store, **INVITE, **checked)
    assert list_writes(tenant) == []


def test_a_single_task_in_check_mode_changes_no_address(tenant: Any, pat: str) -> None:
    store = MemoryStore()
    set_address(tenant, store, pat, check_mode=True)
    assert run_ok(module, tenant, store, **INVITE)["changed"]


def test_a_client_remembers_an_address_change_for_the_run(tenant: Any) -> None:
    """For a module that knows the address before."""
    store = MemoryStore()
    make_client(tenant, store=store).remember_address_change("e372db224c06e850")
    assert make_client(tenant, store=store).has_changed_address("e372db224c06e850")
    assert not make_client(tenant, store=store).has_changed_address("0000000000000000")
    assert not make_client(tenant).has_changed_address("e372db224c06e850")
