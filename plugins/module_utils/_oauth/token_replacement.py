# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Limits the replacement of refused tokens, for the whole run.

A stored token that a server refuses may be revoked, or may lack a permission: the status does not tell. So a run requests
one new token per key in `INTERVAL` seconds. If the new token is refused too, the refusal is final for this time.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from .._errors import BeyondIdentityError, ResponseError, TransportError
from .token_store import TokenStore

REFUSAL_STATUSES = frozenset({401, 403})
INTERVAL = 60.0  # seconds


@dataclass(frozen=True)
class Refusal:
    """How a server refused a token: for which operation, and with which HTTP status."""

    operation: str
    status: int


class TokenReplacements:
    """The replacements and final refusals of a run. Without a store, nothing is known.

    Args:
        store: the run's store.
        now: a clock in seconds that all processes of the run share.
    """

    def __init__(self, store: TokenStore | None = None, now: Callable[[], float] = time.monotonic) -> None:
        self._store = store
        self._now = now

    @contextmanager
    def limit(self, key: Any) -> Iterator[bool]:
        """Yield whether a new token may be requested under a key, and record the request. The caller holds the key's lock.

        A request is not recorded if it receives no complete response, or if the server is overloaded or fails. Otherwise
        the next task would report a refused token that was never replaced. Any other error is recorded for `find_failure`.
        """
        record = [*key, "replacement"]
        is_allowed = not self._is_recent(record)
        if is_allowed:
            self._record(record)
        try:
            yield is_allowed
        except BeyondIdentityError as error:
            if is_allowed and _is_decided(error):
                self._record(record, failure=error.message)
            elif is_allowed and self._store is not None:
                self._store.discard(record)
            raise

    def find_failure(self, key: Any) -> str:
        """Return the message of the error that ended the last request for a new token, or an empty text."""
        record = [*key, "replacement"]
        entry = self._store.get(record) if self._store is not None and self._is_recent(record) else None
        return str((entry or {}).get("failure", ""))

    def is_final(self, key: Any, refusal: Refusal) -> bool:
        """Whether a new token under this key was refused in the same way, not long ago."""
        return self._is_recent([*key, refusal.operation, refusal.status])

    def add_final(self, key: Any, refusal: Refusal) -> None:
        """Record that a new token was refused too."""
        self._record([*key, refusal.operation, refusal.status])

    def _is_recent(self, record: Any) -> bool:
        entry = self._store.get(record) if self._store is not None else None
        recorded = entry.get("monotonic") if entry else None
        return isinstance(recorded, (int, float)) and 0 <= self._now() - recorded < INTERVAL

    def _record(self, record: Any, **fields: str) -> None:
        if self._store is not None:
            self._store.put(record, {"monotonic": self._now(), **fields})


def _is_decided(error: BeyondIdentityError) -> bool:
    """Whether the server decided on a request that ended with this error."""
    if isinstance(error, ResponseError):
        return error.status < 500 and error.status != 429
    return not isinstance(error, TransportError)
