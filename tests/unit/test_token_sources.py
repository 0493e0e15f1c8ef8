# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One token for all who ask for the same, another for those who ask for another."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.beyondidentity.management.plugins.module_utils._errors import (
    BeyondIdentityError,
    MalformedResponseError,
    OptionError,
)
from ansible_collections.beyondidentity.management.plugins.module_utils._oauth.token import Token
from ansible_collections.beyondidentity.management.plugins.module_utils._oauth.token_sources import (
    IssuedToken,
    find_missing_scopes,
)
from ansible_collections.beyondidentity.management.plugins.module_utils._oauth.token_store import TokenStore
from ansible_collections.beyondidentity.management.plugins.plugin_utils.encrypted_files import EncryptedFiles
from tests.unit.builders import exit_code, make_token_source, run_in_child
from tests.unit.memory_store import MemoryStore

READ = ["realms:read"]


@pytest.fixture(params=["memory", "run"])
def store(request: pytest.FixtureRequest, tmp_path: Path, warnings: list[str]) -> TokenStore:
    return MemoryStore() if request.param == "memory" else EncryptedFiles(tmp_path / "store", b"run", warnings.append)


def minted(tenant: Any) -> int:
    return len(tenant.journal(operation="token"))


def at_once(number: int, work: Callable[[int], Any]) -> list[Any]:
    """Run some work on this many threads that begin together."""
    barrier = threading.Barrier(number)

    def begin(index: int) -> Any:
        barrier.wait(30)
        return work(index)

    with ThreadPoolExecutor(number) as pool:
        return list(pool.map(begin, range(number)))


def test_without_a_store_each_call_mints(tenant: Any) -> None:
    source = make_token_source(tenant)
    assert [source.bearer(READ).cached for _n in range(2)] == [False, False]
    assert minted(tenant) == 2


def test_a_kept_token_is_used_again(store: TokenStore, tenant: Any) -> None:
    first, second = (make_token_source(tenant, store).bearer(READ) for _n in range(2))
    assert (first.cached, second.cached) == (False, True)
    assert first.token == second.token
    assert minted(tenant) == 1


def test_many_threads_make_one_request(store: TokenStore, tenant: Any) -> None:
    tenant.fault(operation="token", delay=0.2, times=1)
    bearers = at_once(20, lambda _n: make_token_source(tenant, store).bearer(READ))
    assert len({bearer.token.access_token for bearer in bearers}) == 1
    assert sorted(bearer.cached for bearer in bearers) == [False] + [True] * 19
    assert minted(tenant) == 1


def test_many_processes_make_one_request(tenant: Any, tmp_path: Path) -> None:
    tenant.fault(operation="token", delay=0.2, times=1)

    def ask() -> None:
        bearer = make_token_source(tenant, EncryptedFiles(tmp_path / "store", b"run", print)).bearer(READ)
        (tmp_path / str(os.getpid())).write_text(bearer.token.access_token)

    children = [run_in_child(ask) for _n in range(10)]
    assert [exit_code(child) for child in children] == [0] * 10
    assert len({(tmp_path / str(child)).read_text() for child in children}) == 1
    assert minted(tenant) == 1


def test_the_order_of_scopes_does_not_matter(store: TokenStore, tenant: Any) -> None:
    for scopes in (["realms:read", "realms:create"], ["realms:create", "realms:read"]):
        make_token_source(tenant, store).bearer(scopes)
    assert minted(tenant) == 1


@pytest.mark.parametrize(
    "other",
    [
        {"scopes": ["realms:create"]},
        {"scopes": ["realms:create", "realms:read"]},
        {"custom_claims": {"a": 1}},
        {"given": {"expiration_time": 600}},
    ],
)
def test_what_makes_it_another_token(other: dict[str, Any], store: TokenStore, tenant: Any) -> None:
    first = make_token_source(tenant, store).bearer(READ)
    given = {"scopes": READ, **other}
    options = given.pop("given", {})
    second = make_token_source(tenant, store, **options).bearer(given.pop("scopes"), **given)
    assert not second.cached and second.token.access_token != first.token.access_token
    assert minted(tenant) == 2
    assert make_token_source(tenant, store).bearer(READ).token == first.token


def test_claims_are_compared_by_content(store: TokenStore, tenant: Any) -> None:
    for claims in ({"a": 1, "b": 2}, {"b": 2, "a": 1}):
        make_token_source(tenant, store).bearer(READ, custom_claims=claims)
    assert minted(tenant) == 1
    make_token_source(tenant, store).bearer(READ, custom_claims={"a": 1, "b": "2"})
    assert minted(tenant) == 2


def test_another_client_or_secret_never_gets_the_kept_token(store: TokenStore, tenant: Any, emulator: Any) -> None:
    first = make_token_source(tenant, store).bearer(READ)
    other = emulator.tenant()
    assert make_token_source(other, store).bearer(READ).token.access_token != first.token.access_token
    for given in ({"client_secret": "wr0ng"}, {"client_id": "wr0ng"}):
        with pytest.raises(BeyondIdentityError, match="invalid_client"):
            make_token_source(tenant, store, **given).bearer(READ)


@pytest.mark.parametrize(("age", "cached"), [(0, True), (3530, True), (3545, False), (4000, False), (-30, False)])
def test_a_token_near_its_end_or_from_the_future_is_replaced(
    age: float, cached: bool, store: TokenStore, tenant: Any
) -> None:
    source = make_token_source(tenant, store)
    first = source.bearer(READ).token
    store.put(source._key(READ, None), {**first.to_dict(), "issued_at": time.time() - age})
    assert source.bearer(READ).cached is cached
    assert minted(tenant) == (1 if cached else 2)


def test_a_fresh_token_replaces_the_kept_one(store: TokenStore, tenant: Any) -> None:
    source = make_token_source(tenant, store)
    first = source.bearer(READ).token
    fresh = source.bearer(READ, fresh=True)
    assert not fresh.cached and fresh.token != first
    assert source.bearer(READ) == IssuedToken(fresh.token, cached=True)


def test_those_who_ask_for_a_fresh_token_together_share_it(store: TokenStore, tenant: Any) -> None:
    old = make_token_source(tenant, store).bearer(READ).token
    tenant.fault(operation="token", delay=0.2)
    bearers = at_once(12, lambda _n: make_token_source(tenant, store).bearer(READ, fresh=True))
    assert all(bearer.token != old for bearer in bearers)
    assert minted(tenant) <= 1 + 2, "who came while the first request was under way may share a second one"


def test_a_rejected_token_is_replaced_and_once_only(store: TokenStore, tenant: Any) -> None:
    refused = make_token_source(tenant, store).bearer(READ).token.access_token
    bearers = at_once(8, lambda _n: make_token_source(tenant, store).bearer(READ, rejected=refused))
    assert len({bearer.token.access_token for bearer in bearers} - {refused}) == 1
    assert minted(tenant) == 2


def test_those_who_waited_share_an_error(store: TokenStore, tenant: Any) -> None:
    tenant.fault(operation="token", status=400, error="invalid_scope", delay=0.3)

    def ask(_number: int) -> str:
        with pytest.raises(BeyondIdentityError) as caught:
            make_token_source(tenant, store).bearer(READ)
        return caught.value.message

    messages = at_once(10, ask)
    assert minted(tenant) <= 2
    assert len(set(messages)) == 1 and "invalid_scope" in messages[0]


def test_an_error_is_not_kept_for_later_callers(store: TokenStore, tenant: Any) -> None:
    tenant.fault(operation="token", status=400, times=1)
    with pytest.raises(BeyondIdentityError):
        make_token_source(tenant, store).bearer(READ)
    assert make_token_source(tenant, store).bearer(READ).token.scopes == ("realms:read",)


def test_a_given_token_is_used_and_never_replaced(store: TokenStore, tenant: Any) -> None:
    source = make_token_source(tenant, store, access_token="g1ven")
    for how in ({}, {"fresh": True}, {"rejected": "g1ven"}):
        assert source.bearer(READ, **how).token.access_token == "g1ven"
    assert minted(tenant) == 0


@pytest.mark.parametrize("value", ["s3cr t", "s3crét", "s3cr\nt"])
def test_a_given_token_must_fit_in_a_header(value: str, tenant: Any) -> None:
    with pytest.raises(MalformedResponseError) as caught:
        make_token_source(tenant, access_token=value).bearer(READ)
    assert "s3cr" not in caught.value.message


def test_less_than_was_asked_for(tenant: Any, store: TokenStore) -> None:
    tenant.settings(grant_only=["realms:read"])
    bearer = make_token_source(tenant, store).bearer(["realms:create", "realms:read"])
    assert bearer.token.scopes == ("realms:read",)
    assert find_missing_scopes(bearer.token, ["realms:create", "realms:read"]) == "realms:create"
    assert find_missing_scopes(bearer.token, ["realms:read"]) == ""
    assert find_missing_scopes(Token("t", (), 0, None), ["b", "a"]) == "a, b"


def test_the_key_needs_a_client(tenant: Any, store: TokenStore) -> None:
    with pytest.raises(OptionError, match="client_id is missing"):
        make_token_source(tenant, store, client_id=None).bearer(READ)
