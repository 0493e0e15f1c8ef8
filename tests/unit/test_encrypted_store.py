# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The encrypted store: what it returns, what its files reveal, and what its locks exclude."""

from __future__ import annotations

import os
import resource
import stat
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ansible_collections.beyondidentity.management.plugins.plugin_utils import file_lock
from ansible_collections.beyondidentity.management.plugins.plugin_utils.encrypted_store import EncryptedStore
from ansible_collections.beyondidentity.management.plugins.plugin_utils.private_files import (
    open_private_folder,
    write_private_file,
)
from tests.unit.builders import WORK, exit_code, run_in_child

KEY = ["token", "https://issuer.example", "cl1ent", "s3cret", ["realms:read"], {"claim": "va1ue"}]
ENTRY = {"access_token": "t0ken", "scopes": ["realms:read"], "issued_at": 1.5, "lifetime": 3600, "id": "token-1d"}
TEXT = st.text(max_size=8)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | TEXT,
    lambda child: st.lists(child, max_size=3) | st.dictionaries(TEXT, child, max_size=3),
    max_leaves=6,
)


@pytest.fixture
def store(tmp_path: Path, warnings: list[str]) -> EncryptedStore:
    return EncryptedStore(tmp_path / "own", b"run", warnings.append)


@pytest.fixture(autouse=True)
def _open_umask() -> Iterator[None]:
    """Set a umask that removes no permission, so that a mode is what the store sets."""
    before = os.umask(0)
    yield
    os.umask(before)


def list_entry_files(store: EncryptedStore) -> list[Path]:
    """Return the files of the store that are not locks."""
    return [path for path in store.folder.iterdir() if path.suffix != ".lock"]


def list_open_files() -> list[str]:
    """Return the descriptors of this process."""
    return os.listdir("/proc/self/fd")


def test_an_entry_is_returned_until_it_is_discarded(store: EncryptedStore, warnings: list[str]) -> None:
    assert store.get(KEY) is None
    store.put(KEY, ENTRY)
    assert store.get(KEY) == ENTRY
    store.put(KEY, {"other": 1})
    assert store.get(KEY) == {"other": 1}
    assert store.get([*KEY, "error"]) is None
    store.discard(KEY)
    store.discard(KEY)
    assert store.get(KEY) is None
    assert warnings == []


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(key=JSON, entry=st.dictionaries(TEXT, JSON, max_size=3))
def test_any_json_can_be_stored(key: Any, entry: dict[str, Any], store: EncryptedStore, warnings: list[str]) -> None:
    store.put(key, entry)
    assert store.get(key) == entry
    assert warnings == []


def test_the_order_of_fields_in_a_key_does_not_matter(store: EncryptedStore) -> None:
    store.put(["k", {"a": 1, "b": 2}], ENTRY)
    assert store.get(["k", {"b": 2, "a": 1}]) == ENTRY


def test_files_and_their_names_reveal_nothing(store: EncryptedStore) -> None:
    store.put(KEY, ENTRY)
    with store.lock(KEY, WORK):
        pass
    visible = b"".join(path.name.encode() + path.read_bytes() for path in store.folder.iterdir())
    for secret in ("t0ken", "s3cret", "cl1ent", "va1ue", "token-1d", "issuer.example", "realms", "access_token"):
        assert secret.encode() not in visible


def test_another_secret_finds_and_decrypts_no_entry(store: EncryptedStore, tmp_path: Path, warnings: list[str]) -> None:
    store.put(KEY, ENTRY)
    other = EncryptedStore(tmp_path / "own", b"other", warnings.append)
    assert other.get(KEY) is None and warnings == []
    list_entry_files(store)[0].rename(store.folder / other._build_name(KEY))
    assert other.get(KEY) is None
    assert "damaged file" in warnings[0]


def test_folder_and_files_are_private_with_any_umask(store: EncryptedStore) -> None:
    store.put(KEY, ENTRY)
    with store.lock(KEY, WORK):
        assert stat.S_IMODE(store.folder.stat().st_mode) == 0o700
        assert [stat.S_IMODE(path.stat().st_mode) for path in store.folder.iterdir()] == [0o600, 0o600]


@pytest.mark.parametrize(
    "content", [b"", b"\0" * 100, b"gAAAAA", b"{}", b"x" * (2 << 20)], ids=["empty", "zeros", "short", "clear", "huge"]
)
def test_a_damaged_entry_is_missing_with_a_warning(content: bytes, store: EncryptedStore, warnings: list[str]) -> None:
    store.put(KEY, ENTRY)
    list_entry_files(store)[0].write_bytes(content)
    assert store.get(KEY) is None
    assert len(warnings) == 1 and f"Cannot use the token store {store.folder}" in warnings[0]
    store.put(KEY, ENTRY)
    assert store.get(KEY) == ENTRY


def test_a_truncated_or_changed_entry_is_missing(store: EncryptedStore) -> None:
    store.put(KEY, ENTRY)
    path = list_entry_files(store)[0]
    whole = path.read_bytes()
    for position in range(0, len(whole), 23):
        path.write_bytes(whole[:position])
        assert store.get(KEY) is None
        path.write_bytes(whole[:position] + bytes([whole[position] ^ 1]) + whole[position + 1 :])
        assert store.get(KEY) in (None, ENTRY)  # the last character's spare bits mean nothing


def test_an_entry_that_is_not_an_object_is_missing(store: EncryptedStore) -> None:
    store.put(KEY, ["list"])
    assert store.get(KEY) is None


@contextmanager
def fill_disk() -> Iterator[None]:
    """Let no file grow, as on a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_full_disk_is_a_warning_and_leaves_no_file(store: EncryptedStore, warnings: list[str]) -> None:
    with fill_disk():
        store.put(KEY, ENTRY)
        assert store.get(KEY) is None
        assert list_entry_files(store) == []
    assert len(warnings) == 1
    store.put(KEY, ENTRY)
    assert store.get(KEY) == ENTRY, "the store works again"


@pytest.mark.parametrize("parent", ["missing/folder", "file"])
def test_a_folder_that_cannot_be_created_is_only_a_warning(parent: str, tmp_path: Path, warnings: list[str]) -> None:
    (tmp_path / "file").write_text("")
    store = EncryptedStore(tmp_path / parent, b"run", warnings.append)
    store.put(KEY, ENTRY)
    assert store.get(KEY) is None
    with store.lock(KEY, WORK):
        pass
    store.discard(KEY)
    assert warnings


def test_a_lock_excludes_other_processes(store: EncryptedStore, tmp_path: Path) -> None:
    """Each process reads a number and then writes the next one. Without a lock, some steps would be lost."""
    counter = tmp_path / "counter"
    counter.write_text("0")

    def count() -> None:
        for _n in range(40):
            with store.lock(KEY, WORK):
                number = int(counter.read_text())
                os.sched_yield()
                counter.write_text(str(number + 1))

    assert [exit_code(child) for child in [run_in_child(count) for _n in range(4)]] == [0] * 4
    assert counter.read_text() == "160"


def test_a_lock_excludes_threads_of_the_same_process_from_the_same_key_only(store: EncryptedStore) -> None:
    order: list[str] = []

    def enter(name: str, key: Any) -> threading.Thread:
        def work() -> None:
            with store.lock(key, WORK):
                order.append(name)

        thread = threading.Thread(target=work, daemon=True)
        thread.start()
        return thread

    with store.lock(KEY, WORK):
        same_key = enter("same key", KEY)
        other_key = enter("other key", ["other"])
        other_key.join(60)
        order.append("release")
    same_key.join(60)
    assert order == ["other key", "release", "same key"]


@pytest.mark.parametrize("exception", [ValueError, KeyboardInterrupt, SystemExit])
def test_an_exception_releases_a_lock(exception: type[BaseException], store: EncryptedStore) -> None:
    before = list_open_files()
    with pytest.raises(exception), store.lock(KEY, WORK):
        raise exception
    assert exit_code(run_in_child(lambda: store.lock(KEY, WORK).__enter__())) == 0
    assert list_open_files() == before


def test_the_end_of_a_process_releases_its_lock(store: EncryptedStore) -> None:
    def end() -> None:
        store.lock(KEY, WORK).__enter__()
        os._exit(9)

    assert exit_code(run_in_child(end)) == 9
    assert exit_code(run_in_child(lambda: store.lock(KEY, WORK).__enter__())) == 0


def test_forget_removes_all_entries_and_list_items_with_a_matching_text(
    store: EncryptedStore, warnings: list[str]
) -> None:
    store.put(KEY, ENTRY)
    store.put(["sign-in"], {"sign_ins": [{"access_token": "a"}, {"refresh_token": "t0ken"}]})
    store.put(["nested"], {"issued": {"options": {"client_id": "t0ken"}}})
    store.put(["other"], {"access_token": "t0ken2", "t0ken": "a key is no value"})
    before = store.list_entries()
    store.forget("unknown".__eq__)
    assert store.list_entries() == before and len(before) == 4
    store.forget("t0ken".__eq__)
    assert store.get(KEY) is store.get(["nested"]) is None
    assert store.get(["sign-in"]) == {"sign_ins": [{"access_token": "a"}]}, "the other sign-in stays"
    assert store.get(["other"]) == {"access_token": "t0ken2", "t0ken": "a key is no value"}
    assert len(store.list_entries()) == 2
    assert warnings == []


def test_forget_keeps_what_another_process_added_while_it_waited_for_the_lock(
    store: EncryptedStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.put(KEY, {"sign_ins": [{"access_token": "t0ken"}]})
    lock = store._lock

    @contextmanager
    def lock_after_another_process(name: str, purpose: Any) -> Iterator[None]:
        store.put(KEY, {"sign_ins": [{"access_token": "t0ken"}, {"access_token": "new"}]})
        with lock(name, purpose):
            yield

    monkeypatch.setattr(store, "_lock", lock_after_another_process)
    store.forget("t0ken".__eq__)
    assert store.get(KEY) == {"sign_ins": [{"access_token": "new"}]}


def test_forget_waits_for_the_lock_of_an_entry(store: EncryptedStore, monkeypatch: pytest.MonkeyPatch) -> None:
    store.put(KEY, ENTRY)
    store.put(["other"], ENTRY)
    is_waiting = threading.Event()

    def sleep(seconds: float) -> None:
        is_waiting.set()
        time.sleep(seconds)

    monkeypatch.setattr(file_lock, "time", SimpleNamespace(monotonic=time.monotonic, sleep=sleep))
    thread = threading.Thread(target=store.forget, args=("t0ken".__eq__,), daemon=True)
    with store.lock(KEY, WORK), store.lock(["other"], WORK):
        thread.start()
        assert is_waiting.wait(60)
        assert store.get(KEY) == store.get(["other"]) == ENTRY
    thread.join(60)
    assert store.list_entries() == []


def test_without_a_folder_there_are_no_entries_and_none_is_created(store: EncryptedStore) -> None:
    assert store.list_entries() == []
    assert not store.folder.exists()


def test_forget_skips_damaged_and_foreign_files(store: EncryptedStore, tmp_path: Path, warnings: list[str]) -> None:
    names = ["a" * 64, "b" * 64, "c" * 64, "d" * 64]
    store.forget("t0ken".__eq__)  # before the folder exists
    other = EncryptedStore(store.folder, b"other", warnings.append)
    other.put(KEY, ENTRY)
    (store.folder / names[0]).write_bytes(b"damaged")
    (store.folder / names[1]).mkdir()
    (store.folder / names[2]).symlink_to(tmp_path / "nowhere")
    (store.folder / "other").write_bytes(b"")
    store.put(KEY, ENTRY)
    (store.folder / names[3]).write_bytes((store.folder / store._build_name(KEY)).read_bytes())
    (store.folder / names[3]).chmod(0o644)
    half_written = f"{store._build_name(KEY)}.0123456789abcdef"  # another process is about to rename it
    with open_private_folder(store.folder) as folder:
        write_private_file(half_written, folder, (store.folder / store._build_name(KEY)).read_bytes())
    store.forget("t0ken".__eq__)
    assert store.get(KEY) is None and other.get(KEY) == ENTRY
    remaining = {path.name for path in list_entry_files(store)}
    assert remaining == {*names, "other", other._build_name(KEY), half_written}
    assert warnings == []


def test_a_read_entry_is_read_again_after_any_change(store: EncryptedStore, warnings: list[str]) -> None:
    """A process remembers what it read, for as long as the file stays the same and the folder is the user's own."""
    other = EncryptedStore(store.folder, b"run", warnings.append)
    store.put("key", {"n": 1})
    first = store.get("key")
    assert first == store.get("key") == {"n": 1}
    other.put("key", {"n": 2})
    assert store.get("key") == {"n": 2}
    store.folder.chmod(0o755)
    assert store.get("key") is None and len(warnings) == 1
    store.folder.chmod(0o700)
    (file,) = store.folder.iterdir()
    file.chmod(0o644)
    assert store.get("key") is None
    file.chmod(0o600)
    assert store.get("key") == {"n": 2}
    other.discard("key")
    assert store.get("key") is None


def test_a_caller_that_changes_an_entry_changes_its_own(store: EncryptedStore) -> None:
    store.put("key", {"list": [1]})
    for _time in range(2):
        entry: Any = store.get("key")
        assert entry == {"list": [1]}
        entry["list"].append(2)
