# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Refreshing a kept sign-in at the emulator: once, by one at a time, and never lost."""

from __future__ import annotations

import os
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.beyondidentity.management.plugins.module_utils._errors import ResponseError, TransportError
from ansible_collections.beyondidentity.management.plugins.module_utils._oauth import stored_sign_ins as module
from ansible_collections.beyondidentity.management.plugins.module_utils._oauth.stored_sign_ins import (
    SignInRequiredError,
    SignInStore,
)
from ansible_collections.beyondidentity.management.plugins.module_utils._oauth.token import Token
from ansible_collections.beyondidentity.management.plugins.module_utils._oauth.token_store import TokenStore
from ansible_collections.beyondidentity.management.plugins.plugin_utils.encrypted_files import EncryptedFiles
from tests.support.desk import Desk
from tests.unit.builders import exit_code, run_in_child
from tests.unit.memory_store import MemoryStore
from tests.unit.sign_in_helpers import READ, REFRESHED, make_server, sign_in_user


@pytest.fixture(params=["memory", "files"])
def store(request: pytest.FixtureRequest, tmp_path: Path, warnings: list[str]) -> TokenStore:
    return MemoryStore() if request.param == "memory" else EncryptedFiles(tmp_path / "own", b"user", warnings.append)


@pytest.fixture(params=["fixed", "rotating"])
def desk(request: pytest.FixtureRequest, tenant: Any) -> Desk:
    """An application whose refresh tokens stay, or are replaced."""
    tenant.settings(refresh_tokens=request.param, **REFRESHED)
    return Desk.of(tenant)


def sign_ins(desk: Desk, *stores: TokenStore) -> SignInStore:
    return SignInStore(make_server(desk, retries=0), list(stores))


def keep(desk: Desk, store: TokenStore, age: float = 4000, scopes: list[str] | None = None) -> Token:
    """Sign in and let it grow old."""
    token = replace(sign_in_user(desk, scopes), issued_at=time.time() - age, id_token=None)
    sign_ins(desk, store).keep(token)
    return token


def refreshes(desk: Desk) -> int:
    return len(desk.tenant.journal(grant="refresh_token"))


@pytest.mark.parametrize(("age", "cached"), [(0, True), (3500, True), (3545, False), (4000, False), (-60, False)])
def test_it_is_refreshed_before_it_expires(age: float, cached: bool, desk: Desk, store: TokenStore) -> None:
    old = keep(desk, store, age)
    bearer = sign_ins(desk, store).bearer(READ)
    assert bearer.cached is cached and refreshes(desk) == int(not cached)
    assert (bearer.token.access_token == old.access_token) is cached
    assert bearer.token.scopes == old.scopes
    again = sign_ins(desk, store).bearer(READ)
    assert again.cached and again.token.access_token == bearer.token.access_token
    assert len(sign_ins(desk, store).kept()) == 1


def test_a_refresh_never_asks_for_more_than_was_granted(desk: Desk, store: TokenStore) -> None:
    keep(desk, store)
    sign_ins(desk, store).bearer([])
    assert "scope" not in desk.tenant.journal(grant="refresh_token")[0]["form"]
    with pytest.raises(SignInRequiredError, match="was not granted realms:create"):
        sign_ins(desk, store).bearer(["realms:create"], fresh=True)
    assert refreshes(desk) == 1


def test_it_can_be_refreshed_again_and_again(desk: Desk, store: TokenStore) -> None:
    keep(desk, store)
    seen = {sign_ins(desk, store).bearer(READ, fresh=True).token.access_token for _n in range(3)}
    assert len(seen) == 3 == refreshes(desk)


def test_a_rejected_token_is_replaced_and_once_only(desk: Desk, store: TokenStore) -> None:
    refused = keep(desk, store, age=0).access_token
    with ThreadPoolExecutor(6) as pool:
        bearers = list(pool.map(lambda _n: sign_ins(desk, store).bearer(READ, rejected=refused), range(6)))
    assert len({bearer.token.access_token for bearer in bearers} - {refused}) == 1
    assert refreshes(desk) == 1


def test_those_who_ask_for_a_fresh_one_together_share_it(desk: Desk, store: TokenStore) -> None:
    old = keep(desk, store, age=0).access_token
    desk.tenant.fault(grant="refresh_token", delay=0.3)
    with ThreadPoolExecutor(6) as pool:
        bearers = list(pool.map(lambda _n: sign_ins(desk, store).bearer(READ, fresh=True), range(6)))
    assert old not in {bearer.token.access_token for bearer in bearers}
    assert refreshes(desk) <= 2, "who came while the first refresh was under way may share a second one"


def test_processes_refresh_once(desk: Desk, tmp_path: Path) -> None:
    """With rotation the second use of a refresh token would be refused, and the sign-in lost."""

    def files() -> EncryptedFiles:
        return EncryptedFiles(tmp_path / "own", b"user", print)

    keep(desk, files())
    desk.tenant.fault(grant="refresh_token", delay=0.3)

    def run() -> None:
        token = sign_ins(desk, files()).bearer(READ).token
        (tmp_path / str(os.getpid())).write_text(token.access_token)

    children = [run_in_child(run) for _n in range(4)]
    assert [exit_code(child) for child in children] == [0] * 4
    assert len({(tmp_path / str(child)).read_text() for child in children}) == 1
    assert refreshes(desk) == 1


def test_a_crash_after_the_refresh_leaves_the_new_one(desk: Desk, tmp_path: Path) -> None:
    def files() -> EncryptedFiles:
        return EncryptedFiles(tmp_path / "own", b"user", print)

    keep(desk, files())

    def crash() -> None:
        """Die as soon as anything is done with what the refresh gave."""
        module.Bearer = lambda *_arguments, **_named: os._exit(9)
        sign_ins(desk, files()).bearer(READ)

    assert exit_code(run_in_child(crash)) == 9
    assert refreshes(desk) == 1
    assert sign_ins(desk, files()).bearer(READ).cached and refreshes(desk) == 1
    assert not sign_ins(desk, files()).bearer(READ, fresh=True).cached, "the new refresh token is good"


def test_the_new_one_is_kept_before_anybody_hears_of_it(desk: Desk, tmp_path: Path) -> None:
    files = EncryptedFiles(tmp_path / "own", b"user", print)
    keep(desk, files)

    def crash() -> None:
        mine = sign_ins(desk, files)
        mine.server.minted = lambda _token: os._exit(9)
        mine.bearer(READ)

    assert exit_code(run_in_child(crash)) == 9
    assert not sign_ins(desk, files).bearer(READ, fresh=True).cached, "the new refresh token is good"


@pytest.mark.parametrize("scopes", [None, READ])
def test_a_kept_refresh_token_that_is_used_by_hand_has_its_successor_everywhere(
    scopes: list[str] | None, desk: Desk, store: TokenStore
) -> None:
    """With rotation it would be used a second time else, which many a server takes for a theft."""
    near = MemoryStore()
    wide = keep(desk, store, scopes=["realms:read", "realms:create"])
    new = sign_ins(desk, near, store).refresh(wide.refresh_token or "", scopes or [])
    kept = sign_ins(desk, store).kept()
    assert [token.scopes for token in kept] == ([new.scopes, wide.scopes] if scopes else [wide.scopes])
    assert {token.refresh_token for token in kept} == {new.refresh_token} and near.entries == {}
    assert not sign_ins(desk, near, store).bearer(["realms:create"], fresh=True).cached
    assert [entry["status"] for entry in desk.tenant.journal(grant="refresh_token")] == [200, 200]


@pytest.mark.parametrize("cause", ["revoked", "expired"])
def test_a_refused_refresh_token_is_forgotten_and_says_sign_in_again(cause: str, desk: Desk, store: TokenStore) -> None:
    if cause == "expired":
        desk.tenant.settings(refresh_lifetime=0)
    keep(desk, store)
    if cause == "revoked":
        desk.tenant.revoke_tokens()
    with pytest.raises(SignInRequiredError, match="invalid_grant.*sign in again.*beyondidentity.management.login"):
        sign_ins(desk, store).bearer(READ)
    with pytest.raises(SignInRequiredError, match="Nobody is signed in"):
        sign_ins(desk, store).bearer(READ)
    assert refreshes(desk) == 1


def test_a_refusal_in_the_managements_words_asks_for_a_sign_in_too(desk: Desk, store: TokenStore) -> None:
    """The service documents no errors here; what was kept stays, for nothing says that the refresh token is dead."""
    old = keep(desk, store)
    desk.tenant.settings(token_errors="management")
    desk.tenant.revoke_tokens()
    with pytest.raises(SignInRequiredError, match="HTTP 400.*beyondidentity.management.login"):
        sign_ins(desk, store).bearer(READ)
    assert sign_ins(desk, store).kept() == [old]


def test_where_one_is_refused_another_serves(desk: Desk, store: TokenStore) -> None:
    far = MemoryStore()
    keep(desk, store)
    keep(desk, far)
    desk.tenant.revoke_tokens()
    wide = keep(desk, store, scopes=["realms:read", "realms:create"])
    bearer = sign_ins(desk, store, far).bearer(READ)
    assert not bearer.cached and bearer.token.scopes == wide.scopes
    assert refreshes(desk) == 2
    assert [token.scopes for token in sign_ins(desk, store).kept()] == [wide.scopes]


def test_where_all_are_refused_the_first_refusal_is_told(desk: Desk, store: TokenStore) -> None:
    far = MemoryStore()
    keep(desk, store)
    keep(desk, far)
    desk.tenant.revoke_tokens()
    with pytest.raises(SignInRequiredError, match="invalid_grant"):
        sign_ins(desk, store, far).bearer(READ)
    assert sign_ins(desk, store, far).kept() == [] and refreshes(desk) == 2


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ({"status": 503}, ResponseError),
        ({"status": 400, "error": "invalid_client"}, ResponseError),
        ({"drop": "reset"}, TransportError),
    ],
)
def test_any_other_trouble_forgets_nothing(
    fault: dict[str, Any], error: type[Exception], desk: Desk, store: TokenStore
) -> None:
    old = keep(desk, store)
    desk.tenant.fault(grant="refresh_token", times=1, **fault)
    with pytest.raises(error):
        sign_ins(desk, store).bearer(READ)
    assert sign_ins(desk, store).kept() == [old]
    assert not sign_ins(desk, store).bearer(READ).cached


def test_who_may_do_less_meanwhile_is_told_so(desk: Desk, store: TokenStore) -> None:
    """What was refreshed takes the old one's place, whose refresh token may be used up."""
    keep(desk, store, scopes=["realms:read", "realms:create"])
    desk.tenant.settings(token_answer={"scope": "openid realms:read"})
    assert sign_ins(desk, store).bearer(["realms:create"]).token.scopes == ("openid", "realms:read")
    assert [token.scopes for token in sign_ins(desk, store).kept()] == [("openid", "realms:read")]
    with pytest.raises(SignInRequiredError, match="was not granted realms:create"):
        sign_ins(desk, store).bearer(["realms:create"])
    assert refreshes(desk) == 1


def test_others_stay_when_one_is_refreshed(desk: Desk, store: TokenStore) -> None:
    keep(desk, store)
    wide = keep(desk, store, age=0, scopes=["realms:read", "realms:create"])
    sign_ins(desk, store).bearer(READ)
    assert wide in sign_ins(desk, store).kept() and len(sign_ins(desk, store).kept()) == 2


def test_it_is_refreshed_where_it_was_found(desk: Desk, store: TokenStore) -> None:
    near = MemoryStore()
    keep(desk, store)
    bearer = sign_ins(desk, near, store).bearer(READ)
    assert near.entries == {}
    assert sign_ins(desk, store).kept() == [bearer.token]


def test_an_unwritable_store_costs_a_warning_and_is_asked_once(
    desk: Desk, tmp_path: Path, warnings: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    files = EncryptedFiles(tmp_path / "own", b"user", warnings.append)
    keep(desk, files)
    desk.tenant.revoke_tokens()
    monkeypatch.setattr(
        os, "rename", lambda *_arguments, **_named: (nothing for nothing in ()).throw(PermissionError("full"))
    )
    with pytest.raises(SignInRequiredError, match="invalid_grant"):
        sign_ins(desk, files).bearer(READ)
    assert warnings and refreshes(desk) == 1
