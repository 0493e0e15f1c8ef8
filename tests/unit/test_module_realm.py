# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The modules realm and realm_info, in process against the emulator."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.beyondidentity.management.plugins.modules import application, realm, realm_info
from tests.unit.module_calls import list_writes, run_failed, run_ok

NAME = "Customers"


def list_token_scopes(tenant: Any, operation: str) -> set[str]:
    return {scope for entry in tenant.read_journal(operation=operation) for scope in entry["token_scopes"]}


def test_a_realm_is_created_updated_and_deleted_and_each_step_is_idempotent(tenant: Any) -> None:
    given = {"display_name": NAME, "classification": "SECURE_WORKFORCE"}
    predicted = run_ok(realm, tenant, check_mode=True, **given)
    assert predicted["changed"] and predicted["realm"].items() >= given.items() and list_writes(tenant) == []
    assert predicted["diff"] == {"before": {}, "after": predicted["realm"]}
    created = run_ok(realm, tenant, **given)
    assert created["changed"] and given.items() <= created["realm"].items() and created["diff"]["before"] == {}
    for again in (
        given,
        {"display_name": NAME},
        {"id": created["realm"]["id"]},
        {"id": created["realm"]["id"], **given},
    ):
        unchanged = run_ok(realm, tenant, **again)
        assert not unchanged["changed"] and unchanged["realm"] == created["realm"]
    for check_mode in (True, False):
        changed = run_ok(realm, tenant, check_mode=check_mode, display_name=NAME, classification="SECURE_CUSTOMER")
        assert changed["changed"] and changed["realm"]["classification"] == "SECURE_CUSTOMER"
        assert changed["diff"]["before"] == created["realm"]
    absent = {"display_name": NAME, "state": "absent"}
    assert run_ok(realm, tenant, check_mode=True, **absent)["changed"]
    removed = run_ok(realm, tenant, **absent)
    assert removed["realm"] is None and removed["diff"]["after"] == {}
    assert not run_ok(realm, tenant, **absent)["changed"]
    assert list_writes(tenant) == ["CreateRealm", "UpdateRealm", "DeleteRealm"]


def test_an_omitted_classification_is_left_to_the_service(tenant: Any) -> None:
    created = run_ok(realm, tenant, display_name=NAME)["realm"]
    assert tenant.read_journal(operation="CreateRealm")[0]["json"] == {"realm": {"display_name": NAME}}
    assert created["classification"]


def test_an_update_sends_only_the_changed_field(tenant: Any) -> None:
    created = run_ok(realm, tenant, display_name=NAME)["realm"]
    renamed = run_ok(realm, tenant, id=created["id"], display_name="Clients")["realm"]
    assert {**renamed, "update_time": None} == {**created, "display_name": "Clients", "update_time": None}
    assert tenant.read_journal(operation="UpdateRealm")[0]["json"] == {"realm": {"display_name": "Clients"}}


@pytest.mark.parametrize(
    ("given", "needed"),
    [
        ({"display_name": NAME}, {"realms:read", "realms:create"}),
        ({"display_name": NAME, "check_mode": True}, {"realms:read"}),
        ({"display_name": NAME, "state": "absent"}, {"realms:read", "realms:delete"}),
        ({"display_name": NAME, "state": "absent", "check_mode": True}, {"realms:read"}),
    ],
)
def test_the_token_has_only_the_scopes_that_the_task_needs(
    given: dict[str, Any], needed: set[str], tenant: Any
) -> None:
    run_ok(realm, tenant, **given)
    assert list_token_scopes(tenant, "ListRealms") == needed


def test_with_an_id_the_token_has_no_scope_to_create(tenant: Any) -> None:
    run_ok(realm, tenant, id=tenant.realm_id)
    assert list_token_scopes(tenant, "GetRealm") == {"realms:read"}
    run_ok(realm, tenant, id=tenant.realm_id, classification="SECURE_CUSTOMER")
    assert list_token_scopes(tenant, "GetRealm") == {"realms:read", "realms:update"}


@pytest.mark.parametrize("check_mode", [True, False])
def test_the_authenticating_realm_cannot_be_removed(check_mode: bool, tenant: Any) -> None:
    own = run_ok(realm_info, tenant, id=tenant.realm_id)["realms"][0]
    other = tenant.seed(realms=1)["realms"][0]
    for given in ({"id": own["id"]}, {"display_name": own["display_name"]}, {"id": own["id"], "realm_id": other}):
        message = run_failed(realm, tenant, check_mode=check_mode, state="absent", **given)
        assert "The task authenticates with this realm" in message
    assert list_writes(tenant) == []


@pytest.mark.parametrize("check_mode", [True, False])
def test_a_removal_with_an_opaque_token_needs_auth_realm_id(check_mode: bool, tenant: Any) -> None:
    """The check precedes all requests. Without it, the task might remove the realm that it authenticates in."""
    (other,) = tenant.seed(realms=1)["realms"]
    bare = {"issuer": None, "client_id": None, "client_secret": None, "auth_url": tenant.emulator.url}
    opaque = {"tenant_id": tenant.tenant_id, "access_token": "0paque", **bare}
    for given in ({"id": other}, {"display_name": NAME}):
        message = run_failed(realm, tenant, check_mode=check_mode, state="absent", **given, **opaque)
        assert message.startswith("auth_realm_id is missing")
    assert tenant.read_journal() == []
    tenant.add_fault(operation="GetRealm", json={"id": other})
    tenant.add_fault(operation="DeleteRealm", json={})
    assert run_ok(realm, tenant, check_mode=check_mode, id=other, **opaque)["realm"]["id"] == other
    known_realm = {**opaque, "auth_realm_id": tenant.realm_id}
    assert run_ok(realm, tenant, check_mode=check_mode, id=other, state="absent", **known_realm)["changed"]
    assert list_writes(tenant) == ([] if check_mode else ["DeleteRealm"])


def test_a_self_contained_token_names_the_authenticating_realm(tenant: Any) -> None:
    (other,) = tenant.seed(realms=1)["realms"]
    bare = {"issuer": None, "client_id": None, "client_secret": None, "auth_url": tenant.emulator.url}
    known = {"access_token": tenant.request_token("realms:read", "realms:delete"), **bare}
    assert "The task authenticates with this realm" in run_failed(
        realm, tenant, id=tenant.realm_id, state="absent", **known
    )
    assert run_ok(realm, tenant, id=other, state="absent", **known)["changed"]


def test_realm_id_does_not_select_the_realm(tenant: Any) -> None:
    first, second = tenant.seed(realms=2)["realms"]
    assert run_ok(realm, tenant, realm_id=first, id=second, display_name="Renamed")["realm"]["id"] == second
    assert run_ok(realm, tenant, realm_id=first, id=first, state="absent")["changed"]


def test_a_realm_is_removed_with_its_applications_but_not_with_identities(tenant: Any) -> None:
    created = run_ok(realm, tenant, display_name=NAME)["realm"]
    run_ok(application, tenant, realm_id=created["id"], display_name="Importer", grant_types=["client_credentials"])
    tenant.seed(identities=1, realm_id=created["id"])
    message = run_failed(realm, tenant, display_name=NAME, state="absent")
    assert "HTTP 409" in message and "Remove the objects" in message
    empty = run_ok(realm, tenant, display_name="Empty")["realm"]
    run_ok(application, tenant, realm_id=empty["id"], display_name="Importer", grant_types=["client_credentials"])
    assert run_ok(realm, tenant, id=empty["id"], state="absent")["changed"]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"id": "nowhere"}, "No realm has the ID nowhere"),
        ({"id": "a/b"}, "'a/b' is not a valid ID"),
        ({"id": ""}, "Set id, display_name or both"),
        ({"display_name": ""}, "Set id, display_name or both"),
        ({"id": "nowhere", "display_name": ""}, "Set id, display_name or both"),
        ({}, "Set id, display_name or both"),
    ],
)
def test_invalid_options_are_refused_before_any_write(given: dict[str, Any], message: str, tenant: Any) -> None:
    assert message in run_failed(realm, tenant, **given)
    assert list_writes(tenant) == []


def test_the_services_refusal_is_shown(tenant: Any) -> None:
    message = run_failed(realm, tenant, display_name=NAME, classification="OPEN")
    assert "CreateRealm" in message and "HTTP 400" in message and "realm.classification" in message


def test_several_realms_with_the_name_are_listed_by_their_ids(tenant: Any) -> None:
    ids = tenant.seed(realms=2, realm_name="Twin")["realms"]
    for state in ("present", "absent"):
        message = run_failed(realm, tenant, display_name="Twin", state=state)
        assert "2 realms are named 'Twin'" in message and all(one in message for one in ids)
    assert run_ok(realm, tenant, id=ids[0], state="absent")["changed"]


@pytest.mark.parametrize("item", [{}, {"display_name": NAME}, {"id": 7, "display_name": NAME}])
def test_a_malformed_realm_is_an_error(item: dict[str, Any], tenant: Any) -> None:
    tenant.add_fault(operation="GetRealm", json=item)
    tenant.add_fault(operation="CreateRealm", json=item)
    for given in ({"id": "r1"}, {"id": "r1", "state": "absent"}, {"display_name": NAME}):
        assert "not a valid realm object" in run_failed(realm, tenant, **given)


def test_a_realm_that_another_process_removes_first_counts_as_removed(tenant: Any) -> None:
    (other,) = tenant.seed(realms=1)["realms"]
    tenant.add_fault(operation="DeleteRealm", status=404)
    assert run_ok(realm, tenant, id=other, state="absent")["changed"]


def test_a_refused_removal_is_an_error(tenant: Any) -> None:
    (other,) = tenant.seed(realms=1)["realms"]
    tenant.add_fault(operation="DeleteRealm", status=403)
    assert "HTTP 403" in run_failed(realm, tenant, id=other, state="absent")
