# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Scan processes and files for secrets, again and again while a playbook runs."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from tests.support.canary import Canaries

INTERVAL = 0.05  # seconds
OVERLAP = 4096  # a secret can be written in two parts
LARGEST = 32 * 1024 * 1024


class LeakDetector:
    """Scans while it is entered; `leaks` says which secret was found where."""

    def __init__(
        self,
        canaries: Canaries,
        folders: Sequence[Path],
        but: Sequence[Path] = (),
        environment: Sequence[str] = ("environment", "claims"),
    ) -> None:
        self.leaks: set[str] = set()
        self.scans = 0
        self._canaries = canaries
        self._folders, self._but = tuple(folders), {str(path) for path in but}
        self._environment = tuple(
            environment
        )  # what is there by the user's own hand, and claims that other tests' tokens share
        self._files: dict[str, tuple[int, int, int]] = {}
        self._commands: dict[str, bytes] = {}
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> LeakDetector:
        self._thread.start()
        return self

    def __exit__(self, *_exception: object) -> None:
        self._end.set()
        self._thread.join()
        self._files.clear()
        self.scan_files()  # all files again, now that all secrets are known

    def _run(self) -> None:
        while not self._end.wait(INTERVAL):
            self.scans += 1
            self.scan_processes()
            self.scan_files()

    def scan_processes(self) -> None:
        """Read the command lines and environments of processes that are new or run a new program."""
        for process in os.listdir("/proc"):
            if process.isdigit():
                command = _read(f"/proc/{process}/cmdline")
                if command and self._commands.get(process) != command:
                    self._commands[process] = command
                    self._look_at(command, "the process list", ())
                    self._look_at(_read(f"/proc/{process}/environ"), "a process's environment", self._environment)

    def _look_at(self, data: bytes, where: str, exempt: Sequence[str]) -> None:
        self.leaks |= {f"{name} in {where}" for name in self._canaries.leaks(data, exempt)}

    def scan_files(self) -> None:
        """Read all files that are new or changed."""
        for top in self._folders:
            for path, status in self._files_below(str(top)):
                state = (status.st_ino, status.st_size, status.st_mtime_ns)
                before = self._files.get(path)
                if before != state:
                    self._files[path] = state
                    appended = before is not None and before[0] == state[0] and before[1] < state[1]
                    data = _read(path, max(0, before[1] - OVERLAP) if before and appended else 0)
                    self.leaks |= {f"{name} in {path}" for name in self._canaries.leaks(data)}

    def _files_below(self, folder: str) -> Iterator[tuple[str, os.stat_result]]:
        with suppress(OSError), os.scandir(folder) as entries:
            for entry in entries:
                if entry.path in self._but:
                    continue
                if entry.is_dir(follow_symlinks=False):
                    yield from self._files_below(entry.path)
                elif entry.is_file(follow_symlinks=False):
                    with suppress(OSError):
                        yield entry.path, entry.stat(follow_symlinks=False)


def _read(path: str, start: int = 0) -> bytes:
    with suppress(OSError), open(path, "rb", buffering=0) as file:
        file.seek(start)
        return file.read(LARGEST)
    return b""
