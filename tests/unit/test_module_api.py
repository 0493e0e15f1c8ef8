# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module api, in process against the emulator: what it sends, refuses, predicts and returns."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ansible_collections.beyondidentity.management.plugins.module_utils._management.operation_catalogue import (
    find_operation,
)
from ansible_collections.beyondidentity.management.plugins.module_utils._masking import MASK
from ansible_collections.beyondidentity.management.plugins.modules import api
from tests.support.recorder import Recorder, forward_to
from tests.support.sign_in_application import SignInApplication
from tests.unit.memory_store import MemoryStore
from tests.unit.module_calls import call_module, list_writes, run_failed, run_ok

USER = {"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": "ada", "displayName": "Ada"}


def call(tenant: Any, operation: str, parameters: dict[str, Any] | None = None, **given: Any) -> Any:
    """Carry out an operation that succeeds, and return the object in its response."""
    return run_ok(api, tenant, operation=operation, parameters=parameters or {}, **given)["response"]


def build_arguments(name: str) -> dict[str, Any]:
    """Return options for a complete call of an operation."""
    operation = find_operation(name)
    return {
        "operation": name,
        "parameters": {parameter: "an-id" for parameter in operation.path_parameters if parameter != "tenant_id"},
        "body": None if operation.body is None else dict.fromkeys(operation.body, "something"),
        "scopes": None if operation.scopes else ["realms:read"],
    }


def test_a_reading_operation_returns_its_response_and_status(tenant: Any) -> None:
    result = run_ok(api, tenant, operation="GetTenant")
    assert result.pop("response")["id"] == tenant.tenant_id
    assert result == {"changed": False, "confidential": False, "status": 200, "requests": 2}
    assert tenant.read_journal(operation="GetTenant")[0]["token_scopes"] == ["tenants:read"]


def test_a_writing_operation_returns_its_response_and_status(tenant: Any) -> None:
    body = {"group": {"display_name": "Night shift", "description": "Nights"}}
    created = run_ok(api, tenant, operation="CreateGroup", body=body)
    group = {"group_id": created["response"]["id"]}
    updated = run_ok(api, tenant, operation="UpdateGroup", parameters=group, body={"group": {"description": "On call"}})
    deleted = run_ok(api, tenant, operation="DeleteGroup", parameters=group)
    user = run_ok(api, tenant, operation="SCIMCreateUser", body=USER)
    deleted_user = run_ok(api, tenant, operation="SCIMDeleteUser", parameters={"user_id": user["response"]["id"]})
    results = [created, updated, deleted, user, deleted_user]
    assert [result["status"] for result in results] == [200, 200, 200, 201, 204]
    assert all(result["changed"] for result in results)
    assert updated["response"]["description"] == "On call"
    assert deleted["response"] == deleted_user["response"] == {}
    assert [entry["token_scopes"] for entry in tenant.read_journal() if entry["operation"] != "token"] == [
        ["groups:create"],
        ["groups:update"],
        ["groups:delete"],
        ["scim:users:create"],
        ["scim:users:delete"],
    ]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"operation": "CreateRealms"}, "'CreateRealms' is not an operation of the Management API. Did you mean CreateRealm"),
        ({"operation": ""}, "'' is not an operation"),
        ({"operation": None}, "'' is not an operation"),
        ({"operation": "GetRole"}, "GetRole needs the parameter resource_server_id, role_id."),
        ({"operation": "GetRole", "parameters": None}, "GetRole needs the parameter resource_server_id, role_id."),
        ({"operation": "DeleteRealm"}, "DeleteRealm needs the parameter realm_id. The managed realm is deleted only if realm_id names it."),
        ({"operation": "DeleteRealm", "realm_id": "r", "parameters": {"tenant_id": "t"}}, "DeleteRealm needs the parameter realm_id."),
        (
            {"operation": "ListRealms", "parameters": {"size": 1, "pages": 2, "skip": 1}},
            "ListRealms has no parameter pages, size. Use one of its parameters: filter, page_size, page_token, skip, tenant_id.",
        ),
        ({"operation": "GetRealm", "parameters": {"filter": "x"}}, "GetRealm has no parameter filter"),
        ({"operation": "GetGroup", "parameters": {"group_id": ".."}}, "group_id: '..' is not a valid ID"),
        ({"operation": "GetGroup", "parameters": {"group_id": "g", "realm_id": "../r"}}, "realm_id: '../r' is not a valid ID"),
        ({"operation": "GetGroup", "parameters": {"group_id": ["g"]}}, "group_id: '['g']' is not a valid ID"),
        ({"operation": "ListRealms", "parameters": {"skip": {"a": 1}}}, "skip must be text, a number"),
        ({"operation": "GetRealm", "body": {}}, "GetRealm takes no body. Remove body."),
        ({"operation": "CreateRealm"}, "The body of CreateRealm needs realm, but has none."),
        ({"operation": "CreateRealm", "body": {}}, "The body of CreateRealm needs realm, but has none."),
        (
            {"operation": "CreateRealm", "body": {"display_name": "x", "classification": "y"}},
            "The body of CreateRealm needs realm, but has classification, display_name. Put the object's fields below its name",
        ),
        (
            {"operation": "SCIMUpdateUser", "parameters": {"user_id": "u"}, "body": {"op": 1}},
            "needs Operations, schemas, but has op",
        ),
        ({"operation": "GetRealm", "all_pages": True}, "GetRealm has no pages. Remove all_pages."),
        ({"operation": "ListRealms", "scopes": ["realms:read"]}, "ListRealms publishes its scopes: realms:read. Remove scopes."),
        ({"operation": "listIdentityProviders"}, "listIdentityProviders publishes no scopes."),
        ({"operation": "listIdentityProviders", "scopes": []}, "listIdentityProviders publishes no scopes."),
        ({"operation": "listIdentityProviders", "scopes": ['"']}, "is not a valid scope"),
        ({"operation": "ListRealms", "operations": ["ListReams"]}, "'ListReams' is not an operation of the Management API. Did you mean ListRealms"),
        ({"operation": "ListRealms", "operations": [" "]}, "The name of an operation is empty."),
        (
            {"operation": "ListRealms", "operations": ["GetTenant"], "scopes": ["realms:read"]},
            "Each operation publishes its scopes: realms:read, tenants:read. Remove scopes.",
        ),
        ({"operation": "ListSchemas", "operations": ["listIdentityProviders"]}, "ListSchemas publishes no scopes."),
        ({"operation": "SCIMListUsers", "all_pages": True, "parameters": {"count": 0}}, "count must be a whole number"),
        ({"operation": "GetRealm", "client_secret": None}, "client_secret is missing"),
    ],
)  # fmt: skip
def test_invalid_options_are_refused_before_anything_is_sent(given: dict[str, Any], message: str, tenant: Any) -> None:
    for check_mode in (True, False):
        assert message in run_failed(api, tenant, check_mode=check_mode, **given)
    assert tenant.read_journal() == []


@pytest.mark.parametrize("value", [None, "", " \t", [], [""], ["a", None], [[]]])
def test_an_empty_parameter_is_an_error(value: Any, tenant: Any) -> None:
    """An undefined principal must not list all tokens, and an undefined realm is not the managed realm."""
    parameters = {"application_id": "a", "principal_id": value, "realm_id": value}
    message = run_failed(api, tenant, operation="ListTokens", parameters=parameters)
    assert "ListTokens: principal_id, realm_id must not be empty. Omit parameters" in message
    assert tenant.read_journal() == []


def test_parameters_of_the_query_are_sent(tenant: Any) -> None:
    tenant.add_fault(operation="listSsoConfigs", json={"sso_configs": []})
    given = {"type": ["OIDC", "SAML"], "is_migrated": False, "page_size": 5, "order_by": "a&b=ü"}
    call(tenant, "listSsoConfigs", given)
    (request,) = tenant.read_journal(operation="listSsoConfigs")
    assert request["query"] == {"type": "OIDC", "is_migrated": "false", "page_size": "5", "order_by": "a&b=ü"}


def test_tenant_and_realm_default_to_the_managed_ones(tenant: Any) -> None:
    one, two = tenant.seed(realms=2)["realms"]
    assert call(tenant, "GetRealm")["id"] == tenant.realm_id
    assert call(tenant, "GetRealm", realm_id=one)["id"] == one
    assert call(tenant, "GetRealm", {"realm_id": two}, realm_id=one)["id"] == two
    assert call(tenant, "GetTenant", {"tenant_id": tenant.tenant_id})["id"] == tenant.tenant_id
    assert "HTTP 403" in run_failed(api, tenant, operation="GetTenant", parameters={"tenant_id": "another"})


@pytest.mark.parametrize("body", [None, {}])
def test_an_empty_body_is_sent_if_no_key_is_required(body: Any, tenant: Any) -> None:
    tenant.add_fault(operation="UpdateTheme", json={"id": "t"})
    call(tenant, "UpdateTheme", {"theme_id": "t"}, body=body)
    (request,) = tenant.read_journal(operation="UpdateTheme")
    assert request["json"] == {} and request["headers"]["Content-Type"] == "application/json"


def test_no_body_is_sent_if_the_operation_takes_none(tenant: Any) -> None:
    tenant.add_fault(operation="TestSsoConfig", json={})
    call(tenant, "TestSsoConfig", {"sso_config_id": "c"})
    (request,) = tenant.read_journal(operation="TestSsoConfig")
    assert request["json"] is None and "Content-Type" not in request["headers"]


@pytest.mark.parametrize(
    "name",
    [
        "CreateRealm",
        "UpdateRealm",
        "DeleteRealm",
        "SCIMReplaceUser",
        "RevokeCredential",
        "UpdateTheme",
        "createIdentityProvider",
    ],
)
def test_check_mode_shows_the_request_of_a_writing_operation_and_sends_nothing(name: str, tenant: Any) -> None:
    tenant.add_fault(operation=name, json={})
    predicted = run_ok(api, tenant, check_mode=True, **build_arguments(name))
    assert predicted["changed"]
    assert (predicted["status"], predicted["requests"], predicted["predicted"]) == (None, 0, True)
    assert predicted["confidential"] is find_operation(name).secret
    assert tenant.read_journal() == [], "not even a token is requested"
    run_ok(api, tenant, **build_arguments(name))
    (sent,) = tenant.read_journal(operation=name)
    request = {"method": sent["method"], "url": tenant.api_url + sent["path"], "body": sent["json"]}
    assert predicted["request"] == request


@pytest.mark.parametrize("name", ["GetRealm", "TestSsoConfig", "SSOIsGroupAssigned"])
def test_a_reading_operation_runs_in_check_mode(name: str, tenant: Any) -> None:
    tenant.add_fault(operation=name, json={"found": True})
    result = run_ok(api, tenant, check_mode=True, **build_arguments(name))
    assert (result["changed"], result["status"], result["response"]) == (False, 200, {"found": True})
    assert "request" not in result


@pytest.mark.parametrize("check_mode", [True, False])
def test_the_application_and_the_realm_of_the_credentials_are_not_deleted(check_mode: bool, tenant: Any) -> None:
    own = {"application_id": tenant.application_id}
    for operation, parameters in (
        ("DeleteApplication", own),
        ("DeleteApplication", {**own, "realm_id": tenant.realm_id}),
        ("DeleteApplication", {"application_id": tenant.application_id.upper()}),
        ("DeleteRealm", {"realm_id": tenant.realm_id}),
        ("DeleteRealm", {"realm_id": tenant.realm_id, "tenant_id": tenant.tenant_id}),
    ):
        noun = operation.removeprefix("Delete").lower()
        message = run_failed(api, tenant, check_mode=check_mode, operation=operation, parameters=parameters)
        assert message.startswith(f"The task authenticates with this {noun}, so the task cannot remove it.")
    assert tenant.read_journal() == []


def test_other_applications_and_realms_are_deleted(tenant: Any) -> None:
    (realm,) = tenant.seed(realms=1)["realms"]
    (elsewhere,) = tenant.seed(applications=1, realm_id=realm)["applications"]
    (other,) = tenant.seed(applications=1)["applications"]
    call(tenant, "DeleteApplication", {"application_id": other})
    call(tenant, "DeleteApplication", {"application_id": elsewhere}, realm_id=realm)
    call(tenant, "DeleteRealm", {"realm_id": realm})
    deletions = [entry["status"] for entry in tenant.read_journal() if entry["method"] == "DELETE"]
    assert deletions == [200, 200, 200]


@pytest.mark.parametrize("check_mode", [True, False])
@pytest.mark.parametrize(
    ("operation", "option"), [("DeleteApplication", "application_id"), ("DeleteRealm", "auth_realm_id")]
)
def test_a_deletion_needs_to_know_which_object_the_token_belongs_to(
    operation: str, option: str, check_mode: bool, tenant: Any
) -> None:
    unset = {**dict.fromkeys(("issuer", "client_id", "client_secret")), "auth_url": tenant.emulator.url}
    opaque = {**unset, "access_token": "0paque", "tenant_id": tenant.tenant_id, "realm_id": "r1"}
    noun = operation.removeprefix("Delete").lower()
    given = {"check_mode": check_mode, "operation": operation, "parameters": {"realm_id": "r1", f"{noun}_id": "x1"}}
    message = run_failed(api, tenant, **given, **opaque)
    assert f"{option} is missing, and without it this module cannot tell whether" in message
    assert f"beyondidentity_{option}" in message and "issuer" in message
    message = run_failed(api, tenant, **given, **opaque, **{option: "x1"})
    assert message.startswith(f"The task authenticates with this {noun}")
    assert tenant.read_journal() == []
    tenant.add_fault(method="DELETE", json={})
    run_ok(api, tenant, **given, **opaque, **{option: "x2"})
    group = {"operation": "DeleteGroup", "parameters": {"group_id": "g1"}}
    run_ok(api, tenant, **{**given, **group}, **opaque)
    sent = [] if check_mode else [operation, "DeleteGroup"]
    assert [entry["operation"] for entry in tenant.read_journal()] == sent


def test_scopes_are_set_for_an_operation_that_publishes_none(tenant: Any) -> None:
    given = {"operation": "ListSchemas", "scopes": ["scim:users:read", "realms:read realms:read"]}
    assert run_ok(api, tenant, **given)["response"]["Resources"]
    assert tenant.read_journal(operation="ListSchemas")[0]["token_scopes"] == ["realms:read", "scim:users:read"]
    own = tenant.request_token("tenants:read")
    assert call(tenant, "ListSchemas", access_token=own)["Resources"]
    assert tenant.read_journal(operation="ListSchemas")[1]["token_scopes"] == ["tenants:read"]


def test_all_pages_are_one_response(tenant: Any) -> None:
    tenant.seed(realms=24)
    tenant.change_settings(page_size_maximum=10)
    result = run_ok(api, tenant, operation="ListRealms", all_pages=True)
    assert len({realm["id"] for realm in result["response"]["realms"]}) == 25 == result["response"]["total_size"]
    assert (result["status"], result["changed"]) == (200, False) and "next_page_token" not in result["response"]
    assert result["requests"] == 1 + len(tenant.read_journal(operation="ListRealms")) == 4
    assert len(call(tenant, "ListRealms", {"page_size": 5, "skip": 19}, all_pages=True)["realms"]) == 6
    one = call(tenant, "ListRealms", {"page_size": 5})
    assert len(one["realms"]) == 5
    rest = call(tenant, "ListRealms", {"page_token": one["next_page_token"]}, all_pages=True)
    assert len(rest["realms"]) == 20, "all pages from this page token"


def test_all_pages_of_two_lists_are_one_response(tenant: Any) -> None:
    (role,) = tenant.seed(roles=1)["roles"]
    ids = tenant.seed(identities=12, groups=3)
    path = {"resource_server_id": tenant.resource_server_id, "role_id": role}
    call(tenant, "AddRoleMembers", path, body={"identity_ids": ids["identities"], "group_ids": ids["groups"]})
    sizes = {"groups_page_size": 2, "identities_page_size": 5}
    joined = call(tenant, "ListRoleMembers", {**path, **sizes}, all_pages=True)
    assert sorted(item["id"] for item in joined["identities"]) == sorted(ids["identities"])
    assert sorted(item["id"] for item in joined["groups"]) == sorted(ids["groups"])
    assert (joined["total_groups_size"], joined["total_identities_size"]) == (3, 12)
    skipping = {**path, **sizes, "groups_skip": 1, "identities_skip": 4}
    joined = call(tenant, "ListRoleMembers", skipping, all_pages=True)
    assert (len(joined["groups"]), len(joined["identities"])) == (2, 8)


def test_all_pages_of_a_scim_list_are_one_response(tenant: Any) -> None:
    ids = tenant.seed(identities=230)["identities"]
    assert call(tenant, "SCIMListUsers")["Resources"] == [], "SCIM's own default"
    joined = call(tenant, "SCIMListUsers", all_pages=True)
    assert sorted(user["id"] for user in joined["Resources"]) == sorted(ids)
    assert (joined["totalResults"], joined["itemsPerPage"]) == (230, 230)
    indexes = [entry["query"].get("startIndex") for entry in tenant.read_journal(operation="SCIMListUsers")]
    assert indexes == [None, None, "101", "201"]
    later = call(tenant, "SCIMListUsers", {"startIndex": 221, "count": "7"}, all_pages=True)
    assert len(later["Resources"]) == 10 and len(later["schemas"]) == 1
    assert call(tenant, "SCIMListGroups", all_pages=True)["Resources"] == []


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        ({"json": {"realms": [{}], "next_page_token": "again"}}, "ListRealms: the pages do not end"),
        ({"json": {"total_size": 3}}, "ListRealms: the response has no list"),
        ({"status": 500}, "HTTP 500"),
    ],
)
def test_an_invalid_page_is_an_error(fault: dict[str, Any], message: str, tenant: Any) -> None:
    tenant.add_fault(operation="ListRealms", **fault)
    assert message in run_failed(api, tenant, operation="ListRealms", all_pages=True, retries=0)


@pytest.mark.parametrize("body", ["", " \n", '{"a": [1]}'])
def test_a_response_can_have_no_body(body: str, tenant: Any) -> None:
    tenant.add_fault(operation="CreateGroup", status=202, body=body)
    result = run_ok(api, tenant, **build_arguments("CreateGroup"))
    assert (result["status"], result["response"]) == (202, json.loads(body) if body.strip() else {})


@pytest.mark.parametrize("body", ["null", "{"])
def test_a_response_that_is_not_an_object_is_an_error(body: str, tenant: Any) -> None:
    tenant.add_fault(operation="CreateGroup", status=202, body=body)
    assert "is not a JSON object" in run_failed(api, tenant, **build_arguments("CreateGroup"))


@pytest.mark.parametrize("shape", ["text", "json"])
def test_no_message_has_a_secret_of_the_body(shape: str, tenant: Any) -> None:
    """At any depth of the body, and in any form in which the server repeats it."""
    secrets = ["oidc-s3cret-of-the-provider", "okta-t0ken-that-is-long", "first of a list", "second of a list"]
    payload = {"client_secret": secrets[0], "okta_token": secrets[1], "passwords": secrets[2:], "pin_secret": 90210}
    body = {"sso_config": {"display_name": "Okta", "payload": [payload]}}
    repeated = json.dumps(body) if shape == "json" else " and ".join([*secrets, "90210", "Okta"])
    tenant.add_fault(operation="CreateSsoConfig", status=400, message=f"invalid: {repeated}")
    message = run_failed(api, tenant, operation="CreateSsoConfig", body=body)
    assert not [secret for secret in [*secrets, "90210"] if secret in message]
    assert message.count(MASK) == 5 and "Okta" in message and "HTTP 400" in message


def test_a_403_has_advice_on_scopes(tenant: Any) -> None:
    given = {"access_token": tenant.request_token("groups:read")}
    result = call_module(api, tenant, operation="ListGroupMembers", parameters={"group_id": "g"}, **given)
    assert result["failed"] and (result["status"], result["error"]) == (403, "forbidden")
    assert "ListGroupMembers needs the scopes groups:read, identities:read, and a token of this tenant" in result["msg"]
    tenant.add_fault(operation="ListSchemas", status=403)
    message = run_failed(api, tenant, operation="ListSchemas", **given)
    assert "ListSchemas needs a token of this tenant that may manage this realm. Check whether the token" in message


def test_a_taken_email_address_has_advice(tenant: Any) -> None:
    """No filter finds an identity by its address, and `api` requests no scopes beyond those of the operation."""

    tenant.change_settings(conflicts="vendor")

    def create(username: str, address: str) -> dict[str, Any]:
        traits = {"type": "traits_v0", "username": username, "primary_email_address": address}
        body = {"identity": {"display_name": username, "traits": traits}}
        return call_module(api, tenant, operation="CreateIdentity", body=body)

    assert create("mia", "pets@example.com")["status"] == 200
    refused = create("noah", "Pets@example.com")
    assert refused["status"] == 409 and "Another identity may have the username or an e-mail address." in refused["msg"]


def test_a_revoked_token_is_replaced(tenant: Any) -> None:
    store = MemoryStore()
    for _n in range(2):
        run_ok(api, tenant, store, operation="GetTenant")
    assert len(tenant.read_journal(operation="token")) == 1
    tenant.revoke_tokens()
    result = run_ok(api, tenant, store, operation="GetTenant")
    assert (result["status"], result["requests"]) == (200, 3)
    assert len(tenant.read_journal(operation="token")) == 2


def test_a_stored_token_is_used_only_for_the_same_scopes(tenant: Any) -> None:
    store = MemoryStore()
    for operation, body in (("CreateRealm", {"realm": {"display_name": "x"}}), ("ListRealms", None)):
        run_ok(api, tenant, store, operation=operation, body=body)
    assert [entry["form"]["scope"] for entry in tenant.read_journal(operation="token")] == [
        "realms:create",
        "realms:read",
    ]


LISTED = ["ListRealms", "ListGroups, ListApplications", "ListSchemas"]


@pytest.mark.parametrize("operations", [LISTED, [*LISTED, "GetTenant"]])
def test_tasks_that_list_the_same_operations_use_one_token(operations: list[str], tenant: Any) -> None:
    """Also for an operation that publishes no scopes, and for one that is not in the list if another one has its scopes."""
    store = MemoryStore()
    for operation in ("ListRealms", "ListGroups", "ListApplications", "ListSchemas", "GetRealm"):
        run_ok(api, tenant, store, operation=operation, operations=operations)
    (request,) = tenant.read_journal(operation="token")
    more = ["tenants:read"] if "GetTenant" in operations else []
    assert request["form"]["scope"].split() == ["applications:read", "groups:read", "realms:read", *more]


def test_without_a_list_each_operation_needs_a_token_of_its_own(tenant: Any) -> None:
    store = MemoryStore()
    for operation in ("ListRealms", "ListGroups", "ListApplications"):
        run_ok(api, tenant, store, operation=operation)
    assert len(tenant.read_journal(operation="token")) == 3


def test_the_token_also_allows_an_operation_that_is_not_in_the_list(tenant: Any) -> None:
    run_ok(api, tenant, operation="GetTenant", operations=["ListRealms"])
    assert tenant.read_journal(operation="GetTenant")[0]["token_scopes"] == ["realms:read", "tenants:read"]


def test_scopes_are_added_to_those_of_the_list_if_an_operation_publishes_none(tenant: Any) -> None:
    """All tasks have the same scopes, whichever operation they carry out."""
    store, given = MemoryStore(), {"operations": ["ListRealms", "ListSchemas"], "scopes": ["scim:users:read"]}
    for operation in ("ListRealms", "ListSchemas"):
        run_ok(api, tenant, store, operation=operation, **given)
    (request,) = tenant.read_journal(operation="token")
    assert request["form"]["scope"] == "realms:read scim:users:read"


def test_in_check_mode_the_token_allows_only_the_listed_operations_that_read(tenant: Any) -> None:
    store, operations = MemoryStore(), ["ListRealms", "CreateRealm", "ListGroups"]
    for operation in ("ListRealms", "CreateRealm"):
        body = {"realm": {"display_name": "x"}} if operation == "CreateRealm" else None
        run_ok(api, tenant, store, check_mode=True, operation=operation, body=body, operations=operations)
    (request,) = tenant.read_journal(operation="token")
    assert request["form"]["scope"] == "groups:read realms:read" and list_writes(tenant) == []


def test_in_check_mode_an_operation_without_scopes_needs_one_that_reads(tenant: Any) -> None:
    """A token without scopes is never requested."""
    given = {"operation": "ListSchemas", "operations": ["CreateRealm"]}
    assert "ListSchemas publishes no scopes." in run_failed(api, tenant, check_mode=True, **given)
    assert tenant.read_journal() == []
    assert run_ok(api, tenant, **given)["status"] == 200


def test_a_given_token_is_used_whatever_is_listed(tenant: Any) -> None:
    own = tenant.request_token("realms:read")
    run_ok(api, tenant, operation="ListRealms", operations=["ListGroups"], access_token=own)
    assert [entry["operation"] for entry in tenant.read_journal()] == ["token", "ListRealms"], "no second token request"


def test_if_the_application_does_not_allow_a_listed_operation_the_error_has_its_scopes(tenant: Any) -> None:
    protocol: dict[str, Any] = {"type": "oauth2", "grant_type": ["client_credentials"]}
    small = SignInApplication.of(tenant, allowed_scopes=["realms:read"], **protocol)
    run_ok(api, small, operation="ListRealms")
    message = run_failed(api, small, operation="ListRealms", operations=["ListGroups"])
    assert "Requested scopes: groups:read, realms:read." in message


def test_scim_groups_have_no_slash_at_the_end_of_their_path(tenant: Any) -> None:
    group = {"schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"], "displayName": "Night shift"}
    created = run_ok(api, tenant, operation="SCIMCreateGroup", body=group)
    assert (created["status"], created["requests"]) == (201, 2)
    assert call(tenant, "SCIMListGroups", {"count": 5})["totalResults"] == 1
    paths = [entry["path"] for entry in tenant.read_journal() if entry["operation"] != "token"]
    assert [path.partition("?")[0].rpartition("/scim/v2")[2] for path in paths] == ["/Groups", "/Groups"]


def test_lists_have_the_filters_that_the_vendors_client_sends(tenant: Any) -> None:
    tenant.change_settings(unknown_parameters="refuse")
    tenant.seed(realms=2)
    body = {"display_name": "Night shift", "description": "On call"}
    for name in ("Night shift", "Day shift"):
        call(tenant, "CreateGroup", body={"group": {**body, "display_name": name}})
    groups = call(tenant, "ListGroups", {"filter": 'display_name sw "night"'})["groups"]
    assert [group["display_name"] for group in groups] == ["Night shift"]
    groups = call(tenant, "ListGroups", {"order_by": "display_name"}, all_pages=True)["groups"]
    assert [group["display_name"] for group in groups] == ["Day shift", "Night shift"]
    name = call(tenant, "GetRealm")["display_name"]
    realms = call(tenant, "ListRealms", {"filter": f'display_name eq "{name}"'}, all_pages=True)["realms"]
    assert [realm["id"] for realm in realms] == [tenant.realm_id]
    credentials = {"identity_id": tenant.seed(identities=1)["identities"][0], "filter": 'state eq "ACTIVE"'}
    tenant.add_fault(operation="ListCredentials", json={"credentials": [], "total_size": 0})
    assert call(tenant, "ListCredentials", credentials)["credentials"] == []
    assert tenant.read_journal(operation="ListCredentials")[0]["query"] == {"filter": credentials["filter"]}


@pytest.mark.parametrize("name", ["SSOIsGroupAssigned", "IdentityToSSOConfigCheck"])
def test_a_404_of_an_operation_that_is_not_deployed_has_a_hint(name: str, tenant: Any) -> None:
    message = run_failed(api, tenant, **build_arguments(name))
    assert "HTTP 404" in message
    assert message.endswith(
        f"Beyond Identity describes {name}, but its service might not have it and then responds with 404."
    )
    assert "might not have it" not in run_failed(api, tenant, operation="GetGroup", parameters={"group_id": "g"})
    tenant.change_settings(undeployed_operations=[])
    tenant.add_fault(operation=name, json={"is_assigned_to_sso_config": True})
    assert run_ok(api, tenant, **build_arguments(name))["status"] == 200


@pytest.mark.parametrize("all_pages", [False, True])
def test_an_error_with_http_200_is_a_refusal(all_pages: bool, tenant: Any) -> None:
    bodies: list[tuple[Any, str, str, int]] = [
        ({"error": "invalid_token", "error_description": "no such token"}, "HTTP 200 invalid_token: no such token.", "invalid_token", 401),
        ({"error": {"code": "forbidden", "message": "not allowed"}}, "HTTP 200 forbidden: not allowed.", "forbidden", 403),
        ({"error": {"message": "not allowed"}, "realms": []}, "HTTP 200 not allowed.", "", 400),
        ({"error": {"status": 7}}, "HTTP 200 the response reports an error.", "", 400),
        ({"code": "bad_request", "message": "invalid", "details": []}, "HTTP 200 bad_request: invalid.", "bad_request", 400),
    ]  # fmt: skip
    for body, message, code, status in bodies:
        tenant.add_fault(operation="ListRealms", json=body)
        result = call_module(api, tenant, operation="ListRealms", all_pages=all_pages)
        assert result["failed"] and message in result["msg"], result
        assert (result["status"], result.get("error", "")) == (status, code)
        tenant.clear_faults()
    created = {"error": "invalid_request"}
    tenant.add_fault(operation="CreateGroup", status=201, json=created)
    assert "HTTP 201 invalid_request" in run_failed(api, tenant, **build_arguments("CreateGroup"))


@pytest.mark.parametrize("error", [None, "", {}, False])
def test_an_empty_error_is_no_refusal(error: Any, tenant: Any) -> None:
    tenant.add_fault(operation="GetTenant", json={"id": "t", "error": error})
    assert call(tenant, "GetTenant") == {"id": "t", "error": error}


def test_extra_parameters_are_sent_and_named_in_a_warning(tenant: Any, warnings: list[str]) -> None:
    extra = {"sort_by": "display_name", "state": ["a&b", "ü"], "deep": True, "limit": 3}
    given = {"operation": "ListRealms", "parameters": {"filter": "x"}, "extra_parameters": extra}
    tenant.add_fault(operation="ListRealms", json={"realms": []})
    with Recorder(forward_to(tenant.emulator.url)) as recorder:
        run_ok(api, tenant, warn=warnings.append, api_url=recorder.url, **given)
    (request,) = recorder.requests
    assert request.path.endswith("/realms?filter=x&sort_by=display_name&state=a%26b&state=%C3%BC&deep=true&limit=3")
    assert len(warnings) == 1
    assert warnings[0].startswith("ListRealms: extra_parameters sends deep, limit, sort_by, state.")


def test_extra_parameters_are_sent_with_each_page(tenant: Any) -> None:
    tenant.seed(realms=4)
    tenant.change_settings(page_size_maximum=2)
    run_ok(api, tenant, operation="ListRealms", all_pages=True, extra_parameters={"sort_by": "display_name"})
    queries = [entry["query"] for entry in tenant.read_journal(operation="ListRealms")]
    assert [query["sort_by"] for query in queries] == ["display_name"] * 3


def test_check_mode_shows_extra_parameters_of_a_writing_operation(tenant: Any, warnings: list[str]) -> None:
    given = {**build_arguments("CreateRealm"), "extra_parameters": {"dry": 1}}
    result = run_ok(api, tenant, check_mode=True, warn=warnings.append, **given)
    assert result["request"]["url"].endswith("/realms?dry=1") and len(warnings) == 1
    assert tenant.read_journal() == []


@pytest.mark.parametrize(
    ("operation", "extra", "message"),
    [
        ("ListRealms", {"filter": "x"}, "extra_parameters must not have filter, which ListRealms publishes. Put filter into parameters."),
        ("ListRealms", {"page_token": "x"}, "extra_parameters must not have page_token, which ListRealms publishes. Put page_token into parameters."),
        ("ListApplications", {"skip": 1}, "extra_parameters must not have the parameter of pages skip."),
        ("ListRoleMembers", {"page_size": 1}, "extra_parameters must not have the parameter of pages page_size."),
        ("GetTenant", {"startIndex": 1, "count": 2}, "must not have the parameter of pages count, startIndex."),
        ("GetTenant", {"Page_Size": 1}, "must not have the parameter of pages Page_Size."),
        ("ListRealms", {"tenant_id": "t"}, "extra_parameters must not have tenant_id, which ListRealms publishes. Put tenant_id into parameters."),
        ("GetTenant", {"realm_id": "t"}, "extra_parameters must not have the parameter of paths realm_id."),
        ("ListRoles", {"resource_server_id": "t"}, "extra_parameters must not have resource_server_id, which ListRoles publishes. Put"),
        ("ListRealms", {"FILTER": "x"}, "extra_parameters must not have FILTER, which ListRealms publishes. Put FILTER into parameters."),
        ("ListRealms", {"client_secret": "s3cret-in-the-url"}, "extra_parameters must not have the secret client_secret."),
        ("ListRealms", {"Access_Token": "s3cret-in-the-url"}, "must not have the secret Access_Token."),
        ("ListRealms", {"my_password": "s3cret-in-the-url"}, "must not have the secret my_password."),
        ("ListRealms", {"sort_by": ""}, "ListRealms: sort_by must not be empty."),
        ("ListRealms", {"sort_by": [None]}, "ListRealms: sort_by must not be empty."),
        ("ListRealms", {"sort_by": {"a": 1}}, "sort_by must be text, a number"),
        ("ListRealms", {"": "x"}, "extra_parameters: '' is not a valid name of a parameter."),
        ("ListRealms", {"a b": "x"}, "extra_parameters: 'a b' is not a valid name of a parameter."),
        ("ListRealms", {"a&b": "x"}, "extra_parameters: 'a&b' is not a valid name of a parameter."),
    ],
)  # fmt: skip
def test_other_extra_parameters_are_refused_before_anything_is_sent(
    operation: str, extra: dict[str, Any], message: str, tenant: Any, warnings: list[str]
) -> None:
    for check_mode in (True, False):
        given = {"operation": operation, "extra_parameters": extra, "warn": warnings.append}
        failed = run_failed(api, tenant, check_mode=check_mode, **given)
        assert message in failed and "s3cret" not in failed
    assert tenant.read_journal() == [] and warnings == []
