# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A token store in a folder of encrypted files, one file for each key, which several processes share."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import re
import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, suppress
from copy import deepcopy
from pathlib import Path
from typing import Any

from ..module_utils._oauth.token_store import LockPurpose
from .file_lock import SUFFIX, LockReports, hold_file_lock, remove_unused_locks
from .private_files import open_private_folder, read_private_file, write_private_file
from .read_entries import ReadEntries
from .store_errors import explain_store_error

try:
    from cryptography.fernet import Fernet, InvalidToken
except ImportError:
    HAS_CRYPTOGRAPHY = False
else:
    HAS_CRYPTOGRAPHY = True

_FORGETTING = LockPurpose("the removal of a token", duration=10)
_ENTRY_NAME = re.compile("[0-9a-f]{64}")


class EncryptedStore:
    """Implements `TokenStore`. If the folder is damaged, foreign or read-only, it warns and shares nothing; it never fails.

    Args:
        folder: where the files are. It is created when an entry is stored or locked.
        secret: the bytes that the encryption key and file names are derived from.
        is_spent: entries for which this is true are removed when another entry is stored.
        tell: shows a message at once, while the task runs.
        setting: the environment variable that moves the folder to another disk.
    """

    def __init__(
        self,
        folder: Path,
        secret: bytes,
        warn: Callable[[str], None],
        is_spent: Callable[[Mapping[str, Any]], bool] | None = None,
        tell: Callable[[str], None] = lambda message: None,
        setting: str = "ANSIBLE_LOCAL_TEMP",
    ) -> None:
        self.folder = folder
        self._is_spent = is_spent
        self._secret = hashlib.sha256(b"beyondidentity.management token store" + secret).digest()
        self._fernet = Fernet(base64.urlsafe_b64encode(self._secret))
        self._warn = warn
        self._reports = LockReports(warn, tell, self._warn_of)
        self._setting = setting
        self._read = ReadEntries(folder)

    def get(self, key: Any) -> Mapping[str, Any] | None:
        """Return the entry under a key, `None` if no entry can be trusted."""
        name = self._build_name(key)
        try:
            stamp = self._read.read_stamp(name)
            entry = self._read.find(name, stamp)
            if entry is None:
                with open_private_folder(self.folder, create=False) as folder:
                    content = read_private_file(name, folder)
                entry = self._decrypt(content)
                self._read.add(name, stamp, entry, len(content))
            return deepcopy(entry)  # a caller may change its own
        except FileNotFoundError:
            return None
        except (OSError, InvalidToken, ValueError) as error:
            self._warn_of(error)
            return None

    def put(self, key: Any, entry: Mapping[str, Any]) -> None:
        """Store an entry."""
        try:
            with open_private_folder(self.folder) as folder:
                self._write(self._build_name(key), folder, entry)
                self._remove_spent(folder)
        except OSError as error:
            self._warn_of(error)

    def discard(self, key: Any) -> None:
        """Remove the entry under a key."""
        with suppress(OSError), open_private_folder(self.folder, create=False) as folder:
            os.unlink(self._build_name(key), dir_fd=folder)

    def forget(self, matches: Callable[[str], bool]) -> None:
        """Remove entries with a matching text; of a list, only the item with the text."""
        with suppress(OSError), open_private_folder(self.folder, create=False) as folder:
            for name, entry in self._iter_entries(folder):
                if any(matches(text) for text in iter_texts(entry)):
                    self._remove_from_entry(name, folder, matches)

    def _remove_from_entry(self, name: str, folder: int, matches: Callable[[str], bool]) -> None:
        with self._lock(name, _FORGETTING), suppress(OSError, InvalidToken, ValueError):
            entry = self._decrypt(read_private_file(name, folder))  # another process may have replaced it
            remaining = remove_matching(entry, matches)
            if remaining is None:
                os.unlink(name, dir_fd=folder)
            else:
                self._write(name, folder, remaining)

    def list_entries(self) -> list[Mapping[str, Any]]:
        """Return all entries that can be trusted; none if the folder does not exist."""
        with suppress(OSError), open_private_folder(self.folder, create=False) as folder:
            return [entry for _name, entry in self._iter_entries(folder)]
        return []

    def lock(self, key: Any, purpose: LockPurpose) -> AbstractContextManager[None]:
        """Hold the key's lock file. If that is impossible, the purpose decides whether the work continues."""
        return self._lock(self._build_name(key), purpose)

    def _lock(self, name: str, purpose: LockPurpose) -> AbstractContextManager[None]:
        return hold_file_lock(self.folder, f"{name}{SUFFIX}", purpose, self._reports, self._setting)

    def _iter_entries(self, folder: int) -> Iterator[tuple[str, Mapping[str, Any]]]:
        for name in os.listdir(folder):
            with suppress(OSError, InvalidToken, ValueError):
                if _ENTRY_NAME.fullmatch(name):
                    yield name, self._decrypt(read_private_file(name, folder))

    def _remove_spent(self, folder: int) -> None:
        """Remove spent entries. If another process replaces one at this moment, that costs a request."""
        if self._is_spent is None:
            return
        for name in [name for name, entry in self._iter_entries(folder) if self._is_spent(entry)]:
            with suppress(OSError):
                os.unlink(name, dir_fd=folder)
        remove_unused_locks(folder)

    def _write(self, name: str, folder: int, entry: Mapping[str, Any]) -> None:
        """Write beside the entry, then rename."""
        temporary = f"{name}.{secrets.token_hex(8)}"
        try:
            write_private_file(temporary, folder, self._fernet.encrypt(json.dumps(entry).encode()))
            os.rename(temporary, name, src_dir_fd=folder, dst_dir_fd=folder)
        except BaseException:  # also the exception of a task's timeout: nothing would remove the temporary file later
            with suppress(FileNotFoundError):
                os.unlink(temporary, dir_fd=folder)
            raise

    def _build_name(self, key: Any) -> str:
        """Return a file name that reveals nothing about its key without the store's secret."""
        return hmac.digest(self._secret, json.dumps(key, sort_keys=True).encode(), "sha256").hex()

    def _decrypt(self, content: bytes) -> Mapping[str, Any]:
        entry = json.loads(self._fernet.decrypt(content))
        if not isinstance(entry, dict):
            raise ValueError("not an object")
        return entry

    def _warn_of(self, error: Exception) -> None:
        self._warn(
            f"Cannot use the token store {self.folder}: {explain_store_error(error, self.folder)} Until then, each task "
            "requests its own token."
        )


def remove_matching(entry: Mapping[str, Any], matches: Callable[[str], bool]) -> dict[str, Any] | None:
    """Return an entry without the list items that contain a matching text; `None` if another field contains one."""
    remaining = dict(entry)
    for name, value in entry.items():
        if isinstance(value, list):
            remaining[name] = [item for item in value if not any(matches(text) for text in iter_texts(item))]
        elif any(matches(text) for text in iter_texts(value)):
            return None
    return remaining


def iter_texts(entry: Any) -> Iterator[str]:
    """Yield all texts in an entry, at any depth. Keys are not included."""
    if isinstance(entry, str):
        yield entry
    for item in entry.values() if isinstance(entry, Mapping) else entry if isinstance(entry, list) else ():
        yield from iter_texts(item)
