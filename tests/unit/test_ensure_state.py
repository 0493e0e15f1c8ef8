# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What all state modules share: their options, the scopes that they request, the order of their steps, their result."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from ansible_collections.beyondidentity.management.plugins.module_utils._errors import (
    OptionError,
    ResponseError,
    StateError,
)
from ansible_collections.beyondidentity.management.plugins.module_utils._management.resource_state import (
    ChangeResult,
    ResourceState,
)
from ansible_collections.beyondidentity.management.plugins.module_utils._management.resource_types import (
    AUTHENTICATOR_CONFIG,
    Resource,
)
from ansible_collections.beyondidentity.management.plugins.module_utils._oauth.token_store import TokenStores
from ansible_collections.beyondidentity.management.plugins.module_utils._predicted import is_predicted
from ansible_collections.beyondidentity.management.plugins.module_utils._task.argument_spec import state_spec
from ansible_collections.beyondidentity.management.plugins.module_utils._task.context import TaskContext
from ansible_collections.beyondidentity.management.plugins.module_utils._task.ensure_state import (
    ensure_state,
    to_module_result,
)
from tests.unit.builders import tenant_options
from tests.unit.memory_store import MemoryStore

CONFIG = {"type": "platform"}


def make_state_task(
    tenant: Any, check_mode: bool = False, store: MemoryStore | None = None, **options: Any
) -> TaskContext:
    own = {"state": "present", "id": None, "display_name": "Mine", **options}
    return TaskContext(tenant_options(tenant, **own), check_mode=check_mode, stores=TokenStores(run=store), environ={})


def ensure_config(task: TaskContext, managed: Mapping[str, Any] | None = None, **arguments: Any) -> ChangeResult:
    """Bring an authenticator configuration to its wanted state."""

    def build(existing: Resource | None) -> Resource:
        return {"display_name": task.params["display_name"], "config": CONFIG}

    arguments = {"make_builder": lambda state: build, **arguments}
    return ensure_state(task, AUTHENTICATOR_CONFIG, {"config": CONFIG} if managed is None else managed, **arguments)


def list_requests(tenant: Any) -> list[str]:
    """Return the operations that the tenant received, without the token requests."""
    return [entry["operation"] for entry in tenant.read_journal() if entry["operation"] != "token"]


def build_scopes(*actions: str) -> set[str]:
    return {f"authenticator-configs:{action}" for action in actions}


def test_a_spec_has_the_shared_options_and_the_modules_own() -> None:
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


def test_an_object_is_created_once_and_removed_once(tenant: Any) -> None:
    created = ensure_config(make_state_task(tenant))
    assert created.changed and created.before is None and created.after
    assert not ensure_config(make_state_task(tenant)).changed
    removed = ensure_config(make_state_task(tenant, state="absent"))
    assert removed.changed and removed.after is None
    assert not ensure_config(make_state_task(tenant, state="absent")).changed
    assert [name for name in list_requests(tenant) if not name.startswith("List")] == [
        "CreateAuthenticatorConfig",
        "DeleteAuthenticatorConfig",
    ]


@pytest.mark.parametrize(
    ("options", "check_mode", "actions"),
    [
        ({}, False, ("create", "read", "update")),
        ({}, True, ("read",)),
        ({"state": "absent"}, False, ("delete", "read")),
        ({"state": "absent"}, True, ("read",)),
    ],
)
def test_the_token_has_the_scopes_that_the_state_needs(
    options: dict[str, Any], check_mode: bool, actions: tuple[str, ...], tenant: Any
) -> None:
    ensure_config(make_state_task(tenant, check_mode, **options))
    (request,) = tenant.read_journal(operation="token")
    assert set(request["form"]["scope"].split()) == build_scopes(*actions)


def test_an_object_with_an_id_is_renamed_and_never_created(tenant: Any) -> None:
    created = ensure_config(make_state_task(tenant)).after
    assert created
    renamed = ensure_config(make_state_task(tenant, id=created["id"], display_name="Other"))
    assert renamed.after and renamed.after["display_name"] == "Other"
    with pytest.raises(StateError, match="No authenticator_config has the ID nowhere"):
        ensure_config(make_state_task(tenant, id="nowhere"))
    assert list_requests(tenant).count("CreateAuthenticatorConfig") == 1


def test_the_token_has_the_scopes_of_further_operations(tenant: Any) -> None:
    ensure_config(make_state_task(tenant), operations=["ListResourceServers"])
    assert "resource-servers:read" in tenant.read_journal(operation="ListAuthenticatorConfigs")[0]["token_scopes"]


def test_a_removal_that_is_not_valid_is_refused_before_it_is_sent(tenant: Any) -> None:
    created = ensure_config(make_state_task(tenant)).after

    def refuse(found: Resource) -> None:
        assert found == created
        raise StateError("It is needed.")

    for check_mode in (True, False):
        with pytest.raises(StateError, match="It is needed"):
            ensure_config(make_state_task(tenant, check_mode, state="absent"), validate_removal=refuse)
    assert "DeleteAuthenticatorConfig" not in list_requests(tenant)


def test_an_object_that_another_process_removed_first_is_no_error(tenant: Any) -> None:
    ensure_config(make_state_task(tenant))
    tenant.add_fault(operation="DeleteAuthenticatorConfig", status=404)
    assert ensure_config(make_state_task(tenant, state="absent")).changed
    tenant.clear_faults()
    tenant.add_fault(operation="DeleteAuthenticatorConfig", status=409)
    with pytest.raises(ResponseError, match="HTTP 409"):
        ensure_config(make_state_task(tenant, state="absent"))


@pytest.mark.parametrize("check_mode", [True, False])
def test_hosts_that_want_the_same_object_create_one(check_mode: bool, tenant: Any) -> None:
    store = MemoryStore()
    with ThreadPoolExecutor(8) as pool:
        changes = list(pool.map(lambda _n: ensure_config(make_state_task(tenant, check_mode, store)), range(8)))
    assert sum(change.changed for change in changes) == (8 if check_mode else 1)
    assert list_requests(tenant).count("CreateAuthenticatorConfig") == int(not check_mode)


def test_a_result_has_the_object_both_states_and_the_diff_without_secrets() -> None:
    before = {"id": "1", "config": {"client_secret": "s3cret", "x": 1}}
    after = {"id": "1", "config": {"x": 1}, "display_name": "n"}
    assert to_module_result(AUTHENTICATOR_CONFIG, ChangeResult(before, {**before, "display_name": "n"}, True)) == {
        "changed": True,
        "authenticator_config": after,
        "before": {"id": "1", "config": {"x": 1}},
        "after": after,
        "diff": {"before": {"id": "1", "config": {"x": 1}}, "after": after},
    }
    assert to_module_result(AUTHENTICATOR_CONFIG, ChangeResult(None, None, False)) == {
        "changed": False,
        "authenticator_config": None,
        "before": None,
        "after": None,
        "diff": {"before": {}, "after": {}},
    }


@pytest.mark.parametrize(
    ("managed", "fields"),
    [
        ({"a": 3, "b": None}, {"a": 3}),
        ({"a": "", "b": []}, {"b": []}),  # the service shows no empty text
        ({"a": False, "b": 0}, {"a": False, "b": 0}),
        ({}, {}),
    ],
)
def test_by_default_the_set_options_are_the_fields(
    managed: dict[str, Any], fields: dict[str, Any], tenant: Any
) -> None:
    predicted = ensure_state(make_state_task(tenant, check_mode=True), AUTHENTICATOR_CONFIG, managed)
    assert predicted.after is not None and is_predicted(predicted.after["id"])
    assert predicted.after.items() >= {"display_name": "Mine", **fields}.items()


@pytest.mark.parametrize("check_mode", [True, False])
@pytest.mark.parametrize(
    ("required", "missing"),
    [({"a": None, "b": 1}, "a"), ({"a": "", "b": 1}, "a"), ({"a": {}, "b": None}, "a, b"), ({"a": 1, "b": 2}, None)],
)
def test_a_new_object_needs_all_required_fields(
    required: dict[str, Any], missing: str | None, check_mode: bool, tenant: Any
) -> None:
    """If a field is missing, the token has no creating scope, so the error appears even if that scope is not allowed."""
    if missing:
        with pytest.raises(OptionError, match=rf"^A new authenticator_config needs {missing}\.$"):
            ensure_config(make_state_task(tenant, check_mode), required=required)
    else:
        assert ensure_config(make_state_task(tenant, check_mode), required=required).changed
    can_create = not (missing or check_mode)
    (listing,) = tenant.read_journal(operation="ListAuthenticatorConfigs")
    assert ("authenticator-configs:create" in listing["token_scopes"]) is can_create
    assert ("CreateAuthenticatorConfig" in list_requests(tenant)) is can_create


@pytest.mark.parametrize("check_mode", [True, False])
@pytest.mark.parametrize(
    ("required", "missing"), [({"a": None, "b": None}, None), ({"a": "", "b": None}, "a"), ({"a": [], "b": ""}, "a, b")]
)
def test_an_existing_object_must_not_lose_a_required_field(
    required: dict[str, Any], missing: str | None, check_mode: bool, tenant: Any
) -> None:
    ensure_config(make_state_task(tenant))
    if missing:
        with pytest.raises(OptionError, match=f"^The authenticator_config needs {missing}. Omit options"):
            ensure_config(make_state_task(tenant, check_mode), required=required)
    else:
        assert not ensure_config(make_state_task(tenant, check_mode), required=required).changed
    assert "UpdateAuthenticatorConfig" not in list_requests(tenant)


class FixedState(ResourceState):
    """Finds an object without a request."""

    def find(self) -> Resource | None:
        assert self.name == "Mine"
        return {"id": "1", "display_name": "Mine", "found_by": "FixedState"}


def test_a_resource_type_can_have_its_own_state(tenant: Any) -> None:
    """The builder can use the state, and its client."""
    states: list[ResourceState] = []

    def make_builder(state: ResourceState) -> Any:
        states.append(state)
        return lambda existing: {"display_name": existing["display_name"]}

    task = make_state_task(tenant)
    arguments = {"make_builder": make_builder, "operations": ["ListResourceServers"], "make_state": FixedState}
    change = ensure_config(task, {}, **arguments)
    assert change.before == change.after == {"id": "1", "display_name": "Mine", "found_by": "FixedState"}
    (state,) = states
    assert isinstance(state, FixedState) and "ListResourceServers" in state.client.operations
    assert tenant.read_journal() == []


@pytest.mark.parametrize(
    ("has_id", "display_name", "managed", "actions"),
    [
        (False, "Mine", {"a": None}, ("read", "create")),
        (False, "Mine", {}, ("read", "create")),
        (False, "Mine", {"a": None, "b": []}, ("read", "create", "update")),
        (True, None, {"a": None}, ("read",)),
        (True, "Mine", {"a": None}, ("read", "update")),
        (True, None, {"a": ""}, ("read", "update")),
    ],
)
def test_the_token_has_the_scopes_for_what_the_options_can_change(
    has_id: bool, display_name: str | None, managed: dict[str, Any], actions: tuple[str, ...], tenant: Any
) -> None:
    """An object that is found by its name is not renamed. Without a managed option, an object is only read."""
    created = ensure_config(make_state_task(tenant)).after or {}
    tenant.clear_journal()
    task = make_state_task(tenant, id=created["id"] if has_id else None, display_name=display_name)
    ensure_config(task, managed, make_builder=lambda state: lambda existing: {})
    (request,) = [entry for entry in tenant.read_journal() if entry["operation"] != "token"]
    assert set(request["token_scopes"]) == build_scopes(*actions)
