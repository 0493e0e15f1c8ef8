# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fields that the service ignores, normalises or hides, according to a tenant's settings."""

from __future__ import annotations

import copy
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ..model.settings import Settings
from ..model.state import Record

MISSING = object()
STEPS: dict[str, Callable[[str], str]] = {
    "trim": str.strip,
    "collapse": lambda text: re.sub(r"\s+", " ", text),
    "nfc": lambda text: unicodedata.normalize("NFC", text),
    "lower": str.lower,
}
SINGLE = re.compile(r"(?:Create|Get|Update)(\w+)|(?:Add|Delete)(\w+?)(?:Members|Scopes)")
"""Operations that return one object, with its type."""


def adjust_fields(settings: Settings, envelope: str, given: Record, current: Record | None) -> Record:
    """Return the fields of a request as the service uses them; `current` is the object that an update changes."""
    adjusted = copy.deepcopy(given)
    ignored = settings.ignored_at_creation if current is None else settings.ignored_fields
    for path in _select_paths(ignored, envelope):
        _restore(adjusted, path, current or {})
    return _normalize(adjusted, settings.normalized_fields) if settings.normalized_fields else adjusted


def hide_fields(settings: Settings, operation: str, response: Any) -> Any:
    """Return a response without the hidden fields: those of one object, or those of the objects in its lists."""
    if not settings.hidden_fields or not isinstance(response, dict):
        return response
    visible = copy.deepcopy(response)
    match = SINGLE.fullmatch(operation)
    single = re.sub("(?<=[a-z])(?=[A-Z])", "_", match[1] or match[2]).lower() if match else None
    for envelope in {name.partition(".")[0] for name in settings.hidden_fields}:
        plural = "identities" if envelope == "identity" else f"{envelope}s"
        objects = visible.get(plural, [])
        for record in [visible] if single == envelope else objects if isinstance(objects, list) else []:
            for path in _select_paths(settings.hidden_fields, envelope):
                _remove(record, path)
    return visible


def _select_paths(names: Sequence[str], envelope: str) -> list[list[str]]:
    """Return the paths of an object's fields; the first part of a name is the object's type."""
    return [parts[1:] for parts in (name.split(".") for name in names) if parts[0] == envelope and parts[1:]]


def _restore(given: Record, path: list[str], current: Record) -> None:
    """Replace a given value by the current one; remove it if there is none."""
    value = _find(current, path)
    holder = _find(given, path[:-1])
    if not isinstance(holder, dict) or path[-1] not in holder:
        return
    if value is MISSING:
        del holder[path[-1]]
    else:
        holder[path[-1]] = copy.deepcopy(value)


def _find(record: Any, path: list[str]) -> Any:
    for name in path:
        record = record.get(name, MISSING) if isinstance(record, dict) else MISSING
    return record


def _remove(record: Any, path: list[str]) -> None:
    holder = _find(record, path[:-1])
    if isinstance(holder, dict):
        holder.pop(path[-1], None)


def _normalize(value: Any, rules: Mapping[str, Sequence[str]], name: str = "") -> Any:
    if isinstance(value, dict):
        return {key: _normalize(part, rules, key) for key, part in value.items()}
    if isinstance(value, str):
        for step in rules.get(name, ()):
            value = STEPS[step](value)
    return value
