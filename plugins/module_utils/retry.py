# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""When a request is worth sending again, and how long to wait before."""

from __future__ import annotations

import email.utils
import math
import random
import time
from collections.abc import Mapping
from datetime import datetime, timezone

from .errors import TransportError

RETRY_STATUS = frozenset({429, 502, 503, 504})
RETRY_STATUS_POST = frozenset({429})

_FIRST_PAUSE = 0.5  # seconds, doubled at each attempt


class Patience:
    """The attempts that one request may still make."""

    def __init__(self, retries: int, max_wait: int) -> None:
        self.retries = retries
        self.max_wait = max_wait
        self.attempt = 0

    def after_fault(self, error: TransportError) -> bool:
        """Wait after a connection fault; false where there is no further attempt."""
        return not error.permanent and self._pause(None)

    def after_answer(self, headers: Mapping[str, str]) -> bool:
        """Wait as long as the server asks for; false where that is too long, or there is no further attempt."""
        asked = asked_wait(headers)
        return (asked is None or asked <= self.max_wait) and self._pause(asked)

    def _pause(self, asked: float | None) -> bool:
        if self.attempt >= self.retries:
            return False
        backoff = _FIRST_PAUSE * 2**self.attempt * random.uniform(0.75, 1.25)  # not all hosts at the same moment
        time.sleep(min(backoff, self.max_wait) if asked is None else asked)
        self.attempt += 1
        return True


def asked_wait(headers: Mapping[str, str], now: float | None = None) -> float | None:
    """The seconds that an answer asks to wait, from ``Retry-After`` (RFC 9110 section 10.2.3) or ``RateLimit-Reset``.

    What makes no sense (a negative number, text that is neither number nor date) is ignored.
    """
    for name in ("Retry-After", "RateLimit-Reset"):
        value = (headers.get(name) or "").strip()
        try:
            seconds = float(value)
        except ValueError:
            seconds = _until(value, time.time() if now is None else now)
        if math.isfinite(seconds) and seconds >= 0:
            return seconds
    return None


def _until(date: str, now: float) -> float:
    try:
        moment = email.utils.parsedate_to_datetime(date)
    except (TypeError, ValueError, IndexError, OverflowError):
        return math.nan
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=timezone.utc)
    return max(0.0, (moment - datetime.fromtimestamp(now, timezone.utc)).total_seconds())
