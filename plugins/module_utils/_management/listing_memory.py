# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Listings that the hosts and items of one task share. A loop over many names reads the objects once.

A listing is in the run's store, without secrets, in parts that a store's file can hold. It belongs to one attempt at one
task: a later task, or the next attempt of `until`, reads the service. A task without the run's store, such as a delegated
one, has no memory.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from uuid import uuid4

from .._masking import remove_secrets
from .._oauth.error_sharing import SharedErrors
from .._oauth.task_errors import Attempt
from .._oauth.token_store import LockPurpose, TokenStore
from .resource_types import Resource
from .run_memory import get_time

LIFETIME = 300.0  # seconds that a listing is shared
KEPT = 8  # listings of one kind: with the strategy free, hosts can be at different tasks
PART_SIZE = 350_000  # characters. A store reads at most 1 MiB of a file, and quotes and encryption make a part longer


@dataclass(frozen=True)
class Listing:
    """The objects of a listing, and the time of the run's clock at which its first request began.

    Callers that share a listing have the same objects, so a caller copies an object before it changes it.
    """

    items: list[Resource]
    began: float


class ListingMemory:
    """The listings that one call of a module shares with other calls of the same attempt at a task.

    Args:
        store: the run's store; `None` to share nothing.
        attempt: the common key of the calls that share a listing; `None` to share nothing.
        error_key: everything that can influence whether a listing fails. Calls that waited share an error if it is equal.
        duration: the longest time in seconds that a listing takes.
    """

    def __init__(
        self,
        store: TokenStore | None = None,
        attempt: Attempt | None = None,
        error_key: Any = None,
        duration: float = 0.0,
    ) -> None:
        self._store = store
        self._attempt = attempt
        self._error_key = error_key
        self._duration = duration
        self._used: dict[str, Any] = {}
        # `until` waits for a change. So its second attempt takes no listing that another item's second attempt read before.
        self._since = get_time() if attempt and attempt.number > 1 else 0.0

    def share(
        self, key: Any, read: Callable[[], Iterable[Resource]], *, error_key: Any = None, since: float | None = None
    ) -> Listing:
        """Return the listing under a key: the shared one, or the listing that `read` returns, which is then shared.

        While another call reads the listing, this call waits.

        Args:
            key: everything that distinguishes one listing from another.
            error_key: what can also influence whether the listing fails.
            since: a shared listing must have begun later than this.
        """
        store, attempt = self._store, self._attempt
        if store is None or attempt is None:
            return _read_now(read)
        key = ["listing", key]
        listing = self._find(store, key, attempt, since)
        if listing is None:
            errors = SharedErrors(store)
            all_error_key = [key, attempt.task, attempt.number, self._error_key, error_key]
            seen = errors.count(all_error_key)
            with store.lock(key, LockPurpose("a listing", self._duration)):
                listing = self._find(store, key, attempt, since)
                if listing is None:
                    with errors.share(all_error_key, seen):
                        listing = _read_now(read)
                    _put(store, key, attempt, listing)
        self._used[json.dumps(key)] = key
        return listing

    def find(self, key: Any) -> Listing | None:
        """Return the shared listing under a key, if there is one."""
        if self._store is None or self._attempt is None:
            return None
        return self._find(self._store, ["listing", key], self._attempt, None)

    def drop(self) -> None:
        """Forget the listings that this call used: a response contradicts them."""
        self._since = get_time()
        for key in self._used.values():
            if self._store and self._attempt:
                for entry in _list_entries(self._store, key):
                    if _belongs_to(entry, self._attempt):
                        _discard_parts(self._store, entry)
        self._used = {}

    def _find(self, store: TokenStore, key: Any, attempt: Attempt, since: float | None) -> Listing | None:
        earliest = max(self._since, since or 0.0, get_time() - LIFETIME)
        for entry in _list_entries(store, key):
            if _belongs_to(entry, attempt) and earliest < entry["began"] <= get_time():
                parts = [store.get(_build_part_key(entry, number)) for number in range(entry["parts"])]
                if all(part is not None for part in parts):
                    return Listing([item for part in parts if part for item in _parse(part["items"])], entry["began"])
        return None


@lru_cache(maxsize=8)  # the items of a loop read the same parts, in one process
def _parse(items: str) -> tuple[Resource, ...]:
    """Return the objects of a part. All callers have the same objects, so a caller must not change them."""
    return tuple(json.loads(items))


def _read_now(read: Callable[[], Iterable[Resource]]) -> Listing:
    began = get_time()
    return Listing(list(read()), began)


def _put(store: TokenStore, key: Any, attempt: Attempt, listing: Listing) -> None:
    """Store a listing in place of older ones, unless no part can hold one of its objects. The caller holds the lock."""
    texts = [json.dumps(item) for item in remove_secrets(listing.items)]
    if any(len(text) > PART_SIZE for text in texts):
        return
    parts = list(_split(texts))
    entry = {
        "id": str(uuid4()),
        "task": attempt.task,
        "attempt": attempt.number,
        "began": listing.began,
        "parts": len(parts),
    }
    current: list[Mapping[str, Any]] = []
    outdated: list[Mapping[str, Any]] = []
    for other in _list_entries(store, key):
        is_current = get_time() - other["began"] < LIFETIME and not _belongs_to(other, attempt)
        (current if is_current and len(current) < KEPT - 1 else outdated).append(other)
    for other in outdated:
        _discard_parts(store, other)
    for number, part in enumerate(parts):
        # As one text: a store that forgets a token removes the list items that contain it, and the listing would lack one.
        store.put(_build_part_key(entry, number), {"items": part})
    store.put(key, {"listings": [entry, *current]})


def _split(texts: Iterable[str]) -> Iterator[str]:
    """Yield the JSON objects in as few JSON arrays as `PART_SIZE` allows. Without objects, there is one empty array."""
    part: list[str] = []
    size = 0
    for text in texts:
        if part and size + len(text) > PART_SIZE:
            yield f"[{','.join(part)}]"
            part, size = [], 0
        part.append(text)
        size += len(text) + 1
    yield f"[{','.join(part)}]"


def _list_entries(store: TokenStore, key: Any) -> list[Mapping[str, Any]]:
    """Return the entries of the listings under a key, the newest first."""
    return list((store.get(key) or {}).get("listings") or ())


def _belongs_to(entry: Mapping[str, Any], attempt: Attempt) -> bool:
    return (entry["task"], entry["attempt"]) == (attempt.task, attempt.number)


def _build_part_key(entry: Mapping[str, Any], number: int) -> list[Any]:
    return ["part of a listing", entry["id"], number]


def _discard_parts(store: TokenStore, entry: Mapping[str, Any]) -> None:
    for number in range(entry["parts"]):
        store.discard(_build_part_key(entry, number))
