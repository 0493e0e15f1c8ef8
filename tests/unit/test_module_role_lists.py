# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lists of a role, its scopes and members: in each mode, of any length, and malformed."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from ansible_collections.beyondidentity.management.plugins.modules import resource_server, role
from tests.unit.memory_store import MemoryStore
from tests.unit.module_calls import list_writes, run_failed, run_ok

NAME = "Readers"
MANY = 1001


def list_bodies(tenant: Any, operation: str) -> list[dict[str, Any]]:
    """Return the body of each request of an operation."""
    return [entry["json"] for entry in tenant.read_journal(operation=operation)]


def count_members(tenant: Any, operation: str) -> list[dict[str, int]]:
    """Return the length of each list in each request of an operation."""
    return [{key: len(ids) for key, ids in body.items()} for body in list_bodies(tenant, operation)]


def seed_members(tenant: Any, kind: str, number: int = 4) -> list[str]:
    """Create identities or groups, named `identities 1`, `groups 2`, and return their IDs."""
    if kind == "groups":
        return tenant.seed(groups=number, group={"display_name": "groups {n}"})["groups"]
    return tenant.seed(identities=number, identity={"traits": {"username": "identities {n}"}})["identities"]


# The existing list, the wanted list, its mode, and the resulting list.
CHANGES = [
    ([], ["1"], "at_least", ["1"]),
    ([], [], "exact", []),
    (["1"], [], "exact", []),
    (["1"], ["1"], "at_least", ["1"]),
    (["1"], ["1"], "exact", ["1"]),
    (["1"], ["2"], "at_least", ["1", "2"]),
    (["1"], ["2"], "exact", ["2"]),
    (["1", "2"], ["2", "3", "3"], "at_least", ["1", "2", "3"]),
    (["1", "2"], ["3", "2"], "exact", ["2", "3"]),
    (["1", "2"], ["2", "1"], "exact", ["1", "2"]),
]


@pytest.mark.parametrize(("existing", "wanted", "mode", "resulting"), CHANGES)
def test_scopes_are_added_or_replaced(
    existing: list[str], wanted: list[str], mode: str, resulting: list[str], tenant: Any
) -> None:
    names = {"1": "realms:read", "2": "realms:update", "3": "roles:read"}
    before, requested, after = ([names[one] for one in these] for these in (existing, wanted, resulting))
    run_ok(role, tenant, display_name=NAME, scopes=before)
    tenant.clear_journal()
    given = {"display_name": NAME, "scopes": requested, "scopes_mode": mode}
    predicted, changed = (run_ok(role, tenant, check_mode=check_mode, **given) for check_mode in (True, False))
    assert predicted["changed"] is changed["changed"] is (sorted(before) != sorted(after))
    assert predicted["role"] == changed["role"] and changed["role"]["scopes"] == sorted(after)
    assert changed["diff"]["before"]["scopes"] == sorted(before) and changed["diff"] == predicted["diff"]
    added, removed = sorted(set(after) - set(before)), sorted(set(before) - set(after))
    assert list_bodies(tenant, "AddRoleScopes") == ([{"scopes": added}] if added else [])
    assert list_bodies(tenant, "DeleteRoleScopes") == ([{"scopes": removed}] if removed else [])
    tenant.clear_journal()
    again = run_ok(role, tenant, **given)
    assert not again["changed"] and again["role"] == changed["role"] and list_writes(tenant) == []


@pytest.mark.parametrize(
    ("existing", "wanted", "mode", "resulting", "kind"),
    [*((*change, "identities") for change in CHANGES), *((*change, "groups") for change in CHANGES[-3:])],
)
def test_members_are_added_or_replaced(
    existing: list[str], wanted: list[str], mode: str, resulting: list[str], kind: str, tenant: Any
) -> None:
    ids = dict(zip("1234", seed_members(tenant, kind), strict=True))
    others = {"identities": "groups", "groups": "identities"}[kind]
    other = seed_members(tenant, others, 1)
    present = {kind: [ids[number] for number in existing], others: other}
    run_ok(role, tenant, display_name=NAME, members=present, members_mode="exact")
    tenant.clear_journal()
    members = {kind: [f"{kind} {one}" for one in wanted], others: None}
    given = {"display_name": NAME, "members": members, "members_mode": mode}
    predicted, changed = (run_ok(role, tenant, check_mode=check_mode, **given) for check_mode in (True, False))
    before, after = (sorted(ids[number] for number in numbers) for numbers in (existing, resulting))
    assert predicted["changed"] is changed["changed"] is (before != after)
    assert predicted["role"] == changed["role"]
    assert changed["role"]["members"] == {kind: after, others: other}, "the omitted list stays"
    added, removed = sorted(set(after) - set(before)), sorted(set(before) - set(after))
    key = {"identities": "identity_ids", "groups": "group_ids"}[kind]
    assert list_bodies(tenant, "AddRoleMembers") == ([{key: added}] if added else [])
    assert list_bodies(tenant, "DeleteRoleMembers") == ([{key: removed}] if removed else [])
    tenant.clear_journal()
    again = run_ok(role, tenant, **given)
    assert not again["changed"] and again["role"] == changed["role"] and list_writes(tenant) == []


def test_both_lists_of_members_are_sent_in_one_request(tenant: Any) -> None:
    identities, groups = seed_members(tenant, "identities"), seed_members(tenant, "groups")
    run_ok(role, tenant, display_name=NAME, members={"identities": identities, "groups": groups[:2]})
    swapped = {"identities": [], "groups": groups[2:]}
    changed = run_ok(role, tenant, display_name=NAME, members=swapped, members_mode="exact")
    assert changed["role"]["members"] == {"identities": [], "groups": sorted(groups[2:])}
    assert list_bodies(tenant, "AddRoleMembers") == [
        {"identity_ids": sorted(identities), "group_ids": sorted(groups[:2])},
        {"group_ids": sorted(groups[2:])},
    ]
    assert list_bodies(tenant, "DeleteRoleMembers") == [
        {"identity_ids": sorted(identities), "group_ids": sorted(groups[:2])},
    ]


def test_missing_items_are_added_before_others_are_removed(tenant: Any) -> None:
    """No member loses a scope that it keeps. If the service refuses a request, the role has too much, not too little."""
    old, new = seed_members(tenant, "identities", 2)
    run_ok(role, tenant, display_name=NAME, scopes=["realms:read"], members={"identities": [old]})
    tenant.clear_journal()
    run_ok(role, tenant, display_name=NAME, scopes=["roles:read"], members={"identities": [new]}, members_mode="exact")
    assert list_writes(tenant) == ["AddRoleScopes", "DeleteRoleScopes", "AddRoleMembers", "DeleteRoleMembers"]


def test_members_are_found_by_id_and_name_and_added_once(tenant: Any) -> None:
    first, second = seed_members(tenant, "identities", 2)
    night, day = seed_members(tenant, "groups", 2)
    members = {"identities": [first, "identities 1", "IDENTITIES 2"], "groups": ["groups 1", night, day]}
    created = run_ok(role, tenant, display_name=NAME, members=members)["role"]
    assert created["members"] == {"identities": sorted([first, second]), "groups": sorted([night, day])}
    assert not run_ok(role, tenant, display_name=NAME, members=members, members_mode="exact")["changed"]


def test_an_existing_member_with_an_id_is_not_looked_up(tenant: Any) -> None:
    identities, groups = seed_members(tenant, "identities"), seed_members(tenant, "groups")
    members = {"identities": identities, "groups": groups}
    run_ok(role, tenant, display_name=NAME, members=members)
    tenant.clear_journal()
    assert not run_ok(role, tenant, display_name=NAME, members=members)["changed"]
    requested = {entry["operation"] for entry in tenant.read_journal()}
    assert not requested & {"GetIdentity", "ListIdentities", "ListGroups"}


def test_an_existing_member_with_a_username_is_not_looked_up(tenant: Any) -> None:
    tenant.seed(identities=5, identity={"traits": {"username": "member-{n}"}})
    names = [f"member-{number}" for number in range(1, 6)]
    given = {"display_name": NAME, "members": {"identities": names, "groups": None}, "members_mode": "exact"}
    created = run_ok(role, tenant, **given)["role"]
    tenant.clear_journal()
    again = run_ok(role, tenant, **given)
    assert not again["changed"] and again["role"] == created and again["requests"] == 4
    assert not tenant.read_journal(operation="GetIdentity") and not tenant.read_journal(operation="ListIdentities")


# How many members a task names, how many identities the realm has, and how many requests find the members at most.
LOOKUPS = [(1, 1, 1), (1, 450, 1), (2, 2, 1), (60, 60, 1), (60, 450, 3), (450, 450, 3), (3, 1000, 4), (1001, 1001, 6)]


@pytest.mark.parametrize("form", ["id", "username", "other spelling"])
@pytest.mark.parametrize(("number", "total", "most"), LOOKUPS)
def test_many_members_cost_few_requests(number: int, total: int, most: int, form: str, tenant: Any) -> None:
    """Members are found by one request each, or by one listing; read 200 at a time, and written 1000 at a time.

    They are read once in a task that changes none, and once more after a write, to see whether the service stored it.
    """
    ids = tenant.seed(identities=total, identity={"traits": {"username": "member-{n}"}})["identities"]
    name = "Member-{}" if form == "other spelling" else "member-{}"
    values = ids[:number] if form == "id" else [name.format(one) for one in range(1, number + 1)]
    given = {"display_name": NAME, "members": {"identities": values, "groups": None}}
    tenant.clear_journal()
    created = run_ok(role, tenant, **given)
    assert created["role"]["members"]["identities"] == sorted(ids[:number])
    found = [entry for entry in tenant.read_journal() if entry["operation"] in ("GetIdentity", "ListIdentities")]
    assert len(found) <= most
    written, read = (len(tenant.read_journal(operation=name)) for name in ("AddRoleMembers", "ListRoleMembers"))
    assert (written, read) == (-(-number // 1000), -(-number // 200))
    others = 4  # for a token, the resource server, the role and its creation
    assert created["requests"] == others + len(found) + written + read
    tenant.clear_journal()
    again = run_ok(role, tenant, **given)
    assert not again["changed"] and len(tenant.read_journal(operation="ListRoleMembers")) == read
    if form != "other spelling":
        assert again["requests"] == others - 1 + read


@pytest.mark.parametrize(
    ("changed", "readings"),
    [({}, (1, 1)), ({"scopes": ["roles:read"]}, (2, 1)), ({"members": {"identities": ["identities 2"]}}, (1, 2))],
    ids=["none", "scopes", "members"],
)
def test_only_lists_that_changed_are_read_again(
    changed: dict[str, Any], readings: tuple[int, int], tenant: Any
) -> None:
    seed_members(tenant, "identities", 2)
    given = {"display_name": NAME, "scopes": ["realms:read"], "members": {"identities": ["identities 1"]}}
    run_ok(role, tenant, **given)
    tenant.clear_journal()
    assert run_ok(role, tenant, **{**given, **changed})["changed"] is bool(changed)
    assert tuple(len(tenant.read_journal(operation=name)) for name in ("ListRoleScopes", "ListRoleMembers")) == readings


def test_empty_lists_of_a_new_role_are_not_read(tenant: Any) -> None:
    run_ok(role, tenant, display_name=NAME, scopes=[], members={"identities": []}, members_mode="exact")
    assert not tenant.read_journal(operation="ListRoleScopes") and not tenant.read_journal(operation="ListRoleMembers")


def test_long_lists_are_sent_in_batches_and_read_in_pages(tenant: Any) -> None:
    """A request can have 1000 items of each list, and one list of members can be longer than the other."""
    scopes = [f"pets:{number:04}" for number in range(MANY)]
    run_ok(resource_server, tenant, display_name="Pets", identifier="pets", scopes=scopes)
    members = {"identities": seed_members(tenant, "identities", 1), "groups": seed_members(tenant, "groups", MANY)}
    given = {"display_name": NAME, "resource_server": "pets", "scopes": scopes, "members": members}
    created = run_ok(role, tenant, **given)["role"]
    assert created["scopes"] == scopes
    assert created["members"] == {kind: sorted(ids) for kind, ids in members.items()}
    added = list_bodies(tenant, "AddRoleScopes")
    assert [len(body["scopes"]) for body in added] == [1000, 1]
    assert sorted(scope for body in added for scope in body["scopes"]) == scopes
    assert count_members(tenant, "AddRoleMembers") == [{"identity_ids": 1, "group_ids": 1000}, {"group_ids": 1}]
    tenant.clear_journal()
    assert not run_ok(role, tenant, **given, members_mode="exact")["changed"]
    assert [len(tenant.read_journal(operation=name)) for name in ("ListRoleScopes", "ListRoleMembers")] == [6, 6]
    assert run_ok(role, tenant, display_name=NAME, resource_server="pets", state="absent")["changed"]
    assert [len(body["scopes"]) for body in list_bodies(tenant, "DeleteRoleScopes")] == [1000, 1]
    assert count_members(tenant, "DeleteRoleMembers") == [{"identity_ids": 1, "group_ids": 1000}, {"group_ids": 1}]


def test_a_scope_that_the_resource_server_no_longer_offers_stays_until_removed(tenant: Any) -> None:
    """The service removes such a scope from the role later. Until then, a task can remove it."""
    run_ok(resource_server, tenant, display_name="Pets", identifier="pets", scopes=["pets:read", "pets:feed"])
    given = {"display_name": NAME, "resource_server": "pets"}
    run_ok(role, tenant, **given, scopes=["pets:read"])
    before = {"operation": "ListRoleScopes", "json": {"scopes": ["pets:old", "pets:read"]}, "times": 1}
    tenant.add_fault(**before)
    assert run_ok(role, tenant, **given, scopes=["pets:feed"], scopes_mode="at_least")["role"]["scopes"] == [
        "pets:feed",
        "pets:old",
        "pets:read",
    ]
    tenant.add_fault(**before)
    run_ok(role, tenant, **given, scopes=["pets:feed"])
    assert list_bodies(tenant, "DeleteRoleScopes") == [{"scopes": ["pets:old", "pets:read"]}]


@pytest.mark.parametrize("empty", [{}, {"scopes": None}, {"scopes": []}])
def test_a_response_may_omit_an_empty_list(empty: dict[str, Any], tenant: Any) -> None:
    run_ok(role, tenant, display_name=NAME)
    tenant.add_fault(operation="ListRoleScopes", json=empty)
    tenant.add_fault(operation="ListRoleMembers", json={"groups": None, **empty})
    unchanged = run_ok(role, tenant, display_name=NAME, scopes=[], members={"identities": []}, members_mode="exact")
    assert not unchanged["changed"] and unchanged["role"]["members"] == {"identities": [], "groups": []}


# Values in place of a list of scopes, and in place of a list of members.
MALFORMED = ["text", {"a": 1}, 7, True, [7], [None], [["realms:read"]], [{}], [{"id": None}], [{"id": 7}]]


@pytest.mark.parametrize(
    ("operation", "key", "malformed", "state"),
    [
        *(("ListRoleScopes", "scopes", value, "present") for value in MALFORMED),
        *(("ListRoleMembers", "identities", value, "present") for value in MALFORMED),
        ("ListRoleMembers", "groups", "text", "present"),
        ("ListRoleScopes", "scopes", 7, "absent"),
        ("ListRoleMembers", "identities", 7, "absent"),
    ],
    ids=str,
)
def test_a_malformed_list_is_an_error(operation: str, key: str, malformed: Any, state: str, tenant: Any) -> None:
    (seeded_id,) = tenant.seed(roles=1)["roles"]
    tenant.add_fault(operation=operation, json={"scopes": [], "identities": [], "groups": [], key: malformed})
    lists = {"scopes": ["realms:read"], "members": {"identities": ["nobody"]}}
    assert f"{operation}: the response has no list of {key}" in run_failed(
        role, tenant, id=seeded_id, state=state, **lists
    )
    assert list_writes(tenant) == []


def test_pages_that_do_not_end_are_an_error(tenant: Any) -> None:
    (seeded_id,) = tenant.seed(roles=1)["roles"]
    tenant.add_fault(operation="ListRoleMembers", json={"groups": [], "next_page_token": "again"})
    assert "the pages do not end" in run_failed(
        role, tenant, id=seeded_id, members={"identities": []}, members_mode="exact"
    )


def test_concurrent_hosts_create_one_role(tenant: Any) -> None:
    seed_members(tenant, "identities", 1)
    store = MemoryStore()
    given = {"display_name": NAME, "scopes": ["realms:read"], "members": {"identities": ["identities 1"]}}
    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(lambda _n: run_ok(role, tenant, store, **given), range(8)))
    assert sorted(result["changed"] for result in results) == [False] * 7 + [True]
    assert list_writes(tenant) == ["CreateRole", "AddRoleScopes", "AddRoleMembers"]
    assert len({result["role"]["id"] for result in results}) == 1


@pytest.mark.parametrize(
    ("given", "option"),
    [
        ({"scopes": [], "scopes_mode": "at_least"}, "scopes is an empty list, and scopes_mode"),
        ({"members": {"identities": [], "groups": None}}, "members.identities is an empty list, and members_mode"),
        ({"members": {"identities": ["pat"], "groups": []}}, "members.groups is an empty list, and members_mode"),
    ],
    ids=str,
)
@pytest.mark.parametrize("check_mode", [True, False])
def test_an_empty_list_that_would_remove_nothing_is_an_error(
    given: dict[str, Any], option: str, check_mode: bool, tenant: Any
) -> None:
    message = run_failed(role, tenant, display_name=NAME, check_mode=check_mode, **given)
    assert f"{option} is at_least, which removes nothing." in message and "_mode: exact" in message
    assert tenant.read_journal() == []


def test_a_removal_ignores_empty_lists(tenant: Any) -> None:
    lists = {"scopes": [], "scopes_mode": "at_least", "members": {"identities": [], "groups": []}}
    assert not run_ok(role, tenant, display_name=NAME, state="absent", **lists)["changed"]


READING = {"display_name": NAME, "scopes": ["realms:read"], "if_scopes_differ": "fail"}


@pytest.mark.parametrize("check_mode", [True, False])
@pytest.mark.parametrize(
    ("present", "mode", "difference"),
    [
        (["groups:read"], "exact", "The role lacks realms:read. The role also has groups:read."),
        (["groups:read", "realms:read"], "exact", "The role also has groups:read."),
        (["groups:read"], "at_least", "The role lacks realms:read."),
    ],
)
def test_a_role_with_other_scopes_is_not_joined(
    present: list[str], mode: str, difference: str, check_mode: bool, tenant: Any
) -> None:
    """With `if_scopes_differ: fail`. The error lists the difference, and the token cannot remove scopes."""
    run_ok(role, tenant, display_name=NAME, scopes=present)
    members = {"identities": seed_members(tenant, "identities", 1)}
    tenant.clear_journal()
    wanted = {**READING, "members": members, "scopes_mode": mode}
    message = run_failed(role, tenant, check_mode=check_mode, **wanted)
    assert f"differ from the option scopes. {difference}" in message
    assert list_writes(tenant) == []


def test_a_role_with_the_wanted_scopes_is_joined(tenant: Any) -> None:
    """Also one with more scopes, if `scopes_mode` allows it. A new role gets the scopes."""
    first, second = seed_members(tenant, "identities", 2)
    created = run_ok(role, tenant, **READING, members={"identities": [first]})
    assert created["role"]["scopes"] == ["realms:read"]
    joined = run_ok(role, tenant, **READING, members={"identities": [second]})
    assert joined["role"]["members"]["identities"] == sorted([first, second])
    run_ok(role, tenant, display_name=NAME, scopes=["groups:read"], scopes_mode="at_least")
    tenant.clear_journal()
    assert not run_ok(role, tenant, **READING, scopes_mode="at_least")["changed"]
    assert list_writes(tenant) == []


@pytest.mark.parametrize("kind", [None, "identities", "groups"])
def test_an_interrupted_creation_is_completed(kind: str | None, tenant: Any) -> None:
    """It leaves a role without scopes and members. If the role has a member, nothing is added."""
    run_ok(role, tenant, display_name=NAME, **({"members": {kind: seed_members(tenant, kind, 1)}} if kind else {}))
    tenant.clear_journal()
    if kind:
        assert "The role lacks realms:read." in run_failed(role, tenant, **READING)
        assert list_writes(tenant) == []
    else:
        assert run_ok(role, tenant, **READING)["role"]["scopes"] == ["realms:read"]
        assert list_writes(tenant) == ["AddRoleScopes"]
