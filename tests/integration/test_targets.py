# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run the targets below `targets/`, as `ansible-test integration` would: one play for all, with a host and a tenant for each."""

from __future__ import annotations

from pathlib import Path

import pytest

from beyondidentity_emulator.client import Emulator
from tests.support.playbook import PlaybookRun, PlaybookRunner

FOLDER = Path(__file__).parent / "targets"


def _targets() -> list[str]:
    """Return the targets that have tasks of their own; `setup_` ones are there for others to depend on."""
    names = (tasks.parent.parent.name for tasks in FOLDER.glob("*/tasks/main.yml"))
    return sorted(name for name in names if not name.startswith("setup_"))


TARGETS = _targets()


@pytest.fixture(scope="module")
def targets_run(shared_run_playbook: PlaybookRunner, emulator: Emulator, core: str) -> PlaybookRun:
    """Return a run of all targets. Each has a host of its own in one play, so a target that fails stops no other."""
    hosts = {target: {"ansible_connection": "local", **emulator.create_tenant().variables} for target in TARGETS}
    include = {"name": "Run the target", "ansible.builtin.include_role": {"name": "{{ inventory_hostname }}"}}
    return shared_run_playbook(
        {"hosts": "all", "gather_facts": False, "strategy": "free", "tasks": [include]},
        inventory={"all": {"hosts": hosts}},
        env={"ANSIBLE_ROLES_PATH": str(FOLDER)},
        core=core,
    )


@pytest.mark.parametrize("target", TARGETS)
def test_target(targets_run: PlaybookRun, target: str) -> None:
    """The target passes against a new tenant."""
    counts = targets_run.stats.get(target, {})
    failed = [result for result in targets_run.results if result.host == target and result.status == "failed"]
    assert counts.get("ok") and not counts["failures"] + counts["unreachable"], failed[-1]
