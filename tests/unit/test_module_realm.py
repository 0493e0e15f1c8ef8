# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The modules realm and realm_info, in process against the emulator."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.beyondidentity.management.plugins.modules import application, realm, realm_info
from tests.unit.module_calls import call_module, list_writes, run_failed, run_ok

NAME = "Customers"


def scopes(tenant: Any, operation: str) -> set[str]:
    return {scope for entry in tenant.journal(operation=operation) for scope in entry["token_scopes"]}


def test_from_nothing_to_nothing(tenant: Any) -> None:
    given = {"display_name": NAME, "classification": "SECURE_WORKFORCE"}
    predicted = run_ok(realm, tenant, check_mode=True, **given)
    assert predicted["changed"] and predicted["realm"] == given and list_writes(tenant) == []
    assert predicted["diff"] == {"before": {}, "after": given}
    made = run_ok(realm, tenant, **given)
    assert made["changed"] and given.items() <= made["realm"].items() and made["diff"]["before"] == {}
    for again in (given, {"display_name": NAME}, {"id": made["realm"]["id"]}, {"id": made["realm"]["id"], **given}):
        unchanged = run_ok(realm, tenant, **again)
        assert not unchanged["changed"] and unchanged["realm"] == made["realm"]
    for check_mode in (True, False):
        changed = run_ok(realm, tenant, check_mode=check_mode, display_name=NAME, classification="SECURE_CUSTOMER")
        assert changed["changed"] and changed["realm"]["classification"] == "SECURE_CUSTOMER"
        assert changed["diff"]["before"] == made["realm"]
    gone = {"display_name": NAME, "state": "absent"}
    assert run_ok(realm, tenant, check_mode=True, **gone)["changed"]
    removed = run_ok(realm, tenant, **gone)
    assert removed["realm"] is None and removed["diff"]["after"] == {}
    assert not run_ok(realm, tenant, **gone)["changed"]
    assert list_writes(tenant) == ["CreateRealm", "UpdateRealm", "DeleteRealm"]


def test_the_service_chooses_what_is_not_said(tenant: Any) -> None:
    made = run_ok(realm, tenant, display_name=NAME)["realm"]
    assert tenant.journal(operation="CreateRealm")[0]["json"] == {"realm": {"display_name": NAME}}
    assert made["classification"]


def test_renaming_by_id_sends_only_that(tenant: Any) -> None:
    made = run_ok(realm, tenant, display_name=NAME)["realm"]
    renamed = run_ok(realm, tenant, id=made["id"], display_name="Clients")["realm"]
    assert {**renamed, "update_time": None} == {**made, "display_name": "Clients", "update_time": None}
    assert tenant.journal(operation="UpdateRealm")[0]["json"] == {"realm": {"display_name": "Clients"}}


@pytest.mark.parametrize(
    ("given", "needed"),
    [
        ({"display_name": NAME}, {"realms:read", "realms:create"}),
        ({"display_name": NAME, "check_mode": True}, {"realms:read"}),
        ({"display_name": NAME, "state": "absent"}, {"realms:read", "realms:delete"}),
        ({"display_name": NAME, "state": "absent", "check_mode": True}, {"realms:read"}),
    ],
)
def test_the_token_has_the_scopes_that_are_needed(given: dict[str, Any], needed: set[str], tenant: Any) -> None:
    run_ok(realm, tenant, **given)
    assert scopes(tenant, "ListRealms") == needed


def test_by_id_the_token_never_creates_and_may_only_read(tenant: Any) -> None:
    run_ok(realm, tenant, id=tenant.realm_id)
    assert scopes(tenant, "GetRealm") == {"realms:read"}
    run_ok(realm, tenant, id=tenant.realm_id, classification="SECURE_CUSTOMER")
    assert scopes(tenant, "GetRealm") == {"realms:read", "realms:update"}


@pytest.mark.parametrize("check_mode", [True, False])
def test_one_does_not_remove_the_realm_that_one_authenticates_in(check_mode: bool, tenant: Any) -> None:
    own = run_ok(realm_info, tenant, id=tenant.realm_id)["realms"][0]
    other = tenant.seed(realms=1)["realms"][0]
    for given in ({"id": own["id"]}, {"display_name": own["display_name"]}, {"id": own["id"], "realm_id": other}):
        said = run_failed(realm, tenant, check_mode=check_mode, state="absent", **given)
        assert "the realm that the task authenticates with" in said
    assert list_writes(tenant) == []


@pytest.mark.parametrize("check_mode", [True, False])
def test_with_a_given_token_that_tells_nothing_the_realm_must_be_told(check_mode: bool, tenant: Any) -> None:
    """Before anything is sent; and not where nothing is removed."""
    (other,) = tenant.seed(realms=1)["realms"]
    bare = {"issuer": None, "client_id": None, "client_secret": None, "auth_url": tenant.emulator.url}
    opaque = {"tenant_id": tenant.tenant_id, "access_token": "0paque", **bare}
    for given in ({"id": other}, {"display_name": NAME}):
        said = run_failed(realm, tenant, check_mode=check_mode, state="absent", **given, **opaque)
        assert "auth_realm_id is missing, so that nobody can tell whether this is the realm that the task" in said
    assert tenant.journal() == []
    tenant.fault(operation="GetRealm", json={"id": other})
    tenant.fault(operation="DeleteRealm", json={})
    assert run_ok(realm, tenant, check_mode=check_mode, id=other, **opaque)["realm"]["id"] == other
    told = {**opaque, "auth_realm_id": tenant.realm_id}
    assert run_ok(realm, tenant, check_mode=check_mode, id=other, state="absent", **told)["changed"]
    assert list_writes(tenant) == ([] if check_mode else ["DeleteRealm"])


def test_a_given_token_that_tells_its_realm_is_enough(tenant: Any) -> None:
    (other,) = tenant.seed(realms=1)["realms"]
    bare = {"issuer": None, "client_id": None, "client_secret": None, "auth_url": tenant.emulator.url}
    known = {"access_token": tenant.mint("realms:read", "realms:delete"), **bare}
    assert "that the task authenticates with" in run_failed(realm, tenant, id=tenant.realm_id, state="absent", **known)
    assert run_ok(realm, tenant, id=other, state="absent", **known)["changed"]


def test_the_managed_realm_does_not_matter(tenant: Any) -> None:
    first, second = tenant.seed(realms=2)["realms"]
    assert run_ok(realm, tenant, realm_id=first, id=second, display_name="Renamed")["realm"]["id"] == second
    assert run_ok(realm, tenant, realm_id=first, id=first, state="absent")["changed"]


def test_a_realm_goes_with_its_applications_but_not_with_its_people(tenant: Any) -> None:
    made = run_ok(realm, tenant, display_name=NAME)["realm"]
    run_ok(application, tenant, realm_id=made["id"], display_name="Importer", grant_types=["client_credentials"])
    tenant.seed(identities=1, realm_id=made["id"])
    said = run_failed(realm, tenant, display_name=NAME, state="absent")
    assert "HTTP 409" in said and "has children" in said and "Remove what belongs to it first." in said
    empty = run_ok(realm, tenant, display_name="Empty")["realm"]
    run_ok(application, tenant, realm_id=empty["id"], display_name="Importer", grant_types=["client_credentials"])
    assert run_ok(realm, tenant, id=empty["id"], state="absent")["changed"]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"id": "nowhere"}, "There is no realm with the id nowhere"),
        ({"id": "a/b"}, "is no id"),
        ({"id": ""}, "neither may be empty"),
        ({"display_name": ""}, "neither may be empty"),
        ({"id": "nowhere", "display_name": ""}, "neither may be empty"),
        ({}, "One of id and display_name is needed"),
    ],
)
def test_refusals_before_any_write(given: dict[str, Any], said: str, tenant: Any) -> None:
    assert said in run_failed(realm, tenant, **given)
    assert list_writes(tenant) == []


def test_what_the_service_refuses_is_told(tenant: Any) -> None:
    said = run_failed(realm, tenant, display_name="No {braces}")
    assert "CreateRealm" in said and "HTTP 400" in said and "realm.display_name" in said
    assert "classification" in run_failed(realm, tenant, display_name=NAME, classification="OPEN")


def test_two_of_one_name_are_told_by_their_ids(tenant: Any) -> None:
    ids = tenant.seed(realms=2, realm_name="Twin")["realms"]
    for state in ("present", "absent"):
        said = run_failed(realm, tenant, display_name="Twin", state=state)
        assert "2 realms are named 'Twin'" in said and all(one in said for one in ids)
    assert run_ok(realm, tenant, id=ids[0], state="absent")["changed"]


@pytest.mark.parametrize("item", [{}, {"display_name": NAME}, {"id": 7, "display_name": NAME}])
def test_what_is_no_realm(item: dict[str, Any], tenant: Any) -> None:
    tenant.fault(operation="GetRealm", json=item)
    tenant.fault(operation="CreateRealm", json=item)
    for given in ({"id": "r1"}, {"id": "r1", "state": "absent"}, {"display_name": NAME}):
        assert "The API showed something that is no realm" in run_failed(realm, tenant, **given)


def test_who_was_faster_to_remove_is_no_error(tenant: Any) -> None:
    (other,) = tenant.seed(realms=1)["realms"]
    tenant.fault(operation="DeleteRealm", status=404)
    assert run_ok(realm, tenant, id=other, state="absent")["changed"]
    tenant.clear_faults()
    tenant.fault(operation="DeleteRealm", status=403)
    assert "HTTP 403" in call_module(realm, tenant, id=other, state="absent")["msg"]
