# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A listing that changes while its pages are read is read again."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from ansible_collections.beyondidentity.management.plugins.modules import api, realm_info
from tests.support.untidy_service import Rule, is_listing, run_untidy_service
from tests.unit.builders import make_client
from tests.unit.module_calls import run_ok

PAGE = 10
Change = Callable[[list[str]], Any]


def serve_pages(realms: list[str], change: Change, times: int) -> Rule:
    """Return a rule that lists realms by their index, and changes the realms after the first page of some listings."""
    remaining = [times]

    def rule(seen: Any, forward: Any) -> Any:
        if not is_listing(seen, "realms"):
            return forward(seen)
        begin = int(parse_qs(urlsplit(seen.path).query).get("page_token", ["0"])[0])
        page: dict[str, Any] = {
            "realms": [{"id": id, "display_name": id} for id in realms[begin : begin + PAGE]],
            "total_size": len(realms),
        }
        if begin + PAGE < len(realms):
            page["next_page_token"] = str(begin + PAGE)
        if begin == 0 and remaining[0] > 0:
            remaining[0] -= 1
            change(realms)
        return 200, {"Content-Type": "application/json"}, json.dumps(page).encode()

    return rule


def delete_first(realms: list[str]) -> None:
    del realms[0]


def insert_first(realms: list[str]) -> None:
    realms.insert(0, f"new-{len(realms)}")


@pytest.mark.parametrize("change", [delete_first, insert_first])
def test_no_object_is_skipped_or_returned_twice(change: Change, tenant: Any) -> None:
    realms = [f"r{number}" for number in range(25)]
    with run_untidy_service(tenant, serve_pages(realms, change, 1)) as url:
        found = [item["id"] for item in make_client(tenant, "ListRealms", api_url=url).list_all("ListRealms", "realms")]
    assert set(realms) <= set(found) and len(found) == len(set(found))


@pytest.mark.parametrize(("change", "number"), [(delete_first, 24), (insert_first, 26)])
def test_the_module_api_returns_the_second_reading(change: Change, number: int, tenant: Any) -> None:
    realms = [f"r{number}" for number in range(25)]
    with run_untidy_service(tenant, serve_pages(realms, change, 1)) as url:
        result = run_ok(api, tenant, api_url=url, operation="ListRealms", all_pages=True)
    assert [item["id"] for item in result["response"]["realms"]] == realms
    assert result["response"]["total_size"] == number and result["requests"] == 7, "a token, and 3 pages twice"


def test_an_object_that_moved_to_a_read_page_is_found_by_its_name(tenant: Any) -> None:
    realms = [f"r{number}" for number in range(25)]
    with run_untidy_service(tenant, serve_pages(realms, delete_first, 1)) as url:
        assert run_ok(realm_info, tenant, api_url=url, display_name="r10")["realms"] == [
            {"id": "r10", "display_name": "r10"}
        ]


def test_a_listing_that_never_rests_is_read_three_times(tenant: Any) -> None:
    realms = [f"r{number}" for number in range(25)]
    with run_untidy_service(tenant, serve_pages(realms, insert_first, 100)) as url:
        result = run_ok(api, tenant, api_url=url, operation="ListRealms", all_pages=True)
        assert result["requests"] == 1 + 3 * 3
        assert len(list(make_client(tenant, "ListRealms", api_url=url).list_all("ListRealms", "realms"))) >= 25


def test_a_listing_at_rest_is_read_once(tenant: Any) -> None:
    realms = [f"r{number}" for number in range(25)]
    with run_untidy_service(tenant, serve_pages(realms, delete_first, 0)) as url:
        result = run_ok(api, tenant, api_url=url, operation="ListRealms", all_pages=True)
    assert result["requests"] == 1 + 3


def serve_one_page(*readings: tuple[list[str], int]) -> Rule:
    """Return a rule by which each listing of realms is a single page with these realms and this total, the last one for ever."""
    remaining = list(readings)

    def rule(seen: Any, forward: Any) -> Any:
        if not is_listing(seen, "realms"):
            return forward(seen)
        realms, total = remaining.pop(0) if len(remaining) > 1 else remaining[0]
        page = {"realms": [{"id": id, "display_name": id} for id in realms], "total_size": total}
        return 200, {"Content-Type": "application/json"}, json.dumps(page).encode()

    return rule


def test_a_single_page_that_lacks_an_object_is_read_again(tenant: Any) -> None:
    readings = ["a"], 2
    with run_untidy_service(tenant, serve_one_page(readings, (["a", "b"], 2))) as url:
        assert [item["id"] for item in run_ok(realm_info, tenant, api_url=url, display_name="b")["realms"]] == ["b"]
    with run_untidy_service(tenant, serve_one_page(readings, (["a", "b"], 2))) as url:
        result = run_ok(api, tenant, api_url=url, operation="ListRealms", all_pages=True)
    assert [item["id"] for item in result["response"]["realms"]] == ["a", "b"]
    assert result["requests"] == 1 + 2


def test_a_total_that_is_always_wrong_costs_one_reading_more(tenant: Any) -> None:
    with run_untidy_service(tenant, serve_one_page((["a", "b"], 9))) as url:
        result = run_ok(api, tenant, api_url=url, operation="ListRealms", all_pages=True)
        assert result["response"]["total_size"] == 9 and result["requests"] == 1 + 2
        found = list(make_client(tenant, "ListRealms", api_url=url).list_all("ListRealms", "realms"))
        assert [item["id"] for item in found] == ["a", "b"]
        assert run_ok(realm_info, tenant, api_url=url, display_name="b")["requests"] == 1 + 2


def test_a_single_page_that_never_rests_is_read_three_times(tenant: Any) -> None:
    readings = [([f"r{number}"], 9) for number in range(5)]
    with run_untidy_service(tenant, serve_one_page(*readings)) as url:
        result = run_ok(api, tenant, api_url=url, operation="ListRealms", all_pages=True)
    assert result["requests"] == 1 + 3
