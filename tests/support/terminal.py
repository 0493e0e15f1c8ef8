# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run playbooks at a terminal: read its output, and type."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import termios
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from tests.support.playbook import PlaybookRun, read_record

_BEFORE_TYPING = 0.2  # seconds; no user is faster
_CONTROL = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
ADDRESS = r"http\S+/authorize\?\S+(?=\n)"
"""The address for the sign-in: the whole line, because it can arrive in pieces."""
PATIENCE = 60.0
"""Seconds after which the playbook counts as hanging."""


class Terminal:
    """A playbook at a terminal of its own. Standard output can be a file, as behind a pipe."""

    def __init__(
        self, command: Sequence[str | Path], environment: Mapping[str, str], folder: Path, cwd: Path, *, apart: bool
    ) -> None:
        self.folder, self.tmp = folder, Path(environment["TMPDIR"])
        self._stdout = folder / "stdout"
        self._master, slave = os.openpty()
        setsid = shutil.which("setsid") or "setsid"
        with self._stdout.open("wb") as stdout:
            self.process = subprocess.Popen(
                [setsid, "--ctty", *command],
                env={**environment, "TERM": "dumb", "COLUMNS": "120"},
                cwd=cwd,
                stdin=slave,
                stdout=stdout if apart else slave,
                stderr=slave,
            )
        os.close(slave)
        self._shown = b""
        self._news = threading.Condition()
        self._ended = False
        threading.Thread(target=self._read, daemon=True).start()

    @property
    def shown(self) -> str:
        """The output so far, including echoed input."""
        return _CONTROL.sub("", self._shown.decode(errors="replace")).replace("\r\n", "\n")

    def wait_for(self, pattern: str) -> re.Match[str]:
        """Wait until this is shown."""
        with self._news:
            self._news.wait_for(lambda: self._ended or re.search(pattern, self.shown), PATIENCE)
        found = re.search(pattern, self.shown)
        if not found:
            raise AssertionError(f"{pattern!r} was not shown:\n{self.shown}")
        return found

    def type_unseen(self, text: str) -> None:
        """Type a line when echo is off; earlier input would be discarded."""
        deadline = time.monotonic() + PATIENCE
        while termios.tcgetattr(self._master)[3] & termios.ECHO:
            if time.monotonic() > deadline:
                raise AssertionError(f"what is typed is echoed:\n{self.shown}")
            time.sleep(0.02)
        time.sleep(_BEFORE_TYPING)
        os.write(self._master, f"{text}\r".encode())

    def interrupt(self) -> None:
        """Press Ctrl-C; ansible-core hangs if a worker is killed while it passes on the last output."""
        time.sleep(_BEFORE_TYPING)
        os.write(self._master, b"\x03")

    def finish(self, timeout: float = 120) -> PlaybookRun:
        """Wait for the end; kill the run after this many seconds. The terminal's output is the run's `stderr`."""
        try:
            self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"the playbook did not end:\n{self.shown}") from None
        finally:
            self.close()
        results, stats = read_record(self.folder / "record.jsonl")
        stdout = self._stdout.read_text(encoding="utf-8", errors="replace")
        return PlaybookRun(self.process.returncode, stdout, self.shown, self.folder, self.tmp, results, stats)

    def close(self) -> None:
        """End the run, if it has not ended."""
        if self.process.poll() is None:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        with self._news:
            self._news.wait_for(lambda: self._ended, 10)

    def _read(self) -> None:
        """Read until no process has the terminal open."""
        with suppress(OSError):  # Linux reports the end as an error
            while piece := os.read(self._master, 65536):
                with self._news:
                    self._shown += piece
                    self._news.notify_all()
        with self._news:
            self._ended = True
            self._news.notify_all()
        os.close(self._master)
