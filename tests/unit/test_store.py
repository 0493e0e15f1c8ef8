# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which stores a task may use, where a run's is, and what becomes of those that killed runs left."""

from __future__ import annotations

import multiprocessing
import os
from pathlib import Path

import pytest
from ansible import constants

from ansible_collections.beyondidentity.management.plugins.plugin_utils.store import FOLDER, run_store, sweep
from tests.unit.building import exit_code, in_child

KEY = ["key"]
ENTRY = {"access_token": "t0ken"}


def test_the_runs_store_is_in_ansibles_private_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, warnings: list[str]
) -> None:
    monkeypatch.setattr(constants, "DEFAULT_LOCAL_TMP", str(tmp_path / "ansible-local-1abcdefgh"))
    (tmp_path / "ansible-local-1abcdefgh").mkdir()
    store = run_store(warnings.append)
    assert store.folder == tmp_path / "ansible-local-1abcdefgh" / FOLDER
    store.put(KEY, ENTRY)

    def worker() -> None:
        again = run_store(warnings.append)
        assert again.get(KEY) == ENTRY

    assert exit_code(in_child(worker)) == 0, "a worker has the same secret"
    monkeypatch.setattr(multiprocessing.current_process(), "authkey", b"another run's")
    other = run_store(warnings.append)
    assert other.get(KEY) is None


def dead_process() -> int:
    child = in_child(lambda: None)
    exit_code(child)
    return child


def left_behind(parent: Path, name: str) -> Path:
    folder = parent / name / FOLDER
    folder.mkdir(parents=True)
    (folder / "entry").write_text("ciphertext")
    return folder


def test_what_killed_runs_left_is_swept(tmp_path: Path) -> None:
    folder = left_behind(tmp_path, f"ansible-local-{dead_process()}ab_cdefg")
    sweep(tmp_path)
    assert not folder.parent.exists()


def test_what_others_put_beside_it_stays(tmp_path: Path) -> None:
    folder = left_behind(tmp_path, f"ansible-local-{dead_process()}abcdefgh")
    (folder.parent / "other").write_text("")
    sweep(tmp_path)
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
    sweep(tmp_path)
    assert (folder / "entry").exists()


def test_what_belongs_to_another_user_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = left_behind(tmp_path, f"ansible-local-{dead_process()}abcdefgh")
    monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)
    sweep(tmp_path)
    assert (folder / "entry").exists()


@pytest.mark.parametrize("level", ["run", "store"])
def test_links_are_not_followed(level: str, tmp_path: Path) -> None:
    precious = left_behind(tmp_path / "elsewhere", "precious")
    run = tmp_path / f"ansible-local-{dead_process()}abcdefgh"
    if level == "run":
        run.symlink_to(precious.parent)
    else:
        run.mkdir()
        (run / FOLDER).symlink_to(precious)
    sweep(tmp_path)
    assert (precious / "entry").exists()


@pytest.mark.parametrize("name", ["missing", "file"])
def test_a_folder_that_can_not_be_swept_is_left(name: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    sweep(tmp_path / name)
