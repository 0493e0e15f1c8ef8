# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One total time limit for a whole request."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from contextvars import copy_context
from queue import SimpleQueue
from typing import Any, TypeVar

T = TypeVar("T")

_GRACE = 0.5  # seconds; the sockets' own timeout comes first, because it can say more


class DeadlineExceededError(Exception):
    """The time limit is reached, and the work may still continue in its thread."""


def run_within(seconds: float, work: Callable[[], T]) -> T:
    """Return what `work` returns, raise what it raises, or raise `DeadlineExceededError` half a second after the limit.

    The limit covers name lookup, TLS handshake and slow headers too. `work` runs in a thread, because socket timeouts
    start again with each byte, and a thread can be left behind. If no thread can be started, there is no limit.
    """
    try:
        worker = _idle.pop() if _idle else _Worker()
    except RuntimeError:  # no more threads, or Python 3.12.0 and 3.12.1 shut down
        return work()
    call = _Call(work)
    worker.calls.put(call)
    is_done = False
    try:
        is_done = call.is_done.acquire(timeout=seconds + _GRACE)
    finally:
        if is_done:
            _idle.append(worker)
        else:
            worker.calls.put(None)  # it ends after this work, however late
    if not is_done:
        raise DeadlineExceededError
    if call.error is not None:
        raise call.error
    result: T = call.result
    return result


class _Call:
    """A piece of work for another thread, and its result."""

    def __init__(self, work: Callable[[], Any]) -> None:
        self._work = work
        self._context = copy_context()  # so that the work masks the secrets that its caller knows
        self.is_done = threading.Lock()
        self.is_done.acquire()
        self.result: Any = None
        self.error: BaseException | None = None

    def run(self) -> None:
        """Do the work. An error is raised again in the waiting thread."""
        try:
            self.result = self._context.run(self._work)
        except BaseException as error:
            self.error = error
        self.is_done.release()


class _Worker:
    """A thread that does one piece of work after another: to start a thread for each would take longer than to use it."""

    def __init__(self) -> None:
        self.calls: SimpleQueue[_Call | None] = SimpleQueue()
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self) -> None:
        while call := self.calls.get():
            call.run()
            del call  # an idle thread must keep neither a response nor a secret


_idle: list[_Worker] = []  # a thread that may still work is in no list
os.register_at_fork(after_in_child=_idle.clear)  # a fork has no copy of the threads
