# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Calls that run at the same time, in threads."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, TypeVar

from ansible_collections.beyondidentity.management.plugins.module_utils._oauth.token_store import (
    LockPurpose,
    TokenStore,
)

T = TypeVar("T")

_HANG = 60  # seconds, after which a test fails instead of hanging


class MeetingStore:
    """A token store whose callers wait before their first lock until all of them are there.

    So each caller has looked into the store before any caller has the lock, whatever the threads' timing is.
    """

    def __init__(self, store: TokenStore, callers: int) -> None:
        self._store = store
        self._barrier = threading.Barrier(callers)
        self._caller = threading.local()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    @contextmanager
    def lock(self, key: Any, purpose: LockPurpose) -> Iterator[None]:
        if not hasattr(self._caller, "has_met"):
            self._caller.has_met = True
            self._barrier.wait(_HANG)
        with self._store.lock(key, purpose):
            yield


def run_together(callers: int, store: TokenStore, work: Callable[[Any], T]) -> list[T]:
    """Return what some work returns in each of these threads. All have looked into the store before any locks it."""
    shared = MeetingStore(store, callers)
    with ThreadPoolExecutor(callers) as pool:
        return list(pool.map(lambda _index: work(shared), range(callers)))


class OvertakenStore:
    """A token store whose first caller waits for a lock, while another caller has it.

    Args:
        overtake: what the other caller does with the store, once.
    """

    def __init__(self, store: TokenStore, overtake: Callable[[], Any]) -> None:
        self._store = store
        self._overtake: Callable[[], Any] | None = overtake

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    @contextmanager
    def lock(self, key: Any, purpose: LockPurpose) -> Iterator[None]:
        overtake, self._overtake = self._overtake, None
        if overtake is not None:
            overtake()
        with self._store.lock(key, purpose):
            yield
