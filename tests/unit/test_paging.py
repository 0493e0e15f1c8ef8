# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pages: what to ask for, and what all of them hold, whatever sizes a server gives them."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.beyondidentity.management.plugins.module_utils._errors import (
    MalformedResponseError,
    OptionError,
)
from ansible_collections.beyondidentity.management.plugins.module_utils._management.catalogue import find_operation
from ansible_collections.beyondidentity.management.plugins.module_utils._management.paging import (
    PAGE_SIZE,
    first_page,
    join_pages,
    next_page,
)
from tests.unit import published

REALMS, MEMBERS, USERS = (
    find_operation("ListRealms"),
    find_operation("ListRoleMembers"),
    find_operation("SCIMListUsers"),
)
SCHEMAS = ["urn:ietf:params:scim:api:messages:2.0:ListResponse"]
ITEMS = st.lists(st.dictionaries(st.just("id"), st.integers()), max_size=30)
SIZES = st.lists(st.integers(1, 7), min_size=31, max_size=31)
"""The sizes that a server gives its pages, whatever was asked for."""


def followed(called: Any, server: Any, **parameters: Any) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """What was asked for, and the pages that came."""
    asked, pages = [], []
    following: dict[str, Any] | None = first_page(called, parameters)
    while following is not None:
        asked.append(following)
        pages.append(server(following))
        following = next_page(called, following, pages[-1])
    return asked, pages


def by_token(items: list[Any], sizes: Iterator[int]) -> Any:
    """A listing of the API's own."""

    def server(asked: dict[str, Any]) -> dict[str, Any]:
        begin = int(asked.get("page_token", 0)) + int(asked.get("skip", 0))
        end = begin + next(sizes)
        more = {"next_page_token": str(end)} if end < len(items) else {}
        return {"realms": items[begin:end], "total_size": len(items), **more}

    return server


def by_index(items: list[Any], sizes: Iterator[int]) -> Any:
    """A listing of SCIM's, whose index begins with 1."""

    def server(asked: dict[str, Any]) -> dict[str, Any]:
        begin = asked.get("startIndex", 1) - 1
        shown = items[begin : begin + min(asked["count"], next(sizes))]
        whole = {"schemas": SCHEMAS, "totalResults": len(items), "startIndex": begin + 1}
        return {**whole, "itemsPerPage": asked["count"], **({"Resources": shown} if shown else {})}

    return server


@given(ITEMS, SIZES, st.integers(0, 3))
def test_all_pages_hold_all(items: list[Any], sizes: list[int], skip: int) -> None:
    asked, pages = followed(REALMS, by_token(items, iter(sizes)), page_size=5, **({"skip": skip} if skip else {}))
    assert all(item["page_size"] == 5 for item in asked)
    assert ["skip" in item for item in asked] == [bool(skip)] + [False] * (len(asked) - 1)
    assert join_pages(REALMS, pages) == {"realms": items[skip:], "total_size": len(items)}


@given(ITEMS, SIZES, st.integers(1, 40), st.integers(1, 9))
def test_all_pages_of_scim_hold_all(items: list[Any], sizes: list[int], start: int, count: int) -> None:
    asked, pages = followed(USERS, by_index(items, iter(sizes)), startIndex=str(start), count=count, filter="f")
    assert all((item["count"], item["filter"]) == (count, "f") for item in asked)
    whole = join_pages(USERS, pages)
    assert whole["Resources"] == items[start - 1 :]
    assert (whole["itemsPerPage"], whole["totalResults"]) == (len(whole["Resources"]), len(items))
    assert (whole["schemas"], whole["startIndex"]) == (SCHEMAS, start)


@given(st.lists(st.tuples(ITEMS, ITEMS), min_size=1, max_size=5))
def test_each_of_two_lists_is_joined(parts: list[tuple[list[Any], list[Any]]]) -> None:
    pages = [{"groups": groups, "identities": people, "total_groups_size": 7} for groups, people in parts]
    before = copy.deepcopy(pages)
    whole = join_pages(MEMBERS, pages)
    assert whole["groups"] == [item for groups, _people in parts for item in groups]
    assert whole["identities"] == [item for _groups, people in parts for item in people]
    assert whole["total_groups_size"] == 7
    assert pages == before, "no page is changed"


@pytest.mark.parametrize(
    ("pages", "whole"),
    [
        ([{"realms": []}], {"realms": []}),
        ([{"groups": [1]}, {"identities": [2]}], {"groups": [1], "identities": [2]}),
        ([{"groups": [1], "identities": None}, {"groups": None, "identities": [2]}], {"groups": [1], "identities": [2]}),
        ([{"realms": [1], "total_size": 3, "next_page_token": "a"}, {"realms": [2], "total_size": 2}], {"realms": [1, 2], "total_size": 3}),
        ([{"realms": [1]}, {"realms": [2], "note": "late"}], {"realms": [1, 2], "note": "late"}),
    ],
)  # fmt: skip
def test_lists_that_begin_or_end_early(pages: list[Any], whole: dict[str, Any]) -> None:
    assert join_pages(MEMBERS, pages) == whole


@pytest.mark.parametrize("page", [{}, {"realms": None}, {"realms": {}}, {"realms": "x"}, {"status": "ok"}])
def test_a_page_without_a_list_is_none(page: dict[str, Any]) -> None:
    with pytest.raises(MalformedResponseError, match="ListRealms: the answer has no list"):
        join_pages(REALMS, [{"realms": [1]}, page])


def test_pages_are_taken_one_by_one() -> None:
    def pages() -> Iterator[dict[str, Any]]:
        yield {}
        raise AssertionError("the next one was asked for")

    with pytest.raises(MalformedResponseError):
        join_pages(REALMS, pages())


@pytest.mark.parametrize("token", [None, "", 0, False])
def test_without_a_token_there_is_no_further_page(token: Any) -> None:
    assert next_page(REALMS, {}, {"realms": [1], "next_page_token": token}) is None
    assert next_page(REALMS, {}, {"realms": [1]}) is None


@pytest.mark.parametrize("token", [7, True, {"a": 1}, ["t"]])
def test_a_token_that_is_no_text(token: Any) -> None:
    with pytest.raises(MalformedResponseError, match="ListRealms: .*the page token is no text"):
        next_page(REALMS, {}, {"next_page_token": token})


@pytest.mark.parametrize(
    "page",
    [{}, {"totalResults": None}, {"totalResults": "3"}, {"totalResults": 3, "Resources": {}}, {"Resources": []}],
)
def test_a_page_of_scim_that_is_none(page: dict[str, Any]) -> None:
    with pytest.raises(MalformedResponseError, match="SCIMListUsers: the answer is no list of SCIM resources"):
        next_page(USERS, {"startIndex": 1}, page)


@pytest.mark.parametrize("resources", [[], None])
def test_an_empty_page_of_scim_is_the_last(resources: Any) -> None:
    """Whatever the total says: somebody may have deleted the rest meanwhile."""
    assert next_page(USERS, {}, {"totalResults": 9, "Resources": resources}) is None
    assert join_pages(USERS, [{"totalResults": 9, "Resources": resources}])["Resources"] == []


def test_what_the_first_page_is_asked_for() -> None:
    assert first_page(REALMS, {}) == {"page_size": PAGE_SIZE}
    assert first_page(MEMBERS, {}) == {"groups_page_size": PAGE_SIZE, "identities_page_size": PAGE_SIZE}
    assert first_page(USERS, {}) == {"count": PAGE_SIZE}
    assert first_page(find_operation("GetRealm"), {}) == {}
    own = {"skip": 2, "count": 0, "page_size": 0, "page_token": "t"}
    assert first_page(REALMS, own) == own, "these are the server's business"
    assert first_page(MEMBERS, {"groups_page_size": 7}) == {"groups_page_size": 7, "identities_page_size": PAGE_SIZE}
    given_ones = {"count": "7", "startIndex": 3, "realm_id": "r"}
    assert first_page(USERS, given_ones) == {"count": 7, "startIndex": 3, "realm_id": "r"}
    assert given_ones["count"] == "7", "what was given is left alone"


@pytest.mark.parametrize("name", published.names())
def test_no_page_is_larger_than_published(name: str) -> None:
    """Without the description there is nothing to compare."""
    assert all(
        size <= (published.largest_page(name) or PAGE_SIZE) for size in first_page(find_operation(name), {}).values()
    )


@pytest.mark.parametrize("name", ["count", "startIndex"])
@pytest.mark.parametrize("value", [0, -1, "", "many", 1.5, True, None, [1], {}, "1\x1b[31m"])
def test_scim_counts_from_one(name: str, value: Any) -> None:
    with pytest.raises(OptionError, match=f"SCIMListUsers: {name} must be a whole number from 1, not '") as caught:
        first_page(USERS, {name: value})
    assert "\x1b" not in caught.value.message
