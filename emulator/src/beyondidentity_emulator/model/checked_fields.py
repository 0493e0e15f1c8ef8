# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks of values for a dataclass, derived from the annotations of its fields."""

from __future__ import annotations

import dataclasses
import math
import re
import types
from dataclasses import dataclass
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

NAMES: dict[Any, str] = {
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    str: "a text",
    dict: "an object",
    list: "a list",
    Any: "any JSON",
}


@dataclass(frozen=True)
class Limits:
    """The least and the largest value of a number."""

    minimum: int
    maximum: int | None = None

    def __str__(self) -> str:
        return f"of at least {self.minimum}" if self.maximum is None else f"from {self.minimum} to {self.maximum}"


@dataclass(frozen=True)
class Pattern:
    """A text is a regular expression."""

    def __str__(self) -> str:
        return "a regular expression"


Seconds = Annotated[float, Limits(0)]
Count = Annotated[int, Limits(0)]
Status = Annotated[int, Limits(100, 999)]
RegularExpression = Annotated[str, Pattern()]


def check_values(table: type, values: dict[str, Any], what: str, unsettable: frozenset[str] = frozenset()) -> None:
    """Raise ValueError with each name that the table does not have, and each value that its field does not allow."""
    hints = {name: hint for name, hint in list_hints(table).items() if name not in unsettable}
    unknown = sorted(set(values) - set(hints))
    problems = [f"unknown {what}: {', '.join(unknown)}; known: {', '.join(sorted(hints))}"] if unknown else []
    problems += [
        f"{name} must be {describe(hints[name])}; not {_show(value)}"
        for name, value in values.items()
        if name in hints and not is_allowed(value, hints[name])
    ]
    if problems:
        raise ValueError(". ".join(problems))


def list_hints(table: type) -> dict[str, Any]:
    """Return the annotation of each field of a dataclass."""
    hints = get_type_hints(table, include_extras=True)
    return {item.name: hints[item.name] for item in dataclasses.fields(table)}


def is_allowed(value: Any, hint: Any) -> bool:
    """Return whether a value, as JSON has it, fits an annotation."""
    origin, arguments = get_origin(hint), get_args(hint)
    if hint is Any:
        return True
    if origin in (Union, types.UnionType):
        return any(is_allowed(value, argument) for argument in arguments)
    if origin is Annotated:
        return is_allowed(value, arguments[0]) and all(_holds(value, rule) for rule in arguments[1:])
    if origin is Literal:
        return any(value == allowed and value.__class__ is allowed.__class__ for allowed in arguments)
    if origin is list:
        return isinstance(value, list) and all(is_allowed(item, arguments[0]) for item in value)
    if origin is dict:
        return isinstance(value, dict) and all(is_allowed(item, arguments[1]) for item in value.values())
    if hint is float:
        return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)
    if hint is int:
        return isinstance(value, int) and not isinstance(value, bool)
    return isinstance(value, hint)


def describe(hint: Any) -> str:
    """Return in words what an annotation allows."""
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType, Literal):
        *others, last = _list_forms(hint)
        return f"{', '.join(others)} or {last}" if others else last
    if origin is Annotated:
        rule = arguments[1]
        return str(rule) if isinstance(rule, Pattern) else f"{describe(arguments[0])} {rule}"
    if origin is list:
        return f"a list of {_describe_plural(arguments[0])}"
    if origin is dict:
        return NAMES[dict] if arguments[1] is Any else f"an object whose values are {_describe_plural(arguments[1])}"
    return NAMES[hint]


def _describe_plural(hint: Any) -> str:
    text = describe(hint)
    for one, many in (("a whole number", "whole numbers"), ("a text", "texts"), ("a list", "lists")):
        text = text.replace(one, many)
    return text.replace(" or ", " and ")


def _list_forms(hint: Any) -> list[str]:
    """Return the alternatives of a union or of named values, in words."""
    origin, arguments = get_origin(hint), get_args(hint)
    if hint is type(None):
        return ["null"]
    if origin is Literal:
        return [f"`{value}`" for value in arguments]
    if origin in (Union, types.UnionType):
        return [form for argument in arguments for form in _list_forms(argument)]
    return [describe(hint)]


def _holds(value: Any, rule: Any) -> bool:
    if isinstance(rule, Limits):
        return bool(value >= rule.minimum and (rule.maximum is None or value <= rule.maximum))
    try:
        re.compile(value)
    except re.error:
        return False
    return True


def _show(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 100 else f"{text[:100]} ..."
