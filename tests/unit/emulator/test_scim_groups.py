# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""SCIM groups, lists and discovery."""

from __future__ import annotations

import pytest

from tests.unit.emulator.api import Api, read_json
from tests.unit.emulator.test_scim_users import PATCH, read_error

GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"


@pytest.fixture
def api(tenant):
    return Api.of(tenant)


@pytest.fixture
def group(api):
    response = call_groups("POST", api, json={"schemas": [GROUP], "id": "x", "displayName": "Cats"})
    assert response.status_code == 201, response.text
    return response.json()


def call_groups(method, api, path="", **options):
    """Send a request to the groups' path, or to that of a group."""
    return api.call(method, f"scim/v2/Groups/{path}".rstrip("/"), **options)


def patch_group(api, group, *steps):
    """Change a group by some steps."""
    return call_groups("PATCH", api, group["id"], json={"schemas": [PATCH], "Operations": list(steps)})


def list_members(api, group):
    return {record["id"] for record in api.all(f"groups/{group['id']}:listMembers", "identities")}


def test_scim_group_is_a_group(tenant, api, group):
    assert (group["schemas"], group["displayName"]) == ([GROUP], "Cats")
    assert api.get(f"groups/{group['id']}")["display_name"] == "Cats"
    assert read_json(call_groups("GET", api, group["id"])) == group
    tenant.seed(groups=2)
    found = read_json(call_groups("GET", api, params={"filter": 'displayName eq "cats"', "count": 5}))
    assert (found["Resources"], found["totalResults"]) == ([group], 1)
    assert call_groups("DELETE", api, group["id"]).status_code == 204
    assert read_error(call_groups("GET", api, group["id"]), 404)[1] == f"Resource {group['id']} not found."


def test_path_with_a_slash_exists_only_as_documented(tenant, api):
    path, documented = "scim/v2/Groups", "scim/v2/Groups/"
    api.checked = False
    for method in ("GET", "POST"):
        response = api.call(method, documented, json={})
        assert (response.status_code, response.json()["code"]) == (404, "not_found")
    assert api.call("GET", path).status_code == 200
    tenant.change_settings(documented_paths=True)
    assert api.call("POST", documented, json={"schemas": [GROUP], "displayName": "Cats"}).status_code == 201
    assert api.call("GET", documented).json() == api.call("GET", path).json()
    assert api.call("GET", "scim/v2/Users/").status_code == 404


def test_invalid_group_is_refused(api):
    for body in ({"displayName": "Cats"}, {"schemas": [GROUP]}, {"schemas": [GROUP], "displayName": ""}):
        read_error(call_groups("POST", api, json=body))


def test_patch_changes_name_and_members(tenant, api, group):
    ids = tenant.seed(identities=3)["identities"]
    steps = [
        {"op": "replace", "path": "displayName", "value": "Dogs"},
        {"op": "add", "path": "members", "value": [{"value": identifier} for identifier in ids]},
    ]
    assert read_json(patch_group(api, group, *steps))["displayName"] == "Dogs"
    assert list_members(api, group) == set(ids)
    read_json(patch_group(api, group, {"op": "remove", "path": "members", "value": [{"value": ids[0]}]}))
    read_json(patch_group(api, group, {"op": "remove", "path": f'members[value eq "{ids[1]}"]'}))
    assert list_members(api, group) == {ids[2]}
    assert (
        read_json(patch_group(api, group, {"op": "replace", "value": {"displayName": "Cats"}}))["displayName"] == "Cats"
    )
    assert call_groups("DELETE", api, group["id"]).status_code == 204


def test_invalid_patch_is_refused(tenant, api, group):
    ids = tenant.seed(identities=2)["identities"]
    two = [{"value": identifier} for identifier in ids]
    read_json(patch_group(api, group, {"op": "add", "path": "members", "value": two}))
    for step in (
        {"op": "remove", "path": "members", "value": two},
        {"op": "add", "path": "members", "value": "x"},
        {"op": "replace", "path": "members", "value": []},
        {"op": "add", "path": "displayName", "value": "x"},
        {"op": "replace", "value": {"displayName": "x", "members": []}},
    ):
        read_error(patch_group(api, group, step))
    read_error(patch_group(api, group, {"op": "add", "path": "members", "value": [{"value": "x"}]}), 404)
    assert list_members(api, group) == set(ids)


def test_list_is_paged_by_index(tenant, api):
    ids = set(tenant.seed(groups=5)["groups"])
    nothing = read_json(call_groups("GET", api))
    assert (nothing["Resources"], nothing["totalResults"], nothing["itemsPerPage"]) == ([], 5, 0)
    seen = []
    for start in (1, 3, 5, 7):
        page = read_json(call_groups("GET", api, params={"startIndex": start, "count": 2}))
        assert (page["startIndex"], page["itemsPerPage"], page["totalResults"]) == (start, 2, 5)
        seen += [group["id"] for group in page["Resources"]]
    assert len(seen) == 5
    assert set(seen) == ids
    assert read_json(call_groups("GET", api, params={"count": "-1"}))["Resources"] == []
    for query in ({"count": "ten"}, {"startIndex": "x"}):
        read_error(call_groups("GET", api, params=query))


def test_page_size_is_limited(tenant, api):
    tenant.seed(groups=1001)
    assert len(read_json(call_groups("GET", api, params={"count": 2000}))["Resources"]) == 1000
    tenant.change_settings(page_size_maximum=3)
    page = read_json(call_groups("GET", api, params={"count": 2000}))
    assert (len(page["Resources"]), page["itemsPerPage"]) == (3, 3)


@pytest.mark.parametrize("name", ["ResourceTypes", "Schemas", "ServiceProviderConfig"])
def test_discovery_needs_no_scope(tenant, name):
    response = read_json(Api.of(tenant, "realms:read").call("GET", f"scim/v2/{name}"))
    assert response["schemas"]


def test_rate_limit_response_has_no_body(tenant, api):
    tenant.change_settings(rate_limit=1)
    call_groups("GET", api)
    response = call_groups("GET", api)
    assert (response.status_code, response.content) == (429, b"")
    assert response.headers["RateLimit-Remaining"] == "0"
