# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Management API by operation: paths, pages, bodies, refusals, and what a 401 leads to."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from ansible_collections.beyondidentity.management.plugins.module_utils import make_client as management_module
from ansible_collections.beyondidentity.management.plugins.module_utils._errors import (
    BeyondIdentityError,
    MalformedResponseError,
    OptionError,
    ResponseError,
)
from ansible_collections.beyondidentity.management.plugins.module_utils._management.catalogue import (
    find_operation,
    get_catalogue,
)
from tests.unit.builders import make_client, make_task
from tests.unit.memory_store import MemoryStore


def minted(tenant: Any) -> int:
    return len(tenant.journal(operation="token"))


@pytest.fixture(params=["kept", "not kept"])
def store(request: pytest.FixtureRequest) -> MemoryStore | None:
    return MemoryStore() if request.param == "kept" else None


def test_an_operation_is_called_with_its_scopes_only(tenant: Any) -> None:
    got = make_client(tenant, "GetTenant").call("GetTenant")
    assert got["id"] == tenant.tenant_id
    entry = tenant.journal(operation="GetTenant")[0]
    assert entry["token_scopes"] == ["tenants:read"]
    assert entry["headers"]["Authorization"].startswith("Bearer ")


def test_requests_that_must_bear_an_id_of_their_own_bear_a_new_one_each(tenant: Any) -> None:
    names = ["listSsoConfigs", "getIdentityProvider", "GetTenant"]
    api = make_client(tenant, *names)
    for name in names:
        tenant.fault(operation=name, json={})
        for _round in range(2):
            api.call(name, {"identity_provider_id": "p"} if name == "getIdentityProvider" else {})
    sent = [tenant.journal(operation=name) for name in names]
    ids = [entry["headers"].get("x-correlation_id") for entries in sent for entry in entries]
    assert ids[4:] == [None, None] and len(set(ids)) == 5
    assert all(uuid.UUID(one).version == 4 for one in ids[:4])


def test_bodies_are_json(tenant: Any) -> None:
    api = make_client(tenant, "CreateRealm", "DeleteRealm")
    created = api.call("CreateRealm", body={"realm": {"display_name": "Grüße and 日本"}})
    assert created["display_name"] == "Grüße and 日本"
    entry = tenant.journal(operation="CreateRealm")[0]
    assert entry["json"] == {"realm": {"display_name": "Grüße and 日本"}}
    assert entry["headers"]["Content-Type"] == "application/json"
    assert api.call("DeleteRealm", {"realm_id": created["id"]}) == {}


def test_an_operation_that_was_not_announced_is_a_bug_of_ours(tenant: Any) -> None:
    with pytest.raises(AssertionError, match="CreateRealm was not announced"):
        make_client(tenant, "ListRealms").call("CreateRealm")
    assert tenant.journal() == []


def test_in_check_mode_the_token_only_reads(tenant: Any) -> None:
    api = make_client(tenant, "ListRealms", "CreateRealm", reading_only=True)
    list(api.list_all("ListRealms", "realms"))
    assert tenant.journal(operation="ListRealms")[0]["token_scopes"] == ["realms:read"]
    with pytest.raises(ResponseError, match="HTTP 403 .*CreateRealm needs the scopes realms:create"):
        api.call("CreateRealm", body={"realm": {"display_name": "x"}})


def test_the_managed_realm_is_the_options_unless_a_parameter_names_another(tenant: Any) -> None:
    realm = tenant.seed(realms=1)["realms"][0]
    assert make_client(tenant, "GetRealm").call("GetRealm")["id"] == tenant.realm_id
    assert make_client(tenant, "GetRealm", realm_id=realm).call("GetRealm")["id"] == realm
    assert make_client(tenant, "GetRealm").call("GetRealm", {"realm_id": realm})["id"] == realm


@pytest.mark.parametrize("value", ["..", "a/b", "a%2fb", "", "a?b", "a b", "ü"])
def test_path_parameters_are_ids(value: str, tenant: Any) -> None:
    with pytest.raises(OptionError, match="application_id: '.*' is no id"):
        make_client(tenant, "GetApplication").call("GetApplication", {"application_id": value})
    assert tenant.journal() == []


def test_a_path_parameter_that_is_missing(tenant: Any) -> None:
    with pytest.raises(OptionError, match="GetRole needs the parameter resource_server_id"):
        make_client(tenant, "GetRole").call("GetRole", {"role_id": "r"})


def test_without_an_api_url_nothing_is_called(tenant: Any) -> None:
    with pytest.raises(OptionError, match="api_url is missing"):
        make_client(tenant, "GetTenant", api_url=None).call("GetTenant")
    assert tenant.journal() == []


@pytest.mark.parametrize("number", [0, 1, 99, 100, 101, 250])
def test_all_pages(number: int, store: MemoryStore | None, tenant: Any) -> None:
    seeded = tenant.seed(applications=number)["applications"]
    found = list(make_client(tenant, "ListApplications", store=store).list_all("ListApplications", "applications"))
    assert sorted(item["id"] for item in found) == sorted([*seeded, tenant.application_id])
    pages = tenant.journal(operation="ListApplications")
    assert len(pages) == number // 100 + 1
    assert ["page_token" in entry["query"] for entry in pages] == [False] + [True] * (len(pages) - 1)
    assert minted(tenant) == 1, "one token for all pages, kept or not"


def test_a_listing_goes_no_further_than_it_is_read(tenant: Any) -> None:
    tenant.seed(applications=150)
    next(make_client(tenant, "ListApplications").list_all("ListApplications", "applications"))
    assert len(tenant.journal(operation="ListApplications")) == 1


def test_page_tokens_are_quoted(tenant: Any) -> None:
    tenant.fault(operation="ListRealms", json={"realms": [], "next_page_token": "a b&c=d/ü+%"}, times=1)
    tenant.fault(operation="ListRealms", json={"realms": []})
    assert list(make_client(tenant, "ListRealms").list_all("ListRealms", "realms")) == []
    assert tenant.journal(operation="ListRealms")[1]["query"]["page_token"] == "a b&c=d/ü+%"


@pytest.mark.parametrize("token", ["again", 7, {"a": 1}, True])
def test_pages_that_do_not_end(token: Any, tenant: Any) -> None:
    tenant.fault(operation="ListRealms", json={"realms": [{}], "next_page_token": token})
    with pytest.raises(MalformedResponseError, match="the pages do not end"):
        list(make_client(tenant, "ListRealms").list_all("ListRealms", "realms"))
    assert len(tenant.journal(operation="ListRealms")) <= 2


def test_pages_that_never_end_with_ever_new_tokens(tenant: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(management_module, "PAGE_LIMIT", 3)
    for number in range(10):
        tenant.fault(operation="ListRealms", json={"realms": [{}], "next_page_token": f"t{number}"}, times=1)
    with pytest.raises(MalformedResponseError, match="the pages do not end: there are more than 3"):
        list(make_client(tenant, "ListRealms").list_all("ListRealms", "realms"))
    assert len(tenant.journal(operation="ListRealms")) == 4


def test_as_many_pages_as_the_limit_are_read(tenant: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(management_module, "PAGE_LIMIT", 2)
    tenant.seed(applications=250)
    assert len(list(make_client(tenant, "ListApplications").list_all("ListApplications", "applications"))) == 251


@pytest.mark.parametrize(
    "page", [{}, {"realms": None}, {"realms": {}}, {"realms": "x"}, {"realms": ["x"]}, {"realms": [None]}]
)
def test_pages_that_hold_no_list(page: Any, tenant: Any) -> None:
    tenant.fault(operation="ListRealms", json=page)
    with pytest.raises(MalformedResponseError, match="no list of realms"):
        list(make_client(tenant, "ListRealms").list_all("ListRealms", "realms"))


@pytest.mark.parametrize("how", ["revoked", "expired"])
def test_after_a_401_the_token_is_replaced_and_the_request_sent_once_more(
    how: str, store: MemoryStore | None, tenant: Any
) -> None:
    api = make_client(tenant, "GetTenant", store=store)
    api.call("GetTenant")
    if how == "revoked":
        tenant.revoke_tokens()
    else:
        tenant.fault(operation="GetTenant", expire_token=True, times=1)
    assert api.call("GetTenant")["id"] == tenant.tenant_id
    assert [entry["status"] for entry in tenant.journal(operation="GetTenant")] == [200, 401, 200]
    assert minted(tenant) == 2
    assert api.call("GetTenant")["id"] == tenant.tenant_id
    assert minted(tenant) == 2


@pytest.mark.parametrize("method", ["GetTenant", "CreateRealm"])
def test_a_second_401_is_final(method: str, store: MemoryStore | None, tenant: Any) -> None:
    tenant.fault(operation=method, status=401)
    with pytest.raises(ResponseError, match="HTTP 401 .*A new token was refused, too"):
        make_client(tenant, method, store=store).call(method, body=None if method == "GetTenant" else {"realm": {}})
    assert len(tenant.journal(operation=method)) == 2
    assert minted(tenant) == 2


def test_a_403_is_final_at_once(store: MemoryStore | None, tenant: Any) -> None:
    tenant.fault(operation="GetTenant", status=403)
    with pytest.raises(
        ResponseError, match="HTTP 403 forbidden.*GetTenant needs the scopes tenants:read, and a token of this tenant"
    ) as caught:
        make_client(tenant, "GetTenant", store=store).call("GetTenant")
    assert (caught.value.status, caught.value.code) == (403, "forbidden")
    assert len(tenant.journal(operation="GetTenant")) == 1
    assert minted(tenant) == 1


def test_a_given_token_is_never_replaced(tenant: Any) -> None:
    api = make_client(tenant, "GetTenant", access_token="g1ven")
    with pytest.raises(ResponseError, match="HTTP 401 .*Is the token expired, revoked or of another tenant") as caught:
        api.call("GetTenant")
    assert "g1ven" not in caught.value.message
    assert [entry["operation"] for entry in tenant.journal()] == ["GetTenant"]


def test_a_given_token_is_used(tenant: Any) -> None:
    assert (
        make_client(tenant, "GetTenant", access_token=tenant.mint("tenants:read")).call("GetTenant")["id"]
        == tenant.tenant_id
    )
    assert minted(tenant) == 1


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (
            {"status": 400, "message": "display_name is \x1b[31mtoo long"},
            r"CreateRealm at http://.*: HTTP 400 bad_request: display_name is \[31mtoo long\.",
        ),
        ({"status": 404, "shape": "html"}, "HTTP 404 not found"),
        ({"status": 200, "shape": "html"}, "is not a JSON object"),
        ({"status": 429, "headers": {"RateLimit-Reset": "3600"}}, "asks to wait 3600 seconds"),
        ({"drop": "reset"}, "broke off"),
    ],
)
def test_a_creation_that_fails_is_sent_once(fault: dict[str, Any], said: str, tenant: Any) -> None:
    tenant.fault(operation="CreateRealm", **fault)
    with pytest.raises(BeyondIdentityError, match=said):
        make_client(tenant, "CreateRealm").call("CreateRealm", body={"realm": {"display_name": "x"}})
    assert len(tenant.journal(operation="CreateRealm")) == 1


def test_an_answer_has_a_status_and_an_object(tenant: Any) -> None:
    api = make_client(tenant, "SCIMCreateUser", "DeleteRealm", "GetTenant")
    tenant.fault(operation="SCIMCreateUser", status=201, json={"id": "u1"})
    assert api.call_with_status("SCIMCreateUser", body={"schemas": []}) == (201, {"id": "u1"})
    status, shown = api.call_with_status("GetTenant")
    assert (status, shown["id"]) == (200, tenant.tenant_id)
    (realm,) = tenant.seed(realms=1)["realms"]
    assert api.call_with_status("DeleteRealm", {"realm_id": realm}) == (200, {})


@pytest.mark.parametrize("body", ["[]", "7", '"text"', "null", "{"])
def test_an_answer_that_is_no_object(body: str, tenant: Any) -> None:
    tenant.fault(operation="GetTenant", body=body)
    with pytest.raises(MalformedResponseError, match="GetTenant at http://.* is not a JSON object"):
        make_client(tenant, "GetTenant").call_with_status("GetTenant")


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
def test_addresses(name: str, parameters: dict[str, Any], end: str, tenant: Any) -> None:
    url = make_client(tenant, name).url(find_operation(name), parameters)
    assert url.startswith(f"{tenant.api_url}/v1/tenants/") and url.endswith(end)
    assert tenant.journal() == [], "an address costs no request"


@pytest.mark.parametrize(
    ("parameters", "said"),
    [
        ({"colour": 1, "shape": 2}, "ListRealms has no parameter colour, shape. It has: page_size, page_token, skip"),
        ({"realm_id": "r"}, "ListRealms has no parameter realm_id"),
        ({"page_size": {"a": 1}}, "page_size must be a text, a number, true, false, or a list of them"),
        ({"page_size": [None]}, "page_size must be a text"),
        ({"page_size": [[1]]}, "page_size must be a text"),
    ],
)
def test_parameters_that_an_operation_has_not(parameters: dict[str, Any], said: str, tenant: Any) -> None:
    with pytest.raises(OptionError, match=said):
        make_client(tenant, "ListRealms").call("ListRealms", parameters)
    assert tenant.journal() == []


def test_a_place_that_all_calls_share(tenant: Any) -> None:
    api = make_client(tenant, "ListRoles", "GetRole", "CreateRole", "ListResourceServers")
    api.within["resource_server_id"] = tenant.resource_server_id
    made = api.call("CreateRole", body={"role": {"display_name": "Readers"}})
    assert list(api.list_all("ListRoles", "roles")) == [made] == [api.call("GetRole", {"role_id": made["id"]})]
    assert len(list(api.list_all("ListResourceServers", "resource_servers"))) == 1, (
        "who has no such parameter gets none"
    )
    elsewhere = {"resource_server_id": "elsewhere", "role_id": "r"}
    assert "/resource-servers/elsewhere/" in api.url(find_operation("GetRole"), elsewhere), "what is given goes before"
    api.within["resource_server_id"] = "../.."
    with pytest.raises(OptionError, match="resource_server_id: '../..' is no id"):
        api.call("GetRole", {"role_id": made["id"]})


@pytest.mark.parametrize("name", ["listIdentityProviders", "ListRealms"])
def test_scopes_that_are_given_are_the_tokens(name: str, tenant: Any) -> None:
    tenant.fault(operation=name, json={})
    make_task(tenant).management(name, scopes=["realms:read", "roles:read"]).call(name)
    (minted,) = tenant.journal(operation="token")
    assert minted["form"]["scope"] == "realms:read roles:read"


def test_only_the_first_page_skips(tenant: Any) -> None:
    """What is to skip is counted from where a page begins; a page's size stays."""
    tenant.seed(realms=9)
    pages = list(make_client(tenant, "ListRealms").list_pages("ListRealms", {"skip": 3, "page_size": 4}))
    assert [len(page["realms"]) for page in pages] == [4, 3]
    asked = [entry["query"] for entry in tenant.journal(operation="ListRealms")]
    assert [(query.get("skip"), query["page_size"]) for query in asked] == [("3", "4"), (None, "4")]
    assert "page_token" in asked[1]


def test_pages_of_several_lists(tenant: Any) -> None:
    (role,) = tenant.seed(roles=1)["roles"]
    ids = tenant.seed(identities=245, groups=5)
    members = {"identity_ids": ids["identities"], "group_ids": ids["groups"]}
    api = make_client(tenant, "AddRoleMembers", "ListRoleMembers")
    api.within["resource_server_id"] = tenant.resource_server_id
    api.call("AddRoleMembers", {"role_id": role}, body=members)
    asked = {"role_id": role, "groups_skip": 1, "identities_skip": 0}
    pages = list(api.list_pages("ListRoleMembers", asked))
    assert [len(page.get("groups") or ()) for page in pages] == [4, 0, 0]
    assert sorted(item["id"] for page in pages for item in page["identities"]) == sorted(ids["identities"])
    skips = [{key for key in entry["query"] if "skip" in key} for entry in tenant.journal(operation="ListRoleMembers")]
    assert skips == [{"groups_skip", "identities_skip"}, set(), set()]


@pytest.mark.parametrize("name", [item.name for item in get_catalogue().values() if item.pages == "page_token"])
def test_each_list_goes_on_after_its_first_page(name: str, tenant: Any) -> None:
    tenant.fault(operation=name, json={"next_page_token": "more"}, times=1)
    tenant.fault(operation=name, json={})
    place = {key: "an-id" for key in find_operation(name).path_parameters if key not in ("tenant_id", "realm_id")}
    assert len(list(make_task(tenant).management(name, scopes=["realms:read"]).list_pages(name, place))) == 2
    first, second = (entry["query"] for entry in tenant.journal(operation=name))
    assert second == {**first, "page_token": "more"}


def scim(tenant: Any, *pages: dict[str, Any]) -> list[dict[str, Any]]:
    """What comes of these pages of SCIM users, whose first begins with the third."""
    for page in pages:
        tenant.fault(operation="SCIMListUsers", json=page, times=1)
    asked = {"startIndex": 3, "filter": "x"}
    return list(make_client(tenant, "SCIMListUsers").list_pages("SCIMListUsers", asked))


def test_pages_of_scim(tenant: Any) -> None:
    """RFC 7644 section 3.4.2.4: the index of the next one is asked for, until all were seen."""
    users = [{"id": str(number)} for number in range(3, 8)]
    pages = [{"totalResults": 7, "Resources": users[:2]}, {"totalResults": 7, "Resources": users[2:]}]
    assert scim(tenant, *pages) == pages
    asked = [entry["query"] for entry in tenant.journal(operation="SCIMListUsers")]
    assert asked == [{"startIndex": index, "filter": "x", "count": "100"} for index in ("3", "5")]


@pytest.mark.parametrize(
    "page",
    [
        {"totalResults": 0},
        {"totalResults": 0, "Resources": []},
        {"totalResults": 9, "Resources": []},
        {"totalResults": 9, "Resources": None},
        {"totalResults": 2, "Resources": [{}]},
    ],
)
def test_the_last_page_of_scim(page: dict[str, Any], tenant: Any) -> None:
    assert scim(tenant, page) == [page]


@pytest.mark.parametrize(
    "page", [{}, {"Resources": []}, {"totalResults": "2", "Resources": []}, {"totalResults": 2, "Resources": "x"}]
)
def test_what_is_no_page_of_scim(page: dict[str, Any], tenant: Any) -> None:
    with pytest.raises(MalformedResponseError, match="SCIMListUsers: the answer is no list of SCIM resources"):
        scim(tenant, page)


def test_an_operation_without_pages_has_one(tenant: Any) -> None:
    pages = list(make_client(tenant, "GetTenant").list_pages("GetTenant"))
    assert [page["id"] for page in pages] == [tenant.tenant_id]
