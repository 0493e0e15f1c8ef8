# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run a command as if it were ourselves."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path


def foreground(command: Sequence[str | Path], environment: Mapping[str, str], cwd: Path) -> int:
    """Run the command to its own end, whatever signal we get, so that it can clean up; return its exit code."""
    process = subprocess.Popen(command, env=dict(environment), cwd=cwd)

    def hand_on(number: int, _frame: object) -> None:
        if number == signal.SIGTERM:  # a terminal sends SIGINT to both of us
            process.terminate()

    previous = {number: signal.signal(number, hand_on) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        code = process.wait()
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)
    return code if code >= 0 else 128 - code
