# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Work at the end of a run, before Ansible removes the run's directory, also if the run is interrupted."""

from __future__ import annotations

import atexit
import os
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from types import FrameType
from typing import Any

_STOP_SIGNALS = (signal.SIGTERM, signal.SIGHUP)


@cache  # ansible-console loads the callback again for each command
def call_at_run_end(work: Callable[[], None]) -> None:
    """Call a function when the main process ends, also after SIGTERM, SIGHUP or a second Ctrl-C."""
    end = _RunEnd(work)
    atexit.register(end.call)
    end.handle_interrupts()
    for number in _STOP_SIGNALS:
        if signal.getsignal(number) is not signal.SIG_IGN:  # nohup ignores SIGHUP
            with suppress(ValueError):  # only the main thread can set signal handlers
                signal.signal(number, end.exit)


class _RunEnd:
    """The end of the main process. Workers inherit the handlers, but must not do the work."""

    def __init__(self, work: Callable[[], None]) -> None:
        self.work = work
        self.process = os.getpid()

    def call(self) -> None:
        """Do the work in the main process."""
        if os.getpid() == self.process:
            self.work()

    def handle_interrupts(self) -> None:
        """Leave the first Ctrl-C to Ansible, which may then wait for its workers forever; let the second Ctrl-C exit."""
        previous: Any = signal.getsignal(signal.SIGINT)

        def interrupt(number: int, frame: FrameType | None) -> None:
            try:
                previous(number, frame)
            finally:
                if os.getpid() == self.process:
                    signal.signal(number, self.exit)

        if callable(previous):
            with suppress(ValueError):
                signal.signal(signal.SIGINT, interrupt)

    def exit(self, number: int, frame: FrameType | None) -> None:
        """Exit as Python does, so that Ansible ends its workers; in a worker, die by the signal."""
        if os.getpid() == self.process:
            _interrupt_prompt()
            raise SystemExit(128 + number)
        signal.signal(number, signal.SIG_DFL)
        os.kill(os.getpid(), number)


def _interrupt_prompt() -> None:
    """Send Ctrl-C to a prompt: Ansible would wait for its input, and hold the lock that every output needs."""
    reading, writing = os.pipe()
    os.write(writing, b"\x03\r")
    with suppress(OSError, ValueError, AttributeError):  # there may be no standard input
        os.dup2(reading, sys.stdin.fileno())
