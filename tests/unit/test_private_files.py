# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files and folders that another user could have changed are not used; a store shows it."""

from __future__ import annotations

import os
import secrets
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from ansible_collections.beyondidentity.management.plugins.plugin_utils.encrypted_store import EncryptedStore
from ansible_collections.beyondidentity.management.plugins.plugin_utils.private_files import (
    UntrustedFolderError,
    open_private_folder,
    read_private_file,
    write_private_file,
)
from tests.unit.builders import WORK

KEY = ["key"]
ENTRY = {"access_token": "t0ken"}


@pytest.fixture
def store(tmp_path: Path, warnings: list[str]) -> EncryptedStore:
    """Return a store with one entry."""
    store = EncryptedStore(tmp_path / "own", b"run", warnings.append)
    store.put(KEY, ENTRY)
    assert store.get(KEY) == ENTRY
    return store


def find_entry_file(store: EncryptedStore) -> Path:
    """Return the file of the entry."""
    return store.folder / store._build_name(KEY)


def list_names(folder: Path) -> list[str]:
    """Return the names of the files in a folder."""
    return sorted(path.name for path in folder.iterdir())


def assert_untrusted(store: EncryptedStore, warnings: list[str]) -> None:
    """Check that the entry is missing, with one warning, and that the lock does not stop the run."""
    assert store.get(KEY) is None
    assert len(warnings) == 1 and f"Cannot use the token store {store.folder}" in warnings[0]
    assert "t0ken" not in warnings[0]
    with store.lock(KEY, WORK):
        pass


@pytest.mark.parametrize("mode", [0o770, 0o702, 0o777, 0o750, 0o705, 0o1777])
def test_a_folder_that_other_users_can_use_is_untrusted(mode: int, store: EncryptedStore, warnings: list[str]) -> None:
    store.folder.chmod(mode)
    before = list_names(store.folder)
    assert_untrusted(store, warnings)
    store.put(["other"], ENTRY)
    store.discard(KEY)
    assert list_names(store.folder) == before
    assert stat.S_IMODE(store.folder.stat().st_mode) == mode, "the store does not change the folder's mode"


@pytest.mark.parametrize("mode", [0o660, 0o604, 0o666, 0o640])
def test_a_file_that_other_users_can_use_is_untrusted_and_replaced_at_the_next_write(
    mode: int, store: EncryptedStore, warnings: list[str]
) -> None:
    find_entry_file(store).chmod(mode)
    assert_untrusted(store, warnings)
    store.put(KEY, {"new": 1})
    assert store.get(KEY) == {"new": 1}
    assert stat.S_IMODE(find_entry_file(store).stat().st_mode) == 0o600


def test_a_folder_of_another_user_is_untrusted(
    store: EncryptedStore, warnings: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)
    assert_untrusted(store, warnings)


def test_a_file_of_another_user_is_untrusted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tmp_path.chmod(0o700)
    with open_private_folder(tmp_path) as folder:
        write_private_file("file", folder, b"content")
        assert read_private_file("file", folder) == b"content"
        monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)
        with pytest.raises(UntrustedFolderError, match="does not belong to this user alone: 'file'"):
            read_private_file("file", folder)


def test_a_folder_that_is_a_link_is_not_followed(store: EncryptedStore, warnings: list[str]) -> None:
    elsewhere = store.folder.with_name("elsewhere")
    store.folder.rename(elsewhere)
    store.folder.symlink_to(elsewhere)
    before = list_names(elsewhere)
    assert_untrusted(store, warnings)
    store.put(["other"], ENTRY)
    assert list_names(elsewhere) == before


def test_a_file_that_is_a_link_is_not_followed(store: EncryptedStore, warnings: list[str]) -> None:
    elsewhere = store.folder.parent / "elsewhere"
    find_entry_file(store).rename(elsewhere)
    find_entry_file(store).symlink_to(elsewhere)
    content = elsewhere.read_bytes()
    assert_untrusted(store, warnings)
    store.put(KEY, {"new": 1})
    assert elsewhere.read_bytes() == content
    assert store.get(KEY) == {"new": 1} and not find_entry_file(store).is_symlink()


def test_a_lock_file_that_is_a_link_is_not_followed(store: EncryptedStore, warnings: list[str]) -> None:
    victim = store.folder.parent / "victim"
    (store.folder / f"{find_entry_file(store).name}.lock").symlink_to(victim)
    with store.lock(KEY, WORK):
        pass
    assert not victim.exists()
    assert len(warnings) == 1


@pytest.mark.parametrize("create", [os.mkfifo, os.mkdir], ids=["fifo", "folder"])
def test_a_fifo_or_folder_instead_of_a_file_is_not_read(
    create: Callable[[Path], None], store: EncryptedStore, warnings: list[str]
) -> None:
    find_entry_file(store).unlink()
    create(find_entry_file(store))
    before = os.listdir("/proc/self/fd")
    assert_untrusted(store, warnings)
    assert os.listdir("/proc/self/fd") == before, "no descriptor stays open"


def test_a_write_does_not_follow_a_link_with_the_name_of_its_temporary_file(
    store: EncryptedStore, warnings: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    victim = store.folder.parent / "victim"
    victim.write_text("precious")
    monkeypatch.setattr(secrets, "token_hex", lambda _length: "known")
    (store.folder / f"{store._build_name(['new'])}.known").symlink_to(victim)
    store.put(["new"], ENTRY)
    assert victim.read_text() == "precious" and store.get(["new"]) is None
    assert len(warnings) == 1 and "File exists" in warnings[0]


def test_a_file_instead_of_the_folder_is_untrusted(tmp_path: Path, warnings: list[str]) -> None:
    store = EncryptedStore(tmp_path / "own", b"run", warnings.append)
    store.folder.write_text("")
    assert_untrusted(store, warnings)
