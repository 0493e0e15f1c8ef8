# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Locks between processes: who waits, for how long, and what happens without locks."""

from __future__ import annotations

import errno
import fcntl
import json
import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from ansible_collections.beyondidentity.management.plugins.module_utils._errors import LockError
from ansible_collections.beyondidentity.management.plugins.module_utils._oauth.token_store import LockPurpose
from ansible_collections.beyondidentity.management.plugins.plugin_utils import file_lock
from ansible_collections.beyondidentity.management.plugins.plugin_utils.encrypted_store import EncryptedStore
from tests.unit.builders import exit_code, run_in_child

KEY = ["key"]
REQUEST = LockPurpose("a token request", duration=60, risk="several hosts can request the same token")
CREATION = LockPurpose(
    "work on the same realm", 60, "several hosts can create the same realm", must_wait=True, must_lock=True
)


class Clock:
    """A clock that only pauses advance. `on_pause` is called before each pause."""

    def __init__(self) -> None:
        self.seconds = 1000.0
        self.pauses: list[float] = []
        self.on_pause: Callable[[], Any] = lambda: None

    def monotonic(self) -> float:
        return self.seconds

    def sleep(self, seconds: float) -> None:
        self.on_pause()
        self.pauses.append(seconds)
        self.seconds += seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Return the clock of waits for locks."""
    made = Clock()
    monkeypatch.setattr(file_lock, "time", made)
    return made


@pytest.fixture
def told() -> list[str]:
    """Return the messages that waits show."""
    return []


@pytest.fixture
def store(tmp_path: Path, warnings: list[str], told: list[str]) -> EncryptedStore:
    return EncryptedStore(tmp_path / "own", b"run", warnings.append, tell=told.append)


def find_lock_file(store: EncryptedStore) -> Path:
    """Return the lock file of the key."""
    return store.folder / f"{store._build_name(KEY)}.lock"


@contextmanager
def stopped_holder(store: EncryptedStore, purpose: LockPurpose = REQUEST) -> Iterator[int]:
    """Start a process that takes the lock and is stopped; yield its ID."""
    reading, writing = os.pipe()

    def hold() -> None:
        with store.lock(KEY, purpose):
            os.write(writing, b"held")
            os.kill(os.getpid(), signal.SIGSTOP)

    child = run_in_child(hold)
    try:
        assert os.read(reading, 4) == b"held"
        os.waitpid(child, os.WUNTRACED)
        yield child
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        os.close(reading)
        os.close(writing)


def write_holder(store: EncryptedStore, id: str, duration: float = 60) -> None:
    """Write into the lock file what a new holder writes."""
    record = {"id": id, "process": f"process {id} on host", "work": "a token request", "duration": duration}
    find_lock_file(store).write_text(json.dumps(record))


def test_a_token_request_goes_on_without_the_lock_of_a_stopped_process(
    store: EncryptedStore, clock: Clock, warnings: list[str], told: list[str]
) -> None:
    with stopped_holder(store) as child, store.lock(KEY, REQUEST):
        process = f"process {child} on {os.uname().nodename}"
    assert 60 <= sum(clock.pauses) < 61
    assert told == [f"Waiting for a token request of {process}, for up to 60 seconds."]
    [warning] = warnings
    assert warning.startswith(
        f"P{process[1:]} has been busy with a token request for more than 60 seconds. This task continues without "
        "the lock, so several hosts can request the same token. Check that process, which may hang."
    )


def test_a_creation_fails_and_names_the_stopped_process(
    store: EncryptedStore, clock: Clock, warnings: list[str]
) -> None:
    with stopped_holder(store, CREATION) as child, pytest.raises(LockError) as caught, store.lock(KEY, CREATION):
        pytest.fail("the work began beside the other process")
    assert f"Cannot begin work on the same realm: process {child} on " in caught.value.message
    assert caught.value.message.endswith(
        "for more than 60 seconds, so this task fails. Check that process, which may hang. End it if it makes no progress. "
        "Then run again."
    )
    assert warnings == []
    assert sum(clock.pauses) >= 60


def test_the_limit_is_that_of_the_holder(store: EncryptedStore, clock: Clock) -> None:
    with stopped_holder(store, replace(REQUEST, duration=7)), store.lock(KEY, replace(REQUEST, duration=500)):
        assert 7 <= sum(clock.pauses) < 8


def test_the_limit_begins_again_with_each_other_holder(
    store: EncryptedStore, clock: Clock, warnings: list[str]
) -> None:
    """Many hosts that each work for a short time are no stopped process."""
    with stopped_holder(store):
        clock.on_pause = lambda: write_holder(store, str(min(int(clock.seconds - 1000) // 50, 3)))
        with store.lock(KEY, REQUEST):
            assert 150 + 60 <= sum(clock.pauses) < 150 + 62
    assert len(warnings) == 1 and warnings[0].startswith("Process 3 on host")


def test_the_time_in_which_the_whole_run_is_stopped_does_not_count(store: EncryptedStore, clock: Clock) -> None:
    """As with Ctrl-Z: the holder goes on together with the hosts that wait."""

    def stop_run() -> None:
        if len(clock.pauses) == 10:
            clock.seconds += 10_000

    clock.on_pause = stop_run
    with stopped_holder(store), store.lock(KEY, REQUEST):
        assert 59 <= sum(clock.pauses) < 60


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b'{"id": 1}', b'{"id": "", "process": "", "work": "", "duration": "x"}']
)
def test_a_holder_that_wrote_nothing_useful_has_five_minutes(
    content: bytes, store: EncryptedStore, clock: Clock, warnings: list[str]
) -> None:
    with stopped_holder(store):
        find_lock_file(store).write_bytes(content)
        with store.lock(KEY, REQUEST):
            assert 300 <= sum(clock.pauses) < 301
    assert "an unknown process" in warnings[0].lower()


@pytest.mark.parametrize("duration", [1e9, float("inf"), float("nan")])
def test_no_holder_has_more_than_an_hour(duration: float, store: EncryptedStore, clock: Clock) -> None:
    with stopped_holder(store, replace(REQUEST, duration=duration)), store.lock(KEY, REQUEST):
        assert 3600 <= sum(clock.pauses) < 3601


def test_pauses_grow_and_differ(store: EncryptedStore, clock: Clock) -> None:
    with stopped_holder(store), store.lock(KEY, REQUEST):
        pass
    assert 0.005 <= clock.pauses[0] <= 0.01 and max(clock.pauses) <= 0.25
    assert all(0.125 <= pause <= 0.25 for pause in clock.pauses[5:]) and len(set(clock.pauses)) > 100


def test_nothing_is_told_of_a_short_wait(
    store: EncryptedStore, clock: Clock, told: list[str], warnings: list[str]
) -> None:
    with stopped_holder(store, replace(REQUEST, duration=4.9)), store.lock(KEY, REQUEST):
        pass
    assert told == [] and len(warnings) == 1


def test_the_exception_of_a_tasks_timeout_ends_the_wait(store: EncryptedStore, clock: Clock) -> None:
    class TimeoutOfTask(BaseException):
        """Stands for the exception of the keyword `timeout`, which no handler of errors may catch."""

    def interrupt() -> None:
        raise TimeoutOfTask

    clock.on_pause = interrupt
    with stopped_holder(store), pytest.raises(TimeoutOfTask), store.lock(KEY, REQUEST):
        pytest.fail("the work began")


def test_a_lock_file_exists_only_while_it_is_held(store: EncryptedStore) -> None:
    with store.lock(KEY, REQUEST):
        assert json.loads(find_lock_file(store).read_text())["process"].startswith(f"process {os.getpid()} on ")
    assert list(store.folder.iterdir()) == []


def test_a_lock_file_that_another_process_put_in_its_place_stays(store: EncryptedStore) -> None:
    """A program that cleans up may remove the file of a long holder. The next holder's file is not the first one's."""
    with store.lock(KEY, REQUEST):
        find_lock_file(store).unlink()
        with stopped_holder(store):
            held = find_lock_file(store).stat().st_ino
    assert find_lock_file(store).stat().st_ino == held


def test_the_lock_file_of_a_killed_process_is_used_and_removed(store: EncryptedStore, clock: Clock) -> None:
    with stopped_holder(store):
        pass
    assert find_lock_file(store).exists()
    with store.lock(KEY, REQUEST):
        assert clock.pauses == []
    assert list(store.folder.iterdir()) == []


def test_the_users_store_removes_lock_files_of_killed_processes(tmp_path: Path) -> None:
    """Those that are held stay. The run's store needs no such care: its folder is removed."""
    store = EncryptedStore(tmp_path / "own", b"user", print, lambda entry: False)
    with stopped_holder(store):
        pass
    with store.lock(["held"], REQUEST):
        store.put(["entry"], {})
        assert not find_lock_file(store).exists()
        assert [path.suffix for path in store.folder.iterdir()].count(".lock") == 1


def test_a_removed_lock_file_excludes_nobody_twice(store: EncryptedStore, tmp_path: Path) -> None:
    """Each holder removes the file that others have already opened."""
    counter = tmp_path / "counter"
    counter.write_text("0")

    def count() -> None:
        for _n in range(50):
            with store.lock(KEY, REQUEST):
                counter.write_text(str(int(counter.read_text()) + 1))

    assert [exit_code(child) for child in [run_in_child(count) for _n in range(6)]] == [0] * 6
    assert counter.read_text() == "300"


def test_a_started_process_does_not_keep_the_lock(store: EncryptedStore, clock: Clock) -> None:
    """As the process that ssh leaves behind for further connections."""
    with store.lock(KEY, REQUEST):
        child = run_in_child(lambda: os.execvp("sleep", ["sleep", "60"]))  # noqa: S606, S607
        while Path(f"/proc/{child}/comm").read_text().strip() != "sleep":
            time.sleep(0.01)
    with store.lock(KEY, REQUEST):
        os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    assert clock.pauses == []


@pytest.fixture
def no_locks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the system have no locks, as some network file systems."""

    def flock(_descriptor: int, _operation: int) -> None:
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    names = {name: getattr(fcntl, name) for name in ("LOCK_EX", "LOCK_NB")}
    monkeypatch.setattr(file_lock, "fcntl", SimpleNamespace(flock=flock, **names))


@pytest.mark.usefixtures("no_locks")
def test_without_locks_a_warning_says_what_can_happen(store: EncryptedStore, warnings: list[str]) -> None:
    with store.lock(KEY, REQUEST):
        pass
    [warning] = warnings
    assert warning == (
        f"Cannot lock files in {store.folder}: No locks available, as on some network file systems. Without locks, several "
        "hosts can request the same token. Set ANSIBLE_LOCAL_TEMP to a folder on a local disk."
    )


@pytest.mark.usefixtures("no_locks")
def test_without_locks_work_of_one_host_needs_no_warning(store: EncryptedStore, warnings: list[str]) -> None:
    with store.lock(KEY, LockPurpose("work on the same realm", 60, must_wait=True)):
        assert warnings == []


@pytest.mark.usefixtures("no_locks")
def test_without_locks_a_creation_on_several_hosts_fails(store: EncryptedStore) -> None:
    with pytest.raises(LockError) as caught, store.lock(KEY, CREATION):
        pytest.fail("the work began")
    assert caught.value.message.endswith(
        "several hosts can create the same realm. Set ANSIBLE_LOCAL_TEMP to a folder on a local disk. Or run the task once "
        "(run_once: true), or on one host at a time (throttle: 1, or --forks 1). With a strategy other than linear, set "
        "serial: 1 for the play, or use --forks 1."
    )


def test_without_a_usable_folder_a_creation_on_several_hosts_fails(store: EncryptedStore) -> None:
    """The folder is not needed to share tokens, but to exclude other hosts. The message says what to do about it."""
    store.folder.write_text("")
    with pytest.raises(LockError) as caught, store.lock(KEY, CREATION):
        pytest.fail("the work began")
    assert "is not a folder. Remove it. Without locks, several hosts can create the same realm." in caught.value.message
    assert "run_once: true" in caught.value.message


def test_an_error_of_the_work_is_not_one_of_the_lock(store: EncryptedStore, warnings: list[str]) -> None:
    with pytest.raises(OSError, match="own"), store.lock(KEY, CREATION):
        raise OSError("own")
    assert warnings == [] and list(store.folder.iterdir()) == []
