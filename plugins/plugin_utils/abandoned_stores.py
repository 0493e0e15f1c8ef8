# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Removal of the stores that killed runs left behind."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import stat
from contextlib import suppress
from pathlib import Path

from .store_key import FOLDER

# ansible-core names a run's directory by the process ID and tempfile's eight characters.
_RUN_DIRECTORY = re.compile(r"ansible-local-(\d{1,9})[a-z0-9_]{8}", re.ASCII)


def _identify_process_space() -> str:
    """Return a digest of where process IDs have the same meaning: machines and containers may share a home directory."""
    namespace = ""
    with suppress(OSError):
        namespace = os.readlink("/proc/self/ns/pid")
    return hashlib.sha256(f"{os.uname().nodename} {namespace}".encode()).hexdigest()[:12]


RUN_FOLDER = f"{FOLDER}-{_identify_process_space()}"  # below a run's directory


def remove_abandoned_stores(parent: Path) -> None:
    """Remove this user's stores whose processes no longer exist."""
    with suppress(OSError):
        for folder in parent.iterdir():
            match = _RUN_DIRECTORY.fullmatch(folder.name)
            store = folder / RUN_FOLDER
            if match and not _is_alive(int(match[1])) and _is_own_folder(folder) and _is_own_folder(store):
                shutil.rmtree(store, ignore_errors=True)
                with suppress(OSError):
                    folder.rmdir()  # only if nothing else is in it


def _is_own_folder(folder: Path) -> bool:
    """Whether this is a folder of this user, and not a link: everybody can write to a parent such as /tmp."""
    try:
        status = folder.lstat()
    except OSError:
        return False
    return stat.S_ISDIR(status.st_mode) and status.st_uid == os.geteuid()


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True
