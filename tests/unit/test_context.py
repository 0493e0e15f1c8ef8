# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A call of a module: what it is given, what becomes of its errors, and what it never shows."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path
from typing import Any

import pytest
from ansible.module_utils import basic

from ansible_collections.beyondidentity.management.plugins.module_utils._errors import StateError
from ansible_collections.beyondidentity.management.plugins.module_utils._oauth.stored_sign_ins import SignInStore
from ansible_collections.beyondidentity.management.plugins.module_utils._oauth.token_sources import (
    ClientCredentialsTokens,
    StaticToken,
)
from ansible_collections.beyondidentity.management.plugins.module_utils._oauth.token_store import TokenStores
from ansible_collections.beyondidentity.management.plugins.module_utils._task.argument_spec import ModuleSpec
from ansible_collections.beyondidentity.management.plugins.module_utils._task.context import (
    TaskContext,
    build_http_settings,
)
from ansible_collections.beyondidentity.management.plugins.module_utils._task.runner import run_module, run_safely
from ansible_collections.beyondidentity.management.plugins.plugin_utils.encrypted_files import EncryptedFiles
from tests.unit.builders import connection_options, exit_code, run_in_child, tenant_options
from tests.unit.memory_store import MemoryStore


def test_a_result_tells_what_it_cost(tenant: Any) -> None:
    task = TaskContext(tenant_options(tenant), environ={})
    got = run_safely(task, lambda task: {"scopes": task.tokens.bearer(["realms:read"]).token.scopes})
    assert got == {"changed": False, "scopes": ("realms:read",), "requests": 1}
    assert run_safely(TaskContext(connection_options()), lambda task: {"changed": True}) == {
        "changed": True,
        "requests": 0,
    }


def test_an_expected_error_is_a_failure() -> None:
    def run(task: TaskContext) -> dict[str, Any]:
        raise StateError("It is not so.", "Do this.", ids=["1"])

    assert run_safely(TaskContext(connection_options()), run) == {
        "failed": True,
        "changed": False,
        "msg": "It is not so. Do this.",
        "ids": ["1"],
    }


def test_an_unexpected_error_tells_its_place_and_no_value() -> None:
    def run(task: TaskContext) -> dict[str, Any]:
        raise KeyError("s3cret")

    got = run_safely(TaskContext(connection_options()), run)
    assert got["failed"] and got["msg"].startswith("Unexpected KeyError at test_task.py:") and "report it" in got["msg"]
    assert "s3cret" not in str(got)


@pytest.mark.parametrize("exception", [KeyboardInterrupt, SystemExit])
def test_what_ends_a_run_is_let_through(exception: type[BaseException]) -> None:
    def run(task: TaskContext) -> dict[str, Any]:
        raise exception

    with pytest.raises(exception):
        run_safely(TaskContext(connection_options()), run)


@pytest.mark.parametrize("place", ["error_description", "error"])
def test_a_server_that_echoes_secrets_does_not_print_them(place: str, tenant: Any) -> None:
    import base64

    params = tenant_options(tenant, client_secret="s3cret/with+odd signs", custom="x")
    basic_pair = base64.b64encode(f"{tenant.client_id}:s3cret%2Fwith%2Bodd+signs".encode()).decode()
    tenant.fault(
        operation="token",
        status=400,
        json={"error": "x", place: f"you sent s3cret/with+odd signs, s3cret%2Fwith%2Bodd+signs and {basic_pair}"},
    )
    got = run_safely(TaskContext(params, environ={}), lambda task: {"t": task.tokens.bearer(["a"])})
    assert got["failed"] and "you sent ********" in got["msg"]
    for form in ("s3cret", basic_pair):
        assert form not in json.dumps(got)


def test_validation_that_is_off_warns_once(tenant: Any, warnings: list[str]) -> None:
    task = TaskContext(tenant_options(tenant, validate_certs=False), environ={}, warn=warnings.append)
    for _n in range(2):
        task.tokens.bearer(["realms:read"])
    assert len(warnings) == 1 and warnings[0].startswith("validate_certs is false: nothing proves")


@pytest.mark.parametrize(
    ("given", "source"),
    [
        ({}, ClientCredentialsTokens),
        ({"grant_type": "authorization_code"}, SignInStore),
        ({"access_token": "t0ken"}, StaticToken),
        ({"access_token": "t0ken", "grant_type": "authorization_code"}, StaticToken),
    ],
)
def test_where_tokens_come_from(given: dict[str, Any], source: type, tenant: Any) -> None:
    task = TaskContext(tenant_options(tenant, **given))
    assert isinstance(task.tokens, source) and task.tokens.connection is task.connection


@pytest.mark.parametrize(("cache", "kept"), [("run", [True, False]), ("user", [False, True]), ("none", [False, False])])
def test_where_tokens_are_kept(cache: str, kept: list[bool], tenant: Any) -> None:
    run, user = MemoryStore(), MemoryStore()
    task = TaskContext(tenant_options(tenant, token_cache=cache), stores=TokenStores(run, user), environ={})
    task.tokens.bearer(["realms:read"])
    assert [bool(store.entries) for store in (run, user)] == kept


def test_a_lock_keeps_hosts_from_the_same_object(tenant: Any, tmp_path: Path) -> None:
    counter = tmp_path / "counter"
    counter.write_text("0")

    def count() -> None:
        task = TaskContext(
            tenant_options(tenant), stores=TokenStores(run=EncryptedFiles(tmp_path / "store", b"run", print))
        )
        for _n in range(20):
            with task.lock("application", "App"):
                counter.write_text(str(int(counter.read_text()) + 1))

    assert [exit_code(child) for child in [run_in_child(count) for _n in range(3)]] == [0] * 3
    assert counter.read_text() == "60"


def test_without_a_store_there_is_no_lock(tenant: Any) -> None:
    with TaskContext(tenant_options(tenant)).lock("application", "App"):
        pass


def test_wire_takes_its_options_from_the_connections() -> None:
    made = build_http_settings(connection_options(timeout=5, proxy="http://p:1"))
    assert (made.timeout, made.proxy, made.retries) == (5, "http://p:1", 3)


@pytest.mark.parametrize(("value", "failed"), [("good", False), ("bad", True)])
def test_as_an_ordinary_module(
    value: str, failed: bool, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def run(task: TaskContext) -> dict[str, Any]:
        if task.params["value"] == "bad":
            raise StateError("Bad.")
        return {"changed": task.check_mode, "value": task.params["value"]}

    arguments = {"ANSIBLE_MODULE_ARGS": {"value": value, "_ansible_check_mode": True}}
    monkeypatch.setattr(basic, "_ANSIBLE_ARGS", json.dumps(arguments).encode())
    monkeypatch.setattr(basic, "_ANSIBLE_PROFILE", "legacy", raising=False)
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    with pytest.raises(SystemExit) as ended:
        run_module(ModuleSpec({"value": {"type": "str"}}), run)
    printed = json.loads(capsys.readouterr().out)
    assert ended.value.code == int(failed)
    assert printed.get("failed", False) is failed
    assert printed["msg"] == "Bad." if failed else (printed["changed"], printed["value"]) == (True, "good")
