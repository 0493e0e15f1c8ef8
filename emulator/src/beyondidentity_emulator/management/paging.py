# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pages of a list. Each listing has a different order; its pages contain each object exactly once."""

from __future__ import annotations

import base64
import hmac
import json
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar
from zlib import crc32

from ..web.errors import Violations
from ..web.numbers import parse_whole_number

T = TypeVar("T")
_KEY = secrets.token_bytes()
"""The signature of page tokens keeps out those with other content."""
_SIGNATURE_SIZE = 8


@dataclass(frozen=True)
class PageSizes:
    """The default and the largest number of items in a page."""

    default: int = 100
    maximum: int = 100
    limit: int = 2**32
    """Upper limit that applies even if the request can ask for more."""


@dataclass(frozen=True)
class PageStyle:
    """How pages refer to each other."""

    by_offset: bool = False
    """Whether a page token has the number of the items before the page, not the last of these items."""
    null_token: bool = True
    """Whether the last page has a page token that is null."""
    capped: bool = True
    """Whether a request for a larger page than the largest gets the largest."""


@dataclass(frozen=True)
class Order:
    """The order of a list by a field; by a random checksum without a field."""

    field: str = ""
    descending: bool = False

    def build_key(self, seed: int, identifier: str, entry: Any) -> tuple[int | str, str]:
        """Return the value by which an entry is sorted, and its ID."""
        if self.field:
            return str(entry.get(self.field, "")), identifier
        # Sorting by a seeded checksum needs no memory of the listing, and still works if objects are added or deleted between pages.
        return crc32(identifier.encode(), seed), identifier


@dataclass(frozen=True)
class Cursor:
    """The position in a listing: its order (a seed), the key of the last item, the page size and the number of items before it."""

    seed: int
    after: tuple[int | str, str] | None
    size: int
    offset: int

    @classmethod
    def start(cls) -> Cursor:
        """Return the cursor of a first page, in a random order."""
        return cls(secrets.randbits(32), None, 0, 0)

    def precedes(self, identifier: str) -> bool:
        """Return whether an ID is before the cursor in a list without a field to sort by."""
        if self.after is None or not isinstance(self.after[0], int):
            return True
        return Order().build_key(self.seed, identifier, None) < self.after


@dataclass(frozen=True)
class _Window:
    """The part of a list to return; nothing without a cursor, since the list is complete."""

    cursor: Cursor | None
    size: int
    skip: int
    by_offset: bool

    def select(self, entries: Mapping[str, T], order: Order) -> tuple[list[T], Cursor | None]:
        """Return the items of a page, and the cursor of the next page if there are more."""
        if self.cursor is None:
            return [], None
        seed, after = self.cursor.seed, self.cursor.after
        keys = [order.build_key(seed, identifier, entry) for identifier, entry in entries.items()]
        keys.sort(reverse=order.descending)
        if after is None:
            start = 0
        elif self.by_offset:
            start = self.cursor.offset
        else:
            start = sum(1 for key in keys if key == after or (key > after) == order.descending)
        start += self.skip
        end = start + self.size
        shown = [entries[identifier] for _value, identifier in keys[start:end]]
        return shown, Cursor(seed, keys[end - 1], self.size, end) if len(keys) > end else None


class Listing:
    """A request for a page of one list, or of several lists that share a page token; `place` identifies the list.

    If there are several lists, the names of their page size and skip parameters have a prefix.
    """

    def __init__(
        self,
        arguments: Mapping[str, str],
        sizes: PageSizes,
        place: str,
        prefixes: tuple[str, ...] = ("",),
        style: PageStyle = PageStyle(),
        sortable: Sequence[str] = (),
    ) -> None:
        violations = Violations()
        self.place = place
        self.style = style
        (filter_text, order_text), cursors = _read_token(arguments.get("page_token"), place, len(prefixes), violations)
        self.filter = arguments.get("filter", filter_text)
        """The filter, which is part of the page token."""
        self.order_by = arguments.get("order_by", order_text) if sortable else None
        """The requested order, which is part of the page token, too."""
        for name, kept, value in (("filter", filter_text, self.filter), ("order_by", order_text, self.order_by)):
            if kept is not None and kept != value:
                violations.add(name, f"differs from the page token's {name}")
        self.order = _read_order(self.order_by, sortable, violations)
        self._windows = []
        for prefix, cursor in zip(prefixes, cursors, strict=True):
            size, skip = f"{prefix}page_size", f"{prefix}skip"
            kept_size = cursor.size if cursor else 0
            requested = _read_number(
                size,
                arguments.get(size),
                kept_size or sizes.default,
                (1, 2**32 - 1 if style.capped else sizes.maximum),
                violations,
            )
            skipped = _read_number(skip, arguments.get(skip), 0, (0, 2**32 - 1), violations)
            self._windows.append(_Window(cursor, min(requested, sizes.limit, sizes.maximum), skipped, style.by_offset))
        violations.raise_if_any()

    def build_page(
        self, name: str, entries: Mapping[str, T], show: Callable[[T], Any] = lambda item: item
    ) -> dict[str, Any]:
        """Return one page of a list of entries by ID."""
        shown, cursor = self._windows[0].select(entries, self.order)
        return self._add_page_token({name: [show(item) for item in shown], "total_size": len(entries)}, [cursor])

    def build_pages(self, **lists: Mapping[str, Any]) -> dict[str, Any]:
        """Return one page of each of several lists."""
        response: dict[str, Any] = {}
        cursors = []
        for window, (name, entries) in zip(self._windows, lists.items(), strict=True):
            response[name], cursor = window.select(entries, self.order)
            response[f"total_{name}_size"] = len(entries)
            cursors.append(cursor)
        return self._add_page_token(response, cursors)

    def _add_page_token(self, response: dict[str, Any], cursors: list[Cursor | None]) -> dict[str, Any]:
        if any(cursors):
            response["next_page_token"] = _write_token(self.place, (self.filter, self.order_by), cursors)
        elif self.style.null_token:
            response["next_page_token"] = None
        return response


def _read_order(text: str | None, sortable: Sequence[str], violations: Violations) -> Order:
    """Return the order that a text like `display_name desc` requests."""
    if text is None:
        return Order()
    name, _space, direction = text.strip().partition(" ")
    if name not in sortable or direction.strip().lower() not in ("", "asc", "desc"):
        violations.add("order_by", f"must be one of {', '.join(sortable)}, with asc or desc")
        return Order()
    return Order(name, direction.strip().lower() == "desc")


def _read_number(name: str, given: str | None, default: int, limits: tuple[int, int], violations: Violations) -> int:
    lowest, highest = limits
    if given is None:
        return default
    number = parse_whole_number(given, lowest, highest)
    if number is None:
        violations.add(name, f"must be a whole number from {lowest} to {highest}")
        return default
    return number


def read_first_cursor(token: str) -> Cursor | None:
    """Return the cursor of the first list in a page token."""
    return _decode(json.loads(_open_token(token))[3])


def _write_token(place: str, kept: tuple[str | None, str | None], cursors: list[Cursor | None]) -> str:
    """Return a page token with characters that must be encoded in a query string."""
    where = [[cursor.seed, cursor.after, cursor.size, cursor.offset] if cursor else None for cursor in cursors]
    text = json.dumps([crc32(place.encode()), *kept, *where]).encode()
    return "+/&" + base64.b64encode(_sign(text) + text).decode() + "=="


def _sign(text: bytes) -> bytes:
    return hmac.digest(_KEY, text, "sha256")[:_SIGNATURE_SIZE]


def _open_token(token: str) -> bytes:
    """Return the text of a page token; raise ValueError for one that this emulator has not written."""
    if not token.startswith("+/&") or not token.endswith("=="):
        raise ValueError("not a page token")
    content = base64.b64decode(token[3:-2], validate=True)
    text = content[_SIGNATURE_SIZE:]
    if not hmac.compare_digest(_sign(text), content[:_SIGNATURE_SIZE]):
        raise ValueError("not a page token of this emulator")
    return text


def _read_token(
    token: str | None, place: str, count: int, violations: Violations
) -> tuple[tuple[str | None, str | None], list[Cursor | None]]:
    """Return the filter, the order and the cursors of a page token."""
    if token is None:
        return (None, None), [Cursor.start() for _number in range(count)]
    try:
        fits, filter_text, order_text, *where = json.loads(_open_token(token))
        if fits != crc32(place.encode()) or len(where) != count:
            raise ValueError("page token of another list")
        cursors = [_decode(item) for item in where]
    except ValueError:
        violations.add("page_token", "invalid page token")
        return (None, None), [None] * count
    return (filter_text, order_text), cursors


def _decode(item: list[Any] | None) -> Cursor | None:
    return Cursor(item[0], (item[1][0], item[1][1]), item[2], item[3]) if item else None
