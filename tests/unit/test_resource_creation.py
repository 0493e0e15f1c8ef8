# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A creation whose response is lost, empty or a conflict; a deletion whose response is text."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ansible_collections.beyondidentity.management.plugins.modules import api, application, realm, resource_server, role
from tests.support.untidy_service import LaggingListing, Rule, is_listing, run_untidy_service
from tests.unit.builders import make_client
from tests.unit.memory_store import MemoryStore
from tests.unit.module_calls import call_module, list_writes, run_failed, run_ok

FEEDER = {"display_name": "Feeder"}
JSON = {"Content-Type": "application/json"}


def replace_response(status: int, content: bytes, *, method: str = "POST") -> Rule:
    """Return a rule by which the service carries writes out, and another response arrives."""

    def rule(seen: Any, forward: Any) -> Any:
        response = forward(seen)
        return (status, JSON, content) if seen.method == method else response

    return rule


@pytest.mark.parametrize(
    ("status", "content"),
    [
        (201, b""),
        (204, b""),
        (200, b"{}"),
        (200, b"created"),
        (200, b'{"id": "x'),
        (502, b""),
        (503, b"{}"),
        (504, b""),
    ],
)
def test_a_creation_without_a_usable_response_is_found_by_its_name(
    status: int, content: bytes, tenant: Any, warnings: list[str]
) -> None:
    with run_untidy_service(tenant, replace_response(status, content)) as url:
        created = run_ok(application, tenant, api_url=url, return_secret=True, warn=warnings.append, **FEEDER)
    assert created["changed"] and created["client_id"] and created["client_secret"] and created["issuer"]
    assert list_writes(tenant) == ["CreateApplication"]
    assert len(warnings) == 1 and created["application"]["id"] in warnings[0]
    assert not run_ok(application, tenant, **FEEDER)["changed"]


def test_a_creation_whose_connection_breaks_is_found_by_its_name(tenant: Any) -> None:
    tenant.add_fault(operation="CreateApplication", drop="close", carry_out=True)
    assert run_ok(application, tenant, **FEEDER)["changed"]
    assert list_writes(tenant) == ["CreateApplication"]


def test_a_role_whose_creation_has_no_body_gets_its_lists(tenant: Any) -> None:
    def rule(seen: Any, forward: Any) -> Any:
        response = forward(seen)
        return (204, {}, b"") if seen.method == "POST" else response

    with run_untidy_service(tenant, rule) as url:
        created = run_ok(role, tenant, api_url=url, display_name="Readers", scopes=["realms:read"])
    assert created["changed"] and created["role"]["scopes"] == ["realms:read"]
    assert not run_ok(role, tenant, display_name="Readers", scopes=["realms:read"])["changed"]


def test_the_object_is_looked_for_until_the_listing_shows_it(tenant: Any, pauses: list[float]) -> None:
    listings = iter(range(100))

    def rule(seen: Any, forward: Any) -> Any:
        if is_listing(seen, "applications") and next(listings) < 4:
            return 200, JSON, b'{"applications": [], "total_size": 0}'
        return replace_response(204, b"")(seen, forward)

    with run_untidy_service(tenant, rule) as url:
        assert run_ok(application, tenant, api_url=url, **FEEDER)["changed"]
    assert len(pauses) == 3 and list_writes(tenant) == ["CreateApplication"]


def test_the_object_is_looked_for_as_long_after_a_slow_response(tenant: Any, pauses: list[float]) -> None:
    """A gateway gives up after a minute, and the service may have created the object at its end."""
    listings = iter(range(100))

    def rule(seen: Any, forward: Any) -> Any:
        if is_listing(seen, "applications") and next(listings) < 4:
            return 200, JSON, b'{"applications": [], "total_size": 0}'
        if seen.method == "POST":
            pauses.append(60)
        return replace_response(504, b"")(seen, forward)

    with run_untidy_service(tenant, rule) as url:
        assert run_ok(application, tenant, api_url=url, **FEEDER)["changed"]
    assert list_writes(tenant) == ["CreateApplication"]


@pytest.mark.parametrize(
    ("status", "content", "changed", "message"),
    [(204, b"", True, "no body"), (504, b"", False, "HTTP 504"), (200, b"created", False, "not a JSON object")],
)
def test_an_object_that_is_not_found_is_an_error_and_never_created_twice(
    status: int, content: bytes, changed: bool, message: str, tenant: Any, pauses: list[float]
) -> None:
    lagging = LaggingListing("applications")

    def rule(seen: Any, forward: Any) -> Any:
        return lagging(seen, lambda request: replace_response(status, content)(request, forward))

    with run_untidy_service(tenant, rule) as url:
        result = call_module(application, tenant, api_url=url, **FEEDER)
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


class TakenName:
    """Creates the object for another run when this run creates it, and responds with a conflict."""

    def __init__(self, body: dict[str, Any] | None, collection: str) -> None:
        self.body, self.collection = body, collection

    def __call__(self, seen: Any, forward: Any) -> Any:
        """Serve a request."""
        if seen.method != "POST" or not seen.path.endswith(f"/{self.collection}"):
            return forward(seen)
        if self.body is not None:
            status, _headers, _content = forward(
                type(seen)(seen.method, seen.path, seen.headers, json.dumps(self.body).encode(), seen.home)
            )
            assert status in (200, 201)
        return 409, JSON, b'{"code": "conflict", "message": "the name is taken"}'


def succeed(rule: Rule) -> Rule:
    """Return a rule by which refusals have the status 200, as behind some gateways."""

    def serve(seen: Any, forward: Any) -> Any:
        status, headers, content = rule(seen, forward)
        return (200 if status in (404, 409) else status), headers, content

    return serve


def test_refusals_with_http_200_are_understood(tenant: Any) -> None:
    """An object that is missing, one that another run removes, and a taken name."""
    with run_untidy_service(tenant, succeed(lambda seen, forward: forward(seen))) as url:
        assert "No realm has the ID r1" in run_failed(realm, tenant, api_url=url, id="r1", classification="x")
        assert not run_ok(realm, tenant, api_url=url, id="r1", state="absent")["changed"]
        tenant.add_fault(operation="DeleteRealm", status=404, times=1)
        id = run_ok(realm, tenant, api_url=url, display_name="Partners")["realm"]["id"]
        assert run_ok(realm, tenant, api_url=url, id=id, state="absent")["changed"]
    taken = TakenName({"realm": {"display_name": "Customers"}}, "realms")
    with run_untidy_service(tenant, succeed(taken)) as url:
        assert not run_ok(realm, tenant, api_url=url, display_name="Customers")["changed"]


def test_an_object_that_another_run_created_meanwhile_is_used(tenant: Any) -> None:
    with run_untidy_service(tenant, TakenName({"realm": {"display_name": "Customers"}}, "realms")) as url:
        result = run_ok(realm, tenant, api_url=url, display_name="Customers")
    assert not result["changed"] and result["realm"]["display_name"] == "Customers"
    assert list_writes(tenant) == ["CreateRealm"]


def test_an_object_that_another_run_created_meanwhile_is_updated(tenant: Any) -> None:
    other = {"resource_server": {"display_name": "Pet API", "identifier": "pets", "scopes": ["pets:see"]}}
    with run_untidy_service(tenant, TakenName(other, "resource-servers")) as url:
        given = {"display_name": "Pet API", "identifier": "pets", "scopes": ["pets:feed"]}
        result = run_ok(resource_server, tenant, api_url=url, **given)
    assert result["changed"] and result["diff"]["before"]["scopes"] == ["pets:see"]
    assert list_writes(tenant) == ["CreateResourceServer", "UpdateResourceServer"]


def test_a_role_that_another_run_created_meanwhile_keeps_its_scopes(tenant: Any) -> None:
    with run_untidy_service(
        tenant, TakenName({"role": {"display_name": "Readers", "description": ""}}, "roles")
    ) as url:
        result = run_ok(role, tenant, api_url=url, display_name="Readers", scopes=["realms:read"])
    assert result["changed"] and result["role"]["scopes"] == ["realms:read"]
    assert list_writes(tenant) == ["CreateRole", "AddRoleScopes"]


def test_a_taken_name_whose_object_is_not_listed_asks_for_its_id(tenant: Any, pauses: list[float]) -> None:
    with run_untidy_service(tenant, TakenName(None, "realms")) as url:
        message = run_failed(realm, tenant, api_url=url, display_name="Customers")
    assert (
        "HTTP 409" in message and "Set id to its ID, which the Admin Console shows, or choose another name." in message
    )
    assert 5 <= sum(pauses) <= 11


class ReservedName:
    """Reserves the name of a deleted object: the first creations after a deletion are conflicts."""

    def __init__(self, times: int) -> None:
        self.times = times
        self.is_deleted = False

    def __call__(self, seen: Any, forward: Any) -> Any:
        """Serve a request."""
        self.is_deleted = self.is_deleted or seen.method == "DELETE"
        if self.is_deleted and seen.method == "POST" and self.times > 0:
            self.times -= 1
            return 409, JSON, b'{"code": "conflict", "message": "the name is taken"}'
        return forward(seen)


@pytest.mark.parametrize("removal", ["realm", "api"])
def test_a_name_that_this_run_freed_is_used_as_soon_as_the_service_frees_it(
    removal: str, tenant: Any, pauses: list[float]
) -> None:
    store = MemoryStore()
    with run_untidy_service(tenant, ReservedName(4)) as url:
        given = {"store": store, "api_url": url}
        old = run_ok(realm, tenant, display_name="Customers", **given)["realm"]["id"]
        if removal == "api":
            run_ok(api, tenant, operation="DeleteRealm", parameters={"realm_id": old}, **given)
        else:
            run_ok(realm, tenant, display_name="Customers", state="absent", **given)
        new = run_ok(realm, tenant, display_name="Customers", **given)
        assert new["changed"] and new["realm"]["id"] != old
    assert list_writes(tenant) == ["CreateRealm", "DeleteRealm", "CreateRealm"] and len(pauses) == 3


def test_a_name_that_this_run_freed_and_another_run_took_is_used(tenant: Any, pauses: list[float]) -> None:
    store, reserved = MemoryStore(), ReservedName(100)
    with run_untidy_service(tenant, reserved) as url:
        given = {"store": store, "api_url": url, "display_name": "Customers"}
        run_ok(realm, tenant, **given)
        run_ok(realm, tenant, state="absent", **given)
        taken = TakenName({"realm": {"display_name": "Customers"}}, "realms")
        with run_untidy_service(tenant, taken) as other:
            assert not run_ok(realm, tenant, **{**given, "api_url": other})["changed"]
    assert pauses == []


def test_a_name_that_stays_reserved_is_an_error_that_says_so(tenant: Any, pauses: list[float]) -> None:
    store = MemoryStore()
    with run_untidy_service(tenant, ReservedName(100)) as url:
        given = {"store": store, "api_url": url, "display_name": "Customers"}
        run_ok(realm, tenant, **given)
        run_ok(realm, tenant, state="absent", **given)
        message = run_failed(realm, tenant, **given)
    assert "HTTP 409" in message and "This run deleted a realm of the name" in message and 5 <= sum(pauses) <= 11


def test_the_name_of_an_object_that_another_run_deleted_is_sent_once(tenant: Any, pauses: list[float]) -> None:
    reserved = ReservedName(100)
    with run_untidy_service(tenant, reserved) as url:
        given = {"api_url": url, "display_name": "Customers"}
        run_ok(realm, tenant, MemoryStore(), **given)
        run_ok(realm, tenant, MemoryStore(), state="absent", **given)
        assert "Set id to its ID" in run_failed(realm, tenant, MemoryStore(), **given)
    assert reserved.times == 99


def test_a_taken_name_at_a_rename_asks_for_another_name(tenant: Any) -> None:
    id = run_ok(realm, tenant, display_name="Customers")["realm"]["id"]
    tenant.add_fault(operation="UpdateRealm", status=409)
    result = call_module(realm, tenant, id=id, display_name="Partners")
    assert "Choose another name." in result["msg"] and result["changed"] is False


@pytest.mark.parametrize("content", [b"deleted", b"[]", b"", b'{"ok": true}'])
def test_a_deletion_that_is_confirmed_with_text_is_done(content: bytes, tenant: Any) -> None:
    store = MemoryStore()
    run_ok(application, tenant, store, **FEEDER)
    with run_untidy_service(tenant, replace_response(200, content, method="DELETE")) as url:
        assert run_ok(application, tenant, store, api_url=url, state="absent", **FEEDER)["changed"]
    assert not run_ok(application, tenant, store, state="absent", **FEEDER)["changed"]


def test_other_operations_still_need_a_json_object(tenant: Any) -> None:
    tenant.add_fault(operation="GetTenant", body="text", status=200)
    with pytest.raises(Exception, match="not a JSON object"):
        make_client(tenant, "GetTenant").call("GetTenant")
