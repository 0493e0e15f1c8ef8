# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tokens that one run shares: its main process, workers and lookups.

Files are in the run's own private directory, one a key, encrypted under a key that exists only in
the memory of the run's processes. What a killed run leaves behind can be read by nobody, and the
next run of the same user removes it.
"""

from __future__ import annotations

import base64
import fcntl
import hashlib
import hmac
import json
import multiprocessing
import os
import re
import shutil
import stat
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

from ansible import constants

try:
    from cryptography.fernet import Fernet, InvalidToken
except ImportError:
    HAS_CRYPTOGRAPHY = False
else:
    HAS_CRYPTOGRAPHY = True

FOLDER = "beyondidentity.management"

# Made by ansible-core: the process id, then tempfile's eight characters.
_RUN_FOLDER = re.compile(r"ansible-local-(\d{1,9})[a-z0-9_]{8}", re.ASCII)
_OPEN = os.O_NOFOLLOW | os.O_CLOEXEC


class UntrustedFolderError(OSError):
    """A directory that others could have tampered with."""


class RunStore:
    """Implements ``TokenStore``. A damaged, foreign or unwritable store costs a warning and the sharing, never the run."""

    def __init__(self, parent: str | os.PathLike[str], secret: bytes, warn: Callable[[str], None]) -> None:
        self.folder = Path(parent) / FOLDER
        self._secret = hashlib.sha256(b"beyondidentity.management token store" + secret).digest()
        self._fernet = Fernet(base64.urlsafe_b64encode(self._secret))
        self._warn = warn

    def get(self, key: Any) -> Mapping[str, Any] | None:
        """The entry under a key, ``None`` where there is none that can be trusted."""
        try:
            with self._open_folder() as folder:
                return self._decoded(_read(self._name(key), folder))
        except FileNotFoundError:
            return None
        except (OSError, InvalidToken, ValueError) as error:
            self._degrade(error)
            return None

    def put(self, key: Any, entry: Mapping[str, Any]) -> None:
        """Keep an entry: written beside, then renamed."""
        name = self._name(key)
        beside = f"{name}.{os.getpid()}"
        try:
            with self._open_folder() as folder:
                descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _OPEN, 0o600, dir_fd=folder)
                try:
                    with os.fdopen(descriptor, "wb") as file:
                        file.write(self._fernet.encrypt(json.dumps(entry).encode()))
                    os.rename(beside, name, src_dir_fd=folder, dst_dir_fd=folder)
                except BaseException:  # the task's time limit included; what is left would be in the way ever after
                    os.unlink(beside, dir_fd=folder)
                    raise
        except OSError as error:
            self._degrade(error)

    def discard(self, key: Any) -> None:
        """Forget an entry."""
        with suppress(OSError), self._open_folder() as folder:
            os.unlink(self._name(key), dir_fd=folder)

    @contextmanager
    def lock(self, key: Any) -> Iterator[None]:
        """Hold the key's own lock file; where that is impossible, go on without, at the price of a request."""
        with ExitStack() as stack:
            try:
                with self._open_folder() as folder:
                    descriptor = os.open(
                        f"{self._name(key)}.lock", os.O_RDWR | os.O_CREAT | _OPEN, 0o600, dir_fd=folder
                    )
                stack.callback(os.close, descriptor)
                fcntl.flock(descriptor, fcntl.LOCK_EX)
            except OSError as error:
                self._degrade(error)
            yield

    @contextmanager
    def _open_folder(self) -> Iterator[int]:
        """A descriptor of the folder, which is this user's, and nobody else's to write."""
        with suppress(FileExistsError):
            os.mkdir(self.folder, 0o700)
        descriptor = os.open(self.folder, os.O_RDONLY | os.O_DIRECTORY | _OPEN)
        try:
            _check(os.fstat(descriptor), 0o077, self.folder)
            yield descriptor
        finally:
            os.close(descriptor)

    def _name(self, key: Any) -> str:
        """A file name that tells nothing about its key to who has not the run's secret."""
        return hmac.new(self._secret, json.dumps(key, sort_keys=True).encode(), "sha256").hexdigest()

    def _decoded(self, content: bytes) -> Mapping[str, Any]:
        entry = json.loads(self._fernet.decrypt(content))
        if not isinstance(entry, dict):
            raise ValueError("no object")
        return entry

    def _degrade(self, error: Exception) -> None:
        self._warn(
            f"Tokens can't be shared between this run's tasks for the moment: {type(error).__name__} in {self.folder}. Each task asks for its own."
        )


def _read(name: str, folder: int) -> bytes:
    descriptor = os.open(name, os.O_RDONLY | os.O_NONBLOCK | _OPEN, dir_fd=folder)
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise UntrustedFolderError("not a file")
        _check(status, 0o077, name)
        with os.fdopen(descriptor, "rb", closefd=False) as file:
            return file.read(1 << 20)
    finally:
        os.close(descriptor)


def _check(status: os.stat_result, forbidden: int, what: Any) -> None:
    if status.st_uid != os.geteuid() or status.st_mode & forbidden:
        raise UntrustedFolderError(f"{what} is not this user's alone")


def run_store(warn: Callable[[str], None]) -> RunStore | None:
    """The store of this run. The secret is the same in all its processes, new in each run, and never on disk."""
    if not HAS_CRYPTOGRAPHY:  # ansible-core needs it as well, so that it is missing nearly nowhere
        warn("Tokens can't be shared between this run's tasks: the Python library cryptography is missing.")
        return None
    parent = Path(constants.DEFAULT_LOCAL_TMP)
    store = RunStore(parent, bytes(multiprocessing.current_process().authkey), warn)
    if not store.folder.exists():
        sweep(parent.parent)
    return store


def sweep(parent: Path) -> None:
    """Remove what killed runs of this user left: the stores of processes that are gone."""
    with suppress(OSError):
        for folder in parent.iterdir():
            match = _RUN_FOLDER.fullmatch(folder.name)
            left = folder / FOLDER
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
