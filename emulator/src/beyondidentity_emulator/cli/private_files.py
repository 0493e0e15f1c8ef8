# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files that only the user can read and write."""

from __future__ import annotations

import contextlib
import os
import secrets
import stat
from pathlib import Path

from ..model.start_error import StartError

MODE = 0o600


def check_replaceable(path: Path) -> None:
    """Refuse to replace anything that is not the user's own regular file."""
    try:
        found = path.lstat()
    except FileNotFoundError:
        return
    except OSError as error:
        raise describe_problem(path, error) from None
    if not stat.S_ISREG(found.st_mode):
        raise StartError(f"{path} is not a regular file. Give the path of a file, not of a link or device.")
    if found.st_uid != os.getuid():
        raise StartError(f"{path} belongs to another user. Remove it, or give another path.")


def write_private_file(path: Path, text: str, mode: int = MODE) -> os.stat_result:
    """Replace a file in one step; return its status. A temporary file beside it is renamed, so no link is followed."""
    check_replaceable(path)
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, mode)
        try:
            with open(descriptor, "w", encoding="utf-8") as file:
                os.fchmod(descriptor, mode)  # whatever the umask
                file.write(text)
                file.flush()
                os.fsync(descriptor)
                written = os.fstat(descriptor)
            temporary.replace(path)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise describe_problem(path, error) from None
    return written


def remove_unchanged(path: Path, written: os.stat_result) -> None:
    """Remove a file unless it was replaced or changed since it was written."""
    with contextlib.suppress(OSError):
        found = path.lstat()
        if (found.st_dev, found.st_ino, found.st_mtime_ns) == (written.st_dev, written.st_ino, written.st_mtime_ns):
            path.unlink()


def describe_problem(path: Path, error: OSError) -> StartError:
    """Return the error for a file that cannot be read or written."""
    reason = os.strerror(error.errno) if error.errno else str(error)
    return StartError(f"Cannot use the file {path}: {reason}. Check the path and its permissions.")
