# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The decrypted contents of a store's files, for as long as the files do not change.

A loop reads the same token for each item. To compare the state of its file takes a hundredth of the time of reading,
checking and decrypting the file.
"""

from __future__ import annotations

import os
from pathlib import Path

from .private_files import is_private

_MAXIMUM_SIZE = 4 << 20  # bytes, of all contents

_Stamp = tuple[int, ...]


class ReadContents:
    """Contents by file name, in the memory of one process.

    A change of a file, of its owner or of its mode changes the time of the file's last status change, which no program can
    set. A file that replaces another one has another inode.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._prefix = f"{folder}{os.sep}"
        self._contents: dict[str, tuple[_Stamp, bytes]] = {}
        self._size = 0

    def read_stamp(self, name: str) -> _Stamp:
        """Return the state of a file; raise `OSError` if the file is missing or cannot be examined."""
        status = os.lstat(self._prefix + name)
        return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns

    def find(self, name: str, stamp: _Stamp) -> bytes | None:
        """Return the content that a file in this state has, if it is known and the folder belongs to this user alone."""
        known = self._contents.get(name)
        return known[1] if known and known[0] == stamp and is_private(os.lstat(self._folder)) else None

    def add(self, name: str, stamp: _Stamp, content: bytes) -> None:
        """Remember a content.

        Args:
            stamp: the state of the file before it was read. If another process replaced the file since, it is never found.
        """
        replaced = self._contents.pop(name, None)
        self._size -= len(replaced[1]) if replaced else 0
        if self._size + len(content) > _MAXIMUM_SIZE:
            self._contents.clear()
            self._size = 0
        if len(content) <= _MAXIMUM_SIZE:
            self._contents[name] = (stamp, content)
            self._size += len(content)
