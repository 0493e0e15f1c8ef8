# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Token files: what they keep, what they tell, and what their locks exclude."""

from __future__ import annotations

import os
import resource
import stat
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ansible_collections.beyondidentity.management.plugins.plugin_utils.encrypted_files import (
    EncryptedFiles,
    open_private_folder,
    write_private_file,
)
from tests.unit.builders import exit_code, run_in_child

KEY = ["token", "https://issuer.example", "cl1ent", "s3cret", ["realms:read"], {"claim": "va1ue"}]
ENTRY = {"access_token": "t0ken", "scopes": ["realms:read"], "issued_at": 1.5, "lifetime": 3600, "id": "token-1d"}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda child: st.lists(child, max_size=3) | st.dictionaries(st.text(), child, max_size=3),
)


@pytest.fixture
def store(tmp_path: Path, warnings: list[str]) -> EncryptedFiles:
    return EncryptedFiles(tmp_path / "own", b"run", warnings.append)


@pytest.fixture(autouse=True)
def _open_umask() -> Iterator[None]:
    """Modes must not depend on the umask."""
    before = os.umask(0)
    yield
    os.umask(before)


def files(store: EncryptedFiles) -> list[Path]:
    return [path for path in store.folder.iterdir() if path.suffix != ".lock"]


def test_what_was_put_is_got_until_it_is_discarded(store: EncryptedFiles, warnings: list[str]) -> None:
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


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(key=JSON, entry=st.dictionaries(st.text(), JSON))
def test_any_json_is_kept(key: Any, entry: dict[str, Any], store: EncryptedFiles, warnings: list[str]) -> None:
    store.put(key, entry)
    assert store.get(key) == entry
    assert warnings == []


def test_the_order_within_a_key_does_not_matter(store: EncryptedFiles) -> None:
    store.put(["k", {"a": 1, "b": 2}], ENTRY)
    assert store.get(["k", {"b": 2, "a": 1}]) == ENTRY


def test_files_tell_nothing(store: EncryptedFiles) -> None:
    store.put(KEY, ENTRY)
    with store.lock(KEY):
        pass
    told = b"".join(path.name.encode() + path.read_bytes() for path in store.folder.iterdir())
    for secret in ("t0ken", "s3cret", "cl1ent", "va1ue", "token-1d", "issuer.example", "realms", "access_token"):
        assert secret.encode() not in told


def test_names_differ_from_secret_to_secret(tmp_path: Path, warnings: list[str]) -> None:
    one, other = (EncryptedFiles(tmp_path / "own", secret, warnings.append) for secret in (b"one", b"other"))
    assert one._name(KEY) != other._name(KEY)
    assert len(one._name(KEY)) == 64


def test_an_entry_under_another_secret_is_none(store: EncryptedFiles, tmp_path: Path, warnings: list[str]) -> None:
    store.put(KEY, ENTRY)
    other = EncryptedFiles(tmp_path / "own", b"other", warnings.append)
    assert other.get(KEY) is None
    files(store)[0].rename(store.folder / other._name(KEY))
    assert other.get(KEY) is None
    assert "InvalidToken" in warnings[0]


def test_modes_are_ours_alone_whatever_the_umask(store: EncryptedFiles) -> None:
    store.put(KEY, ENTRY)
    with store.lock(KEY):
        assert stat.S_IMODE(store.folder.stat().st_mode) == 0o700
        assert [stat.S_IMODE(path.stat().st_mode) for path in store.folder.iterdir()] == [0o600, 0o600]


@pytest.mark.parametrize(
    "content", [b"", b"\0" * 100, b"gAAAAA", b"{}", b"x" * (2 << 20)], ids=["empty", "zeros", "short", "clear", "huge"]
)
def test_a_damaged_entry_is_no_entry(content: bytes, store: EncryptedFiles, warnings: list[str]) -> None:
    store.put(KEY, ENTRY)
    files(store)[0].write_bytes(content)
    assert store.get(KEY) is None
    assert len(warnings) == 1 and "Tokens can't be kept for the moment" in warnings[0]
    store.put(KEY, ENTRY)
    assert store.get(KEY) == ENTRY


def test_each_cut_and_each_flipped_bit_is_noticed(store: EncryptedFiles) -> None:
    store.put(KEY, ENTRY)
    path = files(store)[0]
    whole = path.read_bytes()
    for position in range(0, len(whole), 7):
        path.write_bytes(whole[:position])
        assert store.get(KEY) is None
        path.write_bytes(whole[:position] + bytes([whole[position] ^ 1]) + whole[position + 1 :])
        assert store.get(KEY) in (None, ENTRY)  # the last character's spare bits mean nothing


def test_an_entry_that_is_no_object_is_none(store: EncryptedFiles) -> None:
    store.put(KEY, ["list"])
    assert store.get(KEY) is None


@pytest.fixture
def full_disk() -> Iterator[None]:
    """No file may grow, as on a disk that is full."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, hard))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_full_disk_costs_a_warning_and_leaves_nothing(
    store: EncryptedFiles, warnings: list[str], full_disk: None
) -> None:
    for _n in range(2):
        store.put(KEY, ENTRY)
        assert store.get(KEY) is None
    assert len(warnings) == 2 and len(set(warnings)) == 1
    assert files(store) == []


def test_after_a_full_disk_all_is_well(
    store: EncryptedFiles, warnings: list[str], request: pytest.FixtureRequest
) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, hard))
    try:
        store.put(KEY, ENTRY)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    store.put(KEY, ENTRY)
    assert store.get(KEY) == ENTRY
    assert len(warnings) == 1


@pytest.mark.parametrize("parent", ["missing/folder", "file"])
def test_where_no_folder_can_be_made_the_run_goes_on(parent: str, tmp_path: Path, warnings: list[str]) -> None:
    (tmp_path / "file").write_text("")
    store = EncryptedFiles(tmp_path / parent, b"run", warnings.append)
    store.put(KEY, ENTRY)
    assert store.get(KEY) is None
    with store.lock(KEY):
        pass
    store.discard(KEY)
    assert warnings


def test_a_lock_excludes_other_processes(store: EncryptedFiles, tmp_path: Path) -> None:
    """Each adds one to a number, reading and writing it apart: without a lock some would be lost."""
    counter = tmp_path / "counter"
    counter.write_text("0")

    def count() -> None:
        for _n in range(40):
            with store.lock(KEY):
                number = int(counter.read_text())
                os.sched_yield()
                counter.write_text(str(number + 1))

    assert [exit_code(child) for child in [run_in_child(count) for _n in range(4)]] == [0] * 4
    assert counter.read_text() == "160"


def test_a_lock_excludes_threads_of_one_process_and_others_keys_do_not(store: EncryptedFiles) -> None:
    entered = threading.Event()

    def enter(key: Any) -> threading.Thread:
        def work() -> None:
            with store.lock(key):
                entered.set()

        thread = threading.Thread(target=work, daemon=True)
        thread.start()
        return thread

    with store.lock(KEY):
        enter(["other"]).join(20)
        assert entered.is_set()
        entered.clear()
        waiting = enter(KEY)
        assert not entered.wait(0.2)
    waiting.join(20)
    assert entered.is_set()


@pytest.mark.parametrize("exception", [ValueError, KeyboardInterrupt, SystemExit])
def test_a_lock_is_released_by_exceptions(exception: type[BaseException], store: EncryptedFiles) -> None:
    open_before = len(os.listdir("/proc/self/fd"))
    with pytest.raises(exception), store.lock(KEY):
        raise exception
    assert exit_code(run_in_child(lambda: store.lock(KEY).__enter__())) == 0
    assert len(os.listdir("/proc/self/fd")) == open_before


def test_a_lock_dies_with_its_process(store: EncryptedFiles) -> None:
    def die() -> None:
        store.lock(KEY).__enter__()
        os._exit(9)

    assert exit_code(run_in_child(die)) == 9
    with store.lock(KEY):
        pass


def test_all_entries_that_hold_a_value_are_forgotten(store: EncryptedFiles, warnings: list[str]) -> None:
    store.put(KEY, ENTRY)
    store.put(["sign-in"], {"sign_ins": [{"access_token": "a"}, {"refresh_token": "t0ken"}]})
    store.put(["nested"], {"minted": {"options": {"client_id": "t0ken"}}})
    store.put(["other"], {"access_token": "t0ken2", "t0ken": "a key is no value"})
    before = store.list_entries()
    store.forget("unknown".__eq__)
    assert store.list_entries() == before and len(before) == 4
    store.forget("t0ken".__eq__)
    assert store.get(KEY) is store.get(["nested"]) is None
    assert store.get(["sign-in"]) == {"sign_ins": [{"access_token": "a"}]}, "another sign-in stays"
    assert store.get(["other"]) == {"access_token": "t0ken2", "t0ken": "a key is no value"}
    assert len(store.list_entries()) == 2
    assert warnings == []


def test_forgetting_waits_for_who_is_about_to_change_the_entry(store: EncryptedFiles) -> None:
    both = {"sign_ins": [{"access_token": "t0ken"}, {"access_token": "new"}]}
    store.put(KEY, {"sign_ins": [{"access_token": "t0ken"}]})
    reader, writer = os.pipe()
    child = run_in_child(lambda: (os.read(reader, 1), store.forget("t0ken".__eq__)))
    with store.lock(KEY):
        os.write(writer, b".")
        time.sleep(0.3)
        store.put(KEY, both)
    assert exit_code(child) == 0
    os.close(reader)
    os.close(writer)
    assert store.get(KEY) == {"sign_ins": [{"access_token": "new"}]}


def test_no_entries_where_there_is_no_folder_yet(store: EncryptedFiles) -> None:
    assert store.list_entries() == []
    assert not store.folder.exists()


def test_forgetting_passes_over_what_is_damaged_or_not_ours(
    store: EncryptedFiles, tmp_path: Path, warnings: list[str]
) -> None:
    names = ["a" * 64, "b" * 64, "c" * 64, "d" * 64]
    store.forget("t0ken".__eq__)  # where there is no folder yet
    other = EncryptedFiles(store.folder, b"other", warnings.append)
    other.put(KEY, ENTRY)
    (store.folder / names[0]).write_bytes(b"damaged")
    (store.folder / names[1]).mkdir()
    (store.folder / names[2]).symlink_to(tmp_path / "nowhere")
    (store.folder / "other").write_bytes(b"")
    store.put(KEY, ENTRY)
    (store.folder / names[3]).write_bytes((store.folder / store._name(KEY)).read_bytes())
    (store.folder / names[3]).chmod(0o644)
    half_written = f"{store._name(KEY)}.0123456789abcdef"  # somebody is about to rename it
    with open_private_folder(store.folder) as folder:
        write_private_file(half_written, folder, (store.folder / store._name(KEY)).read_bytes())
    store.forget("t0ken".__eq__)
    assert store.get(KEY) is None and other.get(KEY) == ENTRY
    left = {path.name for path in store.folder.iterdir() if path.suffix != ".lock"}
    assert left == {*names, "other", other._name(KEY), half_written}
    assert warnings == []
