# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The types of settings, as JSON and YAML have them."""

from __future__ import annotations

import types
from typing import Any, Union, get_args, get_origin, get_type_hints


def check_types(holder: type, values: dict[str, Any]) -> None:
    """Raise ValueError if a value does not have the type of the field with its name."""
    hints = get_type_hints(holder)
    for name, value in values.items():
        if not _fits(value, hints[name]):
            described = hints[name] if get_origin(hints[name]) else hints[name].__name__
            raise ValueError(f"the setting {name} must have the type {str(described).replace('typing.', '')}")


def _fits(value: Any, hint: Any) -> bool:
    origin, arguments = get_origin(hint), get_args(hint)
    if hint is Any:
        return True
    if origin in (Union, types.UnionType):
        return any(_fits(value, argument) for argument in arguments)
    if origin is list:
        return isinstance(value, list) and all(_fits(item, arguments[0]) for item in value)
    if origin is dict:
        return isinstance(value, dict) and all(
            _fits(key, arguments[0]) and _fits(item, arguments[1]) for key, item in value.items()
        )
    if isinstance(value, bool):
        return hint is bool
    return isinstance(value, (int, float) if hint is float else origin or hint)
