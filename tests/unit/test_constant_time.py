# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Comparison of secrets."""

from __future__ import annotations

import pytest

from ansible_collections.beyondidentity.management.plugins.module_utils._oauth.constant_time import are_equal


@pytest.mark.parametrize(
    ("left", "right", "equal"),
    [("", "", True), ("a", "a", True), ("a", "b", False), ("a", "ab", False), ("é", "é", True), ("\ud800", "x", False)],
)
def test_any_two_texts_can_be_compared(left: str, right: str, equal: bool) -> None:
    assert all(are_equal(*pair) is equal for pair in ((left, right), (right, left)))
