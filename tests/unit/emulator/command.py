# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The command `beyondidentity-emulator` as a process."""

from __future__ import annotations

import contextlib
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from beyondidentity_emulator.client import Emulator

SECONDS = 60
COMMAND = [sys.executable, "-m", "beyondidentity_emulator"]


def run(*arguments: str | Path, environment: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """Run the command until it ends."""
    env = {**os.environ, **(environment or {})}
    return subprocess.run([*COMMAND, *arguments], env=env, capture_output=True, text=True, check=False, timeout=SECONDS)


def refuse(*arguments: str | Path, environment: Mapping[str, str] | None = None) -> str:
    """Return the one line with which the command refuses to start."""
    process = run(*arguments, environment=environment)
    assert process.returncode == 2, process.stderr
    assert process.stdout == ""
    assert re.fullmatch(r"beyondidentity-emulator: .+\.\n", process.stderr), process.stderr
    return process.stderr


@contextlib.contextmanager
def start(*arguments: str | Path, environment: Mapping[str, str] | None = None) -> Iterator[list[str]]:
    """Start the command; yield the lines before `ready`; stop it, and check that it ends well."""
    env = {**os.environ, **(environment or {})}
    with subprocess.Popen([*COMMAND, *arguments], env=env, stdout=subprocess.PIPE, text=True) as process:
        lines: list[str] = []
        try:
            for line in process.stdout or ():
                if line == "ready\n":
                    break
                lines.append(line)
            else:
                raise AssertionError("the emulator ended")
            yield lines
        finally:
            process.terminate()
            output, _errors = process.communicate(timeout=SECONDS)
        assert (process.returncode, output) == (0, ""), "`ready` is the last line"


def start_emulator(*arguments: str | Path, **options: Any) -> Emulator:
    """Start the emulator with options of the command."""
    return Emulator.start(options=[str(argument) for argument in arguments], **options)
