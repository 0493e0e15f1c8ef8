# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filters of lists in the grammar of RFC 7644 section 3.4.2.2: comparisons of text, joined by `and`."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from ..model.state import Record
from ..web.errors import Violations

T = TypeVar("T")

COMPARISON = re.compile(r'\s*([\w.]+)\s+(\w+)\s+("(?:[^"\\]|\\.)*")\s*', re.ASCII)
AND = re.compile(r"and\s", re.IGNORECASE)
OPERATORS: dict[str, Callable[[str, str], bool]] = {
    "eq": lambda found, wanted: found == wanted,
    "ne": lambda found, wanted: found != wanted,
    "co": lambda found, wanted: wanted in found,
    "sw": lambda found, wanted: found.startswith(wanted),
    "ew": lambda found, wanted: found.endswith(wanted),
}


def select(
    text: str | None,
    entries: Mapping[str, T],
    fields: Sequence[str],
    read: Callable[[T], Record],
) -> dict[str, T]:
    """Return the entries that match a filter on some of the fields; raise 400 if it is invalid.

    The case of values does not matter, as in SCIM.
    """
    if text is None:
        return dict(entries)
    comparisons = _parse(text, fields)
    return {
        identifier: entry
        for identifier, entry in entries.items()
        if all(
            OPERATORS[operator](str(read(entry).get(field, "")).casefold(), wanted)
            for field, operator, wanted in comparisons
        )
    }


def _parse(text: str, fields: Sequence[str]) -> list[tuple[str, str, str]]:
    comparisons = []
    position = 0
    while True:
        match = COMPARISON.match(text, position)
        field, operator = (match[1].lower(), match[2].lower()) if match else ("", "")
        try:
            value = json.loads(match[3]) if match else ""
        except ValueError:
            match = None
        if match is None or field not in fields or operator not in OPERATORS:
            break
        comparisons.append((field, operator, value.casefold()))
        if match.end() == len(text):
            return comparisons
        joint = AND.match(text, match.end())
        if joint is None:
            break
        position = joint.end()
    violations = Violations()
    violations.add("filter", f'must compare one or more of {", ".join(fields)} with a text: {fields[0]} eq "..."')
    violations.raise_if_any()
    return []
