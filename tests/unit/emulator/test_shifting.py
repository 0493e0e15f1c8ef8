# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lists that change between two pages, and the page token of the last page."""

from __future__ import annotations

import pytest

from beyondidentity_emulator.client import EmulatorError
from tests.unit.emulator.api import Api

LISTS = ["applications", "groups", "identities", "realms", "tokens"]


@pytest.fixture
def api(tenant):
    return Api.of(tenant)


def read_pages(tenant, api, name):
    """Return the IDs and the totals of a list in pages of 5."""
    path = {"realms": "/realms", "tokens": f"applications/{tenant.application_id}/tokens"}.get(name, name)
    pages = api.pages(path, name, page_size=5)
    return [record["id"] for page in pages for record in page[name]], [page["total_size"] for page in pages]


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize("paging", ["cursor", "offset"])
def test_deletion_between_two_pages(tenant, api, name, paging):
    tenant.seed(**{name: 12 if name in ("groups", "identities") else 11})
    tenant.change_settings(paging=paging)
    tenant.add_fault(shift="delete", times=1)
    ids, totals = read_pages(tenant, api, name)
    assert totals == [12, 11, 11]
    assert len(ids) == len(set(ids)) == {"cursor": 12, "offset": 11}[paging]
    again, _totals = read_pages(tenant, api, name)
    assert len(again) == 11
    missed = set(again) - set(ids)
    assert len(missed) == {"cursor": 0, "offset": 1}[paging]


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize("paging", ["cursor", "offset"])
def test_insertion_between_two_pages(tenant, api, name, paging):
    tenant.seed(**{name: 12 if name in ("groups", "identities") else 11})
    tenant.change_settings(paging=paging)
    tenant.add_fault(shift="insert", times=1)
    ids, totals = read_pages(tenant, api, name)
    assert totals == [12, 13, 13]
    assert len(ids) == {"cursor": 12, "offset": 13}[paging]
    assert len(set(ids)) == 12
    again, _totals = read_pages(tenant, api, name)
    assert len(set(again)) == 13
    assert len(set(again) - set(ids)) == 1


def test_complete_list_does_not_shift(tenant, api):
    tenant.seed(groups=5)
    tenant.add_fault(shift="delete")
    assert [api.get("groups", params={"page_size": 5})["total_size"] for _round in range(2)] == [5, 5]


def test_ordered_list_shifts(tenant, api):
    tenant.seed(groups=6)
    tenant.add_fault(shift="insert", times=1)
    pages = api.pages("groups", "groups", page_size=5, order_by="display_name")
    assert [page["total_size"] for page in pages] == [6, 7]


def test_lists_of_members_shift_with_their_objects(tenant, api):
    ids = tenant.seed(groups=1, identities=6)
    path = f"groups/{ids['groups'][0]}"
    api.post(f"{path}:addMembers", {"identity_ids": ids["identities"]})
    tenant.add_fault(shift="delete", times=1)
    pages = api.pages(f"{path}:listMembers", "identities", page_size=5)
    assert [page["total_size"] for page in pages] == [6, 5]


def test_builtin_objects_stay(tenant, api):
    tenant.change_settings(page_size_maximum=1)
    [first] = tenant.seed(realms=1, applications=1)["realms"]
    tenant.add_fault(shift="delete")
    for _round in range(3):
        api.get("/realms")
        api.get("applications")
    assert api.get(f"applications/{tenant.application_id}")
    assert api.get(f"/realms/{tenant.realm_id}")
    assert first


def test_unknown_shift_is_refused(tenant):
    with pytest.raises(EmulatorError, match="shift must be `delete`, `insert` or null; not .both."):
        tenant.add_fault(shift="both")


@pytest.mark.parametrize("paging", ["cursor", "offset"])
def test_pages_contain_each_object_once(tenant, api, paging):
    tenant.seed(identities=23)
    tenant.change_settings(paging=paging)
    ids, totals = read_pages(tenant, api, "identities")
    assert (len(ids), len(set(ids)), set(totals)) == (23, 23, {23})


def test_last_page_token_is_null_or_absent(tenant, api):
    tenant.seed(realms=2)
    for path, query in (("/realms", {}), ("/realms", {"page_size": 3}), ("groups", {})):
        assert api.get(path, params=query)["next_page_token"] is None
    tenant.change_settings(null_page_token=False)
    for path, query in (("/realms", {}), ("/realms", {"page_size": 3}), ("groups", {})):
        assert "next_page_token" not in api.get(path, params=query)
    assert api.get("/realms", params={"page_size": 2})["next_page_token"]
