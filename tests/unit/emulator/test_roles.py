# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Roles of a resource server: their scopes and members."""

from __future__ import annotations

import pytest

from tests.unit.emulator.api import Api, read_violated_fields
from tests.unit.emulator.test_identities import read_conflict


@pytest.fixture
def api(tenant):
    return Api.of(tenant)


@pytest.fixture
def server(api):
    scopes = ["pets:read", "pets:write", "pets:feed"]
    given = {"display_name": "Pets", "identifier": "https://pets.example", "scopes": scopes}
    return api.post("resource-servers", {"resource_server": given})


@pytest.fixture
def role(api, server):
    return api.post(f"resource-servers/{server['id']}/roles", {"role": {"display_name": "Keeper"}})


def build_path(role):
    return f"resource-servers/{role['resource_server_id']}/roles/{role['id']}"


def list_scopes(api, role):
    """Return a role's scopes."""
    return sorted(scope for page in api.pages(f"{build_path(role)}:listScopes", "scopes") for scope in page["scopes"])


def test_role_can_be_created_changed_and_deleted(tenant, api, server):
    roles = f"resource-servers/{server['id']}/roles"
    given = {"display_name": "Keeper", "description": "Keeps pets."}
    created = api.post(roles, {"role": {**given, "id": "x", "resource_server_id": "y"}})
    assert {name: created[name] for name in given} == given
    assert created["resource_server_id"] == server["id"]
    assert (created["tenant_id"], created["realm_id"]) == (tenant.tenant_id, tenant.realm_id)
    path = f"{roles}/{created['id']}"
    changed = api.patch(path, {"role": {"display_name": "Vet"}})
    assert {**changed, "update_time": ""} == {**created, "display_name": "Vet", "update_time": ""}
    assert changed == api.get(path)
    assert api.get(roles) == {"roles": [changed], "total_size": 1, "next_page_token": None}
    assert read_violated_fields(api.call("POST", roles, json={"role": {}})) == ["role.display_name"]
    assert api.post(roles, {"role": given})["id"] != created["id"]
    assert api.delete(path) is None
    assert api.call("GET", path).json()["details"][0]["description"] == "role not found"


def test_role_is_found_only_at_its_resource_server(tenant, api, role):
    elsewhere = f"resource-servers/{tenant.resource_server_id}/roles"
    assert api.get(elsewhere)["roles"] == []
    assert api.call("GET", f"{elsewhere}/{role['id']}").status_code == 404
    response = api.call("GET", f"resource-servers/x/roles/{role['id']}")
    assert response.json()["details"][0]["description"] == "resource server not found"


def test_scopes_can_be_added_and_removed(api, server, role):
    path = build_path(role)
    for _round in range(2):
        assert api.post(f"{path}:addScopes", {"scopes": ["pets:read", "pets:write"]}) == role
        assert list_scopes(api, role) == ["pets:read", "pets:write"]
    assert api.post(f"{path}:deleteScopes", {"scopes": ["pets:read", "pets:feed"]}) == role
    assert list_scopes(api, role) == ["pets:write"]
    assert read_conflict(api.call("DELETE", path)) == "role has children"
    api.patch(f"resource-servers/{server['id']}", {"resource_server": {"scopes": ["pets:read"]}})
    assert list_scopes(api, role) == []
    assert api.delete(path) is None


@pytest.mark.parametrize("verb", ["addScopes", "deleteScopes"])
@pytest.mark.parametrize("given", [None, [], "x", [1], ["pets:read"] * 1001], ids=lambda given: str(given)[:9])
def test_invalid_scopes_are_refused(api, role, verb, given):
    assert read_violated_fields(api.call("POST", f"{build_path(role)}:{verb}", json={"scopes": given})) == ["scopes"]


def test_role_refuses_scopes_that_the_server_does_not_offer(api, role):
    response = api.call("POST", f"{build_path(role)}:addScopes", json={"scopes": ["pets:read", "cars:read"]})
    assert read_violated_fields(response) == ["scopes"]
    assert "cars:read" in response.text
    assert list_scopes(api, role) == []


def test_members_can_be_added_and_removed(tenant, api, role):
    ids = tenant.seed(identities=2, groups=2)
    path = build_path(role)
    query = {"resource_server_id": role["resource_server_id"]}
    both = {"group_ids": ids["groups"], "identity_ids": ids["identities"]}
    for _round in range(2):
        assert api.post(f"{path}:addMembers", both) == role
    listed = api.get(f"{path}:listMembers")
    assert {record["id"] for record in listed["groups"]} == set(ids["groups"])
    assert {record["id"] for record in listed["identities"]} == set(ids["identities"])
    assert (listed["total_groups_size"], listed["total_identities_size"]) == (2, 2)
    for kind in ("groups", "identities"):
        assert api.get(f"{kind}/{ids[kind][0]}:listRoles", params=query) == {
            "roles": [role],
            "total_size": 1,
            "next_page_token": None,
        }
    assert api.post(f"{path}:deleteMembers", {"identity_ids": ids["identities"][:1]}) == role
    assert api.get(f"identities/{ids['identities'][0]}:listRoles", params=query)["roles"] == []
    assert read_conflict(api.call("DELETE", path)) == "role has children"
    api.post(f"{path}:deleteMembers", {"group_ids": ids["groups"][:1]})
    api.delete(f"groups/{ids['groups'][1]}")
    api.delete(f"identities/{ids['identities'][1]}")
    assert api.delete(path) is None


@pytest.mark.parametrize("verb", ["addMembers", "deleteMembers"])
def test_invalid_members_are_refused(tenant, api, role, verb):
    path = f"{build_path(role)}:{verb}"
    assert read_violated_fields(api.call("POST", path, json={})) == ["identity_ids"]
    for name in ("group_ids", "identity_ids"):
        for given in (None, [], "x", [1], ["x"] * 1001):
            assert read_violated_fields(api.call("POST", path, json={name: given})) == [name]
    ids = tenant.seed(identities=1, groups=1)
    swapped = {"group_ids": ids["identities"], "identity_ids": ids["groups"]}
    for name, resource_type in (("group_ids", "Group"), ("identity_ids", "Identity")):
        given = {"group_ids": ids["groups"], "identity_ids": ids["identities"], name: swapped[name]}
        response = api.call("POST", path, json=given)
        assert response.status_code == 404
        assert response.json()["details"][0]["resource_type"] == resource_type
    assert api.get(f"{build_path(role)}:listMembers")["total_groups_size"] == 0


def test_role_members_have_two_page_sizes_and_one_page_token(tenant, api, role):
    ids = tenant.seed(identities=25, groups=3)
    path = build_path(role)
    api.post(f"{path}:addMembers", {"group_ids": ids["groups"], "identity_ids": ids["identities"]})
    first = api.get(f"{path}:listMembers")
    assert (len(first["groups"]), len(first["identities"])) == (3, 20)
    second = api.get(f"{path}:listMembers", params={"page_token": first["next_page_token"]})
    assert (len(second["groups"]), len(second["identities"])) == (0, 5)
    assert (second["total_groups_size"], second["total_identities_size"]) == (3, 25)
    assert second["next_page_token"] is None
    pages = api.pages(f"{path}:listMembers", "groups", groups_page_size=1, identities_page_size=20)
    assert [(len(page["groups"]), len(page["identities"])) for page in pages] == [(1, 20), (1, 5), (1, 0)]
    assert {record["id"] for page in pages for record in page["groups"]} == set(ids["groups"])
    assert {record["id"] for page in pages for record in page["identities"]} == set(ids["identities"])
    skipped = api.get(f"{path}:listMembers", params={"groups_skip": 2, "identities_skip": 24})
    assert (len(skipped["groups"]), len(skipped["identities"])) == (1, 1)
    tenant.change_settings(large_page_size="refuse")
    for name in ("groups_page_size", "identities_page_size"):
        assert read_violated_fields(api.call("GET", f"{path}:listMembers", params={name: 201})) == [name]


def test_list_of_roles_needs_a_resource_server(tenant, api, role):
    [identity] = tenant.seed(identities=1)["identities"]
    api.post(f"{build_path(role)}:addMembers", {"identity_ids": [identity]})
    path = f"identities/{identity}:listRoles"
    assert read_violated_fields(api.call("GET", path)) == ["resource_server_id"]
    assert api.get(path, params={"resource_server_id": tenant.resource_server_id})["roles"] == []
    assert read_conflict(api.call("GET", path, params={"resource_server_id": "x"})) == "resource server not found"


def test_deleted_resource_server_deletes_its_roles(tenant, api, role):
    [identity] = tenant.seed(identities=1)["identities"]
    api.post(f"{build_path(role)}:addMembers", {"identity_ids": [identity]})
    path = f"resource-servers/{role['resource_server_id']}"
    assert read_conflict(api.call("DELETE", path)) == "resource server has children"
    tenant.change_settings(conflicts="documented")
    api.delete(path)
    query = {"resource_server_id": tenant.resource_server_id}
    assert api.get(f"identities/{identity}:listRoles", params=query)["roles"] == []


def test_role_scopes_are_paged(tenant, api):
    [role_id] = tenant.seed(roles=1)["roles"]
    role = api.get(f"resource-servers/{tenant.resource_server_id}/roles/{role_id}")
    offered = api.get(f"resource-servers/{tenant.resource_server_id}")["scopes"]
    api.post(f"{build_path(role)}:addScopes", {"scopes": offered})
    assert len(api.get(f"{build_path(role)}:listScopes")["scopes"]) == 20
    assert list_scopes(api, role) == sorted(offered)


@pytest.mark.parametrize("kind", ["identities", "groups", "roles"])
def test_realm_with_children_cannot_be_deleted(tenant, api, kind):
    [realm_id] = tenant.seed(realms=1)["realms"]
    tenant.seed(**{kind: 1}, realm_id=realm_id)
    assert read_conflict(api.call("DELETE", f"/realms/{realm_id}")) == "realm has children"
