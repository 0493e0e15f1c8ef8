# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether the service stored what was sent. Pure functions, no requests."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from .._masking import has_secret, is_secret_key
from .names import normalize_name
from .resource_types import Resource
from .times import parse_time

_CASELESS_FIELDS = frozenset({"username", "email_address", "primary_email_address", "secondary_email_address"})


@dataclass(frozen=True)
class FieldCheck:
    """One sent field. `path` has the names of nested fields with dots between them.

    Attributes:
        finding: `ignored` (another value is stored), `normalized` (the same value in another form), or `missing`.
    """

    path: str
    finding: str
    stored: Any = None

    @property
    def is_secret(self) -> bool:
        """Whether the field, or an object in it, has a secret key."""
        return is_secret_key(self.path.rpartition(".")[2]) or has_secret(self.stored)


def check_write(sent: Mapping[str, Any], stored: Mapping[str, Any], write_only: frozenset[str]) -> list[FieldCheck]:
    """Return the sent fields that the stored object does not show as they were sent.

    In a nested object, only the sent keys are compared. Lists of texts compare as sets.

    Args:
        write_only: names of fields that cannot be compared, at any depth.
    """
    return list(_check_fields(sent, stored, write_only, ""))


def add_missing(sent: Mapping[str, Any], stored: Mapping[str, Any]) -> Resource:
    """Return the stored object with the sent fields that it does not show."""
    complete = dict(stored)
    for name, value in sent.items():
        present = complete.get(name)
        if isinstance(value, Mapping) and isinstance(present, Mapping):
            complete[name] = add_missing(value, present)
        elif name not in complete and not _is_empty(value):
            complete[name] = value
    return complete


def _check_fields(
    sent: Mapping[str, Any], stored: Mapping[str, Any], write_only: frozenset[str], prefix: str
) -> Iterator[FieldCheck]:
    for name, value in sent.items():
        path, present = f"{prefix}{name}", stored.get(name)
        if name in write_only or present == value or (_is_empty(value) and _is_empty(present)):
            continue
        if name not in stored:
            yield FieldCheck(path, "missing")
        elif isinstance(value, Mapping) and isinstance(present, Mapping):
            yield from _check_fields(value, present, write_only, f"{path}.")
        elif not has_same_items(value, present, write_only):
            yield FieldCheck(path, _find_difference(name, value, present, write_only), present)


def _is_empty(value: Any) -> bool:
    return value is None or value in ("", [], {})


def has_same_items(sent: Any, stored: Any, write_only: frozenset[str] = frozenset()) -> bool:
    """Whether two lists have the same items in any order; of an item that is an object, only the sent keys count."""
    if not isinstance(sent, list) or not isinstance(stored, list):
        return False
    if all(isinstance(item, str) for item in [*sent, *stored]):
        return set(sent) == set(stored)
    unmatched, remaining = _match_items(sent, stored, lambda item, other: _is_same_item(item, other, write_only))
    return not unmatched and not remaining


def _match_items(
    sent: list[Any], stored: list[Any], is_match: Callable[[Any, Any], bool]
) -> tuple[list[Any], list[Any]]:
    """Return the sent items without a match, and the stored items that match none. Each item has one match at most."""
    unmatched, remaining = [], list(stored)
    for item in sorted(sent, key=_count_fields, reverse=True):  # an item with few keys could take the match of another
        match = next((index for index, other in enumerate(remaining) if is_match(item, other)), None)
        if match is None:
            unmatched.append(item)
        else:
            remaining.pop(match)
    return unmatched, remaining


def _is_same_item(sent: Any, stored: Any, write_only: frozenset[str]) -> bool:
    if isinstance(sent, Mapping) and isinstance(stored, Mapping):
        return not check_write(sent, stored, write_only)
    return bool(sent == stored) or has_same_items(sent, stored, write_only)


def _count_fields(value: Any) -> int:
    """Return the number of values in an item, at any depth. An empty value equals a missing one."""
    if _is_empty(value):
        return 0
    if isinstance(value, Mapping):
        return 1 + sum(map(_count_fields, value.values()))
    return sum(map(_count_fields, value)) + 1 if isinstance(value, list) else 1


def is_normalized_form(name: str, sent: Any, stored: Any) -> bool:
    """Whether a service that normalizes values may show `stored` for `sent`.

    A value without another form is shown as sent, so it can replace a value that the service did not normalize.
    """
    return not _is_normal(name, sent) and _find_difference(name, sent, stored, frozenset()) == "normalized"


def _is_normal(name: str, value: Any) -> bool:
    """Whether normalization does not change a value, or any value in it. A time has a form for each time zone."""
    if isinstance(value, Mapping):
        return all(_is_normal(key, item) for key, item in value.items())
    if isinstance(value, list):
        return all(_is_normal(name, item) for item in value)
    return not isinstance(value, str) or (_normalize(name, value) == value and parse_time(value) is None)


def _find_difference(name: str, sent: Any, stored: Any, write_only: frozenset[str]) -> str:
    """Return the finding for two values that differ, and are not both objects."""
    if isinstance(sent, str) and isinstance(stored, str):
        is_same = _normalize(name, sent) == _normalize(name, stored) or _is_same_moment(sent, stored)
        return "normalized" if is_same else "ignored"
    if not isinstance(sent, list) or not isinstance(stored, list):
        return "ignored"
    if all(isinstance(item, str) for item in [*sent, *stored]):
        is_same = {_normalize(name, item) for item in sent} == {_normalize(name, item) for item in stored}
        return "normalized" if is_same else "ignored"
    return _find_difference_of_items(sent, stored, write_only)


def _find_difference_of_items(sent: list[Any], stored: list[Any], write_only: frozenset[str]) -> str:
    """Return the worst finding in the items of two lists. Items belong together if no field that both have differs."""
    unmatched, remaining = _match_items(sent, stored, lambda item, other: _is_same_item(item, other, write_only))
    findings: set[str] = set()

    def is_similar(item: Any, other: Any) -> bool:
        if not isinstance(item, Mapping) or not isinstance(other, Mapping) or not item.keys() & other.keys():
            return False
        found = {check.finding for check in check_write(item, other, write_only)}
        if "ignored" in found:
            return False
        findings.update(found)
        return True

    unmatched, remaining = _match_items(unmatched, remaining, is_similar)
    if unmatched or remaining:
        return "ignored"
    return "missing" if "missing" in findings else "normalized"


def _normalize(name: str, text: str) -> str:
    trimmed = normalize_name(text) if name == "display_name" else unicodedata.normalize("NFC", text).strip()
    return trimmed.casefold() if name in _CASELESS_FIELDS else trimmed


def _is_same_moment(sent: str, stored: str) -> bool:
    moments = [parse_time(text) for text in (sent, stored)]
    return None not in moments and moments[0] == moments[1]
