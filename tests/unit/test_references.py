# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options that refer to other objects: by ID without a listing, by name with one lookup in a run."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.beyondidentity.management.plugins.module_utils._management.run_memory import LIFETIME
from ansible_collections.beyondidentity.management.plugins.module_utils._oauth.task_errors import Attempt
from ansible_collections.beyondidentity.management.plugins.modules import (
    api,
    application,
    authenticator_config,
    realm,
    resource_server,
    revoke,
    role,
    role_info,
    token_info,
)
from tests.unit.memory_store import MemoryStore
from tests.unit.module_calls import call_module, list_writes, run_failed, run_ok

PETS = {"display_name": "Pets", "identifier": "https://pets.example", "scopes": ["pets:read"]}
SIGN_IN = {"display_name": "Sign-in", "type": "hosted_web"}
PAGE = {"display_name": "Page", "grant_types": ["authorization_code"], "redirect_uris": ["https://a.example/"]}
UNKNOWN = "00000000-0000-0000-0000-000000000000"


@pytest.fixture
def server_id(tenant: Any) -> str:
    """Return the ID of the resource server Pets."""
    return str(run_ok(resource_server, tenant, **PETS)["resource_server"]["id"])


@pytest.fixture
def config_id(tenant: Any) -> str:
    """Return the ID of the authenticator configuration Sign-in."""
    return str(run_ok(authenticator_config, tenant, **SIGN_IN)["authenticator_config"]["id"])


def list_requests(tenant: Any) -> list[str]:
    """Return the operations that the tenant received, without the token requests."""
    return [entry["operation"] for entry in tenant.read_journal() if entry["operation"] != "token"]


def list_scopes(tenant: Any) -> list[str]:
    """Return the scopes of the token of the last request."""
    scopes: list[str] = tenant.read_journal()[-1]["token_scopes"]
    return scopes


def test_an_id_needs_no_listing_and_no_scope(server_id: str, config_id: str, tenant: Any) -> None:
    tenant.clear_journal()
    given = {**PAGE, "resource_server": server_id, "authenticator_config": config_id}
    created = run_ok(application, tenant, **given)["application"]
    assert (created["resource_server_id"], created["authenticator_config_id"]) == (server_id, config_id)
    assert list_requests(tenant) == ["ListApplications", "CreateApplication"]
    assert {scope.partition(":")[0] for scope in list_scopes(tenant)} == {"applications"}


def test_a_name_needs_the_right_to_read_its_kind(server_id: str, config_id: str, tenant: Any) -> None:
    given = {**PAGE, "resource_server": " Pets", "authenticator_config": "Sign-in"}
    created = run_ok(application, tenant, **given)["application"]
    assert (created["resource_server_id"], created["authenticator_config_id"]) == (server_id, config_id)
    assert {"resource-servers:read", "authenticator-configs:read"} < set(list_scopes(tenant))


@pytest.mark.parametrize(
    ("module", "given", "requests", "scopes"),
    [
        (role_info, {}, ["ListRoles"], ["roles:read"]),
        (role, {"display_name": "Readers"}, ["ListRoles", "CreateRole"], ["roles:create", "roles:read"]),
        (
            role,
            {"display_name": "Readers", "scopes": ["pets:read"]},
            ["GetResourceServer", "ListRoles", "CreateRole", "AddRoleScopes", "ListRoleScopes"],
            ["resource-servers:read", "roles:create", "roles:read", "roles:update"],
        ),
        (
            application,
            {"display_name": "Feeder", "allowed_scopes": ["pets:read"]},
            ["ListApplications", "GetResourceServer", "CreateApplication"],
            ["applications:create", "applications:read", "applications:update", "resource-servers:read"],
        ),
    ],
    ids=["role_info", "role", "role with scopes", "application with scopes"],
)
def test_a_resource_server_by_id(
    module: Any, given: dict[str, Any], requests: list[str], scopes: list[str], server_id: str, tenant: Any
) -> None:
    """It is read only to check the scopes that it offers."""
    tenant.clear_journal()
    run_ok(module, tenant, resource_server=server_id, **given)
    assert list_requests(tenant) == requests and list_scopes(tenant) == scopes


def test_text_in_the_form_of_an_id_is_never_a_name(tenant: Any) -> None:
    run_ok(resource_server, tenant, **{**PETS, "display_name": UNKNOWN})
    feeder = {"display_name": "Feeder", "resource_server": UNKNOWN}
    message = run_failed(application, tenant, **feeder, allowed_scopes=["pets:read"])
    assert f"The managed realm has no resource_server with the ID {UNKNOWN}" in message
    assert "HTTP 40" in run_failed(application, tenant, **feeder)
    assert "no resource_server with the ID" in run_failed(role, tenant, **feeder, scopes=["pets:read"])
    assert run_ok(role, tenant, **feeder, state="absent")["role"] is None


def test_several_objects_with_a_name_are_an_error_with_their_ids(server_id: str, tenant: Any) -> None:
    body = {"resource_server": {"display_name": "Pets", "identifier": "pets-2", "scopes": []}}
    twin = run_ok(api, tenant, operation="CreateResourceServer", body=body)["response"]["id"]
    ids = [server_id, twin]
    message = run_failed(application, tenant, display_name="Feeder", resource_server="Pets")
    assert "2 resource_servers have the display_name 'Pets'" in message and all(id in message for id in ids)
    assert (
        run_ok(role, tenant, display_name="Readers", resource_server="pets-2")["role"]["resource_server_id"] == ids[1]
    )


def test_a_run_looks_a_name_up_once(server_id: str, config_id: str, tenant: Any, pauses: list[float]) -> None:
    store = MemoryStore()
    given = {"store": store, "resource_server": "Pets", "authenticator_config": "Sign-in", **PAGE}
    for name in ("One", "Two", "Three"):
        created = run_ok(application, tenant, **{**given, "display_name": name})["application"]
        assert (created["resource_server_id"], created["authenticator_config_id"]) == (server_id, config_id)
    requests = list_requests(tenant)
    assert requests.count("ListAuthenticatorConfigs") == 1 + 1, "the fixture, and the first task"
    assert requests.count("ListResourceServers") == 1 + 1 and "GetResourceServer" not in requests
    pauses.append(LIFETIME)
    run_ok(application, tenant, **given)
    assert list_requests(tenant).count("ListResourceServers") == 1 + 2


def test_a_name_is_looked_up_again_after_the_runs_own_write(server_id: str, tenant: Any) -> None:
    store = MemoryStore()
    given = {"store": store, "resource_server": "Pets"}
    run_ok(application, tenant, display_name="One", **given)
    run_ok(resource_server, tenant, store, id=server_id, display_name="Animals")
    new = run_ok(resource_server, tenant, store, **{**PETS, "identifier": "new"})["resource_server"]["id"]
    assert run_ok(application, tenant, display_name="Two", **given)["application"]["resource_server_id"] == new
    run_ok(resource_server, tenant, store, id=new, state="absent")
    assert "no resource_server 'Pets'" in run_failed(application, tenant, display_name="Three", **given)


@pytest.mark.parametrize("scopes", [None, ["pets:read"]])
def test_an_object_that_another_process_replaced_is_looked_up_once_more(
    scopes: list[str] | None, server_id: str, tenant: Any
) -> None:
    store = MemoryStore()
    given = {"store": store, "resource_server": "Pets"}
    run_ok(application, tenant, display_name="One", **given, state="present")
    run_ok(application, tenant, display_name="One", state="absent")
    run_ok(resource_server, tenant, id=server_id, state="absent")  # another run
    new = run_ok(resource_server, tenant, **PETS)["resource_server"]["id"]
    created = run_ok(application, tenant, display_name="Two", **given, allowed_scopes=scopes)["application"]
    assert created["resource_server_id"] == new
    assert run_ok(role, tenant, display_name="Readers", **given)["role"]["resource_server_id"] == new


def test_an_error_is_not_repeated_without_a_remembered_name(tenant: Any) -> None:
    message = run_failed(application, tenant, display_name="Feeder", resource_server=UNKNOWN)
    assert "HTTP 40" in message and list_writes(tenant) == ["CreateApplication"]


@pytest.mark.parametrize(
    ("module", "given"),
    [
        (application, {"display_name": "Feeder"}),
        (authenticator_config, SIGN_IN),
        (realm, {"display_name": "Customers"}),
        (resource_server, PETS),
        (role, {"display_name": "Readers"}),
    ],
    ids=lambda value: value.__name__.rpartition(".")[2] if hasattr(value, "SPEC") else "",
)
def test_a_removal_by_name_reports_the_id(module: Any, given: dict[str, Any], tenant: Any) -> None:
    noun = module.__name__.rpartition(".")[2]
    id = run_ok(module, tenant, **given)[noun]["id"]
    removed = run_ok(module, tenant, display_name=given["display_name"], state="absent")
    assert removed["before"]["id"] == id and removed[noun] is None


def test_principals_have_names(tenant: Any) -> None:
    (id,) = tenant.seed(identities=1, identity={"traits": {"username": "pat"}})["identities"]
    (app,) = tenant.seed(applications=1, name="Feeder")["applications"]
    principals = {"identity": (id, "PAT"), "application": (app, "Feeder")}
    for kind, (principal, name) in principals.items():
        tokens = tenant.seed(tokens=2, principal_type=kind, principal_id=principal)["tokens"]
        tenant.clear_journal()
        listed = run_ok(token_info, tenant, principal_type=kind, principal_id=principal)["tokens"]
        assert sorted(token["id"] for token in listed) == sorted(tokens)
        assert list_requests(tenant) == ["ListTokens"] and list_scopes(tenant) == ["tokens:read"]
        named = run_ok(token_info, tenant, principal_type=kind, principal_id=name)["tokens"]
        assert {token["id"] for token in named} == set(tokens) and named[0]["principal_id"] == principal
        read = {"identity": "identities:read", "application": "applications:read"}[kind]
        assert list_scopes(tenant) == sorted([read, "tokens:read"])
        revoked = run_ok(revoke, tenant, all="principal", principal_type=kind, principal_id=name)["revoked"]
        assert sorted(revoked) == sorted(tokens)


def test_a_principal_is_in_the_realm_of_its_application(tenant: Any) -> None:
    """The authenticating application has a realm of its own, whatever the managed realm is."""
    (realm_id,) = tenant.seed(realms=1)["realms"]
    named = {"traits": {"username": "pat"}}
    (own,) = tenant.seed(identities=1, identity=named)["identities"]
    tenant.seed(identities=1, identity=named, realm_id=realm_id)
    tokens = tenant.seed(tokens=1, principal_type="identity", principal_id=own)["tokens"]
    listed = run_ok(token_info, tenant, realm_id=realm_id, principal_type="identity", principal_id="pat")["tokens"]
    assert [token["id"] for token in listed] == tokens


def test_members_are_found_by_e_mail_address(tenant: Any) -> None:
    traits = {"username": "person-{n}", "primary_email_address": "Person-{n}@example.com"}
    ids = tenant.seed(identities=3, identity={"traits": traits})["identities"]
    store = MemoryStore()
    given = {"display_name": "Readers", "members": {"identities": ["PERSON-2@example.com", "person-3@example.com"]}}
    members = run_ok(role, tenant, store, **given)["role"]["members"]["identities"]
    assert members == sorted(ids[1:])
    tenant.clear_journal()
    assert not run_ok(role, tenant, store, **given)["changed"]
    assert "ListIdentities" not in list_requests(tenant), "one lookup in a run"
    assert "e-mail address 'nobody@example.com'" in run_failed(
        role, tenant, display_name="Readers", members={"identities": ["nobody@example.com"]}
    )


def test_a_username_of_a_new_identity_comes_before_the_e_mail_address_that_the_run_looked_up(tenant: Any) -> None:
    address, store = "pat@example.com", MemoryStore()
    traits = {"username": "pat", "primary_email_address": address}
    old = tenant.seed(identities=1, identity={"traits": traits})["identities"][0]
    given = {"members": {"identities": [address]}}
    assert run_ok(role, tenant, store, display_name="Old", **given)["role"]["members"]["identities"] == [old]
    new = {"type": "traits_v0", "username": address, "primary_email_address": "kim@example.com"}
    body = {"identity": {"display_name": "Kim", "traits": new}}
    created = run_ok(api, tenant, store, operation="CreateIdentity", body=body)["response"]["id"]
    assert run_ok(role, tenant, store, display_name="New", **given)["role"]["members"]["identities"] == [created]


def test_two_identities_with_one_e_mail_address_are_an_error_with_their_ids(tenant: Any) -> None:
    traits = [{"username": name, "primary_email_address": "pat@example.com"} for name in ("pat", "kim")]
    both = [{"id": f"000000000000000{number}", "traits": own} for number, own in enumerate(traits)]
    tenant.add_fault(operation="ListIdentities", json={"identities": both})
    tenant.add_fault(operation="ListIdentities", json={"identities": both})
    result = call_module(role, tenant, display_name="Readers", members={"identities": ["pat@example.com"]})
    assert all(item["id"] in result["msg"] for item in both)


def test_the_items_of_a_loop_read_a_referenced_object_once(tenant: Any) -> None:
    """Its name is known from an earlier task, so no item lists the resource servers."""
    store = MemoryStore()
    given = {"resource_server": "beyondidentity", "allowed_scopes": ["realms:read"]}
    run_ok(application, tenant, store, display_name="First", **given)
    tenant.clear_journal()
    for task in ("second", "third"):
        for name in ("A", "B", "C"):
            run_ok(application, tenant, store, sharing=Attempt(task, 1), display_name=name, **given)
    assert len(tenant.read_journal(operation="GetResourceServer")) == 2
    assert not tenant.read_journal(operation="ListResourceServers")


def test_a_referenced_object_is_read_again_after_the_run_wrote_it(tenant: Any) -> None:
    store, share = MemoryStore(), {"sharing": Attempt("task", 1)}
    id = run_ok(resource_server, tenant, store, display_name="S", identifier="s", scopes=["a"])["resource_server"]["id"]
    run_ok(application, tenant, store, **share, display_name="A", resource_server=id, allowed_scopes=["a"])
    run_ok(resource_server, tenant, store, **share, id=id, scopes=["a", "b"])
    run_ok(application, tenant, store, **share, display_name="B", resource_server=id, allowed_scopes=["b"])
