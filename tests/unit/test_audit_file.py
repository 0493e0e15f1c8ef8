# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The audit file: private, whole lines only, bounded in size, and refused if it is anything else than an audit file."""

from __future__ import annotations

import errno
import fcntl
import json
import os
import stat
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.beyondidentity.management.plugins.module_utils._errors import AuditError
from ansible_collections.beyondidentity.management.plugins.plugin_utils import audit_file
from ansible_collections.beyondidentity.management.plugins.plugin_utils.audit_file import AuditFile
from tests.unit.builders import exit_code, run_in_child


def build_line(number: int) -> bytes:
    """Return a line as the audit writes it."""
    return json.dumps({"time": "now", "number": number}, separators=(",", ":")).encode() + b"\n"


def read_numbers(*paths: Path) -> list[int]:
    """Return the numbers in all lines of these files; raise if a line is not whole."""
    return [json.loads(line)["number"] for path in paths for line in path.read_text(encoding="utf-8").splitlines()]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return the path of a file that is missing."""
    return tmp_path / "audit.jsonl"


@pytest.fixture
def file(path: Path) -> AuditFile:
    """Return a file with one line."""
    file = AuditFile(str(path))
    file.append(build_line(1))
    return file


def test_a_missing_file_is_created_for_this_user_only(path: Path) -> None:
    umask = os.umask(0)
    try:
        AuditFile(str(path)).check()
    finally:
        os.umask(umask)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600 and path.read_bytes() == b""


def test_lines_are_appended(file: AuditFile, path: Path) -> None:
    file.append(build_line(2))
    AuditFile(str(path)).append(build_line(3))
    assert read_numbers(path) == [1, 2, 3]


def test_the_part_of_a_line_that_a_killed_process_left_is_removed(file: AuditFile, path: Path) -> None:
    for torn in (build_line(9)[:-1], b"{", b'{"time":"' + b"x" * 5000):
        path.write_bytes(build_line(1) + torn)
        file.append(build_line(2))
        assert read_numbers(path) == [1, 2]
        path.write_bytes(torn)
        file.append(build_line(2))
        assert read_numbers(path) == [2]


@pytest.mark.parametrize(
    "content", [b"x", b"ssh-ed25519 AAAA\n", b"{}\n", b'{"time":1}\n', b'{"time":"' + b"x" * 40_000]
)
def test_a_file_with_other_content_is_not_changed(content: bytes, file: AuditFile, path: Path) -> None:
    path.write_bytes(content)
    with pytest.raises(AuditError, match="other content than audit events. Set the path of a new file"):
        file.append(build_line(2))
    assert path.read_bytes() == content


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o666])
def test_a_file_that_other_users_can_use_is_refused(mode: int, file: AuditFile, path: Path) -> None:
    path.chmod(mode)
    for use in (file.check, lambda: file.append(build_line(2))):
        with pytest.raises(
            AuditError, match=f"has the mode {mode:04o}, so other users have permissions. Run `chmod 600`"
        ):
            use()
    assert read_numbers(path) == [1]


def test_a_file_of_another_user_is_refused(file: AuditFile, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: path.stat().st_uid + 4321)
    with pytest.raises(AuditError, match="it belongs to .*, but Ansible runs as "):
        file.append(build_line(2))


def test_links_are_refused(tmp_path: Path, file: AuditFile, path: Path) -> None:
    (tmp_path / "link").symlink_to(path)
    with pytest.raises(AuditError, match="it is a link"):
        AuditFile(str(tmp_path / "link")).append(build_line(2))
    (tmp_path / "hard").hardlink_to(path)
    with pytest.raises(AuditError, match="not a regular file with one name"):
        file.append(build_line(2))
    assert read_numbers(path) == [1]


def test_other_kinds_of_files_are_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo", 0o600)
    expected = {"fifo": "not a regular file", ".": "it is a folder", "no/such": "its folder does not exist"}
    for name, message in expected.items():
        with pytest.raises(AuditError, match=message) as caught:
            AuditFile(f"{tmp_path}/{name}" if name != "." else str(tmp_path)).check()
        assert "Cannot write to the audit file" in caught.value.message
    with pytest.raises(AuditError, match="not a regular file|has the mode|belongs to"):
        AuditFile("/dev/null").check()


def test_a_folder_in_which_all_users_can_rename_files_is_refused(tmp_path: Path, file: AuditFile, path: Path) -> None:
    tmp_path.chmod(0o777)
    with pytest.raises(AuditError, match="all users can rename and remove files in its folder"):
        file.append(build_line(2))
    tmp_path.chmod(0o1777)
    file.append(build_line(2))
    assert read_numbers(path) == [1, 2]


def test_a_full_disk_leaves_no_part_of_a_line(file: AuditFile, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write = os.write
    monkeypatch.setattr(os, "write", lambda descriptor, data: write(descriptor, data[:10]))
    with pytest.raises(AuditError, match="the disk is full"):
        file.append(build_line(2))
    monkeypatch.undo()
    assert read_numbers(path) == [1]


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a file be full after three lines."""
    monkeypatch.setattr(audit_file, "MAXIMUM_SIZE", 3 * len(build_line(1)))


@pytest.mark.usefixtures("small")
def test_a_full_file_is_renamed_and_replaces_the_one_before(file: AuditFile, path: Path) -> None:
    for number in range(2, 9):
        file.append(build_line(number))
    older = path.with_name("audit.jsonl.1")
    assert (read_numbers(older), read_numbers(path)) == ([4, 5, 6], [7, 8])
    assert stat.S_IMODE(path.stat().st_mode) == stat.S_IMODE(older.stat().st_mode) == 0o600


@pytest.mark.usefixtures("small")
def test_a_file_that_is_no_audit_file_is_not_replaced(file: AuditFile, path: Path) -> None:
    older = path.with_name("audit.jsonl.1")
    older.write_text("mine\n", encoding="utf-8")
    older.chmod(0o600)
    file.append(build_line(2))
    file.append(build_line(3))
    with pytest.raises(AuditError, match="audit.jsonl.1, the file before, has other content"):
        file.append(build_line(4))
    assert older.read_text(encoding="utf-8") == "mine\n" and read_numbers(path) == [1, 2, 3]


def test_many_processes_lose_no_line_while_the_file_is_renamed(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each of the two files holds half of all lines, so the file is renamed once."""
    processes, lines = 20, 25
    monkeypatch.setattr(audit_file, "MAXIMUM_SIZE", len(build_line(10_000)) * processes * lines // 2 + 100)

    def append_all(first: int) -> None:
        file = AuditFile(str(path))
        for number in range(first, first + lines):
            file.append(build_line(10_000 + number))

    children = [run_in_child(partial(append_all, index * lines)) for index in range(processes)]
    assert [exit_code(child) for child in children] == [0] * processes
    older = path.with_name("audit.jsonl.1")
    numbers = read_numbers(older, path)
    assert older.exists() and sorted(numbers) == list(range(10_000, 10_000 + processes * lines))


@pytest.fixture
def locked(file: AuditFile, path: Path) -> Iterator[None]:
    """Hold the lock of the file, as a stopped process does."""
    descriptor = os.open(path, os.O_RDWR)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    yield
    os.close(descriptor)


@pytest.mark.usefixtures("locked")
def test_the_wait_for_a_lock_has_a_limit(file: AuditFile, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[float] = []
    monkeypatch.setattr(time, "sleep", waits.append)
    with pytest.raises(AuditError, match="another process has locked it for more than 30 seconds"):
        file.append(build_line(2))
    assert sum(waits) == pytest.approx(30, abs=0.1) and read_numbers(path) == [1]


def test_a_file_system_without_locks_is_refused(file: AuditFile, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*arguments: Any) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(fcntl, "flock", refuse)
    with pytest.raises(AuditError, match="its file system has no locks. Set the path of a file on a local disk"):
        file.append(build_line(2))
    assert read_numbers(path) == [1]


def test_a_file_that_is_removed_begins_again(file: AuditFile, path: Path) -> None:
    path.unlink()
    file.append(build_line(2))
    assert read_numbers(path) == [2]
