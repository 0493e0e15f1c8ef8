# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tokens that an application issued: where they are looked for, and which token a value is."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import pytest

from ansible_collections.beyondidentity.management.plugins.module_utils._errors import (
    BeyondIdentityError,
    MalformedResponseError,
    OptionError,
    StateError,
)
from ansible_collections.beyondidentity.management.plugins.module_utils._management.issued_tokens import (
    REVOKE_OPERATION,
    IssuedTokenOptions,
    IssuedTokens,
    match_tokens,
)
from tests.unit.builders import make_jwt, make_task

NAME = "Reporting"
OPTIONS = [item.name for item in fields(IssuedTokenOptions)]


def open_tokens(tenant: Any, *operations: str, **given: Any) -> IssuedTokens:
    """Return the tokens that the options select."""
    selection = {name: given.pop(name, None) for name in OPTIONS}
    task = make_task(tenant, **given)
    options = IssuedTokenOptions(**selection)
    return IssuedTokens(options, task.build_client(*options.list_operations(task.connection), *operations))


def list_ids(tenant: Any, **given: Any) -> list[str]:
    return sorted(token["id"] for token in open_tokens(tenant, **given).list_tokens())


def create_application(tenant: Any, **wanted: Any) -> tuple[str, list[str]]:
    """Create an application with two tokens, and return its ID and theirs."""
    (created,) = tenant.seed(applications=1, name=NAME, **wanted)["applications"]
    return created, sorted(tenant.seed(tokens=2, token_application=created)["tokens"])


def test_the_authenticating_application_is_the_default(tenant: Any) -> None:
    create_application(tenant)
    seeded, found = tenant.seed(tokens=3)["tokens"], list_ids(tenant)
    (own,) = [entry["issued_token_id"] for entry in tenant.read_journal(operation="token")]
    assert found == sorted([*seeded, own])


def test_another_application_is_found_by_id_or_name(tenant: Any) -> None:
    id, tokens = create_application(tenant)
    assert list_ids(tenant, application=id) == tokens
    assert [entry["operation"] for entry in tenant.read_journal()] == ["token", "ListTokens"]
    assert list_ids(tenant, application=NAME) == tokens
    assert tenant.read_journal(operation="ListTokens")[-1]["token_scopes"] == ["applications:read", "tokens:read"]


@pytest.mark.parametrize("by_id", [True, False])
def test_another_application_is_looked_for_in_the_managed_realm(by_id: bool, tenant: Any) -> None:
    (realm,) = tenant.seed(realms=1)["realms"]
    id, tokens = create_application(tenant, realm_id=realm)
    assert list_ids(tenant, application=id if by_id else NAME, realm_id=realm) == tokens


def test_the_authenticating_application_is_looked_for_in_its_own_realm(tenant: Any) -> None:
    (realm,) = tenant.seed(realms=1)["realms"]
    tokens = tenant.seed(tokens=2)["tokens"]
    assert set(tokens) < set(list_ids(tenant, realm_id=realm))
    assert set(tokens) < set(list_ids(tenant, realm_id=realm, application=tenant.application_id))


def test_the_token_has_the_scopes_of_the_announced_operations(tenant: Any) -> None:
    assert list(open_tokens(tenant, REVOKE_OPERATION).list_tokens())
    assert tenant.read_journal(operation="ListTokens")[0]["token_scopes"] == ["tokens:delete", "tokens:read"]


def test_an_unknown_name_is_an_error(tenant: Any) -> None:
    with pytest.raises(
        StateError,
        match=r"has no application 'a \[31m b'\. Check the spelling, and realm_id or realm\. Known applications: Beyond",
    ):
        open_tokens(tenant, application="a \x1b[31m\nb")


def test_a_name_of_two_applications_is_an_error(tenant: Any) -> None:
    ids = tenant.seed(applications=2, name=NAME)["applications"]
    with pytest.raises(StateError, match=f"2 applications have the display_name '{NAME}'") as caught:
        open_tokens(tenant, application=NAME)
    assert all(id in caught.value.message for id in ids)


def test_an_unknown_id_is_an_error(tenant: Any) -> None:
    with pytest.raises(BeyondIdentityError, match="ListTokens at .*HTTP 404"):
        list_ids(tenant, application="00000000-0000-0000-0000-000000000000")


@pytest.mark.parametrize("name", OPTIONS)
def test_an_empty_option_is_an_error(name: str) -> None:
    """An empty filter must not select all tokens."""
    with pytest.raises(OptionError, match=f"{name} must not be empty"):
        IssuedTokenOptions(**{**dict.fromkeys(OPTIONS), name: ""})


def test_a_malformed_id_is_an_error() -> None:
    with pytest.raises(OptionError, match=r"id: '\.\./x' is not a valid ID"):
        IssuedTokenOptions(**{**dict.fromkeys(OPTIONS), "id": "../x"})


def test_tokens_are_selected_by_principal_and_by_id(tenant: Any) -> None:
    principal = {"principal_type": "identity", "principal_id": "e372db224c06e850"}
    tokens = sorted(tenant.seed(tokens=2, **principal)["tokens"])
    tenant.seed(tokens=2)
    assert list_ids(tenant, **principal) == tokens
    assert list_ids(tenant, **principal, id=tokens[1]) == [tokens[1]]
    assert list_ids(tenant, id="unknown") == []


def test_all_pages_are_read_and_each_token_is_listed_once(tenant: Any) -> None:
    tenant.change_settings(page_size_maximum=2)
    tokens = tenant.seed(tokens=5)["tokens"]
    assert set(tokens) < set(list_ids(tenant))
    tenant.add_fault(operation="ListTokens", json={"tokens": [{"id": "t1"}, {"id": "t2"}, {"id": "t1"}]})
    assert list_ids(tenant) == ["t1", "t2"]


@pytest.mark.parametrize(
    "response",
    [
        {},
        {"tokens": ["t1"]},
        {"tokens": [{}]},
        {"tokens": [{"id": None}]},
        {"tokens": [{"id": 7}]},
        {"tokens": [{"id": ""}]},
        {"tokens": [{"id": "t1"}, {"id": "../t2"}]},
        {"tokens": [{"id": "t1\x1b[31m"}]},
        {"tokens": [{"id": "t1\n"}]},
    ],
)
def test_a_response_without_valid_tokens_is_an_error(response: dict[str, Any], tenant: Any) -> None:
    tenant.add_fault(operation="ListTokens", json=response)
    with pytest.raises(MalformedResponseError, match="^ListTokens: the response has ") as caught:
        list_ids(tenant)
    assert caught.value.message.isprintable()


ID, OTHER = "cTXMRjNrTz7w3p7wO5HJ5cUTpFt5Z3yL", "other"


@pytest.mark.parametrize(
    ("value", "matches"),
    [
        (make_jwt({"jti": ID}), True),
        (make_jwt({"jti": OTHER}), False),
        (make_jwt({"jti": OTHER}) + "JV_adQssw5c", False),  # a token that has an ID is not compared by its suffix
        (make_jwt({"jti": 7}), False),
        (make_jwt([]), False),
        ("opaque-JV_adQssw5c", True),
        ("opaque-JV_adQssw5", False),
        ("JV_adQssw5c", True),
        ("", False),
        (ID, False),
        ("a.b.c", False),
        ("ä.ö.ü", False),
    ],
)
def test_a_value_is_recognized_by_its_id_or_its_suffix(value: str, matches: bool) -> None:
    tokens: list[dict[str, Any]] = [
        {"id": ID, "token_suffix": "JV_adQssw5c"},
        {"id": "t2"},
        {"id": "t3", "token_suffix": None},
    ]
    assert match_tokens(tokens)(value) is matches
    assert match_tokens([])(value) is False


@pytest.mark.parametrize("suffix", ["", "c", "dQssw5c", 7, ["JV_adQssw5c"], None])
def test_a_short_or_malformed_suffix_matches_nothing(suffix: Any) -> None:
    assert not match_tokens([{"id": ID, "token_suffix": suffix}])("opaque-JV_adQssw5c")
