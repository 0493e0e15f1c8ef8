# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The events of the audit file: who was issued or revoked which token, by which task; over HTTP to the emulator."""

from __future__ import annotations

import json
import os
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ansible.errors import AnsibleLookupError

from ansible_collections.beyondidentity.management.plugins.module_utils._errors import AuditError
from ansible_collections.beyondidentity.management.plugins.module_utils._masking import (
    find_secrets,
    remember_secrets,
    secret_scope,
)
from ansible_collections.beyondidentity.management.plugins.module_utils._oauth.token import Token
from ansible_collections.beyondidentity.management.plugins.module_utils._task.context import TaskContext
from ansible_collections.beyondidentity.management.plugins.module_utils._task.runner import run_safely
from ansible_collections.beyondidentity.management.plugins.module_utils._task.sign_ins import open_sign_ins
from ansible_collections.beyondidentity.management.plugins.modules import api, revoke
from ansible_collections.beyondidentity.management.plugins.plugin_utils import audit_file, lookup_request
from ansible_collections.beyondidentity.management.plugins.plugin_utils.audit_file import MAXIMUM_LINE
from ansible_collections.beyondidentity.management.plugins.plugin_utils.revoke_run_tokens import (
    display,
    revoke_run_tokens,
)
from ansible_collections.beyondidentity.management.plugins.plugin_utils.run_token_record import (
    record_issued_token,
    record_remote_revocations,
    record_remote_tokens,
)
from ansible_collections.beyondidentity.management.plugins.plugin_utils.stores import open_stores
from ansible_collections.beyondidentity.management.plugins.plugin_utils.token_audit import AuditedTask, TokenAudit
from tests.support.sign_in_application import SCOPES, SignInApplication
from tests.unit.builders import get_token, tenant_options
from tests.unit.option_helpers import make_sources
from tests.unit.recorded_run import make_recorded_task, recorded_run
from tests.unit.sign_in_helpers import REFRESHED, complete_sign_in, make_request

TASK = AuditedTask("beyondidentity.management.token", "Play", "Task", "web1", None, False)
DELETE = "tokens:delete"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return the path of the audit file."""
    return tmp_path / "audit.jsonl"


@pytest.fixture
def audit(path: Path) -> TokenAudit:
    """Return the audit of a task."""
    return TokenAudit(str(path), TASK)


@pytest.fixture(autouse=True)
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Return the private folder of a run with the callback `revoke_tokens`, outside AWX."""
    monkeypatch.setattr(display, "_warns", type(display._warns)())  # each warning is shown once
    for name in ("JOB_ID", "INVENTORY_ID"):
        monkeypatch.delenv(name, raising=False)
    for variable, folder in (("XDG_CACHE_HOME", "cache"), ("XDG_DATA_HOME", "data")):
        monkeypatch.setenv(variable, str(tmp_path / folder))
    with recorded_run(tmp_path / "run") as folder:
        yield folder


def read_events(path: Path) -> list[dict[str, Any]]:
    """Return all events."""
    return [json.loads(line) for line in path.read_text(encoding="ascii").splitlines()]


def summarize(path: Path) -> list[tuple[str, str | None]]:
    """Return kind and token ID of all events."""
    return [(event["event"], event["token_id"]) for event in read_events(path)]


def issue(tenant: Any, audit: TokenAudit, *scopes: str, **given: Any) -> Token:
    """Request a new token, and return it."""
    source = make_recorded_task(tenant, audit=audit, **given).token_source
    return get_token(source, *scopes or ("realms:read",), fresh=True).token


def run_revoke(tenant: Any, audit: TokenAudit, module: Any = revoke, check_mode: bool = False, **given: Any) -> Any:
    """Run a module that revokes, and return its result."""
    defaults = {name: option.get("default") for name, option in module.SPEC.options.items()}
    task = make_recorded_task(tenant, audit=audit, **{**defaults, **given})
    task.check_mode = check_mode
    result = run_safely(task, module.run)
    assert not result.get("failed"), result["msg"]
    return result


def test_an_issued_token_is_described(tenant: Any, audit: TokenAudit, path: Path) -> None:
    before = time.time()
    token = issue(tenant, audit, "realms:read", "realms:create", expiration_time=600)
    (event,) = read_events(path)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", event["time"])
    assert time.strftime("%Y-%m-%dT", time.gmtime(before)) <= event["time"]
    assert event == {
        "time": event["time"],
        "event": "issued",
        "token_id": token.id,
        "token_type": "access_token",
        "issuer": tenant.issuer,
        "tenant_id": tenant.tenant_id,
        "auth_realm_id": tenant.realm_id,
        "application_id": tenant.application_id,
        "client_id": tenant.client_id,
        "principal_id": tenant.application_id,
        "grant_type": "client_credentials",
        "scopes": ["realms:create", "realms:read"],
        "scopes_omitted": 0,
        "lifetime": 600,
        "expires_at": token.expires_at,
        "has_refresh_token": False,
        "action": "beyondidentity.management.token",
        "play": "Play",
        "task": "Task",
        "host": "web1",
        "delegated_to": None,
        "check_mode": False,
        "user": event["user"],
        "controller": os.uname().nodename,
        "run": "run",
        "process": os.getpid(),
    }
    assert event["user"]


def test_a_stored_token_is_recorded_once(tenant: Any, audit: TokenAudit, path: Path) -> None:
    for _n in range(3):
        get_token(make_recorded_task(tenant, audit=audit).token_source, "realms:read")
    assert len(read_events(path)) == 1


def test_a_referential_token_has_no_id(tenant: Any, audit: TokenAudit, path: Path) -> None:
    tenant.change_settings(token_answer={"access_token": "s3cret-t0ken", "expires_in": None})
    issue(tenant, audit)
    (event,) = read_events(path)
    assert [event[name] for name in ("token_id", "principal_id", "lifetime", "expires_at")] == [None] * 4


def test_an_awx_job_is_named(tenant: Any, audit: TokenAudit, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JOB_ID", "42")
    issue(tenant, audit)
    monkeypatch.setenv("INVENTORY_ID", "7")
    issue(tenant, audit)
    assert [event.get("awx_job_id") for event in read_events(path)] == [None, "42"], "other programs set JOB_ID too"


def sign_in(app: SignInApplication, audit: TokenAudit) -> Token:
    """Return a user's token, which is stored."""
    task = make_recorded_task(app, audit=audit, grant_type="authorization_code")
    request = complete_sign_in(make_request(app, [DELETE]))[0]
    token = task.server.exchange_code(
        code=request.code or "",
        redirect_uri=request.redirect_uri,
        code_verifier=request.code_verifier,
        scopes=request.scopes,
    )
    open_sign_ins(task).add(token)
    return token


@pytest.fixture
def app(tenant: Any) -> SignInApplication:
    """Return an application that issues refresh tokens."""
    tenant.change_settings(refresh_tokens="fixed", **REFRESHED)
    return SignInApplication.of(tenant, allowed_scopes=[*SCOPES, "openid"], type="oauth2")


def test_a_sign_in_and_its_refresh_name_the_user_by_id(app: Any, audit: TokenAudit, path: Path) -> None:
    token = sign_in(app, audit)
    refreshed = issue(app, audit, DELETE, grant_type="authorization_code")
    first, second = read_events(path)
    assert (first["token_id"], second["token_id"]) == (token.id, refreshed.id)
    assert (first["grant_type"], second["grant_type"]) == ("authorization_code", "refresh_token")
    assert first["has_refresh_token"] and first["principal_id"] == second["principal_id"] != app.application_id
    assert "@" not in path.read_text(encoding="ascii"), "no e-mail address"


def test_no_secret_is_recorded(tenant: Any, path: Path, app: Any) -> None:
    """Not even if the name of a task has the secret, or a part of it at the end of the name's length."""
    with secret_scope():
        remember_secrets(find_secrets(dict(tenant_options(tenant))))
        long = "x" * 190 + tenant.client_secret
        audit = TokenAudit(str(path), AuditedTask("a", tenant.client_secret, long, tenant.client_secret))
        token = issue(tenant, audit)
        named = TokenAudit(str(path), AuditedTask("a", task=f"with {token.access_token}"))
        record_issued_token(make_recorded_task(tenant), token, audit=named)
        user = sign_in(app, audit)
        revoke_run_tokens()
    text = path.read_text(encoding="ascii")
    for secret in (tenant.client_secret, token.access_token, user.access_token, user.refresh_token, app.client_secret):
        assert not any(
            secret[start : start + 10] in text for start in range(0, len(secret) - 10, 10) if "." not in secret
        )
        assert secret not in text and secret[-12:] not in text
    assert read_events(path)[0]["play"] == "********" and "with ********" in text
    assert tenant.client_secret[:6] not in read_events(path)[0]["task"]


def test_a_secret_that_is_also_the_name_of_a_field_does_not_change_the_fields(
    tenant: Any, audit: TokenAudit, path: Path
) -> None:
    with secret_scope():
        remember_secrets(["task", "time", "event", "issued", "issued_with"])
        issue(tenant, audit)
    (event,) = read_events(path)
    assert list(event)[:2] == ["time", "event"] and event["event"] == "issued" and "task" in event


def test_control_characters_cannot_end_a_line(tenant: Any, path: Path) -> None:
    odd = 'a\n{"time":"b\u2028c\x1b[31m\u202ed'
    audit = TokenAudit(str(path), AuditedTask("a", odd, odd, odd, odd))
    record_issued_token(make_recorded_task(tenant), Token("t0ken", (odd,), 0, 60), audit=audit)
    (event,) = read_events(path)
    assert event["play"] == event["host"] == event["scopes"][0] == 'a {"time":"b c [31m d'


def test_a_line_has_a_limit(tenant: Any, path: Path) -> None:
    """Also if all text is of characters that JSON escapes."""
    name, scopes = "\U0001f600" * 5000, tuple(f"{number}\U0001f600" * 100 for number in range(500))
    audit = TokenAudit(str(path), AuditedTask("a", name, name, name, name))
    task = make_recorded_task(tenant, client_id=name)
    record_issued_token(task, Token("t0ken", scopes, 0, 60), audit=audit)
    (event,) = read_events(path)
    assert path.stat().st_size < MAXIMUM_LINE
    assert len(event["scopes"]) > 1 and event["scopes_omitted"] == 500 - len(event["scopes"])


@pytest.mark.parametrize("by", ["token", "id", "all"])
def test_the_module_revoke_is_recorded(by: str, tenant: Any, audit: TokenAudit, path: Path) -> None:
    token = issue(tenant, audit)
    given = {"token": {"token": token.access_token}, "id": {"id": token.id}, "all": {"all": "application"}}[by]
    run_revoke(tenant, audit, check_mode=True, **given)
    assert "revoked" not in dict(summarize(path)), "in check mode nothing is revoked"
    result = run_revoke(tenant, audit, **given)
    revoked = [event for event in read_events(path) if event["event"] == "revoked"]
    assert token.id in [event["token_id"] for event in revoked] and token.id in result["revoked"]
    assert {event["application_id"] for event in revoked} == {tenant.application_id}


def test_the_application_of_a_revoked_token_is_recorded(tenant: Any, audit: TokenAudit, path: Path) -> None:
    """It can be another one than the one that the task authenticates with. The module api is the same."""
    other = SignInApplication.of(
        tenant, allowed_scopes=["realms:read"], grant_type=["client_credentials"], type="oauth2"
    )
    for module in (revoke, api):
        token = issue(other, audit)
        given: dict[str, Any] = {"id": token.id, "application": other.application_id}
        if module is api:
            parameters = {"token_id": token.id, "application_id": other.application_id}
            given = {"operation": "RevokeToken", "parameters": parameters}
        run_revoke(tenant, audit, module, **given)
        event = read_events(path)[-1]
        assert (event["event"], event["token_id"]) == ("revoked", token.id)
        assert (event["application_id"], event["client_id"]) == (other.application_id, tenant.client_id)


def test_revoked_sign_ins_are_recorded(app: Any, audit: TokenAudit, path: Path) -> None:
    token = sign_in(app, audit)
    run_revoke(app, audit, all="sign_ins", grant_type="authorization_code")
    revoked = [event["token_id"] for event in read_events(path) if event["event"] == "revoked"]
    assert token.id in revoked and None in revoked, "a refresh token has no ID that is known"


def test_the_end_of_the_run_is_recorded_where_the_tokens_are(tenant: Any, tmp_path: Path) -> None:
    issued = {name: issue(tenant, TokenAudit(str(tmp_path / name), TASK)) for name in ("one", "two")}
    issue(tenant, TokenAudit(str(tmp_path / "kept"), TASK), token_cache="user")
    revoke_run_tokens()
    for name, token in issued.items():
        first, last = read_events(tmp_path / name)
        assert (first["event"], last["event"], last["token_id"]) == ("issued", "revoked", token.id)
        assert (last["action"], last["task"]) == ("beyondidentity.management.revoke_tokens", None)
        assert last["client_id"] == tenant.client_id and last["token_type"] == "access_token"
    assert [event["event"] for event in read_events(tmp_path / "kept")] == ["issued"]


def test_a_refresh_token_is_named_by_the_access_token_that_came_with_it(
    app: Any, audit: TokenAudit, path: Path
) -> None:
    task = make_recorded_task(app, audit=audit, grant_type="authorization_code")
    request = complete_sign_in(make_request(app, [DELETE]))[0]
    token = task.server.exchange_code(
        code=request.code or "",
        redirect_uri=request.redirect_uri,
        code_verifier=request.code_verifier,
        scopes=request.scopes,
    )
    revoke_run_tokens()
    ends = {event["token_type"]: event for event in read_events(path) if event["event"] == "revoked"}
    assert ends["refresh_token"]["issued_with"] == ends["access_token"]["token_id"] == token.id
    assert ends["refresh_token"]["token_id"] is None


def test_a_token_that_is_not_revoked_is_recorded_with_the_reason(tenant: Any, audit: TokenAudit, path: Path) -> None:
    token = issue(tenant, audit)
    text = f"no {token.access_token} with {tenant.client_secret}"
    tenant.add_fault(operation="revoke", status=500, json={"error": "x", "error_description": text})
    revoke_run_tokens()
    event = read_events(path)[-1]
    assert (event["event"], event["token_id"]) == ("not_revoked", token.id)
    assert "HTTP 500" in event["reason"] and "no ******** with ********" in event["reason"]


def test_the_token_that_authorizes_revocations_is_recorded(tenant: Any, audit: TokenAudit, path: Path) -> None:
    tokens = [issue(tenant, audit, scope) for scope in ("realms:read", "realms:create")]
    tenant.add_fault(operation="revoke", times=1, status=401)
    revoke_run_tokens()
    own = tenant.read_journal(operation="token")[-1]["issued_token_id"]
    ids = [*(token.id for token in tokens), own]
    assert sorted(summarize(path)) == sorted((event, token_id) for event in ("issued", "revoked") for token_id in ids)
    assert summarize(path)[-1] == ("revoked", own)


def test_an_interrupted_revocation_is_recorded(
    tenant: Any, audit: TokenAudit, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*arguments: Any) -> None:
        raise KeyboardInterrupt

    token = issue(tenant, audit)
    monkeypatch.setattr(revoke_run_tokens.__globals__["Revoker"], "try_to_revoke", interrupt)
    revoke_run_tokens()
    event = read_events(path)[-1]
    assert (event["event"], event["token_id"], event["reason"]) == (
        "not_revoked",
        token.id,
        "The revocation was interrupted.",
    )


def test_tokens_are_revoked_even_if_that_cannot_be_recorded(
    tenant: Any, audit: TokenAudit, path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for scope in ("realms:read", "realms:create"):
        issue(tenant, audit, scope)
    path.chmod(0o644)
    revoke_run_tokens()
    output = " ".join(capsys.readouterr().err.split())
    assert output.startswith("Revoked 2 tokens of this run.") and output.count("[WARNING]") == 1
    assert "Not all revocations are recorded. Cannot write to the audit file" in output


def test_if_a_token_cannot_be_recorded_the_task_fails_and_the_callback_revokes_the_token(
    tenant: Any, audit: TokenAudit, path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The disk can be full after the check."""
    audit.check()
    with monkeypatch.context() as patch:
        patch.setattr(audit_file.os, "write", lambda descriptor, data: 0)
        with pytest.raises(AuditError, match="the disk is full"):
            issue(tenant, audit)
    revoke_run_tokens()
    assert "Revoked 1 token of this run." in capsys.readouterr().err
    assert [event["event"] for event in read_events(path)] == ["revoked"]


def test_a_lookup_records_its_token(tenant: Any, path: Path) -> None:
    params = {**tenant_options(tenant), "scopes": None, "operations": None, "custom_claims": None, "fresh": False}
    how: dict[str, Any] = {
        "stores": open_stores(params, print),
        "environ": {},
        "sources": make_sources({"audit_file": str(path)}),
        "warn": pytest.fail,
        "tell": pytest.fail,
    }
    how["sources"].variables.update(ansible_play_name="Play", inventory_hostname="web1")
    lookup_request.request_token(params, ["realms:read"], **how)
    (event,) = read_events(path)
    assert [event[name] for name in ("action", "play", "host", "task")] == ["lookup", "Play", "web1", None]
    path.chmod(0o644)
    with pytest.raises(AnsibleLookupError, match="has the mode 0644"):
        lookup_request.request_token(params, ["realms:create"], **how)
    assert len(tenant.read_journal(operation="token")) == 1


VALID = Token("r3mote-t0ken", ("a:read",), 1.0, 60, "t1", grant_type="client_credentials").to_dict()


def test_tokens_of_a_delegated_task_are_recorded(tenant: Any, path: Path) -> None:
    audit = TokenAudit(str(path), AuditedTask("a", delegated_to="bastion"))
    task = TaskContext(tenant_options(tenant))
    record_remote_tokens(task, [VALID, {**VALID, "grant_type": "evil"}, {"no": 1}], audit=audit)
    record_remote_revocations(task, [["t1", "a1"], ("t2", None), ["t3\n", {}], [1], "xy", None], audit)
    record_remote_revocations(task, {"t": 1}, audit)
    events = read_events(path)
    assert [(event["event"], event["token_id"]) for event in events] == [
        *[("issued", "t1")] * 2, ("revoked", "t1"), ("revoked", "t2"), ("revoked", None)
    ]  # fmt: skip
    assert [event.get("grant_type") for event in events[:2]] == ["client_credentials", None]
    assert {event["delegated_to"] for event in events} == {"bastion"} and "r3mote" not in path.read_text(
        encoding="ascii"
    )
