# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The refresh of stored sign-ins at the emulator: once, by one caller at a time, and never lost."""

from __future__ import annotations

import os
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.beyondidentity.management.plugins.module_utils._errors import (
    ResponseError,
    SignInRequiredError,
    TransportError,
)
from ansible_collections.beyondidentity.management.plugins.module_utils._oauth.error_sharing import SharedErrors
from ansible_collections.beyondidentity.management.plugins.module_utils._oauth.stored_sign_ins import SignInStore
from ansible_collections.beyondidentity.management.plugins.module_utils._oauth.token import Token
from ansible_collections.beyondidentity.management.plugins.module_utils._oauth.token_replacement import Refusal
from ansible_collections.beyondidentity.management.plugins.module_utils._oauth.token_sources import (
    IssuedToken,
    TokenRequest,
)
from ansible_collections.beyondidentity.management.plugins.module_utils._oauth.token_store import TokenStore
from ansible_collections.beyondidentity.management.plugins.plugin_utils.encrypted_store import EncryptedStore
from tests.support.sign_in_application import SignInApplication
from tests.unit.builders import exit_code, get_token, run_in_child
from tests.unit.concurrent_calls import run_together
from tests.unit.memory_store import MemoryStore
from tests.unit.sign_in_helpers import REFRESHED, make_server, sign_in_user

READ = "realms:read"
CREATE = "realms:create"


@pytest.fixture
def store(tmp_path: Path, warnings: list[str]) -> TokenStore:
    """Return the user's store."""
    return EncryptedStore(tmp_path / "own", b"user", warnings.append)


@pytest.fixture(params=["fixed", "rotating"])
def app(request: pytest.FixtureRequest, tenant: Any) -> SignInApplication:
    """Return an application whose refresh tokens stay valid, or are replaced at each use."""
    tenant.change_settings(refresh_tokens=request.param, **REFRESHED)
    return SignInApplication.of(tenant)


def open_sign_ins(app: SignInApplication, *stores: TokenStore) -> SignInStore:
    """Return the sign-ins with the application."""
    return SignInStore(make_server(app, retries=0), list(stores))


def add_sign_in(app: SignInApplication, store: TokenStore, *scopes: str, age: float = 4000) -> Token:
    """Sign in, and store the token as if it was issued `age` seconds ago."""
    token = replace(sign_in_user(app, list(scopes) or None), issued_at=time.time() - age, id_token=None)
    open_sign_ins(app, store).add(token)
    return token


def count_refreshes(app: SignInApplication) -> int:
    """Return how many refresh requests the application's tenant received."""
    return len(app.tenant.read_journal(grant="refresh_token"))


@pytest.mark.parametrize(("age", "is_reused"), [(0, True), (3500, True), (3545, False), (4000, False), (-60, False)])
def test_a_sign_in_is_refreshed_before_it_expires(
    age: float, is_reused: bool, app: SignInApplication, store: TokenStore
) -> None:
    old = add_sign_in(app, store, age=age)
    issued = get_token(open_sign_ins(app, store), READ)
    assert issued.cached is is_reused and count_refreshes(app) == int(not is_reused)
    assert (issued.value == old.access_token) is is_reused
    assert issued.token.scopes == old.scopes
    again = get_token(open_sign_ins(app, store), READ)
    assert again.cached and again.value == issued.value
    assert len(open_sign_ins(app, store).list_all()) == 1


def test_a_refresh_requests_no_more_than_was_granted(app: SignInApplication, store: TokenStore) -> None:
    add_sign_in(app, store)
    get_token(open_sign_ins(app, store))
    assert "scope" not in app.tenant.read_journal(grant="refresh_token")[0]["form"]
    with pytest.raises(SignInRequiredError, match=f"was not granted {CREATE}"):
        get_token(open_sign_ins(app, store), CREATE, fresh=True)
    assert count_refreshes(app) == 1


def test_a_sign_in_can_be_refreshed_several_times(app: SignInApplication, store: TokenStore) -> None:
    add_sign_in(app, store)
    assert len({get_token(open_sign_ins(app, store), READ, fresh=True).value for _n in range(3)}) == 3
    assert count_refreshes(app) == 3


def test_a_refused_token_is_replaced_once(app: SignInApplication, store: TokenStore) -> None:
    refused = IssuedToken(add_sign_in(app, store, age=0), cached=True)
    request, refusal = TokenRequest((READ,)), Refusal("ListRealms", 401)
    issued = run_together(4, store, lambda shared: open_sign_ins(app, shared).replace(request, refused, refusal))
    assert None not in issued and len({item.value for item in issued if item} - {refused.value}) == 1
    assert count_refreshes(app) == 1


def test_concurrent_requests_for_a_fresh_token_share_one_refresh(app: SignInApplication, store: TokenStore) -> None:
    old = add_sign_in(app, store, age=0).access_token
    issued = run_together(4, store, lambda shared: get_token(open_sign_ins(app, shared), READ, fresh=True))
    assert len({item.value for item in issued} - {old}) == 1
    assert count_refreshes(app) == 1


def test_concurrent_processes_refresh_once(app: SignInApplication, tmp_path: Path) -> None:
    """With rotation, the server would refuse the second use of a refresh token, and the sign-in would be lost."""

    def open_store() -> EncryptedStore:
        return EncryptedStore(tmp_path / "own", b"user", print)

    add_sign_in(app, open_store())
    app.tenant.add_fault(grant="refresh_token", delay=0.3)

    def work() -> None:
        (tmp_path / str(os.getpid())).write_text(get_token(open_sign_ins(app, open_store()), READ).value)

    children = [run_in_child(work) for _n in range(4)]
    assert [exit_code(child) for child in children] == [0] * 4
    assert len({(tmp_path / str(child)).read_text() for child in children}) == 1
    assert count_refreshes(app) == 1


def test_a_crash_right_after_the_response_does_not_lose_the_sign_in(app: SignInApplication, store: TokenStore) -> None:
    add_sign_in(app, store)

    def crash() -> None:
        sign_ins = open_sign_ins(app, store)
        sign_ins.server.on_issued = lambda _token: os._exit(9)
        get_token(sign_ins, READ)

    assert exit_code(run_in_child(crash)) == 9
    assert get_token(open_sign_ins(app, store), READ).cached and count_refreshes(app) == 1
    assert not get_token(open_sign_ins(app, store), READ, fresh=True).cached, "the new refresh token is valid"


def test_hosts_that_waited_for_a_refresh_share_its_error(app: SignInApplication, store: TokenStore) -> None:
    """The server may have received the request, and a second use of the refresh token could end the sign-in."""
    add_sign_in(app, store)
    app.tenant.add_fault(grant="refresh_token", drop="close", carry_out=True, times=1)
    errors = SharedErrors(MemoryStore())

    def refresh(shared: TokenStore) -> bool:
        sign_ins = SignInStore(make_server(app, retries=0), [shared], errors=errors)
        with pytest.raises(TransportError) as caught:
            get_token(sign_ins, READ)
        return caught.value.sent

    assert run_together(4, store, refresh) == [True] * 4
    assert count_refreshes(app) == 1


@pytest.mark.parametrize("cause", ["revoked", "expired"])
def test_a_refused_refresh_token_is_removed_and_a_sign_in_requested(
    cause: str, app: SignInApplication, store: TokenStore
) -> None:
    if cause == "expired":
        app.tenant.change_settings(refresh_lifetime=0)
    add_sign_in(app, store)
    if cause == "revoked":
        app.tenant.revoke_tokens()
    with pytest.raises(SignInRequiredError, match="invalid_grant.*Sign in again.*beyondidentity.management.login"):
        get_token(open_sign_ins(app, store), READ)
    with pytest.raises(SignInRequiredError, match="No sign-in is stored"):
        get_token(open_sign_ins(app, store), READ)
    assert count_refreshes(app) == 1


def test_a_refusal_without_an_oauth_error_requests_a_sign_in_and_keeps_the_stored_one(
    app: SignInApplication, store: TokenStore
) -> None:
    """The service documents no errors of this endpoint. Nothing says that the refresh token is invalid."""
    old = add_sign_in(app, store)
    app.tenant.change_settings(token_errors="management")
    app.tenant.revoke_tokens()
    with pytest.raises(SignInRequiredError, match="HTTP 400.*beyondidentity.management.login"):
        get_token(open_sign_ins(app, store), READ)
    assert open_sign_ins(app, store).list_all() == [old]


def test_another_sign_in_is_used_if_one_is_refused(app: SignInApplication, store: TokenStore) -> None:
    add_sign_in(app, store)
    app.tenant.revoke_tokens()
    wide = add_sign_in(app, store, READ, CREATE)
    issued = get_token(open_sign_ins(app, store), READ)
    assert not issued.cached and issued.token.scopes == wide.scopes
    assert count_refreshes(app) == 2
    assert [token.scopes for token in open_sign_ins(app, store).list_all()] == [wide.scopes]


def test_the_first_refusal_is_reported_if_all_sign_ins_are_refused(app: SignInApplication, store: TokenStore) -> None:
    second = MemoryStore()
    add_sign_in(app, store)
    add_sign_in(app, second)
    app.tenant.revoke_tokens()
    with pytest.raises(SignInRequiredError, match="invalid_grant"):
        get_token(open_sign_ins(app, store, second), READ)
    assert open_sign_ins(app, store, second).list_all() == [] and count_refreshes(app) == 2


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ({"status": 503}, ResponseError),
        ({"status": 400, "error": "invalid_client"}, ResponseError),
        ({"drop": "reset"}, TransportError),
    ],
)
def test_any_other_failure_keeps_the_sign_in(
    fault: dict[str, Any], error: type[Exception], app: SignInApplication, store: TokenStore
) -> None:
    old = add_sign_in(app, store)
    app.tenant.add_fault(grant="refresh_token", times=1, **fault)
    with pytest.raises(error):
        get_token(open_sign_ins(app, store), READ)
    assert open_sign_ins(app, store).list_all() == [old]
    assert not get_token(open_sign_ins(app, store), READ).cached


def test_a_refreshed_sign_in_with_fewer_scopes_replaces_the_old_one(app: SignInApplication, store: TokenStore) -> None:
    """The old refresh token may no longer be valid."""
    add_sign_in(app, store, READ, CREATE)
    app.tenant.change_settings(token_answer={"scope": f"openid {READ}"})
    assert get_token(open_sign_ins(app, store), CREATE).token.scopes == ("openid", READ)
    assert [token.scopes for token in open_sign_ins(app, store).list_all()] == [("openid", READ)]
    with pytest.raises(SignInRequiredError, match=f"was not granted {CREATE}"):
        get_token(open_sign_ins(app, store), CREATE)
    assert count_refreshes(app) == 1


def test_a_refresh_does_not_change_other_sign_ins(app: SignInApplication, store: TokenStore) -> None:
    add_sign_in(app, store)
    wide = add_sign_in(app, store, READ, CREATE, age=0)
    get_token(open_sign_ins(app, store), READ)
    stored = open_sign_ins(app, store).list_all()
    assert wide in stored and len(stored) == 2


def test_a_refreshed_sign_in_stays_in_its_store(app: SignInApplication, store: TokenStore) -> None:
    first = MemoryStore()
    add_sign_in(app, store)
    issued = get_token(open_sign_ins(app, first, store), READ)
    assert first.entries == {}
    assert open_sign_ins(app, store).list_all() == [issued.token]


def test_a_refusal_is_final_even_if_the_store_cannot_be_written(
    app: SignInApplication, store: TokenStore, warnings: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    add_sign_in(app, store)
    app.tenant.revoke_tokens()

    def fail(*_arguments: Any, **_named: Any) -> None:
        raise PermissionError("full")

    monkeypatch.setattr(os, "rename", fail)
    with pytest.raises(SignInRequiredError, match="invalid_grant"):
        get_token(open_sign_ins(app, store), READ)
    assert warnings and count_refreshes(app) == 1
