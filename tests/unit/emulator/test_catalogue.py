# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The emulator's operations and scopes match the published description."""

from __future__ import annotations

import pytest

from beyondidentity_emulator.management.catalogue import OPERATIONS, SCOPES
from beyondidentity_emulator.management.catalogue_scim import SCIM_GROUPS
from tests.unit.emulator import description


@pytest.fixture
def described():
    return description.operations()


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
def test_operation_is_as_described(described, operation):
    # The service's path of this collection has no slash at the end; see the setting `documented_paths`.
    path = f"{operation.path}/" if operation.path == SCIM_GROUPS else operation.path
    assert (operation.method, path, frozenset(operation.scopes)) == described[operation.name]


def test_catalogue_has_all_described_operations(described):
    assert {operation.name for operation in OPERATIONS} == set(described)
    assert len(OPERATIONS) == 104


def test_scopes_are_the_described_ones_and_introspection(described):
    scopes = {scope for _method, _path, scopes in described.values() for scope in scopes}
    assert set(SCOPES) == scopes | {"tokens:introspect"}


def test_operation_names_and_scopes_are_unique():
    assert len(SCOPES) == len(set(SCOPES))
    assert len({operation.name for operation in OPERATIONS}) == len(OPERATIONS)
