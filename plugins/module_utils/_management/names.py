# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names of objects: which name a search finds although the service stores names in a normalized form."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from .resource_types import Resource


@lru_cache(maxsize=20_000)  # a loop compares each name of a listing with each of its items
def normalize_name(name: str) -> str:
    """Return a name in Unicode's form NFC, trimmed, with each run of blanks as one blank."""
    return " ".join(unicodedata.normalize("NFC", name).split())


def build_lock_name(name: str) -> str:
    """Return the same text for all spellings of a name that can mean the same object. Usernames are case-insensitive."""
    return normalize_name(name).casefold()


def has_name(item: Resource, name: str) -> bool:
    """Whether an object has this name, apart from normalization."""
    present: Any = item.get("display_name")
    return isinstance(present, str) and normalize_name(present) == normalize_name(name)


def select_named(items: Iterable[Resource], name: str) -> list[Resource]:
    """Return the objects with exactly this name; if no object has it, the objects whose name is equal after normalization."""
    found = [item for item in items if has_name(item, name)]
    return [item for item in found if item.get("display_name") == name] or found
