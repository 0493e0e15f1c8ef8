# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Objects that lists, reads and the token endpoint know late. A setting that ends a delay stands for its time."""

from __future__ import annotations

import time

import pytest
import requests

from tests.unit.emulator.api import Api, build_application
from tests.unit.emulator.test_identities import build_identity

LONG = 600


@pytest.fixture
def api(tenant):
    return Api.of(tenant)


def create_all(tenant, api):
    """Create an object of each type; return its path, the path of its list and the list's key."""
    roles = f"resource-servers/{tenant.resource_server_id}/roles"
    bodies = {
        "/realms": ("realms", {"realm": {"display_name": "Pets"}}),
        "applications": ("applications", build_application()),
        "resource-servers": (
            "resource_servers",
            {"resource_server": {"display_name": "Pets", "identifier": "https://pets.example", "scopes": []}},
        ),
        "authenticator-configs": (
            "authenticator_configs",
            {"authenticator_config": {"display_name": "Pets", "config": {"type": "platform"}}},
        ),
        "identities": ("identities", build_identity()),
        "groups": ("groups", {"group": {"display_name": "Pets", "description": "Who has pets."}}),
        roles: ("roles", {"role": {"display_name": "Keeper"}}),
    }
    return [(f"{path}/{api.post(path, body)['id']}", path, key) for path, (key, body) in bodies.items()]


def count(api, path, key):
    """Return the number of objects in a list, which its total confirms."""
    listed = api.get(path, params={"page_size": 50})
    assert listed["total_size"] == len(listed[key])
    return listed["total_size"]


def test_new_objects_are_missing_in_lists(tenant, api):
    tenant.change_settings(listing_delay=LONG)
    created = create_all(tenant, api)
    late = [count(api, path, key) for _item, path, key in created]
    assert all(api.get(item) for item, _path, _key in created)
    tenant.change_settings(listing_delay=0)
    assert [count(api, path, key) - 1 for _item, path, key in created] == late


def test_new_objects_are_missing_in_scim_lists(tenant, api):
    tenant.change_settings(listing_delay=LONG)
    create_all(tenant, api)
    tenant.seed(identities=1)
    for name, total in (("Users", 1), ("Groups", 0)):
        assert api.get(f"scim/v2/{name}", params={"count": 5})["totalResults"] == total


def test_delay_ends_after_its_time(tenant, api):
    tenant.change_settings(listing_delay=0.1)
    api.post("/realms", {"realm": {"display_name": "Pets"}})
    time.sleep(0.15)
    assert api.get("/realms")["total_size"] == 2


def test_new_objects_cannot_be_read(tenant, api):
    tenant.change_settings(get_delay=LONG)
    created = create_all(tenant, api)
    for item, path, key in created:
        response = api.call("GET", item)
        assert response.status_code == 404
        assert response.json()["details"][0]["id"] == item.rpartition("/")[2]
        assert count(api, path, key) >= 1
    [seeded] = tenant.seed(realms=1)["realms"]
    assert api.get(f"/realms/{seeded}")["id"] == seeded
    tenant.change_settings(get_delay=0)
    assert all(api.get(item) for item, _path, _key in created)


def test_new_scim_user_cannot_be_read(tenant, api):
    created = api.post("identities", build_identity())
    tenant.change_settings(get_delay=LONG)
    response = api.call("GET", f"scim/v2/Users/{created['id']}")
    assert (response.status_code, response.json()["detail"]) == (404, f"Resource {created['id']} not found.")


def test_deleted_objects_are_listed(tenant, api):
    tenant.change_settings(deleted_delay=LONG)
    created = create_all(tenant, api)
    before = [count(api, path, key) for _item, path, key in created]
    for item, _path, _key in created:
        api.delete(item)
    assert [count(api, path, key) for _item, path, key in created] == before
    assert {api.call("GET", item).status_code for item, _path, _key in created} == {404}
    tenant.change_settings(deleted_delay=0)
    assert [count(api, path, key) + 1 for _item, path, key in created] == before


def test_deleted_objects_that_were_not_listed_yet_are_not_listed(tenant, api):
    tenant.change_settings(deleted_delay=LONG, listing_delay=LONG)
    for item, path, key in create_all(tenant, api):
        before = count(api, path, key)
        api.delete(item)
        assert count(api, path, key) == before


def test_deleted_role_is_listed_only_below_its_resource_server(tenant, api):
    tenant.change_settings(deleted_delay=LONG)
    [role] = tenant.seed(roles=1)["roles"]
    given = {"resource_server": {"display_name": "Pets", "identifier": "https://pets.example", "scopes": []}}
    other = api.post("resource-servers", given)
    api.delete(f"resource-servers/{tenant.resource_server_id}/roles/{role}")
    assert api.get(f"resource-servers/{tenant.resource_server_id}/roles")["total_size"] == 1
    assert api.get(f"resource-servers/{other['id']}/roles")["total_size"] == 0


def test_changed_objects_are_listed_as_before(tenant, api):
    tenant.change_settings(changed_delay=LONG)
    ids = tenant.seed(realms=1, groups=1)
    for path, key, envelope in (("/realms", "realms", "realm"), ("groups", "groups", "group")):
        item = f"{path}/{ids[key][0]}"
        before = api.get(item)["display_name"]
        api.patch(item, {envelope: {"display_name": "Renamed"}})
        assert api.get(item)["display_name"] == "Renamed"
        names = [record["display_name"] for record in api.get(path)[key]]
        assert before in names
        assert "Renamed" not in names
    tenant.change_settings(changed_delay=0)
    assert [record["display_name"] for record in api.get("groups")["groups"]] == ["Renamed"]


def test_tokens_of_a_new_application_are_refused(tenant, api):
    tenant.change_settings(new_application_delay=LONG)
    body = build_application(resource_server_id=tenant.resource_server_id, protocol={"allowed_scopes": ["realms:read"]})
    created = api.post("applications", body)
    issuer = f"{tenant.realm_url}/applications/{created['id']}"
    protocol = created["protocol_config"]

    def request():
        return requests.post(
            f"{issuer}/token",
            data={"grant_type": "client_credentials", "scope": "realms:read"},
            auth=(protocol["client_id"], protocol["client_secret"]),
            timeout=60,
        )

    refused = request()
    assert (refused.status_code, refused.json()["error"]) == (401, "invalid_client")
    assert tenant.request_token("realms:read")
    tenant.change_settings(new_application_delay=0)
    assert request().status_code == 200
