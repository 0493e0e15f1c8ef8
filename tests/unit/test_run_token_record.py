# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The record of issued tokens: logged at -v by ID and never by value, and recorded only if that is enabled."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.beyondidentity.management.plugins.module_utils._oauth.token import Token
from ansible_collections.beyondidentity.management.plugins.module_utils._task.context import TaskContext
from ansible_collections.beyondidentity.management.plugins.module_utils._task.sign_ins import open_sign_ins
from ansible_collections.beyondidentity.management.plugins.modules import revoke
from ansible_collections.beyondidentity.management.plugins.plugin_utils import run_token_record
from ansible_collections.beyondidentity.management.plugins.plugin_utils.abandoned_stores import RUN_FOLDER
from ansible_collections.beyondidentity.management.plugins.plugin_utils.run_token_record import (
    enable_recording,
    list_recorded_tokens,
    record_issued_token,
    record_remote_tokens,
)
from ansible_collections.beyondidentity.management.plugins.plugin_utils.stores import open_stores
from tests.support.sign_in_application import SCOPES, SignInApplication
from tests.unit.builders import US_ISSUER, connection_options, exit_code, get_token, run_in_child, tenant_options
from tests.unit.module_calls import run_ok
from tests.unit.recorded_run import issue_token, list_recorded_names, make_recorded_task, recorded_run
from tests.unit.sign_in_helpers import REFRESHED, complete_sign_in, make_request

VALUE = "s3cret-t0ken"


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Path]:
    """Return the private folder of a run that records tokens."""
    with recorded_run(tmp_path / "run") as folder:
        yield folder


@pytest.fixture
def verbose_run(tmp_path: Path) -> Iterator[Path]:
    """Return the private folder of a run at -v that records nothing."""
    with recorded_run(tmp_path / "run", is_recording=False, verbosity=1) as folder:
        yield folder


def read_output(capsys: pytest.CaptureFixture[str]) -> str:
    """Return what was printed, as one line."""
    captured = capsys.readouterr()
    return " ".join((captured.out + captured.err).split())


def make_any_task(**given: Any) -> TaskContext:
    """Return a task context that sends nothing."""
    return TaskContext(
        connection_options(**{"issuer": US_ISSUER, "client_id": "cl1ent", "client_secret": "s3cret", **given})
    )


def test_a_new_token_is_logged_once_without_its_value(
    verbose_run: Path, tenant: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    source = make_recorded_task(tenant, expiration_time=600).token_source
    first, second = (get_token(source, "realms:read", "realms:create").token for _n in range(2))
    assert first == second
    output = read_output(capsys)
    assert output == (
        f"Token {first.id} was issued to the application {tenant.application_id} for 600 s "
        "with the scopes: realms:create, realms:read."
    )


def test_a_referential_token_is_logged_without_an_id(
    verbose_run: Path, tenant: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    tenant.change_settings(token_answer={"access_token": VALUE, "expires_in": None})
    issue_token(tenant, "realms:read")
    output = read_output(capsys)
    assert output.startswith("Token without a known ID was issued to the application ")
    assert "for an unknown time with the scopes: realms:read." in output and VALUE not in output


def test_at_verbosity_0_nothing_is_logged(run: Path, tenant: Any, capsys: pytest.CaptureFixture[str]) -> None:
    issue_token(tenant, "realms:read")
    assert read_output(capsys) == ""


def test_a_scope_cannot_control_the_terminal(verbose_run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    scopes = ("a\x1b[31m:read", "b\u202eidc", "c\nd", "e" * 5000)
    record_issued_token(make_any_task(), Token(VALUE, scopes, 0, 60))
    output = capsys.readouterr().out.strip()
    assert output.isprintable() and len(output) < 1000
    assert output.startswith("Token without a known ID was issued to the application a1 for 60 s with the scopes: a")


def test_without_the_callback_nothing_is_recorded(tmp_path: Path, tenant: Any) -> None:
    with recorded_run(tmp_path / "run", is_recording=False) as folder:
        issue_token(tenant, "realms:read", token_cache="none")
        assert not (folder / RUN_FOLDER).exists()


def test_without_encryption_nothing_is_recorded(run: Path, tenant: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run_token_record, "HAS_CRYPTOGRAPHY", False)
    assert enable_recording() is False
    issue_token(tenant, "realms:read", token_cache="none")
    assert not (run / RUN_FOLDER).exists()


def test_the_record_has_what_a_revocation_needs_and_no_more(run: Path, tenant: Any) -> None:
    environ = {"HTTPS_PROXY": "http://p:1", "NO_PROXY": "x", "REQUESTS_CA_BUNDLE": "", "SECRET": "s3cret", "HOME": "/"}
    token = get_token(make_recorded_task(tenant, environ, token_cache="none").token_source, "realms:read").token
    (recorded,) = list_recorded_tokens()
    assert (recorded.value, recorded.display_name, recorded.scopes) == (token.access_token, token.id, ("realms:read",))
    assert recorded.expires == token.issued_at + 3600 and not recorded.is_expired
    assert recorded.options == tenant_options(tenant, token_cache="none")
    assert recorded.environ == {"HTTPS_PROXY": "http://p:1", "NO_PROXY": "x", "REQUESTS_CA_BUNDLE": ""}
    assert token.access_token not in repr(recorded) and tenant.client_secret not in repr(recorded)


def test_the_tokens_of_workers_are_recorded(run: Path, tenant: Any) -> None:
    children = [run_in_child(lambda: issue_token(tenant, "realms:read", token_cache="none")) for _n in range(3)]
    assert [exit_code(child) for child in children] == [0, 0, 0]
    assert len(list_recorded_names()) == 3


def test_the_record_is_encrypted(run: Path, tenant: Any) -> None:
    token = issue_token(tenant, "realms:read")
    content = b"".join(path.read_bytes() for path in run.rglob("*") if path.is_file())
    assert content and token.access_token[-20:].encode() not in content
    assert tenant.client_secret.encode() not in content and tenant.client_id.encode() not in content


def test_a_revoked_token_is_removed_from_the_record(run: Path, tenant: Any) -> None:
    one, other = issue_token(tenant, "realms:read"), issue_token(tenant, "realms:create")
    stores = open_stores(tenant_options(tenant), print)
    assert list_recorded_names() == sorted([one.id or "", other.id or ""])
    run_ok(revoke, tenant, stores, token=one.access_token)
    assert list_recorded_names() == [other.id]
    run_ok(revoke, tenant, stores, id=other.id)
    assert list_recorded_names() == []


def test_a_refresh_token_is_recorded_separately(run: Path, tenant: Any) -> None:
    tenant.change_settings(refresh_tokens="fixed", **REFRESHED)
    app = SignInApplication.of(tenant, allowed_scopes=list(SCOPES))
    task = make_recorded_task(app, grant_type="authorization_code")

    def sign_in() -> Token:
        request = complete_sign_in(make_request(app, ["tokens:delete"]))[0]
        return task.server.exchange_code(
            code=request.code or "",
            redirect_uri=request.redirect_uri,
            code_verifier=request.code_verifier,
            scopes=request.scopes,
        )

    token = sign_in()
    assert list_recorded_names() == [token.id, f"{token.id} (refresh token)"]
    run_ok(revoke, app, task.stores, token=token.refresh_token, access_token=token.access_token)
    assert list_recorded_names() == [token.id], "a service may leave the access token valid"
    open_sign_ins(task).add(sign_in())
    run_ok(revoke, app, task.stores, all="sign_ins")
    assert list_recorded_names() == [token.id], "both tokens of the other sign-in are revoked"


def test_a_token_that_a_delegated_module_was_issued_is_recorded(run: Path) -> None:
    token = Token(VALUE, ("a:read",), time.time(), 3600, "t1")
    record_remote_tokens(make_any_task(), [token.to_dict()])
    assert list_recorded_names() == ["t1"]


VALID = Token(VALUE, ("a:read",), 1.0, 60).to_dict()
INVALID: dict[str, Any] = {
    "not a list": {"0": VALID},
    "a text": "t0ken",
    "null": None,
    "no objects": ["t0ken", None, 7, [], {}],
    "no value": [{**VALID, "access_token": None}],
    "a value that no header can have": [{**VALID, "access_token": "a\r\nb"}],
    "no scopes": [{**VALID, "scopes": None}],
    "infinite": [{**VALID, "lifetime": float("inf")}],
    "not a number": [{**VALID, "lifetime": float("nan")}, {**VALID, "issued_at": "now"}],
    "a longer lifetime than requested": [{**VALID, "lifetime": 10**400}, {**VALID, "lifetime": 3601}],
    "an invalid refresh token": [{**VALID, "refresh_token": {"a": 1}}],
}


@pytest.mark.parametrize("entries", INVALID.values(), ids=INVALID)
def test_invalid_tokens_from_a_remote_host_are_ignored(
    entries: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with recorded_run(tmp_path / "run", verbosity=1):
        record_remote_tokens(make_any_task(), entries)
        assert list_recorded_names() == []
    assert read_output(capsys) == ""


def test_a_remote_host_cannot_control_the_terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with recorded_run(tmp_path / "run", verbosity=1):
        record_remote_tokens(make_any_task(), [{**VALID, "id": "t1\x1b[31m", "scopes": {"x\x1b]0;y": 1}}])
        assert list_recorded_names() == ["without a known ID"]
    assert capsys.readouterr().out.strip().isprintable()


def test_at_most_100_tokens_of_a_remote_host_are_recorded(run: Path) -> None:
    record_remote_tokens(make_any_task(), [{**VALID, "access_token": f"t{number}"} for number in range(101)])
    assert len(list_recorded_names()) == 100


@pytest.mark.parametrize("given", [{"region": "eu"}, {"issuer": None}, {"expiration_time": 0}])
def test_tokens_of_a_task_with_an_invalid_connection_are_ignored(given: dict[str, Any], run: Path) -> None:
    record_remote_tokens(make_any_task(**given), [VALID])
    assert list_recorded_names() == []
