# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The file in which the objects survive a restart."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import stat
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from ..authorization.keys import SigningKey
from ..model.snapshot import dump_world, load_world
from ..model.start_error import StartError
from ..model.state import World
from .private_files import check_replaceable, describe_problem, write_private_file

FORMAT = "beyondidentity-emulator state"
VERSION = 1
SAVE_SECONDS = 1.0

Application = Callable[..., Iterable[bytes]]


class StateFile:
    """The state of one emulator. A thread writes it at most once a second, after requests that changed something."""

    def __init__(self, path: Path, world: World, key: SigningKey) -> None:
        self._path = path
        self._world = world
        self._key = key
        self._used = threading.Event()
        self._ended = threading.Event()
        self._failed = False
        self._written = ""

    def watch(self, application: Application) -> Application:
        """Return the application, with a note after each request."""

        def watched(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
            try:
                return application(environ, start_response)
            finally:
                self._used.set()

        return watched

    @contextlib.contextmanager
    def keep(self) -> Iterator[None]:
        """Write the file now, regularly, and at the end."""
        self.save()
        thread = threading.Thread(target=self._save_regularly, daemon=True)
        thread.start()
        try:
            yield
        finally:
            self._ended.set()
            thread.join()
            self.save()

    def save(self) -> None:
        """Write the file if the state differs from it."""
        with self._world.lock:
            state = {"signing_key": self._key.export_private(), **dump_world(self._world)}
            text = _serialize(state)
        if text != self._written:
            write_private_file(self._path, _wrap(text))
            self._written = text

    def _save_regularly(self) -> None:
        while not self._ended.wait(SAVE_SECONDS):
            if not (self._used.is_set() or self._failed):
                continue
            self._used.clear()
            try:
                self.save()
                self._failed = False
            except StartError as error:
                if not self._failed:
                    print(f"{error} Until then, changes are not saved.", file=sys.stderr)
                self._failed = True


def load_state(path: Path, world: World) -> SigningKey | None:
    """Add the tenants of a state file to a world; return its key, or None if there is no file."""
    text = _read(path)
    if text is None:
        return None
    state = _unwrap(path, text)
    try:
        key = SigningKey(state["signing_key"])
        load_world(world, state)
    except (AttributeError, KeyError, LookupError, TypeError, ValueError):
        raise _describe_damage(path) from None
    return key


@contextlib.contextmanager
def lock_state(path: Path) -> Iterator[None]:
    """Let no other emulator use the file. The lock file is removed only while it is locked."""
    lock = path.with_name(f"{path.name}.lock")
    while True:
        try:
            descriptor = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise describe_problem(lock, error) from None
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            raise StartError(f"Another emulator uses {path}. Stop it, or give another file to --state.") from None
        except OSError as error:
            os.close(descriptor)
            raise describe_problem(lock, error) from None
        if _is_current(lock, descriptor):
            break
        os.close(descriptor)
    try:
        yield
    finally:
        lock.unlink(missing_ok=True)
        os.close(descriptor)


def _is_current(lock: Path, descriptor: int) -> bool:
    """Return whether the lock file is the opened one: the emulator that held it before can have removed it."""
    try:
        return os.path.samestat(lock.stat(), os.fstat(descriptor))
    except FileNotFoundError:
        return False


def _read(path: Path) -> str | None:
    check_replaceable(path)
    try:
        with open(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC), encoding="utf-8") as file:
            found = os.fstat(file.fileno())
            if not stat.S_ISREG(found.st_mode) or found.st_uid != os.geteuid():
                raise StartError(f"{path} is not your own regular file. Give another file to --state.")
            if stat.S_IMODE(found.st_mode) & 0o077:
                raise StartError(
                    f"Other users can read or write the state file, which has secrets. Run `chmod 600 {path}`."
                )
            return file.read()
    except FileNotFoundError:
        return None
    except UnicodeDecodeError:
        raise _describe_foreign(path) from None
    except OSError as error:
        raise describe_problem(path, error) from None


def _serialize(state: dict[str, Any]) -> str:
    return json.dumps(state, separators=(",", ":"))


def _wrap(text: str) -> str:
    """Return the document: the state is its last value, and the digest is that of the state's text."""
    head = json.dumps({"format": FORMAT, "version": VERSION, "sha256": _digest(text)})
    return f'{head[:-1]}, "state": {text}}}\n'


def _unwrap(path: Path, text: str) -> dict[str, Any]:
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        raise _describe_damage(path) if FORMAT in text[:100] else _describe_foreign(path) from None
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise _describe_foreign(path)
    if document.get("version") != VERSION:
        raise StartError(
            f"{path} has the version {document.get('version')!r:.20} of the state format, and this emulator has {VERSION}. Use the emulator "
            "that wrote the file, or give another file to --state."
        )
    state = document.get("state")
    if not isinstance(state, dict) or document.get("sha256") != _digest(_serialize(state)):
        raise _describe_damage(path)
    return state


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _describe_foreign(path: Path) -> StartError:
    return StartError(
        f"{path} is not a state file of the emulator, so it is not replaced. Give another file to --state."
    )


def _describe_damage(path: Path) -> StartError:
    return StartError(
        f"The state file {path} is damaged or was edited. Restore a copy of it, or remove it to start with new tenants."
    )
