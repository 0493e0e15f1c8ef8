# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A file of JSON lines that many processes append to: private, locked, and bounded in size."""

from __future__ import annotations

import errno
import fcntl
import os
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ..module_utils._errors import AuditError
from ..module_utils._text import sanitize_for_display
from .private_files import is_named, is_private
from .store_errors import name_user

BEGINNING = b'{"time":"'  # of each line: a file that begins with something else is no audit file
MAXIMUM_LINE = 32 * 1024  # bytes
MAXIMUM_SIZE = 10 * 1024 * 1024  # bytes; then the file is renamed, and a new one begins

_FLAGS = os.O_RDWR | os.O_APPEND | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_LONGEST_WAIT = 30.0  # seconds; a process holds the lock for less than a millisecond
_PAUSE = 0.005  # seconds
_NO_LOCKS = (errno.ENOLCK, errno.EOPNOTSUPP, errno.EINVAL, errno.ENOSYS)

# What is wrong and what to do, by error number.
_PROBLEMS = {
    errno.ENOENT: ("its folder does not exist", "Create the folder, with permissions for this user only."),
    errno.ENOTDIR: ("a part of its path is not a folder", "Check the path."),
    errno.ELOOP: ("it is a link", "Set the path of the file itself."),
    errno.EISDIR: ("it is a folder", "Set the path of a file in the folder."),
    errno.ENOSPC: ("the disk is full", "Free disk space."),
    errno.EDQUOT: ("the disk quota is used up", "Free disk space."),
    errno.EROFS: ("the file system is read-only", "Set another path."),
}


class AuditFile:
    """Appends lines to a file. Each method raises `AuditError` if that is impossible.

    The file belongs to this user alone. The writer that finds it full renames it to a name that ends in `.1`, where it replaces
    the previous file.
    """

    def __init__(self, path: str) -> None:
        self.path = Path(path)
        self._older_name = f"{self.path.name}.1"

    def check(self) -> None:
        """Create the file if it is missing, and check that lines can be appended."""
        with self._explain_errors(), self._open_folder() as folder:
            os.close(self._open_file(folder))

    def append(self, line: bytes) -> None:
        """Append a line, whole or not at all."""
        with self._explain_errors(), self._open_folder() as folder:
            while not self._try_to_append(folder, line):
                pass  # another process renamed the file, or this one did

    def _try_to_append(self, folder: int, line: bytes) -> bool:
        """Return false if another file has the name now."""
        descriptor = self._open_file(folder)
        try:
            self._lock(descriptor)
            if not is_named(descriptor, self.path.name, folder):
                return False
            size = self._remove_torn_line(descriptor)
            if size and size + len(line) > MAXIMUM_SIZE:
                self._rename_full_file(folder)
                return False
            _write(descriptor, line, size)
            return True
        finally:
            os.close(descriptor)

    @contextmanager
    def _open_folder(self) -> Iterator[int]:
        descriptor = os.open(self.path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            mode = os.fstat(descriptor).st_mode
            if mode & stat.S_IWOTH and not mode & stat.S_ISVTX:
                raise self._build_error(
                    "all users can rename and remove files in its folder", "Run `chmod o-w` on the folder."
                )
            yield descriptor
        finally:
            os.close(descriptor)

    def _open_file(self, folder: int) -> int:
        descriptor = os.open(self.path.name, _FLAGS | os.O_CREAT, 0o600, dir_fd=folder)
        try:
            self._refuse_other_file(descriptor)
        except BaseException:
            os.close(descriptor)
            raise
        return descriptor

    def _rename_full_file(self, folder: int) -> None:
        try:
            older = os.open(self._older_name, _FLAGS, dir_fd=folder)
        except FileNotFoundError:
            pass
        else:
            try:
                self._refuse_other_file(older, f"{self._older_name}, the file before, ")
            finally:
                os.close(older)
        os.rename(self.path.name, self._older_name, src_dir_fd=folder, dst_dir_fd=folder)

    def _refuse_other_file(self, descriptor: int, name: str = "it ") -> None:
        """Refuse a file that others can read or write, or that is not an audit file: a wrong path must not damage another file."""
        status = os.fstat(descriptor)
        if status.st_uid != os.geteuid():
            raise self._build_error(
                f"{name}belongs to {name_user(status.st_uid)}, but Ansible runs as {name_user(os.geteuid())}",
                "Set another path.",
            )
        if not stat.S_ISREG(status.st_mode) or status.st_nlink > 1:
            raise self._build_error(f"{name}is not a regular file with one name", "Set another path.")
        if not is_private(status):
            mode = stat.S_IMODE(status.st_mode)
            raise self._build_error(
                f"{name}has the mode {mode:04o}, so other users have permissions", "Run `chmod 600` on it."
            )
        if not BEGINNING.startswith(os.pread(descriptor, len(BEGINNING), 0)):
            raise self._build_other_content_error(name)

    def _remove_torn_line(self, descriptor: int) -> int:
        """Remove the part of a line that a killed process left at the end of a locked file. Return the size."""
        size = os.fstat(descriptor).st_size
        begin = max(0, size - MAXIMUM_LINE)
        tail = os.pread(descriptor, MAXIMUM_LINE, begin)
        if not size or tail.endswith(b"\n"):
            return size
        end = tail.rfind(b"\n") + 1  # 0 if the first line is torn
        if begin and not end:
            raise self._build_other_content_error("it ")
        os.ftruncate(descriptor, begin + end)
        return begin + end

    def _lock(self, descriptor: int) -> None:
        waited = 0.0
        while True:
            try:
                return fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if waited >= _LONGEST_WAIT:
                    raise self._build_error(
                        f"another process has locked it for more than {_LONGEST_WAIT:.0f} seconds",
                        "Check that process, which may hang. End it if it makes no progress.",
                    ) from None
            except OSError as error:
                if error.errno not in _NO_LOCKS:
                    raise
                raise self._build_error(
                    "its file system has no locks", "Set the path of a file on a local disk."
                ) from None
            waited += _PAUSE
            time.sleep(_PAUSE)

    @contextmanager
    def _explain_errors(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            problem, advice = _PROBLEMS.get(
                error.errno or 0,
                (
                    (error.strerror or type(error).__name__).lower(),
                    f"Check the permissions of the file and of its folder for the user {name_user(os.geteuid())}.",
                ),
            )
            raise self._build_error(problem, advice) from None

    def _build_other_content_error(self, name: str) -> AuditError:
        return self._build_error(f"{name}has other content than audit events", "Set the path of a new file.")

    def _build_error(self, problem: str, advice: str) -> AuditError:
        return AuditError(f"Cannot write to the audit file {sanitize_for_display(self.path, 300)}: {problem}.", advice)


def _write(descriptor: int, line: bytes, size: int) -> None:
    """Append to a locked file of this size; remove the part of a line that does not fit on the disk."""
    if os.write(descriptor, line) < len(line):
        os.ftruncate(descriptor, size)
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
