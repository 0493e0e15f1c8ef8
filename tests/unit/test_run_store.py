# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which stores a task may use, where a run's is, and what becomes of those that killed runs left."""

from __future__ import annotations

import multiprocessing
import os
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from ansible import constants

from ansible_collections.beyondidentity.management.plugins.module_utils._oauth.token_store import TokenStores
from ansible_collections.beyondidentity.management.plugins.plugin_utils import stores as store_module
from ansible_collections.beyondidentity.management.plugins.plugin_utils.stores import (
    FOLDER,
    RUN_FOLDER,
    open_run_store,
    open_stores,
    remove_abandoned_stores,
)
from tests.unit.builders import connection_options, exit_code, run_in_child
from tests.unit.memory_store import MemoryStore

KEY = ["key"]
ENTRY = {"access_token": "t0ken"}


def test_the_runs_store_is_in_ansibles_private_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, warnings: list[str]
) -> None:
    monkeypatch.setattr(constants, "DEFAULT_LOCAL_TMP", str(tmp_path / "ansible-local-1abcdefgh"))
    (tmp_path / "ansible-local-1abcdefgh").mkdir()
    store = open_run_store(warnings.append)
    assert store.folder == tmp_path / "ansible-local-1abcdefgh" / RUN_FOLDER
    store.put(KEY, ENTRY)

    def worker() -> None:
        again = open_run_store(warnings.append)
        assert again.get(KEY) == ENTRY

    assert exit_code(run_in_child(worker)) == 0, "a worker has the same secret"
    monkeypatch.setattr(multiprocessing.current_process(), "authkey", b"another run's")
    other = open_run_store(warnings.append)
    assert other.get(KEY) is None


def dead_process() -> int:
    child = run_in_child(lambda: None)
    exit_code(child)
    return child


def left_behind(parent: Path, name: str) -> Path:
    folder = parent / name / RUN_FOLDER
    folder.mkdir(parents=True)
    (folder / "entry").write_text("ciphertext")
    return folder


def test_what_killed_runs_left_is_swept(tmp_path: Path) -> None:
    folder = left_behind(tmp_path, f"ansible-local-{dead_process()}ab_cdefg")
    remove_abandoned_stores(tmp_path)
    assert not folder.parent.exists()


def test_what_others_put_beside_it_stays(tmp_path: Path) -> None:
    folder = left_behind(tmp_path, f"ansible-local-{dead_process()}abcdefgh")
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
def test_what_lives_or_is_not_ansibles_stays(name: str, tmp_path: Path) -> None:
    folder = left_behind(tmp_path, name.replace("OWN", str(os.getpid())))
    remove_abandoned_stores(tmp_path)
    assert (folder / "entry").exists()


def test_what_belongs_to_another_user_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = left_behind(tmp_path, f"ansible-local-{dead_process()}abcdefgh")
    monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)
    remove_abandoned_stores(tmp_path)
    assert (folder / "entry").exists()


def test_what_was_left_elsewhere_is_not_ours_to_sweep(tmp_path: Path) -> None:
    """Elsewhere, in another container or on another machine that has the same home, the process may be alive."""
    run = f"ansible-local-{dead_process()}abcdefgh"
    elsewhere = [tmp_path / run / name for name in (f"{FOLDER}-0123456789ab", FOLDER)]
    for folder in elsewhere:
        folder.mkdir(parents=True)
        (folder / "entry").write_text("ciphertext")
    ours = left_behind(tmp_path, run)
    remove_abandoned_stores(tmp_path)
    assert [(folder / "entry").exists() for folder in (*elsewhere, ours)] == [True, True, False]


def test_each_machine_and_pid_namespace_is_a_place_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    def place(nodename: str, namespace: str | None) -> str:
        def readlink(path: str) -> str:
            if namespace is None:  # no /proc: not Linux
                raise FileNotFoundError(path)
            return namespace

        system = SimpleNamespace(uname=lambda: SimpleNamespace(nodename=nodename), readlink=readlink)
        monkeypatch.setattr(store_module, "os", system)
        return store_module._place()

    places = [("one", "pid:[1]"), ("one", "pid:[2]"), ("two", "pid:[1]"), ("one", None), ("two", None)]
    assert len({place(*where) for where in places}) == len(places)
    assert place("one", "pid:[1]") == place("one", "pid:[1]")
    monkeypatch.undo()
    assert store_module.RUN_FOLDER == f"{FOLDER}-{store_module._place()}"


@pytest.mark.parametrize("level", ["run", "store"])
def test_links_are_not_followed(level: str, tmp_path: Path) -> None:
    precious = left_behind(tmp_path / "elsewhere", "precious")
    run = tmp_path / f"ansible-local-{dead_process()}abcdefgh"
    if level == "run":
        run.symlink_to(precious.parent)
    else:
        run.mkdir()
        (run / RUN_FOLDER).symlink_to(precious)
    remove_abandoned_stores(tmp_path)
    assert (precious / "entry").exists()


@pytest.mark.parametrize("name", ["missing", "file"])
def test_a_folder_that_can_not_be_swept_is_left(name: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    remove_abandoned_stores(tmp_path / name)


def stores_of(warnings: list[str], **given: Any) -> TokenStores:
    return open_stores(connection_options(**given), warnings.append)


@pytest.fixture
def _own_places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(constants, "DEFAULT_LOCAL_TMP", str(tmp_path / "run"))
    for name in ("data", "cache"):
        monkeypatch.setenv(f"XDG_{name.upper()}_HOME", str(tmp_path / name))


@pytest.mark.usefixtures("_own_places")
@pytest.mark.parametrize(
    ("given", "beyond_run"),
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
def test_which_stores_a_task_may_use(
    given: dict[str, Any], beyond_run: bool, tmp_path: Path, warnings: list[str]
) -> None:
    found = stores_of(warnings, **given)
    assert found.run is not None
    assert (found.user is not None) is beyond_run
    assert (tmp_path / "data").exists() is beyond_run, "who needs no such store gets no key"
    assert warnings == []


@pytest.mark.usefixtures("_own_places")
def test_where_the_users_store_can_not_be_the_runs_serves(tmp_path: Path, warnings: list[str]) -> None:
    (tmp_path / "data").write_text("")
    found = stores_of(warnings, token_cache="user")
    assert found.user is None and found.select("user") is found.run is not None
    assert len(warnings) == 1


def test_without_cryptography_there_is_none(warnings: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store_module, "HAS_CRYPTOGRAPHY", False)
    assert stores_of(warnings, token_cache="user") == TokenStores()
    assert "cryptography is missing" in warnings[0]


def test_nearest_and_all() -> None:
    run, user = MemoryStore(), MemoryStore()
    both, none = TokenStores(run, user), TokenStores()
    assert [both.select(cache) for cache in ("run", "user", "none")] == [run, user, None]
    assert [both.list_for_sign_ins(cache) for cache in ("run", "user", "none")] == [[run, user], [user, run], []]
    assert [TokenStores(run).list_for_sign_ins(cache) for cache in ("run", "user", "none")] == [[run], [run], []]
    assert [none.list_for_sign_ins(cache) for cache in ("run", "user", "none")] == [[], [], []]
    for store in (run, user):
        store.put(KEY, ENTRY)
        store.put(["other"], {"access_token": "other"})
    both.forget("t0ken".__eq__)
    none.forget("t0ken".__eq__)
    assert [store.get(KEY) for store in (run, user)] == [None, None]
    assert run.get(["other"]) == user.get(["other"]) == {"access_token": "other"}
