# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where tokens are kept: within a run, and for the user beyond it.

A run's files are in its own private directory, encrypted under a key that exists only in the memory of
the run's processes. What a killed run leaves behind can be read by nobody, and the next run of the same
user removes it. The user's files are in the user's cache directory, encrypted under a key that is kept
elsewhere, so that a copy of the cache alone tells nothing.
"""

from __future__ import annotations

import hashlib
import multiprocessing
import os
import re
import secrets
import shutil
import stat
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from ansible import constants

from ..module_utils.errors import BeyondIdentityError
from ..module_utils.issued import Token
from ..module_utils.tokens import Stores
from .files import HAS_CRYPTOGRAPHY, TokenFiles, own_folder, read_own, write_own


def _place() -> str:
    """Where process ids mean the same: home directories are shared between machines and containers."""
    namespace = ""
    with suppress(OSError):
        namespace = os.readlink("/proc/self/ns/pid")
    return hashlib.sha256(f"{os.uname().nodename} {namespace}".encode()).hexdigest()[:12]


FOLDER = "beyondidentity.management"  # below the user's own directories
RUN_FOLDER = f"{FOLDER}-{_place()}"  # below a run's

# Made by ansible-core: the process id, then tempfile's eight characters.
_RUN_FOLDER = re.compile(r"ansible-local-(\d{1,9})[a-z0-9_]{8}", re.ASCII)
_KEY_LENGTH = 32
_FAILURE_IS_SHARED = 3600  # seconds at the most


def stores(params: Mapping[str, Any], warn: Callable[[str], None]) -> Stores:
    """The stores that a task or lookup may use. Without verified certificates nothing enters or leaves the user's."""
    if not HAS_CRYPTOGRAPHY:  # ansible-core needs it as well, so that it is missing nearly nowhere
        warn("Tokens can't be shared between this run's tasks: the Python library cryptography is missing.")
        return Stores()
    beyond_run = params["token_cache"] == "user" or params["grant_type"] != "client_credentials"
    return Stores(run_store(warn), user_store(warn) if beyond_run and params["validate_certs"] else None)


def run_store(warn: Callable[[str], None]) -> TokenFiles:
    """The store of this run. The secret is the same in all its processes, new in each run, and never on disk."""
    parent = Path(constants.DEFAULT_LOCAL_TMP)
    store = TokenFiles(parent / RUN_FOLDER, bytes(multiprocessing.current_process().authkey), warn)
    if not store.folder.exists():
        sweep(parent.parent)
    return store


def user_store(warn: Callable[[str], None]) -> TokenFiles | None:
    """The store of this user (XDG Base Directory Specification), ``None`` where there can be none."""
    try:
        secret = _user_key(_xdg("XDG_DATA_HOME", ".local/share"))
        folder = _xdg("XDG_CACHE_HOME", ".cache")
    except (OSError, RuntimeError) as error:  # the latter where nothing says which folder is home
        where = getattr(error, "filename", None) or "the key"
        warn(f"Tokens can't be kept beyond this run: {type(error).__name__} at {where}.")
        return None
    return TokenFiles(folder, secret, warn, _is_spent)


def _is_spent(entry: Mapping[str, Any]) -> bool:
    """Whether an entry is of no more use beyond its run: a token that is expired, or a failure, which those who waited for it share."""
    if isinstance(entry.get("at"), float):
        return bool(entry["at"] < time.time() - _FAILURE_IS_SHARED)
    try:
        token = Token.from_dict(entry)
    except (BeyondIdentityError, KeyError, TypeError, ValueError):
        return False  # sign-ins, of which each is kept for its refresh token
    return token.is_expired(time.time())


def _xdg(variable: str, default: str) -> Path:
    """Our folder below one of the user's base directories, which is made where it is missing."""
    given = os.environ.get(variable, "")
    base = Path(given) if os.path.isabs(given) else Path.home() / default
    base.mkdir(mode=0o700, parents=True, exist_ok=True)
    return base / FOLDER


def _user_key(folder: Path) -> bytes:
    """The user's key, made at the first use; a damaged one is made anew, and what it encrypted is lost."""
    with own_folder(folder) as descriptor:
        with suppress(FileNotFoundError):
            key = read_own("key", descriptor)
            if len(key) == _KEY_LENGTH:
                return key
        beside = f"key.{secrets.token_hex(8)}"
        write_own(beside, descriptor, secrets.token_bytes(_KEY_LENGTH))
        try:
            os.link(beside, "key", src_dir_fd=descriptor, dst_dir_fd=descriptor)  # who comes second takes the first's
        except FileExistsError:
            if len(read_own("key", descriptor)) != _KEY_LENGTH:
                os.rename(beside, "key", src_dir_fd=descriptor, dst_dir_fd=descriptor)
        finally:
            with suppress(FileNotFoundError):
                os.unlink(beside, dir_fd=descriptor)
        return read_own("key", descriptor)


def sweep(parent: Path) -> None:
    """Remove what killed runs of this user left: the stores of processes that are gone."""
    with suppress(OSError):
        for folder in parent.iterdir():
            match = _RUN_FOLDER.fullmatch(folder.name)
            left = folder / RUN_FOLDER
            if match and not _is_alive(int(match[1])) and _is_ours(folder) and _is_ours(left):
                shutil.rmtree(left, ignore_errors=True)
                with suppress(OSError):
                    folder.rmdir()  # where nothing else is in it


def _is_ours(folder: Path) -> bool:
    """Whether it is a folder of this user's, and no link: the parent may be writable for all, as /tmp is."""
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
