# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Operations and parameters that the service's own clients know better than the published description."""

from __future__ import annotations

import pytest

from beyondidentity_emulator.client import EmulatorError
from beyondidentity_emulator.management.catalogue import BY_NAME
from beyondidentity_emulator.management.query_parameters import PARAMETERS
from tests.support import openapi
from tests.unit.emulator import description
from tests.unit.emulator.api import Api, build_application, read_violated_fields
from tests.unit.emulator.stage import call, prepare
from tests.unit.emulator.test_identities import build_identity, read_conflict

UNDEPLOYED = ["SSOIsGroupAssigned", "IdentityToSSOConfigCheck"]


@pytest.fixture
def api(tenant):
    return Api.of(tenant)


@pytest.mark.parametrize("name", UNDEPLOYED)
def test_undeployed_operation_is_not_found(tenant, api, name):
    operation = BY_NAME[name]
    values = prepare(tenant, operation)
    response = call(api, operation, values)
    assert (response.status_code, response.json()["code"]) == (404, "not_found")
    tenant.change_settings(undeployed_operations=[])
    assert call(api, operation, values).status_code == 200


def test_any_operation_can_be_undeployed(tenant, api):
    tenant.change_settings(undeployed_operations=["ListRealms"])
    assert api.call("GET", "/realms").status_code == 404
    assert api.call("GET", "").status_code == 200


FILTERS = [
    ('display_name eq "cats"', {"Cats"}),
    (' Display_Name NE "cats" ', {"Big cats", "Dogs"}),
    ('display_name co "CATS"', {"Cats", "Big cats"}),
    ('display_name sw "big"', {"Big cats"}),
    ('display_name ew "s" and display_name co "c"', {"Cats", "Big cats"}),
    ('display_name eq "\\u0063ats"', {"Cats"}),
]
NAMES = ["Cats", "Big cats", "Dogs"]


@pytest.mark.parametrize(("text", "expected"), FILTERS)
def test_groups_and_realms_can_be_filtered(tenant, api, text, expected):
    for name in NAMES:
        tenant.seed(groups=1, realms=1, group={"display_name": name}, realm_name=name)
    for path, key in (("groups", "groups"), ("/realms", "realms")):
        found = api.get(path, params={"filter": f'{text} and display_name ne "Beyond Identity Admin"'})
        assert {record["display_name"] for record in found[key]} == expected
        assert found["total_size"] == len(expected)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "cats",
        'name eq "x"',
        "display_name eq cats",
        'display_name gt "x"',
        'display_name eq "x" or',
        'display_name eq "\\x"',
    ],
)
def test_invalid_filter_is_refused(api, text):
    for path in ("groups", "/realms"):
        assert read_violated_fields(api.call("GET", path, params={"filter": text})) == ["filter"]


@pytest.mark.parametrize(
    ("order", "reverse"), [("display_name", False), ("display_name ASC", False), ("display_name desc", True)]
)
def test_groups_can_be_ordered_over_pages(tenant, api, order, reverse):
    tenant.seed(groups=9, group={"display_name": "Group {n}"})
    tenant.seed(groups=2, group={"display_name": "Group 5"})
    pages = api.pages("groups", "groups", order_by=order, page_size=4)
    names = [record["display_name"] for page in pages for record in page["groups"]]
    assert names == sorted(names, reverse=reverse)
    assert len({record["id"] for page in pages for record in page["groups"]}) == 11
    assert [len(page["groups"]) for page in pages] == [4, 4, 3]


@pytest.mark.parametrize("order", ["", "id", "display_name down", "-display_name"])
def test_invalid_order_is_refused(api, order):
    assert read_violated_fields(api.call("GET", "groups", params={"order_by": order})) == ["order_by"]


def test_page_token_contains_the_order(tenant, api):
    tenant.seed(groups=5)
    token = api.get("groups", params={"order_by": "display_name", "page_size": 2})["next_page_token"]
    rest = api.all("groups", "groups", page_token=token)
    assert [record["display_name"] for record in rest] == ["Seeded 3", "Seeded 4", "Seeded 5"]
    other = {"order_by": "display_name desc", "page_token": token}
    assert read_violated_fields(api.call("GET", "groups", params=other)) == ["order_by"]


def test_unknown_parameters_are_ignored_or_refused(tenant, api):
    query = {"page_size": 5, "sort": "x", "depth": "1"}
    assert api.get("applications", params=query)["total_size"] == 1
    tenant.change_settings(unknown_parameters="refuse")
    assert read_violated_fields(api.call("GET", "applications", params=query)) == ["sort", "depth"]
    assert read_violated_fields(api.call("GET", "applications", params={"filter": "x"})) == ["filter"]
    assert read_violated_fields(api.call("GET", "authenticator-configs", params={"skip": 1})) == ["skip"]
    # The description of GetTenant has no status 400.
    api.checked = False
    assert read_violated_fields(api.call("GET", "", params={"page_size": 5})) == ["page_size"]
    assert api.get("groups", params={"order_by": "display_name", "filter": 'display_name eq "x"'})["groups"] == []
    assert api.call("GET", "scim/v2/Groups", params={"sort": 1}).json()["detail"] == "sort: unknown parameter"


def test_parameters_of_described_operations_are_known(tenant, api):
    tenant.change_settings(unknown_parameters="refuse")
    headers = {"Authorization": f"Bearer {api.token}", "x-correlation_id": "1"}
    assert api.call("GET", "sso-configs", params={"is_migrated": "true"}, headers=headers).status_code == 200
    assert api.call("GET", "sso-configs", params={"migrated": "true"}, headers=headers).status_code == 400


def test_documented_parameters_are_known():
    for name in openapi.operations():
        named = {item["name"] for item in openapi.parameters(name) if item["in"] == "query"}
        assert named <= PARAMETERS.get(name, frozenset()), name
    assert set(PARAMETERS) <= set(description.operations())


@pytest.mark.parametrize(("path", "key"), [("/realms", "realm"), ("", "tenant")])
def test_unknown_fields_of_tenants_and_realms_are_refused(tenant, api, path, key):
    method = "POST" if path else "PATCH"
    document = {key: {"display_name": "Pets", "id": "x", "colour": "red"}}
    assert read_violated_fields(api.call(method, path, json=document)) == [f"{key}.colour"]
    tenant.change_settings(unknown_fields="ignore")
    assert read_violated_fields_or_none(api.call(method, path, json=document)) is None


def read_violated_fields_or_none(response):
    """Return None for a successful response."""
    return None if response.status_code == 200 else read_violated_fields(response)


def test_unknown_field_of_a_changed_realm_is_refused(tenant, api):
    [realm] = tenant.seed(realms=1)["realms"]
    response = api.call("PATCH", f"/realms/{realm}", json={"realm": {"colour": "red"}})
    assert read_violated_fields(response) == ["realm.colour"]


def test_taken_realm_name_is_a_conflict(tenant, api):
    given = {"realm": {"display_name": "Pets"}}
    created = api.post("/realms", given)
    response = api.call("POST", "/realms", json=given)
    assert (read_conflict(response), response.json()["code"]) == ("realm already exists", "conflict")
    tenant.change_settings(conflicts="documented")
    assert api.post("/realms", given)["id"] != created["id"]


def test_taken_email_address_is_a_conflict(tenant, api):
    created = api.post("identities", build_identity())
    other = build_identity(traits={"username": "sam", "primary_email_address": "PAT@example.com"})
    assert read_conflict(api.call("POST", "identities", json=other)) == "email address already exists"
    sam = api.post("identities", build_identity(traits={"username": "sam", "primary_email_address": ""}))
    assert read_conflict(api.call("PATCH", f"identities/{sam['id']}", json=other)) == "email address already exists"
    assert api.patch(f"identities/{created['id']}", build_identity())["id"] == created["id"]
    tenant.change_settings(conflicts="documented")
    assert api.patch(f"identities/{sam['id']}", other)["traits"]["primary_email_address"] == "PAT@example.com"


def test_identities_with_a_shared_address_can_be_changed_otherwise(tenant, api):
    ids = tenant.seed(identities=2, identity={"traits": {"primary_email_address": "same@example.com"}})["identities"]
    assert api.patch(f"identities/{ids[0]}", {"identity": {"display_name": "Pat"}})["display_name"] == "Pat"


def test_used_authenticator_config_cannot_be_deleted(tenant, api):
    given = {"authenticator_config": {"display_name": "Web", "config": {"type": "platform"}}}
    authenticator = api.post("authenticator-configs", given)
    protocol = {"grant_type": ["authorization_code"], "redirect_uris": ["https://pets.example"]}
    application = api.post(
        "applications", build_application(authenticator_config_id=authenticator["id"], protocol=protocol)
    )
    path = f"authenticator-configs/{authenticator['id']}"
    assert read_conflict(api.call("DELETE", path)) == "authenticator config is used by an application"
    tenant.change_settings(conflicts="documented")
    assert api.delete(path) is None
    assert "authenticator_config_id" not in api.get(f"applications/{application['id']}")


def test_realm_has_one_theme(tenant, api):
    api.post("themes", {"theme": {}})
    assert read_conflict(api.call("POST", "themes", json={"theme": {}})) == "theme already exists"
    [realm] = tenant.seed(realms=1)["realms"]
    api.post(f"/realms/{realm}/themes", {"theme": {}})
    tenant.change_settings(conflicts="documented")
    assert read_conflict(api.call("POST", "themes", json={"theme": {}})) == "theme already exists"


def test_creating_a_deactivated_scim_user_reactivates_it(api):
    user = {"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": "pat", "displayName": "Pat"}
    created = api.call("POST", "scim/v2/Users", json={**user, "active": False}).json()
    again = api.call("POST", "scim/v2/Users", json={**user, "userName": "PAT", "displayName": "Patricia"})
    assert (again.status_code, again.json()["id"]) == (201, created["id"])
    assert (again.json()["active"], again.json()["displayName"]) == (True, "Patricia")
    assert api.call("POST", "scim/v2/Users", json=user).status_code == 400


@pytest.mark.parametrize(
    "settings",
    [{"paging": "x"}, {"conflicts": None}, {"revoked_token_status": 404}, {"normalized_fields": {"username": ["x"]}}],
)
def test_invalid_setting_is_refused(tenant, settings):
    with pytest.raises(EmulatorError, match="must be"):
        tenant.change_settings(**settings)
