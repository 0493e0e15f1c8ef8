# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The action behind all modules: here or there, censored or not. Whole playbooks are for the integration tests."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from ansible import constants
from ansible.errors import AnsibleError

from ansible_collections.beyondidentity.management.plugins.action.pkce import ActionModule as Pkce
from ansible_collections.beyondidentity.management.plugins.action.token import ActionModule as Token
from ansible_collections.beyondidentity.management.plugins.plugin_utils import module_action as module
from ansible_collections.beyondidentity.management.plugins.plugin_utils import stores as store
from tests.unit.builders import US_ISSUER
from tests.unit.option_helpers import template

SECRET = {"client_id": "c", "client_secret": "s3cret"}


@pytest.fixture(autouse=True)
def said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Return the warnings; be a run of its own, without anything of our environment."""
    warned: list[str] = []
    monkeypatch.setattr(module, "display", SimpleNamespace(warning=warned.append))
    monkeypatch.setattr(constants, "DEFAULT_LOCAL_TMP", str(tmp_path))
    for name in [name for name in os.environ if name.startswith("BEYONDIDENTITY_") or name.lower() == "https_proxy"]:
        monkeypatch.delenv(name)
    yield warned


class Shell:
    def env_prefix(self, **environment: str) -> str:
        return json.dumps(environment)


def make(action: Any, arguments: dict[str, Any], local: bool = True, pipelining: bool = True, **task: Any) -> Any:
    """Return an action as ansible-core would make it, as far as it is used here."""
    defaults = {"async_val": 0, "delegate_to": None, "check_mode": False, "no_log": None, "environment": None}
    connection = SimpleNamespace(
        _remote_is_local=local,
        has_pipelining=pipelining,
        transport="odd",
        _shell=Shell(),
        _play_context=SimpleNamespace(no_log=False),
    )
    made = SimpleNamespace(args=arguments, **{**defaults, **task})
    return action(made, connection, None, None, SimpleNamespace(template=template), None)


def there(action: Any, result: dict[str, Any]) -> list[dict[str, Any]]:
    """Let the remote host answer so; return what it is asked."""
    asked: list[dict[str, Any]] = []

    def execute(**how: Any) -> dict[str, Any]:
        asked.append({**how, "no_log": action._task.no_log and action._connection._play_context.no_log})
        return result

    action._execute_module = execute
    return asked


def test_a_result_that_carries_a_secret_is_censored() -> None:
    action = make(Pkce, {})
    result = action._run({})
    assert result["_ansible_no_log"] is True and action._task.no_log is True
    assert len(result["pkce"]["code_verifier"]) == 43, "what is registered is whole"


@pytest.mark.parametrize("no_log", [None, False, True])
def test_revealed_results_are_shown_unless_the_task_says_otherwise(no_log: bool | None) -> None:
    action = make(Pkce, {"reveal": True}, no_log=no_log)
    assert action._run({})["_ansible_no_log"] is False
    assert action._task.no_log is bool(no_log)


def test_failures_stay_readable() -> None:
    action = make(Pkce, {"code_verifier": "short-s3cret"})
    result = action._run({})
    assert result["failed"] and "43 to 128" in result["msg"] and "s3cret" not in result["msg"]
    assert not result.get("_ansible_no_log") and not action._task.no_log


SHORT = {"code_verifier": "short-s3cret"}  # which is refused


@pytest.mark.parametrize(
    ("arguments", "variables", "hidden"),
    [
        (SHORT, {"item": "short-s3cret"}, True),
        (SHORT, {"item": {"of": ["the short-s3cret itself"]}}, True),
        (SHORT, {"ansible_loop_var": "one", "one": "short-s3cret"}, True),
        (SHORT, {"item": "another"}, False),
        (SHORT, {"ansible_loop_var": "one", "item": "short-s3cret"}, False),
        ({**SHORT, "reveal": True}, {"item": "short-s3cret"}, False),
        ({"length": "long"}, {"item": {"client_secret": "s3cret"}}, True),
        ({"length": "long", **SHORT}, {"item": "short-s3cret"}, True),
        ({"length": "long"}, {"item": "short-s3cret"}, False),
    ],
)
def test_a_loop_item_that_is_a_secret_is_not_shown(
    arguments: dict[str, Any], variables: dict[str, Any], hidden: bool
) -> None:
    """Ansible prints the items of a loop beside its results, good and bad ones."""
    action = make(Pkce, arguments)
    result = action._run(variables)
    assert result["failed"] and (result["_ansible_no_log"], action._task.no_log) == (hidden, hidden)


def test_a_loop_item_that_can_not_be_decrypted_is_not_shown() -> None:
    class Vaulted:
        def __str__(self) -> str:
            raise AnsibleError("no vault secret fits")

    assert make(Pkce, {"length": "long"})._run({"item": Vaulted()})["_ansible_no_log"] is True


@pytest.mark.parametrize(
    ("arguments", "variables", "said_so"),
    [
        ({"length": "long"}, {}, "length"),
        ({"code_challenge_method": "S512"}, {}, "S256, plain"),
        ({"unknown": 1}, {}, "unknown"),
        ({"timeout": "soon"}, {}, "timeout is 'soon'"),
    ],
)
def test_bad_options_are_failures(arguments: dict[str, Any], variables: dict[str, Any], said_so: str) -> None:
    result = make(Pkce, arguments)._run(variables)
    assert result["failed"] and said_so in result["msg"]


def test_what_talks_to_nobody_heeds_no_variables() -> None:
    result = make(Pkce, {})._run({"beyondidentity_timeout": "soon", "beyondidentity_issuer": "nonsense"})
    assert result["pkce"]["code_verifier"]


def test_async_is_refused() -> None:
    result = make(Pkce, {}, async_val=60)._run({})
    assert result["failed"] and result["msg"].startswith("async is refused")


def test_a_fact_is_warned_of(said: list[str]) -> None:
    issuer = "https://evil.example"
    make(Token, {"scopes": ["realms:read"]})._run(
        {"beyondidentity_issuer": issuer, "ansible_facts": {"beyondidentity_issuer": issuer}}
    )
    assert len(said) == 1 and "beyondidentity_issuer is ignored" in said[0]


def test_without_cryptography_tokens_are_not_shared(
    tenant: Any, said: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "HAS_CRYPTOGRAPHY", False)
    for _n in range(2):
        result = make(Token, {"scopes": ["realms:read"]})._run(tenant.variables)
        assert result["cached"] is False
    assert "cryptography is missing" in said[0]


@pytest.mark.parametrize(
    ("action", "delegate_to", "local", "remote"),
    [
        (Token, None, True, False),
        (Token, None, False, False),
        (Token, "localhost", True, False),
        (Token, "bastion", False, True),
        (Pkce, "bastion", False, False),
    ],
)
def test_only_explicit_delegation_to_another_host_runs_there(
    action: Any, delegate_to: str | None, local: bool, remote: bool
) -> None:
    assert make(action, {}, local=local, delegate_to=delegate_to)._is_delegated() is remote


def delegated(**how: Any) -> Any:
    arguments = {"issuer": US_ISSUER, "scopes": "a", **how.pop("arguments", SECRET)}
    return make(Token, arguments, local=False, delegate_to="bastion", **how)


def test_a_delegated_module_gets_whole_options_and_nothing_of_it_is_shown() -> None:
    action = delegated()
    asked = there(action, {"changed": False, "token": {"access_token": "t"}, "invocation": {"module_args": SECRET}})
    result = action._run({"beyondidentity_realm_id": "r9"})
    assert result == {"changed": False, "token": {"access_token": "t"}, "_ansible_no_log": True}
    assert asked[0]["module_name"] == "beyondidentity.management.token"
    assert asked[0]["no_log"] is True
    given = asked[0]["module_args"]
    assert (given["client_secret"], given["realm_id"], given["timeout"]) == ("s3cret", "r9", 30)
    assert None not in given.values()


LIES = {
    "ansible_facts": {"beyondidentity_issuer": "https://evil.example"},
    "add_host": {"host_name": "evil", "groups": ["all"]},
    "add_group": "evil",
    "parent_groups": ["all"],
    "_ansible_no_log": False,
    "_ansible_delegated_vars": {},
    "_ansible_verbose_always": True,
    "_anything": 1,
}


def test_a_host_that_lies_in_its_answer_has_no_power() -> None:
    action = delegated()
    there(action, {**LIES, "changed": True, "token": {"access_token": "t"}})
    result = action._run({})
    result.pop("parent_groups")  # says nothing without add_group
    assert result == {"changed": True, "token": {"access_token": "t"}, "_ansible_no_log": True}


@pytest.mark.parametrize("no_log", [None, True])
def test_after_an_exception_the_task_is_as_it_was(no_log: bool | None) -> None:
    action = delegated(no_log=no_log)

    def fail(**_how: Any) -> None:
        raise KeyboardInterrupt

    action._execute_module = fail
    with pytest.raises(KeyboardInterrupt):
        action._run({})
    assert action._task.no_log is no_log and action._connection._play_context.no_log is False


def test_what_the_module_masked_because_it_was_given_is_put_back() -> None:
    masked = "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"
    action = delegated()
    there(action, {"token": [{"client_secret": masked, "access_token": masked, "other": masked}]})
    assert action._run({})["token"] == [{"client_secret": "s3cret", "access_token": masked, "other": masked}]


def test_no_module_is_sent_where_it_would_be_written_to_a_file() -> None:
    action = delegated(pipelining=False)
    asked = there(action, {})
    result = action._run({})
    assert result["failed"] and "The connection plugin odd can't run a module without writing it" in result["msg"]
    assert asked == []
    assert action._is_pipelining_enabled("new") is True


PROXIES = {"HTTPS_PROXY": "http://user:s3cret@proxy:1", "BEYONDIDENTITY_REALM_ID": "r1", "NO_PROXY": "x", "LANG": "C"}


def test_a_tasks_proxy_goes_to_the_module_as_an_option_and_not_into_its_environment() -> None:
    action = delegated(environment=[PROXIES])
    asked = there(action, {})
    action._run({})
    assert asked[0]["module_args"]["proxy"] == PROXIES["HTTPS_PROXY"]
    assert asked[0]["module_args"]["realm_id"] == "r1"
    kept: dict[str, Any] = {}
    assert json.loads(action._compute_environment_string(kept)) == kept == {"NO_PROXY": "x", "LANG": "C"}


@pytest.mark.parametrize(
    ("arguments", "variables", "environment", "given"),
    [
        ({}, {}, [], None),
        ({}, {}, [{"HTTPS_PROXY": "http://task:1"}], "http://task:1"),
        ({}, {}, [{"BEYONDIDENTITY_PROXY": "http://task:2"}], "http://task:2"),
        ({}, {"beyondidentity_proxy": "http://variable:1"}, [], "http://variable:1"),
        ({"proxy": "http://argument:1"}, {}, [{"HTTPS_PROXY": "http://task:1"}], "http://argument:1"),
    ],
)
def test_another_host_does_not_get_this_machines_proxy(
    arguments: dict[str, Any],
    variables: dict[str, Any],
    environment: list[dict[str, str]],
    given: str | None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("BEYONDIDENTITY_PROXY", "HTTPS_PROXY"):
        monkeypatch.setenv(name, "http://user:s3cr3t@here:3128")
    action = delegated(arguments={**SECRET, **arguments}, environment=environment)
    asked = there(action, {})
    action._run(variables)
    assert asked[0]["module_args"].get("proxy") == given
    assert "s3cr3t" not in json.dumps(asked[0]["module_args"])
    action._compute_environment_string(kept := {})
    assert "s3cr3t" not in json.dumps(kept)


def test_another_host_does_not_get_the_environments_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in SECRET.items():
        monkeypatch.setenv(f"BEYONDIDENTITY_{name.upper()}", value)
    action = delegated(arguments={}, environment=[PROXIES])
    asked = there(action, {})
    result = action._run({})
    assert result["failed"] and "delegated to a host that the inventory defines" in result["msg"]
    assert asked == [] and "s3cret" not in str(result)
