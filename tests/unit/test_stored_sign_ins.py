# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Stored sign-ins without a refresh: which sign-in is used, which are stored, and what a missing sign-in is reported as."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest
import trustme

from ansible_collections.beyondidentity.management.plugins.module_utils._errors import SignInRequiredError
from ansible_collections.beyondidentity.management.plugins.module_utils._oauth.authorization_server import (
    AuthorizationServer,
)
from ansible_collections.beyondidentity.management.plugins.module_utils._oauth.stored_sign_ins import SignInStore
from ansible_collections.beyondidentity.management.plugins.module_utils._oauth.token import Token
from ansible_collections.beyondidentity.management.plugins.module_utils._oauth.token_replacement import Refusal
from ansible_collections.beyondidentity.management.plugins.module_utils._oauth.token_sources import (
    IssuedToken,
    TokenRequest,
)
from ansible_collections.beyondidentity.management.plugins.module_utils._oauth.token_store import (
    TokenStore,
    TokenStores,
)
from ansible_collections.beyondidentity.management.plugins.plugin_utils.encrypted_store import EncryptedStore
from tests.unit.builders import US_ISSUER, get_token, make_connection, make_session
from tests.unit.memory_store import MemoryStore


@pytest.fixture(params=["memory", "files"])
def store(request: pytest.FixtureRequest, tmp_path: Path, warnings: list[str]) -> TokenStore:
    """Return the user's store."""
    return MemoryStore() if request.param == "memory" else EncryptedStore(tmp_path / "own", b"user", warnings.append)


def open_sign_ins(*stores: TokenStore, **given: Any) -> SignInStore:
    """Return the sign-ins with an application that no test contacts."""
    options = {"issuer": US_ISSUER, "client_id": "cl1ent", "client_secret": "s3cret", **given}
    session = make_session(**{"retries": 0, **{name: given[name] for name in ("ca_path",) if name in given}})
    return SignInStore(AuthorizationServer(make_connection(**options), session), list(stores))


def make_token(name: str, *scopes: str, age: float = 0, lifetime: int | None = 3600, refresh: bool = False) -> Token:
    """Return a token that was issued `age` seconds ago."""
    refresh_token = f"refresh-{name}" if refresh else None
    return Token(name, tuple(scopes), time.time() - age, lifetime, f"id-{name}", refresh_token)


def put_sign_ins(store: TokenStore, *sign_ins: Any) -> SignInStore:
    """Store these sign-ins as they are, and return the store of sign-ins."""
    opened = open_sign_ins(store)
    entries = [item.to_dict() if isinstance(item, Token) else item for item in sign_ins]
    store.put(opened.key, {"sign_ins": entries})
    return opened


def list_names(tokens: list[Token]) -> list[str]:
    """Return the names that `make_token` gave to tokens."""
    return [token.access_token for token in tokens]


def test_a_sign_in_is_used_for_any_of_its_scopes(store: TokenStore) -> None:
    token = make_token("one", "openid", "a", "b")
    open_sign_ins(store).add(token)
    for scopes in ([], ["a"], ["b", "a"], ["openid"]):
        assert get_token(open_sign_ins(store), *scopes) == IssuedToken(token, cached=True)


def test_custom_claims_do_not_need_another_sign_in() -> None:
    store, token = MemoryStore(), make_token("one", "a")
    open_sign_ins(store).add(token)
    assert get_token(open_sign_ins(store), "a", custom_claims={"x": 1}).token == token


def test_the_sign_in_with_the_fewest_scopes_is_used(store: TokenStore) -> None:
    for token in (make_token("three", "a", "b", "c"), make_token("one", "a"), make_token("two", "a", "b")):
        open_sign_ins(store).add(token)
    assert list_names(open_sign_ins(store).list_all()) == ["two", "one", "three"]
    for scopes, name in ((["a"], "one"), (["b"], "two"), (["c", "a"], "three")):
        assert get_token(open_sign_ins(store), *scopes).value == name


def test_the_latest_of_equally_privileged_sign_ins_is_used() -> None:
    store = MemoryStore()
    open_sign_ins(store).add(make_token("newer", "a", "c", age=10))
    open_sign_ins(store).add(make_token("older", "a", "b", age=60))
    assert get_token(open_sign_ins(store), "a").value == "newer"


def test_another_sign_in_is_used_if_the_first_is_expired_or_refused() -> None:
    wide, narrow = make_token("two", "a", "b"), make_token("one", "a")
    assert get_token(put_sign_ins(MemoryStore(), make_token("one", "a", age=4000), wide), "a").value == "two"
    sign_ins = put_sign_ins(MemoryStore(), narrow, wide)
    other = sign_ins.replace(TokenRequest(("a",)), IssuedToken(narrow, cached=True), Refusal("ListRealms", 403))
    assert other == IssuedToken(wide, cached=True)


def test_a_new_sign_in_replaces_only_the_one_with_the_same_scopes(store: TokenStore) -> None:
    for token in (make_token("one", "a", "b"), make_token("two", "a"), make_token("new", "b", "a")):
        open_sign_ins(store).add(token)
    assert list_names(open_sign_ins(store).list_all()) == ["new", "two"]


def test_a_sign_in_without_any_further_use_is_dropped() -> None:
    sign_ins = put_sign_ins(
        MemoryStore(),
        make_token("dead", "a", age=4000),
        make_token("unknown", "b", lifetime=None),
        make_token("refreshable", "c", age=4000, refresh=True),
        make_token("alive", "d"),
    )
    sign_ins.add(make_token("new", "e"))
    assert list_names(sign_ins.list_all()) == ["new", "refreshable", "alive"]


@pytest.mark.parametrize(
    "other", [{"client_id": "other"}, {"client_secret": "other"}, {"client_secret": None}, {"issuer": US_ISSUER + "x"}]
)
def test_another_application_or_client_has_its_own_sign_ins(other: dict[str, Any], store: TokenStore) -> None:
    open_sign_ins(store).add(make_token("one", "a"))
    assert open_sign_ins(store, **other).list_all() == []
    with pytest.raises(SignInRequiredError, match="No sign-in is stored for the application"):
        get_token(open_sign_ins(store, **other), "a")


@pytest.mark.parametrize("secret", [None, "s3cret"])
@pytest.mark.parametrize("changes", ["api_url", "ca_path"])
def test_a_public_applications_sign_ins_are_used_for_the_same_destination_only(
    changes: str, secret: str | None, tmp_path: Path
) -> None:
    """Everybody can name a public application. Who has a client's secret is trusted with its tokens."""
    authorities = tmp_path / "authorities.pem"
    trustme.CA().cert_pem.write_to_path(str(authorities))
    other = {changes: "https://evil.example" if changes == "api_url" else str(authorities)}
    store, token = MemoryStore(), make_token("one", "a")
    open_sign_ins(store, client_secret=secret).add(token)
    assert open_sign_ins(store, client_secret=secret).list_all() == [token]
    elsewhere = open_sign_ins(store, client_secret=secret, **other)
    if secret:
        assert elsewhere.list_all() == [token]
    else:
        message = explain(elsewhere, "a")
        assert (
            "a1 with these options. A sign-in is stored for another client_id, client_secret, api_url or ca_path"
            in message
        )


def test_the_first_store_is_preferred_and_receives_new_sign_ins() -> None:
    first, second = MemoryStore(), MemoryStore()
    open_sign_ins(second).add(make_token("second", "a", "b"))
    open_sign_ins(first, second).add(make_token("first", "a"))
    assert list_names(open_sign_ins(first).list_all()) == ["first"]
    assert list_names(open_sign_ins(second).list_all()) == ["second"]
    both = open_sign_ins(first, second)
    assert [get_token(both, scope).value for scope in ("a", "b")] == ["first", "second"]
    assert list_names(both.list_all()) == ["first", "second"]


def test_the_option_token_cache_selects_the_stores() -> None:
    run, user = MemoryStore(), MemoryStore()
    stores, run_only = TokenStores(run, user), TokenStores(run)
    assert [stores.select(choice) for choice in ("run", "user", "none")] == [run, user, None]
    assert [stores.list_for_sign_ins(choice) for choice in ("run", "user", "none")] == [[run, user], [user, run], []]
    assert run_only.select("user") is run and run_only.list_for_sign_ins("user") == [run]
    assert TokenStores().list_for_sign_ins("user") == []


@pytest.mark.parametrize("value", ["one", "refresh-one"])
def test_a_sign_in_is_forgotten_by_either_of_its_tokens(value: str, store: TokenStore) -> None:
    other = MemoryStore()
    for token in (make_token("one", "a", refresh=True), make_token("two", "b", refresh=True)):
        open_sign_ins(store).add(token)
        open_sign_ins(other, client_id="other").add(token)
    stores = TokenStores(store, other)
    stores.forget("unknown".__eq__)
    assert len(open_sign_ins(store).list_all()) == len(open_sign_ins(other, client_id="other").list_all()) == 2
    stores.forget(value.__eq__)
    assert list_names(open_sign_ins(store).list_all()) == ["two"]
    assert list_names(open_sign_ins(other, client_id="other").list_all()) == ["two"]


def test_all_sign_ins_with_one_application_are_removed(store: TokenStore) -> None:
    other = MemoryStore()
    open_sign_ins(store).add(make_token("one", "a"))
    open_sign_ins(store).add(make_token("two", "b"))
    open_sign_ins(other).add(make_token("three", "a"))
    foreign = open_sign_ins(store, client_id="other")
    foreign.add(make_token("foreign", "a"))
    assert list_names(open_sign_ins(other, store).remove_all()) == ["three", "two", "one"]
    assert open_sign_ins(other, store).list_all() == open_sign_ins(other, store).remove_all() == []
    assert list_names(foreign.list_all()) == ["foreign"]


@pytest.mark.parametrize("entry", [{}, {"sign_ins": None}, {"sign_ins": {"a": 1}}, {"sign_ins": ["x", 7, None, {}]}])
def test_a_damaged_entry_counts_as_missing(entry: dict[str, Any]) -> None:
    store = MemoryStore()
    sign_ins = open_sign_ins(store)
    store.put(sign_ins.key, entry)
    assert sign_ins.list_all() == []
    sign_ins.add(make_token("new", "a"))
    assert list_names(sign_ins.list_all()) == ["new"]


def test_the_other_sign_ins_remain_if_one_is_damaged() -> None:
    damaged = {**make_token("damaged", "a").to_dict(), "refresh_token": "s3cr t"}
    assert list_names(put_sign_ins(MemoryStore(), damaged, make_token("good", "b")).list_all()) == ["good"]


def explain(sign_ins: SignInStore, *scopes: str, **fields: Any) -> str:
    """Return the message of the error that no sign-in can be used."""
    with pytest.raises(SignInRequiredError) as caught:
        sign_ins.get(TokenRequest(scopes, **fields))
    assert caught.value.details == {"sign_in_required": True}
    assert "beyondidentity.management.login" in caught.value.message
    return caught.value.message


def test_the_error_says_why_no_sign_in_can_be_used() -> None:
    store = MemoryStore()
    assert "token_cache is 'none', or the task is delegated" in explain(open_sign_ins(), "a")
    assert "for the application a1. Sign in with" in explain(open_sign_ins(store), "a")
    open_sign_ins(store).add(make_token("one", "a", "b"))
    assert "was not granted c, d" in explain(open_sign_ins(store), "d", "c", "a")
    open_sign_ins(store).add(make_token("two", "c"))
    assert "No single stored sign-in was granted all of these scopes: a, c." in explain(open_sign_ins(store), "a", "c")


def test_only_a_sign_in_whose_time_is_over_is_called_expired() -> None:
    valid = make_token("one", "a")
    message = explain(put_sign_ins(MemoryStore(), valid), "a", fresh=True)
    assert f"is valid until {valid.expires_at}, but without a refresh token it cannot be renewed. Omit fresh" in message
    assert "expired" not in message
    for age, verb in ((3550, "expires"), (3601, "expired")):
        token = make_token("old", "a", age=age)
        message = explain(put_sign_ins(MemoryStore(), token), "a")
        assert (
            f"The stored sign-in {verb} at {token.expires_at}, and has no refresh token. Sign in with the playbook"
            in message
        )
    message = explain(put_sign_ins(MemoryStore(), make_token("unknown", "a", lifetime=None)), "a")
    assert "the service did not say how long it is valid" in message and "To stay signed in longer" in message


def test_the_error_names_the_applications_that_have_a_stored_sign_in(store: TokenStore) -> None:
    """After the role with a display name, the connection still names the administrator's application."""
    run = MemoryStore()
    run.put(["other kind of entry"], {"issuer": US_ISSUER, "access_token": "t"})
    for kept, name in ((store, "b2"), (run, "c3")):
        open_sign_ins(kept, issuer=US_ISSUER.replace("a1", name), client_id=name).add(make_token(name, "a"))
    open_sign_ins(store, issuer=US_ISSUER.replace("a1", "d4")).add(make_token("over", "a", age=4000))
    message = explain(open_sign_ins(store, run), "a")
    assert "for the application a1. Sign-ins are stored for: b2, c3. Sign in with" in message
    assert "To use a stored sign-in, set issuer, client_id" in message


def test_without_a_store_no_sign_in_is_stored() -> None:
    sign_ins = open_sign_ins()
    sign_ins.add(make_token("one", "a"))
    assert sign_ins.list_all() == sign_ins.remove_all() == []
