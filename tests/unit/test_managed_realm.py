# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The option `realm`: the managed realm by its display name, over HTTP against the emulator."""

from __future__ import annotations

from contextlib import nullcontext
from typing import Any

import pytest

from ansible_collections.beyondidentity.management.plugins.module_utils._errors import BeyondIdentityError
from ansible_collections.beyondidentity.management.plugins.module_utils._management.run_memory import LIFETIME
from ansible_collections.beyondidentity.management.plugins.modules import (
    api,
    application_info,
    group_info,
    realm,
    token_info,
)
from tests.support.sign_in_application import SignInApplication
from tests.unit.builders import make_task
from tests.unit.concurrent_calls import run_together
from tests.unit.memory_store import MemoryStore
from tests.unit.module_calls import run_failed, run_ok

NAME = "Customers"


def seed_realm(tenant: Any, name: str = NAME) -> str:
    """Create a realm before the run, and return its ID."""
    (id,) = tenant.seed(realms=1, realm_name=name)["realms"]
    tenant.clear_journal()
    return str(id)


def list_requests(tenant: Any) -> list[str]:
    return [entry["operation"] for entry in tenant.read_journal()]


def list_realms_of(tenant: Any, operation: str) -> list[str]:
    """Return the IDs of the realms that an operation was sent to, in order."""
    return [entry["path"].split("/")[5] for entry in tenant.read_journal(operation=operation)]


def test_a_realm_is_found_with_a_token_of_its_own(tenant: Any) -> None:
    id = seed_realm(tenant)
    result = run_ok(group_info, tenant, realm=NAME)
    assert result["requests"] == 4
    assert list_requests(tenant) == ["token", "ListRealms", "token", "ListGroups"]
    scopes = [entry["form"]["scope"] for entry in tenant.read_journal(operation="token")]
    assert scopes == ["realms:read", "groups:read"]
    assert list_realms_of(tenant, "ListGroups") == [id]


def test_many_tasks_cost_one_listing(tenant: Any) -> None:
    id, store = seed_realm(tenant), MemoryStore()
    for module in (group_info, application_info, group_info):
        run_ok(module, tenant, store, realm=NAME)
    run_ok(api, tenant, store, realm=NAME, operation="ListGroups", parameters={})
    run_ok(group_info, tenant, store, check_mode=True, realm=NAME)
    run_ok(group_info, tenant, store, realm=NAME, token_cache="none")
    assert list_requests(tenant).count("ListRealms") == 1
    assert set(list_realms_of(tenant, "ListGroups")) == {id}


def find_together(tenant: Any) -> list[str]:
    """Return what 8 hosts get that look the realm up at the same time: its ID, or the message of the error.

    The hosts are threads, so they use the lookup itself: before Python 3.12, threads exclude each other from the property
    `connection`.
    """

    def find(store: Any) -> str:
        try:
            return make_task(tenant, store)._find_realm_id(NAME)
        except BeyondIdentityError as error:
            return error.message

    return run_together(8, MemoryStore(), find)


def test_hosts_at_the_same_time_cost_one_listing(tenant: Any) -> None:
    id = seed_realm(tenant)
    assert find_together(tenant) == [id] * 8
    assert list_requests(tenant) == ["token", "ListRealms"]


def test_hosts_at_the_same_time_share_a_refusal(tenant: Any) -> None:
    tenant.add_fault(operation="ListRealms", status=403, times=100)
    messages = find_together(tenant)
    assert len(set(messages)) == 1 and "set realm_id" in messages[0]
    assert list_requests(tenant) == ["token", "ListRealms"]


def test_a_name_means_the_same_realm_until_the_run_ends(tenant: Any, pauses: list[float]) -> None:
    """Another process that renames realms must not redirect the rest of a play."""
    id, store = seed_realm(tenant), MemoryStore()
    run_ok(group_info, tenant, store, realm=NAME)
    run_ok(realm, tenant, MemoryStore(), id=id, display_name="Former customers")
    seed_realm(tenant)
    pauses.append(2 * LIFETIME)
    run_ok(group_info, tenant, store, realm=NAME)
    assert list_realms_of(tenant, "ListGroups") == [id] and "ListRealms" not in list_requests(tenant)


@pytest.mark.parametrize("wait", [0, 2 * LIFETIME])
@pytest.mark.parametrize(
    "change", [{"state": "absent"}, {"display_name": "Former customers"}], ids=["deleted", "renamed"]
)
def test_a_realm_that_this_run_removed_or_renamed_is_not_found_by_its_old_name(
    change: dict[str, Any], wait: float, tenant: Any, pauses: list[float]
) -> None:
    id, store = seed_realm(tenant), MemoryStore()
    with nullcontext() if wait else tenant.outage("lagging-lists"):
        given: dict[str, Any] = {"store": store}
        run_ok(group_info, tenant, realm=NAME, **given)
        run_ok(realm, tenant, id=id, **change, **given)
        pauses.append(wait)
        assert run_failed(group_info, tenant, realm=NAME, **given).startswith(
            "The tenant has no realm named 'Customers'"
        )
    new = seed_realm(tenant)
    run_ok(group_info, tenant, store, realm=NAME)
    assert list_realms_of(tenant, "ListGroups") == [new]


@pytest.mark.parametrize("wait", [0, 2 * LIFETIME])
def test_a_realm_that_this_run_gave_the_name_is_the_one(wait: float, tenant: Any, pauses: list[float]) -> None:
    """Another process gave the name up, so the run could create another realm with it."""
    id, store = seed_realm(tenant), MemoryStore()
    run_ok(group_info, tenant, store, realm=NAME)
    run_ok(realm, tenant, MemoryStore(), id=id, display_name="Former customers")
    new = run_ok(realm, tenant, store, display_name=NAME)["realm"]["id"]
    pauses.append(wait)
    for _task in range(2):
        run_ok(group_info, tenant, store, realm=NAME)
    assert list_realms_of(tenant, "ListGroups") == [id, new, new]


def test_a_deletion_by_the_module_api_drops_the_kept_id(tenant: Any) -> None:
    id, store = seed_realm(tenant), MemoryStore()
    run_ok(group_info, tenant, store, realm=NAME)
    run_ok(api, tenant, store, operation="DeleteRealm", parameters={"realm_id": id})
    assert "has no realm" in run_failed(group_info, tenant, store, realm=NAME)


def test_a_realm_that_this_run_created_or_renamed_is_found_although_the_listing_lags(tenant: Any) -> None:
    store = MemoryStore()
    with tenant.outage("lagging-lists"):
        given: dict[str, Any] = {"store": store}
        id = run_ok(realm, tenant, display_name=NAME, **given)["realm"]["id"]
        run_ok(group_info, tenant, realm=NAME, **given)
        run_ok(realm, tenant, id=id, display_name="Renamed", **given)
        run_ok(group_info, tenant, realm="Renamed", **given)
    assert list_realms_of(tenant, "ListGroups") == [id, id]


def test_the_exact_name_comes_before_a_normalized_one(tenant: Any) -> None:
    similar, exact = seed_realm(tenant, "My  Customers"), seed_realm(tenant, "My Customers")
    for name, id in (("My Customers", exact), ("My  Customers", similar)):
        run_ok(group_info, tenant, realm=name)
        assert list_realms_of(tenant, "ListGroups")[-1] == id
    message = run_failed(group_info, tenant, realm=" My Customers ")
    assert message.startswith("2 realms are named 'My Customers'") and "Set realm_id to choose one." in message
    assert similar in message and exact in message


def test_a_normalized_name_finds_the_only_realm(tenant: Any) -> None:
    id = seed_realm(tenant, "My Customers")
    run_ok(group_info, tenant, realm=" My  Customers")
    assert list_realms_of(tenant, "ListGroups") == [id]


def test_several_realms_with_the_exact_name_are_an_error_that_lists_their_ids(tenant: Any) -> None:
    ids = tenant.seed(realms=2, realm_name=NAME)["realms"]
    message = run_failed(group_info, tenant, realm=NAME)
    assert all(id in message for id in ids) and list_realms_of(tenant, "ListGroups") == []


def test_an_unknown_name_is_an_error_and_nothing_else_is_sent(tenant: Any) -> None:
    message = run_failed(group_info, tenant, realm="customers")
    assert message.startswith("The tenant has no realm named 'customers'. Check realm.")
    assert list_requests(tenant) == ["token", "ListRealms"]


@pytest.mark.parametrize("form", ["{id}", "{upper}"])
def test_text_in_the_form_of_an_id_is_never_looked_up(form: str, tenant: Any) -> None:
    id = seed_realm(tenant)
    seed_realm(tenant, "0123456789abcdef")
    text = form.format(id=id, upper=id.upper())
    if text == id:
        run_ok(group_info, tenant, realm=text)
    else:
        run_failed(group_info, tenant, realm=text)
    assert "404" in run_failed(group_info, tenant, realm="0123456789abcdef")
    assert "404" in run_failed(group_info, tenant, realm="38833c36-6f47-4992-9329-ea0a00915137")
    assert "ListRealms" not in list_requests(tenant)


def test_realm_and_realm_id_of_one_source_must_name_the_same_realm(tenant: Any) -> None:
    id = seed_realm(tenant)
    for name in (NAME, id):
        run_ok(group_info, tenant, realm=name, realm_id=id)
    assert list_realms_of(tenant, "ListGroups") == [id, id]
    for name in (NAME, id):
        message = run_failed(group_info, tenant, realm=name, realm_id=tenant.realm_id)
        assert f"which is the realm {id}, but realm_id is {tenant.realm_id}" in message
    assert len(list_realms_of(tenant, "ListGroups")) == 2


def test_a_scope_that_the_application_is_not_allowed_is_an_error_that_names_the_way_out(tenant: Any) -> None:
    id = seed_realm(tenant)
    protocol: dict[str, Any] = {
        "type": "oauth2",
        "grant_type": ["client_credentials"],
        "allowed_scopes": ["groups:read"],
    }
    application = SignInApplication.of(tenant, **protocol)
    limited = {
        "issuer": application.issuer,
        "client_id": application.client_id,
        "client_secret": application.client_secret,
    }
    tenant.clear_journal()
    message = run_failed(group_info, tenant, realm=NAME, **limited)
    assert "invalid_scope" in message and "Requested scopes: realms:read." in message
    assert "set realm_id instead of realm" in message and list_requests(tenant) == ["token"]
    run_ok(group_info, tenant, realm_id=id, **limited)


def test_a_stored_sign_in_without_the_scope_is_an_error_that_names_the_way_out(tenant: Any) -> None:
    message = run_failed(group_info, tenant, realm=NAME, grant_type="authorization_code")
    assert "sign-in" in message.lower() and "set realm_id" in message
    assert list_requests(tenant) == []


def test_a_given_token_is_used_for_the_lookup(tenant: Any) -> None:
    id = seed_realm(tenant)
    given = {
        "access_token": tenant.request_token("realms:read", "groups:read"),
        "client_id": None,
        "client_secret": None,
    }
    tenant.clear_journal()
    run_ok(group_info, tenant, realm=NAME, **given)
    assert list_requests(tenant) == ["ListRealms", "ListGroups"] and list_realms_of(tenant, "ListGroups") == [id]
    given["access_token"] = tenant.request_token("groups:read")
    assert "set realm_id" in run_failed(group_info, tenant, realm=NAME, **given)


def test_the_kept_id_belongs_to_the_credential_and_the_tenant(tenant: Any, emulator: Any) -> None:
    id, store = seed_realm(tenant), MemoryStore()
    run_ok(group_info, tenant, store, realm=NAME)
    other = emulator.create_tenant()
    assert "has no realm" in run_failed(group_info, other, store, realm=NAME)
    token = {"access_token": tenant.request_token("groups:read"), "client_id": None, "client_secret": None}
    assert "set realm_id" in run_failed(group_info, tenant, store, realm=NAME, **token), "it cannot see the realm"
    assert list_realms_of(tenant, "ListGroups") == [id]


def test_another_error_of_the_lookup_has_no_advice_on_scopes(tenant: Any) -> None:
    tenant.add_fault(operation="ListRealms", status=500, times=100)
    assert "set realm_id" not in run_failed(group_info, tenant, realm=NAME)


def test_tokens_of_an_application_are_looked_for_in_the_realm(tenant: Any) -> None:
    id = seed_realm(tenant)
    (application_id,) = tenant.seed(applications=1, realm_id=id)["applications"]
    tenant.clear_journal()
    run_ok(token_info, tenant, realm=NAME, application=application_id)
    assert list_realms_of(tenant, "ListTokens") == [id]
