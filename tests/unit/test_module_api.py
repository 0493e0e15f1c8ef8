# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module api, in process against the emulator: what it sends, refuses, predicts and returns."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ansible_collections.beyondidentity.management.plugins.module_utils._management import client as management_module
from ansible_collections.beyondidentity.management.plugins.module_utils._management.catalogue import (
    Operation,
    get_catalogue,
)
from ansible_collections.beyondidentity.management.plugins.module_utils._masking import MASK
from ansible_collections.beyondidentity.management.plugins.modules import api
from tests.unit.memory_store import MemoryStore
from tests.unit.module_calls import call_module, run_failed, run_ok

USER = {"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": "ada", "displayName": "Ada"}
OPERATIONS = list(get_catalogue().values())
EACH = pytest.mark.parametrize("called", OPERATIONS, ids=lambda called: called.name)


def answer(tenant: Any, operation: str, parameters: dict[str, Any] | None = None, **given: Any) -> Any:
    """What comes back of an operation that works."""
    return run_ok(api, tenant, operation=operation, parameters=parameters or {}, **given)["response"]


def ids_for(called: Operation) -> dict[str, str]:
    """Ids for all that its path needs beside the tenant."""
    return {name: "an-id" for name in called.path_parameters if name != "tenant_id"}


def body_for(called: Operation) -> dict[str, Any] | None:
    """A body with the keys that it must have."""
    return None if called.body is None else dict.fromkeys(called.body, "something")


def scopes_for(called: Operation) -> list[str] | None:
    """Scopes where it publishes none."""
    return None if called.scopes else ["realms:read"]


def test_an_operation_that_reads(tenant: Any) -> None:
    result = run_ok(api, tenant, operation="GetTenant")
    assert result["response"]["id"] == tenant.tenant_id
    assert {name: value for name, value in result.items() if name != "response"} == {
        "changed": False,
        "confidential": False,
        "status": 200,
        "requests": 2,
    }
    assert tenant.journal(operation="GetTenant")[0]["token_scopes"] == ["tenants:read"]


def test_operations_that_write(tenant: Any) -> None:
    """A POST, a PATCH and a DELETE, the API's own and SCIM's, with the statuses that they answer with."""
    made = run_ok(api, tenant, operation="CreateGroup", body={"group": {"display_name": "Night shift"}})
    place = {"group_id": made["response"]["id"]}
    changed = run_ok(api, tenant, operation="UpdateGroup", parameters=place, body={"group": {"description": "Awake"}})
    gone = run_ok(api, tenant, operation="DeleteGroup", parameters=place)
    user = run_ok(api, tenant, operation="SCIMCreateUser", body=USER)
    nobody = run_ok(api, tenant, operation="SCIMDeleteUser", parameters={"user_id": user["response"]["id"]})
    results = [made, changed, gone, user, nobody]
    assert [(result["changed"], result["status"]) for result in results] == [
        (True, 200),
        (True, 200),
        (True, 200),
        (True, 201),
        (True, 204),
    ]
    assert changed["response"]["description"] == "Awake" and gone["response"] == nobody["response"] == {}
    assert [entry["token_scopes"] for entry in tenant.journal() if entry["operation"] != "token"] == [
        ["groups:create"],
        ["groups:update"],
        ["groups:delete"],
        ["scim:users:create"],
        ["scim:users:delete"],
    ]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"operation": "CreateRealms"}, "'CreateRealms' is no operation of the Management API. Did you mean CreateRealm"),
        ({"operation": "xyzzy"}, "'xyzzy' is no operation"),
        ({"operation": ""}, "'' is no operation"),
        ({"operation": None}, "'' is no operation"),
        ({"operation": "GetRole"}, "GetRole needs the parameter resource_server_id, role_id."),
        ({"operation": "GetRole", "parameters": None}, "GetRole needs the parameter resource_server_id, role_id."),
        ({"operation": "DeleteRealm"}, "DeleteRealm needs the parameter realm_id. The managed realm is not deleted unless it is named."),
        ({"operation": "DeleteRealm", "realm_id": "r", "parameters": {"tenant_id": "t"}}, "DeleteRealm needs the parameter realm_id."),
        (
            {"operation": "ListRealms", "parameters": {"size": 1, "pages": 2, "skip": 1}},
            "ListRealms has no parameter pages, size. It has: page_size, page_token, skip, tenant_id.",
        ),
        ({"operation": "GetRealm", "parameters": {"filter": "x"}}, "GetRealm has no parameter filter"),
        ({"operation": "GetGroup", "parameters": {"group_id": "a/b"}}, "group_id: 'a/b' is no id"),
        ({"operation": "GetGroup", "parameters": {"group_id": ".."}}, "group_id: '..' is no id"),
        ({"operation": "GetGroup", "parameters": {"group_id": "g", "realm_id": "../r"}}, "realm_id: '../r' is no id"),
        ({"operation": "GetGroup", "parameters": {"group_id": ["g"]}}, "group_id: '['g']' is no id"),
        ({"operation": "ListRealms", "parameters": {"skip": {"a": 1}}}, "skip must be a text, a number"),
        ({"operation": "GetRealm", "body": {}}, "GetRealm takes no body. Leave it out"),
        ({"operation": "CreateRealm"}, "The body of CreateRealm needs realm; it has none."),
        ({"operation": "CreateRealm", "body": {}}, "The body of CreateRealm needs realm; it has none."),
        (
            {"operation": "CreateRealm", "body": {"display_name": "x", "classification": "y"}},
            "The body of CreateRealm needs realm; it has classification, display_name. An object's fields stand below its name",
        ),
        (
            {"operation": "SCIMUpdateUser", "parameters": {"user_id": "u"}, "body": {"op": 1}},
            "needs Operations, schemas; it has op",
        ),
        ({"operation": "GetRealm", "all_pages": True}, "GetRealm has no pages. Leave all_pages out."),
        ({"operation": "ListSchemas", "all_pages": True, "scopes": ["a"]}, "ListSchemas has no pages"),
        ({"operation": "ListRealms", "scopes": ["realms:read"]}, "ListRealms publishes its scopes: realms:read."),
        ({"operation": "listIdentityProviders"}, "listIdentityProviders publishes no scopes. It is described to take any token, so name in scopes"),
        ({"operation": "listIdentityProviders", "scopes": []}, "listIdentityProviders publishes no scopes"),
        ({"operation": "listIdentityProviders", "scopes": ['"']}, "is no scope"),
        ({"operation": "SCIMListUsers", "all_pages": True, "parameters": {"count": 0}}, "count must be a whole number"),
        ({"operation": "GetRealm", "client_secret": None}, "client_secret is missing"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("check_mode", [True, False])
def test_what_can_not_be_is_refused_before_anything_is_sent(
    given: dict[str, Any], said: str, check_mode: bool, tenant: Any
) -> None:
    assert said in run_failed(api, tenant, check_mode=check_mode, **given)
    assert tenant.journal() == []


@pytest.mark.parametrize("value", [None, "", " \t", [], [""], ["a", None], [[]]])
def test_an_empty_parameter_is_not_taken_for_none(value: Any, tenant: Any) -> None:
    """A principal that is not known must not list the tokens of all, nor an unknown realm be the managed one."""
    parameters = {"application_id": "a", "principal_id": value, "realm_id": value}
    said = run_failed(api, tenant, operation="ListTokens", parameters=parameters)
    assert "ListTokens: principal_id, realm_id must not be empty. Leave out what shall not matter" in said
    assert tenant.journal() == []


def test_values_in_the_query(tenant: Any) -> None:
    tenant.fault(operation="listSsoConfigs", json={"sso_configs": []})
    given = {"type": ["OIDC", "SAML"], "is_migrated": False, "page_size": 5, "order_by": "a&b=ü"}
    answer(tenant, "listSsoConfigs", given)
    (asked,) = tenant.journal(operation="listSsoConfigs")
    assert asked["query"] == {"type": "OIDC", "is_migrated": "false", "page_size": "5", "order_by": "a&b=ü"}


def test_tenant_and_realm_are_the_managed_ones_unless_they_are_given(tenant: Any) -> None:
    one, two = tenant.seed(realms=2)["realms"]
    assert answer(tenant, "GetRealm")["id"] == tenant.realm_id
    assert answer(tenant, "GetRealm", realm_id=one)["id"] == one
    assert answer(tenant, "GetRealm", {"realm_id": two}, realm_id=one)["id"] == two
    assert answer(tenant, "GetTenant", {"tenant_id": tenant.tenant_id})["id"] == tenant.tenant_id
    assert "HTTP 403" in run_failed(api, tenant, operation="GetTenant", parameters={"tenant_id": "another"})


@pytest.mark.parametrize("body", [None, {}])
def test_an_operation_that_needs_nothing_in_its_body_gets_an_empty_one(body: Any, tenant: Any) -> None:
    tenant.fault(operation="UpdateTheme", json={"id": "t"})
    predicted = run_ok(api, tenant, check_mode=True, operation="UpdateTheme", parameters={"theme_id": "t"}, body=body)
    assert predicted["request"]["body"] == {}
    answer(tenant, "UpdateTheme", {"theme_id": "t"}, body=body)
    (sent,) = tenant.journal(operation="UpdateTheme")
    assert sent["json"] == {} and sent["headers"]["Content-Type"] == "application/json"


def test_no_body_is_sent_where_none_is_wanted(tenant: Any) -> None:
    tenant.fault(operation="TestSsoConfig", json={})
    answer(tenant, "TestSsoConfig", {"sso_config_id": "c"})
    (sent,) = tenant.journal(operation="TestSsoConfig")
    assert sent["json"] is None and "Content-Type" not in sent["headers"]


@EACH
def test_check_mode(called: Operation, tenant: Any) -> None:
    """What writes sends nothing, not even for a token, and tells what it would send; what reads is carried out."""
    tenant.fault(operation=called.name, json={})
    given = {"operation": called.name, "parameters": ids_for(called), "body": body_for(called)}
    result = run_ok(api, tenant, check_mode=True, scopes=scopes_for(called), **given)
    assert (result["changed"], result["confidential"]) == (not called.is_reading, called.secret)
    if called.is_reading:
        assert result["status"] == 200 and "request" not in result
        return
    assert (result["status"], result["response"], result["requests"]) == (None, {}, 0)
    assert tenant.journal() == []
    run_ok(api, tenant, scopes=scopes_for(called), **given)
    (sent,) = tenant.journal(operation=called.name)
    assert result["request"] == {
        "method": sent["method"],
        "url": tenant.api_url + sent["path"],
        "body": sent["json"],
    }


@pytest.mark.parametrize("check_mode", [True, False])
def test_what_one_authenticates_with_is_not_deleted(check_mode: bool, tenant: Any) -> None:
    own = {"application_id": tenant.application_id}
    for operation, parameters in (
        ("DeleteApplication", own),
        ("DeleteApplication", {**own, "realm_id": tenant.realm_id}),
        ("DeleteRealm", {"realm_id": tenant.realm_id}),
        ("DeleteRealm", {"realm_id": tenant.realm_id, "tenant_id": tenant.tenant_id}),
    ):
        noun = operation.removeprefix("Delete").lower()
        said = run_failed(api, tenant, check_mode=check_mode, operation=operation, parameters=parameters)
        assert (
            said
            == f"This is the {noun} that the task authenticates with. Remove it with the credentials of another one."
        )
    assert tenant.journal() == []


def test_what_one_does_not_authenticate_with_is(tenant: Any) -> None:
    (realm,) = tenant.seed(realms=1)["realms"]
    (there,) = tenant.seed(applications=1, realm_id=realm)["applications"]
    (here,) = tenant.seed(applications=1)["applications"]
    answer(tenant, "DeleteApplication", {"application_id": here})
    answer(tenant, "DeleteApplication", {"application_id": there}, realm_id=realm)
    answer(tenant, "DeleteRealm", {"realm_id": realm})


@pytest.mark.parametrize("check_mode", [True, False])
@pytest.mark.parametrize(
    ("operation", "option"), [("DeleteApplication", "application_id"), ("DeleteRealm", "auth_realm_id")]
)
def test_whose_a_token_is_must_be_known_where_that_might_be_deleted(
    operation: str, option: str, check_mode: bool, tenant: Any
) -> None:
    """And nowhere else."""
    bare = {**dict.fromkeys(("issuer", "client_id", "client_secret")), "auth_url": tenant.emulator.url}
    opaque = {**bare, "access_token": "0paque", "tenant_id": tenant.tenant_id, "realm_id": "r1"}
    noun = operation.removeprefix("Delete").lower()
    place = {"realm_id": "r1", f"{noun}_id": "x1"}
    said = run_failed(api, tenant, check_mode=check_mode, operation=operation, parameters=place, **opaque)
    assert (
        f"{option} is missing, so that nobody can tell whether this is the {noun} that the task authenticates" in said
    )
    assert f"beyondidentity_{option}" in said and "Or give issuer" in said
    own = run_failed(
        api, tenant, check_mode=check_mode, operation=operation, parameters=place, **opaque, **{option: "x1"}
    )
    assert f"This is the {noun} that the task authenticates with." in own
    assert tenant.journal() == []
    tenant.fault(method="DELETE", json={})
    run_ok(api, tenant, check_mode=check_mode, operation=operation, parameters=place, **opaque, **{option: "x2"})
    run_ok(api, tenant, check_mode=check_mode, operation="DeleteGroup", parameters={"group_id": "g1"}, **opaque)
    sent = [] if check_mode else [operation, "DeleteGroup"]
    assert [entry["operation"] for entry in tenant.journal()] == sent


def test_scopes_where_none_are_published(tenant: Any) -> None:
    given = {"operation": "ListSchemas", "scopes": ["scim:users:read", "realms:read realms:read"]}
    assert run_ok(api, tenant, **given)["response"]["Resources"]
    assert tenant.journal(operation="ListSchemas")[0]["token_scopes"] == ["realms:read", "scim:users:read"]
    own = tenant.mint("tenants:read")
    assert answer(tenant, "ListSchemas", access_token=own)["Resources"]
    assert tenant.journal(operation="ListSchemas")[1]["token_scopes"] == ["tenants:read"]


def test_all_pages(tenant: Any) -> None:
    tenant.seed(realms=450)
    result = run_ok(api, tenant, operation="ListRealms", all_pages=True)
    assert len({realm["id"] for realm in result["response"]["realms"]}) == 451 == result["response"]["total_size"]
    assert (result["status"], result["changed"]) == (200, False) and "next_page_token" not in result["response"]
    assert result["requests"] == 1 + len(tenant.journal(operation="ListRealms")) > 3
    assert len(answer(tenant, "ListRealms", {"page_size": 10, "skip": 440}, all_pages=True)["realms"]) == 11
    one = answer(tenant, "ListRealms", {"page_size": 10})
    assert len(one["realms"]) == 10
    rest = answer(tenant, "ListRealms", {"page_token": one["next_page_token"]}, all_pages=True)
    assert len(rest["realms"]) == 441, "from where one was"


def test_all_pages_of_two_lists(tenant: Any) -> None:
    (role,) = tenant.seed(roles=1)["roles"]
    ids = tenant.seed(identities=250, groups=3)
    place = {"resource_server_id": tenant.resource_server_id, "role_id": role}
    answer(tenant, "AddRoleMembers", place, body={"identity_ids": ids["identities"], "group_ids": ids["groups"]})
    for sizes in ({}, {"groups_page_size": 2, "identities_page_size": 40}):
        whole = answer(tenant, "ListRoleMembers", {**place, **sizes}, all_pages=True)
        assert sorted(item["id"] for item in whole["identities"]) == sorted(ids["identities"])
        assert sorted(item["id"] for item in whole["groups"]) == sorted(ids["groups"])
        assert (whole["total_groups_size"], whole["total_identities_size"]) == (3, 250)
    skipped = answer(tenant, "ListRoleMembers", {**place, "groups_skip": 1, "identities_skip": 200}, all_pages=True)
    assert (len(skipped["groups"]), len(skipped["identities"])) == (2, 50)


def test_all_pages_of_scim(tenant: Any) -> None:
    ids = tenant.seed(identities=230)["identities"]
    assert answer(tenant, "SCIMListUsers")["Resources"] == [], "SCIM's own default"
    whole = answer(tenant, "SCIMListUsers", all_pages=True)
    assert sorted(user["id"] for user in whole["Resources"]) == sorted(ids)
    assert (whole["totalResults"], whole["itemsPerPage"]) == (230, 230)
    asked = [entry["query"].get("startIndex") for entry in tenant.journal(operation="SCIMListUsers")]
    assert asked == [None, None, "101", "201"]
    later = answer(tenant, "SCIMListUsers", {"startIndex": 201, "count": "7"}, all_pages=True)
    assert len(later["Resources"]) == 30 and set(map(len, [later["schemas"]])) == {1}
    name = whole["Resources"][0]["userName"]
    found = answer(tenant, "SCIMListUsers", {"filter": f'userName eq "{name}"'}, all_pages=True)
    assert [user["id"] for user in found["Resources"]] == [whole["Resources"][0]["id"]]
    assert answer(tenant, "SCIMListGroups", all_pages=True)["Resources"] == []


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ({"json": {"realms": [{}], "next_page_token": "again"}}, "the pages do not end: a page token came twice"),
        ({"json": {"realms": [{}], "next_page_token": 7}}, "the page token is no text"),
        ({"json": {"total_size": 3}}, "ListRealms: the answer has no list"),
        ({"json": [1]}, "is not a JSON object"),
        ({"body": "<html>", "headers": {"Content-Type": "text/html"}}, "the answer (HTTP 200, text/html) is not a JSON object"),
        ({"status": 500}, "HTTP 500"),
    ],
)  # fmt: skip
def test_pages_that_are_not_as_they_should_be(fault: dict[str, Any], said: str, tenant: Any) -> None:
    tenant.fault(operation="ListRealms", **fault)
    assert said in run_failed(api, tenant, operation="ListRealms", all_pages=True, retries=0)


def test_pages_that_never_end(tenant: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(management_module, "PAGE_LIMIT", 5)
    tenant.fault(operation="SCIMListUsers", json={"totalResults": 10**9, "Resources": [{}]})
    assert "there are more than 5" in run_failed(api, tenant, operation="SCIMListUsers", all_pages=True)
    assert len(tenant.journal(operation="SCIMListUsers")) == 6


@pytest.mark.parametrize("operation", ["GetTenant", "DeleteGroup", "CreateGroup"])
@pytest.mark.parametrize(("body", "whole"), [("", True), (" \n", True), ('{"a": [1]}', True), ("null", False), ("{", False)])  # fmt: skip
def test_answers(operation: str, body: str, whole: bool, tenant: Any) -> None:
    tenant.fault(operation=operation, status=202, body=body)
    called = get_catalogue()[operation]
    result = call_module(api, tenant, operation=operation, parameters=ids_for(called), body=body_for(called))
    if whole:
        assert (result["status"], result["response"]) == (202, json.loads(body) if body.strip() else {})
    else:
        assert "is not a JSON object" in result["msg"]


@pytest.mark.parametrize("shape", ["text", "json"])
def test_a_secret_of_the_body_is_in_no_message(shape: str, tenant: Any) -> None:
    """Whatever the server echoes of it, and wherever in the body it is."""
    secrets = ["oidc-s3cret-of-the-provider", "okta-t0ken-that-is-long", "first of a list", "second of a list"]
    payload = {"client_secret": secrets[0], "okta_token": secrets[1], "passwords": secrets[2:], "pin_secret": 90210}
    body = {"sso_config": {"display_name": "Okta", "payload": [payload]}}
    echoed = json.dumps(body) if shape == "json" else " and ".join([*secrets, "90210", "Okta"])
    tenant.fault(operation="CreateSsoConfig", status=400, message=f"invalid: {echoed}")
    said = run_failed(api, tenant, operation="CreateSsoConfig", body=body)
    assert not [secret for secret in [*secrets, "90210"] if secret in said]
    assert said.count(MASK) == 5 and "Okta" in said and "HTTP 400" in said


def test_a_refusal_names_the_scopes(tenant: Any) -> None:
    given = {"access_token": tenant.mint("groups:read")}
    result = call_module(api, tenant, operation="ListGroupMembers", parameters={"group_id": "g"}, **given)
    assert result["failed"] and (result["status"], result["error"]) == (403, "forbidden")
    assert "ListGroupMembers needs the scopes groups:read, identities:read, and a token of this tenant" in result["msg"]
    tenant.fault(operation="ListSchemas", status=403)
    said = run_failed(api, tenant, operation="ListSchemas", **given)
    assert said.endswith("ListSchemas needs a token of this tenant that may manage this realm.")


def test_a_token_that_dies_is_replaced(tenant: Any) -> None:
    store = MemoryStore()
    for _n in range(2):
        run_ok(api, tenant, store, operation="GetTenant")
    assert len(tenant.journal(operation="token")) == 1
    tenant.revoke_tokens()
    result = run_ok(api, tenant, store, operation="GetTenant")
    assert (result["status"], result["requests"]) == (200, 3)
    assert len(tenant.journal(operation="token")) == 2


def test_each_operation_has_a_token_of_its_own(tenant: Any) -> None:
    """One that reads must not get what one that writes was given before, nor the reverse."""
    store = MemoryStore()
    for operation, body in (("CreateRealm", {"realm": {"display_name": "x"}}), ("ListRealms", None)):
        run_ok(api, tenant, store, operation=operation, body=body)
    assert [entry["form"]["scope"] for entry in tenant.journal(operation="token")] == ["realms:create", "realms:read"]
