# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A folder of encrypted entries, one file a key, that several processes share."""

from __future__ import annotations

import base64
import fcntl
import hashlib
import hmac
import json
import os
import re
import secrets
import stat
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

try:
    from cryptography.fernet import Fernet, InvalidToken
except ImportError:
    HAS_CRYPTOGRAPHY = False
else:
    HAS_CRYPTOGRAPHY = True

_OPEN = os.O_NOFOLLOW | os.O_CLOEXEC


_ENTRY = re.compile("[0-9a-f]{64}")


class UntrustedFolderError(OSError):
    """A directory that others could have tampered with."""


class TokenFiles:
    """Implements ``TokenStore``. A damaged, foreign or unwritable store costs a warning and the sharing, never the run.

    What ``is_spent`` of the entries goes when another one is kept.
    """

    def __init__(
        self,
        folder: Path,
        secret: bytes,
        warn: Callable[[str], None],
        is_spent: Callable[[Mapping[str, Any]], bool] | None = None,
    ) -> None:
        self.folder = folder
        self._is_spent = is_spent
        self._secret = hashlib.sha256(b"beyondidentity.management token store" + secret).digest()
        self._fernet = Fernet(base64.urlsafe_b64encode(self._secret))
        self._warn = warn

    def get(self, key: Any) -> Mapping[str, Any] | None:
        """The entry under a key, ``None`` where there is none that can be trusted."""
        try:
            with self._open_folder() as folder:
                return self._decoded(read_own(self._name(key), folder))
        except FileNotFoundError:
            return None
        except (OSError, InvalidToken, ValueError) as error:
            self._degrade(error)
            return None

    def put(self, key: Any, entry: Mapping[str, Any]) -> None:
        """Keep an entry: written beside, then renamed."""
        try:
            with self._open_folder() as folder:
                self._write(self._name(key), folder, entry)
                self._sweep(folder)
        except OSError as error:
            self._degrade(error)

    def discard(self, key: Any) -> None:
        """Forget an entry."""
        with suppress(OSError), self._open_folder() as folder:
            os.unlink(self._name(key), dir_fd=folder)

    def forget(self, is_it: Callable[[str], bool]) -> None:
        """Forget what holds a text for which this is true: the item of a list, and else the entry."""
        with suppress(OSError), own_folder(self.folder) as folder:
            for name, entry in self._entries(folder):
                if any(is_it(text) for text in texts(entry)):
                    with self._lock(name), suppress(OSError, InvalidToken, ValueError):
                        left = without(self._decoded(read_own(name, folder)), is_it)  # it may be another one by now
                        if left is None:
                            os.unlink(name, dir_fd=folder)
                        else:
                            self._write(name, folder, left)

    def entries(self) -> list[Mapping[str, Any]]:
        """All entries that can be trusted; none where there is no folder yet."""
        with suppress(OSError):
            if self.folder.exists():
                with self._open_folder() as folder:
                    return [entry for name, entry in self._entries(folder)]
        return []

    def _entries(self, folder: int) -> Iterator[tuple[str, Mapping[str, Any]]]:
        for name in os.listdir(folder):
            with suppress(OSError, InvalidToken, ValueError):
                if _ENTRY.fullmatch(name):
                    yield name, self._decoded(read_own(name, folder))

    def _sweep(self, folder: int) -> None:
        """Remove what is spent; where another one takes its place at this moment, that costs a request."""
        is_spent = self._is_spent
        if is_spent:
            for name in [name for name, entry in self._entries(folder) if is_spent(entry)]:
                with suppress(OSError):
                    os.unlink(name, dir_fd=folder)

    def _write(self, name: str, folder: int, entry: Mapping[str, Any]) -> None:
        beside = f"{name}.{secrets.token_hex(8)}"
        try:
            write_own(beside, folder, self._fernet.encrypt(json.dumps(entry).encode()))
            os.rename(beside, name, src_dir_fd=folder, dst_dir_fd=folder)
        except BaseException:  # the task's time limit included; what is left would never go
            with suppress(FileNotFoundError):
                os.unlink(beside, dir_fd=folder)
            raise

    def lock(self, key: Any) -> AbstractContextManager[None]:
        """Hold the key's own lock file; where that is impossible, go on without, at the price of a request."""
        return self._lock(self._name(key))

    @contextmanager
    def _lock(self, name: str) -> Iterator[None]:
        with ExitStack() as stack:
            try:
                with self._open_folder() as folder:
                    descriptor = os.open(f"{name}.lock", os.O_RDWR | os.O_CREAT | _OPEN, 0o600, dir_fd=folder)
                stack.callback(os.close, descriptor)
                fcntl.flock(descriptor, fcntl.LOCK_EX)
            except OSError as error:
                self._degrade(error)
            yield

    @contextmanager
    def _open_folder(self) -> Iterator[int]:
        """A descriptor of the folder, which is this user's, and nobody else's to write."""
        with own_folder(self.folder) as descriptor:
            yield descriptor

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
            f"Tokens can't be kept for the moment: {type(error).__name__} in {self.folder}. Each task asks for its own."
        )


@contextmanager
def own_folder(path: Path) -> Iterator[int]:
    """A descriptor of a folder that is this user's alone, made where it is missing."""
    with suppress(FileExistsError):
        os.mkdir(path, 0o700)
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | _OPEN)
    try:
        _check(os.fstat(descriptor), 0o077, path)
        yield descriptor
    finally:
        os.close(descriptor)


def read_own(name: str, folder: int) -> bytes:
    """The content of a file that is this user's alone."""
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


def write_own(name: str, folder: int, content: bytes) -> None:
    """Write a new file that is this user's alone."""
    descriptor = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _OPEN, 0o600, dir_fd=folder)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)


def without(entry: Mapping[str, Any], is_it: Callable[[str], bool]) -> dict[str, Any] | None:
    """What is left of an entry: its lists lose the items that hold such a text; where it stands elsewhere, nothing is."""
    left = dict(entry)
    for name, value in entry.items():
        if isinstance(value, list):
            left[name] = [item for item in value if not any(is_it(text) for text in texts(item))]
        elif any(is_it(text) for text in texts(value)):
            return None
    return left


def texts(entry: Any) -> Iterator[str]:
    """All texts in an entry, at any depth."""
    if isinstance(entry, str):
        yield entry
    for item in entry.values() if isinstance(entry, Mapping) else entry if isinstance(entry, list) else ():
        yield from texts(item)


def _check(status: os.stat_result, forbidden: int, what: Any) -> None:
    if status.st_uid != os.geteuid() or status.st_mode & forbidden:
        raise UntrustedFolderError(f"{what} is not this user's alone")
