# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The sign-ins that are kept: which one serves, which ones stay, and what is said where none does."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.beyondidentity.management.plugins.module_utils._oauth.server import AuthorizationServer
from ansible_collections.beyondidentity.management.plugins.module_utils._oauth.stored_sign_ins import (
    SignInRequiredError,
    SignInStore,
)
from ansible_collections.beyondidentity.management.plugins.module_utils._oauth.token import Token
from ansible_collections.beyondidentity.management.plugins.module_utils._oauth.token_store import TokenStore
from ansible_collections.beyondidentity.management.plugins.plugin_utils.encrypted_files import EncryptedFiles
from tests.unit.builders import US_ISSUER, make_connection, make_session
from tests.unit.memory_store import MemoryStore


@pytest.fixture(params=["memory", "files"])
def store(request: pytest.FixtureRequest, tmp_path: Path, warnings: list[str]) -> TokenStore:
    return MemoryStore() if request.param == "memory" else EncryptedFiles(tmp_path / "own", b"user", warnings.append)


def sign_ins(*stores: TokenStore, **given: Any) -> SignInStore:
    """Sign-ins of an application that nobody needs to reach."""
    values = {"issuer": US_ISSUER, "client_id": "cl1ent", "client_secret": "s3cret", **given}
    return SignInStore(AuthorizationServer(make_connection(**values), make_session(retries=0)), list(stores))


def token(name: str, *scopes: str, age: float = 0, lifetime: int | None = 3600, refresh: bool = False) -> Token:
    refresh_token = f"refresh-{name}" if refresh else None
    return Token(name, tuple(scopes), time.time() - age, lifetime, f"id-{name}", refresh_token)


def names(tokens: list[Token]) -> list[str]:
    return [one.access_token for one in tokens]


def test_what_is_kept_serves_whoever_needs_no_more(store: TokenStore) -> None:
    kept = token("one", "openid", "a", "b")
    sign_ins(store).keep(kept)
    for scopes in ([], ["a"], ["b", "a"], ["openid"]):
        bearer = sign_ins(store).bearer(scopes)
        assert bearer.cached and bearer.token == kept
    assert sign_ins(store).bearer(["a"], custom_claims={"x": 1}).token == kept, "claims are those of the sign-in"


def test_the_id_token_is_not_kept(store: TokenStore) -> None:
    sign_ins(store).keep(Token("one", ("a",), time.time(), 60, id_token="1d"))
    assert sign_ins(store).bearer(["a"]).token.id_token is None


def test_of_several_the_least_privileged_serves(store: TokenStore) -> None:
    for kept in (token("three", "a", "b", "c"), token("one", "a"), token("two", "a", "b")):
        sign_ins(store).keep(kept)
    assert names(sign_ins(store).kept()) == ["two", "one", "three"]
    for scopes, name in ((["a"], "one"), (["b"], "two"), (["c", "a"], "three")):
        assert sign_ins(store).bearer(scopes).token.access_token == name


def test_of_equals_the_latest_serves(store: TokenStore) -> None:
    sign_ins(store).keep(token("newer", "a", "c", age=10))
    sign_ins(store).keep(token("older", "a", "b", age=60))
    assert sign_ins(store).bearer(["a"]).token.access_token == "newer"


def test_where_the_least_privileged_is_of_no_use_another_serves(store: TokenStore) -> None:
    sign_ins(store).keep(token("two", "a", "b"))
    mine = sign_ins(store)
    store.put(mine._key(), {"sign_ins": [token("one", "a", age=4000).to_dict(), token("two", "a", "b").to_dict()]})
    assert mine.bearer(["a"]).token.access_token == "two"
    assert mine.bearer(["a"], rejected="one").token.access_token == "two"


def test_a_new_sign_in_replaces_that_with_the_same_scopes_and_no_other(store: TokenStore) -> None:
    for kept in (token("one", "a"), token("two", "a", "b"), token("new", "a")):
        sign_ins(store).keep(kept)
    assert names(sign_ins(store).kept()) == ["new", "two"]


def test_the_order_of_scopes_does_not_matter(store: TokenStore) -> None:
    for kept in (token("one", "a", "b"), token("new", "b", "a")):
        sign_ins(store).keep(kept)
    assert names(sign_ins(store).kept()) == ["new"]


def test_what_nothing_can_be_done_with_is_dropped(store: TokenStore) -> None:
    old = [
        token("dead", "a", age=4000),
        token("unknown", "b", lifetime=None),
        token("refreshable", "c", age=4000, refresh=True),
        token("alive", "d"),
    ]
    store.put(sign_ins(store)._key(), {"sign_ins": [kept.to_dict() for kept in old]})
    sign_ins(store).keep(token("new", "e"))
    assert names(sign_ins(store).kept()) == ["new", "refreshable", "alive"]


@pytest.mark.parametrize(
    "other",
    [
        {"client_id": "other"},
        {"client_secret": "other"},
        {"client_secret": None},
        {"issuer": US_ISSUER + "x"},
    ],
)
def test_another_applications_or_clients_sign_ins_are_its_own(other: dict[str, Any], store: TokenStore) -> None:
    sign_ins(store).keep(token("one", "a"))
    assert sign_ins(store, **other).kept() == []
    with pytest.raises(SignInRequiredError, match="Nobody is signed in"):
        sign_ins(store, **other).bearer(["a"])


def test_the_nearest_store_comes_first_and_gets_what_is_new() -> None:
    near, far = MemoryStore(), MemoryStore()
    sign_ins(far).keep(token("far", "a", "b"))
    sign_ins(near, far).keep(token("near", "a"))
    assert names(sign_ins(near).kept()) == ["near"] and names(sign_ins(far).kept()) == ["far"]
    both = sign_ins(near, far)
    assert both.bearer(["a"]).token.access_token == "near"
    assert both.bearer(["b"]).token.access_token == "far"
    assert names(both.kept()) == ["near", "far"]


@pytest.mark.parametrize("value", ["one", "refresh-one"])
def test_one_sign_in_is_forgotten_with_either_of_its_tokens(value: str, store: TokenStore) -> None:
    other = MemoryStore()
    for kept in (token("one", "a", refresh=True), token("two", "b", refresh=True)):
        sign_ins(store).keep(kept)
        sign_ins(other, client_id="other").keep(kept)
    for holding in (store, other):
        holding.forget("unknown".__eq__)
        holding.forget(value.__eq__)
    assert names(sign_ins(store).kept()) == names(sign_ins(other, client_id="other").kept()) == ["two"]


def test_all_are_forgotten(store: TokenStore) -> None:
    other = MemoryStore()
    sign_ins(store).keep(token("one", "a"))
    sign_ins(store).keep(token("two", "b"))
    sign_ins(other).keep(token("three", "a"))
    foreign = sign_ins(store, client_id="other")
    foreign.keep(token("foreign", "a"))
    assert names(sign_ins(other, store).forget()) == ["three", "two", "one"]
    assert sign_ins(other, store).kept() == sign_ins(other, store).forget() == []
    assert names(foreign.kept()) == ["foreign"]


@pytest.mark.parametrize("entry", [{}, {"sign_ins": None}, {"sign_ins": {"a": 1}}, {"sign_ins": ["x", 7, None, {}]}])
def test_a_damaged_entry_is_none(entry: dict[str, Any], store: TokenStore) -> None:
    mine = sign_ins(store)
    store.put(mine._key(), entry)
    assert mine.kept() == []
    mine.keep(token("new", "a"))
    assert names(mine.kept()) == ["new"]


def test_a_damaged_sign_in_spares_the_others(store: TokenStore) -> None:
    mine = sign_ins(store)
    bad = {**token("bad", "a").to_dict(), "refresh_token": "s3cr t"}
    store.put(mine._key(), {"sign_ins": [bad, token("good", "b").to_dict()]})
    assert names(mine.kept()) == ["good"]


def why(mine: SignInStore, *scopes: str, **how: Any) -> str:
    with pytest.raises(SignInRequiredError) as caught:
        mine.bearer(list(scopes), **how)
    assert caught.value.details == {"sign_in_required": True}
    assert "beyondidentity.management.login" in caught.value.message
    return caught.value.message


def test_what_is_said_where_none_serves(store: TokenStore) -> None:
    assert "No sign-in is kept with token_cache 'none', nor on the host that a task is" in why(sign_ins(), "a")
    assert "Nobody is signed in to the application a1" in why(sign_ins(store), "a")
    sign_ins(store).keep(token("one", "a", "b"))
    assert "was not granted c, d" in why(sign_ins(store), "d", "c", "a")
    assert "is expired" in why(sign_ins(store), "a", rejected="one")
    assert "is expired" in why(sign_ins(store), "a", fresh=True)
    sign_ins(store).forget()
    sign_ins(store).keep(token("old", "a", age=3550))
    assert "is expired" in why(sign_ins(store), "a")


def test_without_a_store_nothing_is_kept() -> None:
    mine = sign_ins()
    mine.keep(token("one", "a"))
    assert mine.kept() == mine.forget() == []
