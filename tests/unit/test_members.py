# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Identities and groups are found by ID or name. An ID comes first, and an ambiguous name is an error."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest

from ansible_collections.beyondidentity.management.plugins.module_utils._errors import (
    MalformedResponseError,
    ResponseError,
    StateError,
)
from ansible_collections.beyondidentity.management.plugins.module_utils._management.identity_lookup import (
    build_username_filter,
)
from ansible_collections.beyondidentity.management.plugins.module_utils._management.members import (
    find_group_ids,
    find_identity_ids,
)
from tests.unit.builders import make_client


def create_identity(tenant: Any, username: str) -> str:
    """Create an identity, and return its ID."""
    (created,) = tenant.seed(identities=1, identity={"traits": {"username": username}})["identities"]
    return str(created)


def find_identities(tenant: Any, *values: str, known: Iterable[dict[str, Any]] = ()) -> list[str]:
    return find_identity_ids(make_client(tenant, "GetIdentity", "ListIdentities"), values, known)


def find_groups(tenant: Any, *values: str) -> list[str]:
    return find_group_ids(make_client(tenant, "ListGroups"), values)


def list_requests(tenant: Any) -> list[str]:
    """Return the operations that the tenant received, without the token requests."""
    return [entry["operation"] for entry in tenant.read_journal() if entry["operation"] != "token"]


@pytest.mark.parametrize(
    "name", ["pat", 'pat "the cat" smith', "a+b&c", 'a" or traits.username eq "kim', "back\\slash", "日本", "..", "a/b"]
)
def test_an_identity_is_found_by_any_username(name: str, tenant: Any) -> None:
    create_identity(tenant, "kim")
    wanted = create_identity(tenant, name)
    assert find_identities(tenant, name) == [wanted]
    (listing,) = tenant.read_journal(operation="ListIdentities")
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
def test_the_username_in_a_filter_is_json(name: str, text: str) -> None:
    """RFC 7644 section 3.4.2.2."""
    assert build_username_filter(name) == text


def test_usernames_are_case_insensitive(tenant: Any) -> None:
    wanted = create_identity(tenant, "Pat@Example.com")
    assert find_identities(tenant, "pat@example.COM", "PAT@EXAMPLE.COM") == [wanted]


def test_an_identity_is_found_by_id_in_one_request(tenant: Any) -> None:
    wanted = create_identity(tenant, "pat")
    assert find_identities(tenant, wanted, wanted) == [wanted]
    assert list_requests(tenant) == ["GetIdentity"]


@pytest.mark.parametrize("name", ["pat", "pat@example.com", "00011f1183c67b6", "deadbeef"])
def test_a_value_without_the_form_of_an_id_is_only_searched_as_a_username(name: str, tenant: Any) -> None:
    wanted = create_identity(tenant, name)
    assert find_identities(tenant, name) == [wanted]
    assert list_requests(tenant) == ["ListIdentities"]


def test_an_id_takes_precedence_over_a_username(tenant: Any) -> None:
    """A user who chooses another identity's ID as a username must not become a member instead of that identity."""
    victim = create_identity(tenant, "pat")
    create_identity(tenant, victim)
    assert find_identities(tenant, victim) == [victim]


@pytest.mark.parametrize("status", [400, 404])
@pytest.mark.parametrize("id", ["00011f1183c67b69", "38833c36-6f47-4992-9329-ea0a00915137"])
def test_text_in_the_form_of_an_id_is_never_a_username(id: str, status: int, tenant: Any) -> None:
    create_identity(tenant, id)
    tenant.add_fault(operation="GetIdentity", status=status)
    with pytest.raises(StateError, match="no identity with the ID"):
        find_identities(tenant, id)
    with pytest.raises(StateError, match="no identity with the ID"):
        find_identities(tenant, id, "seeded")


@pytest.mark.parametrize("status", [403, 409])
def test_any_other_error_response_is_an_error(status: int, tenant: Any) -> None:
    wanted = create_identity(tenant, "pat")
    tenant.add_fault(operation="GetIdentity", status=status)
    with pytest.raises(ResponseError, match=f"HTTP {status}"):
        find_identities(tenant, wanted)


@pytest.mark.parametrize("name", ["nobody", "", "no\x1bbody", "pa"])
def test_an_unknown_identity_is_an_error(name: str, tenant: Any) -> None:
    create_identity(tenant, "pat")
    with pytest.raises(
        StateError, match="no identity with the ID, username or e-mail address .*identity_info"
    ) as caught:
        find_identities(tenant, name)
    assert "\x1b" not in caught.value.message


def test_several_identities_with_one_username_are_an_error(tenant: Any) -> None:
    both = [{"id": id, "traits": {"username": "pat"}} for id in ("1", "2")]
    tenant.add_fault(operation="ListIdentities", json={"identities": both})
    with pytest.raises(StateError, match="several identities with the ID, username or e-mail address 'pat'"):
        find_identities(tenant, "pat")


def test_identities_that_the_filter_should_exclude_are_ignored(tenant: Any) -> None:
    everyone = [{"id": id, "traits": {"username": id}} for id in ("kim", "pat")]
    tenant.add_fault(operation="ListIdentities", json={"identities": everyone})
    assert find_identities(tenant, "pat") == ["pat"]
    with pytest.raises(StateError, match="no identity"):
        find_identities(tenant, "sam")


def test_malformed_traits_match_no_username(tenant: Any) -> None:
    malformed = [None, "pat", ["pat"], 7, {}, {"username": None}, {"username": ["pat"]}]
    identities = [{"id": str(number), "traits": traits} for number, traits in enumerate(malformed)]
    tenant.add_fault(operation="ListIdentities", json={"identities": identities})
    for name in ("pat", "None"):
        with pytest.raises(StateError, match="no identity"):
            find_identities(tenant, name)


@pytest.mark.parametrize("item", [{}, {"id": 7}, {"id": None}])
def test_an_identity_without_an_id_is_an_error(item: dict[str, Any], tenant: Any) -> None:
    tenant.add_fault(operation="GetIdentity", json=item)
    with pytest.raises(MalformedResponseError, match="not a valid identity object"):
        find_identities(tenant, "00011f1183c67b69")
    tenant.clear_faults()
    tenant.add_fault(operation="ListIdentities", json={"identities": [{**item, "traits": {"username": "pat"}}]})
    with pytest.raises(MalformedResponseError, match="not a valid identity object|the ID '.*', which is not valid"):
        find_identities(tenant, "pat")


KNOWN: list[dict[str, Any]] = [
    {"id": "1", "traits": {"username": "pat@example.com"}},
    {"id": "2", "traits": {"username": "Zoë"}},
    {"id": "3", "traits": {"username": "kim"}},
    {"id": "4", "traits": {"username": "twin@example.com"}},
    {"id": "5", "traits": {"username": "twin@example.com"}},
    {"id": "6", "traits": None},
    {"id": "7", "traits": {"username": ""}},
    {"id": "8", "traits": {"username": "soe@example.com"}},
]


@pytest.mark.parametrize(("name", "id", "requests"), [("pat@example.com", "1", []), ("Zoë", "2", []), ("kim", "3", [])])
def test_a_known_username_needs_no_search(name: str, id: str, requests: list[str], tenant: Any) -> None:
    assert find_identities(tenant, name, name, known=KNOWN) == [id]
    assert list_requests(tenant) == requests


@pytest.mark.parametrize("name", ["PAT@example.com", "sam@example.com", "\u017foe@example.com", ""])
def test_another_spelling_of_a_known_username_is_searched(name: str, tenant: Any) -> None:
    """Case folding can match more spellings than the service: a known identity must not be taken for another one."""
    with pytest.raises(StateError, match="no identity"):
        find_identities(tenant, name, known=KNOWN)
    expected = ["ListIdentities"] * (1 + ("@" in name))  # the search, and the listing for an e-mail address
    assert list_requests(tenant) == expected


def test_several_known_identities_with_one_username_are_an_error(tenant: Any) -> None:
    with pytest.raises(StateError, match="several identities"):
        find_identities(tenant, "twin@example.com", known=KNOWN)


def test_an_id_takes_precedence_over_a_known_username(tenant: Any) -> None:
    victim = create_identity(tenant, "pat")
    known = [{"id": "1", "traits": {"username": victim}}]
    assert find_identities(tenant, victim, known=known) == [victim]


def seed_many(tenant: Any, number: int) -> list[str]:
    """Create identities with the usernames `user-1`, `user-2`, ..., and return their IDs."""
    return list(tenant.seed(identities=number, identity={"traits": {"username": "user-{n}"}})["identities"])


@pytest.mark.parametrize(
    ("number", "total", "pages"),
    [(2, 2, 1), (2, 200, 1), (2, 201, 2), (3, 600, 3), (30, 450, 3), (60, 1000, 5)],
)
@pytest.mark.parametrize("form", ["id", "user-{n}", "USER-{n}"])
def test_a_listing_finds_many_identities_if_it_is_shorter(
    number: int, total: int, pages: int, form: str, tenant: Any
) -> None:
    ids = seed_many(tenant, total)
    values = ids[:number] if form == "id" else [form.replace("{n}", str(one)) for one in range(1, number + 1)]
    assert find_identities(tenant, *values) == sorted(ids[:number])
    assert len(list_requests(tenant)) <= pages
    assert tenant.read_journal(operation="ListIdentities")[0]["query"] == {"page_size": "200"}


@pytest.mark.parametrize(("number", "total"), [(1, 1000), (2, 1000), (3, 900), (4, 1000)])
@pytest.mark.parametrize("form", ["id", "user-{n}"])
def test_a_longer_listing_costs_one_more_request_at_most(number: int, total: int, form: str, tenant: Any) -> None:
    ids = seed_many(tenant, total)
    values = ids[:number] if form == "id" else [form.replace("{n}", str(one)) for one in range(1, number + 1)]
    assert find_identities(tenant, *values) == sorted(ids[:number])
    assert len(list_requests(tenant)) <= number + (number > 1)


def put_on_first_page(tenant: Any, ids: list[str], *numbers: int, total: int) -> None:
    """Let the next listing begin with these identities; it says that it has a total of `total`."""
    items = [{"id": ids[number - 1], "traits": {"username": f"user-{number}"}} for number in numbers]
    page = {"identities": items, "total_size": total, "next_page_token": "more"}
    tenant.add_fault(operation="ListIdentities", json=page, times=1)


def test_the_first_page_of_a_longer_listing_is_the_one_more_request(tenant: Any) -> None:
    """It tells how long the listing is, and it may have none of the identities."""
    ids = seed_many(tenant, 4)
    put_on_first_page(tenant, ids, 3, 4, total=8)
    assert find_identities(tenant, "user-1", "user-2") == sorted(ids[:2])
    filters = [entry["query"].get("filter") for entry in tenant.read_journal(operation="ListIdentities")]
    assert filters == [None, build_username_filter("user-1"), build_username_filter("user-2")]


@pytest.mark.parametrize("form", ["id", "username"])
def test_the_rest_of_a_listing_is_not_read_for_few_missing_identities(form: str, tenant: Any) -> None:
    ids = seed_many(tenant, 12)
    values = ids if form == "id" else [f"user-{number}" for number in range(1, 13)]
    put_on_first_page(tenant, ids, *range(1, 12), total=33)
    assert find_identities(tenant, *values) == sorted(ids)
    assert list_requests(tenant) == ["ListIdentities", "GetIdentity" if form == "id" else "ListIdentities"]
    assert form == "id" or tenant.read_journal()[-1]["query"]["filter"] == build_username_filter("user-12")


def test_known_identities_show_that_a_listing_is_longer(tenant: Any) -> None:
    """Not even the first page is read."""
    ids = seed_many(tenant, 450)
    known = [{"id": id, "traits": {"username": f"user-{n}"}} for n, id in enumerate(ids[2:], 3)]
    assert find_identities(tenant, "user-1", "user-2", known=known) == sorted(ids[:2])
    listings = tenant.read_journal(operation="ListIdentities")
    assert [entry["query"]["filter"] for entry in listings] == [build_username_filter(f"user-{n}") for n in (1, 2)]


def test_the_service_may_return_smaller_pages(tenant: Any) -> None:
    tenant.change_settings(page_size_maximum=2)
    ids = seed_many(tenant, 6)
    assert find_identities(tenant, *(f"USER-{number}" for number in range(1, 7))) == sorted(ids)
    assert list_requests(tenant) == ["ListIdentities"] * 3


@pytest.mark.parametrize("total", [{}, {"total_size": None}, {"total_size": "7"}])
def test_a_listing_of_unknown_length_is_not_read(total: dict[str, Any], tenant: Any) -> None:
    ids = seed_many(tenant, 3)
    first = {"identities": [{"id": ids[0], "traits": {"username": "user-1"}}], "next_page_token": "more", **total}
    tenant.add_fault(operation="ListIdentities", json=first, times=1)
    assert find_identities(tenant, "user-1", "user-2", "user-3") == sorted(ids)
    assert len(list_requests(tenant)) == 3


@pytest.mark.parametrize("number", [2, 60])
def test_one_unknown_name_among_many_is_an_error(number: int, tenant: Any) -> None:
    seed_many(tenant, 60)
    names = [f"user-{one}" for one in range(1, number)]
    with pytest.raises(StateError, match="no identity with the ID, username or e-mail address 'nobody'"):
        find_identities(tenant, *names, "nobody")
    assert len(list_requests(tenant)) == 2, "the listing, and a search in case that the listing is late"


def test_several_listed_identities_with_one_username_are_an_error(tenant: Any) -> None:
    twins = [{"id": id, "traits": {"username": name}} for id, name in (("1", "pat"), ("2", "Pat"), ("3", "kim"))]
    tenant.add_fault(operation="ListIdentities", json={"identities": twins})
    with pytest.raises(StateError, match="several identities with the ID, username or e-mail address 'pat'"):
        find_identities(tenant, "kim", "pat")


PAIR = [
    {"id": "1", "traits": {"username": "pat@example.com"}},
    {"id": "2", "traits": {"username": "kim", "primary_email_address": "Pat@example.com"}},
]


def test_a_listed_username_that_is_the_address_of_another_identity_is_an_error(tenant: Any) -> None:
    """A user who chooses the e-mail address of another person as a username must not become a member instead."""
    tenant.add_fault(operation="ListIdentities", json={"identities": PAIR})
    with pytest.raises(StateError, match="several identities with the ID, .* 'pat@example.com': 1, 2"):
        find_identities(tenant, "kim", "pat@example.com")


def test_a_username_and_the_own_address_of_an_identity_are_one_match(tenant: Any) -> None:
    own = {"id": "1", "traits": {"username": "pat@example.com", "primary_email_address": "PAT@example.com"}}
    tenant.add_fault(operation="ListIdentities", json={"identities": [own, {"id": "2", "traits": {"username": "kim"}}]})
    assert find_identities(tenant, "kim", "pat@example.com") == ["1", "2"]


def test_a_username_that_a_search_finds_needs_no_listing(tenant: Any) -> None:
    wanted = create_identity(tenant, "pat@example.com")
    other = {"username": "kim", "primary_email_address": "pat@example.com"}
    tenant.seed(identities=1, identity={"traits": other})
    assert find_identities(tenant, "pat@example.com") == [wanted]
    assert list_requests(tenant) == ["ListIdentities"]


def test_a_listing_does_not_decide_about_spellings_beyond_ascii(tenant: Any) -> None:
    """Case folding can match more spellings than the service."""
    wanted = {"id": "1", "traits": {"username": "soe"}}
    tenant.add_fault(
        operation="ListIdentities", json={"identities": [wanted, {"id": "2", "traits": {"username": "kim"}}]}, times=1
    )
    with pytest.raises(StateError, match="no identity with the ID, username or e-mail address '\u017foe'"):
        find_identities(tenant, "kim", "\u017foe")


def test_a_group_with_the_name_of_an_id_is_not_found_by_it(tenant: Any) -> None:
    tenant.seed(groups=1, group={"display_name": "00011f1183c67b69"})
    with pytest.raises(StateError, match="no group '00011f1183c67b69'"):
        find_groups(tenant, "00011f1183c67b69")


def test_groups_are_found_by_id_and_name_in_one_listing(tenant: Any) -> None:
    ids = tenant.seed(groups=3, group={"display_name": "Shift {n}"})["groups"]
    assert find_groups(tenant, "Shift 1", ids[1], "Shift 3", ids[2]) == sorted(ids)
    assert list_requests(tenant) == ["ListGroups"]


def test_an_empty_list_needs_no_request(tenant: Any) -> None:
    assert find_groups(tenant) == find_identities(tenant) == []
    assert tenant.read_journal() == []


def test_a_group_on_a_later_page_is_found(tenant: Any) -> None:
    tenant.change_settings(page_size_maximum=2)
    ids = tenant.seed(groups=5, group={"display_name": "Shift {n}"})["groups"]
    assert find_groups(tenant, "Shift 5") == [ids[4]]
    assert len(tenant.read_journal(operation="ListGroups")) == 3


def test_a_groups_id_takes_precedence_over_a_name(tenant: Any) -> None:
    (wanted,) = tenant.seed(groups=1)["groups"]
    tenant.seed(groups=1, group={"display_name": wanted})
    assert find_groups(tenant, wanted) == [wanted]


def test_several_groups_with_one_name_are_an_error(tenant: Any) -> None:
    ids = tenant.seed(groups=2, group={"display_name": "Twin"})["groups"]
    with pytest.raises(StateError, match="2 groups have the display_name 'Twin': .* Use the ID") as caught:
        find_groups(tenant, "Twin")
    assert all(id in caught.value.message for id in ids)


def test_an_unknown_group_is_an_error_that_lists_all_groups(tenant: Any) -> None:
    tenant.seed(groups=2, group={"display_name": "Shift {n}"})
    with pytest.raises(StateError, match=r"no group 'shift 1'.*Known groups: Shift 1, Shift 2\."):
        find_groups(tenant, "shift 1")


@pytest.mark.parametrize("item", [{"display_name": "Night"}, {"display_name": "Night", "id": 7}])
def test_a_group_without_an_id_is_an_error(item: dict[str, Any], tenant: Any) -> None:
    tenant.add_fault(operation="ListGroups", json={"groups": [item]})
    with pytest.raises(MalformedResponseError, match="not a valid group object|the ID '7', which is not valid"):
        find_groups(tenant, "Night")
