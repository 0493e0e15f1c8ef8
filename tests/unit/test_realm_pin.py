# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""BEYONDIDENTITY_PINNED_REALM_ID: a run that may manage one realm only."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.beyondidentity.management.plugins.module_utils._errors import OptionError
from ansible_collections.beyondidentity.management.plugins.modules import (
    api,
    application,
    application_info,
    authenticator_config,
    authenticator_config_info,
    group,
    group_info,
    identity,
    identity_info,
    realm,
    realm_info,
    resource_server,
    resource_server_info,
    revoke,
    role,
    role_info,
    token,
    token_info,
)
from ansible_collections.beyondidentity.management.plugins.plugin_utils.realm_pin import read_pinned_realm
from tests.unit.module_calls import call_module, list_writes, run_failed, run_ok

NAMED = {"display_name": "Feeder"}
PIN = "BEYONDIDENTITY_PINNED_REALM_ID"

# A call of each module that manages a realm.
CALLS: list[tuple[Any, dict[str, Any]]] = [
    (api, {"operation": "ListGroups"}),
    (application, NAMED),
    (application, {**NAMED, "state": "absent"}),
    (application_info, {}),
    (authenticator_config, {**NAMED, "type": "hosted_web"}),
    (authenticator_config_info, {}),
    (group, {**NAMED, "members": ["0123456789abcdef"]}),
    (group, {**NAMED, "state": "absent"}),
    (group_info, {}),
    (identity, {"username": "feeder"}),
    (identity, {"username": "feeder", "state": "absent"}),
    (identity_info, {}),
    (resource_server, {**NAMED, "identifier": "https://feeder.example"}),
    (resource_server_info, {}),
    (role, {**NAMED, "resource_server": "0123456789abcdef"}),
    (role_info, {}),
    (token_info, {}),
    (token_info, {"application": "Feeder"}),
    (revoke, {"all": "application"}),
    (revoke, {"id": "t1", "application": "0123456789abcdef"}),
]
EACH_CALL = pytest.mark.parametrize(("module", "given"), CALLS, ids=lambda value: getattr(value, "__name__", None))
BOTH_MODES = pytest.mark.parametrize("check_mode", [False, True])


@pytest.fixture
def pinned(tenant: Any) -> str:
    """Return the ID of a realm that the task does not authenticate with."""
    (id,) = tenant.seed(realms=1, realm_name="Pinned")["realms"]
    tenant.clear_journal()
    return str(id)


@BOTH_MODES
@EACH_CALL
def test_another_realm_is_an_error_before_anything_is_sent(
    module: Any, given: dict[str, Any], check_mode: bool, tenant: Any, pinned: str
) -> None:
    message = run_failed(module, tenant, check_mode=check_mode, pinned_realm_id=pinned, **given)
    assert message.startswith(f"{PIN} limits this run to the realm {pinned}, but ")
    assert f"addresses the realm {tenant.realm_id}." in message and f"Set realm_id to {pinned}" in message
    assert tenant.read_journal() == []


@EACH_CALL
def test_the_pinned_realm_is_no_error(module: Any, given: dict[str, Any], tenant: Any) -> None:
    for pinned_realm_id in (None, tenant.realm_id):
        tenant.clear_journal()
        message = run_or_fail(module, tenant, check_mode=True, pinned_realm_id=pinned_realm_id, **given)
        assert PIN not in message and tenant.read_journal() != []


def run_or_fail(module: Any, tenant: Any, **given: Any) -> str:
    """Run a module, and return the message of its failure, or an empty text."""
    return str(call_module(module, tenant, **given).get("msg", ""))


def test_a_realm_by_name_is_compared_by_its_id(tenant: Any, pinned: str) -> None:
    (other,) = tenant.seed(realms=1, realm_name="Other")["realms"]
    tenant.clear_journal()
    run_ok(group_info, tenant, realm="Pinned", pinned_realm_id=pinned)
    message = run_failed(group_info, tenant, realm="Other", pinned_realm_id=pinned)
    assert f"addresses the realm {other}." in message
    assert [entry["path"].split("/")[5] for entry in tenant.read_journal(operation="ListGroups")] == [pinned]


@BOTH_MODES
@pytest.mark.parametrize(
    ("operation", "body"),
    [
        ("GetRealm", None),
        ("ListGroups", None),
        ("CreateGroup", {"group": {"display_name": "g"}}),
        ("UpdateRealm", {"realm": {"display_name": "x"}}),
        ("DeleteRealm", None),
        ("SCIMListUsers", None),
    ],
)
def test_a_parameter_of_the_module_api_cannot_name_another_realm(
    operation: str, body: Any, check_mode: bool, tenant: Any, pinned: str
) -> None:
    given = {"operation": operation, "body": body, "parameters": {"realm_id": tenant.realm_id}, "realm_id": pinned}
    message = run_failed(api, tenant, check_mode=check_mode, pinned_realm_id=pinned, **given)
    assert f"{operation} addresses the realm {tenant.realm_id}" in message
    assert tenant.read_journal() == []


@BOTH_MODES
@pytest.mark.parametrize(
    ("operation", "body"),
    [("UpdateTenant", {"tenant": {"display_name": "x"}}), ("CreateRealm", {"realm": {"display_name": "x"}})],
)
def test_a_pinned_run_does_not_change_the_tenant(
    operation: str, body: Any, check_mode: bool, tenant: Any, pinned: str
) -> None:
    given = {"operation": operation, "body": body}
    message = run_failed(api, tenant, check_mode=check_mode, pinned_realm_id=pinned, **given)
    assert f"{operation} changes the tenant" in message and tenant.read_journal() == []


def test_a_pinned_run_reads_the_tenant_and_lists_realms(tenant: Any, pinned: str) -> None:
    run_ok(api, tenant, operation="GetTenant", pinned_realm_id=pinned)
    listed = run_ok(realm_info, tenant, pinned_realm_id=pinned)["realms"]
    assert {pinned, tenant.realm_id} <= {item["id"] for item in listed}
    assert run_ok(realm_info, tenant, id=pinned, pinned_realm_id=pinned)["realms"]
    assert PIN in run_failed(realm_info, tenant, id=tenant.realm_id, pinned_realm_id=pinned)


@BOTH_MODES
def test_the_module_realm_manages_the_pinned_realm_only(check_mode: bool, tenant: Any, pinned: str) -> None:
    (other,) = tenant.seed(realms=1, realm_name="Other")["realms"]
    how = {"check_mode": check_mode, "pinned_realm_id": pinned}
    for found in ({"id": other}, {"display_name": "Other"}):
        for change in ({"state": "absent"}, {"classification": "SECURE_WORKFORCE"}, {}):
            assert f"addresses the realm {other}" in run_failed(realm, tenant, **found, **change, **how)
    assert "CreateRealm changes the tenant" in run_failed(realm, tenant, display_name="New", **how)
    assert not run_ok(realm, tenant, display_name="New", state="absent", **how)["changed"]
    assert list_writes(tenant) == []
    assert run_ok(realm, tenant, display_name="Pinned", classification="SECURE_WORKFORCE", **how)["changed"]
    assert run_ok(realm, tenant, id=pinned, state="absent", **how)["changed"]


def test_a_token_request_and_a_revocation_by_value_address_no_managed_realm(tenant: Any, pinned: str) -> None:
    issued = run_ok(token, tenant, scopes=["realms:read"], pinned_realm_id=pinned)["token"]["access_token"]
    assert run_ok(revoke, tenant, token=issued, pinned_realm_id=pinned)["changed"]


def test_a_pinned_run_keeps_the_sign_ins_whose_tokens_it_cannot_revoke(tenant: Any, pinned: str) -> None:
    message = run_failed(revoke, tenant, all="sign_ins", application=tenant.application_id, pinned_realm_id=pinned)
    assert PIN in message and tenant.read_journal() == []


@pytest.mark.parametrize(
    ("process", "task", "expected"),
    [
        ({}, {}, None),
        ({PIN: ""}, {PIN: ""}, None),
        ({PIN: "r1"}, {}, "r1"),
        ({}, {PIN: "r1"}, "r1"),
        ({PIN: "r1"}, {PIN: "r1"}, "r1"),
        ({PIN: "r1"}, {PIN: ""}, "r1"),
    ],
)
def test_the_environment_sets_the_pin(process: dict[str, str], task: dict[str, str], expected: str | None) -> None:
    assert read_pinned_realm(process, task) == expected


def test_a_task_cannot_replace_the_pin_of_the_run() -> None:
    with pytest.raises(OptionError, match=f"^{PIN} is r1 in the environment, but r2 in the task's environment"):
        read_pinned_realm({PIN: "r1"}, {PIN: "r2"})


@pytest.mark.parametrize("source", [0, 1])
def test_a_pin_that_is_no_id_is_an_error(source: int) -> None:
    environments: list[dict[str, str]] = [{}, {}]
    environments[source][PIN] = "My realm"
    with pytest.raises(OptionError, match=f"^{PIN}: 'My realm' is not a valid ID"):
        read_pinned_realm(*environments)
