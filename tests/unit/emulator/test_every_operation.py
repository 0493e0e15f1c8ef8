# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each operation of the Management API needs exactly its scopes."""

from __future__ import annotations

import pytest

from beyondidentity_emulator.management.catalogue import OPERATIONS, SCOPES
from tests.unit.emulator.api import Api
from tests.unit.emulator.stage import call, prepare


@pytest.fixture(scope="module")
def shared(emulator):
    return emulator.create_tenant(undeployed_operations=[], conflicts="documented")


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
def test_all_scopes_of_an_operation_are_needed_and_sufficient(shared, operation):
    values = prepare(shared, operation)
    for scope in operation.scopes:
        response = call(Api.of(shared, *(set(SCOPES) - {scope})), operation, values)
        assert response.status_code == 403, response.text
    response = call(Api.of(shared, *(operation.scopes or ["tokens:introspect"])), operation, values)
    assert response.status_code == operation.status, response.text
