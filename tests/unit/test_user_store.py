# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The store that outlives a run: where it is, whose it is, and the key that it needs."""

from __future__ import annotations

import os
import pwd
import stat
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.beyondidentity.management.plugins.plugin_utils import stores as module
from ansible_collections.beyondidentity.management.plugins.plugin_utils.stores import FOLDER, open_user_store
from tests.unit.builders import exit_code, run_in_child

KEY = ["sign-in", "https://issuer.example", "cl1ent"]
ENTRY = {"sign_ins": [{"access_token": "t0ken", "refresh_token": "r3fresh"}]}


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Be a user who has nothing yet, and whose umask hides nothing."""
    for name in ("XDG_DATA_HOME", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    (tmp_path / "home").mkdir()
    before = os.umask(0)
    yield tmp_path / "home"
    os.umask(before)


def key_file(home: Path) -> Path:
    return home / ".local" / "share" / FOLDER / "key"


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_it_outlives_a_run_and_tells_nothing(home: Path, warnings: list[str]) -> None:
    store = open_user_store(warnings.append)
    assert store is not None
    store.put(KEY, ENTRY)
    again = open_user_store(warnings.append)
    assert again is not None and again.get(KEY) == ENTRY
    assert store.folder == home / ".cache" / FOLDER
    told = b"".join(path.name.encode() + path.read_bytes() for path in home.rglob("*") if path.is_file())
    for secret in (b"t0ken", b"r3fresh", b"cl1ent", b"issuer.example"):
        assert secret not in told
    assert warnings == []


def test_a_copy_of_the_cache_alone_tells_nothing(home: Path, warnings: list[str]) -> None:
    store = open_user_store(warnings.append)
    assert store is not None
    store.put(KEY, ENTRY)
    key_file(home).unlink()
    other = open_user_store(warnings.append)
    assert other is not None and other.get(KEY) is None


def test_modes_are_the_users_alone_whatever_the_umask(home: Path, warnings: list[str]) -> None:
    store = open_user_store(warnings.append)
    assert store is not None
    store.put(KEY, ENTRY)
    with store.lock(KEY):
        assert [mode(path) for path in (store.folder, key_file(home).parent)] == [0o700, 0o700]
        assert [mode(path) for path in (key_file(home), *store.folder.iterdir())] == [0o600] * 3
    assert [path.name for path in key_file(home).parent.iterdir()] == ["key"], "nothing is left beside it"
    assert mode(home / ".cache") == 0o700, "a base folder is made as the specification says"


@pytest.mark.parametrize("existing", [True, False])
def test_absolute_base_directories_count(
    existing: bool, tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("data", "cache"):
        if existing:
            (tmp_path / "xdg" / name).mkdir(parents=True, mode=0o755)
        monkeypatch.setenv(f"XDG_{name.upper()}_HOME", str(tmp_path / "xdg" / name))
    store = open_user_store(print)
    assert store is not None and store.folder == tmp_path / "xdg" / "cache" / FOLDER
    assert (tmp_path / "xdg" / "data" / FOLDER / "key").is_file()
    assert list(home.iterdir()) == []
    assert mode(tmp_path / "xdg" / "data") == (0o755 if existing else 0o700), "what is there is left as it is"


@pytest.mark.parametrize("value", ["", "relative", "./here", "~/there"])
def test_others_do_not(value: str, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("XDG_DATA_HOME", "XDG_CACHE_HOME"):
        monkeypatch.setenv(name, value)
    store = open_user_store(print)
    assert store is not None and store.folder == home / ".cache" / FOLDER
    assert key_file(home).is_file() and [path.name for path in tmp_path.iterdir()] == ["home"]


def refused(warnings: list[str]) -> None:
    """There is no store, and one warning that says so."""
    assert open_user_store(warnings.append) is None
    assert len(warnings) == 1 and warnings[0].startswith("Tokens can't be kept beyond this run: ")


def test_without_a_home_there_is_none(warnings: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """As for the made-up user ids of some container platforms."""

    def nobody(_id: int) -> None:
        raise KeyError

    monkeypatch.delenv("HOME")
    monkeypatch.setattr(pwd, "getpwuid", nobody)
    refused(warnings)


@pytest.mark.parametrize("name", ["", ".local", ".local/share", ".cache"])
def test_where_no_folder_can_be_made_there_is_none(name: str, home: Path, warnings: list[str]) -> None:
    if name:
        (home / name).parent.mkdir(parents=True, exist_ok=True)
    else:
        home.rmdir()
    (home / name).write_text("")
    refused(warnings)


@pytest.mark.parametrize("folder_mode", [0o770, 0o707, 0o755, 0o777])
def test_a_key_where_others_may_look_is_not_used(folder_mode: int, home: Path, warnings: list[str]) -> None:
    open_user_store(warnings.append)
    key_file(home).parent.chmod(folder_mode)
    refused(warnings)
    assert mode(key_file(home).parent) == folder_mode, "it is not ours to repair"


def test_a_cache_where_others_may_look_is_not_used(home: Path, warnings: list[str]) -> None:
    store = open_user_store(warnings.append)
    assert store is not None
    store.put(KEY, ENTRY)
    store.folder.chmod(0o750)
    assert store.get(KEY) is None
    assert len(warnings) == 1 and "UntrustedFolderError" in warnings[0]


def test_what_belongs_to_another_user_is_not_used(
    home: Path, warnings: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    open_user_store(warnings.append)
    monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)
    refused(warnings)


@pytest.mark.parametrize("what", ["folder", "key"])
def test_links_are_not_followed(what: str, home: Path, tmp_path: Path, warnings: list[str]) -> None:
    open_user_store(warnings.append)
    place = key_file(home).parent if what == "folder" else key_file(home)
    place.rename(tmp_path / "elsewhere")
    place.symlink_to(tmp_path / "elsewhere")
    refused(warnings)


def test_a_link_to_nowhere_is_not_written_through(home: Path, tmp_path: Path, warnings: list[str]) -> None:
    key_file(home).parent.mkdir(parents=True, mode=0o700)
    key_file(home).parent.chmod(0o700)
    key_file(home).symlink_to(tmp_path / "victim")
    refused(warnings)
    assert not (tmp_path / "victim").exists()


@pytest.mark.parametrize("make", [os.mkfifo, os.mkdir], ids=["fifo", "folder"])
def test_what_is_no_file_is_no_key(make: Callable[[Path], None], home: Path, warnings: list[str]) -> None:
    open_user_store(warnings.append)
    key_file(home).unlink()
    make(key_file(home))
    refused(warnings)


@pytest.mark.parametrize("key_mode", [0o640, 0o604, 0o666])
def test_a_key_that_others_may_read_is_not_used(key_mode: int, home: Path, warnings: list[str]) -> None:
    open_user_store(warnings.append)
    key_file(home).chmod(key_mode)
    refused(warnings)


@pytest.mark.parametrize(
    "content", [b"", b"short", b"x" * 33, b"x" * (2 << 20)], ids=["empty", "short", "long", "huge"]
)
def test_a_damaged_key_is_made_anew(content: bytes, home: Path, warnings: list[str]) -> None:
    store = open_user_store(warnings.append)
    assert store is not None
    store.put(KEY, ENTRY)
    key_file(home).write_bytes(content)
    other = open_user_store(warnings.append)
    assert other is not None and other.get(KEY) is None
    other.put(KEY, ENTRY)
    again = open_user_store(warnings.append)
    assert again is not None and again.get(KEY) == ENTRY
    assert len(key_file(home).read_bytes()) == 32
    assert mode(key_file(home)) == 0o600 and warnings == []
    assert [path.name for path in key_file(home).parent.iterdir()] == ["key"]


def test_who_comes_second_takes_the_firsts_key(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    names: list[str] = []
    write = module.write_own

    def write_after_another(*arguments: Any) -> None:
        with monkeypatch.context() as patched:
            patched.setattr(module, "write_own", write)
            first = open_user_store(print)
        assert first is not None
        names.append(first._name(KEY))
        write(*arguments)

    monkeypatch.setattr(module, "write_own", write_after_another)
    second = open_user_store(print)
    assert second is not None and [second._name(KEY)] == names
    assert [path.name for path in key_file(home).parent.iterdir()] == ["key"]


def test_many_first_uses_at_once_give_one_key(home: Path, tmp_path: Path) -> None:
    """Processes that begin together, and threads in each of them."""
    names: list[str] = []

    def use() -> None:
        store = open_user_store(print)
        assert store is not None
        names.append(store._name(KEY))

    def run() -> None:
        gate.wait()
        threads = [threading.Thread(target=use) for _n in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        (tmp_path / str(os.getpid())).write_text("\n".join(names))

    class Gate:
        """Opens for all when a pipe is closed."""

        def __init__(self) -> None:
            self.ends = os.pipe()

        def wait(self) -> None:
            os.close(self.ends[1])
            os.read(self.ends[0], 1)

    gate = Gate()
    children = [run_in_child(run) for _n in range(6)]
    os.close(gate.ends[1])
    assert [exit_code(child) for child in children] == [0] * 6
    os.close(gate.ends[0])
    found = [name for child in children for name in (tmp_path / str(child)).read_text().split()]
    assert len(found) == 24 and len(set(found)) == 1
    assert [path.name for path in key_file(home).parent.iterdir()] == ["key"]


def test_what_is_spent_goes_when_another_is_kept(home: Path, warnings: list[str]) -> None:
    store = open_user_store(warnings.append)
    assert store is not None
    now = time.time()
    token = {"access_token": "t0ken", "scopes": [], "issued_at": now - 100, "lifetime": 3600}
    entries = {
        "good": token,
        "expired": {**token, "lifetime": 100},
        "sign-in": {"sign_ins": [{**token, "lifetime": 100, "refresh_token": "r3fresh"}]},
        "a failure": {"at": now - 1, "message": "no", "details": {}},
        "an old failure": {"at": now - 7200, "message": "no", "details": {}},
        "odd": {"access_token": 1},
        "last": token,
    }
    for name, entry in entries.items():
        store.put([name], entry)
    assert [name for name in entries if store.get([name]) is None] == ["expired", "an old failure"]
    assert warnings == []
