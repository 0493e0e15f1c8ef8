# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pages of a list. Each listing has a different order; its pages contain each object exactly once."""

from __future__ import annotations

import base64
import binascii
import json
import secrets
from bisect import bisect_right
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar
from zlib import crc32

from .errors import Violations

T = TypeVar("T")


@dataclass(frozen=True)
class PageSizes:
    """The default and the largest number of items in a page."""

    default: int = 100
    maximum: int = 100
    limit: int = 2**32
    """Upper limit that applies even if the request can ask for more."""


@dataclass(frozen=True)
class _Cursor:
    """The position in a listing: its order (a seed), the last item (its checksum and ID) and the page size."""

    seed: int
    after: tuple[int, str]
    size: int

    @classmethod
    def start(cls) -> _Cursor:
        return cls(secrets.randbits(32), (-1, ""), 0)


@dataclass(frozen=True)
class _Window:
    """The part of a list to return; nothing without a cursor, since the list is complete."""

    cursor: _Cursor | None
    size: int
    skip: int

    def select(self, entries: Mapping[str, T]) -> tuple[list[T], _Cursor | None]:
        """Return the items of a page, and the cursor of the next page if there are more."""
        if self.cursor is None:
            return [], None
        seed, after = self.cursor.seed, self.cursor.after
        # Sorting by a seeded checksum needs no memory of the listing, and still works if objects are added or deleted between pages.
        keys = [(crc32(identifier.encode(), seed), identifier) for identifier in entries]
        keys.sort()
        rest = keys[bisect_right(keys, after) + self.skip :]
        shown = [entries[identifier] for _sum, identifier in rest[: self.size]]
        more = len(rest) > self.size
        return shown, _Cursor(seed, rest[self.size - 1], self.size) if more else None


class Listing:
    """A request for a page of one list, or of several lists that share a page token; `place` identifies the list.

    If there are several lists, the names of their page size and skip parameters have a prefix.
    """

    def __init__(
        self, arguments: Mapping[str, str], sizes: PageSizes, place: str, prefixes: tuple[str, ...] = ("",)
    ) -> None:
        violations = Violations()
        self.place = place
        filter_text, cursors = _read_token(arguments.get("page_token"), place, len(prefixes), violations)
        self.filter = arguments.get("filter", filter_text)
        """The filter, which is part of the page token."""
        if filter_text is not None and self.filter != filter_text:
            violations.add("filter", "differs from the page token's filter")
        self._windows = []
        for prefix, cursor in zip(prefixes, cursors, strict=True):
            size, skip = f"{prefix}page_size", f"{prefix}skip"
            kept_size = cursor.size if cursor else 0
            requested = _read_number(
                size, arguments.get(size), kept_size or sizes.default, (1, sizes.maximum), violations
            )
            skipped = _read_number(skip, arguments.get(skip), 0, (0, 2**32 - 1), violations)
            self._windows.append(_Window(cursor, min(requested, sizes.limit), skipped))
        violations.raise_if_any()

    def build_page(
        self, name: str, entries: Mapping[str, T], show: Callable[[T], Any] = lambda item: item
    ) -> dict[str, Any]:
        """Return one page of a list of entries by ID."""
        shown, cursor = self._windows[0].select(entries)
        return self._add_page_token({name: [show(item) for item in shown], "total_size": len(entries)}, [cursor])

    def build_pages(self, **lists: Mapping[str, Any]) -> dict[str, Any]:
        """Return one page of each of several lists."""
        response: dict[str, Any] = {}
        cursors = []
        for window, (name, entries) in zip(self._windows, lists.items(), strict=True):
            response[name], cursor = window.select(entries)
            response[f"total_{name}_size"] = len(entries)
            cursors.append(cursor)
        return self._add_page_token(response, cursors)

    def _add_page_token(self, response: dict[str, Any], cursors: list[_Cursor | None]) -> dict[str, Any]:
        if any(cursors):
            response["next_page_token"] = _write_token(self.place, self.filter, cursors)
        return response


def _read_number(name: str, given: str | None, default: int, limits: tuple[int, int], violations: Violations) -> int:
    lowest, highest = limits
    if given is None:
        return default
    if not given.isdecimal() or not given.isascii() or not lowest <= int(given) <= highest:
        violations.add(name, f"must be a whole number from {lowest} to {highest}")
        return default
    return int(given)


def _write_token(place: str, filter_text: str | None, cursors: list[_Cursor | None]) -> str:
    """Return a page token with characters that must be encoded in a query string."""
    where = [[cursor.seed, *cursor.after, cursor.size] if cursor else None for cursor in cursors]
    text = json.dumps([crc32(place.encode()), filter_text, *where])
    return "+/&" + base64.b64encode(text.encode()).decode() + "=="


def _read_token(
    token: str | None, place: str, count: int, violations: Violations
) -> tuple[str | None, list[_Cursor | None]]:
    """Return the filter and the cursors of a page token."""
    if token is None:
        return None, [_Cursor.start() for _number in range(count)]
    try:
        if not token.startswith("+/&") or not token.endswith("=="):
            raise ValueError("not a page token")
        fits, filter_text, *where = json.loads(base64.b64decode(token[3:-2], validate=True))
        if fits != crc32(place.encode()) or len(where) != count:
            raise ValueError("page token of another list")
        cursors = [_Cursor(item[0], (item[1], item[2]), item[3]) if item else None for item in where]
    except (ValueError, binascii.Error):
        violations.add("page_token", "invalid page token")
        return None, [None] * count
    return filter_text, cursors
