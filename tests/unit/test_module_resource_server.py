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


def test_a_resource_server_is_created_and_deleted_and_each_step_is_idempotent(tenant: Any) -> None:
    predicted = run_ok(resource_server, tenant, check_mode=True, **PETS)
    assert predicted["changed"] and predicted["resource_server"].items() >= PETS.items() and list_writes(tenant) == []
    created = run_ok(resource_server, tenant, **PETS)
    result = created["resource_server"]
    assert created["changed"] and PETS.items() <= result.items() and created["diff"] == {"before": {}, "after": result}
    for again in (PETS, {"display_name": "Pet API"}, {"id": result["id"]}, {"id": result["id"], **PETS}):
        unchanged = run_ok(resource_server, tenant, **again)
        assert not unchanged["changed"] and unchanged["resource_server"] == result
    absent = {"display_name": "Pet API", "state": "absent"}
    assert run_ok(resource_server, tenant, check_mode=True, **absent)["changed"]
    assert run_ok(resource_server, tenant, **absent)["resource_server"] is None
    assert not run_ok(resource_server, tenant, **absent)["changed"]
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
def test_an_update_sends_only_the_fields_that_differ(
    given: dict[str, Any], sent: dict[str, Any] | None, tenant: Any
) -> None:
    tenant.change_settings(ignored_fields=[])  # so that an identifier can change
    created = run_ok(resource_server, tenant, **PETS)["resource_server"]
    wanted = {"id": created["id"], **PETS, **given}
    predicted = run_ok(resource_server, tenant, check_mode=True, **wanted)
    changed = run_ok(resource_server, tenant, **wanted)
    assert predicted["changed"] is changed["changed"] is (sent is not None)
    assert predicted["resource_server"] == changed["resource_server"] == {**created, **(sent or {})}
    assert changed["diff"]["before"] == created
    assert not run_ok(resource_server, tenant, **wanted)["changed"]
    bodies = [entry["json"] for entry in tenant.read_journal(operation="UpdateResourceServer")]
    assert bodies == ([{"resource_server": sent}] if sent else [])


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"display_name": "New"}, "A new resource_server needs identifier."),
        ({"display_name": "New", "identifier": ""}, "A new resource_server needs identifier."),
        ({"display_name": "New", "identifier": "new", "scopes": ['a"b']}, "is not a valid scope"),
        ({"display_name": "New", "identifier": "new", "scopes": [""]}, "Set scopes: []"),
        ({"display_name": "New", "identifier": "new", "scopes": ["a", " "]}, "Set scopes: []"),
        ({"display_name": "Pet API", "identifier": ""}, "The resource_server needs identifier."),
        ({"display_name": "", "identifier": "new"}, "Set id, display_name or both"),
        ({"id": "nowhere", "identifier": "new"}, "No resource_server has the ID nowhere"),
        ({"id": "..", "identifier": "new"}, "'..' is not a valid ID"),
        ({"display_name": BUILTIN, "scopes": ["realms:read"]}, "is managed by Beyond Identity"),
        ({"display_name": BUILTIN, "identifier": "mine"}, "Cannot change identifier"),
        ({"display_name": BUILTIN, "state": "absent"}, "is managed by Beyond Identity"),
    ],
)
@pytest.mark.parametrize("check_mode", [True, False])
def test_invalid_options_are_refused_before_any_write(
    given: dict[str, Any], message: str, check_mode: bool, tenant: Any
) -> None:
    run_ok(resource_server, tenant, **PETS)
    tenant.clear_journal()
    assert message in run_failed(resource_server, tenant, check_mode=check_mode, **given)
    assert list_writes(tenant) == []


def test_the_built_in_resource_server_is_found(tenant: Any) -> None:
    found = run_ok(resource_server, tenant, display_name=BUILTIN, identifier="beyondidentity")
    assert not found["changed"] and found["resource_server"]["id"] == tenant.resource_server_id
    assert run_ok(resource_server_info, tenant)["resource_servers"] == [found["resource_server"]]


def test_the_services_refusal_is_shown(tenant: Any) -> None:
    run_ok(resource_server, tenant, **PETS)
    message = run_failed(resource_server, tenant, display_name="Other", identifier=PETS["identifier"])
    assert "HTTP 400" in message and "resource_server.identifier" in message
    assert "resource_server.identifier" in run_failed(
        resource_server, tenant, display_name="Other", identifier="beyondidentity"
    )


def test_several_resource_servers_with_the_name_are_listed_by_their_ids(tenant: Any) -> None:
    first = run_ok(resource_server, tenant, **PETS)["resource_server"]["id"]
    second = run_ok(resource_server, tenant, display_name="Other", identifier="other")["resource_server"]["id"]
    run_ok(resource_server, tenant, id=second, display_name="Pet API")
    for given in ({"identifier": "third"}, {"state": "absent"}):
        message = run_failed(resource_server, tenant, display_name="Pet API", **given)
        assert "2 resource_servers are named 'Pet API'" in message and first in message and second in message
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
def test_the_token_has_only_the_scopes_that_the_task_needs(
    given: dict[str, Any], actions: set[str], tenant: Any
) -> None:
    run_ok(resource_server, tenant, **given)
    (listing,) = tenant.read_journal(operation="ListResourceServers")
    assert set(listing["token_scopes"]) == {f"resource-servers:{action}" for action in actions}


def test_realms_have_separate_resource_servers(tenant: Any) -> None:
    (other,) = tenant.seed(realms=1)["realms"]
    there = run_ok(resource_server, tenant, realm_id=other, **PETS)["resource_server"]
    assert there["realm_id"] == other
    assert run_ok(resource_server, tenant, **PETS)["resource_server"]["id"] != there["id"]


def test_an_application_finds_the_resource_server_by_name(tenant: Any) -> None:
    created = run_ok(resource_server, tenant, **PETS)["resource_server"]
    wanted = {"display_name": "Feeder", "resource_server": "Pet API", "allowed_scopes": ["pets:read"]}
    assert run_ok(application, tenant, **wanted)["application"]["resource_server_id"] == created["id"]
    assert "does not offer pets:feed" in run_failed(application, tenant, **{**wanted, "allowed_scopes": ["pets:feed"]})
    assert run_ok(application, tenant, display_name="Feeder", state="absent")["changed"]
    assert run_ok(resource_server, tenant, display_name="Pet API", state="absent")["changed"]


@pytest.mark.parametrize("offered", ["pets:read", {"pets:read": 1}, 7, [7], [["pets:read"]], [None]])
def test_malformed_scopes_of_a_resource_server_are_an_error(offered: Any, tenant: Any) -> None:
    item = {"id": "s1", "display_name": "Pet API", "identifier": "pets", "scopes": offered}
    tenant.add_fault(operation="ListResourceServers", json={"resource_servers": [item]})
    message = run_failed(application, tenant, display_name="F", resource_server="pets", allowed_scopes=["pets:read"])
    assert "resource_server 'Pet API' (s1) has no list of scopes" in message
    assert list_writes(tenant) == []
