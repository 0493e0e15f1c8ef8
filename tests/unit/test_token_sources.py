# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Token sources: which requests share a token, and when a new token is requested."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.beyondidentity.management.plugins.module_utils._errors import (
    BeyondIdentityError,
    MalformedResponseError,
    OptionError,
)
from ansible_collections.beyondidentity.management.plugins.module_utils._oauth.token import Token
from ansible_collections.beyondidentity.management.plugins.module_utils._oauth.token_replacement import Refusal
from ansible_collections.beyondidentity.management.plugins.module_utils._oauth.token_sources import (
    IssuedToken,
    TokenRequest,
    find_missing_scopes,
)
from ansible_collections.beyondidentity.management.plugins.module_utils._oauth.token_store import TokenStore
from ansible_collections.beyondidentity.management.plugins.plugin_utils.encrypted_store import EncryptedStore
from tests.unit.builders import exit_code, get_token, make_token_source, run_in_child
from tests.unit.concurrent_calls import run_together
from tests.unit.memory_store import MemoryStore

READ = "realms:read"
CREATE = "realms:create"


@pytest.fixture(params=["memory", "files"])
def store(request: pytest.FixtureRequest, tmp_path: Path, warnings: list[str]) -> TokenStore:
    """Return the run's store."""
    return MemoryStore() if request.param == "memory" else EncryptedStore(tmp_path / "store", b"run", warnings.append)


def count_requests(tenant: Any) -> int:
    """Return how many tokens were requested."""
    return len(tenant.read_journal(operation="token"))


def test_without_a_store_each_call_requests_a_token(tenant: Any) -> None:
    source = make_token_source(tenant)
    assert [get_token(source, READ).cached for _n in range(2)] == [False, False]
    assert count_requests(tenant) == 2


def test_a_stored_token_is_reused(store: TokenStore, tenant: Any) -> None:
    first, second = (get_token(make_token_source(tenant, store), READ) for _n in range(2))
    assert (first.cached, second.cached) == (False, True)
    assert first.token == second.token
    assert count_requests(tenant) == 1


def test_concurrent_threads_share_one_request(store: TokenStore, tenant: Any) -> None:
    issued = run_together(6, store, lambda shared: get_token(make_token_source(tenant, shared), READ))
    assert len({item.value for item in issued}) == 1
    assert sorted(item.cached for item in issued) == [False] + [True] * 5
    assert count_requests(tenant) == 1


def test_concurrent_processes_share_one_request(tenant: Any, tmp_path: Path) -> None:
    tenant.add_fault(operation="token", delay=0.2, times=1)

    def work() -> None:
        source = make_token_source(tenant, EncryptedStore(tmp_path / "store", b"run", print))
        (tmp_path / str(os.getpid())).write_text(get_token(source, READ).value)

    children = [run_in_child(work) for _n in range(5)]
    assert [exit_code(child) for child in children] == [0] * 5
    assert len({(tmp_path / str(child)).read_text() for child in children}) == 1
    assert count_requests(tenant) == 1


def test_the_order_of_scopes_does_not_matter(store: TokenStore, tenant: Any) -> None:
    for scopes in ((READ, CREATE), (CREATE, READ)):
        get_token(make_token_source(tenant, store), *scopes)
    assert count_requests(tenant) == 1


@pytest.mark.parametrize(
    ("scopes", "request_fields", "options"),
    [
        ((CREATE,), {}, {}),
        ((CREATE, READ), {}, {}),
        ((READ,), {"custom_claims": {"a": 1}}, {}),
        ((READ,), {}, {"expiration_time": 600}),
    ],
)
def test_other_scopes_claims_or_lifetimes_need_another_token(
    scopes: tuple[str, ...], request_fields: dict[str, Any], options: dict[str, Any], tenant: Any
) -> None:
    store = MemoryStore()
    first = get_token(make_token_source(tenant, store), READ)
    second = get_token(make_token_source(tenant, store, **options), *scopes, **request_fields)
    assert not second.cached and second.value != first.value
    assert count_requests(tenant) == 2
    assert get_token(make_token_source(tenant, store), READ).token == first.token


def test_claims_are_compared_by_content(tenant: Any) -> None:
    source = make_token_source(tenant, MemoryStore())
    for claims in ({"a": 1, "b": 2}, {"b": 2, "a": 1}):
        get_token(source, READ, custom_claims=claims)
    assert count_requests(tenant) == 1
    get_token(source, READ, custom_claims={"a": 1, "b": "2"})
    assert count_requests(tenant) == 2


def test_another_client_or_secret_never_receives_the_stored_token(tenant: Any, emulator: Any) -> None:
    store = MemoryStore()
    first = get_token(make_token_source(tenant, store), READ)
    assert get_token(make_token_source(emulator.create_tenant(), store), READ).value != first.value
    for given in ({"client_secret": "wr0ng"}, {"client_id": "wr0ng"}):
        with pytest.raises(BeyondIdentityError, match="invalid_client"):
            get_token(make_token_source(tenant, store, **given), READ)


@pytest.mark.parametrize(("age", "is_reused"), [(0, True), (3500, True), (3545, False), (4000, False), (-30, False)])
def test_a_token_near_its_end_or_from_the_future_is_replaced(age: float, is_reused: bool, tenant: Any) -> None:
    store = MemoryStore()
    source = make_token_source(tenant, store)
    first = get_token(source, READ).token
    store.put(store.keys[0], {**first.to_dict(), "issued_at": time.time() - age})
    assert get_token(source, READ).cached is is_reused
    assert count_requests(tenant) == (1 if is_reused else 2)


@pytest.mark.parametrize("expires_in", [None, 0, True, "soon"])
def test_a_token_of_unknown_lifetime_is_not_stored(expires_in: Any, tenant: Any) -> None:
    store = MemoryStore()
    source = make_token_source(tenant, store)
    get_token(source, READ)
    tenant.change_settings(token_answer={"expires_in": expires_in})
    for _n in range(2):
        assert not get_token(source, READ, fresh=True).cached
        assert store.entries == {}, "the token before it is removed too"
    assert count_requests(tenant) == 3


@pytest.mark.parametrize(
    "damage", [{"access_token": "ü"}, {"access_token": None}, {"lifetime": "x"}, {"lifetime": ...}, {"scopes": None}]
)
def test_a_damaged_entry_is_replaced(damage: dict[str, Any], tenant: Any) -> None:
    store = MemoryStore()
    stored = get_token(make_token_source(tenant, store), READ).token.to_dict()
    store.put(store.keys[0], {name: value for name, value in {**stored, **damage}.items() if value is not ...})
    assert not get_token(make_token_source(tenant, store), READ).cached


def test_a_fresh_token_replaces_the_stored_one(tenant: Any) -> None:
    source = make_token_source(tenant, MemoryStore())
    first = get_token(source, READ).token
    fresh = get_token(source, READ, fresh=True)
    assert not fresh.cached and fresh.token != first
    assert get_token(source, READ) == IssuedToken(fresh.token, cached=True)


def test_concurrent_requests_for_a_fresh_token_share_one(store: TokenStore, tenant: Any) -> None:
    old = get_token(make_token_source(tenant, store), READ).token
    issued = run_together(6, store, lambda shared: get_token(make_token_source(tenant, shared), READ, fresh=True))
    assert len({item.value for item in issued} - {old.access_token}) == 1
    assert count_requests(tenant) == 2


def test_a_refused_token_is_replaced_once(store: TokenStore, tenant: Any) -> None:
    refused = IssuedToken(get_token(make_token_source(tenant, store), READ).token, cached=True)
    request, refusal = TokenRequest((READ,)), Refusal("ListRealms", 401)
    issued = run_together(6, store, lambda shared: make_token_source(tenant, shared).replace(request, refused, refusal))
    assert None not in issued and len({item.value for item in issued if item} - {refused.value}) == 1
    assert count_requests(tenant) == 2


def test_an_access_token_of_the_user_is_never_replaced(tenant: Any) -> None:
    source = make_token_source(tenant, MemoryStore(), access_token="0wn")
    for fields in ({}, {"fresh": True}):
        issued = get_token(source, READ, **fields)
        assert issued.value == "0wn"
        assert source.replace(TokenRequest((READ,)), issued, Refusal("ListRealms", 401)) is None
    assert count_requests(tenant) == 0


@pytest.mark.parametrize("value", ["s3cr t", "s3crét", "s3cr\nt"])
def test_an_access_token_of_the_user_must_be_safe_in_a_header(value: str, tenant: Any) -> None:
    with pytest.raises(MalformedResponseError, match="^access_token: ") as caught:
        get_token(make_token_source(tenant, access_token=value), READ)
    assert "s3cr" not in caught.value.message


def test_scopes_that_were_not_granted_are_found(tenant: Any) -> None:
    tenant.change_settings(grant_only=[READ])
    token = get_token(make_token_source(tenant), CREATE, READ).token
    assert token.scopes == (READ,)
    assert find_missing_scopes(token, [CREATE, READ]) == CREATE
    assert find_missing_scopes(token, [READ]) == ""
    assert find_missing_scopes(Token("t", (), 0, None), ["b", "a"]) == "a, b"


def test_a_client_id_is_required_before_the_store_is_used(tenant: Any) -> None:
    store = MemoryStore()
    with pytest.raises(OptionError, match="client_id is missing"):
        get_token(make_token_source(tenant, store, client_id=None), READ)
    assert store.entries == {}
