# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tokens that an application issued: where they are looked for, and which of them a value is."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.beyondidentity.management.plugins.module_utils._errors import (
    BeyondIdentityError,
    MalformedResponseError,
    OptionError,
    StateError,
)
from ansible_collections.beyondidentity.management.plugins.module_utils._management.issued_tokens import (
    OPTIONS,
    REVOKE,
    IssuedTokens,
    match_tokens,
)
from tests.unit.builders import make_jwt, make_task

NAME = "Reporting"


def inventory(tenant: Any, *operations: str, **given: Any) -> IssuedTokens:
    return IssuedTokens(make_task(tenant, **{**dict.fromkeys(OPTIONS), **given}), *operations)


def listed(tenant: Any, **given: Any) -> list[str]:
    return sorted(token["id"] for token in inventory(tenant, **given).tokens())


def application(tenant: Any, **wanted: Any) -> tuple[str, list[str]]:
    """An application's id, and those of its two tokens."""
    (made,) = tenant.seed(applications=1, name=NAME, **wanted)["applications"]
    return made, sorted(tenant.seed(tokens=2, token_application=made)["tokens"])


def test_the_authenticating_application_is_the_default(tenant: Any) -> None:
    application(tenant)
    seeded, shown = tenant.seed(tokens=3)["tokens"], listed(tenant)
    (own,) = [entry["issued_token_id"] for entry in tenant.journal(operation="token")]
    assert shown == sorted([*seeded, own])


def test_another_one_by_its_id_and_by_its_name(tenant: Any) -> None:
    made, tokens = application(tenant)
    assert listed(tenant, application=made) == tokens
    assert [entry["operation"] for entry in tenant.journal()] == ["token", "ListTokens"]
    assert listed(tenant, application=NAME) == tokens
    assert tenant.journal(operation="ListTokens")[-1]["token_scopes"] == ["applications:read", "tokens:read"]


@pytest.mark.parametrize("by", ["id", "name"])
def test_one_of_the_managed_realm(by: str, tenant: Any) -> None:
    (realm,) = tenant.seed(realms=1)["realms"]
    made, tokens = application(tenant, realm_id=realm)
    assert listed(tenant, application=made if by == "id" else NAME, realm_id=realm) == tokens


def test_the_authenticating_one_is_looked_for_in_its_own_realm(tenant: Any) -> None:
    (realm,) = tenant.seed(realms=1)["realms"]
    tokens = tenant.seed(tokens=2)["tokens"]
    assert set(tokens) < set(listed(tenant, realm_id=realm))
    assert set(tokens) < set(listed(tenant, realm_id=realm, application=tenant.application_id))


def test_it_asks_for_no_more_than_it_needs(tenant: Any) -> None:
    list(inventory(tenant, REVOKE).tokens())
    assert tenant.journal(operation="ListTokens")[0]["token_scopes"] == ["tokens:delete", "tokens:read"]


def test_an_unknown_name(tenant: Any) -> None:
    with pytest.raises(StateError, match=r"There is no application 'a \[31m b' in the managed realm. The module app"):
        inventory(tenant, application="a \x1b[31m\nb")


def test_a_name_that_two_bear(tenant: Any) -> None:
    tenant.seed(applications=2, name=NAME)
    with pytest.raises(StateError, match=NAME):
        inventory(tenant, application=NAME)


def test_an_unknown_id(tenant: Any) -> None:
    with pytest.raises(BeyondIdentityError, match="ListTokens at .*HTTP 404"):
        listed(tenant, application="00000000-0000-0000-0000-000000000000")


@pytest.mark.parametrize("name", OPTIONS)
def test_an_empty_filter_is_an_error_and_never_all(name: str, tenant: Any) -> None:
    with pytest.raises(OptionError, match=f"{name} must not be empty"):
        inventory(tenant, **{name: ""})
    assert tenant.journal() == []


@pytest.mark.parametrize("name", ["id", "principal_id"])
def test_what_is_no_id(name: str, tenant: Any) -> None:
    with pytest.raises(OptionError, match=f"{name}: '../x' is no id"):
        inventory(tenant, **{name: "../x"})


def test_by_principal_and_by_id(tenant: Any) -> None:
    principal = {"principal_type": "identity", "principal_id": "e372db224c06e850"}
    tokens = sorted(tenant.seed(tokens=2, **principal)["tokens"])
    tenant.seed(tokens=2)
    assert listed(tenant, **principal) == tokens
    assert listed(tenant, **principal, id=tokens[1]) == [tokens[1]]
    assert listed(tenant, id="unknown") == []


def test_all_pages_and_each_token_once(tenant: Any) -> None:
    tenant.settings(page_size_maximum=2)
    tokens = tenant.seed(tokens=5)["tokens"]
    assert set(tokens) < set(listed(tenant))
    tenant.fault(operation="ListTokens", json={"tokens": [{"id": "t1"}, {"id": "t2"}, {"id": "t1"}]})
    assert listed(tenant) == ["t1", "t2"]


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"tokens": None},
        {"tokens": "all"},
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
def test_what_is_no_list_of_tokens(answer: dict[str, Any], tenant: Any) -> None:
    tenant.fault(operation="ListTokens", json=answer)
    with pytest.raises(MalformedResponseError, match="^ListTokens: the answer h") as caught:
        listed(tenant)
    assert caught.value.message.isprintable()


ID, OTHER = "cTXMRjNrTz7w3p7wO5HJ5cUTpFt5Z3yL", "other"


@pytest.mark.parametrize(
    ("value", "is_it"),
    [
        (make_jwt({"jti": ID}), True),
        (make_jwt({"jti": OTHER}), False),
        (make_jwt({"jti": OTHER}) + "JV_adQssw5c", False),  # what names itself is not asked for its end
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
def test_a_value_is_known_by_its_id_or_by_its_end(value: str, is_it: bool) -> None:
    tokens = [{"id": ID, "token_suffix": "JV_adQssw5c"}, {"id": "t2"}, {"id": "t3", "token_suffix": None}]
    assert match_tokens(tokens)(value) is is_it
    assert match_tokens([])(value) is False


@pytest.mark.parametrize("suffix", ["", "c", "dQssw5c", 7, ["JV_adQssw5c"], None])
def test_an_end_that_proves_nothing(suffix: Any) -> None:
    assert not match_tokens([{"id": ID, "token_suffix": suffix}])("opaque-JV_adQssw5c")
