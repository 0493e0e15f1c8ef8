# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The catalogue of operations: it is consistent, and equals the published description."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.beyondidentity.management.plugins.module_utils._errors import OptionError
from ansible_collections.beyondidentity.management.plugins.module_utils._management.client import CORRELATION_ID
from ansible_collections.beyondidentity.management.plugins.module_utils._management.operation import Operation
from ansible_collections.beyondidentity.management.plugins.module_utils._management.operation_catalogue import (
    find_operation,
    get_catalogue,
)
from ansible_collections.beyondidentity.management.plugins.module_utils._management.operation_scopes import (
    get_operation_scopes,
    suggest_scopes,
)
from ansible_collections.beyondidentity.management.plugins.module_utils._management.resource_types import (
    APPLICATION,
    AUTHENTICATOR_CONFIG,
    GROUP,
    IDENTITY,
    REALM,
    RESOURCE_SERVER,
    ROLE,
    ResourceType,
)
from ansible_collections.beyondidentity.management.plugins.module_utils._oauth.scopes import parse_scopes
from ansible_collections.beyondidentity.management.plugins.module_utils._task.scope_options import ScopeOptions
from tests.support.collection import ROOT
from tests.tools.operations_table import table
from tests.unit import published
from tests.unit.emulator import description

NAMES = sorted(get_catalogue())
for_each_operation = pytest.mark.parametrize("operation", get_catalogue().values(), ids=lambda item: item.name)


def test_names_methods_paths_and_scopes_are_as_published() -> None:
    ours = {item.name: (item.method, item.path, frozenset(item.scopes)) for item in get_catalogue().values()}
    described = description.operations()
    assert ours == {
        name: (method, published.CORRECTED_PATHS.get(path, path), scopes)
        for name, (method, path, scopes) in described.items()
    }
    assert {path for _method, path, _scopes in described.values()} >= set(published.CORRECTED_PATHS)


@pytest.mark.parametrize("name", published.list_names())
def test_query_headers_body_and_secrets_are_as_published(name: str) -> None:
    operation = find_operation(name)
    described, corrected = published.list_query_parameters(name), published.UNDESCRIBED_QUERY.get(name, set())
    assert set(operation.query) == described | corrected and not described & corrected
    headers = {CORRELATION_ID} if operation.needs_correlation_id else set()
    assert headers == published.list_required_headers(name)
    assert (None if operation.body is None else set(operation.body)) == published.list_body_keys(name)
    assert operation.secret is published.can_return_secret(name)


def test_the_catalogue_has_all_operations_once() -> None:
    assert len(NAMES) == 104
    assert len({(item.method, item.path) for item in get_catalogue().values()}) == len(NAMES)


@for_each_operation
def test_an_operation_is_well_formed(operation: Operation) -> None:
    assert re.fullmatch(r"[A-Za-z]+", operation.name)
    assert operation.method in ("GET", "POST", "PUT", "PATCH", "DELETE")
    assert re.fullmatch(r"/v1/tenants/\{tenant_id\}(/[A-Za-z0-9{}_:./-]*)?", operation.path)
    assert "TENANT" not in operation.path and "REALM" not in operation.path
    assert operation.path.format(**dict.fromkeys(operation.path_parameters, "x")).count("{") == 0
    assert operation.path_parameters[0] == "tenant_id"
    assert ("/realms/" in operation.path) is ("realm_id" in operation.path_parameters)
    assert list(operation.scopes) == parse_scopes(operation.scopes)
    assert all(re.fullmatch(r"[a-z:-]+:(create|read|update|delete|revoke)", scope) for scope in operation.scopes)


@for_each_operation
def test_query_and_body_are_well_formed(operation: Operation) -> None:
    keys = [*operation.query, *operation.path_parameters, *(operation.body or ())]
    assert all(re.fullmatch(r"[A-Za-z_]+", key) for key in keys) and len(set(keys)) == len(keys)
    assert ("page_token" in operation.query) + ("startIndex" in operation.query) == bool(operation.page_parameter)
    assert not operation.query or operation.method == "GET"
    assert operation.body is None or operation.method in ("POST", "PUT", "PATCH")
    assert operation.body is not None or operation.method not in ("PUT", "PATCH")


@pytest.mark.parametrize(
    ("name", "query", "body", "page_parameter", "secret"),
    [
        ("GetTenant", (), None, None, False),
        ("CreateRealm", (), ("realm",), None, False),
        ("ListRealms", ("filter", "page_size", "page_token", "skip"), None, "page_token", False),
        ("ListGroups", ("filter", "order_by", "page_size", "page_token", "skip"), None, "page_token", False),
        ("ListApplications", ("page_size", "page_token"), None, "page_token", True),
        ("SCIMListUsers", ("count", "filter", "startIndex"), None, "startIndex", False),
        ("SCIMUpdateUser", (), ("schemas", "Operations"), None, False),
        ("AddRoleMembers", (), (), None, False),
        ("CreateCredentialBindingJob", (), ("job",), None, True),
    ],
)
def test_a_row_has_all_that_a_call_needs(
    name: str, query: tuple[str, ...], body: tuple[str, ...] | None, page_parameter: str | None, secret: bool
) -> None:
    row = find_operation(name)
    assert (row.query, row.body, row.page_parameter, row.secret) == (query, body, page_parameter, secret)


def test_reading_operations_are_gets_and_two_posts() -> None:
    reading = {item.name for item in get_catalogue().values() if item.is_reading}
    gets = {item.name for item in get_catalogue().values() if item.method == "GET"}
    assert reading == gets | {"SSOIsGroupAssigned", "TestSsoConfig"}


@for_each_operation
def test_only_writing_operations_need_writing_scopes(operation: Operation) -> None:
    writing = [scope for scope in operation.scopes if not scope.endswith(":read")]
    if operation.is_reading:
        assert writing in ([], ["flow-type:create"])  # GetFlowTypeConfig is published with this scope
    elif operation.scopes:
        assert writing


def test_a_deletion_has_no_default_for_its_own_object() -> None:
    assert find_operation("DeleteRealm").default_parameters == ("tenant_id",)
    assert find_operation("GetRealm").default_parameters == ("tenant_id", "realm_id")
    assert find_operation("DeleteGroup").default_parameters == ("tenant_id", "realm_id")


@pytest.mark.parametrize(
    ("resource_type", "noun", "collection"),
    [
        (APPLICATION, "application", "applications"),
        (RESOURCE_SERVER, "resource_server", "resource_servers"),
        (AUTHENTICATOR_CONFIG, "authenticator_config", "authenticator_configs"),
        (REALM, "realm", "realms"),
        (GROUP, "group", "groups"),
        (IDENTITY, "identity", "identities"),
        (ROLE, "role", "roles"),
    ],
    ids=lambda value: value.name if isinstance(value, ResourceType) else "",
)
def test_each_resource_type_has_its_operations(resource_type: ResourceType, noun: str, collection: str) -> None:
    assert (resource_type.noun, resource_type.collection) == (noun, collection)
    names = [
        resource_type.create_operation,
        resource_type.list_operation,
        resource_type.get_operation,
        resource_type.update_operation,
        resource_type.delete_operation,
    ]
    assert [find_operation(name).method for name in names] == ["POST", "GET", "GET", "PATCH", "DELETE"]
    assert resource_type.id_parameter == f"{noun}_id" == find_operation(names[2]).path_parameters[-1]
    assert resource_type.list_lookup_operations(by_id=True) == (names[2],)
    assert resource_type.list_lookup_operations(by_id=False) == (names[1], names[2])


@pytest.mark.parametrize(
    ("typo", "suggestion"),
    [
        ("CreateRealms", "CreateRealm"),
        ("createRealm", "CreateRealm"),
        ("ListAplications", "ListApplications"),
        ("list_applications", "ListApplications"),
        ("GetResourceserver", "GetResourceServer"),
        ("ListSsoConfigs", "listSsoConfigs"),
    ],
)
def test_the_error_for_a_typo_suggests_the_operation(typo: str, suggestion: str) -> None:
    with pytest.raises(
        OptionError, match=f"'{typo}' is not an operation of the Management API. Did you mean .*{suggestion}"
    ):
        find_operation(typo)


@pytest.mark.parametrize("name", ["", "xyzzy", "\x1b[31m", "realms:read"])
def test_the_error_for_any_other_name_names_the_list_of_operations(name: str) -> None:
    with pytest.raises(OptionError, match=r"is not an operation.*docs/operations\.md") as caught:
        find_operation(name)
    assert "Did you mean" not in caught.value.message and "\x1b" not in caught.value.message


@pytest.mark.parametrize(
    ("names", "reading_only", "scopes"),
    [
        ([], False, []),
        (["CreateRealm"], False, ["realms:create"]),
        (["ListRealms", "CreateRealm", "GetRealm"], False, ["realms:create", "realms:read"]),
        (["ListRealms,CreateRealm GetRealm"], False, ["realms:create", "realms:read"]),
        (["ListRealms", "CreateRealm"], True, ["realms:read"]),
        (["CreateRealm", "DeleteApplication"], True, []),
        (["TestSsoConfig", "SSOIsGroupAssigned"], True, ["sso-configs:read"]),
        (["ListResourceTypes"], False, []),
        (["ListGroupRoles"], False, ["groups:read", "resource-servers:read", "roles:read"]),
    ],
)
def test_operations_need_these_scopes(names: list[str], reading_only: bool, scopes: list[str]) -> None:
    assert get_operation_scopes(names, reading_only=reading_only) == scopes


@given(st.lists(st.sampled_from(NAMES), max_size=6), st.lists(st.sampled_from(NAMES), max_size=6))
def test_scopes_add_up_and_reading_needs_no_more(some: list[str], more: list[str]) -> None:
    both = get_operation_scopes(some + more)
    assert both == sorted({*get_operation_scopes(some), *get_operation_scopes(more)})
    assert set(get_operation_scopes(some, reading_only=True)) <= set(get_operation_scopes(some))


@pytest.mark.parametrize("name", ["", " ", ",", " , \t"])
def test_an_empty_operation_name_is_an_error(name: str) -> None:
    """Without a name there would be no scopes, and an empty list could empty an application's."""
    for names in ([name], ["ListRealms", name]):
        with pytest.raises(OptionError, match="The name of an operation is empty"):
            get_operation_scopes(names)
    with pytest.raises(OptionError, match="The name of an operation is empty"):
        ScopeOptions(scopes=["realms:read"], operations=[name]).resolve()


def test_an_unknown_operation_among_known_operations_is_an_error() -> None:
    with pytest.raises(OptionError, match="CreateRealmm"):
        get_operation_scopes(["ListRealms", "CreateRealmm"], reading_only=True)


@pytest.mark.parametrize(
    ("scopes", "suggestion"),
    [
        ([], ""),
        (["realms:read", "own:scope"], ""),
        (["realms:read", "CreateRealm"], "CreateRealm is an operation: set operations to CreateRealm, or request its scopes: realms:create."),
        (["realm:read"], "Did you mean realms:read instead of realm:read?"),
    ],
)  # fmt: skip
def test_a_suggestion_for_refused_scopes(scopes: list[str], suggestion: str) -> None:
    assert suggest_scopes(scopes).startswith(suggestion) if suggestion else suggest_scopes(scopes) == ""


def test_the_documented_table_is_the_catalogue() -> None:
    assert (ROOT / "docs" / "operations.md").read_text(encoding="utf-8") == table()


def test_no_path_ends_with_a_slash() -> None:
    """The description has one such path, and the service responds to it with 404."""
    assert [item.name for item in get_catalogue().values() if item.path.endswith("/")] == []


def test_two_operations_are_not_deployed_and_the_table_says_so() -> None:
    names = {item.name for item in get_catalogue().values() if not item.is_deployed}
    assert names == {"SSOIsGroupAssigned", "IdentityToSSOConfigCheck"}
    head = table().partition("| operation |")[0]
    assert all(f"`{name}`" in head for name in names) and "404" in head
