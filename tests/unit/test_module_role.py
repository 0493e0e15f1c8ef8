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


def people(tenant: Any) -> dict[str, list[str]]:
    """Make pat, kim and the groups Night and Day; return their ids."""
    found = tenant.seed(groups=1, group={"display_name": "Night"}, identities=1, identity=_named("pat"))
    more = tenant.seed(groups=1, group={"display_name": "Day"}, identities=1, identity=_named("kim"))
    return {kind: found[kind] + more[kind] for kind in ("identities", "groups")}


def _named(username: str) -> dict[str, Any]:
    return {"display_name": username.title(), "traits": {"username": username}}


def token_scopes(tenant: Any) -> set[str]:
    """The scopes of the task's one token."""
    (minted,) = tenant.journal(operation="token")
    return set(minted["form"]["scope"].split())


def test_from_nothing_to_nothing(tenant: Any) -> None:
    pat, night = (ids[0] for ids in people(tenant).values())
    lists = {"scopes": FULL["scopes"], "members": {"identities": [pat], "groups": [night]}}
    predicted = run_ok(role, tenant, check_mode=True, **FULL)
    assert predicted["changed"] and predicted["role"] == {**READERS, **lists} and list_writes(tenant) == []
    assert predicted["diff"] == {"before": {}, "after": predicted["role"]}
    made = run_ok(role, tenant, **FULL)
    shown = made["role"]
    assert made["changed"] and predicted["role"].items() <= shown.items()
    assert shown["resource_server_id"] == tenant.resource_server_id and made["diff"] == {"before": {}, "after": shown}
    for again in (FULL, {**FULL, "id": shown["id"]}, {**FULL, "display_name": None, "id": shown["id"]}):
        for check_mode in (True, False):
            unchanged = run_ok(role, tenant, check_mode=check_mode, **again)
            assert not unchanged["changed"] and unchanged["role"] == shown
    assert list_writes(tenant) == ["CreateRole", "AddRoleScopes", "AddRoleMembers"]
    tenant.clear_journal()
    gone = {"display_name": "Readers", "state": "absent"}
    foretold = run_ok(role, tenant, check_mode=True, **gone)
    assert foretold["changed"] and foretold["diff"] == {"before": shown, "after": {}} and list_writes(tenant) == []
    removed = run_ok(role, tenant, **gone)
    assert removed["role"] is None and removed["diff"] == foretold["diff"]
    assert list_writes(tenant) == ["DeleteRoleScopes", "DeleteRoleMembers", "DeleteRole"], "the lists are emptied first"
    assert not run_ok(role, tenant, **gone)["changed"]
    assert run_ok(role_info, tenant)["roles"] == []


def test_without_its_resource_server_a_role_is_gone_as_well(tenant: Any) -> None:
    """So that what removes both can be run again."""
    gone = {"display_name": "Readers", "resource_server": "Pet API"}
    assert not run_ok(role, tenant, state="absent", **gone)["changed"]
    assert "There is no resource_server 'Pet API'" in run_failed(role, tenant, **gone)


@pytest.mark.parametrize("scopes", [[""], ["realms:read", " "]])
def test_an_empty_text_is_no_empty_list(scopes: list[str], tenant: Any) -> None:
    assert "scopes holds an empty text" in run_failed(role, tenant, **READERS, scopes=scopes, scopes_exclusive=True)
    assert list_writes(tenant) == []


def test_what_is_left_out_is_neither_read_nor_managed(tenant: Any) -> None:
    people(tenant)
    run_ok(role, tenant, **FULL)
    tenant.clear_journal()
    found = run_ok(role, tenant, **READERS)
    assert not found["changed"] and not {"scopes", "members"} & set(found["role"])
    assert {entry["operation"] for entry in tenant.journal()} == {"token", "ListResourceServers", "ListRoles"}
    half = run_ok(role, tenant, display_name="Readers", members={"groups": ["Night"], "identities": None})
    assert not half["changed"] and half["role"]["members"]["identities"], "they are told, and stay"


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
def test_by_id_a_role_is_renamed_and_described(given: dict[str, Any], sent: dict[str, Any] | None, tenant: Any) -> None:
    made = run_ok(role, tenant, **READERS)["role"]
    wanted = {"id": made["id"], **given}
    predicted = run_ok(role, tenant, check_mode=True, **wanted)
    changed = run_ok(role, tenant, **wanted)
    assert predicted["changed"] is changed["changed"] is (sent is not None)
    assert changed["diff"]["before"] == made
    assert {"id": made["id"], **(sent or {})}.items() <= {"description": "", **changed["role"]}.items()
    assert [entry["json"] for entry in tenant.journal(operation="UpdateRole")] == ([{"role": sent}] if sent else [])
    assert not run_ok(role, tenant, **wanted)["changed"]


def test_a_description_that_was_taken_away_is_gone(tenant: Any) -> None:
    made = run_ok(role, tenant, **READERS)["role"]
    assert "description" not in run_ok(role, tenant, id=made["id"], description="")["role"]
    (shown,) = run_ok(role_info, tenant)["roles"]
    assert "description" not in shown


def test_fields_and_lists_change_together(tenant: Any) -> None:
    people(tenant)
    made = run_ok(role, tenant, **FULL)["role"]
    wanted = {"id": made["id"], "display_name": "Editors", "scopes": ["realms:update"], "members": {"groups": ["Day"]}}
    predicted = run_ok(role, tenant, check_mode=True, **wanted)
    changed = run_ok(role, tenant, **wanted)
    told = {**changed["role"], "update_time": made["update_time"]}
    assert predicted["role"] == told and predicted["diff"]["after"] == told
    assert changed["role"]["scopes"] == ["realms:read", "realms:update", "roles:read"]
    assert len(changed["role"]["members"]["groups"]) == 2
    assert list_writes(tenant)[3:] == ["UpdateRole", "AddRoleScopes", "AddRoleMembers"]
    assert not run_ok(role, tenant, **wanted)["changed"]


def test_roles_of_one_name_in_two_resource_servers(tenant: Any) -> None:
    run_ok(resource_server, tenant, display_name="Pet API", identifier="pets", scopes=["realms:read", "pets:feed"])
    ours = run_ok(role, tenant, **READERS, scopes=["realms:read"])["role"]
    assert run_ok(role, tenant, **READERS, scopes=["realms:read"], resource_server="Pet API")["changed"]
    theirs = run_ok(role, tenant, **READERS, scopes=["pets:feed"], resource_server="pets")["role"]
    assert theirs["id"] != ours["id"] and theirs["scopes"] == ["pets:feed", "realms:read"]
    assert not run_ok(role, tenant, **READERS, scopes=["realms:read"], resource_server="beyondidentity")["changed"]
    assert run_ok(role, tenant, display_name="Readers", resource_server="pets", state="absent")["changed"]
    assert [item["id"] for item in run_ok(role_info, tenant)["roles"]] == [ours["id"]]


@pytest.mark.parametrize("check_mode", [True, False])
@pytest.mark.parametrize("given", [{"state": "absent"}, {"description": "Mine."}, {}])
def test_by_id_a_role_of_another_resource_server_is_not_taken_for_missing(
    given: dict[str, Any], check_mode: bool, tenant: Any
) -> None:
    for name in ("Car API", "Pet API"):
        pets = run_ok(resource_server, tenant, display_name=name, identifier=name)["resource_server"]["id"]
    theirs = run_ok(role, tenant, **READERS, resource_server="Pet API")["role"]["id"]
    tenant.clear_journal()
    said = run_failed(role, tenant, check_mode=check_mode, id=theirs, **given)
    assert said == (
        f"The role {theirs} belongs to resource_server 'Pet API' ({pets}), not to 'beyondidentity'. "
        "Give that one as resource_server."
    )
    assert "roles:read" in token_scopes(tenant) and list_writes(tenant) == []
    nowhere = {"resource_server": "Nowhere", "check_mode": check_mode}
    assert "Nowhere" in run_failed(role, tenant, id=theirs, **given, **nowhere)
    assert run_ok(role, tenant, check_mode=check_mode, id=theirs, **given, resource_server="Pet API")["requests"] > 0


@pytest.mark.parametrize("server", ["beyondidentity", "Pet API", "Nowhere"])
def test_by_id_a_role_that_no_resource_server_has_is_gone(server: str, tenant: Any) -> None:
    run_ok(resource_server, tenant, display_name="Pet API", identifier="pets")
    gone = {"id": "gone", "resource_server": server}
    assert not run_ok(role, tenant, state="absent", **gone)["changed"]
    said = run_failed(role, tenant, **gone)
    assert ("There is no resource_server" if server == "Nowhere" else "There is no role with the id gone") in said


def test_where_it_is_not_known_whose_a_role_is_it_is_not_gone(tenant: Any) -> None:
    run_ok(resource_server, tenant, display_name="Pet API", identifier="pets")
    tenant.fault(operation="GetRole", status=404, times=1)
    tenant.fault(operation="GetRole", status=403)
    assert "GetRole" in run_failed(role, tenant, id="gone", state="absent")
    tenant.fault(operation="ListResourceServers", json={"resource_servers": [{"identifier": "beyondidentity"}]})
    assert "something that is no resource_server" in run_failed(role, tenant, id="gone", state="absent")


def test_an_empty_resource_server_is_none(tenant: Any) -> None:
    said = run_failed(role, tenant, display_name="Readers", state="absent", resource_server="")
    assert "resource_server must not be empty" in said and tenant.journal() == []


def test_two_of_one_name_are_told_by_their_ids(tenant: Any) -> None:
    ids = tenant.seed(roles=2, role={"display_name": "Twin"})["roles"]
    for given in ({"scopes": ["realms:read"]}, {"state": "absent"}):
        said = run_failed(role, tenant, display_name="Twin", **given)
        assert "2 roles are named 'Twin'" in said and all(one in said for one in ids)
    assert list_writes(tenant) == []
    assert run_ok(role, tenant, id=ids[0], state="absent")["changed"]
    assert run_ok(role, tenant, display_name="Twin", scopes=["realms:read"])["role"]["id"] == ids[1]


def test_among_many_the_right_one_is_found(tenant: Any) -> None:
    ids = tenant.seed(roles=250, role={"display_name": "Role {n}"})["roles"]
    assert run_ok(role, tenant, display_name="Role 237")["role"]["id"] == ids[236]
    assert len(tenant.journal(operation="ListRoles")) == 3


@pytest.mark.parametrize("check_mode", [True, False])
@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"resource_server": "Nowhere"}, "There is no resource_server 'Nowhere'"),
        ({"resource_server": ""}, "resource_server must not be empty. Leave it out for the Management API's own."),
        ({"scopes": ["realms:red"]}, "does not offer realms:red. It offers: "),
        ({"scopes": ["openid"]}, "does not offer openid"),
        ({"scopes": ['a"b']}, "is no scope"),
        ({"members": {"identities": ["nobody"]}}, "There is no identity with the id or username 'nobody'"),
        (
            {"members": {"groups": ["Nowhere"]}},
            "There is no group 'Nowhere' in the managed realm. There are: Day, Night",
        ),
        ({"display_name": ""}, "neither may be empty"),
        ({"id": "nowhere"}, "There is no role with the id nowhere"),
        ({"id": "a/b"}, "is no id"),
    ],
)
def test_refusals_before_any_write(given: dict[str, Any], said: str, check_mode: bool, tenant: Any) -> None:
    people(tenant)
    assert said in run_failed(role, tenant, check_mode=check_mode, **{**READERS, **given})
    assert list_writes(tenant) == []


def test_what_the_service_refuses_is_told(tenant: Any) -> None:
    said = run_failed(role, tenant, display_name="Readers", description="x" * 301)
    assert "CreateRole" in said and "HTTP 400" in said and "role.description" in said


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
def test_the_token_has_the_scopes_that_are_needed(
    given: dict[str, Any], reading: set[str], writing: set[str], check_mode: bool, tenant: Any
) -> None:
    people(tenant)
    (seeded,) = tenant.seed(roles=1)["roles"]
    named = {name: seeded if value == "{id}" else value for name, value in given.items()}
    run_ok(role, tenant, check_mode=check_mode, **named)
    assert token_scopes(tenant) == (reading if check_mode else reading | writing)
    assert not check_mode or list_writes(tenant) == []


@pytest.mark.parametrize("item", [{}, {"display_name": "Readers"}, {"id": 7, "display_name": "Readers"}])
def test_what_is_no_role(item: dict[str, Any], tenant: Any) -> None:
    tenant.fault(operation="GetRole", json=item)
    tenant.fault(operation="CreateRole", json=item)
    for given in ({"id": "r1"}, {"id": "r1", "state": "absent"}, READERS):
        assert "The API showed something that is no role" in run_failed(role, tenant, **given)


@pytest.mark.parametrize(
    "operation", ["DeleteRoleScopes", "DeleteRoleMembers", "DeleteRole"], ids=["scopes", "members", "role"]
)
def test_who_was_faster_to_remove_is_no_error(operation: str, tenant: Any) -> None:
    people(tenant)
    run_ok(role, tenant, **FULL)
    tenant.fault(operation=operation, status=404)
    tenant.fault(operation="DeleteRole", status=404)
    assert run_ok(role, tenant, display_name="Readers", state="absent")["changed"]


def test_a_member_that_vanishes_meanwhile_does_not_hide_that_the_role_is_there(tenant: Any) -> None:
    people(tenant)
    run_ok(role, tenant, **FULL)
    tenant.fault(operation="DeleteRoleMembers", status=404, times=1)
    said = run_failed(role, tenant, display_name="Readers", state="absent")
    assert "DeleteRole" in said and "HTTP 409" in said
    assert run_ok(role, tenant, display_name="Readers", state="absent")["changed"], "the next time it goes"


def test_any_other_refusal_to_empty_a_list_is_an_error(tenant: Any) -> None:
    people(tenant)
    run_ok(role, tenant, **FULL)
    tenant.fault(operation="DeleteRoleScopes", status=403)
    said = run_failed(role, tenant, display_name="Readers", state="absent")
    assert "DeleteRoleScopes needs the scopes resource-servers:read, roles:update" in said
    assert "DeleteRole" not in list_writes(tenant)


def test_what_was_half_made_is_completed_the_next_time(tenant: Any) -> None:
    people(tenant)
    tenant.fault(operation="AddRoleMembers", status=500, times=1)
    assert "AddRoleMembers" in run_failed(role, tenant, **FULL)
    tenant.clear_journal()
    completed = run_ok(role, tenant, **FULL)
    assert completed["changed"] and completed["role"]["members"]["identities"]
    assert list_writes(tenant) == ["AddRoleMembers"]
