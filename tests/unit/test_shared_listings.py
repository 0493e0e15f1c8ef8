# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One listing per loop: what the items and hosts of a task share, and what they read anew."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.beyondidentity.management.plugins.module_utils._errors import TransportError
from ansible_collections.beyondidentity.management.plugins.module_utils._management.listing_memory import (
    KEPT,
    LIFETIME,
    PART_SIZE,
    ListingMemory,
)
from ansible_collections.beyondidentity.management.plugins.module_utils._oauth.task_errors import Attempt
from ansible_collections.beyondidentity.management.plugins.modules import (
    api,
    application,
    application_info,
    realm,
    resource_server,
    role,
)
from ansible_collections.beyondidentity.management.plugins.plugin_utils.encrypted_store import EncryptedStore
from tests.unit.concurrent_calls import run_together
from tests.unit.memory_store import MemoryStore
from tests.unit.module_calls import list_writes, run_failed, run_ok

LOOP = Attempt("task-1", 1)
KEY = ["applications"]
FEEDER = {"display_name": "Feeder"}


class Run:
    """A run whose calls share a store, by default as items of one loop."""

    def __init__(self, tenant: Any) -> None:
        self.tenant = tenant
        self.store = MemoryStore()

    def ok(self, module: Any, sharing: Attempt | None = LOOP, **given: Any) -> dict[str, Any]:
        """Run a module that succeeds."""
        return run_ok(module, self.tenant, self.store, sharing=sharing, **given)

    def count(self, operation: str = "ListApplications") -> int:
        """Return how many requests of an operation the tenant received."""
        return len(self.tenant.read_journal(operation=operation))


@pytest.fixture
def run(tenant: Any) -> Run:
    return Run(tenant)


class Objects:
    """The objects of a service, which counts how often they are listed."""

    def __init__(self) -> None:
        self.items: list[dict[str, Any]] = [{"id": "1"}]
        self.readings = 0

    def read(self) -> list[dict[str, Any]]:
        """Return the objects."""
        self.readings += 1
        return list(self.items)


def test_fifty_names_among_a_hundred_cost_ten_pages(run: Run, tenant: Any) -> None:
    ids = tenant.seed(applications=99, name="Worker {n}")["applications"]  # and the built-in one
    tenant.change_settings(page_size_maximum=10)
    found = [run.ok(application, display_name=f"Worker {number}") for number in range(1, 51)]
    assert [result["application"]["id"] for result in found] == ids[:50]
    assert run.count() == 10 and sum(result["requests"] for result in found) == 11, "and one for the token"


def test_new_objects_cost_no_further_listing_and_are_found_by_later_items(run: Run, tenant: Any) -> None:
    names = [f"Worker {number}" for number in (1, 2, 3, 1)]
    results = [run.ok(application, display_name=name) for name in names]
    assert [result["changed"] for result in results] == [True, True, True, False]
    assert run.count() == 1 and list_writes(tenant) == ["CreateApplication"] * 3
    assert run.ok(application, display_name="Worker 2", state="absent")["changed"]
    assert not run.ok(application, display_name="Worker 2", state="absent")["changed"]
    assert run.ok(application, display_name="Worker 2")["application"]["id"] != results[1]["application"]["id"]
    renamed = run.ok(application, id=results[2]["application"]["id"], display_name="Cook")
    assert run.ok(application, display_name="Cook")["application"] == renamed["application"]
    assert run.ok(application, display_name="Worker 3")["changed"]
    assert run.count() == 1


def test_the_exact_name_that_an_item_gave_comes_before_a_listed_name_that_is_equal_after_normalization(
    run: Run, tenant: Any
) -> None:
    loose, cook = (
        tenant.seed(applications=1, application={"display_name": name})["applications"][0] for name in ("A  B", "Cook")
    )
    run.ok(application, display_name="Cook")
    run.ok(application, id=cook, display_name="A B")
    assert run.ok(application_info, display_name="A B")["applications"][0]["id"] == cook
    assert run.ok(application, display_name="A B", state="absent")["before"]["id"] == cook
    assert run.ok(application, display_name="A B")["application"]["id"] == loose, "the only one that is left"
    assert run.count() == 1


def test_two_names_that_are_equal_after_normalization_stay_apart(run: Run, tenant: Any) -> None:
    ids = tenant.seed(applications=2, name="Worker {n}")["applications"]
    run.ok(application, display_name="Worker 1")
    names = ["A B", "A  B"]
    for id, name in zip(ids, names, strict=True):
        run.ok(application, id=id, display_name=name)
    assert [run.ok(application, display_name=name, state="absent")["before"]["id"] for name in names] == ids


def test_a_name_that_is_another_objects_identifier_is_found(run: Run, tenant: Any) -> None:
    run_ok(resource_server, tenant, display_name="Old", identifier="pets", scopes=["pets:read"])
    new = {"display_name": "pets", "identifier": "https://pets.example", "scopes": ["pets:read"]}
    assert [run.ok(resource_server, **new)["changed"] for _item in range(2)] == [True, False]


def test_credentials_that_did_not_read_a_listing_do_not_get_it(run: Run, tenant: Any) -> None:
    run.ok(application_info)
    wrong = {"client_secret": f"{tenant.client_secret}x"}
    assert "HTTP 401" in run_failed(application_info, tenant, run.store, sharing=LOOP, **wrong)


def test_a_connection_that_verifies_the_server_takes_no_listing_of_one_that_does_not(run: Run) -> None:
    for given in ({"validate_certs": False}, {}, {}):
        run.ok(application_info, **given)
    assert run.count() == 2


def test_an_object_that_another_host_changed_is_read_by_its_id(run: Run, tenant: Any) -> None:
    tenant.seed(applications=1, name="Feeder")
    results = [run.ok(application, **FEEDER, pkce="s256") for _host in range(3)]
    assert [result["changed"] for result in results] == [True, False, False]
    assert results[0]["application"] == results[2]["application"]
    assert [run.count(), run.count("GetApplication")] == [1, 2] and list_writes(tenant) == ["UpdateApplication"]


@pytest.mark.parametrize(
    "sharing", [None, Attempt("task-2", 1), Attempt("task-1", 2)], ids=["alone", "a later task", "the next attempt"]
)
def test_another_task_and_another_attempt_read_anew(sharing: Attempt | None, run: Run, tenant: Any) -> None:
    assert run.ok(application_info, **FEEDER)["applications"] == []
    tenant.seed(applications=1, name="Feeder")
    assert run.ok(application_info, **FEEDER)["applications"] == [], "another item of the task"
    assert len(run.ok(application_info, sharing, **FEEDER)["applications"]) == 1


def test_until_never_takes_the_listing_of_an_earlier_attempt_of_another_item(run: Run, tenant: Any) -> None:
    second = Attempt("task-1", 2)
    assert run.ok(application_info, second, **FEEDER)["applications"] == []
    tenant.seed(applications=1, name="Feeder")
    assert len(run.ok(application_info, second, **FEEDER)["applications"]) == 1


def test_a_task_without_the_runs_store_shares_nothing(tenant: Any) -> None:
    for _item in range(2):
        run_ok(application, tenant, MemoryStore(), sharing=LOOP, display_name="Beyond Identity Management API")
    assert len(tenant.read_journal(operation="ListApplications")) == 2


def test_a_whole_listing_shows_the_runs_own_writes(run: Run) -> None:
    before = run.ok(application_info)["applications"]
    assert run.ok(application_info)["applications"] == before and run.count() == 1
    created = run.ok(application, **FEEDER)["application"]
    assert {item["id"] for item in run.ok(application_info)["applications"]} == {
        created["id"],
        *(item["id"] for item in before),
    }


def test_other_parents_and_filters_are_other_listings(run: Run) -> None:
    run.ok(resource_server, display_name="Pets", identifier="pets", scopes=["pets:read"])
    for server in ("beyondidentity", "Pets", "Pets"):
        run.ok(role, resource_server=server, display_name="Readers")
    assert list_writes(run.tenant).count("CreateRole") == 2
    assert [run.count("ListRoles"), run.count("ListResourceServers")] == [2, 1], "the loop created a server"


def test_no_secret_is_stored_and_each_item_returns_its_secret(run: Run, tenant: Any) -> None:
    tenant.seed(applications=2, name="Worker {n}")
    results = [run.ok(application, display_name=f"Worker {number}", return_secret=True) for number in (1, 2, 1)]
    secrets = [result["client_secret"] for result in results]
    assert len(set(secrets)) == 2 and secrets[0] == secrets[2]
    assert [run.count(), run.count("GetApplication")] == [1, 2], "the first item read the secret with the listing"
    (stored,) = [entry["items"] for entry in run.store.list_entries() if "items" in entry]
    assert "Worker 2" in stored and '"client_secret":' not in stored
    assert not [secret for secret in secrets if secret in json.dumps(run.store.list_entries())]
    public = {"display_name": "Page", "confidentiality": "public", "grant_types": ["authorization_code"]}
    for _item in range(2):
        run.ok(application, **public, redirect_uris=["https://a.example/"], return_secret=True)
    assert run.count() == 1


def test_a_taken_name_and_a_lost_response_lead_to_a_new_listing(run: Run, tenant: Any, pauses: list[float]) -> None:
    tenant.change_settings(conflicts="vendor")
    run.ok(application, display_name="First")
    tenant.add_fault(operation="CreateApplication", carry_out=True, status=504, shape="empty")
    run.ok(application_info, display_name="Feeder")
    assert run.ok(application, **FEEDER)["application"]["display_name"] == "Feeder"
    run.ok(realm, display_name="Pets")
    run_ok(realm, tenant, display_name="Cars")  # another run
    assert not run.ok(realm, display_name="Cars")["changed"]
    assert pauses == []


def test_an_object_that_another_process_deleted_ends_the_shared_listing(run: Run, tenant: Any) -> None:
    tenant.seed(applications=2, name="Worker {n}")
    run.ok(application, display_name="Worker 1")
    for name in ("Worker 1", "Worker 2"):
        run_ok(application, tenant, display_name=name, state="absent")  # another run
    message = run_failed(application, tenant, run.store, sharing=LOOP, display_name="Worker 1", pkce="s256")
    assert "404" in message
    assert run.ok(application, display_name="Worker 2")["changed"], "it is created"


def test_hosts_that_list_at_once_share_one_listing(run: Run, tenant: Any) -> None:
    tenant.seed(applications=30, name="Worker {n}")
    tenant.change_settings(page_size_maximum=10)
    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(lambda number: run.ok(application, display_name=f"Worker {number}"), range(1, 9)))
    assert len({result["application"]["id"] for result in results}) == 8 and run.count() == 4


def test_hosts_that_waited_share_the_failure_of_a_listing() -> None:
    objects = Objects()

    def fail() -> list[dict[str, Any]]:
        objects.read()
        raise TransportError("No connection.")

    def work(store: Any) -> str:
        with pytest.raises(TransportError) as raised:
            ListingMemory(store, LOOP).share(KEY, fail)
        return str(raised.value)

    assert len(set(run_together(3, MemoryStore(), work))) == 1 and objects.readings == 1


def test_a_failure_is_not_shared_with_hosts_that_have_other_options() -> None:
    objects = Objects()
    options = iter(["a", "b", "c"])

    def fail() -> list[dict[str, Any]]:
        objects.read()
        raise TransportError("No connection.")

    def work(store: Any) -> None:
        with pytest.raises(TransportError):
            ListingMemory(store, LOOP, error_key=next(options)).share(KEY, fail)

    run_together(3, MemoryStore(), work)
    assert objects.readings == 3


def test_a_listing_is_shared_for_five_minutes(pauses: list[float]) -> None:
    store, objects = MemoryStore(), Objects()
    ListingMemory(store, LOOP).share(KEY, objects.read)
    pauses.append(LIFETIME - 5)
    ListingMemory(store, LOOP).share(KEY, objects.read)
    assert objects.readings == 1
    pauses.append(5)
    ListingMemory(store, LOOP).share(KEY, objects.read)
    assert objects.readings == 2


def test_the_store_keeps_few_listings() -> None:
    store, objects = MemoryStore(), Objects()
    for number in range(3 * KEPT):
        ListingMemory(store, Attempt(f"task-{number}", 1)).share(KEY, objects.read)
    assert len(store.entries) == 1 + KEPT, "the listings, and where they are"


def test_a_long_listing_fits_into_the_files_of_a_store(tmp_path: Path, warnings: list[str]) -> None:
    store, objects = EncryptedStore(tmp_path / "own", b"run", warnings.append), Objects()
    objects.items = [{"id": str(number), "description": '"\u00e9\\' * 100} for number in range(3000)]
    for _item in range(2):
        assert ListingMemory(store, LOOP).share(KEY, objects.read).items == objects.items
    assert objects.readings == 1 and warnings == []
    objects.items = [{"id": "1", "description": "x" * PART_SIZE}]
    for _item in range(2):
        assert ListingMemory(store, Attempt("task-2", 1)).share(KEY, objects.read).items == objects.items
    assert objects.readings == 3 and warnings == [], "no file can hold this object"


def test_a_revoked_token_takes_no_object_out_of_a_listing() -> None:
    store, objects = MemoryStore(), Objects()
    objects.items = [{"id": "1", "display_name": "ends like a token"}, {"id": "2"}]
    ListingMemory(store, LOOP).share(KEY, objects.read)
    store.forget(lambda text: text.endswith("like a token"))
    assert ListingMemory(store, LOOP).share(KEY, objects.read).items == objects.items


def test_the_module_api_reads_the_service(run: Run, tenant: Any) -> None:
    run.ok(application_info)
    tenant.seed(applications=1, name="Feeder")
    listed = run.ok(api, operation="ListApplications", all_pages=True)["response"]["applications"]
    assert "Feeder" in [item["display_name"] for item in listed] and run.count() == 2


def test_an_object_that_is_read_by_its_id_comes_from_the_service(run: Run, tenant: Any) -> None:
    (id,) = tenant.seed(applications=1, name="Feeder")["applications"]
    run.ok(application, **FEEDER)
    run_ok(application, tenant, id=id, pkce="s256")  # another run
    assert run.ok(application_info, id=id)["applications"][0]["protocol_config"]["pkce"] == "s256"
