# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The end of a run: what it minted is revoked, and what can't be is said; over HTTP against the emulator."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.beyondidentity.management.plugins.callback import revoke_tokens
from ansible_collections.beyondidentity.management.plugins.module_utils._oauth.token import Token
from ansible_collections.beyondidentity.management.plugins.plugin_utils import issued_token_record as minted
from ansible_collections.beyondidentity.management.plugins.plugin_utils import revoke_run_tokens as clearing
from ansible_collections.beyondidentity.management.plugins.plugin_utils.revoke_run_tokens import revoke_run_tokens
from tests.support.desk import SCOPES, Desk
from tests.unit.builders import make_task
from tests.unit.recorded_run import issue_token, make_recorded_task, recorded_run
from tests.unit.sign_in_helpers import REFRESHED, complete_sign_in, make_request

DELETE = "tokens:delete"
PATIENT = {"timeout": 60, "retries": 5}


@pytest.fixture(autouse=True)
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    for variable, folder in (("XDG_CACHE_HOME", "cache"), ("XDG_DATA_HOME", "data")):
        monkeypatch.setenv(variable, str(tmp_path / folder))
    monkeypatch.setattr(clearing.display, "_warns", type(clearing.display._warns)())  # they are told once each
    with recorded_run(tmp_path / "run") as folder:
        yield folder


@pytest.fixture
def said(capsys: pytest.CaptureFixture[str]) -> Any:
    """What was printed since, on standard error, as one line however it was wrapped."""

    def read() -> str:
        captured = capsys.readouterr()
        assert captured.out == ""
        return " ".join(captured.err.split())

    return read


def active(tenant: Any, *tokens: Token) -> list[bool]:
    """Whether they are, in the eyes of the tenant's own application."""
    server = make_task(getattr(tenant, "tenant", tenant)).server
    return [server.introspect(token.access_token)["active"] for token in tokens]


def sign_in(desk: Desk, *scopes: str, **given: Any) -> Token:
    """A person's tokens, new in this run and kept as the options say."""
    task = make_recorded_task(desk, grant_type="authorization_code", **given)
    request = complete_sign_in(make_request(desk, list(scopes)))[0]
    made = task.server.exchange_code(
        code=request.code or "",
        redirect_uri=request.redirect_uri,
        code_verifier=request.code_verifier,
        scopes=request.scopes,
    )
    task.sign_ins.keep(made)
    return made


def desk_of(tenant: Any, **how: Any) -> Desk:
    tenant.settings(refresh_tokens="fixed", **REFRESHED)
    return Desk.of(tenant, allowed_scopes=[*SCOPES, *(["openid"] if how.get("type") == "oauth2" else [])], **how)


def endings(tenant: Any) -> list[int]:
    return [entry["status"] for entry in tenant.journal(operation="revoke")]


def test_nothing_minted_is_silence(run: Path, said: Any) -> None:
    revoke_run_tokens()
    assert said() == "" and list(run.iterdir()) == []


def test_one_and_several(tenant: Any, said: Any) -> None:
    made = [issue_token(tenant, "realms:read")]
    revoke_run_tokens()
    assert said() == "Revoked 1 token that this run minted."
    made += [issue_token(tenant, "realms:read", token_cache=cache) for cache in ("run", "none")]
    revoke_run_tokens()
    assert said() == "Revoked 3 tokens that this run minted.", "what was revoked already is none the worse"
    assert active(tenant, *made) == [False] * 3


def test_what_a_user_asked_to_keep_stays(tenant: Any, said: Any) -> None:
    kept, other = issue_token(tenant, "realms:read", token_cache="user"), issue_token(tenant, "realms:create")
    revoke_run_tokens()
    assert said() == "Revoked 1 token that this run minted." and active(tenant, kept, other) == [True, False]


def test_what_it_replaced_does_not(tenant: Any, said: Any) -> None:
    first, second = (issue_token(tenant, "realms:read", token_cache="user") for _n in range(2))
    revoke_run_tokens()
    assert active(tenant, first, second) == [False, True]


def test_without_verified_certificates_nothing_is_kept(tenant: Any, said: Any) -> None:
    made = issue_token(tenant, "realms:read", token_cache="user", validate_certs=False)
    revoke_run_tokens()
    assert active(tenant, made) == [False]


def test_expired_ones_need_nothing(tenant: Any, said: Any) -> None:
    issue_token(tenant, "realms:read", expiration_time=1)
    time.sleep(1.1)
    revoke_run_tokens()
    assert said() == "" and endings(tenant) == []


def test_tokens_of_two_applications_and_credentials(tenant: Any, emulator: Any, said: Any) -> None:
    other = emulator.tenant()
    made = [(one, issue_token(one, "realms:read"), issue_token(one, "realms:create")) for one in (tenant, other)]
    revoke_run_tokens()
    assert said() == "Revoked 4 tokens that this run minted."
    for one, *tokens in made:
        assert active(one, *tokens) == [False, False]


def test_a_sign_in_with_its_refresh_token(tenant: Any, said: Any) -> None:
    desk = desk_of(tenant, type="oauth2")
    made = sign_in(desk, "realms:read")
    revoke_run_tokens()
    assert said() == "Revoked 2 tokens that this run minted."
    assert active(tenant, made, Token(made.refresh_token or "", (), 0, None)) == [False, False]


def test_a_sign_in_that_was_to_be_kept_stays(tenant: Any, said: Any) -> None:
    desk = desk_of(tenant, type="oauth2")
    made = sign_in(desk, "realms:read", token_cache="user")
    revoke_run_tokens()
    assert said() == "" and active(tenant, made, Token(made.refresh_token or "", (), 0, None)) == [True, True]


def test_a_refreshed_one_keeps_its_refresh_token(tenant: Any, said: Any) -> None:
    """The access token that was replaced goes, and with it nothing that the kept sign-in still needs."""
    desk = desk_of(tenant, type="oauth2")
    first = sign_in(desk, "realms:read", token_cache="user")
    user = {"grant_type": "authorization_code", "token_cache": "user"}
    second = make_recorded_task(desk, **user).tokens.bearer(["realms:read"], fresh=True).token
    assert second.access_token != first.access_token and second.refresh_token == first.refresh_token
    revoke_run_tokens()
    assert said() == "Revoked 1 token that this run minted."
    assert active(tenant, first, second, Token(second.refresh_token or "", (), 0, None)) == [False, True, True]


def test_by_the_right_of_one_of_them_which_goes_last(tenant: Any, said: Any) -> None:
    desk = desk_of(tenant)
    able = sign_in(desk, DELETE)
    other = sign_in(desk, "realms:read")
    revoke_run_tokens()
    assert said() == "Revoked 4 tokens that this run minted."
    assert endings(tenant) == [401, 200, 200, 200, 200], "the client is refused once"
    assert tenant.journal(operation="revoke")[-1]["form"]["token"] == able.access_token
    assert active(tenant, able, other) == [False, False]


def test_where_the_client_is_refused_one_token_is_got_for_all(tenant: Any, said: Any) -> None:
    made = [
        issue_token(tenant, "realms:read"),
        issue_token(tenant, "realms:create"),
        issue_token(tenant, "realms:update"),
    ]
    tenant.clear_journal()
    tenant.fault(operation="revoke", times=1, status=401)
    revoke_run_tokens()
    assert said() == "Revoked 3 tokens that this run minted."
    (asked,) = tenant.journal(operation="token")
    assert asked["form"]["scope"] == DELETE and active(tenant, *made) == [False] * 3
    assert endings(tenant) == [401, 200, 200, 200, 200]
    assert tenant.revoke_tokens() == 0, "and it goes, too"


def test_and_it_is_told_of(tmp_path: Path, tenant: Any, capsys: pytest.CaptureFixture[str]) -> None:
    with recorded_run(tmp_path / "other", verbosity=1):
        issue_token(tenant, "realms:read")
        tenant.fault(operation="revoke", times=1, status=401)
        revoke_run_tokens()
    issued = [entry["issued_token_id"] for entry in tenant.journal(operation="token")]
    out = " ".join(capsys.readouterr().out.split())
    assert [out.count(f"Minted the token {token_id} ") for token_id in issued] == [1, 1]


def test_what_can_not_be_revoked_is_named(tenant: Any, said: Any) -> None:
    made = [issue_token(tenant, scope) for scope in ("realms:read", "realms:create", "realms:update")]
    tenant.fault(operation="revoke", times=1, status=500, message="no t0ken")
    revoke_run_tokens()
    printed = said()
    first = tenant.journal(operation="revoke")[0]["form"]["token"]
    (lost,) = [token for token in made if token.access_token == first]
    assert printed.startswith(
        "Revoked 2 tokens that this run minted. [WARNING]: Not revoked, and good until it expires:"
    )
    assert f": {lost.id}. Revoking a token at " in printed and "HTTP 500" in printed
    assert not any(token.access_token[-12:] in printed for token in made)
    assert active(tenant, lost) == [True]


def test_all_that_can_not_be_are_named_together(tenant: Any, said: Any) -> None:
    desk = desk_of(tenant, public=True)
    made = [sign_in(desk, "realms:read"), sign_in(desk, "realms:create")]
    revoke_run_tokens()
    printed = said()
    assert printed.count("[WARNING]") == 1 and "good until they expire: " in printed
    for token in made:
        assert f"{token.id}," in printed and f"{token.id} (refresh token)" in printed
    assert f"The application is public, and the token lacks {DELETE}." in printed
    assert endings(tenant) == []


def test_what_has_no_known_id_is_counted(tenant: Any, said: Any) -> None:
    for number in range(2):
        tenant.settings(token_answer={"access_token": f"opaque-{number}"})
        issue_token(tenant, "realms:read", token_cache="none")
    tenant.fault(operation="revoke", status=500)
    revoke_run_tokens()
    printed = said()
    assert "good until they expire: 2 without a known id. Revoking" in printed and "opaque" not in printed


def test_a_secret_that_a_server_echoes_is_not_printed(tenant: Any, said: Any) -> None:
    made = issue_token(tenant, "realms:read")
    echo = f"no {made.access_token} with {tenant.client_secret}"
    tenant.fault(operation="revoke", status=500, json={"error": "x", "error_description": echo})
    revoke_run_tokens()
    printed = said()
    assert made.access_token[-12:] not in printed and tenant.client_secret not in printed and "****" in printed


def unreachable(tenant: Any) -> dict[str, Any]:
    """Options of the tenant's application at a server that is gone."""
    return {"issuer": tenant.issuer.replace(tenant.emulator.url, f"http://127.0.0.1:{free_port()}")}


def recorded(tenant: Any, name: str, **given: Any) -> None:
    minted.announce(
        make_recorded_task(tenant, **given), Token(f"t0ken-of-{name}", ("realms:read",), time.time(), 600, name)
    )


def test_a_dead_server_is_told_of_once_and_quickly(tenant: Any, said: Any) -> None:
    dead = unreachable(tenant)
    for number in range(20):
        recorded(tenant, f"lost{number}", client_id=f"client-{number % 4}", **dead, **PATIENT)
    good = issue_token(tenant, "realms:read")
    began = time.monotonic()
    revoke_run_tokens()
    assert time.monotonic() - began < 5
    printed = said()
    assert printed.startswith("Revoked 1 token that this run minted.") and printed.count("[WARNING]") == 1
    assert all(f"lost{number}," in printed or f"lost{number}." in printed for number in range(20))
    assert "can't be reached" in printed and "t0ken" not in printed
    assert active(tenant, good) == [False]


def test_what_can_not_even_be_sent_stops_no_other(tenant: Any, said: Any) -> None:
    """A delegated task may have had a CA file that this machine has not."""
    recorded(tenant, "lost", ca_path="/no/such/file")
    good = issue_token(tenant, "realms:read")
    revoke_run_tokens()
    printed = said()
    assert "Revoked 1 token that this run minted." in printed and active(tenant, good) == [False]
    assert "good until it expires: lost. ca_path: '/no/such/file' can't be read" in printed


def test_a_silent_server_is_waited_for_a_little(tenant: Any, said: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clearing, "_TIMEOUT", 1)
    made = [issue_token(tenant, scope, **PATIENT) for scope in ("realms:read", "realms:create")]
    tenant.fault(operation="revoke", delay=30)
    began = time.monotonic()
    revoke_run_tokens()
    assert time.monotonic() - began < 6
    printed = said()
    assert printed.count("[WARNING]") == 1 and all(token.id and token.id in printed for token in made)


def test_a_shorter_patience_of_the_users_own_is_kept(tenant: Any, said: Any) -> None:
    issue_token(tenant, "realms:read", timeout=1, retries=0)
    tenant.fault(operation="revoke", delay=30)
    began = time.monotonic()
    revoke_run_tokens()
    assert time.monotonic() - began < 3 and "within 1 seconds" in said()


def test_a_server_that_asks_to_wait_is_obeyed(tenant: Any, said: Any) -> None:
    for scope in ("realms:read", "realms:create", "realms:update"):
        issue_token(tenant, scope)
    tenant.settings(rate_limit=2, rate_window=1.5)
    revoke_run_tokens()
    assert said() == "Revoked 3 tokens that this run minted."


def test_a_server_that_asks_for_too_much_patience_is_not_asked_again(tenant: Any, said: Any) -> None:
    """A run of many tokens would else end some time, a little later for each."""
    made = [issue_token(tenant, scope, retries=0) for scope in ("realms:read", "realms:create", "realms:update")]
    tenant.fault(operation="revoke", status=429, headers={"Retry-After": "3600"})
    revoke_run_tokens()
    assert len(tenant.journal(operation="revoke")) == 1
    printed = said()
    assert printed.count("[WARNING]") == 1 and all(token.id and token.id in printed for token in made)


def test_progress_is_told(tenant: Any, said: Any) -> None:
    for number in range(120):
        recorded(tenant, f"t{number}")
    revoke_run_tokens()
    assert said() == "Tokens of this run seen to: 100 of 120. Revoked 120 tokens that this run minted."


@pytest.mark.parametrize("ending", [KeyboardInterrupt, SystemExit])
def test_who_does_not_wait_is_told_what_is_left(ending: type[BaseException], tenant: Any, said: Any) -> None:
    made = [issue_token(tenant, scope) for scope in ("realms:read", "realms:create", "realms:update")]
    tenant.fault(operation="revoke", skip=1, delay=30)

    def interrupt(*_arguments: Any) -> None:
        raise ending

    before = signal.signal(signal.SIGUSR1, interrupt)
    try:
        timer = threading.Timer(1, os.kill, (os.getpid(), signal.SIGUSR1))
        timer.start()
        revoke_run_tokens()
    finally:
        signal.signal(signal.SIGUSR1, before)
    printed = said()
    assert "Revoked 1 token that this run minted." in printed and "This was interrupted." in printed
    revoked = tenant.journal(operation="revoke")[0]["form"]["token"]
    for token in made:
        assert (token.id is not None and token.id in printed) is (token.access_token != revoked)


def test_no_trouble_changes_how_the_run_ends(said: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        raise RuntimeError("s3cret")

    monkeypatch.setattr(revoke_tokens, "clear", fail)
    revoke_tokens._Ending(os.getpid()).end()
    assert said() == "[WARNING]: What this run minted is not revoked: RuntimeError."
    revoke_tokens._Ending(os.getpid() + 1).end()
    assert said() == "", "workers have nothing to do with it"


def test_who_is_refused_with_a_new_token_asks_for_no_further(tenant: Any, said: Any) -> None:
    """Else each refusal would be answered with another token, which would have to be revoked, too."""
    made = [issue_token(tenant, scope) for scope in ("realms:read", "realms:create", "realms:update")]
    tenant.clear_journal()
    tenant.fault(operation="revoke", status=401)
    revoke_run_tokens()
    assert len(tenant.journal(operation="token")) == 1
    printed = said()
    assert "HTTP 401" in printed and all(token.id and token.id in printed for token in made)
