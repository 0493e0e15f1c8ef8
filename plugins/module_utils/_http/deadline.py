# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One total time limit for a whole request."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextvars import copy_context
from typing import Any, TypeVar

T = TypeVar("T")

_GRACE = 0.5  # seconds; the sockets' own timeout comes first, because it can say more


class DeadlineExceededError(Exception):
    """The time is over, and the work may still go on in its thread."""


def run_within(seconds: float, work: Callable[[], T]) -> T:
    """Return what `work` returns, raise what it raises, or raise `DeadlineExceededError` half a second after the limit.

    The limit covers name lookup, TLS handshake and slow headers too. `work` runs in a thread, because socket timeouts
    start again with each byte, and a thread can be left behind. If no thread can be started, there is no limit.
    """
    outcome: list[Any] = []
    done = threading.Event()

    def run() -> None:
        try:
            outcome.append((work(), None))
        except BaseException as error:  # raised again in the waiting thread
            outcome.append((None, error))
        done.set()

    try:
        # In a copy of the context, so that the work masks the secrets that its caller knows.
        threading.Thread(target=copy_context().run, args=(run,), daemon=True).start()
    except RuntimeError:  # no more threads, or Python 3.12.0 and 3.12.1 shut down
        return work()
    if not done.wait(seconds + _GRACE):
        raise DeadlineExceededError
    value, error = outcome[0]
    if error is not None:
        raise error
    result: T = value
    return result
