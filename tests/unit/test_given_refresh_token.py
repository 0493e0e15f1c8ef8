# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A refresh token that the user set: sent once for all hosts and runs, with and without rotation."""

from __future__ import annotations

import json
import os
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.beyondidentity.management.plugins.module_utils._errors import (
    BeyondIdentityError,
    ResponseError,
    TransportError,
)
from ansible_collections.beyondidentity.management.plugins.module_utils._oauth.error_sharing import SharedErrors
from ansible_collections.beyondidentity.management.plugins.module_utils._oauth.given_refresh_token import (
    REPLACED,
    GivenRefreshToken,
)
from ansible_collections.beyondidentity.management.plugins.module_utils._oauth.stored_sign_ins import (
    _GIVEN_LIMIT,
    SignInStore,
)
from ansible_collections.beyondidentity.management.plugins.module_utils._oauth.token import Origin, Token
from ansible_collections.beyondidentity.management.plugins.module_utils._oauth.token_sources import (
    IssuedToken,
    TokenRequest,
)
from ansible_collections.beyondidentity.management.plugins.module_utils._oauth.token_store import (
    TokenStore,
    TokenStores,
)
from ansible_collections.beyondidentity.management.plugins.plugin_utils.encrypted_store import EncryptedStore
from tests.support.sign_in_application import SignInApplication
from tests.unit.builders import exit_code, get_token, run_in_child
from tests.unit.concurrent_calls import run_together
from tests.unit.memory_store import MemoryStore
from tests.unit.sign_in_helpers import REFRESHED, make_server, sign_in_user

READ, CREATE = "realms:read", "realms:create"


@pytest.fixture(params=["fixed", "rotating"])
def rotation(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def app(rotation: str, tenant: Any) -> SignInApplication:
    """Return an application whose refresh tokens stay valid, or are replaced at each use."""
    tenant.change_settings(refresh_tokens=rotation, **REFRESHED)
    return SignInApplication.of(tenant)


@pytest.fixture
def given(app: SignInApplication) -> str:
    """Return the refresh token of a user who signed in elsewhere."""
    return sign_in(app)


def sign_in(app: SignInApplication) -> str:
    refresh_token = sign_in_user(app, [READ, CREATE]).refresh_token
    assert refresh_token
    return refresh_token


def use(
    app: SignInApplication,
    given: str,
    stores: TokenStores,
    *scopes: str,
    token_cache: str = "run",
    warnings: list[str] | None = None,
    expiration_time: int = 3600,
    **request: Any,
) -> IssuedToken:
    """Use a refresh token in a new task of a run with these stores."""
    server = make_server(app, retries=0, expiration_time=expiration_time)
    sign_ins = SignInStore(server, stores.list_for_sign_ins(token_cache), errors=SharedErrors(stores.run))
    source = GivenRefreshToken(given, sign_ins, stores, (warnings if warnings is not None else []).append)
    return source.get(TokenRequest(scopes, **request))


def list_results(app: SignInApplication) -> list[int]:
    """Return the statuses of all uses of refresh tokens."""
    return [entry["status"] for entry in app.tenant.read_journal(grant="refresh_token")]


def list_sent(app: SignInApplication) -> list[str]:
    """Return the digests of the refresh tokens that were sent."""
    return [entry["form"]["refresh_token"] for entry in app.tenant.read_journal(grant="refresh_token")]


def digest_all(app: SignInApplication, values: list[str]) -> list[str]:
    """Return the digests that stand for these values in the journal."""
    return [app.tenant.digest(value) for value in values]


def let_expire(store: MemoryStore) -> None:
    """Make all access tokens in a store too old for use."""
    for key, text in store.entries.items():
        entry = json.loads(text)
        for item in entry.get("sign_ins", []):
            item["issued_at"] = time.time() - 4000
        store.entries[key] = json.dumps(entry)


def test_all_tasks_of_a_run_share_one_use(app: SignInApplication, given: str) -> None:
    stores = TokenStores(MemoryStore())
    first, *others = [use(app, given, stores, READ) for _host in range(5)]
    assert not first.cached and all(other == IssuedToken(first.token, cached=True) for other in others)
    assert list_sent(app) == digest_all(app, [given])


def test_hosts_at_the_same_time_share_one_use(app: SignInApplication, given: str, tmp_path: Path) -> None:
    def work() -> None:
        stores = TokenStores(EncryptedStore(tmp_path / "run", b"run", print))
        (tmp_path / str(os.getpid())).write_text(use(app, given, stores).value)

    app.tenant.add_fault(grant="refresh_token", delay=0.2)
    children = [run_in_child(work) for _host in range(5)]
    assert [exit_code(child) for child in children] == [0] * 5
    assert len({(tmp_path / str(child)).read_text() for child in children}) == 1
    assert list_results(app) == [200]


def test_later_runs_use_the_stored_token_and_then_the_newest_refresh_token(
    app: SignInApplication, given: str, rotation: str
) -> None:
    user = MemoryStore()
    issued = [use(app, given, TokenStores(MemoryStore(), user), token_cache="user") for _run in range(2)]
    for _run in range(2):
        let_expire(user)
        issued.append(use(app, given, TokenStores(MemoryStore(), user), token_cache="user"))
    assert [item.cached for item in issued] == [False, True, False, False]
    assert list_results(app) == [200] * 3
    newest = [given, issued[0].token.refresh_token, issued[2].token.refresh_token]
    assert list_sent(app) == digest_all(app, newest if rotation == "rotating" else [given] * 3)


def test_within_a_run_an_expired_token_is_replaced_with_the_newest_refresh_token(
    app: SignInApplication, given: str
) -> None:
    run = MemoryStore()
    for _task in range(3):
        use(app, given, TokenStores(run))
        let_expire(run)
    assert list_results(app) == [200] * 3
    assert len(SignInStore(make_server(app), [run]).list_all()) == 1, "the new token is in the place of the old one"


@pytest.mark.parametrize(
    "other", [{"scopes": [READ]}, {"custom_claims": {"a": 1}}, {"fresh": True}, {"expiration_time": 600}], ids=str
)
def test_another_request_is_sent_with_the_newest_refresh_token(
    other: dict[str, Any], app: SignInApplication, given: str
) -> None:
    stores = TokenStores(MemoryStore())
    first = use(app, given, stores)
    second = use(app, given, stores, *other.get("scopes", []), **{n: v for n, v in other.items() if n != "scopes"})
    assert not second.cached and list_sent(app) == digest_all(app, [given, first.token.refresh_token])
    assert use(app, given, stores).cached, "the first token is valid, or the second one is in its place"


def test_a_sign_in_that_is_refreshed_shares_its_successor(app: SignInApplication, given: str) -> None:
    """A task with the grant type authorization_code uses the same sign-in, without the claims of the user."""
    run = MemoryStore()
    use(app, given, TokenStores(run), custom_claims={"a": 1})
    sign_ins = SignInStore(make_server(app), [run])
    refreshed = get_token(sign_ins, READ, fresh=True)
    again = use(app, given, TokenStores(run), custom_claims={"a": 1})
    assert not refreshed.cached and not again.cached
    assert list_results(app) == [200] * 3 and len(sign_ins.list_all()) == 2


def test_refresh_tokens_of_two_users_do_not_replace_each_other(app: SignInApplication) -> None:
    stores = TokenStores(MemoryStore())
    users = [sign_in(app), sign_in(app)]
    first = [use(app, user, stores) for user in users]
    assert [use(app, user, stores).token for user in users] == [item.token for item in first]
    assert list_sent(app) == digest_all(app, users)


def refuse(app: SignInApplication, user: MemoryStore, given: str) -> None:
    """Let the server refuse the newest refresh token, and only that one."""
    let_expire(user)
    sign_ins = SignInStore(make_server(app), [user])
    (token,) = sign_ins.list_all()
    broken = {**token.to_dict(), "refresh_token": "unknown-to-the-server"}
    user.put(sign_ins.key, {"sign_ins": [broken]})
    app.tenant.clear_journal()


def test_if_the_newest_one_is_refused_the_given_one_is_tried_once(
    app: SignInApplication, given: str, rotation: str
) -> None:
    user = MemoryStore()
    use(app, given, TokenStores(MemoryStore(), user), token_cache="user")
    refuse(app, user, given)
    later_run = TokenStores(MemoryStore(), user)
    if rotation == "rotating":
        with pytest.raises(ResponseError, match="invalid_grant.*Sign in again"):
            use(app, given, later_run, token_cache="user")
    else:
        assert not use(app, given, later_run, token_cache="user").cached
    assert list_sent(app) == digest_all(app, ["unknown-to-the-server", given])


def test_a_given_one_that_this_run_used_is_not_tried_again(app: SignInApplication, given: str) -> None:
    run = MemoryStore()
    use(app, given, TokenStores(run))
    refuse(app, run, given)
    with pytest.raises(ResponseError, match="invalid_grant"):
        use(app, given, TokenStores(run))
    assert list_sent(app) == digest_all(app, ["unknown-to-the-server"])
    assert SignInStore(make_server(app), [run]).list_all() == []


@pytest.mark.parametrize("fault", [{"status": 503}, {"drop": "reset"}, {"status": 400, "error": "invalid_scope"}])
def test_another_error_keeps_the_newest_one(fault: dict[str, Any], app: SignInApplication, given: str) -> None:
    user = MemoryStore()
    newest = use(app, given, TokenStores(MemoryStore(), user), token_cache="user").token.refresh_token
    let_expire(user)
    app.tenant.add_fault(grant="refresh_token", times=1, **fault)
    later_run = TokenStores(MemoryStore(), user)
    with pytest.raises(BeyondIdentityError):
        use(app, given, later_run, token_cache="user")
    use(app, given, later_run, token_cache="user")
    assert list_sent(app) == digest_all(app, [given, newest, newest])


def test_hosts_that_waited_share_an_error(app: SignInApplication, given: str) -> None:
    run = MemoryStore()
    app.tenant.add_fault(grant="refresh_token", drop="reset", times=1)

    def fail(shared: TokenStore) -> bool:
        with pytest.raises(TransportError) as caught:
            use(app, given, TokenStores(shared))
        return caught.value.sent

    assert run_together(4, run, fail) == [True] * 4
    assert list_sent(app) == digest_all(app, [given])
    assert not use(app, given, TokenStores(run)).cached, "a later attempt sends it again"


CACHES = [("run", True), ("none", True), ("user", False)]


@pytest.mark.parametrize(("token_cache", "warns"), CACHES)
def test_a_successor_that_no_later_run_knows_is_a_warning(
    token_cache: str, warns: bool, app: SignInApplication, given: str, rotation: str, warnings: list[str]
) -> None:
    stores = TokenStores(MemoryStore(), MemoryStore())
    for _task in range(1 if token_cache == "none" else 2):
        use(app, given, stores, token_cache=token_cache, warnings=warnings)
    assert warnings == ([REPLACED] if warns and rotation == "rotating" else [])


def test_without_a_user_store_a_successor_is_a_warning(
    app: SignInApplication, given: str, rotation: str, warnings: list[str]
) -> None:
    use(app, given, TokenStores(MemoryStore()), token_cache="user", warnings=warnings)
    assert warnings == ([REPLACED] if rotation == "rotating" else [])


@pytest.mark.parametrize("scopes", [(), (READ,)])
def test_a_stored_refresh_token_is_replaced_where_it_is_stored(
    scopes: tuple[str, ...], app: SignInApplication, warnings: list[str]
) -> None:
    """With rotation, a second use of the old refresh token would look like a theft to the server."""
    run, user = MemoryStore(), MemoryStore()
    wide = sign_in_user(app, [READ, CREATE])
    SignInStore(make_server(app), [user]).add(wide)
    new = use(app, wide.refresh_token or "", TokenStores(run, user), *scopes, warnings=warnings).token
    stored = SignInStore(make_server(app), [user]).list_all()
    assert [token.scopes for token in stored] == ([new.scopes, wide.scopes] if scopes else [wide.scopes])
    assert {token.refresh_token for token in stored} == {new.refresh_token}
    assert not SignInStore(make_server(app), [run]).list_all() and warnings == []
    assert not get_token(SignInStore(make_server(app), [run, user]), CREATE, fresh=True).cached
    assert list_results(app) == [200, 200]


def test_without_a_store_each_call_sends_the_given_one(app: SignInApplication, given: str) -> None:
    assert use(app, given, TokenStores(), READ).token.scopes == (READ,)
    assert list_sent(app) == digest_all(app, [given])


def test_tokens_for_many_given_ones_do_not_fill_the_store(app: SignInApplication) -> None:
    run = MemoryStore()
    sign_ins = SignInStore(make_server(app), [run])
    own = Token("own", (READ,), time.time(), 3600, refresh_token="r-own")
    sign_ins.add(own)
    stored = [replace(own, access_token=f"a{n}", origin=Origin(f"digest-{n}", "")) for n in range(_GIVEN_LIMIT + 10)]
    run.put(sign_ins.key, {"sign_ins": [token.to_dict() for token in (own, *stored)]})
    given = sign_in(app)
    use(app, given, TokenStores(run))
    kept = sign_ins.list_all()
    assert len(kept) == _GIVEN_LIMIT + 1 and own in kept and stored[0] in kept and stored[-1] not in kept
    assert use(app, given, TokenStores(run)).cached


def test_revocation_and_logout_see_the_tokens(app: SignInApplication, given: str) -> None:
    run = MemoryStore()
    issued = use(app, given, TokenStores(run))
    TokenStores(run).forget(issued.value.__eq__)
    assert SignInStore(make_server(app), [run]).list_all() == []
    use(app, issued.token.refresh_token or "", TokenStores(run))
    assert len(SignInStore(make_server(app), [run]).remove_all()) == 1
