# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The user's store: where it is, who can read it, and its key."""

from __future__ import annotations

import os
import stat
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.beyondidentity.management.plugins.plugin_utils import store_key
from ansible_collections.beyondidentity.management.plugins.plugin_utils.encrypted_store import EncryptedStore
from ansible_collections.beyondidentity.management.plugins.plugin_utils.store_key import FOLDER
from ansible_collections.beyondidentity.management.plugins.plugin_utils.stores import open_user_store
from tests.unit.builders import WORK, exit_code, run_in_child

KEY = ["sign-in", "https://issuer.example", "cl1ent"]
ENTRY = {"sign_ins": [{"access_token": "t0ken", "refresh_token": "r3fresh"}]}


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Return the empty home directory of a user whose umask removes no permission."""
    for name in ("XDG_DATA_HOME", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    (tmp_path / "home").mkdir()
    before = os.umask(0)
    yield tmp_path / "home"
    os.umask(before)


def open_store(warn: Callable[[str], None] = print) -> EncryptedStore:
    """Open the user's store, which must be possible."""
    store = open_user_store(warn)
    assert store is not None
    return store


def find_key_file(home: Path) -> Path:
    """Return the file of the user's key."""
    return home / ".local" / "share" / FOLDER / "key"


def list_key_folder(home: Path) -> list[str]:
    """Return the names of the files beside the key, and of the key."""
    return sorted(path.name for path in find_key_file(home).parent.iterdir())


def get_mode(path: Path) -> int:
    """Return the permissions of a file."""
    return stat.S_IMODE(path.stat().st_mode)


def test_an_entry_outlives_a_run_and_no_file_reveals_it(home: Path, warnings: list[str]) -> None:
    store = open_store(warnings.append)
    store.put(KEY, ENTRY)
    assert open_store(warnings.append).get(KEY) == ENTRY
    assert store.folder == home / ".cache" / FOLDER
    visible = b"".join(path.name.encode() + path.read_bytes() for path in home.rglob("*") if path.is_file())
    for secret in (b"t0ken", b"r3fresh", b"cl1ent", b"issuer.example"):
        assert secret not in visible
    assert warnings == []


def test_a_copy_of_the_cache_without_the_key_is_useless(home: Path) -> None:
    open_store().put(KEY, ENTRY)
    find_key_file(home).unlink()
    assert open_store().get(KEY) is None


def test_folders_and_files_are_private_with_any_umask(home: Path) -> None:
    store = open_store()
    store.put(KEY, ENTRY)
    with store.lock(KEY, WORK):
        assert [get_mode(path) for path in (store.folder, find_key_file(home).parent)] == [0o700, 0o700]
        assert [get_mode(path) for path in (find_key_file(home), *store.folder.iterdir())] == [0o600] * 3
    assert list_key_folder(home) == ["key"]
    assert get_mode(home / ".cache") == 0o700, "the mode that the XDG specification requires for a new base directory"


@pytest.mark.parametrize("existing", [True, False])
def test_an_absolute_base_directory_is_used(
    existing: bool, tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("data", "cache"):
        if existing:
            (tmp_path / "xdg" / name).mkdir(parents=True, mode=0o755)
        monkeypatch.setenv(f"XDG_{name.upper()}_HOME", str(tmp_path / "xdg" / name))
    assert open_store().folder == tmp_path / "xdg" / "cache" / FOLDER
    assert (tmp_path / "xdg" / "data" / FOLDER / "key").is_file()
    assert list(home.iterdir()) == []
    assert get_mode(tmp_path / "xdg" / "data") == (0o755 if existing else 0o700), "an existing mode is not changed"


@pytest.mark.parametrize("value", ["", "relative", "./here", "~/there"])
def test_an_empty_or_relative_base_directory_is_ignored(
    value: str, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("XDG_DATA_HOME", "XDG_CACHE_HOME"):
        monkeypatch.setenv(name, value)
    assert open_store().folder == home / ".cache" / FOLDER
    assert find_key_file(home).is_file() and [path.name for path in tmp_path.iterdir()] == ["home"]


def assert_no_store(warnings: list[str]) -> None:
    """Check that there is no store, and one warning about that."""
    assert open_user_store(warnings.append) is None
    assert len(warnings) == 1 and warnings[0].startswith("Cannot store tokens beyond this run")


@pytest.mark.parametrize(("value", "reason"), [(None, "HOME is not set."), ("home/pat", "is not an absolute path.")])
def test_without_a_home_directory_there_is_no_store(
    value: str | None, reason: str, warnings: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The account's own directory is not used instead: it is not what the environment says."""
    if value is None:
        monkeypatch.delenv("HOME")
    else:
        monkeypatch.setenv("HOME", value)
    assert_no_store(warnings)
    assert reason in warnings[0] and "XDG_DATA_HOME and XDG_CACHE_HOME, to an absolute path." in warnings[0]


@pytest.mark.parametrize("name", ["", ".local", ".local/share", ".cache"])
def test_if_a_folder_cannot_be_created_there_is_no_store(name: str, home: Path, warnings: list[str]) -> None:
    if name:
        (home / name).parent.mkdir(parents=True, exist_ok=True)
    else:
        home.rmdir()
    (home / name).write_text("")
    assert_no_store(warnings)


@pytest.mark.parametrize("folder_mode", [0o770, 0o707, 0o755, 0o777])
def test_a_key_in_a_folder_that_other_users_can_use_is_untrusted(
    folder_mode: int, home: Path, warnings: list[str]
) -> None:
    open_store()
    find_key_file(home).parent.chmod(folder_mode)
    assert_no_store(warnings)
    assert get_mode(find_key_file(home).parent) == folder_mode, "the folder's mode is not changed"


def test_a_cache_folder_that_other_users_can_use_is_untrusted(home: Path, warnings: list[str]) -> None:
    store = open_store(warnings.append)
    store.put(KEY, ENTRY)
    store.folder.chmod(0o750)
    assert store.get(KEY) is None
    assert len(warnings) == 1 and "so other users have permissions" in warnings[0]


def test_a_key_folder_of_another_user_is_untrusted(warnings: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    open_store()
    monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)
    assert_no_store(warnings)


@pytest.mark.parametrize("level", ["folder", "key"])
def test_a_link_is_not_followed(level: str, home: Path, tmp_path: Path, warnings: list[str]) -> None:
    open_store()
    path = find_key_file(home).parent if level == "folder" else find_key_file(home)
    path.rename(tmp_path / "elsewhere")
    path.symlink_to(tmp_path / "elsewhere")
    assert_no_store(warnings)


def test_a_new_key_is_not_written_through_a_link(home: Path, tmp_path: Path, warnings: list[str]) -> None:
    find_key_file(home).parent.mkdir(parents=True, mode=0o700)
    find_key_file(home).parent.chmod(0o700)
    find_key_file(home).symlink_to(tmp_path / "victim")
    assert_no_store(warnings)
    assert not (tmp_path / "victim").exists()


@pytest.mark.parametrize("create", [os.mkfifo, os.mkdir], ids=["fifo", "folder"])
def test_a_fifo_or_folder_is_not_a_key(create: Callable[[Path], None], home: Path, warnings: list[str]) -> None:
    open_store()
    find_key_file(home).unlink()
    create(find_key_file(home))
    assert_no_store(warnings)


@pytest.mark.parametrize("key_mode", [0o640, 0o604, 0o666])
def test_a_key_that_other_users_can_read_is_untrusted(key_mode: int, home: Path, warnings: list[str]) -> None:
    open_store()
    find_key_file(home).chmod(key_mode)
    assert_no_store(warnings)


@pytest.mark.parametrize(
    "content", [b"", b"short", b"x" * 33, b"x" * (2 << 20)], ids=["empty", "short", "long", "huge"]
)
def test_a_damaged_key_is_replaced(content: bytes, home: Path, warnings: list[str]) -> None:
    open_store(warnings.append).put(KEY, ENTRY)
    find_key_file(home).write_bytes(content)
    store = open_store(warnings.append)
    assert store.get(KEY) is None
    store.put(KEY, ENTRY)
    assert open_store(warnings.append).get(KEY) == ENTRY
    assert len(find_key_file(home).read_bytes()) == 32
    assert get_mode(find_key_file(home)) == 0o600 and warnings == []
    assert list_key_folder(home) == ["key"]


def test_the_second_of_two_concurrent_first_uses_takes_the_key_of_the_first(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names: list[str] = []
    write = store_key.write_private_file

    def write_after_another_process(*arguments: Any) -> None:
        with monkeypatch.context() as patch:
            patch.setattr(store_key, "write_private_file", write)
            names.append(open_store()._build_name(KEY))
        write(*arguments)

    monkeypatch.setattr(store_key, "write_private_file", write_after_another_process)
    assert [open_store()._build_name(KEY)] == names
    assert list_key_folder(home) == ["key"]


def test_concurrent_first_uses_create_one_key(home: Path, tmp_path: Path) -> None:
    """Four processes start together, each with three threads."""
    names: list[str] = []
    reading, writing = os.pipe()

    def use() -> None:
        names.append(open_store()._build_name(KEY))

    def run() -> None:
        os.close(writing)
        os.read(reading, 1)  # until the parent closes its end
        threads = [threading.Thread(target=use) for _n in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        (tmp_path / str(os.getpid())).write_text("\n".join(names))

    children = [run_in_child(run) for _n in range(4)]
    os.close(writing)
    assert [exit_code(child) for child in children] == [0] * 4
    os.close(reading)
    found = [name for child in children for name in (tmp_path / str(child)).read_text().split()]
    assert len(found) == 12 and len(set(found)) == 1
    assert list_key_folder(home) == ["key"]


def test_a_write_removes_expired_tokens(warnings: list[str]) -> None:
    store = open_store(warnings.append)
    now = time.time()
    token = {"access_token": "t0ken", "scopes": [], "issued_at": now - 100, "lifetime": 3600}
    entries = {
        "good": token,
        "expired": {**token, "lifetime": 100},
        "sign-in": {"sign_ins": [{**token, "lifetime": 100, "refresh_token": "r3fresh"}]},
        "odd": {"access_token": 1},
        "last": token,
    }
    for name, entry in entries.items():
        store.put([name], entry)
    assert [name for name in entries if store.get([name]) is None] == ["expired"]
    assert warnings == []
