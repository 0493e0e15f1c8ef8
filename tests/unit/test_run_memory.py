# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The run memory: a run reads its own writes although a listing shows them late."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from ansible_collections.beyondidentity.management.plugins.module_utils._management.run_memory import (
    LIFETIME,
    Place,
    RunMemory,
    get_time,
    list_names,
)
from ansible_collections.beyondidentity.management.plugins.modules import (
    api,
    application,
    application_info,
    identity,
    realm,
    resource_server,
    role,
    role_info,
)
from tests.unit.builders import make_client, make_connection
from tests.unit.memory_store import MemoryStore
from tests.unit.module_calls import list_writes, run_failed, run_ok

APPS, REALMS = Place("application"), Place("realm")
FEEDER = {"display_name": "Feeder"}


def make_memory(store: MemoryStore | None, **connection: str) -> RunMemory:
    options = {"tenant_id": "t", "realm_id": "r", "api_url": "https://api.example.com", **connection}
    return RunMemory(store, make_connection(**options))


def test_a_created_object_is_found_by_its_sent_and_its_stored_name() -> None:
    memory = make_memory(MemoryStore())
    memory.remember_creation(APPS, "1", [" Fe  eder", "Feeder (stored)"])
    assert memory.find_id(APPS, "Fe eder") == memory.find_id(APPS, "Feeder (stored)") == "1"
    assert memory.find_id(APPS, "Other") is memory.find_id(REALMS, "Fe eder") is None
    assert memory.find_id(Place("application", "parent"), "Fe eder") is None
    memory.forget_name(APPS, "Fe eder")
    assert memory.find_id(APPS, "Fe eder") is None


def test_an_exact_name_is_not_replaced_by_a_name_that_is_equal_after_normalization() -> None:
    memory = make_memory(MemoryStore())
    for id, name in (("1", "A B"), ("2", "A  B")):
        memory.remember_new_name(APPS, id, [name])
    assert [memory.find_id(APPS, name) for name in ("A B", "A  B", "A   B")] == ["1", "2", "2"]
    memory.remember_deletion(APPS, "1")
    assert memory.find_id(APPS, "A B") == "2"


def test_a_reference_is_forgotten_if_the_object_was_written_after_its_lookup_began() -> None:
    """Another host can write between the lookup's last response and the moment in which the name is remembered."""
    memory = make_memory(MemoryStore())
    began = get_time()
    memory.remember_reference(APPS, "Feeder", "1", began)
    assert memory.find_reference(APPS, "Feeder") == "1"
    memory.remember_write(APPS.noun, "1")
    memory.remember_reference(APPS, "Feeder", "1", began)
    assert memory.find_reference(APPS, "Feeder") is None


def test_the_name_of_a_deleted_object_is_known_until_another_object_has_it() -> None:
    memory = make_memory(MemoryStore())
    assert not memory.was_name_deleted(APPS, "Feeder")
    memory.remember_deletion(APPS, "1", ["Feeder"])
    assert memory.was_name_deleted(APPS, " Feeder") and memory.find_id(APPS, "Feeder") is None
    assert not memory.was_name_deleted(APPS, "Other") and not memory.was_name_deleted(REALMS, "Feeder")
    memory.remember_creation(APPS, "2", ["Feeder"])
    memory.remember_deletion(APPS, "3", ["Feeder"])
    assert memory.find_id(APPS, "Feeder") == "2" and not memory.was_name_deleted(APPS, "Feeder")


@pytest.mark.parametrize("other", [{"tenant_id": "x"}, {"realm_id": "x"}, {"api_url": "https://x.example.com"}])
def test_a_name_is_known_in_its_realm_only(other: dict[str, str]) -> None:
    store = MemoryStore()
    make_memory(store).remember_creation(APPS, "1", ["Feeder"])
    assert make_memory(store).find_id(APPS, "Feeder") == "1"
    assert make_memory(store, **other).find_id(APPS, "Feeder") is None


def test_the_display_name_is_the_last_name_also_if_the_response_lacks_it() -> None:
    assert list_names({"display_name": "Pets"}, {"identifier": "pets", "scopes": []}) == ["pets", "Pets"]
    assert list_names({"identifier": "pets", "display_name": " Pets"}, {"display_name": "Pets"})[-1] == "Pets"
    assert list_names(None, {}) == list_names({"display_name": ""}, {"identifier": None}) == []


def test_the_entries_end_after_ten_minutes(pauses: list[float]) -> None:
    memory = make_memory(MemoryStore())
    memory.remember_creation(APPS, "1", ["Feeder"])
    memory.remember_deletion(APPS, "2")
    memory.remember_new_name(APPS, "3", ["New"])
    assert memory.was_created("application", "1") and memory.was_deleted("application", "2")
    pauses.append(59)
    assert memory.was_created_recently("application", "1", 60)
    assert not memory.was_created_recently("application", "3", 60), "it was only renamed"
    pauses.append(2)
    assert not memory.was_created_recently("application", "1", 60) and memory.find_id(APPS, "Feeder") == "1"
    pauses.append(LIFETIME)
    assert not memory.was_created("application", "1") and not memory.was_deleted("application", "2")
    assert memory.find_id(APPS, "Feeder") is memory.get_new_name("application", "3") is None


def test_the_token_helper_finds_a_created_application_without_realm_and_api_url() -> None:
    store = MemoryStore()
    make_memory(store).remember_creation(APPS, "1", ["Feeder"])
    elsewhere = RunMemory(store, make_connection(tenant_id="t"))
    assert elsewhere.was_created_recently("application", "1", 60)


def test_without_a_store_nothing_is_remembered() -> None:
    memory = make_memory(None)
    memory.remember_creation(APPS, "1", ["Feeder"])
    memory.forget_name(APPS, "Feeder")
    assert memory.find_id(APPS, "Feeder") is None and not memory.was_created("application", "1")


def test_the_memory_holds_no_secret(tenant: Any) -> None:
    store = MemoryStore()
    created = run_ok(application, tenant, store, **FEEDER, return_secret=True)
    run_ok(application, tenant, store, **FEEDER, pkce="s256")
    run_ok(application_info, tenant, store)
    listed = make_client(tenant, "ListApplications").list_all("ListApplications", "applications")
    secrets = [item["protocol_config"]["client_secret"] for item in listed]
    stored = json.dumps(list(store.entries.values()))
    assert created["client_secret"] in secrets and not [secret for secret in secrets if secret in stored]
    memory = {key: entry for key, entry in store.entries.items() if json.loads(key)[0] == "memory"}
    assert {name for entry in memory.values() for name in json.loads(entry)} == {"id", "at"}


def test_eight_hosts_create_one_application_although_the_listing_lags(tenant: Any) -> None:
    store = MemoryStore()
    with tenant.outage("lagging-lists"), ThreadPoolExecutor(8) as pool:
        results = list(pool.map(lambda _host: run_ok(application, tenant, store, **FEEDER), range(8)))
    assert list_writes(tenant) == ["CreateApplication"]
    assert sum(result["changed"] for result in results) == 1
    assert len({result["application"]["id"] for result in results}) == 1


def test_the_second_task_costs_one_request_more_than_with_a_current_listing(tenant: Any) -> None:
    store = MemoryStore()
    with tenant.outage("lagging-lists"):
        run_ok(application, tenant, store, **FEEDER)
        again = run_ok(application, tenant, store, **FEEDER)
    assert not again["changed"] and again["requests"] == 2, "the listing, and the object by its ID"
    tenant.clear_journal()
    assert run_ok(application, tenant, store, **FEEDER)["requests"] == 1


def test_absent_then_present_creates_a_new_object(tenant: Any) -> None:
    store = MemoryStore()
    old = run_ok(application, tenant, store, **FEEDER)["application"]["id"]
    with tenant.outage("lagging-lists"):
        given: dict[str, Any] = {"store": store, **FEEDER}
        assert run_ok(application, tenant, state="absent", **given)["changed"]
        assert not run_ok(application, tenant, state="absent", **given)["changed"]
        new = run_ok(application, tenant, **given)
        assert new["changed"] and new["application"]["id"] != old
        assert run_ok(application, tenant, **given)["application"]["id"] == new["application"]["id"]
    assert list_writes(tenant) == ["CreateApplication", "DeleteApplication", "CreateApplication"]


def test_a_deleted_object_is_in_no_list(tenant: Any) -> None:
    store = MemoryStore()
    run_ok(application, tenant, store, **FEEDER)
    with tenant.outage("lagging-lists"):
        before = run_ok(application_info, tenant, store)["applications"]
        run_ok(application, tenant, store, state="absent", **FEEDER)
        after = run_ok(application_info, tenant, store)["applications"]
    assert [item["display_name"] for item in before if item not in after] == ["Feeder"] and len(after) == len(
        before
    ) - 1


def test_a_renamed_object_is_found_by_its_new_name_only(tenant: Any) -> None:
    store = MemoryStore()
    old = run_ok(application, tenant, store, **FEEDER)["application"]["id"]
    with tenant.outage("lagging-lists"):
        given: dict[str, Any] = {"store": store}
        run_ok(application_info, tenant, **given)
        run_ok(application, tenant, id=old, display_name="Renamed", **given)
        assert run_ok(application, tenant, display_name="Renamed", **given)["application"]["id"] == old
        assert run_ok(application_info, tenant, display_name="Renamed", **given)["applications"][0]["id"] == old
        assert run_ok(application_info, tenant, **FEEDER, **given)["applications"] == []
        assert run_ok(application, tenant, **FEEDER, **given)["application"]["id"] != old


@pytest.mark.parametrize("is_done", [True, False])
def test_a_rename_whose_response_is_lost_leads_to_no_second_object(is_done: bool, tenant: Any) -> None:
    store = MemoryStore()
    id = run_ok(application, tenant, store, **FEEDER)["application"]["id"]
    tenant.add_fault(operation="UpdateApplication", status=504, shape="empty", carry_out=is_done)
    with tenant.outage("lagging-lists"):
        given: dict[str, Any] = {"store": store}
        run_ok(application_info, tenant, **given)
        run_failed(application, tenant, id=id, display_name="Renamed", retries=0, **given)
        name = "Renamed" if is_done else "Feeder"
        assert run_ok(application, tenant, display_name=name, **given)["application"]["id"] == id
    assert "CreateApplication" not in list_writes(tenant)[1:]


def test_an_object_that_is_not_readable_yet_is_read_again(tenant: Any, pauses: list[float]) -> None:
    store = MemoryStore()
    tenant.add_fault(operation="GetApplication", status=404, times=3)
    with tenant.outage("lagging-lists"):
        run_ok(application, tenant, store, **FEEDER)
        assert not run_ok(application, tenant, store, **FEEDER)["changed"]
    assert len(pauses) == 3 and list_writes(tenant) == ["CreateApplication"]


def test_an_object_that_another_process_deleted_is_forgotten_and_created_anew(tenant: Any, pauses: list[float]) -> None:
    store = MemoryStore()
    with tenant.outage("lagging-lists"):
        given: dict[str, Any] = {"store": store, **FEEDER}
        old = run_ok(application, tenant, **given)["application"]["id"]
        run_ok(application, tenant, MemoryStore(), id=old, state="absent")
        assert run_ok(application, tenant, check_mode=True, **given)["changed"]
        assert 5 <= sum(pauses) <= 11, "the object is asked for until 10 seconds after its creation"
        pauses_before = len(pauses)
        assert run_ok(application, tenant, **given)["application"]["id"] != old
    assert len(pauses) == pauses_before, "the object was forgotten, so nothing waits for it again"


def test_a_name_that_another_process_gave_away_is_forgotten(tenant: Any) -> None:
    store = MemoryStore()
    with tenant.outage("lagging-lists"):
        given: dict[str, Any] = {"store": store, **FEEDER}
        old = run_ok(application, tenant, **given)["application"]["id"]
        run_ok(application, tenant, MemoryStore(), id=old, display_name="Other")
        assert run_ok(application, tenant, **given)["application"]["id"] != old


def test_a_reference_to_an_object_that_the_listing_does_not_show_yet_is_found(tenant: Any) -> None:
    store = MemoryStore()
    with tenant.outage("lagging-lists"):
        given: dict[str, Any] = {"store": store}
        own = {"display_name": "Pet API", "identifier": "pets", "scopes": ["pets:feed"]}
        run_failed(application, tenant, **FEEDER, resource_server="Pet API", **given)
        pets = run_ok(resource_server, tenant, **own, **given)["resource_server"]["id"]
        for value in ("Pet API", "pets", pets):
            result = run_ok(application, tenant, **FEEDER, resource_server=value, allowed_scopes=["pets:feed"], **given)
            assert result["application"]["resource_server_id"] == pets
            run_ok(role, tenant, display_name="Feeders", resource_server=value, scopes=["pets:feed"], **given)
    assert [name for name in list_writes(tenant) if name.startswith("Create")] == [
        "CreateResourceServer",
        "CreateApplication",
        "CreateRole",
    ]


def test_the_roles_of_a_resource_server_are_listed_although_no_listing_shows_the_server_yet(tenant: Any) -> None:
    store = MemoryStore()
    with tenant.outage("lagging-lists"):
        given: dict[str, Any] = {"store": store}
        run_failed(role_info, tenant, resource_server="pets", **given)
        run_ok(resource_server, tenant, display_name="Pet API", identifier="pets", **given)
        assert run_ok(role_info, tenant, resource_server="pets", **given)["roles"] == []


def test_a_role_is_remembered_with_its_resource_server(tenant: Any) -> None:
    store = MemoryStore()
    run_ok(resource_server, tenant, store, display_name="Pet API", identifier="pets")
    with tenant.outage("lagging-lists"):
        given: dict[str, Any] = {"store": store, "display_name": "Readers"}
        first = run_ok(role, tenant, **given)["role"]["id"]
        second = run_ok(role, tenant, resource_server="pets", **given)["role"]["id"]
        assert run_ok(role, tenant, **given)["role"]["id"] == first != second
        assert run_ok(role, tenant, resource_server="pets", **given)["role"]["id"] == second


def test_each_type_of_object_is_remembered(tenant: Any) -> None:
    store = MemoryStore()
    with tenant.outage("lagging-lists"):
        for expected in (True, False):
            assert run_ok(realm, tenant, store, display_name="Customers")["changed"] is expected


def test_objects_that_the_module_api_writes_are_remembered(tenant: Any) -> None:
    store = MemoryStore()
    with tenant.outage("lagging-lists"):
        given: dict[str, Any] = {"store": store}
        body = {"realm": {"display_name": "Customers"}}
        id = run_ok(api, tenant, operation="CreateRealm", body=body, **given)["response"]["id"]
        assert not run_ok(realm, tenant, display_name="Customers", **given)["changed"]
        body = {"realm": {"display_name": "Clients"}}
        run_ok(api, tenant, operation="UpdateRealm", parameters={"realm_id": id}, body=body, **given)
        assert run_ok(realm, tenant, display_name="Clients", **given)["realm"]["id"] == id
        run_ok(api, tenant, operation="DeleteRealm", parameters={"realm_id": id}, **given)
        assert run_ok(realm, tenant, display_name="Clients", **given)["realm"]["id"] != id


def test_the_module_api_remembers_the_realm_and_the_parent_of_its_parameters(tenant: Any) -> None:
    store = MemoryStore()
    managed = tenant.seed(realms=1)["realms"][0]
    parents = {"realm_id": managed, "resource_server_id": "pets"}
    with tenant.outage("lagging-lists"):
        given: dict[str, Any] = {"store": store}
        pets = {"display_name": "Pet API", "identifier": "pets"}
        own = {"realm_id": managed, "resource_server": "pets", "display_name": "Readers"}
        parents["resource_server_id"] = run_ok(resource_server, tenant, realm_id=managed, **pets, **given)[
            "resource_server"
        ]["id"]
        run_ok(role, tenant, state="absent", **own, **given)
        body = {"role": {"display_name": "Readers"}}
        id = run_ok(api, tenant, operation="CreateRole", parameters=parents, body=body, **given)["response"]["id"]
        assert run_ok(role, tenant, **own, **given)["role"]["id"] == id


def test_a_realm_is_remembered_whatever_realm_is_managed(tenant: Any) -> None:
    store = MemoryStore()
    managed = tenant.seed(realms=1)["realms"][0]
    with tenant.outage("lagging-lists"):
        given: dict[str, Any] = {"store": store, "display_name": "Customers"}
        assert run_ok(realm, tenant, **given)["changed"]
        assert not run_ok(realm, tenant, realm_id=managed, **given)["changed"]
    assert list_writes(tenant) == ["CreateRealm"]


def test_hosts_with_different_managed_realms_create_one_realm(tenant: Any) -> None:
    realms = tenant.seed(realms=4)["realms"]
    tenant.change_settings(conflicts="documented")
    tenant.add_fault(operation="ListRealms", delay=0.2)
    store = MemoryStore()
    with ThreadPoolExecutor(4) as pool:
        results = pool.map(lambda id: run_ok(realm, tenant, store, realm_id=id, display_name="Customers"), realms)
        assert sum(result["changed"] for result in results) == 1
    assert list_writes(tenant) == ["CreateRealm"]


@pytest.mark.parametrize("name", [" Feeder ", "Fe\u0301eder", "Pet  Feeder"])
def test_a_name_that_the_service_normalizes_leads_to_one_object_and_one_warning(
    name: str, tenant: Any, warnings: list[str]
) -> None:
    tenant.change_settings(normalized_fields={"display_name": ["nfc", "collapse", "trim"]})
    given: dict[str, Any] = {"warn": warnings.append}
    created = run_ok(application, tenant, display_name=name, **given)
    assert created["changed"] and len(warnings) == 1 and "stored display_name of application" in warnings[0]
    for _run in range(2):
        again = run_ok(application, tenant, display_name=name, pkce="disabled", **given)
        assert not again["changed"] and again["application"]["id"] == created["application"]["id"]
    assert run_ok(application_info, tenant, display_name=name, **given)["applications"] == [again["application"]]
    by_id = run_ok(application, tenant, id=created["application"]["id"], display_name=name, **given)
    assert not by_id["changed"]
    assert run_ok(application, tenant, display_name=name, state="absent", **given)["changed"]
    assert list_writes(tenant) == ["CreateApplication", "DeleteApplication"]


def test_an_exact_name_comes_first_and_several_equal_names_are_an_error(tenant: Any) -> None:
    loose = tenant.seed(applications=1, application={"display_name": "Pet  Feeder"})["applications"][0]
    assert run_ok(application, tenant, display_name="Pet Feeder", check_mode=True)["application"]["id"] == loose
    exact = tenant.seed(applications=1, application={"display_name": "Pet Feeder"})["applications"][0]
    assert run_ok(application, tenant, display_name="Pet Feeder", check_mode=True)["application"]["id"] == exact
    message = run_failed(application, tenant, display_name="Pet   Feeder")
    assert "2 applications are named" in message and loose in message and exact in message
    assert list_writes(tenant) == []


def test_a_changed_address_is_known_until_the_run_ends(pauses: list[float]) -> None:
    store = MemoryStore()
    memory = make_memory(store)
    assert not memory.has_changed_address("1")
    memory.remember_address_change("1")
    pauses.append(LIFETIME + 1)
    assert make_memory(store, realm_id="other").has_changed_address("1"), "IDs are unique in a tenant"
    assert not memory.has_changed_address("2") and not make_memory(store, tenant_id="x").has_changed_address("1")
    without_store = make_memory(None)
    without_store.remember_address_change("1")
    assert not without_store.has_changed_address("1")


def test_api_remembers_usernames_and_changed_addresses(tenant: Any) -> None:
    store = MemoryStore()
    tenant.change_settings(listing_delay=60, changed_delay=60)
    traits = {"type": "traits_v0", "username": "Pat", "primary_email_address": "pat@example.com"}
    body = {"identity": {"display_name": "Pat", "traits": traits}}
    id = run_ok(api, tenant, store, operation="CreateIdentity", body=body)["response"]["id"]
    memory = make_memory(store, tenant_id=tenant.tenant_id, realm_id=tenant.realm_id, api_url=tenant.api_url)
    assert memory.find_id_by_username("PAT") == id
    assert not run_ok(identity, tenant, store, username="pat")["changed"]
    (existing,) = tenant.seed(identities=1)["identities"]
    for traits, is_changed in (({"title": "Dr"}, False), ({"primary_email_address": "new@example.com"}, True)):
        sent = {"identity": {"traits": {"type": "traits_v0", **traits}}}
        run_ok(api, tenant, store, operation="UpdateIdentity", parameters={"identity_id": existing}, body=sent)
        assert memory.has_changed_address(existing) is is_changed
    sent = {"identity": {"traits": {"type": "traits_v0", "primary_email_address": "own@example.com"}}}
    run_ok(api, tenant, store, operation="UpdateIdentity", parameters={"identity_id": id}, body=sent)
    assert not memory.has_changed_address(id), "this run created the identity"
    sent = {"identity": {"traits": {"type": "traits_v0", "username": "smith"}}}
    run_ok(api, tenant, store, operation="UpdateIdentity", parameters={"identity_id": id}, body=sent)
    assert memory.find_id_by_username("smith") == id
    assert run_ok(identity, tenant, store, username="smith", state="absent")["before"]["id"] == id


def test_a_username_that_is_reserved_after_a_deletion_is_created_again(tenant: Any, pauses: list[float]) -> None:
    store = MemoryStore()
    first = run_ok(identity, tenant, store, username="pat")["identity"]["id"]
    run_ok(identity, tenant, store, username="PAT", state="absent")
    tenant.add_fault(operation="CreateIdentity", status=409, times=2)
    assert run_ok(identity, tenant, store, username="Pat")["identity"]["id"] != first
    assert len(pauses) == 1
