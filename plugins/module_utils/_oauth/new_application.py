# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Waits until the authorization server knows an application that this run has just created.

All hosts of the run share one poll. It begins with the first refusal, and takes at most `LIMIT` seconds.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from .._errors import ResponseError
from .token import Token
from .token_errors import is_unknown_client
from .token_store import LockPurpose, TokenStore

NEW = 60.0  # seconds after its creation in which the authorization server might not know an application
LIMIT = 30.0  # seconds
_POLL = LockPurpose("the wait for a new application", LIMIT + 600, "several hosts can ask for the application at once")
_FIRST_PAUSE, _LONGEST_PAUSE = 0.5, 4.0  # seconds; each pause is twice as long as the previous pause


class NewApplicationWait:
    """Repeats token requests that are refused because the application is new.

    Args:
        is_new: whether this run created the application a moment ago.
        store: the run's store. Without a store, each task waits by itself.
        tell: shows that the task waits.
        now: a clock in seconds that all processes of the run share.
    """

    def __init__(
        self,
        is_new: Callable[[], bool] = lambda: False,
        store: TokenStore | None = None,
        tell: Callable[[str], None] = lambda message: None,
        pause: Callable[[float], None] = time.sleep,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._is_new = is_new
        self._store = store
        self._tell = tell
        self._pause = pause
        self._now = now

    def may_wait(self, key: Any) -> bool:
        """Whether the application is new, and the poll for it has time left."""
        if not self._is_new():
            return False
        deadline = self._read_deadline(key)
        return deadline is None or self._now() < deadline

    def request(self, key: Any, send: Callable[[], Token]) -> Token:
        """Send a token request, and repeat it while the server refuses an unknown client.

        Args:
            key: identifies the application and its credentials.
        """
        try:
            return send()
        except ResponseError as error:
            if not is_unknown_client(error):
                raise
            refusal = error
        with self._lock(key):
            return self._poll(key, send, refusal)

    def _poll(self, key: Any, send: Callable[[], Token], refusal: ResponseError) -> Token:
        deadline = self._read_deadline(key)
        pause = 0.0  # another host has waited: the application may be known now
        if deadline is None:
            deadline, pause = self._now() + LIMIT, _FIRST_PAUSE
            self._begin(key, deadline)
        while (remaining := deadline - self._now()) > 0:
            if pause:
                self._pause(min(pause, remaining))
            try:
                return send()
            except ResponseError as error:
                if not is_unknown_client(error):
                    raise
                refusal = error
            pause = min(max(2 * pause, _FIRST_PAUSE), _LONGEST_PAUSE)
        raise refusal.with_hint(
            f"If they do, run again: this run created the application, and after {LIMIT:.0f} seconds the server still does not know it."
        )

    def _begin(self, key: Any, deadline: float) -> None:
        self._tell(
            f"The authorization server does not know the new application's credentials yet. Waiting up to {LIMIT:.0f} seconds."
        )
        if self._store is not None:
            self._store.put(key, {"deadline": deadline})

    def _read_deadline(self, key: Any) -> float | None:
        entry = self._store.get(key) if self._store is not None else None
        deadline = entry.get("deadline") if entry else None
        return float(deadline) if isinstance(deadline, (int, float)) else None

    def _lock(self, key: Any) -> AbstractContextManager[None]:
        return nullcontext() if self._store is None else self._store.lock(key, _POLL)
