# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The warning about a store that cannot be used names the folder, its owner and the remedy."""

from __future__ import annotations

import errno
import os
import resource
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.beyondidentity.management.plugins.plugin_utils.encrypted_store import EncryptedStore
from ansible_collections.beyondidentity.management.plugins.plugin_utils.private_files import UntrustedFolderError
from ansible_collections.beyondidentity.management.plugins.plugin_utils.store_errors import (
    explain_store_error,
    name_user,
)
from ansible_collections.beyondidentity.management.plugins.plugin_utils.store_key import FOLDER
from ansible_collections.beyondidentity.management.plugins.plugin_utils.stores import open_user_store
from tests.unit.builders import exit_code, run_in_child

KEY = ["key"]
ENTRY = {"access_token": "t0ken"}
IS_ROOT = os.geteuid() == 0
FOREIGN = 54321  # a user ID without a name
USER = FOREIGN if IS_ROOT else os.geteuid()  # that of child processes
OWN = name_user(os.geteuid())
OTHER_PLACE = "Choose another place: set XDG_CACHE_HOME and XDG_DATA_HOME, or ANSIBLE_LOCAL_TEMP."


@pytest.fixture
def store(tmp_path: Path, warnings: list[str]) -> EncryptedStore:
    return EncryptedStore(tmp_path / "own", b"run", warnings.append)


def link_folder(folder: Path) -> None:
    """Create a link instead of the folder."""
    folder.with_name("elsewhere").mkdir()
    folder.symlink_to(folder.with_name("elsewhere"))


@pytest.mark.parametrize(
    ("create", "reason"),
    [
        (link_folder, "is a link. Remove it."),
        (Path.touch, "is not a folder. Remove it."),
        (
            lambda folder: (folder.mkdir(), folder.chmod(0o755)),
            "has the mode 0755, so other users have permissions. To remove them, run `chmod -R go= {folder}`.",
        ),
    ],
    ids=["link", "file", "mode"],
)
def test_a_folder_that_is_not_private_is_named_with_its_owner(
    create: Callable[[Path], Any], reason: str, store: EncryptedStore, warnings: list[str]
) -> None:
    create(store.folder)
    store.put(KEY, ENTRY)
    expected = f"Cannot use the token store {store.folder}: it (owner: {OWN}) {reason.format(folder=store.folder)}"
    assert warnings == [f"{expected} Until then, each task requests its own token."]


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        (lambda file: file.chmod(0o640), "has the mode 0640, so other users have permissions."),
        (lambda file: (file.unlink(), file.symlink_to("elsewhere")), "is a link. Remove it."),
        (lambda file: (file.unlink(), file.mkdir()), "is not a regular file. Remove it."),
    ],
    ids=["mode", "link", "folder"],
)
def test_a_file_that_is_not_private_is_named_with_its_owner(
    damage: Callable[[Path], Any], reason: str, store: EncryptedStore, warnings: list[str]
) -> None:
    store.put(KEY, ENTRY)
    [file] = store.folder.iterdir()
    damage(file)
    store.get(KEY)
    assert len(warnings) == 1
    assert warnings[0].startswith(
        f"Cannot use the token store {store.folder}: its file {file.name} (owner: {OWN}) {reason}"
    )


def test_a_damaged_file_is_a_reason_to_remove_the_folder(store: EncryptedStore, warnings: list[str]) -> None:
    store.put(KEY, ENTRY)
    [file] = store.folder.iterdir()
    file.write_bytes(b"damaged")
    store.get(KEY)
    assert f": it (owner: {OWN}) holds a damaged file. Remove the folder." in warnings[0]


def test_a_full_disk_is_named(store: EncryptedStore, warnings: list[str]) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, hard))
    try:
        store.put(KEY, ENTRY)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert f": it (owner: {OWN}) cannot grow, because the disk is full. Free disk space." in warnings[0]


@pytest.mark.parametrize(
    ("number", "reason"),
    [
        (errno.ENOSPC, "cannot grow, because the disk is full. Free disk space."),
        (errno.EDQUOT, "cannot grow, because the disk is full. Free disk space."),
        (errno.EROFS, f"is on a read-only file system. {OTHER_PLACE}"),
        (errno.EIO, f"cannot be used: {os.strerror(errno.EIO)}. {OTHER_PLACE}"),
    ],
)
def test_what_the_system_reports_is_explained(number: int, reason: str, tmp_path: Path) -> None:
    """A missing folder has no owner, so the text names the nearest folder that exists."""
    error = OSError(number, os.strerror(number), str(tmp_path / "missing" / "own"))
    assert explain_store_error(error, tmp_path / "missing" / "own") == f"{tmp_path} (owner: {OWN}) {reason}"


@pytest.fixture
def home(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Return the home directory of the user of child processes. Unlike pytest's folders, each user can reach it."""
    parent = Path(tempfile.mkdtemp())
    parent.chmod(0o755)
    folder = parent / "home"
    (folder / ".local" / "share").mkdir(parents=True)
    (folder / ".cache").mkdir()
    for path in (folder, *folder.rglob("*")):
        give_to_user(path)
    for name in ("XDG_DATA_HOME", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(folder))
    yield folder
    for path in (folder, folder / ".local", folder / ".cache"):
        path.chmod(0o700)
    shutil.rmtree(parent)


def give_to_user(path: Path) -> None:
    """Make the user of child processes the owner of a folder."""
    if IS_ROOT:
        os.chown(path, FOREIGN, FOREIGN)


def use_store_in_child() -> list[str]:
    """Store an entry beyond the run in a child process that is not root's. Return the warnings."""
    reading, writing = os.pipe()

    def use() -> None:
        if IS_ROOT:
            os.setgid(FOREIGN)
            os.setuid(FOREIGN)
        user_store = open_user_store(messages.append)
        if user_store:
            user_store.put(KEY, ENTRY)
        os.write(writing, "\n".join(messages).encode())

    messages: list[str] = []
    child = run_in_child(use)
    os.close(writing)
    with os.fdopen(reading) as file:
        warnings = file.read().splitlines()
    assert exit_code(child) == 0
    return warnings


def test_an_unreadable_parent_is_named(home: Path) -> None:
    (home / ".local").chmod(0)
    [warning] = use_store_in_child()
    assert warning == (
        f"Cannot store tokens beyond this run in {home / '.local/share' / FOLDER}: {home / '.local'} (owner: "
        f"{name_user(USER)}) has the mode 0000, so its owner lacks permissions. To add them, run `chmod u+rwX {home / '.local'}`."
    )


def test_a_folder_that_cannot_be_written_is_named(home: Path) -> None:
    (home / ".cache").chmod(0o500)
    [warning] = use_store_in_child()
    assert f"{home / '.cache'} (owner: {name_user(USER)}) has the mode 0500, so its owner lacks permissions." in warning


if IS_ROOT:  # no other user can create folders that do not belong to it

    @pytest.mark.parametrize(
        ("created", "named"),
        [
            ([f".local/share/{FOLDER}"], f".local/share/{FOLDER}"),
            ([f".cache/{FOLDER}"], f".cache/{FOLDER}"),
            ([".local", ".local/share", f".local/share/{FOLDER}"], ".local"),
            ([".cache", f".cache/{FOLDER}"], ".cache"),
        ],
        ids=["key", "cache", "key with parents", "cache with parents"],
    )
    def test_what_root_created_with_sudo_is_named_with_its_owner_and_the_remedy(
        created: list[str], named: str, home: Path
    ) -> None:
        for name in created:
            (home / name).mkdir(exist_ok=True)
            (home / name).chmod(0o700)
            os.chown(home / name, 0, 0)
        [warning] = use_store_in_child()
        command = f"run chown -R {FOREIGN} {home / named}."
        if FOLDER in named:
            place = "it"
            remedy = f"As root, remove the folder (this loses the stored sign-ins), or {command}"
        else:
            place, remedy = str(home / named), f"As root, {command}"
        assert (
            f": {place} belongs to root, but Ansible runs as the user ID {FOREIGN}. This happens if root ran Ansible with the "
            f"HOME of the user ID {FOREIGN}, for example with sudo. {remedy}"
        ) in warning

    def test_a_home_directory_below_a_folder_of_root_is_not_claimed(
        home: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """As the home directory /nonexistent of system accounts: / belongs to root and must stay root's."""
        monkeypatch.setenv("HOME", str(home.parent / "nonexistent"))
        [warning] = use_store_in_child()
        assert f"{home.parent} belongs to root, but Ansible runs as the user ID {FOREIGN}." in warning
        assert warning.endswith(OTHER_PLACE) and "chown" not in warning


def test_root_does_not_take_over_the_folder_of_a_user(
    home: Path, warnings: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """With sudo that keeps HOME, the remedy is not to give the user's folder to root."""
    folder = home / ".local/share" / FOLDER
    folder.mkdir(mode=0o700)
    give_to_user(folder)
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    open_user_store(warnings.append)
    owner = name_user(USER)
    assert (
        f": it belongs to {owner}, but Ansible runs as root. Run Ansible as {owner}, or with the HOME of root"
        in warnings[0]
    )
    assert "sudo -H" in warnings[0] and "chown" not in warnings[0]


@pytest.mark.parametrize("name", ["a  b", "a\nb", "a\u202eb"])
def test_a_command_never_shows_another_path_than_the_real_one(name: str, tmp_path: Path) -> None:
    """Root may run the command. A text for display collapses blanks, and removes characters that cannot be seen."""
    folder = tmp_path / name
    folder.mkdir(mode=0o755)
    assert "run `chmod -R go= FOLDER`" in explain_store_error(UntrustedFolderError(folder), folder)


def test_the_removal_of_a_damaged_users_folder_is_said_to_lose_the_sign_ins(tmp_path: Path) -> None:
    explained = explain_store_error(ValueError(), tmp_path / FOLDER)
    assert explained.endswith("holds a damaged file. Remove the folder (this loses the stored sign-ins).")
