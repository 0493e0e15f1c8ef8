# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Errors of token requests that a run does not meet again for every host and every item of a loop.

These are refused credentials, because several requests with a wrong secret can lock an account, and tokens that are too
short for `min_validity`. Other errors are shared by callers of the same lock only (`error_sharing`).
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from .._errors import BeyondIdentityError
from .error_sharing import read_count, to_entry, to_error
from .token_errors import is_unknown_client
from .token_store import TokenStore

TASK_LIMIT = 60.0  # seconds for which other hosts and items of the same task share an error
LOOKUP_LIMIT = 10.0  # seconds for which lookups, which do not know their task, share an error


@dataclass(frozen=True)
class Attempt:
    """An attempt at a task. `task` is equal for all hosts and items, `number` rises with each repetition by `until`."""

    task: str
    number: int


class TaskErrors:
    """The errors that a run knows, at most one for each key.

    Args:
        store: the run's store. Without a store, nothing is known.
        attempt: what asks; `None` for a lookup.
        get_write_time: returns when the run wrote to the application, if it did. Earlier errors are ignored.
        now: a clock in seconds that all processes of the run share.
    """

    def __init__(
        self,
        store: TokenStore | None = None,
        attempt: Attempt | None = None,
        get_write_time: Callable[[], float | None] = lambda: None,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._store = store
        self._attempt = attempt
        self._get_write_time = get_write_time
        self._now = now

    @contextmanager
    def share(self, key: Any, is_shared: Callable[[BeyondIdentityError], bool] = is_unknown_client) -> Iterator[None]:
        """Raise the known error of a key if it applies to the caller, or record this caller's own error.

        Args:
            is_shared: whether an error is recorded; by default, if the server refuses the credentials.
        """
        store = self._store
        if store is None:
            yield
            return
        entry = store.get(key) or {}
        if self._counts(key, entry):
            _known_by_process.add(key, entry)
            raise to_error(entry)
        try:
            yield
        except BeyondIdentityError as error:
            if is_shared(error):
                self._record(store, key, read_count(entry) + 1, error)
            raise

    def _counts(self, key: Any, entry: Mapping[str, Any]) -> bool:
        recorded = entry.get("monotonic")
        if not isinstance(recorded, (int, float)):
            return False
        written = self._get_write_time()
        age, limit = self._now() - recorded, LOOKUP_LIMIT if self._attempt is None else TASK_LIMIT
        if not 0 <= age < limit or (written is not None and written >= recorded):
            return False
        if self._attempt is None:
            return not _known_by_process.has(key, entry)
        return entry["task"] == self._attempt.task and int(entry["attempt"]) >= self._attempt.number

    def _record(self, store: TokenStore, key: Any, count: int, error: BeyondIdentityError) -> None:
        attempt = self._attempt or Attempt("", 0)
        entry = {"count": count, "task": attempt.task, "attempt": attempt.number, "monotonic": self._now()}
        store.put(key, {**entry, **to_entry(error)})
        _known_by_process.add(key, entry)


class _KnownErrors:
    """The errors that were raised in this process. If a lookup asks again in the same process, a user wants to try again."""

    def __init__(self) -> None:
        self._counts: dict[str, int] = {}

    def add(self, key: Any, entry: Mapping[str, Any]) -> None:
        self._counts[_to_digest(key)] = read_count(entry)

    def has(self, key: Any, entry: Mapping[str, Any]) -> bool:
        return self._counts.get(_to_digest(key)) == read_count(entry)


def _to_digest(key: Any) -> str:
    return hashlib.sha256(json.dumps(key, sort_keys=True).encode()).hexdigest()


_known_by_process = _KnownErrors()
