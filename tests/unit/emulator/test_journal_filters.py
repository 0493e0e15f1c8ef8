# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the journal keeps, and filters that it refuses."""

from __future__ import annotations

import pytest

from beyondidentity_emulator.model.journal import Journal
from tests.unit.emulator.api import Api


def test_a_path_that_is_no_regular_expression_is_refused():
    with pytest.raises(ValueError, match="path must be a regular expression"):
        Journal().select({"path": "("})


def test_a_large_body_is_not_kept(tenant):
    """Otherwise, many of them would fill the memory."""
    api = Api.of(tenant)
    for size in (1000, 70_000):
        api.call("POST", "groups", json={"group": {"display_name": "Pets", "description": "x" * size}})
    small, large = tenant.read_journal(operation="CreateGroup")
    assert (len(small["json"]["group"]["description"]), large["json"], large["status"]) == (1000, None, 400)
