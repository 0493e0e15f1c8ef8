# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filters of the journal that are not valid are refused."""

from __future__ import annotations

import pytest

from beyondidentity_emulator.model.journal import Journal


def test_a_path_that_is_no_regular_expression_is_refused():
    with pytest.raises(ValueError, match="path must be a regular expression"):
        Journal().select({"path": "("})
