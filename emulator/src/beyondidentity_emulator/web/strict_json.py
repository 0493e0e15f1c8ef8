# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""JSON as all parts of the emulator can handle it."""

from __future__ import annotations

from typing import Any, NoReturn

from flask.json.provider import DefaultJSONProvider

DEEPEST = 100
"""Levels of nesting. Python's own limit depends on how deep the stack is already."""


class StrictJson(DefaultJSONProvider):
    """Raises ValueError for text that is not valid JSON, or whose value could not be stored, compared or returned."""

    sort_keys = False

    def loads(self, s: str | bytes, **options: Any) -> Any:
        """Return the value of a JSON text."""
        try:
            value = super().loads(s, parse_constant=_refuse_constant, **options)
        except RecursionError as error:
            raise ValueError("nested too deeply") from error
        _check_value(value)
        return value


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _check_value(value: Any) -> None:
    """Raise ValueError for deep nesting, and for half of a surrogate pair, which no encoding can represent."""
    level = [value]
    for _depth in range(DEEPEST):
        inner: list[Any] = []
        for item in level:
            if isinstance(item, str):
                item.encode()
            elif isinstance(item, dict):
                inner += [*item, *item.values()]
            elif isinstance(item, list):
                inner += item
        if not inner:
            return
        level = inner
    raise ValueError("nested too deeply")
