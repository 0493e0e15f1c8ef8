# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files and folders that belong to this user alone."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

_FLAGS = os.O_NOFOLLOW | os.O_CLOEXEC
_OTHERS = 0o077
_MAXIMUM_SIZE = 1 << 20  # bytes


class UntrustedFolderError(PermissionError):
    """A file or folder that another user could have changed."""

    def __init__(self, name: Any) -> None:
        super().__init__(errno.EPERM, "it does not belong to this user alone", str(name))


@contextmanager
def open_private_folder(path: Path, *, create: bool = True) -> Iterator[int]:
    """Yield a descriptor of a folder.

    Args:
        create: create a missing folder, with mode 0700; its parent must exist.

    Raises:
        OSError: the folder is a link, or cannot be opened; `UntrustedFolderError` if other users have rights to it.
    """
    if create:
        with suppress(FileExistsError):
            os.mkdir(path, 0o700)
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | _FLAGS)
    try:
        _require_private(os.fstat(descriptor), path)
        yield descriptor
    finally:
        os.close(descriptor)


def read_private_file(name: str, folder: int) -> bytes:
    """Return the first MiB of a file in an open folder.

    Raises:
        OSError: the file is missing or a link; `UntrustedFolderError` if it is not a regular file, or other users have rights
            to it.
    """
    descriptor = os.open(name, os.O_RDONLY | os.O_NONBLOCK | _FLAGS, dir_fd=folder)
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise UntrustedFolderError(name)
        _require_private(status, name)
        with os.fdopen(descriptor, "rb", closefd=False) as file:
            return file.read(_MAXIMUM_SIZE)
    finally:
        os.close(descriptor)


def write_private_file(name: str, folder: int, content: bytes) -> None:
    """Write a new file in an open folder, with mode 0600; raise `FileExistsError` if the name is in use."""
    descriptor = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _FLAGS, 0o600, dir_fd=folder)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)


def open_lock_file(name: str, folder: int) -> int:
    """Return a descriptor of a lock file in an open folder. A missing file is created."""
    return os.open(name, os.O_RDWR | os.O_CREAT | _FLAGS, 0o600, dir_fd=folder)


def is_named(descriptor: int, name: str, folder: int) -> bool:
    """Whether an open file still has this name in an open folder. Another process may have renamed or removed it."""
    try:
        named = os.stat(name, dir_fd=folder, follow_symlinks=False)
    except FileNotFoundError:
        return False
    return os.path.samestat(os.fstat(descriptor), named)


def is_private(status: os.stat_result) -> bool:
    """Whether a file or folder belongs to this user alone."""
    return status.st_uid == os.geteuid() and not status.st_mode & _OTHERS


def _require_private(status: os.stat_result, what: Any) -> None:
    if not is_private(status):
        raise UntrustedFolderError(what)
