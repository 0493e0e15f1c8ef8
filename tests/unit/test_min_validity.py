# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The option min_validity: when a stored token is replaced, and what happens if the service issues shorter tokens."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.beyondidentity.management.plugins.module_utils._errors import (
    BeyondIdentityError,
    OptionError,
    SignInRequiredError,
    TokenLifetimeError,
)
from ansible_collections.beyondidentity.management.plugins.module_utils._oauth.task_errors import Attempt
from ansible_collections.beyondidentity.management.plugins.module_utils._oauth.token import Token
from ansible_collections.beyondidentity.management.plugins.module_utils._oauth.token_replacement import Refusal
from ansible_collections.beyondidentity.management.plugins.module_utils._oauth.token_sources import TokenRequest
from ansible_collections.beyondidentity.management.plugins.module_utils._oauth.token_store import TokenStores
from ansible_collections.beyondidentity.management.plugins.module_utils._task.context import TaskContext
from ansible_collections.beyondidentity.management.plugins.module_utils._task.sign_ins import open_sign_ins
from ansible_collections.beyondidentity.management.plugins.modules import application, token
from ansible_collections.beyondidentity.management.plugins.plugin_utils.encrypted_store import EncryptedStore
from tests.support.sign_in_application import SignInApplication
from tests.unit.builders import get_token, make_jwt, make_token_source, tenant_options
from tests.unit.concurrent_calls import run_together
from tests.unit.memory_store import MemoryStore
from tests.unit.module_calls import run_failed, run_ok
from tests.unit.sign_in_helpers import REFRESHED, list_sign_ins, sign_in_user

READ = "realms:read"
FIRST, SECOND = Attempt("task-1", 1), Attempt("task-1", 2)
BOTH_NUMBERS = "valid for 300 seconds, and min_validity is 600 seconds"


def count_requests(tenant: Any) -> int:
    return len(tenant.read_journal(operation="token"))


def open_source(tenant: Any, stores: TokenStores, attempt: Attempt = FIRST, **given: Any) -> Any:
    """Return the token source of one host or item of a task."""
    return TaskContext(
        tenant_options(tenant, **given), attempt=attempt, stores=stores, open_sign_ins=open_sign_ins, environ={}
    ).token_source


def fail(tenant: Any, stores: TokenStores, attempt: Attempt = FIRST, **given: Any) -> str:
    """Return the message of the error that one host or item of a task receives."""
    with pytest.raises(TokenLifetimeError) as caught:
        get_token(open_source(tenant, stores, attempt, **given), READ)
    return caught.value.message


@pytest.mark.parametrize(
    ("min_validity", "left", "is_reused"),
    [
        (None, 61, True),
        (None, 59, False),
        (0, 5, True),
        (0, -1, False),
        (600, 605, True),
        (600, 595, False),
        (3599, 3600, True),
        (3599, 3590, False),
    ],
)
def test_a_stored_token_is_replaced_if_it_is_too_short(
    min_validity: int | None, left: int, is_reused: bool, tenant: Any
) -> None:
    store = MemoryStore()
    first = get_token(make_token_source(tenant, store), READ).token
    store.put(store.keys[0], {**first.to_dict(), "issued_at": time.time() - 3600 + left})
    source = make_token_source(tenant, store, min_validity=min_validity)
    assert get_token(source, READ).cached is is_reused
    assert count_requests(tenant) == (1 if is_reused else 2)


def test_a_longer_demand_replaces_the_token_for_all(tenant: Any) -> None:
    """`min_validity` is not part of the key."""
    store = MemoryStore()
    first = get_token(make_token_source(tenant, store), READ).token
    store.put(store.keys[0], {**first.to_dict(), "issued_at": time.time() - 3000})
    longer = get_token(make_token_source(tenant, store, min_validity=1800), READ)
    assert not longer.cached
    assert get_token(make_token_source(tenant, store), READ).token == longer.token
    assert count_requests(tenant) == 2


@pytest.mark.parametrize("kind", ["memory", "files"])
def test_hosts_share_a_new_token_whose_whole_lifetime_is_demanded(kind: str, tenant: Any, tmp_path: Path) -> None:
    """The time that passes while hosts wait for the request does not count."""
    tenant.change_settings(token_lifetime=600)
    tenant.add_fault(operation="token", delay=0.3, times=1)
    store = MemoryStore() if kind == "memory" else EncryptedStore(tmp_path / "store", b"run", print)
    issued = run_together(6, store, lambda shared: get_token(make_token_source(tenant, shared, min_validity=600), READ))
    assert len({item.value for item in issued}) == 1 and count_requests(tenant) == 1
    assert not get_token(make_token_source(tenant, store, min_validity=600), READ).cached, "a later task has less time"


@pytest.mark.parametrize("token_cache", ["run", "user", "none"])
def test_a_shorter_lifetime_is_an_error_that_other_hosts_share(token_cache: str, tenant: Any) -> None:
    tenant.change_settings(token_lifetime=300)
    stores, given = TokenStores(MemoryStore(), MemoryStore()), {"token_cache": token_cache, "min_validity": 600}
    messages = {fail(tenant, stores, **given) for _host in range(20)}
    assert len(messages) == 1 and BOTH_NUMBERS in messages.pop()
    assert count_requests(tenant) == 1
    fail(tenant, stores, SECOND, **given)  # `until` asks again
    assert count_requests(tenant) == 2
    shorter = get_token(open_source(tenant, stores, token_cache=token_cache, min_validity=200), READ)
    assert shorter.cached is (token_cache != "none"), "the short token is sufficient for another task"


def test_the_error_names_what_to_change(tenant: Any) -> None:
    tenant.change_settings(token_lifetime=300)
    message = fail(tenant, TokenStores(MemoryStore()), min_validity=600)
    assert message.endswith("Increase token_expires_after of the application, or reduce min_validity.")


def test_hosts_that_wait_at_the_same_time_share_the_error(tenant: Any) -> None:
    tenant.change_settings(token_lifetime=300)
    tenant.add_fault(operation="token", delay=0.3, times=1)
    stores = TokenStores(MemoryStore())

    def ask(shared: Any) -> str:
        return fail(tenant, shared, min_validity=600)

    assert len(set(run_together(6, stores, ask))) == 1
    assert count_requests(tenant) == 1


@pytest.mark.parametrize("expires_in", [None, 0, "soon"])
def test_an_unknown_lifetime_is_an_error_only_with_min_validity(expires_in: Any, tenant: Any) -> None:
    tenant.change_settings(token_answer={"expires_in": expires_in})
    stores = TokenStores(MemoryStore())
    messages = {fail(tenant, stores, min_validity=600) for _host in range(3)}
    assert len(messages) == 1 and "expires_in" in (message := messages.pop()) and "min_validity is 600" in message
    assert count_requests(tenant) == 1
    assert get_token(open_source(tenant, stores), READ).value


def test_a_change_of_the_application_in_the_same_task_drops_the_error(tenant: Any) -> None:
    """Such as another item of a loop over an included file."""
    store = MemoryStore()
    created = run_ok(
        application,
        tenant,
        store,
        display_name="Short",
        resource_server="beyondidentity",
        allowed_scopes=[READ],
        token_expires_after=300,
        return_secret=True,
    )
    other = {name: created[name] for name in ("issuer", "client_id", "client_secret")}
    assert BOTH_NUMBERS in fail(tenant, TokenStores(store), min_validity=600, **other)
    run_ok(application, tenant, store, display_name="Short", token_expires_after=900)
    assert get_token(open_source(tenant, TokenStores(store), min_validity=600, **other), READ).value


@pytest.mark.parametrize(
    ("given", "numbers"),
    [
        ({"min_validity": 3600}, ("3600", "3600")),
        ({"min_validity": 900, "expiration_time": 600}, ("900", "600")),
        ({"min_validity": -1}, ("-1", "3600")),
    ],
)
def test_min_validity_must_be_less_than_the_requested_lifetime(
    given: dict[str, int], numbers: tuple[str, str], tenant: Any
) -> None:
    with pytest.raises(OptionError, match=rf"^min_validity is {numbers[0]} seconds.* which is {numbers[1]} seconds"):
        make_token_source(tenant, **given)
    assert tenant.read_journal() == []


@pytest.mark.parametrize(
    ("left", "message"),
    [(-5, "The access_token expired at"), (300, "min_validity is 600 seconds"), (700, None), (None, None)],
)
def test_an_access_token_of_the_user_that_is_known_to_be_too_short_is_an_error(
    left: int | None, message: str | None, tenant: Any
) -> None:
    given = make_jwt({"exp": time.time() + left} if left is not None else {})
    source = make_token_source(tenant, access_token=given, min_validity=600)
    if message is None:
        assert get_token(source, READ).value == given
        return
    with pytest.raises(OptionError, match=message) as caught:
        get_token(source, READ)
    assert given not in caught.value.message


def test_a_referential_access_token_tells_no_time(tenant: Any) -> None:
    assert get_token(make_token_source(tenant, access_token="a.b.c.d.e", min_validity=600), READ).value


@pytest.fixture
def app(tenant: Any) -> SignInApplication:
    """Return an application whose refresh tokens are replaced at each use."""
    tenant.change_settings(refresh_tokens="rotating", **REFRESHED)
    return SignInApplication.of(tenant)


def store_sign_in(app: SignInApplication, stores: TokenStores, *, left: int, **changes: Any) -> Token:
    """Sign in, and store the token as if it was valid for `left` more seconds."""
    issued = sign_in_user(app)
    stored = replace(issued, issued_at=time.time() - (issued.lifetime or 0) + left, id_token=None, **changes)
    sign_ins = open_source(app, stores, grant_type="authorization_code")
    sign_ins.add(stored)
    return stored


def count_refreshes(app: SignInApplication) -> int:
    return len(app.tenant.read_journal(grant="refresh_token"))


@pytest.mark.parametrize(("min_validity", "refreshes"), [(None, 0), (200, 0), (600, 1)])
def test_a_stored_sign_in_is_refreshed(min_validity: int | None, refreshes: int, app: SignInApplication) -> None:
    stores = TokenStores(MemoryStore())
    store_sign_in(app, stores, left=300)
    for _host in range(3):
        source = open_source(app, stores, grant_type="authorization_code", min_validity=min_validity)
        assert get_token(source, READ).value
    assert count_refreshes(app) == refreshes


def test_a_short_refreshed_token_is_an_error_that_other_hosts_share(app: SignInApplication) -> None:
    stores = TokenStores(MemoryStore())
    store_sign_in(app, stores, left=300)
    app.tenant.change_settings(token_lifetime=300)
    given = {"grant_type": "authorization_code", "min_validity": 600}
    assert {BOTH_NUMBERS in fail(app, stores, **given) for _host in range(5)} == {True}
    assert count_refreshes(app) == 1, "with rotation, each use of a refresh token is a risk"
    assert get_token(open_source(app, stores, grant_type="authorization_code"), READ).cached, "the sign-in is stored"


def test_a_sign_in_without_a_refresh_token_asks_for_a_new_sign_in(app: SignInApplication) -> None:
    stores = TokenStores(MemoryStore())
    store_sign_in(app, stores, left=300, refresh_token=None)
    given = {"grant_type": "authorization_code", "min_validity": 600}
    with pytest.raises(SignInRequiredError, match=r"less than min_validity \(600 seconds\).*Sign in with"):
        get_token(open_source(app, stores, **given), READ)
    assert get_token(open_source(app, stores, grant_type="authorization_code"), READ).cached


@pytest.mark.parametrize("token_cache", ["run", "none"])
def test_a_refresh_token_of_the_user_is_sent_once(token_cache: str, app: SignInApplication) -> None:
    given = sign_in_user(app).refresh_token
    app.tenant.change_settings(token_lifetime=300)
    options = {"grant_type": "refresh_token", "refresh_token": given, "token_cache": token_cache}
    store = MemoryStore()
    assert BOTH_NUMBERS in run_failed(token, app, store, min_validity=600, **options)
    assert count_refreshes(app) == 1
    if token_cache == "run":
        assert run_ok(token, app, store, min_validity=200, **options)["cached"], "its tokens are stored"
        assert count_refreshes(app) == 1


def test_a_short_token_for_a_code_is_an_error_and_the_sign_in_is_stored(app: SignInApplication) -> None:
    app.tenant.change_settings(token_lifetime=300)
    store, options = MemoryStore(), app.options_after_sign_in(READ)
    for _host in range(2):
        assert BOTH_NUMBERS in run_failed(token, app, store, min_validity=600, **options)
    assert len(app.tenant.read_journal(grant="authorization_code")) == 1
    assert len(list_sign_ins(app, store)) == 1
    assert run_ok(token, app, store, **options)["cached"]


def test_a_refused_token_is_replaced_by_one_that_is_long_enough(tenant: Any) -> None:
    stores = TokenStores(MemoryStore())
    get_token(open_source(tenant, stores), READ)
    kept = get_token(open_source(tenant, stores), READ)
    tenant.change_settings(token_lifetime=300)
    source = open_source(tenant, stores, min_validity=600)
    with pytest.raises(BeyondIdentityError, match=BOTH_NUMBERS):
        source.replace(TokenRequest((READ,)), kept, Refusal("ListRealms", 401))
