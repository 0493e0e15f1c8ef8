# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Shapes of objects in requests: which fields there are, and which values each can have."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ..model.state import Record
from ..web.errors import Violations

Faults = Iterable[tuple[str, str]]
"""Places inside a value (empty: the value itself), each with what is wrong."""
Check = Callable[[Any], Faults]


@dataclass(frozen=True)
class Field:
    """A field: the check of its value, whether a new object must have it, and its default (None: no value)."""

    check: Check
    required: bool = False
    default: Any = None
    nullable: bool = False


Shape = Mapping[str, Field]


def read_fields(given: Record, shape: Shape, current: Record | None, violations: Violations) -> Record:
    """Return an object's fields: those of the request, or else the current ones, or else the defaults.

    Fields that the shape does not have are ignored, as read-only fields are.
    """
    record: Record = {}
    for name, field in shape.items():
        if name in given and not (given[name] is None and not field.required):
            for place, description in _check_value(field, given[name]):
                violations.add(f"{name}{place}", description)
            record[name] = given[name]
        elif current is not None and name in current:
            record[name] = current[name]
        elif field.required:
            violations.add(name, "is required")
        elif field.default is not None:
            record[name] = copy.deepcopy(field.default)
    return record


def _check_value(field: Field, value: Any) -> Faults:
    return () if value is None and field.nullable else field.check(value)


def text(value: Any) -> Faults:
    """Require a string."""
    return () if isinstance(value, str) else [("", "must be a string")]


def flag(value: Any) -> Faults:
    """Require a boolean."""
    return () if isinstance(value, bool) else [("", "must be a boolean")]


def whole(lowest: int, highest: int) -> Check:
    """Require a whole number in a range."""

    def check(value: Any) -> Faults:
        fits = isinstance(value, int) and not isinstance(value, bool) and lowest <= value <= highest
        return () if fits else [("", f"must be a whole number from {lowest} to {highest}")]

    return check


def one_of(*allowed: str) -> Check:
    """Require one of some strings."""

    def check(value: Any) -> Faults:
        return () if isinstance(value, str) and value in allowed else [("", f"must be one of {', '.join(allowed)}")]

    return check


def list_of(item: Check) -> Check:
    """Require a list whose items pass a check."""

    def check(value: Any) -> Faults:
        if not isinstance(value, list):
            return [("", "must be a list")]
        return [(f".{number}{place}", problem) for number, one in enumerate(value) for place, problem in item(one)]

    return check


def record_of(shape: Shape) -> Check:
    """Require an object with the fields of a shape."""

    def check(value: Any) -> Faults:
        if not isinstance(value, dict):
            return [("", "must be an object")]
        inner = Violations()
        read_fields(value, shape, None, inner)
        return [(f".{fault['field']}", fault["description"]) for fault in inner.found]

    return check


def any_object(value: Any) -> Faults:
    """Require an object, whatever its fields."""
    return () if isinstance(value, dict) else [("", "must be an object")]


def make_optional(shape: Shape) -> dict[str, Field]:
    """Return a shape without required fields, for updates."""
    return {name: Field(field.check, nullable=field.nullable) for name, field in shape.items()}
