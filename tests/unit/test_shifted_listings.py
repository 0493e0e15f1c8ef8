# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A listing that changes while its pages are read is read again."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.beyondidentity.management.plugins.modules import api, realm_info
from tests.unit.builders import make_client
from tests.unit.module_calls import run_ok

PAGE = 10


@pytest.fixture
def tenant(emulator: Any) -> Any:
    """Return a tenant whose pages have PAGE objects, and begin at an offset."""
    return emulator.create_tenant(paging="offset", page_size_maximum=PAGE)


def shift(tenant: Any, change: str, **limits: int) -> None:
    """Delete or insert a realm after a page of a list."""
    tenant.add_fault(operation="ListRealms", shift=change, **limits)


def list_realms(tenant: Any) -> list[dict[str, Any]]:
    return list(make_client(tenant, "ListRealms").list_all("ListRealms", "realms"))


@pytest.mark.parametrize("change", ["delete", "insert"])
def test_no_object_is_skipped_or_returned_twice(change: str, tenant: Any) -> None:
    tenant.seed(realms=24)
    shift(tenant, change, times=1)
    found = [item["id"] for item in list_realms(tenant)]
    assert {item["id"] for item in list_realms(tenant)} <= set(found) and len(found) == len(set(found))


@pytest.mark.parametrize(("change", "number"), [("delete", 24), ("insert", 26)])
def test_the_module_api_returns_the_second_reading(change: str, number: int, tenant: Any) -> None:
    tenant.seed(realms=24)
    shift(tenant, change, times=1)
    result = run_ok(api, tenant, operation="ListRealms", all_pages=True)
    ids = [item["id"] for item in result["response"]["realms"]]
    assert sorted(ids) == sorted(item["id"] for item in list_realms(tenant))
    assert result["response"]["total_size"] == number and result["requests"] == 7, "a token, and 3 pages twice"


def test_an_object_that_moved_to_a_read_page_is_found_by_its_name(tenant: Any) -> None:
    tenant.seed(realms=24)
    moved = list_realms(tenant)[PAGE]
    shift(tenant, "delete", times=1)
    assert run_ok(realm_info, tenant, display_name=moved["display_name"])["realms"] == [moved]


def test_a_listing_that_never_rests_is_read_three_times(tenant: Any) -> None:
    tenant.seed(realms=20)
    shift(tenant, "insert")
    result = run_ok(api, tenant, operation="ListRealms", all_pages=True)
    assert result["requests"] == 1 + 3 * 3
    assert len(list_realms(tenant)) >= 25


def test_a_listing_at_rest_is_read_once(tenant: Any) -> None:
    tenant.seed(realms=24)
    assert run_ok(api, tenant, operation="ListRealms", all_pages=True)["requests"] == 1 + 3


def serve_pages(tenant: Any, *readings: tuple[list[str], int]) -> None:
    """Let each list of realms be a single page with these realms and this total, the last one for ever."""
    for number, (realms, total) in enumerate(readings, 1):
        page = {"realms": [{"id": id, "display_name": id} for id in realms], "total_size": total}
        tenant.add_fault(operation="ListRealms", json=page, times=1 if number < len(readings) else None)


def test_a_single_page_that_lacks_an_object_is_read_again(tenant: Any) -> None:
    readings = (["a"], 2), (["a", "b"], 2)
    serve_pages(tenant, *readings)
    assert [item["id"] for item in run_ok(realm_info, tenant, display_name="b")["realms"]] == ["b"]
    tenant.clear_faults()
    serve_pages(tenant, *readings)
    result = run_ok(api, tenant, operation="ListRealms", all_pages=True)
    assert [item["id"] for item in result["response"]["realms"]] == ["a", "b"]
    assert result["requests"] == 1 + 2


def test_a_total_that_is_always_wrong_costs_one_reading_more(tenant: Any) -> None:
    serve_pages(tenant, (["a", "b"], 9))
    result = run_ok(api, tenant, operation="ListRealms", all_pages=True)
    assert result["response"]["total_size"] == 9 and result["requests"] == 1 + 2
    assert [item["id"] for item in list_realms(tenant)] == ["a", "b"]
    assert run_ok(realm_info, tenant, display_name="b")["requests"] == 1 + 2


def test_a_single_page_that_never_rests_is_read_three_times(tenant: Any) -> None:
    serve_pages(tenant, *(([f"r{number}"], 9) for number in range(5)))
    assert run_ok(api, tenant, operation="ListRealms", all_pages=True)["requests"] == 1 + 3
