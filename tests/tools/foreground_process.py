# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A foreground process that receives our signals."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path


def run_in_foreground(command: Sequence[str | Path], environment: Mapping[str, str], cwd: Path) -> int:
    """Run a command and return its exit code. After a signal, wait until the command has cleaned up."""
    process = subprocess.Popen(command, env=dict(environment), cwd=cwd)

    def forward_signal(number: int, _frame: object) -> None:
        if number == signal.SIGTERM:  # a terminal sends SIGINT to both processes
            process.terminate()

    previous = {number: signal.signal(number, forward_signal) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        code = process.wait()
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)
    return code if code >= 0 else 128 - code
