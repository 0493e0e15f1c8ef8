# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module resource_server, in process against the emulator."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.beyondidentity.management.plugins.modules import (
    application,
    resource_server,
    resource_server_info,
)
from tests.unit.module_calls import list_writes, run_failed, run_ok

BUILTIN = "Beyond Identity Management API"
PETS = {"display_name": "Pet API", "identifier": "https://api.pets.example.com", "scopes": ["pets:read", "pets:write"]}


def test_from_nothing_to_nothing(tenant: Any) -> None:
    predicted = run_ok(resource_server, tenant, check_mode=True, **PETS)
    assert predicted["changed"] and predicted["resource_server"] == PETS and list_writes(tenant) == []
    made = run_ok(resource_server, tenant, **PETS)
    shown = made["resource_server"]
    assert made["changed"] and PETS.items() <= shown.items() and made["diff"] == {"before": {}, "after": shown}
    for again in (PETS, {"display_name": "Pet API"}, {"id": shown["id"]}, {"id": shown["id"], **PETS}):
        unchanged = run_ok(resource_server, tenant, **again)
        assert not unchanged["changed"] and unchanged["resource_server"] == shown
    gone = {"display_name": "Pet API", "state": "absent"}
    assert run_ok(resource_server, tenant, check_mode=True, **gone)["changed"]
    assert run_ok(resource_server, tenant, **gone)["resource_server"] is None
    assert not run_ok(resource_server, tenant, **gone)["changed"]
    assert list_writes(tenant) == ["CreateResourceServer", "DeleteResourceServer"]


@pytest.mark.parametrize(
    ("given", "sent"),
    [
        ({"scopes": ["pets:write", "pets:read", "pets:read"]}, None),
        ({"scopes": ["pets:write pets:read"]}, None),
        ({"scopes": ["pets:read"]}, {"scopes": ["pets:read"]}),
        ({"scopes": ["pets:write", "pets:feed"]}, {"scopes": ["pets:feed", "pets:write"]}),
        ({"scopes": []}, {"scopes": []}),
        ({"identifier": "https://pets.example.com"}, {"identifier": "https://pets.example.com"}),
        ({"display_name": "Animals"}, {"display_name": "Animals"}),
        ({"display_name": "Animals", "scopes": None}, {"display_name": "Animals"}),
    ],
)
def test_an_update_sends_what_differs(given: dict[str, Any], sent: dict[str, Any] | None, tenant: Any) -> None:
    made = run_ok(resource_server, tenant, **PETS)["resource_server"]
    wanted = {"id": made["id"], **PETS, **given}
    predicted = run_ok(resource_server, tenant, check_mode=True, **wanted)
    changed = run_ok(resource_server, tenant, **wanted)
    assert predicted["changed"] is changed["changed"] is (sent is not None)
    assert predicted["resource_server"] == changed["resource_server"] == {**made, **(sent or {})}
    assert changed["diff"]["before"] == made
    assert not run_ok(resource_server, tenant, **wanted)["changed"]
    bodies = [entry["json"] for entry in tenant.journal(operation="UpdateResourceServer")]
    assert bodies == ([{"resource_server": sent}] if sent else [])


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"display_name": "New"}, "A new resource_server needs identifier."),
        ({"display_name": "New", "identifier": ""}, "A new resource_server needs identifier."),
        ({"display_name": "New", "identifier": "new", "scopes": ['a"b']}, "is no scope"),
        (
            {"display_name": "New", "identifier": "new", "scopes": [""]},
            "scopes holds an empty text. To leave none, say scopes: []",
        ),
        ({"display_name": "New", "identifier": "new", "scopes": ["a", " "]}, "scopes holds an empty text"),
        (
            {"display_name": "Pet API", "identifier": ""},
            "The resource_server needs identifier. Leave out what shall stay",
        ),
        ({"display_name": "", "identifier": "new"}, "neither may be empty"),
        ({"id": "nowhere", "identifier": "new"}, "There is no resource_server with the id nowhere"),
        ({"id": "..", "identifier": "new"}, "is no id"),
        ({"display_name": BUILTIN, "scopes": ["realms:read"]}, "is managed by Beyond Identity"),
        ({"display_name": BUILTIN, "identifier": "mine"}, "would have to be changed (identifier)"),
        ({"display_name": BUILTIN, "state": "absent"}, "is managed by Beyond Identity"),
    ],
)
@pytest.mark.parametrize("check_mode", [True, False])
def test_refusals_before_any_write(given: dict[str, Any], said: str, check_mode: bool, tenant: Any) -> None:
    run_ok(resource_server, tenant, **PETS)
    tenant.clear_journal()
    assert said in run_failed(resource_server, tenant, check_mode=check_mode, **given)
    assert list_writes(tenant) == []


def test_the_built_in_one_can_be_found(tenant: Any) -> None:
    found = run_ok(resource_server, tenant, display_name=BUILTIN, identifier="beyondidentity")
    assert not found["changed"] and found["resource_server"]["id"] == tenant.resource_server_id
    assert run_ok(resource_server_info, tenant)["resource_servers"] == [found["resource_server"]]


def test_what_the_service_refuses_is_told(tenant: Any) -> None:
    run_ok(resource_server, tenant, **PETS)
    said = run_failed(resource_server, tenant, display_name="Other", identifier=PETS["identifier"])
    assert "HTTP 400" in said and "is taken" in said
    assert "is reserved" in run_failed(resource_server, tenant, display_name="Other", identifier="beyondidentity")


def test_two_of_one_name_are_told_by_their_ids(tenant: Any) -> None:
    first = run_ok(resource_server, tenant, **PETS)["resource_server"]["id"]
    second = run_ok(resource_server, tenant, display_name="Other", identifier="other")["resource_server"]["id"]
    run_ok(resource_server, tenant, id=second, display_name="Pet API")
    for given in ({"identifier": "third"}, {"state": "absent"}):
        said = run_failed(resource_server, tenant, display_name="Pet API", **given)
        assert "2 resource_servers are named 'Pet API'" in said and first in said and second in said
    assert run_ok(resource_server, tenant, id=second, state="absent")["changed"]


@pytest.mark.parametrize(
    ("given", "actions"),
    [
        (PETS, {"read", "create", "update"}),
        ({**PETS, "check_mode": True}, {"read"}),
        ({"display_name": "Pet API", "state": "absent"}, {"read", "delete"}),
        ({"display_name": "Pet API", "state": "absent", "check_mode": True}, {"read"}),
    ],
)
def test_the_token_has_the_scopes_that_are_needed(given: dict[str, Any], actions: set[str], tenant: Any) -> None:
    run_ok(resource_server, tenant, **given)
    (listing,) = tenant.journal(operation="ListResourceServers")
    assert set(listing["token_scopes"]) == {f"resource-servers:{action}" for action in actions}


def test_another_realm_is_another_place(tenant: Any) -> None:
    (other,) = tenant.seed(realms=1)["realms"]
    there = run_ok(resource_server, tenant, realm_id=other, **PETS)["resource_server"]
    assert there["realm_id"] == other
    assert run_ok(resource_server, tenant, **PETS)["resource_server"]["id"] != there["id"]


def test_an_application_uses_what_was_made(tenant: Any) -> None:
    made = run_ok(resource_server, tenant, **PETS)["resource_server"]
    wanted = {"display_name": "Feeder", "resource_server": "Pet API", "allowed_scopes": ["pets:read"]}
    assert run_ok(application, tenant, **wanted)["application"]["resource_server_id"] == made["id"]
    assert "does not offer pets:feed" in run_failed(application, tenant, **{**wanted, "allowed_scopes": ["pets:feed"]})
    assert run_ok(application, tenant, display_name="Feeder", state="absent")["changed"]
    assert run_ok(resource_server, tenant, display_name="Pet API", state="absent")["changed"]


@pytest.mark.parametrize("offered", ["pets:read", {"pets:read": 1}, 7, [7], [["pets:read"]], [None]])
def test_scopes_that_are_no_list(offered: Any, tenant: Any) -> None:
    item = {"id": "s1", "display_name": "Pet API", "identifier": "pets", "scopes": offered}
    tenant.fault(operation="ListResourceServers", json={"resource_servers": [item]})
    said = run_failed(application, tenant, display_name="F", resource_server="pets", allowed_scopes=["pets:read"])
    assert "resource_server 'Pet API' (s1) has no list of scopes" in said
    assert list_writes(tenant) == []
