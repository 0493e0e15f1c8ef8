# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Why a store cannot be used: the folder or file, its owner, and what to do.

The error number alone does not show the cause: a folder that root created with sudo and a folder with a wrong mode both refuse the
permission. So the text describes the files and folders on the disk.
"""

from __future__ import annotations

import errno
import os
import pwd
import shlex
import stat
from pathlib import Path

from ..module_utils._text import sanitize_for_display
from .private_files import UntrustedFolderError
from .store_key import FOLDER

_OTHER_PLACE = "Choose another place: set XDG_CACHE_HOME and XDG_DATA_HOME, or ANSIBLE_LOCAL_TEMP."
_NO_PERMISSION = (errno.EACCES, errno.EPERM)
_FULL = ("cannot grow, because the disk is full", "Free disk space.")

# What is wrong and what to do, by error number.
_PROBLEMS = {
    errno.ENOSPC: _FULL,
    errno.EDQUOT: _FULL,
    errno.EFBIG: _FULL,
    errno.EROFS: ("is on a read-only file system", _OTHER_PLACE),
}


def explain_store_error(error: Exception, folder: Path) -> str:
    """Return what is wrong, with the owner, and what to do. The text follows the folder's path and a colon.

    Args:
        error: the exception from the use of the folder, or of a file in it.
    """
    name = str((error.filename if isinstance(error, OSError) else None) or "")
    path, status = _find_existing(folder / name, folder)
    if _is_refused(error) and status.st_uid != os.geteuid():
        return f"{_name_place(path, folder)} {_explain_other_owner(path, status, folder)}"
    problem, remedy = _find_problem(error, path, status, folder)
    return f"{_name_place(path, folder)} (owner: {name_user(status.st_uid)}) {problem}. {remedy}"


def _is_refused(error: Exception) -> bool:
    return isinstance(error, OSError) and error.errno in _NO_PERMISSION


def _find_existing(path: Path, folder: Path) -> tuple[Path, os.stat_result]:
    """Return the path if it exists and this user can see it, otherwise the nearest folder above it, with its status.

    Links are followed only above the store.
    """
    for place in (path, *path.parents):
        try:
            return place, place.stat() if place in folder.parents else place.lstat()
        except OSError:
            continue
    raise FileNotFoundError(path)  # not possible: the root of the file system always exists


def _find_problem(error: Exception, path: Path, status: os.stat_result, folder: Path) -> tuple[str, str]:
    """Return what is wrong, as a predicate, and what to do."""
    if not isinstance(error, OSError):
        return "holds a damaged file", f"{_advise_removal(folder)}."
    if error.errno in _PROBLEMS:
        return _PROBLEMS[error.errno]
    is_folder = path == folder or path in folder.parents
    if not (stat.S_ISDIR if is_folder else stat.S_ISREG)(status.st_mode):
        expected = "a folder" if is_folder else "a regular file"
        return f"is {'a link' if stat.S_ISLNK(status.st_mode) else 'not ' + expected}", "Remove it."
    if not _is_refused(error):
        return f"cannot be used: {error.strerror or type(error).__name__}", _OTHER_PLACE
    mode = f"the mode {stat.S_IMODE(status.st_mode):04o}"
    if isinstance(error, UntrustedFolderError):
        return f"has {mode}, so other users have permissions", f"To remove them, run `chmod -R go= {_quote(path)}`."
    return f"has {mode}, so its owner lacks permissions", f"To add them, run `chmod u+rwX {_quote(path)}`."


def _explain_other_owner(path: Path, status: os.stat_result, folder: Path) -> str:
    """Return the owner of the file or folder, and what to do.

    A foreign folder in a folder of this user is left by a run with sudo. All others were never this user's.
    """
    owner, user = name_user(status.st_uid), name_user(os.geteuid())
    text = f"belongs to {owner}, but Ansible runs as {user}."
    if os.geteuid() == 0:
        return f"{text} Run Ansible as {owner}, or with the HOME of {user}, for example with sudo -H."
    if path.parent.stat().st_uid != os.geteuid():
        return f"{text} {_OTHER_PLACE}"
    command = f"run chown -R {_name_for_chown(os.geteuid())} {_quote(path)}"
    is_store = path not in folder.parents  # other programs may use the other files next to the store
    remedy = f"{_advise_removal(folder).lower()}, or {command}" if is_store else command
    return (
        f"{text} This happens if {owner} ran Ansible with the HOME of {user}, for example with sudo. As root, {remedy}."
    )


def _advise_removal(folder: Path) -> str:
    """Return the advice, and what it loses: sign-ins beyond the run are in one of the user's folders, their key in another."""
    return f"Remove the folder{' (this loses the stored sign-ins)' if folder.name == FOLDER else ''}"


def _name_place(path: Path, folder: Path) -> str:
    if path == folder:
        return "it"
    return (
        sanitize_for_display(path, 300)
        if path in folder.parents
        else f"its file {sanitize_for_display(path.name, 100)}"
    )


def _quote(path: Path) -> str:
    """Return a path for a command; a placeholder if the path would not be shown as it is."""
    text = str(path)
    return shlex.quote(text) if sanitize_for_display(text, len(text)) == text else "FOLDER"


def _name_for_chown(user_id: int) -> str:
    try:
        return shlex.quote(pwd.getpwuid(user_id).pw_name)
    except KeyError:
        return str(user_id)


def name_user(user_id: int) -> str:
    """Return a user's name, or the ID if it has no name."""
    try:
        return pwd.getpwuid(user_id).pw_name
    except KeyError:
        return f"the user ID {user_id}"
