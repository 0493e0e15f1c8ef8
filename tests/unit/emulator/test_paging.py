# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lists in pages."""

from __future__ import annotations

import pytest

from tests.unit.emulator.api import Api, read_violated_fields


@pytest.fixture
def api(tenant):
    return Api.of(tenant)


def test_pages_contain_each_object_once(tenant, api):
    tenant.seed(applications=250)
    pages = api.pages("applications", "applications")
    assert [len(page["applications"]) for page in pages] == [100, 100, 51]
    assert {page["total_size"] for page in pages} == {251}
    assert [bool(page["next_page_token"]) for page in pages] == [True, True, False]
    assert len({record["id"] for page in pages for record in page["applications"]}) == 251
    assert {character for page in pages[:2] for character in "+/&=" if character in page["next_page_token"]} == set(
        "+/&="
    )


def test_listings_have_different_orders(tenant, api):
    tenant.seed(applications=20)
    listings = [[record["id"] for record in api.all("applications", "applications")] for _round in range(3)]
    assert sorted(listings[0]) == sorted(listings[1]) == sorted(listings[2])
    assert not listings[0] == listings[1] == listings[2]


def test_listing_continues_after_deletions(tenant, api):
    ids = set(tenant.seed(applications=9)["applications"])
    first = api.get("applications", params={"page_size": 5})
    seen = {record["id"] for record in first["applications"]}
    for identifier in ids & seen:
        api.delete(f"applications/{identifier}")
    rest = api.all("applications", "applications", page_token=first["next_page_token"])
    assert {record["id"] for record in rest} == (ids | {tenant.application_id}) - seen


def test_unencoded_page_token_is_refused(tenant, api):
    tenant.seed(applications=3)
    token = api.get("applications", params={"page_size": 2})["next_page_token"]
    assert read_violated_fields(api.call("GET", f"applications?page_token={token}")) == ["page_token"]


def test_page_token_contains_the_size_and_the_list(tenant, api):
    tenant.seed(applications=5)
    token = api.get("applications", params={"page_size": 2})["next_page_token"]
    assert len(api.get("applications", params={"page_token": token})["applications"]) == 2
    assert len(api.get("applications", params={"page_token": token, "page_size": 3})["applications"]) == 3
    assert read_violated_fields(api.call("GET", "resource-servers", params={"page_token": token})) == ["page_token"]


@pytest.mark.parametrize("size", ["0", "-1", "4294967296", "ten", "", "1.5"])
def test_invalid_page_size_is_refused(api, size):
    assert read_violated_fields(api.call("GET", "applications", params={"page_size": size})) == ["page_size"]


def test_realms_are_paged(tenant, api):
    tenant.seed(realms=210)
    assert len(api.get("/realms")["realms"]) == 20
    assert len(api.get("/realms", params={"page_size": 200})["realms"]) == 200
    assert len(api.get("/realms", params={"skip": 205})["realms"]) == 6
    assert len(api.all("/realms", "realms")) == 211
    assert len(api.get("/realms", params={"page_size": 201})["realms"]) == 200


def test_tokens_are_paged(tenant, api):
    tenant.seed(tokens=120)
    path = f"applications/{tenant.application_id}/tokens"
    assert [len(page["tokens"]) for page in api.pages(path, "tokens")] == [100, 21]


def test_setting_limits_the_page_size(tenant, api):
    tenant.seed(applications=5)
    tenant.change_settings(page_size_maximum=2)
    assert [len(page["applications"]) for page in api.pages("applications", "applications")] == [2, 2, 2]
    pages = api.pages("applications", "applications", page_size=3)
    assert [len(page["applications"]) for page in pages] == [2, 2, 2]
