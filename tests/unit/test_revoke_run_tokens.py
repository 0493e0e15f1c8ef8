# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The end of a run: its tokens are revoked, and those that cannot be revoked are named; over HTTP to the emulator."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from ansible_collections.beyondidentity.management.plugins.callback import revoke_tokens
from ansible_collections.beyondidentity.management.plugins.module_utils._masking import secret_scope
from ansible_collections.beyondidentity.management.plugins.module_utils._oauth.token import Token
from ansible_collections.beyondidentity.management.plugins.module_utils._task.sign_ins import open_sign_ins
from ansible_collections.beyondidentity.management.plugins.plugin_utils import revoke_run_tokens as module
from ansible_collections.beyondidentity.management.plugins.plugin_utils import run_token_record
from ansible_collections.beyondidentity.management.plugins.plugin_utils.revoke_run_tokens import revoke_run_tokens
from tests.support.sign_in_application import SCOPES, SignInApplication
from tests.unit.builders import get_token, make_task
from tests.unit.raw_servers import find_free_port
from tests.unit.recorded_run import issue_token, make_recorded_task, recorded_run
from tests.unit.sign_in_helpers import REFRESHED, complete_sign_in, make_request

DELETE = "tokens:delete"
PATIENT = {"timeout": 60, "retries": 5}
THREE_SCOPES = ("realms:read", "realms:create", "realms:update")


@pytest.fixture(autouse=True)
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Return the private folder of a run that records tokens, of a user with empty folders."""
    for variable, folder in (("XDG_CACHE_HOME", "cache"), ("XDG_DATA_HOME", "data")):
        monkeypatch.setenv(variable, str(tmp_path / folder))
    monkeypatch.setattr(module.display, "_warns", type(module.display._warns)())  # each warning is shown once
    with recorded_run(tmp_path / "run") as folder:
        yield folder


@pytest.fixture
def read_output(capsys: pytest.CaptureFixture[str]) -> Callable[[], str]:
    """Return a function that returns what was printed since its last call, all on standard error, as one line."""

    def read() -> str:
        captured = capsys.readouterr()
        assert captured.out == ""
        return " ".join(captured.err.split())

    return read


def list_active(tenant: Any, *values: str | None) -> list[bool]:
    """Return whether the tokens with these values are active, as the tenant's built-in application sees it."""
    server = make_task(getattr(tenant, "tenant", tenant)).server
    return [server.introspect(value or "")["active"] for value in values]


def sign_in(app: SignInApplication, *scopes: str, **given: Any) -> Token:
    """Return a user's token, new in this run, and stored as the options say."""
    task = make_recorded_task(app, grant_type="authorization_code", **given)
    request = complete_sign_in(make_request(app, list(scopes)))[0]
    token = task.server.exchange_code(
        code=request.code or "",
        redirect_uri=request.redirect_uri,
        code_verifier=request.code_verifier,
        scopes=request.scopes,
    )
    open_sign_ins(task).add(token)
    return token


def create_application(tenant: Any, **settings: Any) -> SignInApplication:
    """Create an application that issues refresh tokens."""
    tenant.change_settings(refresh_tokens="fixed", **REFRESHED)
    scopes = [*SCOPES, *(["openid"] if settings.get("type") == "oauth2" else [])]
    return SignInApplication.of(tenant, allowed_scopes=scopes, **settings)


def list_statuses(tenant: Any) -> list[int]:
    """Return the HTTP statuses of all revocations."""
    return [entry["status"] for entry in tenant.read_journal(operation="revoke")]


def record_token(tenant: Any, name: str, **given: Any) -> None:
    """Record a token of a task with these options, which the tenant never issued."""
    token = Token(f"t0ken-of-{name}", ("realms:read",), time.time(), 600, name)
    run_token_record.record_issued_token(make_recorded_task(tenant, **given), token)


def test_a_run_without_tokens_prints_nothing(run: Path, read_output: Any) -> None:
    revoke_run_tokens()
    assert read_output() == "" and list(run.iterdir()) == []


def test_all_tokens_are_revoked_and_counted(tenant: Any, read_output: Any) -> None:
    tokens = [issue_token(tenant, "realms:read")]
    revoke_run_tokens()
    assert read_output() == "Revoked 1 token of this run."
    tokens += [issue_token(tenant, "realms:read", token_cache=cache) for cache in ("run", "none")]
    revoke_run_tokens()
    assert read_output() == "Revoked 3 tokens of this run.", "the revocation of a revoked token is not an error"
    assert list_active(tenant, *(token.access_token for token in tokens)) == [False] * 3


def test_a_token_in_the_users_store_is_kept(tenant: Any, read_output: Any) -> None:
    kept, other = issue_token(tenant, "realms:read", token_cache="user"), issue_token(tenant, "realms:create")
    revoke_run_tokens()
    assert read_output() == "Revoked 1 token of this run."
    assert list_active(tenant, kept.access_token, other.access_token) == [True, False]


def test_a_token_that_was_replaced_in_the_users_store_is_revoked(tenant: Any) -> None:
    first, second = (issue_token(tenant, "realms:read", token_cache="user") for _n in range(2))
    revoke_run_tokens()
    assert list_active(tenant, first.access_token, second.access_token) == [False, True]


def test_without_verified_certificates_no_token_is_kept(tenant: Any) -> None:
    token = issue_token(tenant, "realms:read", token_cache="user", validate_certs=False)
    revoke_run_tokens()
    assert list_active(tenant, token.access_token) == [False]


def test_an_expired_token_is_not_revoked(tenant: Any, read_output: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    issue_token(tenant, "realms:read")
    monkeypatch.setattr(run_token_record, "time", SimpleNamespace(time=lambda: time.time() + 3600))
    revoke_run_tokens()
    assert read_output() == "" and list_statuses(tenant) == []


def test_tokens_of_two_applications_are_revoked_with_their_own_credentials(
    tenant: Any, emulator: Any, read_output: Any
) -> None:
    other = emulator.create_tenant()
    issued = [(one, issue_token(one, "realms:read"), issue_token(one, "realms:create")) for one in (tenant, other)]
    revoke_run_tokens()
    assert read_output() == "Revoked 4 tokens of this run."
    for one, *tokens in issued:
        assert list_active(one, *(token.access_token for token in tokens)) == [False, False]


def test_a_sign_in_is_revoked_with_its_refresh_token(tenant: Any, read_output: Any) -> None:
    token = sign_in(create_application(tenant, type="oauth2"), "realms:read")
    revoke_run_tokens()
    assert read_output() == "Revoked 2 tokens of this run."
    assert list_active(tenant, token.access_token, token.refresh_token) == [False, False]


def test_a_sign_in_in_the_users_store_is_kept(tenant: Any, read_output: Any) -> None:
    token = sign_in(create_application(tenant, type="oauth2"), "realms:read", token_cache="user")
    revoke_run_tokens()
    assert read_output() == "" and list_active(tenant, token.access_token, token.refresh_token) == [True, True]


def test_a_refreshed_sign_in_keeps_the_refresh_token_that_it_shares_with_the_replaced_one(
    tenant: Any, read_output: Any
) -> None:
    app = create_application(tenant, type="oauth2")
    first = sign_in(app, "realms:read", token_cache="user")
    user = {"grant_type": "authorization_code", "token_cache": "user"}
    second = get_token(make_recorded_task(app, **user).token_source, "realms:read", fresh=True).token
    assert second.access_token != first.access_token and second.refresh_token == first.refresh_token
    revoke_run_tokens()
    assert read_output() == "Revoked 1 token of this run."
    values = (first.access_token, second.access_token, second.refresh_token)
    assert list_active(tenant, *values) == [False, True, True]


def test_a_token_that_authorizes_the_revocations_is_revoked_last(tenant: Any, read_output: Any) -> None:
    app = create_application(tenant)
    deleter = sign_in(app, DELETE)
    other = sign_in(app, "realms:read")
    revoke_run_tokens()
    assert read_output() == "Revoked 4 tokens of this run."
    assert list_statuses(tenant)[0] == 401, "the client's own credentials are tried once"
    assert list_statuses(tenant)[1:] == [200, 200, 200, 403], (
        "revocation of its refresh token ended the last token, too"
    )
    assert tenant.read_journal(operation="revoke")[-1]["form"]["token"] == tenant.digest(deleter.access_token)
    assert list_active(tenant, deleter.access_token, other.access_token) == [False, False]


def test_if_the_credentials_are_refused_one_token_is_requested_and_revoked_last(tenant: Any, read_output: Any) -> None:
    tokens = [issue_token(tenant, scope) for scope in THREE_SCOPES]
    tenant.clear_journal()
    tenant.add_fault(operation="revoke", times=1, status=401)
    revoke_run_tokens()
    assert read_output() == "Revoked 3 tokens of this run."
    (request,) = tenant.read_journal(operation="token")
    assert request["form"]["scope"] == DELETE
    assert list_active(tenant, *(token.access_token for token in tokens)) == [False] * 3
    assert list_statuses(tenant) == [401, 200, 200, 200, 200]
    assert tenant.revoke_tokens() == 0, "no token is left, not even the requested one"


def test_the_token_that_is_requested_for_revocations_is_logged(
    tmp_path: Path, tenant: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    with recorded_run(tmp_path / "other", verbosity=1):
        issue_token(tenant, "realms:read")
        tenant.add_fault(operation="revoke", times=1, status=401)
        revoke_run_tokens()
    issued = [entry["issued_token_id"] for entry in tenant.read_journal(operation="token")]
    output = " ".join(capsys.readouterr().out.split())
    assert [output.count(f"Token {token_id} was issued to") for token_id in issued] == [1, 1]


def test_a_token_that_is_not_revoked_is_named_by_its_id(tenant: Any, read_output: Any) -> None:
    tokens = [issue_token(tenant, scope) for scope in THREE_SCOPES]
    tenant.add_fault(operation="revoke", times=1, status=500, message="no t0ken")
    revoke_run_tokens()
    output = read_output()
    first = tenant.read_journal(operation="revoke")[0]["form"]["token"]
    (failed,) = [token for token in tokens if tenant.digest(token.access_token) == first]
    assert output.startswith(
        f"Revoked 2 tokens of this run. [WARNING]: Not revoked, and valid until it expires: {failed.id}. "
    )
    assert "HTTP 500" in output
    assert not any(token.access_token[-12:] in output for token in tokens)
    assert list_active(tenant, failed.access_token) == [True]


def test_tokens_that_are_not_revoked_for_one_reason_are_named_in_one_warning(tenant: Any, read_output: Any) -> None:
    app = create_application(tenant, public=True)
    tokens = [sign_in(app, "realms:read"), sign_in(app, "realms:create")]
    revoke_run_tokens()
    output = read_output()
    assert output.count("[WARNING]") == 1 and "valid until they expire: " in output
    for token in tokens:
        assert f"{token.id}," in output and f"{token.id} (refresh token)" in output
    assert f"The application is public, and the token lacks {DELETE}." in output
    assert list_statuses(tenant) == []


def test_tokens_without_a_known_id_are_counted(tenant: Any, read_output: Any) -> None:
    for number in range(2):
        tenant.change_settings(token_answer={"access_token": f"opaque-{number}"})
        issue_token(tenant, "realms:read", token_cache="none")
    tenant.add_fault(operation="revoke", status=500)
    revoke_run_tokens()
    output = read_output()
    assert "valid until they expire: 2 without a known ID. " in output and "opaque" not in output


def test_a_secret_that_the_server_repeats_is_masked(tenant: Any, read_output: Any) -> None:
    with secret_scope():  # the process that revokes did not request the token
        token = issue_token(tenant, "realms:read")
    text = f"no {token.access_token} with {tenant.client_secret}"
    tenant.add_fault(operation="revoke", status=500, json={"error": "x", "error_description": text})
    revoke_run_tokens()
    output = read_output()
    assert token.access_token[-12:] not in output and tenant.client_secret not in output
    assert "no ******** with ********" in output


def test_a_server_that_is_down_is_tried_for_one_token_only(tenant: Any, read_output: Any, waits: list[float]) -> None:
    down = {"issuer": tenant.issuer.replace(tenant.emulator.url, f"http://127.0.0.1:{find_free_port()}")}
    for number in range(20):
        record_token(tenant, f"lost{number}", client_id=f"client-{number % 4}", **down, **PATIENT)
    revoked = issue_token(tenant, "realms:read")
    revoke_run_tokens()
    assert len(waits) == 1, "one token is tried twice, although the options allow five retries"
    output = read_output()
    assert output.startswith("Revoked 1 token of this run.") and output.count("[WARNING]") == 1
    assert all(f"lost{number}," in output or f"lost{number}." in output for number in range(20))
    assert "cannot connect to" in output and "t0ken" not in output
    assert list_active(tenant, revoked.access_token) == [False]


def test_a_token_whose_request_cannot_be_sent_does_not_stop_the_others(tenant: Any, read_output: Any) -> None:
    """The CA file of a delegated task exists on the remote host only."""
    record_token(tenant, "lost", ca_path="/no/such/file")
    revoked = issue_token(tenant, "realms:read")
    revoke_run_tokens()
    output = read_output()
    assert "Revoked 1 token of this run." in output and list_active(tenant, revoked.access_token) == [False]
    assert "valid until it expires: lost. Cannot read ca_path '/no/such/file'" in output


def test_timeout_and_retries_are_limited(
    tenant: Any, read_output: Any, waits: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_MAXIMUM_TIMEOUT", 1)
    tokens = [issue_token(tenant, scope, **PATIENT) for scope in ("realms:read", "realms:create")]
    tenant.add_fault(operation="revoke", delay=30)
    revoke_run_tokens()
    assert len(waits) == 1
    output = read_output()
    assert output.count("[WARNING]") == 1 and all(token.id and token.id in output for token in tokens)
    assert "within 1 seconds" in output


def test_smaller_values_of_timeout_and_retries_are_kept(tenant: Any, read_output: Any, waits: list[float]) -> None:
    issue_token(tenant, "realms:read", timeout=1, retries=0)
    tenant.add_fault(operation="revoke", delay=30)
    revoke_run_tokens()
    assert "within 1 seconds" in read_output() and waits == []


def test_the_wait_that_the_server_requests_is_waited(tenant: Any, read_output: Any, waits: list[float]) -> None:
    for scope in THREE_SCOPES:
        issue_token(tenant, scope)
    tenant.add_fault(operation="revoke", times=1, status=429, headers={"Retry-After": "7"})
    revoke_run_tokens()
    assert read_output() == "Revoked 3 tokens of this run." and [int(wait) for wait in waits] == [7]


def test_an_overloaded_server_receives_no_further_request(tenant: Any, read_output: Any, waits: list[float]) -> None:
    """With a wait for each of many tokens, the run would end late."""
    tokens = [issue_token(tenant, scope) for scope in THREE_SCOPES]
    tenant.add_fault(operation="revoke", status=429, headers={"Retry-After": "3600"})
    revoke_run_tokens()
    assert list_statuses(tenant) == [429] and waits == []
    output = read_output()
    assert output.count("[WARNING]") == 1 and all(token.id and token.id in output for token in tokens)


def test_progress_is_displayed(tenant: Any, read_output: Any) -> None:
    for number in range(101):
        record_token(tenant, f"t{number}")
    revoke_run_tokens()
    output = read_output()
    assert "Tokens of this run processed: 100 of 101." in output and "Revoked 101 tokens of this run." in output


@pytest.mark.parametrize("interruption", [KeyboardInterrupt, SystemExit])
def test_an_interrupted_revocation_names_the_remaining_tokens(
    interruption: type[BaseException], tenant: Any, read_output: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    tokens = [issue_token(tenant, scope) for scope in THREE_SCOPES]
    try_to_revoke = module.Revoker.try_to_revoke

    def revoke_only_one(revoker: Any, value: str) -> str:
        if list_statuses(tenant):
            raise interruption
        return try_to_revoke(revoker, value)

    monkeypatch.setattr(module.Revoker, "try_to_revoke", revoke_only_one)
    revoke_run_tokens()
    output = read_output()
    assert "Revoked 1 token of this run." in output and "The revocation was interrupted." in output
    revoked = tenant.read_journal(operation="revoke")[0]["form"]["token"]
    for token in tokens:
        assert (token.id is not None and token.id in output) is (tenant.digest(token.access_token) != revoked)


def test_an_unexpected_error_is_only_a_warning(read_output: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        raise RuntimeError("s3cret")

    monkeypatch.setattr(revoke_tokens, "revoke_run_tokens", fail)
    revoke_tokens._revoke()
    output = read_output()
    assert output.startswith("[WARNING]: The tokens of this run are not revoked, and stay valid until they expire: ")
    assert "RuntimeError. To revoke them, use the module revoke." in output and "s3cret" not in output


def test_if_a_new_token_is_refused_no_further_token_is_requested(tenant: Any, read_output: Any) -> None:
    """Each further token would have to be revoked as well."""
    tokens = [issue_token(tenant, scope) for scope in THREE_SCOPES]
    tenant.clear_journal()
    tenant.add_fault(operation="revoke", status=401)
    revoke_run_tokens()
    assert len(tenant.read_journal(operation="token")) == 1
    output = read_output()
    assert "HTTP 401" in output and all(token.id and token.id in output for token in tokens)
