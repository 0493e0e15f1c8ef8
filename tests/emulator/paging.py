# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pages of a list: no order between listings, but no object twice or missed while one listing is followed."""

from __future__ import annotations

import base64
import binascii
import json
import secrets
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from .errors import Violations


@dataclass(frozen=True)
class PageSizes:
    """The default and the largest number of items in a page."""

    default: int = 100
    maximum: int = 100


@dataclass(frozen=True)
class _Cursor:
    seed: int
    after: tuple[int, str]
    size: int


def page(
    name: str, records: Iterable[dict[str, Any]], arguments: Mapping[str, str], sizes: PageSizes, place: str
) -> dict[str, Any]:
    """Return one page of records as a list answer; `place` tells lists apart, so that a page token fits one of them only."""
    violations = Violations()
    cursor = _read_token(arguments.get("page_token"), place, violations)
    size = _number("page_size", arguments.get("page_size"), cursor.size or sizes.default, 1, sizes.maximum, violations)
    skip = _number("skip", arguments.get("skip"), 0, 0, 2**32 - 1, violations)
    violations.raise_if_any()

    everything = list(records)
    # Sorting by a seeded checksum needs no memory of the listing, and survives objects that come and go between pages.
    ordered = sorted(
        ((zlib.crc32(record["id"].encode(), cursor.seed), record["id"]), record) for record in _unique(everything)
    )
    rest = [entry for entry in ordered if entry[0] > cursor.after][skip:]
    answer: dict[str, Any] = {name: [record for _key, record in rest[:size]], "total_size": len(everything)}
    if len(rest) > size:
        answer["next_page_token"] = _write_token(place, _Cursor(cursor.seed, rest[size - 1][0], size))
    return answer


def _unique(records: list[dict[str, Any]]) -> Iterable[dict[str, Any]]:
    return {record["id"]: record for record in records}.values()


def _number(name: str, given: str | None, default: int, lowest: int, highest: int, violations: Violations) -> int:
    if given is None:
        return default
    if not given.isdecimal() or not given.isascii() or not lowest <= int(given) <= highest:
        violations.add(name, f"must be a whole number from {lowest} to {highest}")
        return default
    return int(given)


def _write_token(place: str, cursor: _Cursor) -> str:
    """Return a page token; it is full of characters that a query string must not hold as they are."""
    text = json.dumps([zlib.crc32(place.encode()), cursor.seed, *cursor.after, cursor.size])
    return "+/&" + base64.b64encode(text.encode()).decode() + "=="


def _read_token(token: str | None, place: str, violations: Violations) -> _Cursor:
    if token is None:
        return _Cursor(secrets.randbits(32), (-1, ""), 0)
    try:
        if not token.startswith("+/&") or not token.endswith("=="):
            raise ValueError("not a page token")
        fits, seed, checksum, identifier, size = json.loads(base64.b64decode(token[3:-2], validate=True))
        if fits != zlib.crc32(place.encode()):
            raise ValueError("page token of another list")
    except (ValueError, binascii.Error):
        violations.add("page_token", "invalid page token")
        return _Cursor(0, (-1, ""), 0)
    return _Cursor(seed, (checksum, identifier), size)
