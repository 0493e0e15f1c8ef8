# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module role, in process against the emulator: the role itself. Its lists have tests of their own."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.beyondidentity.management.plugins.modules import resource_server, role, role_info
from tests.unit.module_calls import list_writes, run_failed, run_ok

READERS = {"display_name": "Readers", "description": "May look, but not touch."}
FULL = {**READERS, "scopes": ["realms:read", "roles:read"], "members": {"identities": ["pat"], "groups": ["Night"]}}


def create_members(tenant: Any) -> dict[str, list[str]]:
    """Create the identities pat and kim and the groups Night and Day, and return their IDs."""
    found = tenant.seed(groups=1, group={"display_name": "Night"}, identities=1, identity=_build_identity("pat"))
    more = tenant.seed(groups=1, group={"display_name": "Day"}, identities=1, identity=_build_identity("kim"))
    return {kind: found[kind] + more[kind] for kind in ("identities", "groups")}


def _build_identity(username: str) -> dict[str, Any]:
    return {"display_name": username.title(), "traits": {"username": username}}


def list_token_scopes(tenant: Any) -> set[str]:
    """Return the scopes of the task's one token."""
    (request,) = tenant.read_journal(operation="token")
    return set(request["form"]["scope"].split())


def test_a_role_is_created_and_deleted_and_each_step_is_idempotent(tenant: Any) -> None:
    pat, night = (ids[0] for ids in create_members(tenant).values())
    lists = {"scopes": FULL["scopes"], "members": {"identities": [pat], "groups": [night]}}
    predicted = run_ok(role, tenant, check_mode=True, **FULL)
    assert (
        predicted["changed"] and predicted["role"].items() >= {**READERS, **lists}.items() and list_writes(tenant) == []
    )
    assert predicted["diff"] == {"before": {}, "after": predicted["role"]}
    created = run_ok(role, tenant, **FULL)
    existing = created["role"]
    assert created["changed"] and predicted["role"].keys() == existing.keys()
    assert existing["resource_server_id"] == tenant.resource_server_id and created["diff"] == {
        "before": {},
        "after": existing,
    }
    assert (created["before"], created["after"]) == (None, existing)
    for again in (FULL, {**FULL, "id": existing["id"]}, {**FULL, "display_name": None, "id": existing["id"]}):
        for check_mode in (True, False):
            unchanged = run_ok(role, tenant, check_mode=check_mode, **again)
            assert not unchanged["changed"] and unchanged["role"] == existing
    assert list_writes(tenant) == ["CreateRole", "AddRoleScopes", "AddRoleMembers"]
    tenant.clear_journal()
    absent = {"display_name": "Readers", "state": "absent"}
    predicted_removal = run_ok(role, tenant, check_mode=True, **absent)
    assert (
        predicted_removal["changed"]
        and predicted_removal["diff"] == {"before": existing, "after": {}}
        and list_writes(tenant) == []
    )
    removed = run_ok(role, tenant, **absent)
    assert removed["role"] is None and removed["diff"] == predicted_removal["diff"]
    assert (removed["before"], removed["after"]) == (existing, None)
    assert list_writes(tenant) == ["DeleteRoleScopes", "DeleteRoleMembers", "DeleteRole"], "the lists are emptied first"
    assert not run_ok(role, tenant, **absent)["changed"]
    assert run_ok(role_info, tenant)["roles"] == []


def test_without_its_resource_server_a_role_is_absent(tenant: Any) -> None:
    """A playbook that removes both can run again."""
    absent = {"display_name": "Readers", "resource_server": "Pet API"}
    assert not run_ok(role, tenant, state="absent", **absent)["changed"]
    assert "no resource_server 'Pet API'" in run_failed(role, tenant, **absent)


@pytest.mark.parametrize("scopes", [[""], ["realms:read", " "]])
def test_an_empty_text_is_not_an_empty_list(scopes: list[str], tenant: Any) -> None:
    assert "Set scopes: []" in run_failed(role, tenant, **READERS, scopes=scopes)
    assert list_writes(tenant) == []


def test_omitted_lists_are_neither_read_nor_managed(tenant: Any) -> None:
    create_members(tenant)
    run_ok(role, tenant, **FULL)
    tenant.clear_journal()
    found = run_ok(role, tenant, **READERS)
    assert not found["changed"] and not {"scopes", "members"} & set(found["role"])
    assert {entry["operation"] for entry in tenant.read_journal()} == {"token", "ListResourceServers", "ListRoles"}
    half = run_ok(role, tenant, display_name="Readers", members={"groups": ["Night"], "identities": None})
    assert not half["changed"] and half["role"]["members"]["identities"], "the omitted list is returned, and stays"


@pytest.mark.parametrize(
    ("given", "sent"),
    [
        ({"description": "Look."}, {"description": "Look."}),
        ({"description": ""}, {"description": ""}),
        ({"display_name": "Viewers"}, {"display_name": "Viewers"}),
        ({"display_name": "Viewers", "description": "Look."}, {"display_name": "Viewers", "description": "Look."}),
        ({"display_name": "Readers"}, None),
    ],
)
def test_with_an_id_name_and_description_can_change(
    given: dict[str, Any], sent: dict[str, Any] | None, tenant: Any
) -> None:
    created = run_ok(role, tenant, **READERS)["role"]
    wanted = {"id": created["id"], **given}
    predicted = run_ok(role, tenant, check_mode=True, **wanted)
    changed = run_ok(role, tenant, **wanted)
    assert predicted["changed"] is changed["changed"] is (sent is not None)
    assert changed["diff"]["before"] == created
    assert {"id": created["id"], **(sent or {})}.items() <= {"description": "", **changed["role"]}.items()
    assert [entry["json"] for entry in tenant.read_journal(operation="UpdateRole")] == (
        [{"role": sent}] if sent else []
    )
    assert not run_ok(role, tenant, **wanted)["changed"]


def test_an_empty_description_removes_it(tenant: Any) -> None:
    created = run_ok(role, tenant, **READERS)["role"]
    assert "description" not in run_ok(role, tenant, id=created["id"], description="")["role"]
    (existing,) = run_ok(role_info, tenant)["roles"]
    assert "description" not in existing


def test_fields_and_lists_change_in_one_task(tenant: Any) -> None:
    create_members(tenant)
    created = run_ok(role, tenant, **FULL)["role"]
    wanted = {
        "id": created["id"],
        "display_name": "Editors",
        "scopes": ["realms:update"],
        "scopes_mode": "at_least",
        "members": {"groups": ["Day"]},
    }
    predicted = run_ok(role, tenant, check_mode=True, **wanted)
    changed = run_ok(role, tenant, **wanted)
    expected = {**changed["role"], "update_time": created["update_time"]}
    assert predicted["role"] == expected and predicted["diff"]["after"] == expected
    assert changed["role"]["scopes"] == ["realms:read", "realms:update", "roles:read"]
    assert len(changed["role"]["members"]["groups"]) == 2
    assert list_writes(tenant)[3:] == ["UpdateRole", "AddRoleScopes", "AddRoleMembers"]
    assert not run_ok(role, tenant, **wanted)["changed"]


def test_each_resource_server_can_have_a_role_of_the_same_name(tenant: Any) -> None:
    run_ok(resource_server, tenant, display_name="Pet API", identifier="pets", scopes=["realms:read", "pets:feed"])
    own = run_ok(role, tenant, **READERS, scopes=["realms:read"])["role"]
    assert run_ok(role, tenant, **READERS, scopes=["realms:read"], resource_server="Pet API")["changed"]
    other = run_ok(role, tenant, **READERS, scopes=["pets:feed"], resource_server="pets")["role"]
    assert other["id"] != own["id"] and other["scopes"] == ["pets:feed"]
    assert not run_ok(role, tenant, **READERS, scopes=["realms:read"], resource_server="beyondidentity")["changed"]
    assert run_ok(role, tenant, display_name="Readers", resource_server="pets", state="absent")["changed"]
    assert [item["id"] for item in run_ok(role_info, tenant)["roles"]] == [own["id"]]


@pytest.mark.parametrize("check_mode", [True, False])
@pytest.mark.parametrize("given", [{"state": "absent"}, {"description": "Mine."}, {}])
def test_a_role_of_another_resource_server_is_an_error_and_not_missing(
    given: dict[str, Any], check_mode: bool, tenant: Any
) -> None:
    for name in ("Car API", "Pet API"):
        pets = run_ok(resource_server, tenant, display_name=name, identifier=name)["resource_server"]["id"]
    other = run_ok(role, tenant, **READERS, resource_server="Pet API")["role"]["id"]
    tenant.clear_journal()
    message = run_failed(role, tenant, check_mode=check_mode, id=other, **given)
    assert f"The role {other} belongs to" in message and f"'Pet API' ({pets})" in message
    assert "roles:read" in list_token_scopes(tenant) and list_writes(tenant) == []
    nowhere = {"resource_server": "Nowhere", "check_mode": check_mode}
    assert "Nowhere" in run_failed(role, tenant, id=other, **given, **nowhere)
    assert run_ok(role, tenant, check_mode=check_mode, id=other, **given, resource_server="Pet API")["requests"] > 0


@pytest.mark.parametrize("server", ["beyondidentity", "Pet API", "Nowhere"])
def test_an_id_that_no_resource_server_has_is_absent(server: str, tenant: Any) -> None:
    run_ok(resource_server, tenant, display_name="Pet API", identifier="pets")
    absent = {"id": "gone", "resource_server": server}
    assert not run_ok(role, tenant, state="absent", **absent)["changed"]
    message = run_failed(role, tenant, **absent)
    assert ("no resource_server 'Nowhere'" if server == "Nowhere" else "No role has the ID gone") in message


def test_if_the_resource_server_of_a_role_cannot_be_found_the_role_is_not_absent(tenant: Any) -> None:
    run_ok(resource_server, tenant, display_name="Pet API", identifier="pets")
    tenant.add_fault(operation="GetRole", status=404, times=1)
    tenant.add_fault(operation="GetRole", status=403)
    assert "GetRole" in run_failed(role, tenant, id="gone", state="absent")
    tenant.add_fault(operation="ListResourceServers", json={"resource_servers": [{"identifier": "beyondidentity"}]})
    assert "not a valid resource_server object" in run_failed(role, tenant, id="gone", state="absent")


def test_an_empty_resource_server_is_refused_before_any_request(tenant: Any) -> None:
    message = run_failed(role, tenant, display_name="Readers", state="absent", resource_server="")
    assert "resource_server must not be empty" in message and tenant.read_journal() == []


def test_several_roles_with_the_name_are_listed_by_their_ids(tenant: Any) -> None:
    ids = tenant.seed(roles=2, role={"display_name": "Twin"})["roles"]
    for given in ({"scopes": ["realms:read"]}, {"state": "absent"}):
        message = run_failed(role, tenant, display_name="Twin", **given)
        assert "2 roles are named 'Twin'" in message and all(one in message for one in ids)
    assert list_writes(tenant) == []
    assert run_ok(role, tenant, id=ids[0], state="absent")["changed"]
    assert run_ok(role, tenant, display_name="Twin", scopes=["realms:read"])["role"]["id"] == ids[1]


def test_a_role_on_the_last_page_is_found(tenant: Any) -> None:
    ids = tenant.seed(roles=250, role={"display_name": "Role {n}"})["roles"]
    assert run_ok(role, tenant, display_name="Role 237")["role"]["id"] == ids[236]
    assert len(tenant.read_journal(operation="ListRoles")) == 3


@pytest.mark.parametrize("check_mode", [True, False])
@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"resource_server": "Nowhere"}, "no resource_server 'Nowhere'"),
        ({"resource_server": ""}, "resource_server must not be empty."),
        ({"scopes": ["realms:red"]}, "does not offer realms:red."),
        ({"scopes": ["openid"]}, "does not offer openid"),
        ({"scopes": ['a"b']}, "is not a valid scope"),
        ({"members": {"identities": ["nobody"]}}, "'nobody'"),
        ({"members": {"groups": ["Nowhere"]}}, "no group 'Nowhere'"),
        ({"display_name": ""}, "Set id, display_name or both"),
        ({"id": "nowhere"}, "No role has the ID nowhere"),
        ({"id": "a/b"}, "'a/b' is not a valid ID"),
    ],
)
def test_invalid_options_are_refused_before_any_write(
    given: dict[str, Any], message: str, check_mode: bool, tenant: Any
) -> None:
    create_members(tenant)
    assert message in run_failed(role, tenant, check_mode=check_mode, **{**READERS, **given})
    assert list_writes(tenant) == []


def test_the_services_refusal_is_shown(tenant: Any) -> None:
    tenant.add_fault(operation="CreateRole", status=400, message="no more roles")
    message = run_failed(role, tenant, display_name="Readers")
    assert "CreateRole" in message and "HTTP 400" in message and "no more roles" in message


READING = {"resource-servers:read", "roles:read"}
WRITING = {"roles:create", "roles:update"}
DIRECTORY = {"identities:read", "groups:read"}


@pytest.mark.parametrize(
    ("given", "reading", "writing"),
    [
        (READERS, READING, WRITING),
        ({**READERS, "scopes": ["realms:read"]}, READING, WRITING),
        (FULL, READING | DIRECTORY, WRITING),
        ({"display_name": "Readers", "members": {"identities": None}}, READING, WRITING),
        ({"display_name": "Readers", "state": "absent"}, READING | DIRECTORY, {"roles:update", "roles:delete"}),
        ({"id": "{id}"}, READING, set()),
        ({"id": "{id}", "description": "Look."}, READING, {"roles:update"}),
        ({"id": "{id}", "scopes": []}, READING, {"roles:update"}),
        ({"id": "{id}", "state": "absent"}, READING | DIRECTORY, {"roles:update", "roles:delete"}),
    ],
)
@pytest.mark.parametrize("check_mode", [True, False])
def test_the_token_has_only_the_scopes_that_the_task_needs(
    given: dict[str, Any], reading: set[str], writing: set[str], check_mode: bool, tenant: Any
) -> None:
    create_members(tenant)
    (seeded,) = tenant.seed(roles=1)["roles"]
    named = {name: seeded if value == "{id}" else value for name, value in given.items()}
    run_ok(role, tenant, check_mode=check_mode, **named)
    assert list_token_scopes(tenant) == (reading if check_mode else reading | writing)
    assert not check_mode or list_writes(tenant) == []


@pytest.mark.parametrize("item", [{}, {"display_name": "Readers"}, {"id": 7, "display_name": "Readers"}])
def test_a_malformed_role_is_an_error(item: dict[str, Any], tenant: Any) -> None:
    tenant.add_fault(operation="GetRole", json=item)
    tenant.add_fault(operation="CreateRole", json=item)
    for given in ({"id": "r1"}, {"id": "r1", "state": "absent"}, READERS):
        assert "not a valid role object" in run_failed(role, tenant, **given)


@pytest.mark.parametrize(
    "operation", ["DeleteRoleScopes", "DeleteRoleMembers", "DeleteRole"], ids=["scopes", "members", "role"]
)
def test_parts_that_another_process_removes_first_count_as_removed(operation: str, tenant: Any) -> None:
    create_members(tenant)
    run_ok(role, tenant, **FULL)
    tenant.add_fault(operation=operation, status=404)
    tenant.add_fault(operation="DeleteRole", status=404)
    assert run_ok(role, tenant, display_name="Readers", state="absent")["changed"]


def test_if_emptying_a_list_finds_no_member_the_role_is_not_reported_as_removed(tenant: Any) -> None:
    create_members(tenant)
    run_ok(role, tenant, **FULL)
    tenant.add_fault(operation="DeleteRoleMembers", status=404, times=1)
    message = run_failed(role, tenant, display_name="Readers", state="absent")
    assert "DeleteRole" in message and "HTTP 409" in message
    assert run_ok(role, tenant, display_name="Readers", state="absent")["changed"], "a repeated task removes the role"


def test_a_refusal_to_empty_a_list_is_an_error(tenant: Any) -> None:
    create_members(tenant)
    run_ok(role, tenant, **FULL)
    tenant.add_fault(operation="DeleteRoleScopes", status=403)
    message = run_failed(role, tenant, display_name="Readers", state="absent")
    assert "DeleteRoleScopes needs the scopes resource-servers:read, roles:update" in message
    assert "DeleteRole" not in list_writes(tenant)


def test_a_repeated_task_completes_a_half_created_role(tenant: Any) -> None:
    create_members(tenant)
    tenant.add_fault(operation="AddRoleMembers", status=500, times=1)
    assert "AddRoleMembers" in run_failed(role, tenant, **FULL)
    tenant.clear_journal()
    completed = run_ok(role, tenant, **FULL)
    assert completed["changed"] and completed["role"]["members"]["identities"]
    assert list_writes(tenant) == ["AddRoleMembers"]
