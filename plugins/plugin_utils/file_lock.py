# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A lock between processes, held by a lock file that exists only while the lock is in use.

The lock is `flock`, so it ends with its holder. A stopped holder keeps it, so each wait has a limit. Waiting polls: an alarm
would replace the alarm of Ansible's `timeout`, and a thread would not survive a fork.
"""

from __future__ import annotations

import fcntl
import json
import os
import random
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from ..module_utils._errors import LockError
from ..module_utils._oauth.token_store import ONE_HOST_ADVICE, LockPurpose
from ..module_utils._text import sanitize_for_display
from .private_files import is_named, open_lock_file, open_private_folder
from .store_errors import explain_store_error

SUFFIX = ".lock"

_SILENCE = 5.0  # seconds of waiting after which the user is told
_FIRST_PAUSE, _LONGEST_PAUSE = 0.01, 0.25  # seconds between two attempts
_LONGEST_STEP = 1.0  # seconds between two attempts that count
_LONGEST_DURATION = 3600.0  # seconds, whatever a holder writes
_UNKNOWN_DURATION = 300.0  # seconds, for a holder that has not written yet
_RECORD_SIZE = 4096  # bytes


@dataclass(frozen=True)
class LockReports:
    """Where a lock reports to.

    Attributes:
        warn: shows a warning.
        tell: shows a message at once, while the task runs.
        warn_of: explains why the folder cannot be used.
    """

    warn: Callable[[str], None]
    tell: Callable[[str], None]
    warn_of: Callable[[Exception], None]


@dataclass(frozen=True)
class _Holder:
    """The process that holds a lock, as it wrote into the lock file."""

    id: str = ""
    process: str = "an unknown process"
    work: str = "its work"
    duration: float = _UNKNOWN_DURATION


class _HolderTooSlowError(Exception):
    """A process holds a lock for longer than it announced."""

    def __init__(self, holder: _Holder) -> None:
        super().__init__()
        self.holder = holder


@contextmanager
def hold_file_lock(folder: Path, name: str, purpose: LockPurpose, reports: LockReports, setting: str) -> Iterator[None]:
    """Hold the lock file `name` in a private folder. If that is impossible, the purpose decides whether the work continues.

    Args:
        setting: the environment variable that moves the folder to another disk.

    Raises:
        LockError: the work must not be done without the lock.
    """
    with ExitStack() as stack:
        try:
            opened = stack.enter_context(open_private_folder(folder))
            descriptor = _wait_for_lock(opened, name, _Wait(purpose, reports.tell))
        except OSError as error:
            _go_on_without_locks(error, folder, purpose, reports, setting)
        except _HolderTooSlowError as error:
            _go_on_beside(error.holder, purpose, reports)
        else:
            stack.callback(os.close, descriptor)
            stack.callback(_remove, descriptor, name, opened)  # runs first, while the lock is held
        yield


def remove_unused_locks(folder: int) -> None:
    """Remove the lock files in an open folder that no process holds, because the process was killed."""
    for name in os.listdir(folder):
        if name.endswith(SUFFIX):
            with suppress(OSError):
                descriptor, _holder = _try_lock(folder, name)
                if descriptor is not None:
                    _remove(descriptor, name, folder)
                    os.close(descriptor)


class _Wait:
    """Waits for a lock. The holder sets the limit, which begins again with each new holder."""

    def __init__(self, purpose: LockPurpose, tell: Callable[[str], None]) -> None:
        self.purpose = purpose
        self._tell = tell
        self._last = time.monotonic()
        self._waited = self._waited_for_holder = 0.0
        self._holder_id: str | None = None
        self._attempts = 0
        self._has_told = False

    def pause(self, holder: _Holder) -> None:
        """Sleep until the next attempt; raise `_HolderTooSlowError` if the holder needs more time than it announced."""
        self._count_time()
        if holder.id != self._holder_id:
            self._holder_id, self._waited_for_holder = holder.id, 0.0
        if self._waited_for_holder >= holder.duration:
            raise _HolderTooSlowError(holder)
        if not self._has_told and self._waited >= _SILENCE:
            self._has_told = True
            self._tell(f"Waiting for {holder.work} of {holder.process}, for up to {holder.duration:.0f} seconds.")
        longest = min(_LONGEST_PAUSE, _FIRST_PAUSE * 2.0**self._attempts)
        self._attempts = min(self._attempts + 1, 10)
        time.sleep(longest * random.uniform(0.5, 1))  # noqa: S311  # not for security: so that waiters do not come at once

    def _count_time(self) -> None:
        """Count the time since the last attempt. If it is long, the run was stopped, as with Ctrl-Z, and so was the holder."""
        now = time.monotonic()
        step, self._last = min(now - self._last, _LONGEST_STEP), now
        self._waited += step
        self._waited_for_holder += step


def _wait_for_lock(folder: int, name: str, wait: _Wait) -> int:
    """Return the descriptor of a lock file that this process has locked."""
    while True:
        descriptor, holder = _try_lock(folder, name)
        if descriptor is not None:
            with suppress(OSError):  # on a full disk, other processes know less about this one
                os.ftruncate(descriptor, 0)
                os.pwrite(descriptor, _describe_this_process(wait.purpose), 0)
            return descriptor
        if holder is not None:
            wait.pause(holder)


def _try_lock(folder: int, name: str) -> tuple[int | None, _Holder | None]:
    """Return the descriptor of the locked file, or the holder, or neither if the file was removed."""
    with ExitStack() as stack:
        descriptor = open_lock_file(name, folder)
        stack.callback(os.close, descriptor)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return None, _read_holder(descriptor)
        if not is_named(descriptor, name, folder):  # a new file has the name, which another process can lock
            return None, None
        stack.pop_all()
        return descriptor, None


def _remove(descriptor: int, name: str, folder: int) -> None:
    """Remove a lock file that this process has locked. If the file was removed, the name can belong to another lock."""
    with suppress(OSError):
        if is_named(descriptor, name, folder):
            os.unlink(name, dir_fd=folder)


def _describe_this_process(purpose: LockPurpose) -> bytes:
    process = f"process {os.getpid()} on {os.uname().nodename}"
    record = {"id": secrets.token_hex(8), "process": process, "work": purpose.work, "duration": purpose.duration}
    return json.dumps(record).encode()


def _read_holder(descriptor: int) -> _Holder:
    try:
        record = json.loads(os.pread(descriptor, _RECORD_SIZE, 0))
        return _Holder(
            str(record["id"]),
            sanitize_for_display(record["process"], 200),
            sanitize_for_display(record["work"], 200),
            min(_LONGEST_DURATION, float(record["duration"])),  # in this order, NaN is the longest
        )
    except (OSError, ValueError, KeyError, TypeError):
        return _Holder()


def _go_on_without_locks(
    error: OSError, folder: Path, purpose: LockPurpose, reports: LockReports, setting: str
) -> None:
    """Warn of the risks without locks; raise `LockError` if the work requires a lock."""
    is_about_locks = error.filename is None  # errors of the folder and of the lock file have a file name
    reason = (
        f"{error.strerror}, as on some network file systems." if is_about_locks else explain_store_error(error, folder)
    )
    effect = f"Cannot lock files in {folder}: {reason} Without locks, {purpose.risk}."
    remedy = f"Set {setting} to a folder on a local disk."
    if purpose.must_lock:
        raise LockError(effect, f"{remedy} {ONE_HOST_ADVICE}") from None
    if not is_about_locks:
        reports.warn_of(error)
    elif purpose.risk:
        reports.warn(f"{effect} {remedy}")


def _go_on_beside(holder: _Holder, purpose: LockPurpose, reports: LockReports) -> None:
    """Warn of a holder that is too slow; raise `LockError` if the work must wait for it."""
    reason = f"{holder.process} has been busy with {holder.work} for more than {holder.duration:.0f} seconds"
    hint = "Check that process, which may hang. End it if it makes no progress."
    if purpose.must_wait:
        raise LockError(f"Cannot begin {purpose.work}: {reason}, so this task fails.", f"{hint} Then run again.")
    risk = f", so {purpose.risk}" if purpose.risk else ""
    reports.warn(f"{reason[0].upper()}{reason[1:]}. This task continues without the lock{risk}. {hint}")
