# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""All `_info` modules: what they share, and what each adds, in process against the emulator."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.beyondidentity.management.plugins.module_utils._masking import has_secret
from ansible_collections.beyondidentity.management.plugins.modules import (
    application,
    application_info,
    authenticator_config_info,
    group,
    group_info,
    identity_info,
    realm_info,
    resource_server,
    resource_server_info,
    role,
    role_info,
    tenant_info,
)
from tests.unit.memory_store import MemoryStore
from tests.unit.module_calls import list_writes, run_failed, run_ok

# The listing operation, the key in the result, the key of a name in a seed, the number of built-in objects.
KINDS = {
    realm_info: ("ListRealms", "realms", "realm_name", 1),
    role_info: ("ListRoles", "roles", "role", 0),
    identity_info: ("ListIdentities", "identities", "identity", 0),
    group_info: ("ListGroups", "groups", "group", 0),
}
EACH = pytest.mark.parametrize("module", KINDS, ids=lambda module: module.__name__.rpartition(".")[2])
ALL = pytest.mark.parametrize(
    "module",
    [*KINDS, application_info, authenticator_config_info, resource_server_info],
    ids=lambda module: module.__name__.rpartition(".")[2],
)


def seed_objects(tenant: Any, module: Any, number: int, name: str) -> list[str]:
    """Create objects of a type, and return their IDs."""
    _operation, kind, field, _built_in = KINDS[module]
    return tenant.seed(**{kind: number, field: name if kind == "realms" else {"display_name": name}})[kind]


@EACH
def test_objects_are_found_all_together_by_name_and_by_id(module: Any, tenant: Any) -> None:
    _operation, kind, _field, built_in = KINDS[module]
    ids = seed_objects(tenant, module, 3, "Number {n}")
    twins = seed_objects(tenant, module, 2, "Twin")
    result = run_ok(module, tenant)
    assert not result["changed"] and "diff" not in result
    assert {item["id"] for item in result[kind]} >= {*ids, *twins} and len(result[kind]) == 5 + built_in
    assert {item["id"] for item in run_ok(module, tenant, display_name="Twin")[kind]} == set(twins)
    by_name = run_ok(module, tenant, display_name="Number 2")[kind]
    assert [item["id"] for item in by_name] == [ids[1]] and by_name[0] in result[kind]
    assert run_ok(module, tenant, id=ids[1])[kind] == by_name
    assert run_ok(module, tenant, check_mode=True, id=ids[1])[kind] == by_name
    for nothing in ({"display_name": "number 2"}, {"id": "nowhere"}):
        assert run_ok(module, tenant, **nothing)[kind] == []
    assert list_writes(tenant) == []


@EACH
def test_all_pages_are_read(module: Any, tenant: Any) -> None:
    operation, kind, _field, built_in = KINDS[module]
    ids = seed_objects(tenant, module, 245, "Number {n}")
    found = [item["id"] for item in run_ok(module, tenant)[kind]]
    assert set(ids) <= set(found) and len(found) == len(set(found)) == 245 + built_in
    size, count = ("200", 2) if kind in ("identities", "groups") else ("100", 3)
    assert [entry["query"]["page_size"] for entry in tenant.read_journal(operation=operation)] == [size] * count


@ALL
def test_an_empty_filter_is_an_error_and_not_all_objects(module: Any, tenant: Any) -> None:
    names = [name for name in ("id", "display_name", "username", "filter") if name in module.SPEC.options]
    for name in names:
        assert f"{name} must not be empty." in run_failed(module, tenant, **{name: ""})
    assert module.SPEC.rules == {"mutually_exclusive": [tuple(names)]}
    assert "'a/b' is not a valid ID" in run_failed(module, tenant, id="a/b")
    assert [
        entry for entry in tenant.read_journal() if entry["operation"] not in ("token", "ListResourceServers")
    ] == []


@ALL
def test_the_services_refusal_is_shown(module: Any, tenant: Any) -> None:
    tenant.add_fault(method="GET", status=403)
    for given in ({"id": "x"}, {}):
        assert "HTTP 403" in run_failed(module, tenant, **given)


@EACH
def test_a_malformed_list_or_object_is_an_error(module: Any, tenant: Any) -> None:
    operation, kind, _field, _there = KINDS[module]
    tenant.add_fault(operation=operation, json={"wrong": []})
    assert f"{operation}: the response has no list of {kind}" in run_failed(module, tenant)
    tenant.add_fault(operation=operation.replace("List", "Get").replace("ies", "y").removesuffix("s"), json={"a": 1})
    assert "Unexpected response from the API" in run_failed(module, tenant, id="x")


@EACH
def test_secrets_are_removed_from_the_objects(module: Any, tenant: Any) -> None:
    operation, kind, _field, _there = KINDS[module]
    item = {"id": "1", "client_secret": "s3cret", "traits": {"password": "s3cret", "username": "pat"}}
    tenant.add_fault(operation=operation, json={kind: [item]})
    result = run_ok(module, tenant)
    assert result[kind] == [{"id": "1", "traits": {"username": "pat"}}] and not has_secret(result)


@pytest.mark.parametrize(
    ("module", "given", "scopes"),
    [
        (realm_info, {}, ["realms:read"]),
        (role_info, {"id": "x"}, ["resource-servers:read", "roles:read"]),
        (identity_info, {"username": "pat"}, ["identities:read"]),
        (group_info, {"display_name": "x"}, ["groups:read"]),
    ],
)
@pytest.mark.parametrize("check_mode", [True, False])
def test_the_token_has_only_reading_scopes(
    module: Any, given: dict[str, Any], scopes: list[str], check_mode: bool, tenant: Any
) -> None:
    run_ok(module, tenant, check_mode=check_mode, **given)
    (request,) = tenant.read_journal(operation="token")
    assert request["form"]["scope"].split() == scopes


@pytest.mark.parametrize("module", [role_info, identity_info, group_info])
def test_only_objects_of_the_managed_realm_are_read(module: Any, tenant: Any) -> None:
    seed_objects(tenant, module, 1, "Here")
    (other,) = tenant.seed(realms=1)["realms"]
    run_ok(resource_server, tenant, realm_id=other, display_name="Pets", identifier="pets")
    server = {"resource_server": "pets"} if module is role_info else {}
    assert run_ok(module, tenant, realm_id=other, **server)[KINDS[module][1]] == []


@pytest.mark.parametrize("username", ["pat", "PAT", 'pat "the cat"', "o'neill", "a&b=c+d%"])
def test_the_service_finds_an_identity_by_username(username: str, tenant: Any) -> None:
    tenant.seed(identities=30)
    (wanted,) = tenant.seed(identities=1, identity={"traits": {"username": username.lower()}})["identities"]
    assert [item["id"] for item in run_ok(identity_info, tenant, username=username)["identities"]] == [wanted]
    assert len(tenant.read_journal(operation="ListIdentities")) == 1, "the service filters"
    assert run_ok(identity_info, tenant, username="nobody")["identities"] == []


def test_if_the_service_ignores_the_filter_other_identities_are_left_out(tenant: Any) -> None:
    identities = [{"id": one, "traits": {"username": one}} for one in ("kim", "pat")] + [{"id": "sam", "traits": None}]
    tenant.add_fault(operation="ListIdentities", json={"identities": identities})
    assert [item["id"] for item in run_ok(identity_info, tenant, username="PAT")["identities"]] == ["pat"]
    assert run_ok(identity_info, tenant, username="nobody")["identities"] == []


def test_only_roles_of_the_resource_server_are_read(tenant: Any) -> None:
    pets = run_ok(resource_server, tenant, display_name="Pet API", identifier="pets")["resource_server"]["id"]
    (own,) = tenant.seed(roles=1, role={"display_name": "Readers"})["roles"]
    (other,) = tenant.seed(roles=1, role={"display_name": "Readers"}, resource_server_id=pets)["roles"]
    for server, wanted in (("beyondidentity", own), ("pets", other), ("Pet API", other), (pets, other)):
        for given in ({}, {"display_name": "Readers"}, {"id": wanted}):
            (found,) = run_ok(role_info, tenant, resource_server=server, **given)["roles"]
            assert found["id"] == wanted
    message = run_failed(role_info, tenant, id=other)
    assert f"The role {other} belongs to" in message and f"'Pet API' ({pets})" in message
    assert "resource_server must not be empty" in run_failed(role_info, tenant, resource_server="")
    assert "no resource_server 'nowhere'" in run_failed(role_info, tenant, resource_server="nowhere")


def test_the_service_filters_groups(tenant: Any) -> None:
    tenant.seed(groups=3, group={"display_name": "Day {n}"})
    night = tenant.seed(groups=2, group={"display_name": "Night {n}"})["groups"]
    for wanted in ('display_name sw "night"', 'display_name co "ight"'):
        assert {item["id"] for item in run_ok(group_info, tenant, filter=wanted)["groups"]} == set(night)
    assert [entry["query"]["filter"] for entry in tenant.read_journal(operation="ListGroups")][
        0
    ] == 'display_name sw "night"'
    assert "HTTP 400" in run_failed(group_info, tenant, filter="display_name")


@pytest.mark.parametrize("given", [{}, {"display_name": "Night"}, {"filter": 'display_name eq "Night"'}, {"id": "?"}])
def test_the_members_of_groups_are_read_on_request(given: dict[str, Any], tenant: Any) -> None:
    people = tenant.seed(identities=205)["identities"]
    made = run_ok(group, tenant, display_name="Night", members=people)["group"]
    given = {**given, **({"id": made["id"]} if "id" in given else {})}
    tenant.clear_journal()
    assert "members" not in run_ok(group_info, tenant, **given)["groups"][0]
    assert tenant.read_journal(operation="ListGroupMembers") == []
    for check_mode in (True, False):
        tenant.clear_journal()
        result = run_ok(group_info, tenant, check_mode=check_mode, members=True, **given)
        assert result["groups"] == [made] and len(tenant.read_journal(operation="ListGroupMembers")) == 2
        assert result["requests"] == len(tenant.read_journal()) == 4
    (request,) = tenant.read_journal(operation="token")
    assert request["form"]["scope"].split() == ["groups:read", "identities:read"]


@pytest.mark.parametrize("check_mode", [True, False])
def test_the_tenant_is_read_with_its_own_scope(check_mode: bool, tenant: Any) -> None:
    result = run_ok(tenant_info, tenant, check_mode=check_mode)
    assert result["tenant"]["id"] == tenant.tenant_id and result["tenant"]["display_name"]
    assert not result["changed"] and result["requests"] == 2
    (request,) = tenant.read_journal(operation="token")
    assert request["form"]["scope"] == "tenants:read"


def test_a_tenant_without_an_id_is_an_error_and_secrets_are_removed(tenant: Any) -> None:
    for item in ({}, {"id": 7}, {"id": "../x"}):
        tenant.add_fault(operation="GetTenant", json=item, times=1)
        assert "not a valid tenant object" in run_failed(tenant_info, tenant)
    tenant.add_fault(operation="GetTenant", json={"id": "t", "client_secret": "s3cret"})
    assert run_ok(tenant_info, tenant)["tenant"] == {"id": "t"}


def test_with_predicted_credentials_the_tenant_is_unknown(tenant: Any) -> None:
    store = MemoryStore()
    run = {"store": store, "check_mode": True, "is_check_run": True}
    made = run_ok(application, tenant, **run, display_name="New", return_secret=True)
    tenant.clear_journal()
    predicted = {name: made[name] for name in ("issuer", "client_id", "client_secret")}
    result = run_ok(tenant_info, tenant, **run, **predicted)
    assert result["tenant"] is None and result["predicted"] is True and tenant.read_journal() == []


def test_the_members_of_roles_are_read_on_request(tenant: Any) -> None:
    people = tenant.seed(identities=3)["identities"]
    members = {"identities": people, "groups": tenant.seed(groups=1)["groups"]}
    made = run_ok(role, tenant, display_name="Readers", members=members)["role"]
    empty = run_ok(role, tenant, display_name="Empty")["role"]
    tenant.clear_journal()
    assert all("members" not in item for item in run_ok(role_info, tenant)["roles"])
    assert tenant.read_journal(operation="ListRoleMembers") == []
    found = {item["id"]: item for item in run_ok(role_info, tenant, members=True)["roles"]}
    assert found == {made["id"]: made, empty["id"]: {**empty, "members": {"identities": [], "groups": []}}}
    assert len(tenant.read_journal(operation="ListRoleMembers")) == 2
