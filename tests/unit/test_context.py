# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One call of a module: its token source, stores and locks, and what its result tells and hides."""

from __future__ import annotations

import base64
import io
import json
import sys
from pathlib import Path
from typing import Any

import pytest
from ansible.module_utils import basic

from ansible_collections.beyondidentity.management.plugins.module_utils._errors import (
    SignInRequiredError,
    StateError,
)
from ansible_collections.beyondidentity.management.plugins.module_utils._http.settings import HttpSettings
from ansible_collections.beyondidentity.management.plugins.module_utils._oauth.stored_sign_ins import SignInStore
from ansible_collections.beyondidentity.management.plugins.module_utils._oauth.token_sources import (
    ClientCredentialsTokens,
    StaticToken,
)
from ansible_collections.beyondidentity.management.plugins.module_utils._oauth.token_store import TokenStores
from ansible_collections.beyondidentity.management.plugins.module_utils._task.argument_spec import ModuleSpec
from ansible_collections.beyondidentity.management.plugins.module_utils._task.context import TaskContext
from ansible_collections.beyondidentity.management.plugins.module_utils._task.runner import run_module, run_safely
from ansible_collections.beyondidentity.management.plugins.module_utils._task.sign_ins import open_sign_ins
from ansible_collections.beyondidentity.management.plugins.plugin_utils.encrypted_store import EncryptedStore
from tests.unit.builders import WORK, connection_options, exit_code, get_token, run_in_child, tenant_options
from tests.unit.memory_store import MemoryStore


def test_a_result_has_the_number_of_requests(tenant: Any) -> None:
    task = TaskContext(tenant_options(tenant), environ={})
    result = run_safely(task, lambda task: {"scopes": get_token(task.token_source, "realms:read").token.scopes})
    assert result == {"changed": False, "scopes": ("realms:read",), "requests": 1}
    assert run_safely(TaskContext(connection_options()), lambda task: {"changed": True}) == {
        "changed": True,
        "requests": 0,
    }


def test_an_expected_error_becomes_a_failed_result() -> None:
    def run(task: TaskContext) -> dict[str, Any]:
        raise StateError("Two objects have the name.", "Set id.", ids=["1"])

    assert run_safely(TaskContext(connection_options()), run) == {
        "failed": True,
        "changed": False,
        "msg": "Two objects have the name. Set id.",
        "ids": ["1"],
    }


def test_an_unexpected_error_names_its_place_and_hides_its_text() -> None:
    def run(task: TaskContext) -> dict[str, Any]:
        raise KeyError("s3cret")

    result = run_safely(TaskContext(connection_options()), run)
    assert result["failed"] and result["msg"].startswith("Unexpected KeyError at test_context.py:")
    assert "bug in the collection" in result["msg"] and "s3cret" not in str(result)


@pytest.mark.parametrize("exception", [KeyboardInterrupt, SystemExit])
def test_an_exception_that_ends_the_run_passes_through(exception: type[BaseException]) -> None:
    def run(task: TaskContext) -> dict[str, Any]:
        raise exception

    with pytest.raises(exception):
        run_safely(TaskContext(connection_options()), run)


@pytest.mark.parametrize("place", ["error_description", "error"])
def test_secrets_that_a_server_echoes_are_masked_in_each_sent_form(place: str, tenant: Any) -> None:
    params = tenant_options(tenant, client_secret="s3cret/with+odd signs", custom="x")
    basic_pair = base64.b64encode(f"{tenant.client_id}:s3cret%2Fwith%2Bodd+signs".encode()).decode()
    tenant.add_fault(
        operation="token",
        status=400,
        json={"error": "x", place: f"you sent s3cret/with+odd signs, s3cret%2Fwith%2Bodd+signs and {basic_pair}"},
    )
    result = run_safely(TaskContext(params, environ={}), lambda task: {"token": get_token(task.token_source, "a")})
    assert result["failed"] and "you sent ********" in result["msg"]
    for form in ("s3cret", basic_pair):
        assert form not in json.dumps(result)


def test_a_secret_option_is_masked_even_if_it_was_never_sent() -> None:
    def run(task: TaskContext) -> dict[str, Any]:
        raise StateError("The value s3cret is wrong.")

    result = run_safely(TaskContext(connection_options(client_secret="s3cret")), run)
    assert result["msg"] == "The value ******** is wrong."


def test_a_secret_of_one_call_does_not_mask_the_messages_of_the_next() -> None:
    def run(task: TaskContext) -> dict[str, Any]:
        raise StateError("No realm has the name Customers.")

    run_safely(TaskContext(connection_options(client_secret="Customers")), run)
    assert "Customers" in run_safely(TaskContext(connection_options()), run)["msg"]


def test_disabled_certificate_validation_warns_once(tenant: Any, warnings: list[str]) -> None:
    task = TaskContext(tenant_options(tenant, validate_certs=False), environ={}, warn=warnings.append)
    for _n in range(2):
        get_token(task.token_source, "realms:read")
    assert len(warnings) == 1 and warnings[0].startswith("validate_certs is false:")


@pytest.mark.parametrize(
    ("given", "source"),
    [
        ({}, ClientCredentialsTokens),
        ({"grant_type": "authorization_code"}, SignInStore),
        ({"access_token": "t0ken"}, StaticToken),
        ({"access_token": "t0ken", "grant_type": "authorization_code"}, StaticToken),
    ],
)
def test_the_options_select_the_token_source(given: dict[str, Any], source: type, tenant: Any) -> None:
    task = TaskContext(tenant_options(tenant, **given), open_sign_ins=open_sign_ins)
    assert isinstance(task.token_source, source) and task.token_source.connection is task.connection


def test_without_stored_sign_ins_the_authorization_code_grant_asks_to_sign_in(tenant: Any) -> None:
    task = TaskContext(tenant_options(tenant, grant_type="authorization_code"))
    with pytest.raises(SignInRequiredError, match="delegated"):
        task.token_source  # noqa: B018


@pytest.mark.parametrize(
    ("cache", "stored"), [("run", [True, False]), ("user", [False, True]), ("none", [False, False])]
)
def test_token_cache_selects_the_store(cache: str, stored: list[bool], tenant: Any) -> None:
    run, user = MemoryStore(), MemoryStore()
    task = TaskContext(tenant_options(tenant, token_cache=cache), stores=TokenStores(run, user), environ={})
    get_token(task.token_source, "realms:read")
    assert [bool(store.entries) for store in (run, user)] == stored


def test_a_lock_excludes_other_processes_from_the_same_object(tenant: Any, tmp_path: Path) -> None:
    counter = tmp_path / "counter"
    counter.write_text("0")

    def count() -> None:
        store = EncryptedStore(tmp_path / "store", b"run", print)
        task = TaskContext(tenant_options(tenant), stores=TokenStores(run=store))
        for _n in range(20):
            with task.lock("application", "App", purpose=WORK):
                counter.write_text(str(int(counter.read_text()) + 1))

    assert [exit_code(child) for child in [run_in_child(count) for _n in range(3)]] == [0] * 3
    assert counter.read_text() == "60"


def test_a_spec_ignores_options_always_or_with_one_argument_only() -> None:
    always = ModuleSpec({}, ignored=frozenset({"access_token"}))
    sometimes = ModuleSpec(
        {}, ignored=frozenset({"access_token"}), ignores=lambda arguments: arguments.get("all") == "sign_ins"
    )
    assert always.get_ignored({}) == sometimes.get_ignored({"all": "sign_ins"}) == {"access_token"}
    assert sometimes.get_ignored({"all": "application"}) == sometimes.get_ignored({}) == frozenset()


def test_without_a_store_a_lock_excludes_nobody(tenant: Any) -> None:
    task = TaskContext(tenant_options(tenant))
    with task.lock("application", "App", purpose=WORK), task.lock("application", "App", purpose=WORK):
        assert task.requests == 0


def test_a_dataclass_receives_the_parameters_that_it_has_fields_for() -> None:
    settings = TaskContext(connection_options(timeout=5, proxy="http://p:1")).read(HttpSettings)
    assert (settings.timeout, settings.proxy, settings.retries) == (5, "http://p:1", 3)


@pytest.mark.parametrize(("value", "failed"), [("good", False), ("bad", True)])
def test_an_ordinary_module_prints_its_result_and_exits(
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
    assert printed.get("failed", False) is failed and printed["issued"] == []
    assert printed["msg"] == "Bad." if failed else (printed["changed"], printed["value"]) == (True, "good")
