# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each operation of the catalogue, called by the module api in process: its scopes are sufficient, and all are needed."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.beyondidentity.management.plugins.module_utils._management.operation_catalogue import (
    get_catalogue,
)
from ansible_collections.beyondidentity.management.plugins.module_utils._masking import has_secret
from ansible_collections.beyondidentity.management.plugins.modules import api
from beyondidentity_emulator.management.catalogue import OPERATIONS, SCOPES
from beyondidentity_emulator.management.operation import Operation
from tests.unit.emulator.stage import body, prepare, query
from tests.unit.module_calls import call_module, run_ok

ANY_SCOPES = ["tenants:read"]
"""The token's scopes for operations that publish none."""


@pytest.fixture(scope="module")
def shared_tenant(emulator: Any) -> Any:
    """Return a tenant that has all operations. Each operation has its own objects there."""
    return emulator.create_tenant(undeployed_operations=[], conflicts="documented")


def build_arguments(tenant: Any, item: Operation) -> dict[str, Any]:
    """Return the module's options for a call about objects that no other operation uses."""
    values = prepare(tenant, item)
    path = {name: value for name, value in values.items() if f"{{{name}}}" in item.path}
    return {"operation": item.name, "parameters": {**path, **query(item, values)}, "body": body(item, values)}


def test_every_operation_is_called() -> None:
    assert {item.name for item in OPERATIONS} == set(get_catalogue())


@pytest.mark.parametrize("item", OPERATIONS, ids=lambda item: item.name)
def test_the_scopes_of_an_operation_are_sufficient_and_needed(item: Operation, shared_tenant: Any) -> None:
    tenant, operation = shared_tenant, get_catalogue()[item.name]
    arguments = build_arguments(tenant, item)
    for scope in operation.scopes:
        others = tenant.request_token(*(set(SCOPES) - {scope}))
        refused = call_module(api, tenant, access_token=others, **arguments)
        assert refused["failed"] and refused["status"] == 403, refused
        assert f"{item.name} needs the scopes {', '.join(sorted(operation.scopes))}, and a token" in refused["msg"]
        assert others not in str(refused)
    tenant.clear_journal()
    result = run_ok(api, tenant, scopes=None if operation.scopes else ANY_SCOPES, **arguments)
    token_request, request = tenant.read_journal()
    assert (token_request["operation"], request["operation"]) == ("token", item.name)
    expected = set(operation.scopes or ANY_SCOPES)
    assert set(token_request["form"]["scope"].split()) == set(request["token_scopes"]) == expected
    assert request["token_id"] == token_request["issued_token_id"]
    assert request["status"] == result["status"] == item.status
    assert result["confidential"] is operation.secret
    assert has_secret(result) is operation.secret
