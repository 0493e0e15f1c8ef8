# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What all state modules share: their options, what they ask for, what they return."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from ansible_collections.beyondidentity.management.plugins.module_utils._errors import OptionError, StateError
from ansible_collections.beyondidentity.management.plugins.module_utils._management.resource_state import (
    ChangeResult,
    ResourceState,
)
from ansible_collections.beyondidentity.management.plugins.module_utils._management.resource_types import (
    AUTHENTICATOR_CONFIG,
    Resource,
)
from ansible_collections.beyondidentity.management.plugins.module_utils._oauth.token_store import TokenStores
from ansible_collections.beyondidentity.management.plugins.module_utils._task.context import TaskContext
from ansible_collections.beyondidentity.management.plugins.module_utils._task.ensure_state import (
    ensure_state,
    state_spec,
    to_module_result,
)
from tests.unit.builders import tenant_options
from tests.unit.memory_store import MemoryStore

KIND = AUTHENTICATOR_CONFIG
CONFIG = {"type": "platform"}


def task_of(tenant: Any, check_mode: bool = False, store: MemoryStore | None = None, **given: Any) -> TaskContext:
    own = {"state": "present", "id": None, "display_name": "Mine", **given}
    return TaskContext(tenant_options(tenant, **own), check_mode=check_mode, stores=TokenStores(run=store), environ={})


def declared(task: TaskContext, **how: Any) -> ChangeResult:
    def body(existing: Resource | None) -> Resource:
        return {"display_name": task.params["display_name"], "config": CONFIG}

    return ensure_state(task, KIND, **{"managed": {"config": CONFIG}, "body": lambda _state: body, **how})


def operations(tenant: Any) -> list[str]:
    return [entry["operation"] for entry in tenant.journal() if entry["operation"] != "token"]


def test_the_options_of_a_state_module() -> None:
    spec = state_spec({"own": {"type": "int"}}, {"required_by": {"own": ("id",)}})
    assert spec.options == {
        "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
        "id": {"type": "str"},
        "display_name": {"type": "str"},
        "own": {"type": "int"},
    }
    assert spec.rules == {"required_one_of": [("id", "display_name")], "required_by": {"own": ("id",)}}
    assert state_spec({}).rules == {"required_one_of": [("id", "display_name")]}
    assert not spec.controller_only and spec.ignored == frozenset()


def test_from_nothing_to_nothing(tenant: Any) -> None:
    made = declared(task_of(tenant))
    assert made.changed and made.before is None and made.after
    assert not declared(task_of(tenant)).changed
    gone = declared(task_of(tenant, state="absent"))
    assert gone.changed and gone.after is None
    assert not declared(task_of(tenant, state="absent")).changed
    assert [name for name in operations(tenant) if not name.startswith("List")] == [
        "CreateAuthenticatorConfig",
        "DeleteAuthenticatorConfig",
    ]


@pytest.mark.parametrize(
    ("given", "check_mode", "actions"),
    [
        ({}, False, {"create", "read", "update"}),
        ({}, True, {"read"}),
        ({"state": "absent"}, False, {"delete", "read"}),
        ({"state": "absent"}, True, {"read"}),
    ],
)
def test_a_token_may_do_what_the_state_needs_and_no_more(
    given: dict[str, Any], check_mode: bool, actions: set[str], tenant: Any
) -> None:
    declared(task_of(tenant, check_mode, **given))
    assert set(tenant.journal(operation="ListAuthenticatorConfigs")[0]["token_scopes"]) == {
        f"authenticator-configs:{action}" for action in actions
    }


def test_by_id_nothing_is_created(tenant: Any) -> None:
    made = declared(task_of(tenant)).after
    assert made
    tenant.clear_journal()
    renamed = declared(task_of(tenant, id=made["id"], display_name="Other"))
    assert renamed.after and renamed.after["display_name"] == "Other"
    assert set(tenant.journal(operation="GetAuthenticatorConfig")[0]["token_scopes"]) == {
        "authenticator-configs:read",
        "authenticator-configs:update",
    }
    with pytest.raises(StateError, match="There is no authenticator_config with the id nowhere"):
        declared(task_of(tenant, id="nowhere"))


def test_what_the_body_needs_is_in_the_token_too(tenant: Any) -> None:
    declared(task_of(tenant), operations=["ListResourceServers"])
    assert "resource-servers:read" in tenant.journal(operation="ListAuthenticatorConfigs")[0]["token_scopes"]


def test_a_refusal_comes_before_the_removal(tenant: Any) -> None:
    made = declared(task_of(tenant)).after

    def refuse(found: Resource) -> None:
        assert found == made
        raise StateError("It must stay.")

    for check_mode in (True, False):
        with pytest.raises(StateError, match="It must stay"):
            declared(task_of(tenant, check_mode, state="absent"), refuse=refuse)
    assert "DeleteAuthenticatorConfig" not in operations(tenant)


@pytest.mark.parametrize("check_mode", [True, False])
def test_hosts_that_want_the_same_make_one(check_mode: bool, tenant: Any) -> None:
    store = MemoryStore()
    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(lambda _n: declared(task_of(tenant, check_mode, store)), range(8)))
    assert sum(outcome.changed for outcome in outcomes) == (8 if check_mode else 1)
    assert operations(tenant).count("CreateAuthenticatorConfig") == int(not check_mode)


def test_a_result_has_the_object_and_the_difference_without_secrets() -> None:
    before = {"id": "1", "config": {"client_secret": "s3cret", "x": 1}}
    assert to_module_result(KIND, ChangeResult(before, {**before, "display_name": "n"}, True)) == {
        "changed": True,
        "authenticator_config": {"id": "1", "config": {"x": 1}, "display_name": "n"},
        "diff": {
            "before": {"id": "1", "config": {"x": 1}},
            "after": {"id": "1", "config": {"x": 1}, "display_name": "n"},
        },
    }
    assert to_module_result(KIND, ChangeResult(None, None, False)) == {
        "changed": False,
        "authenticator_config": None,
        "diff": {"before": {}, "after": {}},
    }


@pytest.mark.parametrize(
    ("managed", "sent"),
    [
        ({"a": 3, "b": None}, {"display_name": "Mine", "a": 3}),
        ({"a": "", "b": []}, {"display_name": "Mine", "a": "", "b": []}),
        ({"a": False, "b": 0}, {"display_name": "Mine", "a": False, "b": 0}),
        ({}, {"display_name": "Mine"}),
    ],
)
def test_options_that_are_the_apis_own_fields(managed: dict[str, Any], sent: dict[str, Any], tenant: Any) -> None:
    made = ensure_state(task_of(tenant, check_mode=True), KIND, managed)
    assert made.after == sent


@pytest.mark.parametrize(
    ("needed", "missing"),
    [
        ({"a": None, "b": 1}, "a"),
        ({"a": "", "b": 1}, "a"),
        ({"a": {}, "b": None}, "a, b"),
        ({"a": 1, "b": 2}, None),
    ],
)
@pytest.mark.parametrize("check_mode", [True, False])
def test_a_new_object_needs_some_of_them(
    needed: dict[str, Any], missing: str | None, check_mode: bool, tenant: Any
) -> None:
    """Its token may not create what can't be made, so that who may not create hears what is missing."""
    if missing:
        with pytest.raises(OptionError, match=rf"^A new authenticator_config needs {missing}\.$"):
            declared(task_of(tenant, check_mode), needed=needed)
    else:
        assert declared(task_of(tenant, check_mode), needed=needed).changed
    creates = not (missing or check_mode)
    (looked,) = tenant.journal(operation="ListAuthenticatorConfigs")
    assert ("authenticator-configs:create" in looked["token_scopes"]) is creates
    assert ("CreateAuthenticatorConfig" in operations(tenant)) is creates


@pytest.mark.parametrize(
    ("needed", "missing"), [({"a": None, "b": None}, None), ({"a": "", "b": None}, "a"), ({"a": [], "b": ""}, "a, b")]
)
@pytest.mark.parametrize("check_mode", [True, False])
def test_an_object_that_is_there_does_not_lose_what_it_needs(
    needed: dict[str, Any], missing: str | None, check_mode: bool, tenant: Any
) -> None:
    declared(task_of(tenant))
    if missing:
        with pytest.raises(OptionError, match=f"^The authenticator_config needs {missing}. Leave out what shall stay"):
            declared(task_of(tenant, check_mode), needed=needed)
    else:
        assert not declared(task_of(tenant, check_mode), needed=needed).changed
    assert "UpdateAuthenticatorConfig" not in operations(tenant)


class Watched(ResourceState):
    """Tells what it looked for."""

    def find(self) -> Resource | None:
        assert self.display_name == "Mine" and not self.check_mode
        return {"id": "1", "display_name": "Mine", "found_by": "Watched"}


def test_a_kind_may_be_found_and_written_in_its_own_way(tenant: Any) -> None:
    """The body knows the state, and what may be asked of the API beside."""
    seen: list[Any] = []

    def body(state: Any) -> Any:
        seen.append(state)
        return lambda existing: {"display_name": existing["display_name"]}

    outcome = ensure_state(task_of(tenant), KIND, {}, body=body, operations=["ListResourceServers"], state=Watched)
    assert outcome.before == outcome.after == {"id": "1", "display_name": "Mine", "found_by": "Watched"}
    (state,) = seen
    assert isinstance(state, Watched) and "ListResourceServers" in state.management.operations
    assert tenant.journal() == []


@pytest.mark.parametrize(
    ("names", "managed", "actions"),
    [
        ({"display_name": "Mine"}, {"a": None}, {"read", "create"}),
        ({"display_name": "Mine"}, {}, {"read", "create"}),
        ({"display_name": "Mine"}, {"a": None, "b": []}, {"read", "create", "update"}),
        ({"display_name": None, "id": "{id}"}, {"a": None}, {"read"}),
        ({"display_name": "Mine", "id": "{id}"}, {"a": None}, {"read", "update"}),
        ({"display_name": None, "id": "{id}"}, {"a": ""}, {"read", "update"}),
    ],
)
def test_the_token_is_good_for_what_the_options_may_change(
    names: dict[str, Any], managed: dict[str, Any], actions: set[str], tenant: Any
) -> None:
    """What is found by its name does not get another, and without anything to manage it is only read."""
    made = declared(task_of(tenant)).after or {}
    tenant.clear_journal()
    named = {name: made["id"] if value == "{id}" else value for name, value in names.items()}
    ensure_state(task_of(tenant, **named), KIND, managed, body=lambda state: lambda existing: {})
    (looked,) = [entry for entry in tenant.journal() if entry["operation"] != "token"]
    assert set(looked["token_scopes"]) == {f"authenticator-configs:{action}" for action in actions}
