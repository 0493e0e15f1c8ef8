# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""After a write, each sent field is compared with what the service stored."""

from __future__ import annotations

import json
from random import Random
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ansible_collections.beyondidentity.management.plugins.module_utils._management.resource_changes import plan_changes
from ansible_collections.beyondidentity.management.plugins.module_utils._management.write_check import (
    add_missing,
    check_write,
)
from ansible_collections.beyondidentity.management.plugins.modules import (
    application,
    authenticator_config,
    realm,
    resource_server,
    role,
)
from tests.unit.concurrent_calls import run_together
from tests.unit.memory_store import MemoryStore
from tests.unit.module_calls import call_module, list_writes, run_ok

PETS = {"display_name": "Pet API", "identifier": "pets"}


@pytest.mark.parametrize(
    ("sent", "stored", "findings"),
    [
        ({}, {"a": 1}, {}),
        ({"a": 1}, {"a": 1, "b": 2}, {}),
        ({"a": 1}, {"a": 2}, {"a": "ignored"}),
        ({"a": "x"}, {"a": None}, {"a": "ignored"}),
        ({"a": "x"}, {}, {"a": "missing"}),
        ({"a": False}, {}, {"a": "missing"}),
        ({"a": "", "b": [], "c": None}, {"b": None}, {}),
        ({"a": []}, {"a": ["x"]}, {"a": "ignored"}),
        ({"a": ["x", "y"]}, {"a": ["y", "x"]}, {}),
        ({"a": ["x", "y"]}, {"a": ["x"]}, {"a": "ignored"}),
        ({"a": ["x "]}, {"a": ["x"]}, {"a": "normalized"}),
        ({"a": [{"t": 1}, {"t": 2}]}, {"a": [{"t": 2, "n": 0}, {"t": 1}]}, {}),
        ({"a": [{"t": 1}, {"t": 1}]}, {"a": [{"t": 1}, {"t": 2}]}, {"a": "ignored"}),
        ({"a": [{"t": 1}]}, {"a": [{"t": 1}, {"t": 2}]}, {"a": "ignored"}),
        ({"a": [{"t": 1, "n": 0}]}, {"a": [{"t": 1}]}, {"a": "missing"}),
        ({"a": [{"t": 1, "n": "x "}, {"t": 2}]}, {"a": [{"t": 2}, {"t": 1, "n": "x"}]}, {"a": "normalized"}),
        ({"a": [{"t": 1, "n": "x "}, {"t": 2, "m": 0}]}, {"a": [{"t": 2}, {"t": 1, "n": "x"}]}, {"a": "missing"}),
        ({"a": [{"n": 1}]}, {"a": [{"t": 1}]}, {"a": "ignored"}),
        ({"a": [{"t": 1, "n": 0}]}, {"a": [{"t": 2}]}, {"a": "ignored"}),
        ({"a": [{"t": 1, "n": 0}]}, {"a": [{"t": 1}, {"t": 2}]}, {"a": "ignored"}),
        ({"a": [{"t": 1}, "x "]}, {"a": [{"t": 1}, "x"]}, {"a": "ignored"}),
        ({"a": {"b": 1, "c": {"d": 2}}}, {"a": {"b": 1, "c": {"d": 3, "e": 4}, "f": 5}}, {"a.c.d": "ignored"}),
        ({"a": {"b": 1}}, {"a": {"c": 1}}, {"a.b": "missing"}),
        ({"a": {"b": 1}}, {"a": "x"}, {"a": "ignored"}),
        ({"a": " x\n"}, {"a": "x"}, {"a": "normalized"}),
        ({"a": "e\u0301"}, {"a": "\u00e9"}, {"a": "normalized"}),
        ({"a": "x  y"}, {"a": "x y"}, {"a": "ignored"}),
        ({"display_name": "x  y"}, {"display_name": "x y"}, {"display_name": "normalized"}),
        ({"display_name": "X"}, {"display_name": "x"}, {"display_name": "ignored"}),
        ({"traits": {"username": "Pat"}}, {"traits": {"username": "pat"}}, {"traits.username": "normalized"}),
        ({"primary_email_address": "P@x.Y"}, {"primary_email_address": "p@x.y"}, {"primary_email_address": "normalized"}),
        ({"a": "2026-01-01T01:00:00+01:00"}, {"a": "2026-01-01T00:00:00Z"}, {"a": "normalized"}),
        ({"a": "2026-01-01T01:00:00+01:00"}, {"a": "2026-01-01T01:00:00Z"}, {"a": "ignored"}),
        ({"a": "2026-01-01T01:00:00"}, {"a": "2026-01-01T01:00:00Z"}, {"a": "ignored"}),
        ({"secret": "x", "a": {"secret": "y"}}, {"secret": "z", "a": {}}, {}),
    ],
)  # fmt: skip
def test_only_sent_fields_count(sent: dict[str, Any], stored: dict[str, Any], findings: dict[str, str]) -> None:
    checks = check_write(sent, stored, frozenset({"secret"}))
    assert {check.path: check.finding for check in checks} == findings


class Reverse(Random):
    """Reverses instead of shuffling."""

    def sample(self, population: Any, k: int, *, counts: Any = None) -> list[Any]:
        """Return all items, the last one first."""
        return list(population)[::-1]


def shuffle(value: Any, random: Random) -> Any:
    """Return a value with its lists and objects in another order, at any depth."""
    if isinstance(value, dict):
        return {key: shuffle(item, random) for key, item in random.sample(list(value.items()), len(value))}
    if isinstance(value, list):
        return [shuffle(item, random) for item in random.sample(value, len(value))]
    return value


VALUES = st.recursive(
    st.sampled_from(["", "a", "b", None, 1]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["t", "k", "n"]), inner, max_size=3),
    max_leaves=12,
)


@given(st.dictionaries(st.sampled_from("xyz"), VALUES), st.randoms(use_true_random=False))
@example({"methods": [{"t": "a"}, {"t": "a", "k": 1}]}, Reverse())
@example({"methods": [{"t": "a"}, {"t": "a", "k": {"n": 1}}]}, Reverse())
@example({"methods": [["a", "b"], ["c"]]}, Reverse())
def test_another_order_is_no_difference(config: dict[str, Any], random: Random) -> None:
    shuffled = shuffle(config, random)
    assert check_write(config, shuffled, frozenset()) == check_write(shuffled, config, frozenset()) == []
    assert plan_changes(config, shuffled) == plan_changes(shuffled, config) == {}


def test_missing_fields_are_added_and_present_ones_stay() -> None:
    stored = {"a": {"b": 1}, "c": 2}
    assert add_missing({"a": {"b": 9, "d": 3}, "c": 9, "e": "x", "f": ""}, stored) == {
        "a": {"b": 1, "d": 3},
        "c": 2,
        "e": "x",
    }
    assert stored == {"a": {"b": 1}, "c": 2}


def test_an_ignored_field_is_an_error_at_each_run_and_never_a_change_for_ever(tenant: Any) -> None:
    """The vendor's service ignores immutable fields, and the emulator does by default."""
    tenant.change_settings(ignored_fields=["resource_server.identifier"])
    id = run_ok(resource_server, tenant, **PETS)["resource_server"]["id"]
    for _run in range(2):
        result = call_module(resource_server, tenant, **{**PETS, "identifier": "cats"})
        assert result["failed"] and result["changed"] is True and result["id"] == id
        assert "did not store identifier of resource_server 'Pet API'" in result["msg"]
    assert list_writes(tenant) == ["CreateResourceServer", "UpdateResourceServer", "UpdateResourceServer"]


@pytest.mark.parametrize(
    ("module", "type", "given", "change", "field"),
    [
        (realm, "Realm", {"display_name": "New"}, {"display_name": "Other"}, "display_name"),
        (role, "Role", {"display_name": "New", "description": "Look."}, {"description": "Touch."}, "description"),
        (resource_server, "ResourceServer", {**PETS, "scopes": ["a", "b"]}, {"scopes": ["a"]}, "scopes"),
        (
            application,
            "Application",
            {"display_name": "New"},
            {"protocol_config": {"pkce": "s256"}},
            "protocol_config.pkce",
        ),
        (
            authenticator_config,
            "AuthenticatorConfig",
            {"display_name": "New", "type": "hosted_web"},
            {"config": {"type": "x"}},
            "config.type",
        ),
    ],
)
def test_a_creation_that_ignores_a_field_is_an_error_with_the_id(
    module: Any, type: str, given: dict[str, Any], change: dict[str, Any], field: str, tenant: Any
) -> None:
    for verb in ("Create", "Get"):
        tenant.add_fault(operation=f"{verb}{type}", merge=change)
    result = call_module(module, tenant, **given)
    assert result["failed"] and result["changed"] and field in result["msg"] and result["id"] in result["msg"]


def test_only_the_host_that_wrote_reports_a_change(tenant: Any) -> None:
    """Hosts that share the error did not write."""

    tenant.change_settings(ignored_fields=["resource_server.identifier"])
    run_ok(resource_server, tenant, **PETS)
    token = tenant.request_token("resource-servers:read", "resource-servers:update")
    given = {"access_token": token, **PETS, "identifier": "cats"}
    results = run_together(4, MemoryStore(), lambda shared: call_module(resource_server, tenant, shared, **given))
    assert [result["failed"] for result in results] == [True] * 4
    assert (
        sum(result["changed"] for result in results) == len(tenant.read_journal(operation="UpdateResourceServer")) == 1
    )


@pytest.mark.parametrize("is_readable", [True, False])
def test_a_field_that_the_response_lacks_is_read_once(is_readable: bool, tenant: Any) -> None:
    run_ok(resource_server, tenant, **PETS)
    tenant.clear_journal()

    for operation in ("UpdateResourceServer", *(() if is_readable else ("GetResourceServer",))):
        tenant.add_fault(operation=operation, merge={"scopes": None})
    changed = run_ok(resource_server, tenant, **PETS, scopes=["pets:feed"])
    assert changed["changed"] and changed["resource_server"]["scopes"] == ["pets:feed"]
    operations = [entry["operation"] for entry in tenant.read_journal() if entry["operation"] != "token"]
    assert operations == ["ListResourceServers", "UpdateResourceServer", "GetResourceServer"]


def test_an_update_without_a_body_in_its_response_is_verified_by_one_read(tenant: Any) -> None:
    tenant.change_settings(ignored_fields=["resource_server.identifier"])
    id = run_ok(resource_server, tenant, **PETS)["resource_server"]["id"]

    tenant.add_fault(operation="UpdateResourceServer", carry_out=True, status=204, shape="empty")
    changed = run_ok(resource_server, tenant, **PETS, scopes=["pets:feed"])
    assert changed["resource_server"] == {**changed["resource_server"], "id": id, "scopes": ["pets:feed"]}
    failed = call_module(resource_server, tenant, **{**PETS, "identifier": "cats"})
    assert failed["failed"] and failed["id"] == id and "identifier" in failed["msg"]


@pytest.mark.parametrize(
    "response",
    [{"carry_out": True, "status": 204, "shape": "empty"}, {"merge": {"scopes": None}}, {"merge": {"scopes": []}}],
    ids=["no body", "without the field", "of before"],
)
def test_an_update_that_the_service_shows_late_is_no_error(
    response: dict[str, Any], tenant: Any, pauses: list[float]
) -> None:
    """Caches and replicas show the old value for some seconds, also in the response to the update."""
    run_ok(resource_server, tenant, **PETS)
    tenant.add_fault(operation="UpdateResourceServer", **response)
    tenant.add_fault(operation="GetResourceServer", merge={"scopes": []}, times=3)
    changed = run_ok(resource_server, tenant, **PETS, scopes=["pets:feed"])
    assert changed["changed"] and changed["resource_server"]["scopes"] == ["pets:feed"]
    assert len(pauses) == 3 and list_writes(tenant) == ["CreateResourceServer", "UpdateResourceServer"]


def test_an_ignored_field_is_read_until_the_service_had_time_to_show_it(tenant: Any, pauses: list[float]) -> None:
    run_ok(resource_server, tenant, **PETS)
    tenant.change_settings(ignored_fields=["resource_server.scopes"])
    result = call_module(resource_server, tenant, **PETS, scopes=["pets:feed"])
    assert result["failed"] and "did not store scopes of" in result["msg"] and 5 <= sum(pauses) <= 11


def test_a_value_that_the_service_normalizes_is_written_once(tenant: Any, warnings: list[str]) -> None:
    """Otherwise check mode predicts a change, and each run writes."""
    given: dict[str, Any] = {"display_name": "Readers", "description": "Look.\n", "warn": warnings.append}
    tenant.change_settings(normalized_fields={"description": ["trim"]})
    assert run_ok(role, tenant, **given)["changed"]
    assert len(warnings) == 1 and "stored description of role 'Readers'" in warnings[0]
    for check_mode in (True, False):
        assert not run_ok(role, tenant, check_mode=check_mode, **given)["changed"]
    assert run_ok(role, tenant, **{**given, "description": "Touch. "})["changed"]
    assert list_writes(tenant) == ["CreateRole", "UpdateRole"] and len(warnings) == 2


def test_a_value_in_another_form_replaces_one_that_the_service_did_not_normalize(tenant: Any) -> None:
    run_ok(role, tenant, display_name="Readers", description="Look. ")
    for expected in (True, False):
        assert run_ok(role, tenant, display_name="Readers", description="Look.")["changed"] is expected


def test_a_value_whose_form_the_service_keeps_is_a_warning_and_no_change(tenant: Any, warnings: list[str]) -> None:
    run_ok(role, tenant, display_name="Readers", description="Look. ")
    tenant.change_settings(ignored_fields=["role.description"])
    given: dict[str, Any] = {"display_name": "Readers", "warn": warnings.append}
    assert not run_ok(role, tenant, description="Look.", **given)["changed"] and len(warnings) == 1


@pytest.mark.parametrize(
    ("name", "present", "wanted", "is_equal"),
    [
        ("a", "x", "x ", True),
        ("a", "x ", "x", False),
        ("a", "é", "e\u0301", True),
        ("a", "e\u0301", "é", False),
        ("a", "x", "X", False),
        ("a", "x y", "x  y", False),
        ("display_name", "x y", "x  y", True),
        ("display_name", "x  y", "x y", False),
        ("display_name", "x", "X", False),
        ("username", "pat", "Pat", True),
        ("username", "Pat", "pat", False),
        ("primary_email_address", "p@x.y", "P@x.y", True),
        ("a", "2026-01-01T00:00:00Z", "2026-01-01T01:00:00+01:00", True),
        ("a", "2026-01-01T01:00:00+01:00", "2026-01-01T00:00:00Z", True),
        ("a", ["x", "y"], ["y ", "x"], True),
        ("a", ["x "], ["x"], False),
        ("a", [{"t": "x", "n": 1}], [{"t": "x "}], True),
        ("a", [{"t": "x "}], [{"t": "x"}], False),
        ("a", [{"t": "x"}], [{"t": "x ", "n": 1}], False),
        ("a", 1, "1 ", False),
    ],
)  # fmt: skip
def test_a_normalized_value_is_no_change(name: str, present: Any, wanted: Any, is_equal: bool) -> None:
    for before, after in (({name: present}, {name: wanted}), ({"o": {name: present}}, {"o": {name: wanted}})):
        assert (plan_changes(before, after) == {}) is is_equal


@pytest.mark.parametrize(
    ("path", "given", "field"),
    [
        (":addScopes", {"scopes": ["realms:read"]}, "scopes"),
        (":addMembers", {"members": {"groups": ["Readers"]}}, "members.groups"),
    ],
)
@pytest.mark.parametrize("exists", [True, False])
def test_a_list_of_a_role_that_the_service_ignores_is_an_error(
    exists: bool, path: str, given: dict[str, Any], field: str, tenant: Any, pauses: list[float]
) -> None:
    """Otherwise it would be a change for ever."""
    tenant.seed(groups=1, group={"display_name": "Readers"})
    id = run_ok(role, tenant, display_name="Readers")["role"]["id"] if exists else None

    tenant.add_fault(path=f"{path}$", json={})
    result = call_module(role, tenant, display_name="Readers", **given)
    assert result["failed"] and result["changed"] and id in (None, result["id"])
    assert f"The service did not store {field} of the role {result['id']} as sent." in result["msg"]
    assert 5 <= sum(pauses) <= 11, "a list can show a write some seconds late"


def test_removed_scopes_that_the_service_keeps_are_an_error(tenant: Any) -> None:
    given = {"display_name": "Readers"}
    run_ok(role, tenant, scopes=["realms:read", "realms:update"], **given)

    tenant.add_fault(operation="DeleteRoleScopes", json={})
    result = call_module(role, tenant, scopes=["realms:read"], **given)
    assert result["failed"] and result["changed"] and "did not store scopes of the role" in result["msg"]


def test_lists_of_a_role_that_show_a_write_late_are_no_error(tenant: Any, pauses: list[float]) -> None:
    tenant.add_fault(operation="ListRoleScopes", json={"scopes": [], "total_size": 0}, times=3)
    assert run_ok(role, tenant, display_name="Readers", scopes=["realms:read"])["changed"]
    assert len(pauses) == 3


@pytest.mark.parametrize("sent", [{"client_secret": " s3cret"}, {"parties": [{"client_secret": " s3cret"}]}])
def test_a_warning_shows_no_secret(sent: dict[str, Any], tenant: Any, warnings: list[str]) -> None:
    tenant.change_settings(ignored_at_creation=[f"authenticator_config.config.{name}" for name in sent])
    stored = json.loads(json.dumps(sent).replace(" s3", "s3"))
    tenant.add_fault(operation="CreateAuthenticatorConfig", merge={"config": stored})
    config = {"type": "hosted_web", **sent}
    run_ok(authenticator_config, tenant, config=config, warn=warnings.append, display_name="New")
    assert len(warnings) == 1 and "in another form" in warnings[0] and "s3cret" not in warnings[0]


def test_a_failure_after_a_creation_says_that_the_object_exists(tenant: Any) -> None:
    tenant.add_fault(operation="AddRoleScopes", status=403)
    result = call_module(role, tenant, display_name="Readers", scopes=["realms:read"])
    (created,) = tenant.read_journal(operation="CreateRole")
    assert result["failed"] and result["changed"] and result["id"] and created["status"] in (200, 201)


@pytest.mark.parametrize(
    ("failing", "given"),
    [
        ("DeleteRoleScopes", {"scopes": ["realms:update"]}),
        ("DeleteRole", {"state": "absent"}),
    ],
)
def test_a_failure_after_a_change_of_a_list_says_that_the_role_changed(
    failing: str, given: dict[str, Any], tenant: Any
) -> None:
    id = run_ok(role, tenant, display_name="Readers", scopes=["realms:read"])["role"]["id"]
    tenant.add_fault(operation=failing, status=403)
    result = call_module(role, tenant, display_name="Readers", **given)
    assert result["failed"] and result["changed"] and result["id"] == id
    tenant.clear_faults()
    tenant.add_fault(operation="AddRoleScopes", status=403)
    unchanged = call_module(role, tenant, display_name="Readers", scopes=["realms:create"])
    assert unchanged["failed"] and not unchanged["changed"]
