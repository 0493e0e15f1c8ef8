# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Token files that others tampered with."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from ansible_collections.beyondidentity.management.plugins.plugin_utils.encrypted_files import EncryptedFiles

KEY = ["key"]
ENTRY = {"access_token": "t0ken"}


@pytest.fixture
def store(tmp_path: Path, warnings: list[str]) -> EncryptedFiles:
    """Return a store with one entry."""
    store = EncryptedFiles(tmp_path / "own", b"run", warnings.append)
    store.put(KEY, ENTRY)
    assert store.get(KEY) == ENTRY
    return store


def entry_file(store: EncryptedFiles) -> Path:
    return store.folder / store._name(KEY)


def is_untrusted(store: EncryptedFiles, warnings: list[str]) -> None:
    """Check that nothing is taken from the store, nothing goes in, and the lock does not stop the run."""
    assert store.get(KEY) is None
    assert len(warnings) == 1 and "Each task asks for its own" in warnings[0] and "t0ken" not in warnings[0]
    with store.lock(KEY):
        pass


@pytest.mark.parametrize("mode", [0o770, 0o702, 0o777, 0o750, 0o705, 0o1777])
def test_a_folder_that_others_may_enter_is_not_used(mode: int, store: EncryptedFiles, warnings: list[str]) -> None:
    store.folder.chmod(mode)
    is_untrusted(store, warnings)
    before = sorted(store.folder.iterdir())
    store.put(["other"], ENTRY)
    store.discard(KEY)
    assert sorted(store.folder.iterdir()) == before
    assert stat.S_IMODE(store.folder.stat().st_mode) == mode, "it is not ours to repair"


@pytest.mark.parametrize("mode", [0o660, 0o604, 0o666, 0o640])
def test_a_file_that_others_may_read_is_not_used(mode: int, store: EncryptedFiles, warnings: list[str]) -> None:
    entry_file(store).chmod(mode)
    is_untrusted(store, warnings)
    store.put(KEY, {"new": 1})
    assert store.get(KEY) == {"new": 1}
    assert stat.S_IMODE(entry_file(store).stat().st_mode) == 0o600


def test_what_belongs_to_another_user_is_not_used(
    store: EncryptedFiles, warnings: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)
    is_untrusted(store, warnings)


def test_a_folder_that_is_a_link_is_not_followed(store: EncryptedFiles, warnings: list[str]) -> None:
    elsewhere = store.folder.with_name("elsewhere")
    store.folder.rename(elsewhere)
    store.folder.symlink_to(elsewhere)
    before = sorted(elsewhere.iterdir())
    is_untrusted(store, warnings)
    store.put(["other"], ENTRY)
    assert sorted(elsewhere.iterdir()) == before


def test_a_file_that_is_a_link_is_not_followed(store: EncryptedFiles, warnings: list[str]) -> None:
    elsewhere = store.folder.parent / "elsewhere"
    entry_file(store).rename(elsewhere)
    entry_file(store).symlink_to(elsewhere)
    content = elsewhere.read_bytes()
    is_untrusted(store, warnings)
    store.put(KEY, {"new": 1})
    assert elsewhere.read_bytes() == content
    assert store.get(KEY) == {"new": 1} and not entry_file(store).is_symlink()


def test_a_lock_that_is_a_link_is_not_followed(store: EncryptedFiles, warnings: list[str]) -> None:
    victim = store.folder.parent / "victim"
    (store.folder / f"{entry_file(store).name}.lock").symlink_to(victim)
    with store.lock(KEY):
        pass
    assert not victim.exists()
    assert len(warnings) == 1


@pytest.mark.parametrize("make", [os.mkfifo, os.mkdir], ids=["fifo", "folder"])
def test_what_is_no_file_is_not_read(make: Callable[[Path], None], store: EncryptedFiles, warnings: list[str]) -> None:
    entry_file(store).unlink()
    make(entry_file(store))
    open_before = len(os.listdir("/proc/self/fd"))
    is_untrusted(store, warnings)
    assert len(os.listdir("/proc/self/fd")) == open_before


def test_a_file_that_lies_in_the_way_is_not_written_to(store: EncryptedFiles, warnings: list[str]) -> None:
    victim = store.folder.parent / "victim"
    victim.write_text("precious")
    (store.folder / f"{store._name(['new'])}.{os.getpid()}").symlink_to(victim)
    store.put(["new"], ENTRY)
    assert victim.read_text() == "precious"


def test_a_folder_instead_of_the_stores_own_that_is_a_file(tmp_path: Path, warnings: list[str]) -> None:
    store = EncryptedFiles(tmp_path / "own", b"run", warnings.append)
    store.folder.write_text("")
    is_untrusted(store, warnings)
