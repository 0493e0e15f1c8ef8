# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The action plugin behind all modules: where the module runs, and which results are censored.

Whole playbooks are in the integration tests.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from ansible import constants, context
from ansible.parsing.vault import AnsibleVaultError

from ansible_collections.beyondidentity.management.plugins.action.application import ActionModule as Application
from ansible_collections.beyondidentity.management.plugins.action.credential import ActionModule as Credential
from ansible_collections.beyondidentity.management.plugins.action.credential_binding_job import (
    ActionModule as Invitation,
)
from ansible_collections.beyondidentity.management.plugins.action.pkce import ActionModule as Pkce
from ansible_collections.beyondidentity.management.plugins.action.realm import ActionModule as Realm
from ansible_collections.beyondidentity.management.plugins.action.role import ActionModule as Role
from ansible_collections.beyondidentity.management.plugins.action.token import ActionModule as Token
from ansible_collections.beyondidentity.management.plugins.module_utils._oauth.token_store import (
    LockPurpose,
    TokenStores,
)
from ansible_collections.beyondidentity.management.plugins.plugin_utils import module_action, stores
from ansible_collections.beyondidentity.management.plugins.plugin_utils.censoring import must_censor
from tests.unit.builders import US_ISSUER
from tests.unit.memory_store import MemoryStore
from tests.unit.option_helpers import template

SECRET = {"client_id": "c", "client_secret": "s3cret"}


@pytest.fixture(autouse=True)
def shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the warnings that are shown. The test is a run of its own, without the options of the real environment."""
    messages: list[str] = []
    monkeypatch.setattr(module_action, "display", SimpleNamespace(warning=messages.append))
    monkeypatch.setattr(constants, "DEFAULT_LOCAL_TMP", str(tmp_path))
    for name in [name for name in os.environ if name.startswith("BEYONDIDENTITY_") or name.lower() == "https_proxy"]:
        monkeypatch.delenv(name)
    return messages


class StubTask:
    """A task with these attributes, which is compared by identity, as Ansible's tasks are."""

    def __init__(self, **attributes: Any) -> None:
        vars(self).update(_uuid="task-1", **attributes)


class Shell:
    """A connection's shell that shows the environment it receives."""

    def env_prefix(self, **environment: str) -> str:
        return json.dumps(environment)


def play(strategy: str, serial: Sequence[Any] = ()) -> dict[str, Any]:
    """Return the attribute by which a task knows its play."""
    return {"get_play": lambda: SimpleNamespace(strategy=strategy, serial=list(serial))}


def make_action(
    action: Any, arguments: dict[str, Any], transport: str = "ssh", pipelining: bool = True, **task: Any
) -> Any:
    """Return an action plugin as ansible-core creates it, with the attributes that the plugin uses."""
    defaults = {"async_val": 0, "delegate_to": None, "check_mode": False, "no_log": None, "environment": None}
    defaults |= {"run_once": False, "throttle": 0, "loop": None, "loop_with": None, **play("linear")}
    connection = SimpleNamespace(
        has_pipelining=pipelining,
        transport=transport,
        _shell=Shell(),
        _play_context=SimpleNamespace(no_log=False),
    )
    return action(
        StubTask(args=arguments, **{**defaults, **task}),
        connection,
        None,
        None,
        SimpleNamespace(template=template),
        None,
    )


def stub_remote_host(action: Any, result: dict[str, Any]) -> list[dict[str, Any]]:
    """Let the remote host return this result. Return a list of the calls that it receives."""
    calls: list[dict[str, Any]] = []

    def execute(**call: Any) -> dict[str, Any]:
        calls.append({**call, "no_log": action._task.no_log and action._connection._play_context.no_log})
        return result

    action._execute_module = execute
    return calls


def test_a_result_that_carries_a_secret_is_censored() -> None:
    action = make_action(Pkce, {})
    result = action._run({})
    assert result["_ansible_no_log"] is True and action._task.no_log is True
    assert len(result["pkce"]["code_verifier"]) == 43, "a registered variable keeps the value"


@pytest.mark.parametrize("no_log", [None, False, True])
def test_with_reveal_only_the_tasks_own_no_log_hides_a_result(no_log: bool | None) -> None:
    action = make_action(Pkce, {"reveal": True}, no_log=no_log)
    assert action._run({})["_ansible_no_log"] is False
    assert action._task.no_log is bool(no_log)


def test_a_failure_is_readable_and_without_the_secret() -> None:
    action = make_action(Pkce, {"code_verifier": "short-s3cret"})
    result = action._run({})
    assert result["failed"] and "43 to 128" in result["msg"] and "s3cret" not in result["msg"]
    assert not result.get("_ansible_no_log") and not action._task.no_log


SHORT = {"code_verifier": "short-s3cret"}  # too short, so the module fails


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
def test_a_result_whose_loop_item_has_a_secret_is_censored(
    arguments: dict[str, Any], variables: dict[str, Any], hidden: bool
) -> None:
    """Ansible prints the loop item beside the result, also if the task fails."""
    action = make_action(Pkce, arguments)
    result = action._run(variables)
    assert result["failed"] and (result["_ansible_no_log"], action._task.no_log) == (hidden, hidden)


RANDOM = "4f8Qz1LkP0aVb9Xw2RtY"
JWT = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ4In0.c2lnbmF0dXJl"

# What other systems call a code or a token, in items of loops over countries, errors, devices and proxies.
HARMLESS: list[Any] = [
    {"code": "DE"},
    {"code": "E-1234", "name": "Overheated"},
    {"code": 42, "token": True},
    {"code": ["DE", "FR"], "token": None},
    {"token": "quarterly-report-of-sales"},
    {"token": "hardware key", "authorization": "required"},
    {"authorization": {"required": "yes", "code": "A1"}},
    {"proxy": "http://proxy.example:3128"},
    {"redirect_response": "http://127.0.0.1:8400/callback?error=access_denied"},
    {"countries": [{"code": "DE"}, {"code": "FR"}]},
]
SECRET_ITEMS: list[Any] = [
    {"code": RANDOM},
    {"code": RANDOM.lower()},
    {"code": ["DE", RANDOM]},
    {"token": JWT},
    {"authorization": f"Bearer {JWT}"},
    {"authorization": "basic YTpi"},
    {"authorization": {"code": RANDOM}},
    {"authorization": {"code_verifier": "short"}},
    {"proxy": "http://user:pw@proxy.example"},
    {"proxy": "user@proxy.example:3128"},
    {"proxy": "http://user:pw@["},
    {"redirect_response": "http://127.0.0.1:8400/callback?code=c1&state=s"},
    {"redirect_response": RANDOM},
    {"devices": [{"code": "A1"}, {"token": RANDOM}]},
    {"refresh_token": "short"},
    {"passwords": ["short"]},
]


@pytest.mark.parametrize(
    ("item", "hidden"), [*((item, False) for item in HARMLESS), *((item, True) for item in SECRET_ITEMS)]
)
def test_a_loop_item_is_hidden_only_if_it_has_the_form_of_a_secret(item: Any, hidden: bool) -> None:
    """Otherwise a loop over country codes would hide its results and its failures."""
    arguments = {"operation": "CreateRealm", "body": item} if isinstance(item, dict) else {}
    assert must_censor({}, {"item": item}, arguments) is hidden


@pytest.mark.parametrize("name", ["code", "token", "client_key_password", "refresh_token"])
def test_a_loop_item_with_a_secret_argument_of_the_task_is_hidden(name: str) -> None:
    """Whatever its form and its key are."""
    for item in ("DE01", {"code": "DE01"}, {"any": ["DE01"]}):
        assert must_censor({}, {"item": item}, {name: "DE01"})
        assert not must_censor({}, {"item": item}, {name: "FR01"})


def test_a_loop_item_with_a_secret_of_the_tasks_body_is_hidden() -> None:
    body = {"user": {"token": RANDOM, "code": "DE01"}}
    assert must_censor({}, {"item": {"any": RANDOM}}, {"body": body})
    assert not must_censor({}, {"item": {"any": "DE01"}}, {"body": body})


class Vaulted:
    """Inline-vaulted text of ansible-core before 2.19, with the wrong vault password."""

    def __str__(self) -> str:
        raise AnsibleVaultError("Attempting to decrypt but no vault secrets found")


def test_a_result_whose_loop_item_cannot_be_decrypted_is_censored() -> None:
    assert make_action(Pkce, {"length": "long"})._run({"item": Vaulted()})["_ansible_no_log"] is True


def test_an_argument_that_cannot_be_decrypted_is_a_failure() -> None:
    result = make_action(Token, {"client_secret": Vaulted()})._run({})
    assert result["failed"]
    assert "Cannot use the argument client_secret: it is vaulted, and Ansible has no vault password" in result["msg"]


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ({"length": "long"}, "length"),
        ({"code_challenge_method": "S512"}, "S256, plain"),
        ({"unknown": 1}, "unknown"),
        ({"timeout": "soon"}, "timeout is 'soon'"),
    ],
)
def test_an_invalid_option_is_a_failure_that_names_it(arguments: dict[str, Any], expected: str) -> None:
    result = make_action(Pkce, arguments)._run({})
    assert result["failed"] and expected in result["msg"]


def test_an_unknown_option_is_named_before_a_missing_one() -> None:
    """A missing option is often only the consequence of a typing error."""
    result = make_action(Realm, {"display_nam": "R"})._run({})
    assert result["failed"] and result["msg"].startswith("Unsupported: ") and "display_nam" in result["msg"]


@pytest.mark.parametrize(
    ("module", "arguments", "expected"),
    [
        (
            Token,
            {"scope": "realms:read"},
            "Unsupported: scope. Did you mean scopes instead of scope? Supported parameters",
        ),
        (Token, {"state": "x"}, "Unsupported: state. Did you mean oauth_state instead of state? Supported"),
        (Realm, {"name": "R"}, "Unsupported: name. Did you mean display_name instead of name? Supported"),
        (Realm, {"colour": "red"}, "Unsupported: colour. Supported parameters include:"),
        (
            Role,
            {"display_name": "R", "members": {"identity": ["x"]}},
            "Unsupported: members.identity. Did you mean identities instead of identity? Supported",
        ),
        (Application, {"display_name": "A", "clientt_type": "public"}, "Did you mean client_type instead"),  # an alias
        *(
            (
                module,
                {"display_name": "A", f"{name}_{word}": True},
                f"Did you mean {name}_mode instead of {name}_{word}?",
            )
            for module, name in ((Role, "scopes"), (Role, "members"), (Application, "scopes"))
            for word in ("exclusive", "append", "purge")
        ),
        (
            Role,
            {"display_name": "R", "exclusive": True},
            "Did you mean members_mode or scopes_mode instead of exclusive?",
        ),
        (Application, {"display_name": "A", "exclusive": True}, "Did you mean scopes_mode instead of exclusive?"),
    ],
)
def test_an_unknown_option_suggests_the_nearest(module: Any, arguments: dict[str, Any], expected: str) -> None:
    result = make_action(module, arguments)._run({})
    assert result["failed"] and expected in result["msg"]


@pytest.mark.parametrize(
    ("arguments", "variables"),
    [
        ({"client_secret": "s3cret-value", "timeout": "s3cret-value"}, {}),
        ({"state": "s3cret-value"}, {"beyondidentity_client_secret": "s3cret-value"}),
    ],
    ids=["argument", "variable"],
)
def test_an_error_about_another_option_masks_a_secret_in_its_value(
    arguments: dict[str, Any], variables: dict[str, Any]
) -> None:
    result = make_action(Realm, {"display_name": "R", **arguments})._run(variables)
    assert result["failed"] and "********" in result["msg"] and "s3cret-value" not in result["msg"]


def test_a_module_that_sends_nothing_ignores_connection_variables() -> None:
    result = make_action(Pkce, {})._run({"beyondidentity_timeout": "soon", "beyondidentity_issuer": "nonsense"})
    assert result["pkce"]["code_verifier"]


def test_a_module_that_sends_nothing_accepts_the_connection_options_of_module_defaults() -> None:
    result = make_action(
        Pkce, {"issuer": "https://auth-us.beyondidentity.com/x", "client_secret": "s3cret-value"}
    )._run({})
    assert result["pkce"]["code_verifier"]


def test_async_is_refused() -> None:
    result = make_action(Pkce, {}, async_val=60)._run({})
    assert result["failed"] and result["msg"].startswith("async is refused")


def test_an_ignored_fact_is_a_warning(shown: list[str]) -> None:
    issuer = "https://evil.example"
    make_action(Token, {"scopes": ["realms:read"]})._run(
        {"beyondidentity_issuer": issuer, "ansible_facts": {"beyondidentity_issuer": issuer}}
    )
    assert len(shown) == 1 and "beyondidentity_issuer is ignored" in shown[0]


def test_only_an_attempt_of_its_own_sends_a_refused_secret_again(tenant: Any) -> None:
    """An action is created for each attempt and item; a task object is one item's."""

    def ask(item: StubTask) -> None:
        action = make_action(Token, {"scopes": ["realms:read"]})
        vars(item).update({**vars(action._task), **vars(item)})
        action._task = item
        assert action._run({**tenant.variables, "beyondidentity_client_secret": "wr0ng"})["failed"]

    first, second = StubTask(), StubTask()
    for item, requests in ((first, 1), (second, 1), (first, 2), (second, 2), (second, 3)):
        ask(item)
        assert len(tenant.read_journal(operation="token")) == requests


def test_without_cryptography_tokens_are_not_shared(
    tenant: Any, shown: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stores, "HAS_CRYPTOGRAPHY", False)
    for _n in range(2):
        result = make_action(Token, {"scopes": ["realms:read"]})._run(tenant.variables)
        assert result["cached"] is False
    assert "cryptography is missing" in shown[0]


@pytest.mark.parametrize(
    ("action", "delegate_to", "transport", "is_remote"),
    [
        (Token, None, "local", False),
        (Token, None, "ssh", False),
        (Token, "localhost", "ssh", False),
        (Token, "bastion", "local", False),
        (Token, "bastion", "ssh", True),
        (Pkce, "bastion", "ssh", False),
    ],
)
def test_only_a_task_delegated_to_another_host_runs_remotely(
    action: Any, delegate_to: str | None, transport: str, is_remote: bool
) -> None:
    assert make_action(action, {}, transport=transport, delegate_to=delegate_to)._is_remote() is is_remote


def make_delegated_action(arguments: dict[str, Any] | None = None, **settings: Any) -> Any:
    """Return the action plugin of a module `token` that is delegated to another host; by default its secret is set."""
    given = SECRET if arguments is None else arguments
    return make_action(Token, {"issuer": US_ISSUER, "scopes": "a", **given}, delegate_to="bastion", **settings)


def test_a_delegated_module_receives_all_options_and_none_is_shown() -> None:
    action = make_delegated_action()
    calls = stub_remote_host(
        action, {"changed": False, "token": {"access_token": "t"}, "invocation": {"module_args": SECRET}}
    )
    result = action._run({"beyondidentity_realm_id": "r9"})
    assert result == {"changed": False, "token": {"access_token": "t"}, "_ansible_no_log": True}
    assert calls[0]["module_name"] == "beyondidentity.management.token"
    assert calls[0]["no_log"] is True
    given = calls[0]["module_args"]
    assert (given["client_secret"], given["realm_id"], given["timeout"]) == ("s3cret", "r9", 30)
    assert None not in given.values()


INVITATION = {"identity": "Pat", "delivery_method": "email", "authenticator_config": "Hosted Web"}
ONE_PASSKEY = {"identity": "Pat", "id": "x", "state": "absent"}


@pytest.mark.parametrize(
    ("action_class", "options", "key"),
    [
        (Realm, {"display_name": " R"}, ["beyondidentity.management.realm", "r"]),
        (Invitation, INVITATION, ["beyondidentity.management.credential_binding_job", "pat"]),
        (Credential, ONE_PASSKEY, ["beyondidentity.management.credential", "pat"]),
    ],
)
def test_a_delegated_state_module_excludes_other_hosts_from_the_same_object(
    action_class: Any, options: dict[str, Any], key: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    events: list[Any] = []

    class RecordingStore(MemoryStore):
        @contextmanager
        def lock(self, key: Any, purpose: LockPurpose) -> Iterator[None]:
            events.append(key)
            yield
            events.append("release")

    monkeypatch.setattr(module_action, "open_stores", lambda *_arguments: TokenStores(run=RecordingStore()))
    action = make_action(action_class, {"issuer": US_ISSUER, **options, **SECRET}, delegate_to="bastion")
    action._execute_module = lambda **_call: events.append("run") or {"changed": False}
    action._run({})
    assert events == [key, "run", "release"]


def make_hosts(batch: str, active: str, everyone: str) -> dict[str, Any]:
    """Return the variables about the hosts of a play, each with a name of one letter."""
    return {
        "ansible_play_batch": list(batch),
        "ansible_play_hosts": list(active),
        "ansible_play_hosts_all": list(everyone),
    }


SEVERAL = make_hosts("ab", "ab", "ab")


@pytest.mark.parametrize(
    ("variables", "task", "forks", "is_alone"),
    [
        (SEVERAL, {}, 5, False),
        (make_hosts("a", "a", "a"), {}, 5, True),
        (make_hosts("", "", "a"), play("free"), 5, True),
        (make_hosts("a", "ab", "ab"), play("free"), 5, True),
        (make_hosts("a", "a", "ab"), {}, 5, False),
        (make_hosts("a", "a", "ab"), play("free", [1]), 5, True),
        (SEVERAL, play("linear", ["1"]), 5, True),
        (SEVERAL, play("linear", [1, 5]), 5, False),
        ({}, {}, 5, False),
        (SEVERAL, {"run_once": True}, 5, True),
        (SEVERAL, {"run_once": True, **play("ansible.builtin.linear")}, 5, True),
        (SEVERAL, {"run_once": True, **play("ansible.legacy.linear")}, 5, True),
        (SEVERAL, {"run_once": True, **play("debug")}, 5, True),
        (SEVERAL, {"run_once": True, **play("host_pinned")}, 5, False),
        (SEVERAL, {"run_once": True, **play("own.collection.linear")}, 5, False),
        (SEVERAL, {"run_once": True, **play("free")}, 5, False),
        (SEVERAL, {"throttle": 1}, 5, True),
        (SEVERAL, {"throttle": 1, **play("free")}, 5, False),
        (SEVERAL, {"throttle": 2}, 5, False),
        (SEVERAL, play("free"), 1, True),
    ],
)
@pytest.mark.parametrize("delegate_to", [None, "bastion"])
def test_without_locks_an_object_is_created_only_if_no_other_host_can_create_it(
    variables: dict[str, Any],
    task: dict[str, Any],
    forks: int,
    is_alone: bool,
    delegate_to: str | None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(stores, "HAS_CRYPTOGRAPHY", False)
    monkeypatch.setattr(context, "CLIARGS", {"forks": forks})
    arguments = {"issuer": US_ISSUER, "display_name": "R", "proxy": "http://127.0.0.1:1", "retries": 0, **SECRET}
    action = make_action(Realm, arguments, delegate_to=delegate_to, **task)
    action._execute_module = lambda **_call: {"changed": True}
    message = action._run(variables).get("msg", "")
    assert ("Cannot exclude other hosts from work on the same realm" in message) is not is_alone
    if not is_alone:
        assert "several hosts can create the same realm" in message and "run_once: true" in message


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


def test_the_result_of_a_malicious_host_changes_no_facts_and_no_inventory() -> None:
    action = make_delegated_action()
    stub_remote_host(action, {**LIES, "changed": True, "token": {"access_token": "t"}})
    result = action._run({})
    result.pop("parent_groups")  # has no effect without add_group
    assert result == {"changed": True, "token": {"access_token": "t"}, "_ansible_no_log": True}


@pytest.mark.parametrize("no_log", [None, True])
def test_an_exception_restores_no_log(no_log: bool | None) -> None:
    action = make_delegated_action(no_log=no_log)

    def fail(**_call: Any) -> None:
        raise KeyboardInterrupt

    action._execute_module = fail
    with pytest.raises(KeyboardInterrupt):
        action._run({})
    assert action._task.no_log is no_log and action._connection._play_context.no_log is False


def test_inputs_that_ansible_masked_in_a_remote_result_are_restored() -> None:
    masked = "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"
    action = make_delegated_action()
    stub_remote_host(action, {"token": [{"client_secret": masked, "access_token": masked, "other": masked}]})
    assert action._run({})["token"] == [{"client_secret": "s3cret", "access_token": masked, "other": masked}]


def test_a_connection_without_pipelining_receives_no_module() -> None:
    """Such a connection writes the module, and the secrets in it, to a file."""
    action = make_delegated_action(transport="odd", pipelining=False)
    calls = stub_remote_host(action, {})
    result = action._run({})
    assert result["failed"] and "The connection plugin odd can run a module only from a file" in result["msg"]
    assert calls == []
    assert action._is_pipelining_enabled("new") is True


PROXIES = {"HTTPS_PROXY": "http://user:s3cret@proxy:1", "BEYONDIDENTITY_REALM_ID": "r1", "NO_PROXY": "x", "LANG": "C"}


def test_the_tasks_proxy_reaches_a_remote_module_as_an_option_not_in_its_environment() -> None:
    action = make_delegated_action(environment=[PROXIES])
    calls = stub_remote_host(action, {})
    action._run({})
    assert calls[0]["module_args"]["proxy"] == PROXIES["HTTPS_PROXY"]
    assert calls[0]["module_args"]["realm_id"] == "r1"
    public: dict[str, Any] = {}
    assert json.loads(action._compute_environment_string(public)) == public == {"NO_PROXY": "x", "LANG": "C"}


@pytest.mark.parametrize(
    ("arguments", "variables", "environment", "expected"),
    [
        ({}, {}, [], None),
        ({}, {}, [{"HTTPS_PROXY": "http://task:1"}], "http://task:1"),
        ({}, {}, [{"BEYONDIDENTITY_PROXY": "http://task:2"}], "http://task:2"),
        ({}, {"beyondidentity_proxy": "http://variable:1"}, [], "http://variable:1"),
        ({"proxy": "http://argument:1"}, {}, [{"HTTPS_PROXY": "http://task:1"}], "http://argument:1"),
    ],
)
def test_a_remote_host_does_not_receive_the_controllers_proxy(
    arguments: dict[str, Any],
    variables: dict[str, Any],
    environment: list[dict[str, str]],
    expected: str | None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("BEYONDIDENTITY_PROXY", "HTTPS_PROXY"):
        monkeypatch.setenv(name, "http://user:s3cr3t@here:3128")
    action = make_delegated_action({**SECRET, **arguments}, environment=environment)
    calls = stub_remote_host(action, {})
    action._run(variables)
    assert calls[0]["module_args"].get("proxy") == expected
    assert "s3cr3t" not in json.dumps(calls[0]["module_args"])
    action._compute_environment_string(public := {})
    assert "s3cr3t" not in json.dumps(public)


def test_a_remote_host_does_not_receive_the_environments_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in SECRET.items():
        monkeypatch.setenv(f"BEYONDIDENTITY_{name.upper()}", value)
    action = make_delegated_action({}, environment=[PROXIES])
    calls = stub_remote_host(action, {})
    result = action._run({})
    assert result["failed"] and "delegated to a host that the inventory defines" in result["msg"]
    assert calls == [] and "s3cret" not in str(result)


PIN = "BEYONDIDENTITY_PINNED_REALM_ID"
OF_GROUP = [{"group/beyondidentity.management.all": {"realm": "Customers", "timeout": 7}}]


def test_a_remote_host_receives_the_pinned_realm_of_the_controller(monkeypatch: pytest.MonkeyPatch) -> None:
    for process, task, expected in (("", "", None), ("r1", "", "r1"), ("", "r2", "r2"), ("r1", "r1", "r1")):
        monkeypatch.setenv(PIN, process)
        action = make_delegated_action(environment=[{PIN: task}])
        action._compute_environment_string(public := {})
        assert public.get(PIN) == expected


def test_a_delegated_task_cannot_replace_the_pinned_realm(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(PIN, "r1")
    action = make_delegated_action(environment=[{PIN: "r2"}])
    calls = stub_remote_host(action, {})
    assert "the task cannot replace the value of the run" in action._run({})["msg"] and calls == []


def test_the_realm_of_a_groups_module_defaults_is_no_argument_of_a_module_without_the_option() -> None:
    given = {"realm": "Customers", "code_verifier": "short"}
    assert "43 to 128" in make_action(Pkce, given, module_defaults=OF_GROUP)._run({})["msg"]
    for defaults in ([], [{"beyondidentity.management.pkce": {"realm": "Customers"}}]):
        assert "Unsupported: realm" in make_action(Pkce, given, module_defaults=defaults)._run({})["msg"]


def test_the_realm_of_a_groups_module_defaults_is_an_argument_of_a_module_with_the_option() -> None:
    action = make_action(Role, {"realm": "Customers"}, module_defaults=OF_GROUP)
    assert action._read_arguments()["realm"] == "Customers"
