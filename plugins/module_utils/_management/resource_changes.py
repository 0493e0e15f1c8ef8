# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The difference between an object and its wanted state. Pure functions, no requests."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .resource_types import Resource
from .write_check import has_same_items, is_normalized_form


def plan_changes(
    before: Mapping[str, Any], wanted: Mapping[str, Any], read_only: frozenset[str] = frozenset()
) -> Resource:
    """Return the fields to send for the wanted state: the fields that differ from `before`, with whole nested objects.

    Args:
        read_only: keys to omit from nested objects.
    """
    changes: Resource = {}
    for name, value in wanted.items():
        present = before.get(name)
        if isinstance(value, Mapping) and isinstance(present, Mapping):
            if plan_changes(present, value):
                changes[name] = {
                    key: item for key, item in merge_changes(present, value).items() if key not in read_only
                }
        elif not _are_equal(name, present, value):
            changes[name] = value
    return changes


def merge_changes(before: Mapping[str, Any], changes: Mapping[str, Any]) -> Resource:
    """Return `before` with these changes. Nested objects are merged."""
    after = dict(before)
    for name, value in changes.items():
        present = after.get(name)
        if isinstance(value, Mapping) and isinstance(present, Mapping):
            after[name] = merge_changes(present, value)
        else:
            after[name] = value
    return after


def select_fields(item: Mapping[str, Any], changes: Mapping[str, Any]) -> Resource:
    """Return the values of an object for the fields of these changes, also of nested fields; `None` for a missing field."""
    return {
        name: select_fields(item.get(name) or {}, value) if isinstance(value, Mapping) else item.get(name)
        for name, value in changes.items()
    }


def apply_changes(before: Mapping[str, Any], changes: Mapping[str, Any]) -> Resource:
    """Return an object as the service shows it after these changes: without texts that are empty, at any depth."""
    return _drop_empty(merge_changes(before, changes))


def _drop_empty(fields: Mapping[str, Any]) -> Resource:
    return {
        name: _drop_empty(value) if isinstance(value, Mapping) else value
        for name, value in fields.items()
        if value != ""
    }


def _are_equal(name: str, present: Any, wanted: Any) -> bool:
    """Whether a field needs no change. Lists compare in any order, and a missing list or text equals an empty one.

    A value that the service would store in the present form is equal too. Otherwise it would be sent at each run.
    """
    is_same = present == wanted or (wanted in ("", []) and present is None) or has_same_items(wanted, present)
    return is_same or is_normalized_form(name, wanted, present)
