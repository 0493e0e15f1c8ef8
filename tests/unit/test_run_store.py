# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which stores a task can use, where the run's store is, and how the stores of killed runs are removed."""

from __future__ import annotations

import multiprocessing
import os
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from ansible import constants

from ansible_collections.beyondidentity.management.plugins.module_utils._oauth.token_store import TokenStores
from ansible_collections.beyondidentity.management.plugins.plugin_utils import abandoned_stores
from ansible_collections.beyondidentity.management.plugins.plugin_utils import stores as stores_module
from ansible_collections.beyondidentity.management.plugins.plugin_utils.abandoned_stores import (
    RUN_FOLDER,
    remove_abandoned_stores,
)
from ansible_collections.beyondidentity.management.plugins.plugin_utils.store_key import FOLDER
from ansible_collections.beyondidentity.management.plugins.plugin_utils.stores import open_run_store, open_stores
from tests.unit.builders import connection_options, exit_code, run_in_child
from tests.unit.memory_store import MemoryStore

KEY = ["key"]
ENTRY = {"access_token": "t0ken"}


def test_the_runs_store_is_in_ansibles_private_folder_and_only_this_run_can_read_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, warnings: list[str]
) -> None:
    monkeypatch.setattr(constants, "DEFAULT_LOCAL_TMP", str(tmp_path / "ansible-local-1abcdefgh"))
    (tmp_path / "ansible-local-1abcdefgh").mkdir()
    store = open_run_store(warnings.append)
    assert store.folder == tmp_path / "ansible-local-1abcdefgh" / RUN_FOLDER
    store.put(KEY, ENTRY)

    def read_in_worker() -> None:
        assert open_run_store(warnings.append).get(KEY) == ENTRY

    assert exit_code(run_in_child(read_in_worker)) == 0, "a worker has the same secret"
    monkeypatch.setattr(multiprocessing.current_process(), "authkey", b"another run's")
    other = open_run_store(warnings.append)
    assert other.get(KEY) is None


def test_the_first_use_of_the_runs_store_removes_abandoned_stores(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, warnings: list[str]
) -> None:
    abandoned = create_store(tmp_path, name_ended_run())
    monkeypatch.setattr(constants, "DEFAULT_LOCAL_TMP", str(tmp_path / "ansible-local-1abcdefgh"))
    (tmp_path / "ansible-local-1abcdefgh").mkdir()
    open_run_store(warnings.append)
    assert not abandoned.exists()


def name_ended_run() -> str:
    """Return the name of the private folder of a run whose process does not exist anymore."""
    child = run_in_child(lambda: None)
    exit_code(child)
    return f"ansible-local-{child}ab_cdefg"


def create_store(parent: Path, name: str) -> Path:
    """Create a store with one entry, in a run's private folder with this name."""
    folder = parent / name / RUN_FOLDER
    folder.mkdir(parents=True)
    (folder / "entry").write_text("ciphertext")
    return folder


def test_the_store_of_an_ended_run_is_removed_with_its_empty_folder(tmp_path: Path) -> None:
    folder = create_store(tmp_path, name_ended_run())
    remove_abandoned_stores(tmp_path)
    assert not folder.parent.exists()


def test_other_files_beside_an_abandoned_store_stay(tmp_path: Path) -> None:
    folder = create_store(tmp_path, name_ended_run())
    (folder.parent / "other").write_text("")
    remove_abandoned_stores(tmp_path)
    assert not folder.exists() and (folder.parent / "other").exists()


@pytest.mark.parametrize(
    "name",
    [
        "ansible-local-OWNabcdefgh",
        "ansible-local-1abcdefgh",
        "ansible-local-abcdefgh",
        "ansible-local-9999999",
        "ansible-local-999999999999999999999999abcdefgh",
        "other-99999999abcdefgh",
        "ansible-local-99999999abcdefgh.bak",
    ],
)
def test_folders_of_living_processes_and_of_other_programs_stay(name: str, tmp_path: Path) -> None:
    folder = create_store(tmp_path, name.replace("OWN", str(os.getpid())))
    remove_abandoned_stores(tmp_path)
    assert (folder / "entry").exists()


def test_the_store_of_another_user_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = create_store(tmp_path, name_ended_run())
    monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)
    remove_abandoned_stores(tmp_path)
    assert (folder / "entry").exists()


def test_the_store_of_another_machine_or_container_stays(tmp_path: Path) -> None:
    """If it shares the home directory, its process IDs are in the same place, but name other processes."""
    run = name_ended_run()
    foreign = [tmp_path / run / name for name in (f"{FOLDER}-0123456789ab", FOLDER)]
    for folder in foreign:
        folder.mkdir(parents=True)
        (folder / "entry").write_text("ciphertext")
    own = create_store(tmp_path, run)
    remove_abandoned_stores(tmp_path)
    assert [(folder / "entry").exists() for folder in (*foreign, own)] == [True, True, False]


def test_each_machine_and_each_pid_namespace_has_its_own_folder_name(monkeypatch: pytest.MonkeyPatch) -> None:
    def identify(nodename: str, namespace: str | None) -> str:
        def readlink(path: str) -> str:
            if namespace is None:  # no /proc: not Linux
                raise FileNotFoundError(path)
            return namespace

        system = SimpleNamespace(uname=lambda: SimpleNamespace(nodename=nodename), readlink=readlink)
        monkeypatch.setattr(abandoned_stores, "os", system)
        return abandoned_stores._identify_process_space()

    spaces = [("one", "pid:[1]"), ("one", "pid:[2]"), ("two", "pid:[1]"), ("one", None), ("two", None)]
    assert len({identify(*space) for space in spaces}) == len(spaces)
    assert identify("one", "pid:[1]") == identify("one", "pid:[1]")
    monkeypatch.undo()
    assert RUN_FOLDER == f"{FOLDER}-{abandoned_stores._identify_process_space()}"


@pytest.mark.parametrize("level", ["run", "store"])
def test_removal_does_not_follow_links(level: str, tmp_path: Path) -> None:
    precious = create_store(tmp_path / "elsewhere", "precious")
    run = tmp_path / name_ended_run()
    if level == "run":
        run.symlink_to(precious.parent)
    else:
        run.mkdir()
        (run / RUN_FOLDER).symlink_to(precious)
    remove_abandoned_stores(tmp_path)
    assert (precious / "entry").exists()


@pytest.mark.parametrize("name", ["missing", "file"])
def test_a_parent_that_cannot_be_listed_is_no_error(name: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    remove_abandoned_stores(tmp_path / name)
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def open_with(warnings: list[str], **given: Any) -> TokenStores:
    """Return the stores of a task with these connection options."""
    return open_stores(connection_options(**given), warnings.append)


@pytest.fixture
def _own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(constants, "DEFAULT_LOCAL_TMP", str(tmp_path / "run"))
    for name in ("data", "cache"):
        monkeypatch.setenv(f"XDG_{name.upper()}_HOME", str(tmp_path / name))


@pytest.mark.usefixtures("_own_folders")
@pytest.mark.parametrize(
    ("given", "has_user_store"),
    [
        ({}, False),
        ({"token_cache": "none"}, False),
        ({"token_cache": "user"}, True),
        ({"grant_type": "authorization_code"}, True),
        ({"grant_type": "refresh_token"}, True),
        ({"grant_type": "authorization_code", "token_cache": "none"}, True),
        ({"token_cache": "user", "validate_certs": False}, False),
        ({"grant_type": "authorization_code", "validate_certs": False}, False),
    ],
)
def test_the_users_store_is_opened_only_if_the_options_need_it_and_certificates_are_verified(
    given: dict[str, Any], has_user_store: bool, tmp_path: Path, warnings: list[str]
) -> None:
    stores = open_with(warnings, **given)
    assert stores.run is not None
    assert (stores.user is not None) is has_user_store
    assert (tmp_path / "data").exists() is has_user_store, "a key is created only for the user's store"
    assert warnings == []


@pytest.mark.usefixtures("_own_folders")
def test_if_the_users_store_cannot_be_opened_the_runs_store_replaces_it(tmp_path: Path, warnings: list[str]) -> None:
    (tmp_path / "data").write_text("")
    stores = open_with(warnings, token_cache="user")
    assert stores.user is None and stores.select("user") is stores.run is not None
    assert len(warnings) == 1


def test_without_cryptography_there_is_no_store(warnings: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stores_module, "HAS_CRYPTOGRAPHY", False)
    assert open_with(warnings, token_cache="user") == TokenStores()
    assert "cryptography is missing" in warnings[0]


CACHES = ("run", "user", "none")


def test_token_cache_selects_the_store_and_the_order_of_stores_for_sign_ins() -> None:
    run, user = MemoryStore(), MemoryStore()
    both, none = TokenStores(run, user), TokenStores()
    assert [both.select(cache) for cache in CACHES] == [run, user, None]
    assert [both.list_for_sign_ins(cache) for cache in CACHES] == [[run, user], [user, run], []]
    assert [TokenStores(run).list_for_sign_ins(cache) for cache in CACHES] == [[run], [run], []]
    assert [none.list_for_sign_ins(cache) for cache in CACHES] == [[], [], []]


def test_forget_removes_entries_from_both_stores() -> None:
    run, user = MemoryStore(), MemoryStore()
    both, none = TokenStores(run, user), TokenStores()
    for store in (run, user):
        store.put(KEY, ENTRY)
        store.put(["other"], {"access_token": "other"})
    both.forget("t0ken".__eq__)
    none.forget("t0ken".__eq__)
    assert [store.get(KEY) for store in (run, user)] == [None, None]
    assert run.get(["other"]) == user.get(["other"]) == {"access_token": "other"}
