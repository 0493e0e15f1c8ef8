# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a role carries and who has it: lists that are added to or exclusive, of any length, and malformed ones."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from ansible_collections.beyondidentity.management.plugins.modules import resource_server, role
from tests.unit.memory_store import MemoryStore
from tests.unit.module_calls import list_writes, run_failed, run_ok

NAME = "Readers"
MANY = 2300


def bodies(tenant: Any, operation: str) -> list[dict[str, Any]]:
    """What was sent to an operation."""
    return [entry["json"] for entry in tenant.journal(operation=operation)]


def seeded(tenant: Any, kind: str, number: int = 4) -> list[str]:
    """Ids of new identities or groups, which the service calls as their names say: ``identity 1``, ``group 2``."""
    if kind == "groups":
        return tenant.seed(groups=number, group={"display_name": "groups {n}"})["groups"]
    return tenant.seed(identities=number, identity={"traits": {"username": "identities {n}"}})["identities"]


# What is there, what is wanted, exclusively?, what is there then.
CHANGES = [
    ([], ["1"], False, ["1"]),
    ([], [], False, []),
    ([], [], True, []),
    (["1"], [], False, ["1"]),
    (["1"], [], True, []),
    (["1"], ["1"], False, ["1"]),
    (["1"], ["1"], True, ["1"]),
    (["1"], ["2"], False, ["1", "2"]),
    (["1"], ["2"], True, ["2"]),
    (["1", "2"], ["2", "3", "3"], False, ["1", "2", "3"]),
    (["1", "2"], ["3", "2"], True, ["2", "3"]),
    (["1", "2"], ["2", "1"], True, ["1", "2"]),
]


@pytest.mark.parametrize(("there", "wanted", "exclusive", "then"), CHANGES)
def test_scopes(there: list[str], wanted: list[str], exclusive: bool, then: list[str], tenant: Any) -> None:
    names = {"1": "realms:read", "2": "realms:update", "3": "roles:read"}
    before, asked, after = ([names[one] for one in these] for these in (there, wanted, then))
    run_ok(role, tenant, display_name=NAME, scopes=before)
    tenant.clear_journal()
    given = {"display_name": NAME, "scopes": asked, "scopes_exclusive": exclusive}
    predicted, changed = (run_ok(role, tenant, check_mode=check_mode, **given) for check_mode in (True, False))
    assert predicted["changed"] is changed["changed"] is (sorted(before) != sorted(after))
    assert predicted["role"] == changed["role"] and changed["role"]["scopes"] == sorted(after)
    assert changed["diff"]["before"]["scopes"] == sorted(before) and changed["diff"] == predicted["diff"]
    added, removed = sorted(set(after) - set(before)), sorted(set(before) - set(after))
    assert bodies(tenant, "AddRoleScopes") == ([{"scopes": added}] if added else [])
    assert bodies(tenant, "DeleteRoleScopes") == ([{"scopes": removed}] if removed else [])
    tenant.clear_journal()
    again = run_ok(role, tenant, **given)
    assert not again["changed"] and again["role"] == changed["role"] and list_writes(tenant) == []


@pytest.mark.parametrize("kind", ["identities", "groups"])
@pytest.mark.parametrize(("there", "wanted", "exclusive", "then"), CHANGES)
def test_members(there: list[str], wanted: list[str], exclusive: bool, then: list[str], kind: str, tenant: Any) -> None:
    ids = dict(zip("1234", seeded(tenant, kind), strict=True))
    others = {"identities": "groups", "groups": "identities"}[kind]
    other = seeded(tenant, others, 1)
    run_ok(role, tenant, display_name=NAME, members={kind: [ids[one] for one in there], others: other})
    tenant.clear_journal()
    members = {kind: [f"{kind} {one}" for one in wanted], others: None}
    given = {"display_name": NAME, "members": members, "members_exclusive": exclusive}
    predicted, changed = (run_ok(role, tenant, check_mode=check_mode, **given) for check_mode in (True, False))
    before, after = (sorted(ids[one] for one in these) for these in (there, then))
    assert predicted["changed"] is changed["changed"] is (before != after)
    assert predicted["role"] == changed["role"]
    assert changed["role"]["members"] == {kind: after, others: other}, "the list that is not given stays"
    added, removed = sorted(set(after) - set(before)), sorted(set(before) - set(after))
    key = {"identities": "identity_ids", "groups": "group_ids"}[kind]
    assert bodies(tenant, "AddRoleMembers") == ([{key: added}] if added else [])
    assert bodies(tenant, "DeleteRoleMembers") == ([{key: removed}] if removed else [])
    tenant.clear_journal()
    again = run_ok(role, tenant, **given)
    assert not again["changed"] and again["role"] == changed["role"] and list_writes(tenant) == []


def test_both_lists_of_members_go_in_one_request(tenant: Any) -> None:
    identities, groups = seeded(tenant, "identities"), seeded(tenant, "groups")
    run_ok(role, tenant, display_name=NAME, members={"identities": identities, "groups": groups[:2]})
    swapped = {"identities": [], "groups": groups[2:]}
    changed = run_ok(role, tenant, display_name=NAME, members=swapped, members_exclusive=True)
    assert changed["role"]["members"] == {"identities": [], "groups": sorted(groups[2:])}
    assert bodies(tenant, "AddRoleMembers") == [
        {"identity_ids": sorted(identities), "group_ids": sorted(groups[:2])},
        {"group_ids": sorted(groups[2:])},
    ]
    assert bodies(tenant, "DeleteRoleMembers") == [
        {"identity_ids": sorted(identities), "group_ids": sorted(groups[:2])},
    ]


def test_what_is_missing_is_added_before_anything_is_removed(tenant: Any) -> None:
    """So that nobody is without what she had and shall have, and a refusal leaves more and not less."""
    old, new = seeded(tenant, "identities", 2)
    run_ok(role, tenant, display_name=NAME, scopes=["realms:read"], members={"identities": [old]})
    tenant.clear_journal()
    exclusive = {"scopes_exclusive": True, "members_exclusive": True}
    run_ok(role, tenant, display_name=NAME, scopes=["roles:read"], members={"identities": [new]}, **exclusive)
    assert list_writes(tenant) == ["AddRoleScopes", "DeleteRoleScopes", "AddRoleMembers", "DeleteRoleMembers"]


def test_members_go_by_ids_and_by_names_and_once(tenant: Any) -> None:
    first, second = seeded(tenant, "identities", 2)
    night, day = seeded(tenant, "groups", 2)
    members = {"identities": [first, "identities 1", "IDENTITIES 2"], "groups": ["groups 1", night, day]}
    made = run_ok(role, tenant, display_name=NAME, members=members)["role"]
    assert made["members"] == {"identities": sorted([first, second]), "groups": sorted([night, day])}
    assert not run_ok(role, tenant, display_name=NAME, members=members, members_exclusive=True)["changed"]


def test_who_is_a_member_by_id_needs_no_look(tenant: Any) -> None:
    identities, groups = seeded(tenant, "identities"), seeded(tenant, "groups")
    members = {"identities": identities, "groups": groups}
    run_ok(role, tenant, display_name=NAME, members=members)
    tenant.clear_journal()
    assert not run_ok(role, tenant, display_name=NAME, members=members)["changed"]
    asked = {entry["operation"] for entry in tenant.journal()}
    assert not asked & {"GetIdentity", "ListIdentities", "ListGroups"}


@pytest.mark.parametrize(("pattern", "looks"), [("{n}@example.com", 0), ("member-{n}", 40)])
def test_who_is_a_member_by_username_is_not_searched(pattern: str, looks: int, tenant: Any) -> None:
    """Only what may be an id as well is asked for."""
    tenant.seed(identities=40, identity={"traits": {"username": pattern}})
    names = [pattern.replace("{n}", str(number)) for number in range(1, 41)]
    given = {"display_name": NAME, "members": {"identities": names, "groups": None}, "members_exclusive": True}
    made = run_ok(role, tenant, **given)["role"]
    tenant.clear_journal()
    again = run_ok(role, tenant, **given)
    assert not again["changed"] and again["role"] == made and again["requests"] == 4 + looks
    assert len(tenant.journal(operation="GetIdentity")) == looks


def test_long_lists_go_in_batches_and_come_in_pages(tenant: Any) -> None:
    """More than a thousand scopes, identities and groups, at once and one list longer than the other."""
    scopes = [f"pets:{number:04}" for number in range(MANY)]
    run_ok(resource_server, tenant, display_name="Pets", identifier="pets", scopes=scopes)
    identities = tenant.seed(identities=1200)["identities"]
    groups = tenant.seed(groups=MANY)["groups"]
    members = {"identities": identities, "groups": groups}
    given = {"display_name": NAME, "resource_server": "pets", "scopes": scopes, "members": members}
    made = run_ok(role, tenant, **given)["role"]
    assert made["scopes"] == scopes
    assert made["members"] == {"identities": sorted(identities), "groups": sorted(groups)}
    added = bodies(tenant, "AddRoleScopes")
    assert [len(body["scopes"]) for body in added] == [1000, 1000, 300]
    assert sorted(scope for body in added for scope in body["scopes"]) == scopes
    sizes = [{key: len(ids) for key, ids in body.items()} for body in bodies(tenant, "AddRoleMembers")]
    assert sizes == [
        {"identity_ids": 1000, "group_ids": 1000},
        {"identity_ids": 200, "group_ids": 1000},
        {"group_ids": 300},
    ]
    tenant.clear_journal()
    assert not run_ok(role, tenant, **given, scopes_exclusive=True, members_exclusive=True)["changed"]
    assert len(tenant.journal(operation="ListRoleScopes")) > 10 < len(tenant.journal(operation="ListRoleMembers"))
    emptied = {**given, "scopes": [], "members": {"identities": [], "groups": []}}
    assert run_ok(role, tenant, **emptied, scopes_exclusive=True, members_exclusive=True)["changed"]
    assert [len(body["scopes"]) for body in bodies(tenant, "DeleteRoleScopes")] == [1000, 1000, 300]
    assert len(bodies(tenant, "DeleteRoleMembers")) == 3
    run_ok(role, tenant, **given)
    assert run_ok(role, tenant, display_name=NAME, resource_server="pets", state="absent")["changed"]


def test_a_scope_that_the_resource_server_no_longer_offers_is_no_hindrance(tenant: Any) -> None:
    """The service takes it away a little later; until then it is there, and may be taken away by hand."""
    run_ok(resource_server, tenant, display_name="Pets", identifier="pets", scopes=["pets:read", "pets:feed"])
    given = {"display_name": NAME, "resource_server": "pets"}
    run_ok(role, tenant, **given, scopes=["pets:read"])
    tenant.fault(operation="ListRoleScopes", json={"scopes": ["pets:old", "pets:read"]})
    assert run_ok(role, tenant, **given, scopes=["pets:feed"])["role"]["scopes"] == [
        "pets:feed",
        "pets:old",
        "pets:read",
    ]
    run_ok(role, tenant, **given, scopes=["pets:feed"], scopes_exclusive=True)
    assert bodies(tenant, "DeleteRoleScopes") == [{"scopes": ["pets:old", "pets:read"]}]


@pytest.mark.parametrize("empty", [{}, {"scopes": None}, {"scopes": []}])
def test_an_empty_list_may_be_left_out(empty: dict[str, Any], tenant: Any) -> None:
    run_ok(role, tenant, display_name=NAME)
    tenant.fault(operation="ListRoleScopes", json=empty)
    tenant.fault(operation="ListRoleMembers", json={"groups": None, **empty})
    unchanged = run_ok(role, tenant, display_name=NAME, scopes=[], members={"identities": []})
    assert not unchanged["changed"] and unchanged["role"]["members"] == {"identities": [], "groups": []}


ODD = ["text", {"a": 1}, 7, True, [7], [None], [["realms:read"]], [{}], [{"id": None}], [{"id": 7}]]


@pytest.mark.parametrize("odd", ODD, ids=str)
@pytest.mark.parametrize(
    ("operation", "key"),
    [("ListRoleScopes", "scopes"), ("ListRoleMembers", "identities"), ("ListRoleMembers", "groups")],
)
@pytest.mark.parametrize("state", ["present", "absent"])
def test_lists_that_are_none(odd: Any, operation: str, key: str, state: str, tenant: Any) -> None:
    (seeded_id,) = tenant.seed(roles=1)["roles"]
    tenant.fault(operation=operation, json={"scopes": [], "identities": [], "groups": [], key: odd})
    lists = {"scopes": ["realms:read"], "members": {"identities": ["nobody"]}}
    assert f"{operation}: the answer has no list of {key}" in run_failed(
        role, tenant, id=seeded_id, state=state, **lists
    )
    assert list_writes(tenant) == []


def test_pages_of_lists_that_do_not_end(tenant: Any) -> None:
    (seeded_id,) = tenant.seed(roles=1)["roles"]
    tenant.fault(operation="ListRoleMembers", json={"groups": [], "next_page_token": "again"})
    assert "the pages do not end" in run_failed(role, tenant, id=seeded_id, members={"identities": []})


def test_hosts_that_want_the_same_make_one(tenant: Any) -> None:
    seeded(tenant, "identities", 1)
    store = MemoryStore()
    given = {"display_name": NAME, "scopes": ["realms:read"], "members": {"identities": ["identities 1"]}}
    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(lambda _n: run_ok(role, tenant, store, **given), range(8)))
    assert sorted(result["changed"] for result in results) == [False] * 7 + [True]
    assert list_writes(tenant) == ["CreateRole", "AddRoleScopes", "AddRoleMembers"]
    assert len({result["role"]["id"] for result in results}) == 1
