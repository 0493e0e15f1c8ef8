# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pages: the request for each, and the response with all of them, whatever sizes a server gives them."""

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
from ansible_collections.beyondidentity.management.plugins.module_utils._management.operation import Operation
from ansible_collections.beyondidentity.management.plugins.module_utils._management.operation_catalogue import (
    find_operation,
    get_catalogue,
)
from ansible_collections.beyondidentity.management.plugins.module_utils._management.paging import (
    PAGE_SIZE,
    first_page,
    is_shifted,
    join_pages,
    next_page,
)
from tests.unit import published

REALMS = find_operation("ListRealms")
MEMBERS = find_operation("ListRoleMembers")
USERS = find_operation("SCIMListUsers")
SCHEMAS = ["urn:ietf:params:scim:api:messages:2.0:ListResponse"]
ITEMS = st.lists(st.dictionaries(st.just("id"), st.integers()), max_size=30)
SIZES = st.lists(st.integers(1, 7), min_size=31, max_size=31)
"""The sizes that a server gives its pages, whatever the request sets."""


def read_pages(
    operation: Operation, server: Any, **parameters: Any
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return the parameters of all requests, and the pages."""
    requests, pages = [], []
    following: dict[str, Any] | None = first_page(operation, parameters)
    while following is not None:
        requests.append(following)
        pages.append(server(following))
        following = next_page(operation, following, pages[-1])
    return requests, pages


def serve_by_token(items: list[Any], sizes: Iterator[int]) -> Any:
    """Return a server with pages in the API's own form."""

    def serve(request: dict[str, Any]) -> dict[str, Any]:
        begin = int(request.get("page_token", 0)) + int(request.get("skip", 0))
        end = begin + next(sizes)
        more = {"next_page_token": str(end)} if end < len(items) else {}
        return {"realms": items[begin:end], "total_size": len(items), **more}

    return serve


def serve_by_index(items: list[Any], sizes: Iterator[int]) -> Any:
    """Return a server with pages in SCIM's form. Its index begins with 1."""

    def serve(request: dict[str, Any]) -> dict[str, Any]:
        begin = request.get("startIndex", 1) - 1
        page = items[begin : begin + min(request["count"], next(sizes))]
        fields = {"schemas": SCHEMAS, "totalResults": len(items), "startIndex": begin + 1}
        return {**fields, "itemsPerPage": request["count"], **({"Resources": page} if page else {})}

    return serve


@given(ITEMS, SIZES, st.integers(0, 3))
def test_all_items_of_all_pages_are_returned(items: list[Any], sizes: list[int], skip: int) -> None:
    server = serve_by_token(items, iter(sizes))
    requests, pages = read_pages(REALMS, server, page_size=5, **({"skip": skip} if skip else {}))
    assert all(request["page_size"] == 5 for request in requests)
    assert ["skip" in request for request in requests] == [bool(skip)] + [False] * (len(requests) - 1)
    assert join_pages(REALMS, pages) == {"realms": items[skip:], "total_size": len(items)}


@given(ITEMS, SIZES, st.integers(1, 40), st.integers(1, 9))
def test_all_items_of_all_scim_pages_are_returned(items: list[Any], sizes: list[int], start: int, count: int) -> None:
    server = serve_by_index(items, iter(sizes))
    requests, pages = read_pages(USERS, server, startIndex=str(start), count=count, filter="f")
    assert all((request["count"], request["filter"]) == (count, "f") for request in requests)
    joined = join_pages(USERS, pages)
    assert joined["Resources"] == items[start - 1 :]
    assert (joined["itemsPerPage"], joined["totalResults"]) == (len(joined["Resources"]), len(items))
    assert (joined["schemas"], joined["startIndex"]) == (SCHEMAS, start)


@given(st.lists(st.tuples(ITEMS, ITEMS), min_size=1, max_size=5))
def test_two_lists_are_joined_separately(parts: list[tuple[list[Any], list[Any]]]) -> None:
    pages = [{"groups": groups, "identities": people, "total_groups_size": 7} for groups, people in parts]
    before = copy.deepcopy(pages)
    joined = join_pages(MEMBERS, pages)
    assert joined["groups"] == [item for groups, _people in parts for item in groups]
    assert joined["identities"] == [item for _groups, people in parts for item in people]
    assert joined["total_groups_size"] == 7
    assert pages == before, "no page is changed"


@pytest.mark.parametrize(
    ("pages", "joined"),
    [
        ([{"realms": []}], {"realms": []}),
        ([{"groups": [1]}, {"identities": [2]}], {"groups": [1], "identities": [2]}),
        ([{"groups": [1], "identities": None}, {"groups": None, "identities": [2]}], {"groups": [1], "identities": [2]}),
        ([{"realms": [1], "total_size": 3, "next_page_token": "a"}, {"realms": [2], "total_size": 2}], {"realms": [1, 2], "total_size": 3}),
        ([{"realms": [1]}, {"realms": [2], "note": "late"}], {"realms": [1, 2], "note": "late"}),
    ],
)  # fmt: skip
def test_a_page_may_lack_some_of_the_lists(pages: list[Any], joined: dict[str, Any]) -> None:
    assert join_pages(MEMBERS, pages) == joined


@pytest.mark.parametrize("page", [{}, {"realms": None}, {"realms": {}}, {"realms": "x"}])
def test_a_page_without_any_list_is_an_error(page: dict[str, Any]) -> None:
    with pytest.raises(MalformedResponseError, match="ListRealms: the response has no list"):
        join_pages(REALMS, [{"realms": [1]}, page])


def test_pages_are_read_one_by_one() -> None:
    def iterate_pages() -> Iterator[dict[str, Any]]:
        yield {}
        raise AssertionError("another page was requested")

    with pytest.raises(MalformedResponseError):
        join_pages(REALMS, iterate_pages())


@pytest.mark.parametrize("token", [None, "", 0, False])
def test_a_page_without_a_token_is_the_last(token: Any) -> None:
    assert next_page(REALMS, {}, {"realms": [1], "next_page_token": token}) is None
    assert next_page(REALMS, {}, {"realms": [1]}) is None


@pytest.mark.parametrize("token", [7, True, {"a": 1}, ["t"]])
def test_a_page_token_that_is_not_text_is_an_error(token: Any) -> None:
    with pytest.raises(MalformedResponseError, match="ListRealms: the response's next_page_token is not text"):
        next_page(REALMS, {}, {"next_page_token": token})


def test_each_list_continues_with_the_page_token() -> None:
    operations = [item for item in get_catalogue().values() if item.page_parameter == "page_token"]
    assert len(operations) > 20
    for operation in operations:
        request = first_page(operation, {})
        assert next_page(operation, request, {"next_page_token": "more"}) == {**request, "page_token": "more"}


def test_only_the_first_page_of_two_lists_skips() -> None:
    request = {"role_id": "r", "groups_skip": 1, "identities_skip": 0, "groups_page_size": 7}
    following = next_page(MEMBERS, request, {"next_page_token": "more"})
    assert following == {"role_id": "r", "groups_page_size": 7, "page_token": "more"}


@pytest.mark.parametrize(
    "page",
    [{}, {"totalResults": None}, {"totalResults": "3"}, {"totalResults": 3, "Resources": {}}, {"Resources": []}],
)
def test_a_malformed_scim_page_is_an_error(page: dict[str, Any]) -> None:
    with pytest.raises(MalformedResponseError, match="SCIMListUsers: the response is not a list of SCIM resources"):
        next_page(USERS, {"startIndex": 1}, page)


@pytest.mark.parametrize("resources", [[], None])
def test_an_empty_scim_page_is_the_last(resources: Any) -> None:
    """Even if the total says otherwise: another process may have deleted the remaining resources."""
    assert next_page(USERS, {}, {"totalResults": 9, "Resources": resources}) is None
    assert join_pages(USERS, [{"totalResults": 9, "Resources": resources}])["Resources"] == []


def test_a_scim_page_that_reaches_the_total_is_the_last() -> None:
    """RFC 7644 section 3.4.2.4: the total counts all resources, not those from the start index."""
    page = {"totalResults": 4, "Resources": [{}, {}]}
    assert next_page(USERS, {"startIndex": 3}, page) is None
    assert next_page(USERS, {"startIndex": 2}, page) == {"startIndex": 4}


def test_the_first_page_is_large_unless_the_task_sets_its_size() -> None:
    assert first_page(REALMS, {}) == {"page_size": PAGE_SIZE}
    assert first_page(MEMBERS, {}) == {"groups_page_size": PAGE_SIZE, "identities_page_size": PAGE_SIZE}
    assert first_page(USERS, {}) == {"count": PAGE_SIZE}
    assert first_page(find_operation("GetRealm"), {}) == {}
    given = {"skip": 2, "count": 0, "page_size": 0, "page_token": "t"}
    assert first_page(REALMS, given) == given, "the server validates these"
    assert first_page(MEMBERS, {"groups_page_size": 7}) == {"groups_page_size": 7, "identities_page_size": PAGE_SIZE}


def test_scim_numbers_may_be_text() -> None:
    given = {"count": "7", "startIndex": 3, "realm_id": "r"}
    assert first_page(USERS, given) == {"count": 7, "startIndex": 3, "realm_id": "r"}
    assert given["count"] == "7", "the argument is not changed"


def test_no_page_is_larger_than_published() -> None:
    limits = {name: published.find_largest_page(name) or PAGE_SIZE for name in published.list_names()}
    sizes = {name: max(first_page(find_operation(name), {}).values(), default=0) for name in limits}
    assert [name for name in limits if sizes[name] > limits[name]] == []
    assert max(sizes.values()) == PAGE_SIZE


@pytest.mark.parametrize("name", ["count", "startIndex"])
@pytest.mark.parametrize("value", [0, -1, "", "many", 1.5, True, None, [1], "1\x1b[31m"])
def test_a_scim_number_must_be_positive(name: str, value: Any) -> None:
    with pytest.raises(
        OptionError, match=f"SCIMListUsers: {name} must be a whole number of at least 1, not '"
    ) as caught:
        first_page(USERS, {name: value})
    assert "\x1b" not in caught.value.message


def build_page(*ids: str, total: int | None = None) -> dict[str, Any]:
    return {"realms": [{"id": id} for id in ids], **({} if total is None else {"total_size": total})}


@pytest.mark.parametrize(
    ("pages", "expected"),
    [
        ([build_page("a", total=1)], False),
        ([build_page("a")], False),
        ([build_page("a", total=2)], True),
        ([build_page("a", total=0)], True),
        ([build_page("a"), build_page("b")], False),
        ([build_page("a", total=2), build_page("b", total=2)], False),
        ([build_page("a", total=2), build_page("b")], False),
        ([build_page("a", total=3), build_page("c", total=3)], True),
        ([build_page("a", total=3), build_page("c", total=2)], True),
        ([build_page("a", total=2), build_page("a", total=3)], True),
        ([build_page("a", total=2), build_page("a", total=2)], True),
        ([{"Resources": [{"id": "a"}], "schemas": SCHEMAS, "totalResults": 3}] * 2, True),
        ([{"groups": ["a"], "identities": ["i"], "total_groups_size": 1, "total_identities_size": 2}, {"identities": ["j"]}], False),
        ([{"groups": ["a"], "identities": ["i"], "total_groups_size": 2, "total_identities_size": 2}, {"identities": ["j"]}], True),
    ],
)  # fmt: skip
def test_a_listing_that_contradicts_its_total_has_shifted(pages: list[dict[str, Any]], expected: bool) -> None:
    assert is_shifted(pages, {"page_size": 1}) is expected


@pytest.mark.parametrize("skipped", [{"skip": 1}, {"page_token": "t"}, {"startIndex": 2}, {"groups_skip": 1}])
def test_a_listing_that_begins_later_cannot_be_compared_with_its_total(skipped: dict[str, Any]) -> None:
    assert not is_shifted([build_page("a", total=3), build_page("c", total=3)], skipped)
