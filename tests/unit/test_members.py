# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Identities and groups by what people call them: an id goes first, and what is not clear is an error."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.beyondidentity.management.plugins.module_utils._errors import (
    MalformedResponseError,
    ResponseError,
    StateError,
)
from ansible_collections.beyondidentity.management.plugins.module_utils._management.members import (
    build_username_filter,
    find_group_ids,
    find_identity_ids,
)
from tests.unit.builders import make_client


def identity(tenant: Any, username: str) -> str:
    """Make one; return its id."""
    (made,) = tenant.seed(identities=1, identity={"traits": {"username": username}})["identities"]
    return made


def identities(tenant: Any, *values: str, known: Any = ()) -> list[str]:
    return find_identity_ids(make_client(tenant, "GetIdentity", "ListIdentities"), values, known)


def groups(tenant: Any, *values: str) -> list[str]:
    return find_group_ids(make_client(tenant, "ListGroups"), values)


def operations(tenant: Any) -> list[str]:
    return [entry["operation"] for entry in tenant.journal() if entry["operation"] != "token"]


# Usernames that are hard to put into a filter, a query or a path.
NAMES = [
    "pat",
    "pat@example.com",
    "Pat Smith",
    'pat "the cat" smith',
    "o'neill",
    "a+b&c",
    "100% pat",
    'a" or traits.username eq "kim',
    "back\\slash",
    "Zoë",
    "日本",
    "tab\there",
    "..",
    "a/b",
    "😀",
]


@pytest.mark.parametrize("name", NAMES)
def test_by_username(name: str, tenant: Any) -> None:
    identity(tenant, "kim")
    wanted = identity(tenant, name)
    assert identities(tenant, name) == [wanted]
    (listing,) = tenant.journal(operation="ListIdentities")
    assert listing["query"] == {"filter": build_username_filter(name), "page_size": "100"}


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("pat", 'traits.username eq "pat"'),
        ('p"at', 'traits.username eq "p\\"at"'),
        ("p\\at", 'traits.username eq "p\\\\at"'),
        ("Zoë", 'traits.username eq "Zoë"'),
        ("a\nb", 'traits.username eq "a\\nb"'),
    ],
)
def test_the_filter_is_json(name: str, text: str) -> None:
    """RFC 7644 section 3.4.2.2: a compared value is as JSON has it."""
    assert build_username_filter(name) == text


def test_usernames_are_the_same_in_either_case(tenant: Any) -> None:
    wanted = identity(tenant, "Pat@Example.com")
    assert identities(tenant, "pat@example.COM", "PAT@EXAMPLE.COM") == [wanted]


def test_by_id_in_one_request(tenant: Any) -> None:
    wanted = identity(tenant, "pat")
    assert identities(tenant, wanted, wanted) == [wanted]
    assert operations(tenant) == ["GetIdentity"]


def test_what_can_be_no_id_is_not_looked_for_as_one(tenant: Any) -> None:
    identity(tenant, "pat@example.com")
    identities(tenant, "pat@example.com")
    assert operations(tenant) == ["ListIdentities"]


def test_an_id_goes_before_a_username(tenant: Any) -> None:
    """Whoever names herself as another's id is does not become a member in her place."""
    victim = identity(tenant, "pat")
    identity(tenant, victim)
    assert identities(tenant, victim) == [victim]


@pytest.mark.parametrize("status", [400, 404])
def test_what_is_refused_as_an_id_may_be_a_username(status: int, tenant: Any) -> None:
    wanted = identity(tenant, "pat")
    tenant.fault(operation="GetIdentity", status=status)
    assert identities(tenant, "pat") == [wanted]


@pytest.mark.parametrize("status", [403, 409])
def test_any_other_refusal_is_an_error(status: int, tenant: Any) -> None:
    identity(tenant, "pat")
    tenant.fault(operation="GetIdentity", status=status)
    with pytest.raises(ResponseError, match=f"HTTP {status}"):
        identities(tenant, "pat")


@pytest.mark.parametrize("name", ["nobody", "", "no\x1bbody", "pa"])
def test_nobody(name: str, tenant: Any) -> None:
    identity(tenant, "pat")
    with pytest.raises(StateError, match="There is no identity with the id or username") as caught:
        identities(tenant, name)
    assert "identity_info" in caught.value.message and "\x1b" not in caught.value.message


def test_several_are_an_error(tenant: Any) -> None:
    both = [{"id": one, "traits": {"username": "pat"}} for one in ("1", "2")]
    tenant.fault(operation="ListIdentities", json={"identities": both})
    with pytest.raises(StateError, match="There are several identities with the id or username 'pat'"):
        identities(tenant, "pat")


def test_a_service_that_ignores_the_filter_gives_nobody_else(tenant: Any) -> None:
    everybody = [{"id": one, "traits": {"username": one}} for one in ("kim", "pat")]
    tenant.fault(operation="ListIdentities", json={"identities": everybody})
    assert identities(tenant, "pat") == ["pat"]
    with pytest.raises(StateError, match="There is no identity"):
        identities(tenant, "sam")


@pytest.mark.parametrize("traits", [None, "pat", ["pat"], 7, {}, {"username": None}, {"username": ["pat"]}])
def test_traits_that_are_none(traits: Any, tenant: Any) -> None:
    tenant.fault(operation="ListIdentities", json={"identities": [{"id": "1", "traits": traits}]})
    for name in ("pat", "None"):
        with pytest.raises(StateError, match="There is no identity"):
            identities(tenant, name)


@pytest.mark.parametrize("item", [{}, {"id": 7}, {"id": None}])
def test_identities_without_an_id(item: dict[str, Any], tenant: Any) -> None:
    tenant.fault(operation="GetIdentity", json=item)
    with pytest.raises(MalformedResponseError, match="no identity"):
        identities(tenant, "pat")
    tenant.clear_faults()
    tenant.fault(operation="ListIdentities", json={"identities": [{**item, "traits": {"username": "pat"}}]})
    with pytest.raises(MalformedResponseError, match="no identity"):
        identities(tenant, "pat")


KNOWN = [
    {"id": "1", "traits": {"username": "pat@example.com"}},
    {"id": "2", "traits": {"username": "Zoë"}},
    {"id": "3", "traits": {"username": "kim"}},
    {"id": "4", "traits": {"username": "twin@example.com"}},
    {"id": "5", "traits": {"username": "twin@example.com"}},
    {"id": "6", "traits": None},
    {"id": "7", "traits": {"username": ""}},
]


@pytest.mark.parametrize(
    ("name", "found", "asked"),
    [
        ("pat@example.com", "1", []),
        ("Zoë", "2", []),
        ("kim", "3", ["GetIdentity"]),
    ],
)
def test_who_is_known_by_username_is_not_looked_for(name: str, found: str, asked: list[str], tenant: Any) -> None:
    assert identities(tenant, name, name, known=KNOWN) == [found]
    assert operations(tenant) == asked


@pytest.mark.parametrize("name", ["PAT@example.com", "sam@example.com", "\u017foe@example.com", ""])
def test_whom_one_knows_by_another_spelling_the_service_tells(name: str, tenant: Any) -> None:
    """Folding case takes more for the same than the service may: whoever is known must not stand for somebody else."""
    known = [*KNOWN, {"id": "8", "traits": {"username": "soe@example.com"}}]
    with pytest.raises(StateError, match="There is no identity"):
        identities(tenant, name, known=known)
    assert operations(tenant) == ["ListIdentities"]


def test_several_that_are_known_are_an_error(tenant: Any) -> None:
    with pytest.raises(StateError, match="There are several identities"):
        identities(tenant, "twin@example.com", known=KNOWN)


def test_an_id_goes_before_the_username_of_who_is_known(tenant: Any) -> None:
    victim = identity(tenant, "pat")
    known = [{"id": "1", "traits": {"username": victim}}]
    assert identities(tenant, victim, known=known) == [victim]


def test_groups_by_id_and_by_name_in_one_listing(tenant: Any) -> None:
    ids = tenant.seed(groups=3, group={"display_name": "Shift {n}"})["groups"]
    assert groups(tenant, "Shift 1", ids[1], "Shift 3", ids[2]) == sorted(ids)
    assert operations(tenant) == ["ListGroups"]


def test_no_groups_need_no_request(tenant: Any) -> None:
    assert groups(tenant) == identities(tenant) == []
    assert tenant.journal() == []


def test_a_group_beyond_the_first_page(tenant: Any) -> None:
    ids = tenant.seed(groups=245, group={"display_name": "Shift {n}"})["groups"]
    assert groups(tenant, "Shift 241") == [ids[240]]
    assert len(tenant.journal(operation="ListGroups")) == 3


def test_a_groups_id_goes_before_a_name(tenant: Any) -> None:
    (wanted,) = tenant.seed(groups=1)["groups"]
    tenant.seed(groups=1, group={"display_name": wanted})
    assert groups(tenant, wanted) == [wanted]


def test_two_groups_of_one_name(tenant: Any) -> None:
    ids = tenant.seed(groups=2, group={"display_name": "Twin"})["groups"]
    with pytest.raises(StateError, match="2 groups have the display_name 'Twin'") as caught:
        groups(tenant, "Twin")
    assert all(one in caught.value.message for one in ids) and "Give the id." in caught.value.message


def test_a_group_that_is_not_there(tenant: Any) -> None:
    tenant.seed(groups=2, group={"display_name": "Shift {n}"})
    with pytest.raises(StateError, match=r"There is no group 'shift 1' .*There are: Shift 1, Shift 2\."):
        groups(tenant, "shift 1")


@pytest.mark.parametrize("item", [{"display_name": "Night"}, {"display_name": "Night", "id": 7}])
def test_a_group_without_an_id(item: dict[str, Any], tenant: Any) -> None:
    tenant.fault(operation="ListGroups", json={"groups": [item]})
    with pytest.raises(MalformedResponseError, match="no group"):
        groups(tenant, "Night")
