# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run each target below `targets/` by a real ansible-playbook, as `ansible-test integration` would."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.emulator.client import Tenant
from tests.support.playbook import PlaybookRunner

TARGETS = Path(__file__).parent / "targets"
INVENTORY = "testhost ansible_connection=local\n"


def _targets() -> list[str]:
    """Return the targets that have tasks of their own; `setup_` ones are there for others to depend on."""
    names = (tasks.parent.parent.name for tasks in TARGETS.glob("*/tasks/main.yml"))
    return sorted(name for name in names if not name.startswith("setup_"))


@pytest.mark.parametrize("target", _targets())
def test_target(target: str, run_playbook: PlaybookRunner, tenant: Tenant, core: str) -> None:
    """The target passes against a new tenant."""
    play = {"hosts": "testhost", "gather_facts": False, "roles": [target]}
    run = run_playbook(
        play, inventory=INVENTORY, env={"ANSIBLE_ROLES_PATH": str(TARGETS)}, extra_vars=tenant.variables, core=core
    )
    run.succeeded()
