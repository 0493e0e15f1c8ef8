# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A creation whose response is lost, empty or a conflict; a deletion whose response is text."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.beyondidentity.management.plugins.modules import api, application, realm, resource_server, role
from tests.support.recorder import RecordedRequest, Recorder, Response, forward_to
from tests.unit.builders import make_client
from tests.unit.memory_store import MemoryStore
from tests.unit.module_calls import call_module, list_writes, run_failed, run_ok

FEEDER = {"display_name": "Feeder"}
CONFLICT = {"status": 409, "json": {"code": "conflict", "message": "the name is taken"}}


def replace_response(tenant: Any, method: str, status: int, content: str) -> None:
    """Let the service carry writes out, and let another response arrive."""
    fault = {"carry_out": True, "status": status, "body": content, "headers": {"Content-Type": "application/json"}}
    tenant.add_fault(part="management", method=method, **fault)


def list_nothing(tenant: Any, operation: str, collection: str, times: int) -> None:
    """Let the first lists be empty."""
    tenant.add_fault(operation=operation, json={collection: [], "total_size": 0}, times=times)


@pytest.mark.parametrize(
    ("status", "content"),
    [
        (201, ""),
        (204, ""),
        (200, "{}"),
        (200, "created"),
        (200, '{"id": "x'),
        (502, ""),
        (503, "{}"),
        (504, ""),
    ],
)
def test_a_creation_without_a_usable_response_is_found_by_its_name(
    status: int, content: str, tenant: Any, warnings: list[str]
) -> None:
    replace_response(tenant, "POST", status, content)
    created = run_ok(application, tenant, return_secret=True, warn=warnings.append, **FEEDER)
    assert created["changed"] and created["client_id"] and created["client_secret"] and created["issuer"]
    assert list_writes(tenant) == ["CreateApplication"]
    assert len(warnings) == 1 and created["application"]["id"] in warnings[0]
    assert not run_ok(application, tenant, **FEEDER)["changed"]


def test_a_creation_whose_connection_breaks_is_found_by_its_name(tenant: Any) -> None:
    tenant.add_fault(operation="CreateApplication", drop="close", carry_out=True)
    assert run_ok(application, tenant, **FEEDER)["changed"]
    assert list_writes(tenant) == ["CreateApplication"]


def test_a_role_whose_creation_has_no_body_gets_its_lists(tenant: Any) -> None:
    replace_response(tenant, "POST", 204, "")
    created = run_ok(role, tenant, display_name="Readers", scopes=["realms:read"])
    assert created["changed"] and created["role"]["scopes"] == ["realms:read"]
    assert not run_ok(role, tenant, display_name="Readers", scopes=["realms:read"])["changed"]


def test_the_object_is_looked_for_until_the_listing_shows_it(tenant: Any, pauses: list[float]) -> None:
    list_nothing(tenant, "ListApplications", "applications", times=4)
    replace_response(tenant, "POST", 204, "")
    assert run_ok(application, tenant, **FEEDER)["changed"]
    assert len(pauses) == 3 and list_writes(tenant) == ["CreateApplication"]


def test_the_object_is_looked_for_as_long_after_a_slow_response(tenant: Any, pauses: list[float]) -> None:
    """A gateway gives up after a minute, and the service may have created the object at its end."""
    forward = forward_to(tenant.api_url)

    def wait(seen: RecordedRequest) -> Response:
        if seen.method == "POST":
            pauses.append(60)
        return forward(seen)

    replace_response(tenant, "POST", 504, "")
    list_nothing(tenant, "ListApplications", "applications", times=4)
    with Recorder(wait, finds_home=False) as gateway:
        assert run_ok(application, tenant, api_url=gateway.url, **FEEDER)["changed"]
    assert list_writes(tenant) == ["CreateApplication"]


@pytest.mark.parametrize(
    ("status", "content", "changed", "message"),
    [(204, "", True, "no body"), (504, "", False, "HTTP 504"), (200, "created", False, "not a JSON object")],
)
def test_an_object_that_is_not_found_is_an_error_and_never_created_twice(
    status: int, content: str, changed: bool, message: str, tenant: Any, pauses: list[float]
) -> None:
    replace_response(tenant, "POST", status, content)
    with tenant.outage("lagging-lists"):
        result = call_module(application, tenant, **FEEDER)
    assert result["failed"] and result["changed"] is changed and message in result["msg"]
    assert ("The service may have created the application" in result["msg"]) is not changed
    assert list_writes(tenant) == ["CreateApplication"] and 5 <= sum(pauses) <= 11


def test_a_refused_creation_is_not_looked_for(tenant: Any, pauses: list[float]) -> None:
    tenant.add_fault(operation="CreateApplication", status=400)
    assert "HTTP 400" in run_failed(application, tenant, **FEEDER)
    assert len(tenant.read_journal(operation="ListApplications")) == 1
    tenant.clear_faults()
    tenant.add_fault(operation="CreateApplication", status=500)
    assert "HTTP 500" in run_failed(application, tenant, **FEEDER)
    assert len(tenant.read_journal(operation="ListApplications")) == 3 and pauses == []


def test_refusals_with_http_200_are_understood(tenant: Any) -> None:
    """An object that is missing, one that another run removes, and a taken name."""
    tenant.change_settings(conflicts="vendor")
    tenant.change_settings(masked_statuses=[404, 409])
    assert "No realm has the ID r1" in run_failed(realm, tenant, id="r1", classification="x")
    assert not run_ok(realm, tenant, id="r1", state="absent")["changed"]
    tenant.add_fault(operation="DeleteRealm", json={"code": "not_found", "message": "not found"}, times=1)
    id = run_ok(realm, tenant, display_name="Partners")["realm"]["id"]
    assert run_ok(realm, tenant, id=id, state="absent")["changed"]
    run_ok(realm, tenant, display_name="Customers")
    list_nothing(tenant, "ListRealms", "realms", times=1)
    assert not run_ok(realm, tenant, display_name="Customers")["changed"]


def test_an_object_that_another_run_created_meanwhile_is_used(tenant: Any) -> None:
    tenant.add_fault(operation="CreateRealm", carry_out=True, **CONFLICT)
    result = run_ok(realm, tenant, display_name="Customers")
    assert not result["changed"] and result["realm"]["display_name"] == "Customers"
    assert list_writes(tenant) == ["CreateRealm"]


def test_an_object_that_another_run_created_meanwhile_is_updated(tenant: Any) -> None:
    pets = {"display_name": "Pet API", "identifier": "pets"}
    run_ok(resource_server, tenant, **pets, scopes=["pets:see"])
    tenant.clear_journal()
    list_nothing(tenant, "ListResourceServers", "resource_servers", times=1)
    tenant.add_fault(operation="CreateResourceServer", **CONFLICT)
    result = run_ok(resource_server, tenant, **pets, scopes=["pets:feed"])
    assert result["changed"] and result["diff"]["before"]["scopes"] == ["pets:see"]
    assert list_writes(tenant) == ["CreateResourceServer", "UpdateResourceServer"]


def test_a_role_that_another_run_created_meanwhile_keeps_its_scopes(tenant: Any) -> None:
    tenant.add_fault(operation="CreateRole", carry_out=True, **CONFLICT)
    result = run_ok(role, tenant, display_name="Readers", scopes=["realms:read"])
    assert result["changed"] and result["role"]["scopes"] == ["realms:read"]
    assert list_writes(tenant) == ["CreateRole", "AddRoleScopes"]


def test_a_taken_name_whose_object_is_not_listed_asks_for_its_id(tenant: Any, pauses: list[float]) -> None:
    tenant.add_fault(operation="CreateRealm", **CONFLICT)
    message = run_failed(realm, tenant, display_name="Customers")
    assert (
        "HTTP 409" in message and "Set id to its ID, which the Admin Console shows, or choose another name." in message
    )
    assert 5 <= sum(pauses) <= 11


def reserve_name(tenant: Any, times: int | None = None) -> None:
    """Reserve the name of a realm after its deletion: further creations are conflicts."""
    tenant.add_fault(operation="CreateRealm", skip=1, times=times, **CONFLICT)


@pytest.mark.parametrize("removal", ["realm", "api"])
def test_a_name_that_this_run_freed_is_used_as_soon_as_the_service_frees_it(
    removal: str, tenant: Any, pauses: list[float]
) -> None:
    store = MemoryStore()
    reserve_name(tenant, times=4)
    old = run_ok(realm, tenant, store, display_name="Customers")["realm"]["id"]
    if removal == "api":
        run_ok(api, tenant, store, operation="DeleteRealm", parameters={"realm_id": old})
    else:
        run_ok(realm, tenant, store, display_name="Customers", state="absent")
    new = run_ok(realm, tenant, store, display_name="Customers")
    assert new["changed"] and new["realm"]["id"] != old
    assert list_writes(tenant) == ["CreateRealm", "DeleteRealm", *5 * ["CreateRealm"]] and len(pauses) == 3


def test_a_name_that_this_run_freed_and_another_run_took_is_used(tenant: Any, pauses: list[float]) -> None:
    store = MemoryStore()
    run_ok(realm, tenant, store, display_name="Customers")
    run_ok(realm, tenant, store, display_name="Customers", state="absent")
    tenant.add_fault(operation="CreateRealm", carry_out=True, **CONFLICT)
    assert not run_ok(realm, tenant, store, display_name="Customers")["changed"]
    assert pauses == []


def test_a_name_that_stays_reserved_is_an_error_that_says_so(tenant: Any, pauses: list[float]) -> None:
    store = MemoryStore()
    reserve_name(tenant)
    run_ok(realm, tenant, store, display_name="Customers")
    run_ok(realm, tenant, store, display_name="Customers", state="absent")
    message = run_failed(realm, tenant, store, display_name="Customers")
    assert "HTTP 409" in message and "This run deleted a realm of the name" in message and 5 <= sum(pauses) <= 11


def test_the_name_of_an_object_that_another_run_deleted_is_sent_once(tenant: Any, pauses: list[float]) -> None:
    reserve_name(tenant)
    run_ok(realm, tenant, MemoryStore(), display_name="Customers")
    run_ok(realm, tenant, MemoryStore(), display_name="Customers", state="absent")
    assert "Set id to its ID" in run_failed(realm, tenant, MemoryStore(), display_name="Customers")
    assert list_writes(tenant) == ["CreateRealm", "DeleteRealm", "CreateRealm"]


def test_a_taken_name_at_a_rename_asks_for_another_name(tenant: Any) -> None:
    id = run_ok(realm, tenant, display_name="Customers")["realm"]["id"]
    tenant.add_fault(operation="UpdateRealm", status=409)
    result = call_module(realm, tenant, id=id, display_name="Partners")
    assert "Choose another name." in result["msg"] and result["changed"] is False


@pytest.mark.parametrize("content", ["deleted", "[]", "", '{"ok": true}'])
def test_a_deletion_that_is_confirmed_with_text_is_done(content: str, tenant: Any) -> None:
    store = MemoryStore()
    run_ok(application, tenant, store, **FEEDER)
    replace_response(tenant, "DELETE", 200, content)
    assert run_ok(application, tenant, store, state="absent", **FEEDER)["changed"]
    assert not run_ok(application, tenant, store, state="absent", **FEEDER)["changed"]


def test_other_operations_still_need_a_json_object(tenant: Any) -> None:
    tenant.add_fault(operation="GetTenant", body="text", status=200)
    with pytest.raises(Exception, match="not a JSON object"):
        make_client(tenant, "GetTenant").call("GetTenant")
