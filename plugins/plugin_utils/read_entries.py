# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The entries that a process has read from a store, for as long as their files do not change.

A loop reads the same token for each item. To compare the state of a file takes a hundredth of the time of reading, checking
and decrypting it.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .private_files import is_private

_MAXIMUM_SIZE = 4 << 20  # bytes, of the files of all entries

_Stamp = tuple[int, ...]


@dataclass(frozen=True)
class _ReadEntry:
    stamp: _Stamp
    entry: Mapping[str, Any]
    size: int


class ReadEntries:
    """Entries by file name, in the memory of one process.

    A change of a file, of its owner or of its mode changes the time of the file's last status change, which no program can
    set. A file that replaces another file has another inode.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._prefix = f"{folder}{os.sep}"
        self._read: dict[str, _ReadEntry] = {}
        self._size = 0

    def read_stamp(self, name: str) -> _Stamp:
        """Return the state of a file; raise `OSError` if the file is missing or cannot be examined."""
        status = os.lstat(self._prefix + name)
        return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns

    def find(self, name: str, stamp: _Stamp) -> Mapping[str, Any] | None:
        """Return the entry of a file in this state, if it is known and the folder belongs to this user alone."""
        known = self._read.get(name)
        return known.entry if known and known.stamp == stamp and is_private(os.lstat(self._folder)) else None

    def add(self, name: str, stamp: _Stamp, entry: Mapping[str, Any], size: int) -> None:
        """Remember an entry.

        Args:
            stamp: the state of the file before it was read. If another process replaced the file since, it is never found.
            size: the size of the file in bytes.
        """
        replaced = self._read.pop(name, None)
        self._size -= replaced.size if replaced else 0
        if self._size + size > _MAXIMUM_SIZE:
            self._read.clear()
            self._size = 0
        if size <= _MAXIMUM_SIZE:
            self._read[name] = _ReadEntry(stamp, entry, size)
            self._size += size
