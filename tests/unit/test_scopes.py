# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lists of scopes."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.beyondidentity.management.plugins.module_utils._errors import OptionError
from ansible_collections.beyondidentity.management.plugins.module_utils._oauth.scopes import (
    parse_managed_scopes,
    parse_scopes,
)


@pytest.mark.parametrize(
    ("value", "scopes"),
    [
        (None, []),
        ("", []),
        ([], []),
        ("a", ["a"]),
        ("b a  b", ["a", "b"]),
        ("b,a, c", ["a", "b", "c"]),
        (["b", "a"], ["a", "b"]),
        (["b a", "c"], ["a", "b", "c"]),
        (("x:y:z", "x:y:z"), ["x:y:z"]),
    ],
)
def test_scopes_come_from_a_list_or_from_delimited_text(value: Any, scopes: list[str]) -> None:
    assert parse_scopes(value) == scopes


@pytest.mark.parametrize("value", ['a"b', "a\\b", "ä", "a\x00b", "a\x7fb"])
def test_an_invalid_scope_is_refused(value: str) -> None:
    with pytest.raises(OptionError, match="allowed: '.*' is not a valid scope"):
        parse_scopes([value], "allowed")


@given(st.lists(st.text(alphabet="abc:-_.", min_size=1, max_size=8), max_size=5))
def test_neither_order_nor_repetition_matters(scopes: list[str]) -> None:
    assert parse_scopes(scopes) == parse_scopes(" ".join(reversed(scopes + scopes))) == sorted(set(scopes))


@pytest.mark.parametrize("values", [[""], ["a", " "]])
def test_an_empty_item_does_not_empty_a_managed_list(values: list[str]) -> None:
    with pytest.raises(OptionError, match="scopes has an empty item"):
        parse_managed_scopes(values, "scopes")


def test_an_empty_list_empties_a_managed_list() -> None:
    assert parse_managed_scopes([], "scopes") == []
