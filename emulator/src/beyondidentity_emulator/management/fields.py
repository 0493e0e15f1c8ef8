# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Validation of single fields of a request."""

from __future__ import annotations

import re
from collections.abc import Container
from typing import Any
from urllib.parse import urlsplit

from ..web.errors import Violations

NAME_REFUSED = re.compile(r"[{}\[\]<>;:?\\/|*^%$#=~`!]")
NAME_LONGEST = 64
DESCRIPTION_LONGEST = 300


def text(given: dict[str, Any], current: dict[str, Any] | None, name: str, violations: Violations) -> str:
    """Return a string that must not be empty; the current one if it is omitted."""
    value = given.get(name)
    if name not in given and current is not None:
        return str(current[name])
    if not isinstance(value, str):
        violations.add(name, "must be a string")
        return ""
    if not value:
        violations.add(name, "empty string")
    return value


def strict_text(
    given: dict[str, Any],
    current: dict[str, Any] | None,
    name: str,
    violations: Violations,
    longest: int = NAME_LONGEST,
) -> str:
    """Return a string under the rules for names: not empty, not too long, and without some special characters.

    An update that omits the string is not refused because of it: the object can be older than the rules.
    """
    value = text(given, current, name, violations)
    if current is None or name in given:
        _check_strictly(name, value, longest, violations)
    return value


def strict_name(given: dict[str, Any], current: dict[str, Any] | None, violations: Violations) -> str:
    """Return a display name under the rules for tenants, realms, identities, groups and roles."""
    return strict_text(given, current, "display_name", violations)


def optional_text(
    given: dict[str, Any], current: dict[str, Any] | None, name: str, longest: int, violations: Violations
) -> str:
    """Return a string under the rules for names, except that it can be empty or missing."""
    value = given.get(name, (current or {}).get(name, ""))
    if not isinstance(value, str):
        violations.add(name, "must be a string")
        return ""
    _check_strictly(name, value, longest, violations)
    return value


def _check_strictly(name: str, value: str, longest: int, violations: Violations) -> None:
    if len(value) > longest:
        violations.add(name, f"longer than {longest} characters")
    elif NAME_REFUSED.search(value):
        violations.add(name, "contains a character that is not allowed")


def string_list(
    given: dict[str, Any], name: str, violations: Violations, current: dict[str, Any] | None = None
) -> list[str]:
    """Return a list of strings without duplicates; the current one, or an empty list, if it is omitted."""
    if name not in given:
        return list(current[name]) if current else []
    value = given[name]
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        violations.add(name, "must be a list of strings")
        return []
    return list(dict.fromkeys(value))


def reference(
    given: dict[str, Any],
    current: dict[str, Any] | None,
    name: str,
    records: Container[str],
    violations: Violations,
) -> str | None:
    """Return the ID of an object that must exist; the current one if it is omitted, None if it is empty."""
    identifier = given[name] if name in given else (current or {}).get(name)
    if identifier is None or identifier == "":
        return None
    if not isinstance(identifier, str) or identifier not in records:
        violations.add(name, "no such object in the realm")
        return None
    return identifier


def is_absolute_uri(text: str) -> bool:
    """Return whether a text is an absolute URI without a fragment."""
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return bool(parts.scheme) and "#" not in text and not (parts.scheme in ("http", "https") and not parts.netloc)


def choice(given: dict[str, Any], name: str, allowed: tuple[str, ...], default: str, violations: Violations) -> str:
    """Return one of the allowed values; the default if it is omitted."""
    value = given.get(name, default)
    if value not in allowed:
        violations.add(name, f"must be one of {', '.join(allowed)}")
        return default
    return str(value)
