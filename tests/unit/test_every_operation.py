# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every operation of the catalogue by the module api, in process: with its own scopes alone, and not without any of them.

Those that the emulator has no model for are answered from the published description, where it is at hand.
"""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.beyondidentity.management.plugins.module_utils._management.catalogue import get_catalogue
from ansible_collections.beyondidentity.management.plugins.module_utils._masking import has_secret
from ansible_collections.beyondidentity.management.plugins.modules import api
from tests.emulator import openapi
from tests.emulator.catalogue import OPERATIONS, SCOPES
from tests.emulator.operation import Operation
from tests.unit.emulator.stage import body, prepare, query
from tests.unit.module_calls import call_module, run_ok

ANSWERED = [item for item in OPERATIONS if item.is_modelled or openapi.document() is not None]
AMBIENT = ["tenants:read"]
"""What the token has for operations that publish no scopes."""


@pytest.fixture(scope="module")
def shared(emulator: Any) -> Any:
    """Return a tenant for all operations; each has objects of its own there."""
    return emulator.tenant()


def arguments(tenant: Any, item: Operation) -> dict[str, Any]:
    """What a task would say, about objects that no other operation uses."""
    values = prepare(tenant, item)
    named = {name: value for name, value in values.items() if f"{{{name}}}" in item.path}
    return {"operation": item.name, "parameters": {**named, **query(item, values)}, "body": body(item, values)}


def test_every_operation_is_called() -> None:
    """As many as the catalogue has; where fewer can be answered, this says so instead of passing."""
    assert {item.name for item in OPERATIONS} == set(get_catalogue())
    if len(ANSWERED) < len(OPERATIONS):
        missing = len(OPERATIONS) - len(ANSWERED)
        pytest.skip(f"{missing} of {len(OPERATIONS)} operations can't be answered without {openapi.FILE.name}")


@pytest.mark.parametrize("item", ANSWERED, ids=lambda item: item.name)
def test_an_operation_is_called_with_its_own_scopes_and_not_without_one(item: Operation, shared: Any) -> None:
    called, given = get_catalogue()[item.name], arguments(shared, item)
    for scope in called.scopes:
        others = shared.mint(*(set(SCOPES) - {scope}))
        refused = call_module(api, shared, access_token=others, **given)
        assert refused["failed"] and refused["status"] == 403, refused
        assert f"{item.name} needs the scopes {', '.join(sorted(called.scopes))}, and a token" in refused["msg"]
        assert others not in str(refused)
    shared.clear_journal()
    result = run_ok(api, shared, scopes=None if called.scopes else AMBIENT, **given)
    minted, sent = shared.journal()
    assert (minted["operation"], sent["operation"]) == ("token", item.name)
    assert set(minted["form"]["scope"].split()) == set(sent["token_scopes"]) == set(called.scopes or AMBIENT)
    assert sent["token_id"] == minted["issued_token_id"]
    assert sent["status"] == result["status"] == item.status
    assert result["confidential"] is called.secret
    assert has_secret(result) is called.secret
