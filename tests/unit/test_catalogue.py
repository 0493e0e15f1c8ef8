# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The catalogue of operations, against the published description where that is at hand, and in itself."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.beyondidentity.management.plugins.module_utils._errors import OptionError
from ansible_collections.beyondidentity.management.plugins.module_utils._management.catalogue import (
    Operation,
    find_operation,
    get_catalogue,
)
from ansible_collections.beyondidentity.management.plugins.module_utils._management.client import CORRELATION_ID
from ansible_collections.beyondidentity.management.plugins.module_utils._management.operation_scopes import (
    collect_requested_scopes,
    get_operation_scopes,
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
from tests.support.collection import ROOT
from tests.tools.operations_table import table
from tests.unit import published
from tests.unit.emulator import description

NAMES = sorted(get_catalogue())
EACH = pytest.mark.parametrize("item", get_catalogue().values(), ids=lambda item: item.name)


def test_the_catalogue_is_that_of_the_published_description() -> None:
    """Operation by operation: method, path and scopes. Without the description there is nothing to compare."""
    published = description.operations()
    ours = {item.name: (item.method, item.path, frozenset(item.scopes)) for item in get_catalogue().values()}
    differing = {name: (ours.get(name), wanted) for name, wanted in published.items() if ours.get(name) != wanted}
    assert differing == {}
    assert not published or ours.keys() == published.keys()


@pytest.mark.parametrize("name", published.names())
def test_query_headers_body_and_secrets_are_as_published(name: str) -> None:
    """Without the description there is nothing to compare."""
    ours = find_operation(name)
    assert set(ours.query) == published.query(name)
    assert ({CORRELATION_ID} if ours.needs_correlation_id else set()) == published.headers(name)
    assert (None if ours.body is None else set(ours.body)) == published.body(name)
    assert ours.secret is published.is_secretive(name)


def test_the_catalogue_is_whole() -> None:
    assert len(NAMES) == 104
    assert len({(item.method, item.path) for item in get_catalogue().values()}) == len(NAMES)


@EACH
def test_an_operation_is_well_formed(item: Operation) -> None:
    assert re.fullmatch(r"[A-Za-z]+", item.name)
    assert item.method in ("GET", "POST", "PUT", "PATCH", "DELETE")
    assert re.fullmatch(r"/v1/tenants/\{tenant_id\}(/[A-Za-z0-9{}_:./-]*)?", item.path)
    assert "TENANT" not in item.path and "REALM" not in item.path
    assert item.path.format(**dict.fromkeys(item.path_parameters, "x")).count("{") == 0
    assert list(item.scopes) == parse_scopes(item.scopes)
    assert all(re.fullmatch(r"[a-z:-]+:(create|read|update|delete|revoke)", scope) for scope in item.scopes)


@EACH
def test_a_query_and_a_body_are_well_formed(item: Operation) -> None:
    keys = [*item.query, *item.path_parameters, *(item.body or ())]
    assert all(re.fullmatch(r"[A-Za-z_]+", key) for key in keys) and len(set(keys)) == len(keys)
    assert ("page_token" in item.query) + ("startIndex" in item.query) == (item.pages is not None)
    assert not item.query or item.method == "GET", "what writes has a body"
    assert item.body is None or item.method in ("POST", "PUT", "PATCH")
    assert item.body is not None or item.method not in ("PUT", "PATCH")


@pytest.mark.parametrize(
    ("name", "query", "body", "pages", "secret"),
    [
        ("GetTenant", (), None, None, False),
        ("CreateRealm", (), ("realm",), None, False),
        ("ListRealms", ("page_size", "page_token", "skip"), None, "page_token", False),
        ("ListApplications", ("page_size", "page_token"), None, "page_token", True),
        ("SCIMListUsers", ("count", "filter", "startIndex"), None, "startIndex", False),
        ("SCIMUpdateUser", (), ("schemas", "Operations"), None, False),
        ("AddRoleMembers", (), (), None, False),
        ("CreateCredentialBindingJob", (), ("job",), None, True),
    ],
)
def test_rows_are_read_rightly(
    name: str, query: tuple[str, ...], body: tuple[str, ...] | None, pages: str | None, secret: bool
) -> None:
    row = find_operation(name)
    assert (row.query, row.body, row.pages, row.secret) == (query, body, pages, secret)


@EACH
def test_what_reads_needs_no_scope_that_writes_and_the_reverse(item: Operation) -> None:
    writing = [scope for scope in item.scopes if not scope.endswith(":read")]
    if item.is_reading:
        assert writing in ([], ["flow-type:create"])  # GetFlowTypeConfig is published so
    elif item.scopes:
        assert writing


@EACH
def test_a_path_that_names_a_realm_names_its_tenant_first(item: Operation) -> None:
    assert item.path_parameters[0] == "tenant_id"
    assert ("/realms/" in item.path) is ("realm_id" in item.path_parameters)
    assert len(set(item.path_parameters)) == len(item.path_parameters)


@pytest.mark.parametrize(
    "kind",
    [APPLICATION, RESOURCE_SERVER, AUTHENTICATOR_CONFIG, REALM, ROLE, GROUP, IDENTITY],
    ids=lambda kind: kind.name,
)
def test_the_operations_of_a_kind_are_there(kind: ResourceType) -> None:
    methods = [find_operation(name).method for name in (kind.create, kind.list, kind.get, kind.update, kind.delete)]
    assert methods == ["POST", "GET", "GET", "PATCH", "DELETE"]
    assert f"{kind.noun}_id" in find_operation(kind.get).path_parameters


@pytest.mark.parametrize(
    ("typo", "suggested"),
    [
        ("CreateRealms", "CreateRealm"),
        ("createRealm", "CreateRealm"),
        ("ListAplications", "ListApplications"),
        ("list_applications", "ListApplications"),
        ("GetResourceserver", "GetResourceServer"),
        ("ListSsoConfigs", "listSsoConfigs"),
    ],
)
def test_a_typo_is_answered_with_a_suggestion(typo: str, suggested: str) -> None:
    with pytest.raises(
        OptionError, match=f"'{typo}' is no operation of the Management API. Did you mean .*{suggested}"
    ):
        find_operation(typo)


@pytest.mark.parametrize("name", ["", "xyzzy", "\x1b[31m", "realms:read"])
def test_what_is_like_no_operation_gets_no_suggestion(name: str) -> None:
    with pytest.raises(OptionError, match="is no operation") as caught:
        find_operation(name)
    assert "Did you mean" not in caught.value.message and "\x1b" not in caught.value.message


@pytest.mark.parametrize(
    ("names", "reading_only", "scopes"),
    [
        ([], False, []),
        (["CreateRealm"], False, ["realms:create"]),
        (["ListRealms", "CreateRealm", "GetRealm"], False, ["realms:create", "realms:read"]),
        (["ListRealms", "CreateRealm"], True, ["realms:read"]),
        (["CreateRealm", "DeleteApplication"], True, []),
        (["TestSsoConfig", "SSOIsGroupAssigned"], True, ["sso-configs:read"]),
        (["ListResourceTypes"], False, []),
        (["ListGroupRoles"], False, ["groups:read", "resource-servers:read", "roles:read"]),
    ],
)
def test_scopes_of(names: list[str], reading_only: bool, scopes: list[str]) -> None:
    assert get_operation_scopes(names, reading_only=reading_only) == scopes


@given(st.lists(st.sampled_from(NAMES), max_size=6), st.lists(st.sampled_from(NAMES), max_size=6))
def test_scopes_add_up_and_reading_needs_no_more(some: list[str], more: list[str]) -> None:
    both = get_operation_scopes(some + more)
    assert both == sorted({*get_operation_scopes(some), *get_operation_scopes(more)})
    assert set(get_operation_scopes(some, reading_only=True)) <= set(get_operation_scopes(some))


@pytest.mark.parametrize("name", ["", " ", ",", " , \t"])
def test_an_empty_name_is_not_taken_for_none(name: str) -> None:
    """No scopes would empty what they are put into."""
    for names in ([name], ["ListRealms", name]):
        with pytest.raises(OptionError, match="The name of an operation is empty"):
            get_operation_scopes(names)
    with pytest.raises(OptionError, match="The name of an operation is empty"):
        collect_requested_scopes({"scopes": ["realms:read"], "operations": [name]})


def test_an_unknown_operation_among_known_ones_is_an_error() -> None:
    with pytest.raises(OptionError, match="CreateRealmm"):
        get_operation_scopes(["ListRealms", "CreateRealmm"], reading_only=True)


def test_the_table_for_readers_is_the_catalogue() -> None:
    assert (ROOT / "docs" / "operations.md").read_text(encoding="utf-8") == table()
