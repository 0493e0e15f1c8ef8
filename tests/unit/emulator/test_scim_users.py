# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""SCIM users, which are identities."""

from __future__ import annotations

import pytest

from tests.unit.emulator.api import Api, read_json

CORE = "urn:ietf:params:scim:schemas:core:2.0:User"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
USER = {
    "userName": "bjensen",
    "displayName": "Ms. Barbara Jensen",
    "externalId": "b1",
    "name": {"familyName": "Jensen", "givenName": "Barbara"},
    "emails": [{"value": "bjensen@example.com", "primary": True}],
    "active": True,
}


@pytest.fixture
def api(tenant):
    return Api.of(tenant)


def call_users(method, api, path="", **options):
    """Send a request to the users' path."""
    return api.call(method, f"scim/v2/Users{path}", **options)


def create_user(api, **changes):
    """Create a user and return it."""
    response = call_users("POST", api, json={"schemas": [CORE], **USER, **changes})
    assert response.status_code == 201, response.text
    return response.json()


def read_error(response, status=400):
    """Return the type and detail of an error."""
    assert response.status_code == status, response.text
    body = response.json()
    assert (body["schemas"], body["status"]) == (["urn:ietf:params:scim:api:messages:2.0:Error"], str(status))
    return body.get("scimType"), body["detail"]


def patch_user(api, user, *steps):
    """Change a user by some steps."""
    return call_users("PATCH", api, f"/{user['id']}", json={"schemas": [PATCH], "Operations": list(steps)})


def test_scim_user_is_an_identity(api):
    user = create_user(api, id="x", **{ENTERPRISE: {"employeeNumber": "7", "manager": {"value": "m"}}})
    assert user["schemas"] == [CORE, ENTERPRISE]
    assert {name: user[name] for name in USER} == USER
    assert user["meta"]["location"] == f"Users/{user['id']}"
    identity = api.get(f"identities/{user['id']}")
    assert (identity["display_name"], identity["status"]) == (USER["displayName"], "active")
    assert identity["traits"] == {
        "type": "traits_v0",
        "username": "bjensen",
        "primary_email_address": "bjensen@example.com",
        "external_id": "b1",
        "family_name": "Jensen",
        "given_name": "Barbara",
        "employee_number": "7",
        "manager_id": "m",
    }
    assert read_json(call_users("GET", api, f"/{user['id']}")) == user
    response = call_users("DELETE", api, f"/{user['id']}")
    assert (response.status_code, response.content) == (204, b"")
    for method in ("GET", "DELETE", "PUT", "PATCH"):
        body = {"schemas": [CORE, PATCH], "Operations": [{"op": "add", "path": "active", "value": True}]}
        assert (
            read_error(call_users(method, api, f"/{user['id']}", json=body), 404)[1]
            == f"Resource {user['id']} not found."
        )


@pytest.mark.parametrize(
    "changes",
    [
        {"schemas": None},
        {"schemas": ["urn:x"]},
        {"userName": None},
        {"userName": "a/b"},
        {"displayName": ""},
        {"active": "yes"},
        {"emails": "x"},
        {"emails": [{"primary": True, "value": 1}]},
    ],
    ids=str,
)
def test_invalid_user_is_refused(api, changes):
    body = {"schemas": [CORE], **USER, **changes}
    assert read_error(call_users("POST", api, json=body))[0] == "invalidValue"


def test_usernames_are_unique(api):
    create_user(api)
    response = call_users("POST", api, json={"schemas": [CORE], **USER, "userName": "BJensen"})
    assert read_error(response) == ("uniqueness", "username already exists")


def test_put_clears_missing_attributes(api):
    user = create_user(api)
    api.patch(f"identities/{user['id']}", {"identity": {"traits": {"type": "traits_v0", "title": "Ms."}}})
    body = {"schemas": [CORE], "userName": "bj", "displayName": "BJ"}
    changed = read_json(call_users("PUT", api, f"/{user['id']}", json=body))
    assert {name for name in USER if name in changed} == {"userName", "displayName", "active"}
    traits = api.get(f"identities/{user['id']}")["traits"]
    assert traits == {"type": "traits_v0", "username": "bj", "title": "Ms."}


@pytest.mark.parametrize(
    ("path", "value", "expected"),
    [
        ("displayName", "Barb", {"displayName": "Barb"}),
        ("userName", "barb", {"userName": "barb"}),
        ("active", False, {"active": False}),
        ("name.givenName", "Barb", {"name": {"familyName": "Jensen", "givenName": "Barb"}}),
        ("name", {"givenName": "Barb"}, {"name": {"familyName": "Jensen", "givenName": "Barb"}}),
        ('emails[type eq "work"].value', "b@example.com", {"emails": [{"primary": True, "value": "b@example.com"}]}),
        ("emails", [{"primary": True, "value": "b@x"}], {"emails": [{"primary": True, "value": "b@x"}]}),
        (f"{ENTERPRISE}:manager.displayName", "Jo", {ENTERPRISE: {"manager": {"displayName": "Jo"}}}),
        (None, {"displayName": "Barb", "externalId": "b2"}, {"displayName": "Barb", "externalId": "b2"}),
    ],
)
@pytest.mark.parametrize("operation", ["add", "Replace"])
def test_patch_changes_attributes(api, operation, path, value, expected):
    user = create_user(api)
    step = {"op": operation, "value": value, **({"path": path} if path else {})}
    changed = read_json(patch_user(api, user, step))
    assert {name: changed[name] for name in expected} == expected
    assert read_json(call_users("GET", api, f"/{user['id']}")) == changed


@pytest.mark.parametrize(
    "step",
    [
        {"op": "remove", "path": "externalId"},
        {"op": "move", "path": "externalId"},
        {"op": "replace", "path": "shoeSize", "value": 1},
        {"op": "replace", "path": "displayName", "value": ""},
        {"op": "replace", "value": "x"},
    ],
    ids=str,
)
def test_invalid_patch_is_refused(api, step):
    user = create_user(api)
    read_error(patch_user(api, user, step))
    assert read_json(call_users("GET", api, f"/{user['id']}")) == user


def test_steps_before_a_refused_step_stay_applied(api):
    user = create_user(api)
    first = {"op": "replace", "path": "externalId", "value": "b2"}
    read_error(patch_user(api, user, first, {"op": "remove", "path": "externalId"}))
    assert read_json(call_users("GET", api, f"/{user['id']}"))["externalId"] == "b2"
    read_error(patch_user(api, user))
    read_error(call_users("PATCH", api, f"/{user['id']}", json={"Operations": [first]}))


def test_users_can_be_filtered(tenant, api):
    user = create_user(api)
    tenant.seed(identities=2)
    for text in ('userName eq "BJensen"', 'externalId eq "b1"'):
        found = read_json(call_users("GET", api, params={"filter": text, "count": 10}))
        assert (found["Resources"], found["totalResults"]) == ([user], 1)
    assert (
        read_json(call_users("GET", api, params={"filter": 'username NE "bjensen"', "count": 10}))["totalResults"] == 2
    )
    assert read_json(call_users("GET", api, params={"filter": 'externalId eq "B1"'}))["totalResults"] == 0
    for text in ("", "userName", 'title eq "x"', 'userName co "x"'):
        assert read_error(call_users("GET", api, params={"filter": text}))[0] == "invalidValue"
