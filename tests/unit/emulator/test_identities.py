# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Creating, changing and finding identities."""

from __future__ import annotations

import re

import pytest

from tests.unit.emulator.api import Api, read_violated_fields

TRAITS = {"type": "traits_v0", "username": "pat", "primary_email_address": "pat@example.com"}


@pytest.fixture
def api(tenant):
    return Api.of(tenant)


def build_identity(**changes):
    """Return the body of a valid request; `traits` changes its traits."""
    return {"identity": {"display_name": "Pat", **changes, "traits": {**TRAITS, **changes.get("traits", {})}}}


def read_conflict(response):
    """Return the message of a conflict."""
    assert response.status_code == 409, response.text
    return response.json()["message"]


def test_identity_can_be_created_changed_and_deleted(tenant, api):
    created = api.post("identities", build_identity(id="x", enrollment_status="ENROLLED"))
    assert re.fullmatch("[0-9a-f]{16}", created["id"])
    assert (created["tenant_id"], created["realm_id"]) == (tenant.tenant_id, tenant.realm_id)
    assert (created["status"], created["enrollment_status"]) == ("active", "UNENROLLED")
    assert created["traits"] == TRAITS
    path = f"identities/{created['id']}"
    assert api.get(path) == created
    given = {"display_name": "Pat Doe", "status": "suspended"}
    changed = api.patch(path, {"identity": given})
    assert {**changed, "update_time": ""} == {**created, **given, "update_time": ""}
    assert changed in api.get("identities")["identities"]
    assert api.delete(path) is None
    for method in ("GET", "PATCH", "DELETE"):
        response = api.call(method, path, json={"identity": {}})
        assert response.status_code == 404
        assert response.json()["details"][0]["description"] == "identity not found"


def test_omitted_traits_are_kept(api):
    created = api.post("identities", build_identity(traits={"given_name": "Pat"}))
    path = f"identities/{created['id']}"
    changed = api.patch(path, {"identity": {"traits": {"type": "traits_v0", "title": "Dr", "given_name": ""}}})
    assert changed["traits"] == {**TRAITS, "title": "Dr"}


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"display_name": ""}, ["display_name"]),
        ({"display_name": "x" * 65}, ["display_name"]),
        ({"display_name": "a{b"}, ["display_name"]),
        ({"status": "asleep"}, ["status"]),
        ({"traits": {"type": None}}, ["traits.type"]),
        ({"traits": {"username": ""}}, ["traits.username"]),
        ({"traits": {"username": "a/b"}}, ["traits.username"]),
        ({"traits": {"title": 1}}, ["traits.title"]),
    ],
)
def test_invalid_identity_is_refused(api, changes, fields):
    expected = [f"identity.{field}" for field in fields]
    assert read_violated_fields(api.call("POST", "identities", json=build_identity(**changes))) == expected


def test_usernames_are_unique_in_a_realm(tenant, api):
    created = api.post("identities", build_identity())
    again = build_identity(traits={"username": "PAT"})
    assert read_conflict(api.call("POST", "identities", json=again)) == "username already exists"
    assert api.patch(f"identities/{created['id']}", again)["traits"]["username"] == "PAT"
    other = api.post(
        "identities", build_identity(traits={"username": "sam", "primary_email_address": "sam@example.com"})
    )
    assert read_conflict(api.call("PATCH", f"identities/{other['id']}", json=build_identity()))
    elsewhere = tenant.seed(realms=1)["realms"][0]
    api.post(f"/realms/{elsewhere}/identities", build_identity())


def test_identities_are_found_by_username(tenant, api):
    tenant.seed(identities=3)
    created = api.post("identities", build_identity(traits={"username": 'pat"s'}))
    for text in ('traits.username eq "pat\\"s"', ' Traits.Username EQ "PAT\\"S" '):
        found = api.get("identities", params={"filter": text})
        assert (found["identities"], found["total_size"]) == ([created], 1)
    assert api.get("identities", params={"filter": 'traits.username eq "nobody"'})["identities"] == []


@pytest.mark.parametrize(
    "text",
    ["", "pat", 'username eq "pat"', "traits.username eq pat", 'traits.username co "pat"', 'traits.username eq "\\x"'],
)
def test_invalid_filter_is_refused(api, text):
    assert read_violated_fields(api.call("GET", "identities", params={"filter": text})) == ["filter"]


def test_page_token_contains_the_filter(tenant, api):
    tenant.seed(identities=3, identity={"traits": {"username": "same"}})
    tenant.seed(identities=3)
    text = 'traits.username eq "same"'
    first = api.get("identities", params={"filter": text, "page_size": 2})
    token = first["next_page_token"]
    for query in ({"page_token": token}, {"page_token": token, "filter": text}):
        second = api.get("identities", params=query)
        assert (len(second["identities"]), second["total_size"]) == (1, 3)
    other = {"page_token": token, "filter": 'traits.username eq "other"'}
    assert read_violated_fields(api.call("GET", "identities", params=other)) == ["filter"]


def test_identities_are_paged(tenant, api):
    tenant.seed(identities=205, identity={"display_name": "Person {n}"})
    assert len(api.get("identities")["identities"]) == 20
    assert len(api.get("identities", params={"page_size": 200})["identities"]) == 200
    assert len(api.get("identities", params={"page_size": 201})["identities"]) == 200
    names = {record["display_name"] for record in api.all("identities", "identities")}
    assert names == {f"Person {number}" for number in range(1, 206)}


def test_batch_delete_deletes_all_or_none(tenant, api):
    ids = tenant.seed(identities=4)["identities"]
    refused = api.call("POST", "identities:batchDelete", json={"ids": [ids[0], "x"]})
    assert refused.status_code == 404
    assert refused.json()["details"][0]["errors"][0]["IDs"] == ["x"]
    assert api.get("identities")["total_size"] == 4
    assert api.post("identities:batchDelete", {"ids": ids[:3]}) is None
    assert [record["id"] for record in api.get("identities")["identities"]] == ids[3:]


@pytest.mark.parametrize("ids", [None, [], ["x"] * 2, [1], "x", [str(number) for number in range(1001)]])
def test_batch_delete_refuses_invalid_ids(api, ids):
    assert read_violated_fields(api.call("POST", "identities:batchDelete", json={"ids": ids})) == ["ids"]
