# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""When a request is sent again, and how long to wait before."""

from __future__ import annotations

import email.utils
import math
import random
import time
from collections.abc import Mapping
from datetime import datetime, timezone

from .._errors import TransportError
from .response import Response

_BUSY_STATUSES = frozenset({429, 502, 503, 504})
_UNPROCESSED_STATUSES = frozenset({429})  # the server certainly did not carry the request out

_LEAST_SPREAD = 0.25  # seconds over which attempts are spread after the wait that a server requests
_FIRST_PAUSE = 0.5  # seconds, doubled with each attempt
_MOST_DOUBLINGS = 30  # a power of 2 can be too large for a float


class RetryPolicy:
    """Decides whether to send one request again, and waits before it.

    Args:
        retries: the number of additional attempts.
        max_wait: the longest wait, in seconds. If the server requests a longer wait, no attempt follows.
        repeatable: whether it is harmless if the server carries the request out twice. Otherwise the request is sent
            again only if the server certainly did not carry it out.
    """

    def __init__(self, retries: int, max_wait: int, *, repeatable: bool) -> None:
        self.retries = retries
        self.max_wait = max_wait
        self.repeatable = repeatable
        self.attempt = 0

    def wait_after_error(self, error: TransportError) -> bool:
        """Wait before the next attempt; return false, without waiting, if no attempt remains."""
        if error.permanent or (error.sent and not self.repeatable):
            return False
        return self._wait(None)

    def wait_after_response(self, response: Response) -> bool:
        """Wait as long as the server requests; return false, without waiting, if no attempt follows."""
        if response.status not in (_BUSY_STATUSES if self.repeatable else _UNPROCESSED_STATUSES):
            return False
        requested = parse_requested_wait(response.headers)
        return (requested is None or requested <= self.max_wait) and self._wait(requested)

    def _wait(self, requested: float | None) -> bool:
        if self.attempt >= self.retries:
            return False
        # Hosts and runs that were refused at the same time must not retry at the same time.
        if requested is None:
            pause = _FIRST_PAUSE * 2 ** min(self.attempt, _MOST_DOUBLINGS)
            time.sleep(min(pause * 1.25, self.max_wait) * random.uniform(0.6, 1))
        else:
            time.sleep(random.uniform(requested, compute_longest_wait(requested)))
        self.attempt += 1
        return True


def compute_longest_wait(requested: float) -> float:
    """Return the longest time in seconds that an attempt waits if the server requests a wait."""
    return requested + max(_LEAST_SPREAD, requested / 10)


def parse_requested_wait(headers: Mapping[str, str], now: float | None = None) -> float | None:
    """Return the seconds that `Retry-After` (RFC 9110 section 10.2.3) or `RateLimit-Reset` requests, or `None`.

    A value that is neither a date nor a number of at least 0 is ignored. `now` is in seconds since the epoch.
    """
    for name in ("Retry-After", "RateLimit-Reset"):
        value = (headers.get(name) or "").strip()
        try:
            seconds = float(value)
        except ValueError:
            seconds = _seconds_until(value, time.time() if now is None else now)
        if math.isfinite(seconds) and seconds >= 0:
            return seconds
    return None


def _seconds_until(date: str, now: float) -> float:
    """Return the seconds from `now` until a date, 0 for a date in the past, NaN for text that is not a date."""
    try:
        moment = email.utils.parsedate_to_datetime(date)
    except (TypeError, ValueError, IndexError, OverflowError):
        return math.nan
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=timezone.utc)
    return max(0.0, (moment - datetime.fromtimestamp(now, timezone.utc)).total_seconds())
