# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Groups and their members."""

from __future__ import annotations

import pytest

from tests.unit.emulator.api import Api, read_violated_fields
from tests.unit.emulator.test_identities import read_conflict

CATS = {"display_name": "Cats", "description": "Who likes cats."}


@pytest.fixture
def api(tenant):
    return Api.of(tenant)


@pytest.fixture
def group(api):
    return api.post("groups", {"group": CATS})


def list_members(api, group):
    """Return the ids of a group's members."""
    return {record["id"] for record in api.all(f"groups/{group['id']}:listMembers", "identities")}


def test_group_can_be_created_changed_and_deleted(tenant, api):
    given = {"display_name": "Cats", "description": "Who likes cats."}
    created = api.post("groups", {"group": {**given, "id": "x"}})
    assert {name: created[name] for name in given} == given
    assert (created["tenant_id"], created["realm_id"]) == (tenant.tenant_id, tenant.realm_id)
    path = f"groups/{created['id']}"
    changed = api.patch(path, {"group": {"display_name": "Dogs"}})
    assert {**changed, "update_time": ""} == {**created, "display_name": "Dogs", "update_time": ""}
    assert changed == api.get(path)
    assert "description" not in api.patch(path, {"group": {"description": ""}})
    assert api.get("groups")["total_size"] == 1
    assert api.delete(path) is None
    assert api.call("GET", path).status_code == 404


@pytest.mark.parametrize(
    "given", [{}, {"display_name": ""}, {"display_name": "a/b"}, {"display_name": "x" * 65}], ids=str
)
def test_invalid_group_is_refused(api, given):
    described = {"description": "Who likes cats.", **given}
    assert read_violated_fields(api.call("POST", "groups", json={"group": described})) == ["group.display_name"]


@pytest.mark.parametrize("description", ["x" * 301, "a{b", 1])
def test_invalid_description_is_refused(api, description):
    given = {"group": {"display_name": "Cats", "description": description}}
    assert read_violated_fields(api.call("POST", "groups", json=given)) == ["group.description"]


def test_taken_name_is_a_conflict(tenant, api, group):
    response = api.call("POST", "groups", json={"group": CATS})
    assert read_conflict(response) == "group already exists"
    other = api.post("groups", {"group": {**CATS, "display_name": "Dogs"}})
    assert api.patch(f"groups/{other['id']}", {"group": {"display_name": "Cats"}})["display_name"] == "Cats"
    tenant.change_settings(conflicts="documented")
    assert api.post("groups", {"group": CATS})["id"] != group["id"]


def test_new_group_needs_a_description(tenant, api):
    for given in ({"display_name": "Cats"}, {"display_name": "Cats", "description": ""}):
        assert read_violated_fields(api.call("POST", "groups", json={"group": given})) == ["group.description"]
    tenant.change_settings(group_description="optional")
    assert "description" not in api.post("groups", {"group": {"display_name": "Cats"}})


def test_members_can_be_added_and_removed(tenant, api, group):
    ids = tenant.seed(identities=3)["identities"]
    path = f"groups/{group['id']}"
    for _round in range(2):
        assert api.post(f"{path}:addMembers", {"identity_ids": ids}) == group
        assert list_members(api, group) == set(ids)
    for identifier in ids:
        assert api.get(f"identities/{identifier}:listGroups") == {
            "groups": [group],
            "total_size": 1,
            "next_page_token": None,
        }
    for _round in range(2):
        assert api.post(f"{path}:deleteMembers", {"identity_ids": ids[:1]}) == group
        assert list_members(api, group) == set(ids[1:])
    assert api.get(f"identities/{ids[0]}:listGroups")["groups"] == []
    assert read_conflict(api.call("DELETE", path)) == "group has children"
    api.delete(f"identities/{ids[1]}")
    assert list_members(api, group) == {ids[2]}
    api.post(f"{path}:deleteMembers", {"identity_ids": ids[2:]})
    assert api.delete(path) is None
    assert api.get(f"identities/{ids[2]}:listGroups")["groups"] == []


@pytest.mark.parametrize("verb", ["addMembers", "deleteMembers"])
def test_invalid_members_are_refused(tenant, api, group, verb):
    path = f"groups/{group['id']}:{verb}"
    [known] = tenant.seed(identities=1)["identities"]
    for ids in (None, [], "x", [1], ["x"] * 1001):
        assert read_violated_fields(api.call("POST", path, json={"identity_ids": ids})) == ["identity_ids"]
    response = api.call("POST", path, json={"identity_ids": [known, "x"]})
    assert response.status_code == 404
    assert response.json()["details"][0]["resource_type"] == "Identity"
    assert list_members(api, group) == set()
    assert api.call("POST", f"groups/x:{verb}", json={"identity_ids": [known]}).status_code == 404


def test_thousand_members_are_paged(tenant, api, group):
    ids = tenant.seed(identities=1000)["identities"]
    api.post(f"groups/{group['id']}:addMembers", {"identity_ids": ids})
    path = f"groups/{group['id']}:listMembers"
    assert len(api.get(path)["identities"]) == 20
    assert len(api.pages(path, "identities", page_size=200)) == 5
    assert list_members(api, group) == set(ids)


def test_unknown_verb_is_not_found(api, group):
    assert api.call("GET", f"groups/{group['id']}:listNothing").status_code == 404
