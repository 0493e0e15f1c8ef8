# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module group, in process against the emulator."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.beyondidentity.management.plugins.modules import group, group_info, identity, role
from tests.support.writes import has_received_predictions
from tests.unit.concurrent_calls import run_together
from tests.unit.memory_store import MemoryStore
from tests.unit.module_calls import list_writes, run_failed, run_ok

NAME = "Night shift"
MANY = 1001


def seed_people(tenant: Any, number: int = 4) -> list[str]:
    """Create identities with the usernames `user-1`, `user-2`, ..., and return their IDs."""
    traits = {"username": "user-{n}", "primary_email_address": "mail-{n}@example.com"}
    return list(tenant.seed(identities=number, identity={"traits": traits})["identities"])


def list_bodies(tenant: Any, operation: str) -> list[dict[str, Any]]:
    return [entry["json"] for entry in tenant.read_journal(operation=operation)]


def undate(item: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in item.items() if name not in ("id", "create_time", "update_time")}


def test_a_group_is_created_updated_and_deleted_and_each_step_is_idempotent(tenant: Any) -> None:
    ids = seed_people(tenant)
    given = {"display_name": NAME, "description": "Works at night.", "members": ids[:2]}
    predicted = run_ok(group, tenant, check_mode=True, **given)
    assert predicted["changed"] and predicted["predicted"] is True and list_writes(tenant) == []
    created = run_ok(group, tenant, **given)
    assert created["changed"] and created["before"] is None and created["after"] == created["group"]
    assert undate(predicted["group"]) == undate(created["group"]) and created["group"]["members"] == sorted(ids[:2])
    id = {"id": created["group"]["id"]}
    for again in (given, {**given, **id}, {"display_name": NAME, "members": [ids[0]]}):
        unchanged = run_ok(group, tenant, **again)
        assert not unchanged["changed"] and unchanged["group"] == created["group"]
    assert "members" not in run_ok(group, tenant, display_name=NAME)["group"], "they are not managed"
    change = {**id, "display_name": "Night", "description": "", "members": [ids[3]], "members_mode": "exact"}
    expected, done = (run_ok(group, tenant, check_mode=check_mode, **change) for check_mode in (True, False))
    assert expected["changed"] and done["changed"] and done["before"] == created["group"]
    assert undate(expected["group"]) == undate(done["group"])
    assert done["group"]["members"] == [ids[3]] and "description" not in done["group"]
    assert not run_ok(group, tenant, **change)["changed"]
    absent = {"display_name": "Night", "state": "absent"}
    assert run_ok(group, tenant, check_mode=True, **absent)["before"]["members"] == [ids[3]]
    removed = run_ok(group, tenant, **absent)
    assert removed["changed"] and removed["group"] is None and removed["before"]["members"] == [ids[3]]
    assert not run_ok(group, tenant, **absent)["changed"]
    assert list_writes(tenant) == [
        *("CreateGroup", "AddGroupMembers", "UpdateGroup"),
        *("AddGroupMembers", "DeleteGroupMembers", "DeleteGroupMembers", "DeleteGroup"),
    ]


def test_a_new_group_is_described_by_its_name_unless_it_has_a_description(tenant: Any) -> None:
    for check_mode in (True, False):
        made = run_ok(group, tenant, check_mode=check_mode, display_name=NAME)["group"]
        assert made["description"] == NAME
    assert run_ok(group, tenant, display_name=NAME, description="Other")["group"]["description"] == "Other"
    assert not run_ok(group, tenant, display_name=NAME)["changed"], "an omitted description is not managed"
    for check_mode in (True, False):
        message = run_failed(group, tenant, check_mode=check_mode, display_name="New", description="")
        assert "A new group needs a description. Omit description to use the display name" in message


@pytest.mark.parametrize(
    ("existing", "wanted", "mode", "resulting"),
    [
        ([], [0], "at_least", [0]),
        ([0], [1], "at_least", [0, 1]),
        ([0], [1], "exact", [1]),
        ([0, 1], [1, 0, 1], "exact", [0, 1]),
        ([0, 1], [], "exact", []),
        ([], [], "exact", []),
    ],
)
def test_members_are_added_or_replaced(
    existing: list[int], wanted: list[int], mode: str, resulting: list[int], tenant: Any
) -> None:
    ids = seed_people(tenant)
    before, after = (sorted(ids[n] for n in numbers) for numbers in (existing, resulting))
    run_ok(group, tenant, display_name=NAME, members=before, members_mode="exact")
    tenant.clear_journal()
    given = {"display_name": NAME, "members": [f"USER-{n + 1}" for n in wanted], "members_mode": mode}
    predicted, changed = (run_ok(group, tenant, check_mode=check_mode, **given) for check_mode in (True, False))
    assert predicted["changed"] is changed["changed"] is (before != after)
    assert predicted["group"] == changed["group"] and changed["group"]["members"] == after
    assert changed["before"]["members"] == before and changed["diff"] == predicted["diff"]
    added, removed = sorted(set(after) - set(before)), sorted(set(before) - set(after))
    assert list_bodies(tenant, "AddGroupMembers") == ([{"identity_ids": added}] if added else [])
    assert list_bodies(tenant, "DeleteGroupMembers") == ([{"identity_ids": removed}] if removed else [])
    (found,) = run_ok(group_info, tenant, display_name=NAME, members=True)["groups"]
    assert found == changed["group"]


def test_members_are_found_by_id_username_and_address(tenant: Any) -> None:
    ids = seed_people(tenant)
    made = run_ok(group, tenant, display_name=NAME, members=[ids[0], "user-2", "MAIL-3@example.com", "user-1"])
    assert made["group"]["members"] == sorted(ids[:3])


def test_a_missing_member_is_an_error_before_anything_is_written(tenant: Any) -> None:
    for check_mode in (True, False):
        message = run_failed(group, tenant, check_mode=check_mode, display_name=NAME, members=["nobody"])
        assert "no identity with the ID, username or e-mail address 'nobody'" in message
    assert list_writes(tenant) == []


def test_many_members_are_sent_in_batches_and_read_in_pages(tenant: Any) -> None:
    ids = seed_people(tenant, MANY)
    tenant.clear_journal()
    made = run_ok(group, tenant, display_name=NAME, members=ids)
    assert made["group"]["members"] == sorted(ids)
    assert [len(body["identity_ids"]) for body in list_bodies(tenant, "AddGroupMembers")] == [1000, 1]
    readings = tenant.read_journal(operation="ListGroupMembers")
    assert len(readings) == 6 and {entry["query"]["page_size"] for entry in readings} == {"200"}
    assert made["requests"] == len(tenant.read_journal())
    tenant.clear_journal()
    assert not run_ok(group, tenant, display_name=NAME, members=ids, members_mode="exact")["changed"]
    assert [entry["operation"] for entry in tenant.read_journal()] == ["token", "ListGroups", *["ListGroupMembers"] * 6]
    tenant.clear_journal()
    assert run_ok(group, tenant, display_name=NAME, state="absent")["changed"]
    assert [len(body["identity_ids"]) for body in list_bodies(tenant, "DeleteGroupMembers")] == [1000, 1]


def test_members_that_the_service_ignores_are_an_error(tenant: Any, pauses: list[float]) -> None:
    (one,) = seed_people(tenant, 1)
    tenant.add_fault(operation="AddGroupMembers", json={"id": "x"})
    message = run_failed(group, tenant, display_name=NAME, members=[one])
    assert "The service did not store members of the group" in message and "Check whether the members exist." in message


@pytest.mark.parametrize("members", [[], None])
def test_an_empty_list_that_would_remove_nothing_is_an_error(members: list[str] | None, tenant: Any) -> None:
    given = {"display_name": NAME, "members": members}
    if members is None:
        assert run_ok(group, tenant, **given)["changed"]
    else:
        assert "members is an empty list, and members_mode is at_least" in run_failed(group, tenant, **given)
        assert not run_ok(group, tenant, **given, state="absent")["changed"]


@pytest.mark.parametrize(
    ("given", "needed"),
    [
        ({}, {"groups:read", "groups:create"}),
        ({"description": "x"}, {"groups:read", "groups:create", "groups:update"}),
        ({"members": ["user-1"]}, {"groups:read", "groups:create", "groups:update", "identities:read"}),
        ({"members": ["user-1"], "check_mode": True}, {"groups:read", "identities:read"}),
        ({"state": "absent"}, {"groups:read", "groups:delete", "groups:update", "identities:read"}),
        ({"state": "absent", "check_mode": True}, {"groups:read", "identities:read"}),
    ],
)
def test_the_token_has_only_the_scopes_that_the_task_needs(
    given: dict[str, Any], needed: set[str], tenant: Any
) -> None:
    seed_people(tenant)
    run_ok(group, tenant, display_name=NAME, **given)
    (request,) = tenant.read_journal(operation="token")
    assert set(request["form"]["scope"].split()) == needed


def test_a_predicted_group_has_predicted_members_and_is_found_by_later_tasks(tenant: Any) -> None:
    run = {"store": MemoryStore(), "check_mode": True, "is_check_run": True}
    pat = run_ok(identity, tenant, **run, username="pat")["identity"]
    made = run_ok(group, tenant, **run, display_name=NAME, members=["PAT"])["group"]
    assert made["members"] == [pat["id"]]
    assert run_ok(group_info, tenant, **run, members=True)["groups"] == [made]
    in_role = run_ok(role, tenant, **run, display_name="R", members={"identities": None, "groups": [NAME]})["role"]
    assert in_role["members"]["groups"] == [made["id"]]
    assert run_ok(identity, tenant, **run, username="pat", state="absent")["changed"]
    assert run_ok(group_info, tenant, **run, members=True)["groups"][0]["members"] == []
    assert run_ok(group, tenant, **run, display_name=NAME, state="absent")["changed"]
    assert run_ok(group_info, tenant, **run)["groups"] == []
    assert list_writes(tenant) == [] and not has_received_predictions(tenant)


def test_concurrent_hosts_create_one_group(tenant: Any) -> None:
    seed_people(tenant)
    given = {"display_name": NAME, "members": ["user-1", "user-2"]}
    results = run_together(8, MemoryStore(), lambda store: run_ok(group, tenant, store, **given))
    assert sum(result["changed"] for result in results) == 1
    assert list_writes(tenant) == ["CreateGroup", "AddGroupMembers"]


def test_a_removal_that_stops_after_the_members_reports_the_change(tenant: Any) -> None:
    run_ok(group, tenant, display_name=NAME, members=[seed_people(tenant, 1)[0]])
    tenant.add_fault(operation="DeleteGroup", status=403)
    assert "HTTP 403" in run_failed(group, tenant, display_name=NAME, state="absent")
