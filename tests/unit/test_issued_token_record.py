# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What was minted: told at -v by id and never by value, and recorded only where somebody wants it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.beyondidentity.management.plugins.module_utils._oauth.token import Token
from ansible_collections.beyondidentity.management.plugins.module_utils._task.context import TaskContext
from ansible_collections.beyondidentity.management.plugins.modules import revoke
from ansible_collections.beyondidentity.management.plugins.plugin_utils import list_recorded_tokens as minted_module
from ansible_collections.beyondidentity.management.plugins.plugin_utils.issued_token_record import (
    enable_recording,
    list_recorded_tokens,
    record_issued_token,
    record_remote_tokens,
)
from ansible_collections.beyondidentity.management.plugins.plugin_utils.stores import RUN_FOLDER, open_stores
from tests.support.desk import SCOPES, Desk
from tests.unit.builders import connection_options, exit_code, run_in_child, tenant_options
from tests.unit.module_calls import run_ok
from tests.unit.recorded_run import issue_token, list_recorded_names, make_recorded_task, recorded_run
from tests.unit.sign_in_helpers import REFRESHED, complete_sign_in, make_request

ISSUER = "https://auth-us.beyondidentity.com/v1/tenants/t1/realms/r1/applications/a1"
VALUE = "s3cret-t0ken"


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Path]:
    with recorded_run(tmp_path / "run") as folder:
        yield folder


@pytest.fixture
def audited(tmp_path: Path) -> Iterator[Path]:
    with recorded_run(tmp_path / "run", on=False, verbosity=1) as folder:
        yield folder


def told(capsys: pytest.CaptureFixture[str]) -> str:
    """What was printed, as one line however it was wrapped."""
    captured = capsys.readouterr()
    return " ".join((captured.out + captured.err).split())


def any_task(**given: Any) -> TaskContext:
    return TaskContext(connection_options(issuer=ISSUER, client_id="cl1ent", client_secret="s3cret", **given))


def test_each_token_is_told_of_once(audited: Path, tenant: Any, capsys: pytest.CaptureFixture[str]) -> None:
    task = make_recorded_task(tenant, expiration_time=600)
    made = [task.tokens.bearer(["realms:read", "realms:create"]).token for _n in range(2)]
    assert made[0] == made[1]
    assert told(capsys) == (
        f"Minted the token {made[0].id} of the application {tenant.application_id} for 600 s "
        "with the scopes: realms:create, realms:read."
    )
    assert made[0].access_token[-8:] not in told(capsys)


def test_a_referential_one_has_no_known_id(audited: Path, tenant: Any, capsys: pytest.CaptureFixture[str]) -> None:
    tenant.settings(token_answer={"access_token": VALUE, "expires_in": None})
    issue_token(tenant, "realms:read")
    said = told(capsys)
    assert said.startswith("Minted the token without a known id of the application ")
    assert "for an unknown time with the scopes: realms:read." in said and VALUE not in said


def test_at_verbosity_0_nothing_is_told(tmp_path: Path, tenant: Any, capsys: pytest.CaptureFixture[str]) -> None:
    with recorded_run(tmp_path / "run"):
        issue_token(tenant, "realms:read")
    assert told(capsys) == ""


def test_what_could_move_a_terminal_is_not_told(audited: Path, capsys: pytest.CaptureFixture[str]) -> None:
    scopes = ("a\x1b[31m:read", "b\u202eidc", "c\nd", "e" * 5000)
    record_issued_token(any_task(), Token(VALUE, scopes, 0, 60))
    said = capsys.readouterr().out.strip()
    assert said.isprintable() and len(said) < 1000
    assert said.startswith("Minted the token without a known id of the application a1 for 60 s with the scopes: a")


def test_nothing_is_recorded_unless_somebody_wants_it(tmp_path: Path, tenant: Any) -> None:
    with recorded_run(tmp_path / "run", on=False) as folder:
        issue_token(tenant, "realms:read", token_cache="none")
        assert not (folder / RUN_FOLDER).exists()


def test_nor_where_it_can_not_be_encrypted(
    run: Path, tenant: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(minted_module, "HAS_CRYPTOGRAPHY", False)
    assert enable_recording() is False
    issue_token(tenant, "realms:read", token_cache="none")
    assert not (run / RUN_FOLDER).exists()


def test_what_is_needed_to_revoke_it_is_recorded(run: Path, tenant: Any) -> None:
    environ = {"HTTPS_PROXY": "http://p:1", "NO_PROXY": "x", "REQUESTS_CA_BUNDLE": "", "SECRET": "s3cret", "HOME": "/"}
    made = make_recorded_task(tenant, environ, token_cache="none").tokens.bearer(["realms:read"]).token
    (item,) = list_recorded_tokens()
    assert (item.value, item.name, item.scopes) == (made.access_token, made.id, ("realms:read",))
    assert item.expires is not None and 3590 < item.expires - time.time() <= 3600 and not item.is_expired
    assert item.options == tenant_options(tenant, token_cache="none")
    assert item.environ == {"HTTPS_PROXY": "http://p:1", "NO_PROXY": "x", "REQUESTS_CA_BUNDLE": ""}
    assert made.access_token not in repr(item) and tenant.client_secret not in repr(item)


def test_a_workers_tokens_are_on_record(run: Path, tenant: Any) -> None:
    children = [run_in_child(lambda: issue_token(tenant, "realms:read", token_cache="none")) for _n in range(3)]
    assert [exit_code(child) for child in children] == [0, 0, 0]
    assert len(list_recorded_names()) == 3


def test_the_record_is_not_in_clear(run: Path, tenant: Any) -> None:
    made = issue_token(tenant, "realms:read")
    content = b"".join(path.read_bytes() for path in run.rglob("*") if path.is_file())
    assert content and made.access_token[-20:].encode() not in content
    assert tenant.client_secret.encode() not in content and tenant.client_id.encode() not in content
    assert all(path.stat().st_mode & 0o777 == 0o600 for path in run.rglob("*") if path.is_file())


def test_what_is_revoked_is_off_the_record(run: Path, tenant: Any) -> None:
    one, other = issue_token(tenant, "realms:read"), issue_token(tenant, "realms:create")
    own = open_stores(tenant_options(tenant), print)
    assert list_recorded_names() == sorted([one.id or "", other.id or ""])
    run_ok(revoke, tenant, own, token=one.access_token)
    assert list_recorded_names() == [other.id]
    run_ok(revoke, tenant, own, id=other.id)
    assert list_recorded_names() == []


def test_a_refresh_token_is_on_record_by_itself(run: Path, tenant: Any) -> None:
    tenant.settings(refresh_tokens="fixed", **REFRESHED)
    desk = Desk.of(tenant, allowed_scopes=list(SCOPES))
    task = make_recorded_task(desk, grant_type="authorization_code")
    request = complete_sign_in(make_request(desk, ["tokens:delete"]))[0]
    made = task.server.exchange_code(
        code=request.code or "",
        redirect_uri=request.redirect_uri,
        code_verifier=request.code_verifier,
        scopes=request.scopes,
    )
    assert list_recorded_names() == [made.id, f"{made.id} (refresh token)"]
    own = task.stores
    run_ok(revoke, desk, own, token=made.refresh_token, access_token=made.access_token)
    assert list_recorded_names() == [made.id], "the access token is still good"
    task.sign_ins.keep(made)
    run_ok(revoke, desk, own, all="sign_ins")
    assert list_recorded_names() == []


def test_what_was_minted_elsewhere(run: Path) -> None:
    token = Token(VALUE, ("a:read",), time.time(), 3600, "t1")
    record_remote_tokens(any_task(), [token.to_dict()])
    assert list_recorded_names() == ["t1"]


GOOD = Token(VALUE, ("a:read",), 1.0, 60).to_dict()
LIES: dict[str, Any] = {
    "no list": {"0": GOOD},
    "a text": "t0ken",
    "nothing": None,
    "texts": ["t0ken", None, 7, [], {}],
    "no value": [{**GOOD, "access_token": None}],
    "a value that no header could hold": [{**GOOD, "access_token": "a\r\nb"}],
    "no scopes": [{**GOOD, "scopes": None}],
    "endless": [{**GOOD, "lifetime": float("inf")}],
    "no number": [{**GOOD, "lifetime": float("nan")}, {**GOOD, "issued_at": "now"}],
    "longer than was asked for": [{**GOOD, "lifetime": 10**400}, {**GOOD, "lifetime": 3601}],
    "a refresh token that is none": [{**GOOD, "refresh_token": {"a": 1}}],
}


@pytest.mark.parametrize("lie", LIES.values(), ids=LIES)
def test_lies_about_it(lie: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with recorded_run(tmp_path / "run", verbosity=1):
        record_remote_tokens(any_task(), lie)
        assert list_recorded_names() == []
    assert told(capsys) == ""


def test_odd_ids_and_scopes_elsewhere(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with recorded_run(tmp_path / "run", verbosity=1):
        record_remote_tokens(any_task(), [{**GOOD, "id": "t1\x1b[31m", "scopes": {"x\x1b]0;y": 1}}])
        assert list_recorded_names() == ["without a known id"]
    assert capsys.readouterr().out.strip().isprintable()


def test_there_is_an_end_to_what_is_believed(run: Path) -> None:
    record_remote_tokens(any_task(), [{**GOOD, "access_token": f"t{number}"} for number in range(5000)])
    assert len(list_recorded_names()) == 100


@pytest.mark.parametrize("given", [{"region": "eu"}, {"issuer": None}, {"expiration_time": 0}])
def test_lies_about_a_task_that_could_mint_nothing(given: dict[str, Any], run: Path) -> None:
    params = {**connection_options(issuer=ISSUER, client_id="cl1ent", client_secret="s3cret"), **given}
    record_remote_tokens(TaskContext(params), [GOOD])
    assert list_recorded_names() == []
