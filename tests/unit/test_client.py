# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Management API's client: URLs, bodies, pages, error responses, and what follows a refused token."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from ansible_collections.beyondidentity.management.plugins.module_utils._errors import (
    BeyondIdentityError,
    MalformedResponseError,
    OptionError,
    ResponseError,
)
from ansible_collections.beyondidentity.management.plugins.module_utils._management import client as client_module
from ansible_collections.beyondidentity.management.plugins.module_utils._management.operation_catalogue import (
    find_operation,
)
from ansible_collections.beyondidentity.management.plugins.module_utils._predicted import is_predicted
from tests.unit.builders import make_client, make_jwt, make_task
from tests.unit.memory_store import MemoryStore


def count_token_requests(tenant: Any) -> int:
    return len(tenant.read_journal(operation="token"))


@pytest.fixture(params=["stored", "not stored"])
def store(request: pytest.FixtureRequest) -> MemoryStore | None:
    return MemoryStore() if request.param == "stored" else None


def test_an_operation_is_called_with_its_scopes_only(tenant: Any) -> None:
    found = make_client(tenant, "GetTenant").call("GetTenant")
    assert found["id"] == tenant.tenant_id
    (entry,) = tenant.read_journal(operation="GetTenant")
    assert entry["token_scopes"] == ["tenants:read"]
    assert entry["headers"]["Authorization"].startswith("Bearer ")


def test_each_request_that_needs_a_correlation_id_has_a_new_one(tenant: Any) -> None:
    names = ["listSsoConfigs", "getIdentityProvider", "GetTenant"]
    client = make_client(tenant, *names)
    for name in names:
        tenant.add_fault(operation=name, json={})
        for _round in range(2):
            client.call(name, {"identity_provider_id": "p"} if name == "getIdentityProvider" else {})
    entries = [entry for name in names for entry in tenant.read_journal(operation=name)]
    ids = [entry["headers"].get("x-correlation_id") for entry in entries]
    assert ids[4:] == [None, None] and len(set(ids)) == 5
    assert all(uuid.UUID(value).version == 4 for value in ids[:4])


def test_bodies_are_json(tenant: Any) -> None:
    client = make_client(tenant, "CreateRealm", "DeleteRealm")
    created = client.call("CreateRealm", body={"realm": {"display_name": "Grüße and 日本"}})
    assert created["display_name"] == "Grüße and 日本"
    (entry,) = tenant.read_journal(operation="CreateRealm")
    assert entry["json"] == {"realm": {"display_name": "Grüße and 日本"}}
    assert entry["headers"]["Content-Type"] == "application/json"
    assert client.call("DeleteRealm", {"realm_id": created["id"]}) == {}


def test_an_operation_that_was_not_announced_is_refused(tenant: Any) -> None:
    with pytest.raises(AssertionError, match="CreateRealm was not announced"):
        make_client(tenant, "ListRealms").call("CreateRealm")
    assert tenant.read_journal() == []


def test_in_check_mode_the_token_has_reading_scopes_only(tenant: Any) -> None:
    client = make_client(tenant, "ListRealms", "CreateRealm", reading_only=True)
    assert list(client.list_all("ListRealms", "realms"))
    assert tenant.read_journal(operation="ListRealms")[0]["token_scopes"] == ["realms:read"]
    assert is_predicted(client.call("CreateRealm", body={"realm": {"display_name": "x"}})["id"])
    assert tenant.read_journal(operation="CreateRealm") == []


def test_the_option_sets_the_managed_realm_unless_a_parameter_sets_another(tenant: Any) -> None:
    (realm,) = tenant.seed(realms=1)["realms"]
    assert make_client(tenant, "GetRealm").call("GetRealm")["id"] == tenant.realm_id
    assert make_client(tenant, "GetRealm", realm_id=realm).call("GetRealm")["id"] == realm
    assert make_client(tenant, "GetRealm").call("GetRealm", {"realm_id": realm})["id"] == realm


@pytest.mark.parametrize("value", ["..", "a/b", ""])
def test_a_path_parameter_must_be_an_id(value: str, tenant: Any) -> None:
    with pytest.raises(OptionError, match="application_id: '.*' is not a valid ID"):
        make_client(tenant, "GetApplication").call("GetApplication", {"application_id": value})
    assert tenant.read_journal() == []


def test_a_missing_path_parameter_is_an_error(tenant: Any) -> None:
    with pytest.raises(OptionError, match="GetRole needs the parameter resource_server_id"):
        make_client(tenant, "GetRole").call("GetRole", {"role_id": "r"})
    assert tenant.read_journal() == []


def test_a_missing_api_url_is_an_error(tenant: Any) -> None:
    with pytest.raises(OptionError, match="api_url is missing"):
        make_client(tenant, "GetTenant", api_url=None).call("GetTenant")
    assert tenant.read_journal() == []


@pytest.mark.parametrize("number", [0, 99, 100, 250])
def test_all_pages_are_read(number: int, tenant: Any) -> None:
    seeded = tenant.seed(applications=number)["applications"]
    found = make_client(tenant, "ListApplications").list_all("ListApplications", "applications")
    assert sorted(item["id"] for item in found) == sorted([*seeded, tenant.application_id])
    pages = tenant.read_journal(operation="ListApplications")
    assert len(pages) == number // 100 + 1
    assert ["page_token" in entry["query"] for entry in pages] == [False] + [True] * (len(pages) - 1)


def test_one_token_is_used_for_all_pages(store: MemoryStore | None, tenant: Any) -> None:
    tenant.change_settings(page_size_maximum=1)
    tenant.seed(applications=2)
    assert len(list(make_client(tenant, "ListApplications", store=store).list_pages("ListApplications"))) == 3
    assert count_token_requests(tenant) == 1


def test_a_page_is_requested_only_when_it_is_needed(tenant: Any) -> None:
    tenant.seed(applications=150)
    next(make_client(tenant, "ListApplications").list_all("ListApplications", "applications"))
    assert len(tenant.read_journal(operation="ListApplications")) == 1


def test_page_tokens_are_encoded_in_the_url(tenant: Any) -> None:
    tenant.add_fault(operation="ListRealms", json={"realms": [], "next_page_token": "a b&c=d/ü+%"}, times=1)
    tenant.add_fault(operation="ListRealms", json={"realms": []})
    assert list(make_client(tenant, "ListRealms").list_all("ListRealms", "realms")) == []
    assert tenant.read_journal(operation="ListRealms")[1]["query"]["page_token"] == "a b&c=d/ü+%"


def test_a_repeated_page_token_is_an_error(tenant: Any) -> None:
    tenant.add_fault(operation="ListRealms", json={"realms": [{}], "next_page_token": "again"})
    with pytest.raises(
        MalformedResponseError, match="ListRealms: the pages do not end: a page token was returned twice"
    ):
        list(make_client(tenant, "ListRealms").list_all("ListRealms", "realms"))
    assert len(tenant.read_journal(operation="ListRealms")) == 2


def test_more_pages_than_the_limit_are_an_error(tenant: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client_module, "PAGE_LIMIT", 3)
    for number in range(10):
        tenant.add_fault(operation="ListRealms", json={"realms": [{}], "next_page_token": f"t{number}"}, times=1)
    with pytest.raises(MalformedResponseError, match="the pages do not end: the listing has more than 3 pages"):
        list(make_client(tenant, "ListRealms").list_all("ListRealms", "realms"))
    assert len(tenant.read_journal(operation="ListRealms")) == 4


def test_as_many_pages_as_the_limit_are_read(tenant: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client_module, "PAGE_LIMIT", 2)
    tenant.seed(applications=250)
    assert len(list(make_client(tenant, "ListApplications").list_all("ListApplications", "applications"))) == 251


@pytest.mark.parametrize("page", [{}, {"realms": None}, {"realms": {}}, {"realms": ["x"]}])
def test_a_page_without_a_list_of_objects_is_an_error(page: Any, tenant: Any) -> None:
    tenant.add_fault(operation="ListRealms", json=page)
    with pytest.raises(MalformedResponseError, match="ListRealms: the response has no list of realms"):
        list(make_client(tenant, "ListRealms").list_all("ListRealms", "realms"))


@pytest.mark.parametrize("status", [401, 403])
@pytest.mark.parametrize("cause", ["revoked", "expired"])
def test_a_request_is_sent_again_with_a_new_token_if_the_accepted_one_ended(
    cause: str, status: int, store: MemoryStore | None, tenant: Any
) -> None:
    tenant.change_settings(revoked_token_status=status)
    client = make_client(tenant, "GetTenant", store=store)
    client.call("GetTenant")
    if cause == "revoked":
        tenant.revoke_tokens()
    else:
        tenant.add_fault(operation="GetTenant", expire_token=True, times=1)
    assert client.call("GetTenant")["id"] == tenant.tenant_id
    assert [entry["status"] for entry in tenant.read_journal(operation="GetTenant")] == [200, status, 200]
    assert count_token_requests(tenant) == 2
    assert client.call("GetTenant")["id"] == tenant.tenant_id
    assert count_token_requests(tenant) == 2


@pytest.mark.parametrize("name", ["GetTenant", "CreateRealm"])
def test_a_401_on_a_token_that_the_task_requested_is_final(name: str, store: MemoryStore | None, tenant: Any) -> None:
    tenant.add_fault(operation=name, status=401)
    with pytest.raises(ResponseError, match="HTTP 401 .*A new token was refused"):
        make_client(tenant, name, store=store).call(name, body=None if name == "GetTenant" else {"realm": {}})
    assert len(tenant.read_journal(operation=name)) == 1
    assert count_token_requests(tenant) == 1


def test_a_403_on_a_token_that_the_task_requested_is_final(tenant: Any) -> None:
    tenant.add_fault(operation="GetTenant", status=403)
    with pytest.raises(
        ResponseError,
        match="HTTP 403 forbidden.*GetTenant needs the scopes tenants:read, and a token of this tenant.*"
        "A new token was refused",
    ) as caught:
        make_client(tenant, "GetTenant").call("GetTenant")
    assert (caught.value.status, caught.value.code) == (403, "forbidden")
    assert len(tenant.read_journal(operation="GetTenant")) == 1
    assert count_token_requests(tenant) == 1


def test_a_missing_object_is_named_once_with_advice(tenant: Any) -> None:
    with pytest.raises(ResponseError) as caught:
        make_client(tenant, "GetGroup").call("GetGroup", {"group_id": "nowhere"})
    message = caught.value.message
    assert "HTTP 404 " in message and "Check the IDs, and api_url." in message
    assert message.lower().count("not found") == 1


def test_a_refused_deletion_has_advice_on_dependent_objects(tenant: Any) -> None:
    tenant.add_fault(operation="DeleteGroup", status=409)
    with pytest.raises(ResponseError, match="HTTP 409 .*Remove the objects that belong to it first"):
        make_client(tenant, "DeleteGroup").call("DeleteGroup", {"group_id": "g"})
    tenant.add_fault(operation="CreateRealm", status=409)
    with pytest.raises(ResponseError, match="HTTP 409 ") as caught:
        make_client(tenant, "CreateRealm").call("CreateRealm", body={"realm": {}})
    assert "Remove" not in caught.value.message


def test_a_static_token_is_never_replaced(tenant: Any) -> None:
    client = make_client(tenant, "GetTenant", access_token="g1ven")
    with pytest.raises(ResponseError, match="HTTP 401 .*expired, revoked, or of another tenant") as caught:
        client.call("GetTenant")
    assert "g1ven" not in caught.value.message
    assert [entry["operation"] for entry in tenant.read_journal()] == ["GetTenant"]


@pytest.mark.parametrize("status", [401, 403])
def test_an_expired_static_token_says_when_it_expired(status: int, tenant: Any) -> None:
    """The service decides: this machine's clock may be wrong, so the request is sent."""
    tenant.add_fault(operation="GetTenant", status=status)
    client = make_client(tenant, "GetTenant", access_token=make_jwt({"exp": 1_700_000_000}))
    with pytest.raises(
        ResponseError, match=f"HTTP {status} .*The access_token expired at 2023-11-14T22:13:20Z. Set a valid"
    ):
        client.call("GetTenant")
    assert len(tenant.read_journal(operation="GetTenant")) == 1


@pytest.mark.parametrize("expires_at", [None, "1700000000", True, -1, float("nan"), 1e300, [1]])
def test_a_static_token_without_a_past_expiry_is_not_called_expired(expires_at: Any, tenant: Any) -> None:
    tenant.add_fault(operation="GetTenant", status=401)
    client = make_client(tenant, "GetTenant", access_token=make_jwt({"exp": expires_at}))
    with pytest.raises(ResponseError, match="Check whether the token is expired, revoked, or of another tenant"):
        client.call("GetTenant")


def test_a_static_token_is_used(tenant: Any) -> None:
    client = make_client(tenant, "GetTenant", access_token=tenant.request_token("tenants:read"))
    tenant.clear_journal()
    assert client.call("GetTenant")["id"] == tenant.tenant_id
    assert count_token_requests(tenant) == 0


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        (
            {"status": 400, "message": "display_name is \x1b[31mtoo long"},
            r"CreateRealm at http://.*: HTTP 400 bad_request: display_name is \[31mtoo long\.",
        ),
        ({"status": 429, "headers": {"RateLimit-Reset": "3600"}}, "a wait of 3600 seconds"),
        ({"drop": "reset"}, "CreateRealm at http://"),
    ],
)
def test_a_failed_creation_is_not_repeated(fault: dict[str, Any], message: str, tenant: Any) -> None:
    tenant.add_fault(operation="CreateRealm", **fault)
    with pytest.raises(BeyondIdentityError, match=message):
        make_client(tenant, "CreateRealm").call("CreateRealm", body={"realm": {"display_name": "x"}})
    assert len(tenant.read_journal(operation="CreateRealm")) == 1


def test_the_status_is_returned_with_the_object(tenant: Any) -> None:
    client = make_client(tenant, "SCIMCreateUser", "DeleteRealm", "GetTenant")
    tenant.add_fault(operation="SCIMCreateUser", status=201, json={"id": "u1"})
    assert client.call_with_status("SCIMCreateUser", body={"schemas": []}) == (201, {"id": "u1"})
    status, found = client.call_with_status("GetTenant")
    assert (status, found["id"]) == (200, tenant.tenant_id)
    (realm,) = tenant.seed(realms=1)["realms"]
    assert client.call_with_status("DeleteRealm", {"realm_id": realm}) == (200, {})


def test_a_response_that_is_not_an_object_is_an_error(tenant: Any) -> None:
    tenant.add_fault(operation="GetTenant", body="[]")
    with pytest.raises(MalformedResponseError, match="GetTenant at http://.* is not a JSON object"):
        make_client(tenant, "GetTenant").call("GetTenant")


@pytest.mark.parametrize(
    ("name", "parameters", "end"),
    [
        ("ListRealms", {}, "/realms"),
        ("ListRealms", {"page_size": 5, "skip": 0}, "/realms?page_size=5&skip=0"),
        ("ListRealms", {"skip": 1, "page_size": None}, "/realms?skip=1"),
        ("GetRealm", {"realm_id": "other"}, "/realms/other"),
        ("GetTenant", {"tenant_id": "other"}, "/v1/tenants/other"),
        ("listSsoConfigs", {"is_migrated": True, "type": ["a", "b"]}, "/sso-configs?is_migrated=true&type=a&type=b"),
        ("listSsoConfigs", {"is_migrated": False, "type": []}, "/sso-configs?is_migrated=false"),
        ("ListIdentities", {"filter": 'a eq "ü&"'}, "/identities?filter=a+eq+%22%C3%BC%26%22"),
        ("GetRole", {"resource_server_id": "s", "role_id": "r"}, "/resource-servers/s/roles/r"),
    ],
)
def test_a_url_has_the_parameters(name: str, parameters: dict[str, Any], end: str, tenant: Any) -> None:
    url = make_client(tenant, name).build_url(find_operation(name), parameters)
    assert url.startswith(f"{tenant.api_url}/v1/tenants/") and url.endswith(end)
    assert tenant.read_journal() == [], "building a URL sends no request"


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        (
            {"colour": 1, "shape": 2},
            "ListRealms has no parameter colour, shape. Use one of its parameters: filter, page_size, page_token, skip",
        ),
        ({"realm_id": "r"}, "ListRealms has no parameter realm_id"),
        ({"page_size": {"a": 1}}, "page_size must be text, a number, true, false, or a list of these"),
        ({"page_size": [None]}, "page_size must be text"),
        ({"page_size": [[1]]}, "page_size must be text"),
    ],
)
def test_unknown_and_malformed_parameters_are_errors(parameters: dict[str, Any], message: str, tenant: Any) -> None:
    with pytest.raises(OptionError, match=message):
        make_client(tenant, "ListRealms").call("ListRealms", parameters)
    assert tenant.read_journal() == []


def test_shared_path_parameters_are_used_by_each_operation_that_has_them(tenant: Any) -> None:
    client = make_client(tenant, "ListRoles", "GetRole", "CreateRole", "ListResourceServers")
    client.path_parameters["resource_server_id"] = tenant.resource_server_id
    created = client.call("CreateRole", body={"role": {"display_name": "Readers"}})
    assert (
        list(client.list_all("ListRoles", "roles")) == [created] == [client.call("GetRole", {"role_id": created["id"]})]
    )
    assert len(list(client.list_all("ListResourceServers", "resource_servers"))) == 1, "it has no such parameter"
    elsewhere = {"resource_server_id": "elsewhere", "role_id": "r"}
    assert "/resource-servers/elsewhere/" in client.build_url(find_operation("GetRole"), elsewhere)
    client.path_parameters["resource_server_id"] = "../.."
    with pytest.raises(OptionError, match="resource_server_id: '../..' is not a valid ID"):
        client.call("GetRole", {"role_id": created["id"]})


@pytest.mark.parametrize("name", ["listIdentityProviders", "ListRealms"])
def test_the_token_has_the_scopes_that_the_task_sets(name: str, tenant: Any) -> None:
    tenant.add_fault(operation=name, json={})
    make_task(tenant).build_client(name, scopes=["realms:read", "roles:read"]).call(name)
    (request,) = tenant.read_journal(operation="token")
    assert request["form"]["scope"] == "realms:read roles:read"
