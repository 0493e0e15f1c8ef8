# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Modes of lists: whether an option names all items of a list, or items that the list must have."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from .._errors import OptionError

EXACT = "exact"
AT_LEAST = "at_least"


def list_mode_option(default: str) -> dict[str, Any]:
    """Return the spec of an option that sets the mode of a list."""
    return {"type": "str", "choices": [EXACT, AT_LEAST], "default": default}


def combine(wanted: Iterable[str], present: Iterable[str] | None, mode: str) -> list[str]:
    """Return the items that a list must have, sorted. With `at_least`, its present items stay."""
    return sorted(set(wanted) if mode == EXACT else {*wanted, *(present or ())})


def refuse_empty_list(option: str, items: Sequence[str] | None, mode_option: str, mode: str) -> None:
    """Raise `OptionError` for an empty list with `at_least`: it changes nothing, although it looks like a removal."""
    if mode == AT_LEAST and items is not None and not items:
        raise OptionError(
            f"{option} is an empty list, and {mode_option} is at_least, which removes nothing.",
            f"To remove all items, set {mode_option}: exact. To keep them, omit {option}.",
        )
