# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Why a store cannot be used: the folder or file, its owner, and what to do."""

from __future__ import annotations

import errno
import os
import pwd
from pathlib import Path

from ..module_utils._text import sanitize_for_display
from .private_files import UntrustedFolderError

_NO_SPACE = (errno.ENOSPC, errno.EDQUOT)
_NO_PERMISSION = (errno.EACCES, errno.EPERM)
_NO_FOLDER = (errno.ENOTDIR, errno.ELOOP)


def explain_store_error(error: Exception, folder: Path) -> str:
    """Return the reason, and what to do. The text goes on after the folder's path and a colon.

    Args:
        error: what the use of the folder, or of a file in it, raised.
    """
    if isinstance(error, UntrustedFolderError):
        return _explain_distrust(error, folder)
    if not isinstance(error, OSError):
        return "it holds a damaged file. Remove the folder."
    if error.errno in _NO_FOLDER:
        place = _name_place(str(error.filename or folder), folder)
        return f"{place} is a link, or has another type than expected. Remove it."
    reason = error.strerror or type(error).__name__
    if error.errno in _NO_SPACE:
        return f"{reason}. Free disk space."
    if error.errno == errno.EROFS:
        return f"{reason}. Choose another place: set XDG_CACHE_HOME and XDG_DATA_HOME, or ANSIBLE_LOCAL_TEMP."
    if error.errno not in _NO_PERMISSION:
        return f"{reason}."
    existing = next(path for path in (folder, *folder.parents) if path.exists() or path == path.parent)
    return (
        f"{reason}. {sanitize_for_display(existing, 300)} belongs to {_name_owner(existing)}: give {name_user(os.geteuid())} "
        "the permission to write there."
    )


def _explain_distrust(error: UntrustedFolderError, folder: Path) -> str:
    user, place = name_user(os.geteuid()), _name_place(error.name, folder)
    if error.owner != os.geteuid():
        owner = name_user(error.owner)
        return (
            f"{place} belongs to {owner}, but Ansible runs as {user}. This happens if {owner} ran Ansible in the environment of "
            f"{user}, for example with sudo. Remove the folder, or give it to {user} with chown -R."
        )
    if error.is_special:
        return f"{place} is not a regular file. Remove it."
    return f"other users have permissions for {place}. Remove the permissions with chmod -R go=."


def _name_place(name: str, folder: Path) -> str:
    return "it" if name == str(folder) else f"the file {sanitize_for_display(name, 100)} in it"


def name_user(user_id: int) -> str:
    """Return a user's name, or the ID if it has no name."""
    try:
        return pwd.getpwuid(user_id).pw_name
    except KeyError:
        return f"the user ID {user_id}"


def _name_owner(path: Path) -> str:
    try:
        return name_user(path.stat().st_uid)
    except OSError:
        return "an unknown user"
