# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The guide docs/testing.md: its script and its faults work."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from beyondidentity_emulator.client import Emulator, Tenant
from tests.support.collection import ROOT
from tests.support.examples import markdown_examples
from tests.support.playbook import PlaybookRunner

GUIDE = "docs/testing.md"
TEXT = (ROOT / GUIDE).read_text(encoding="utf-8")
EXAMPLES = {example.first_line: example for example in markdown_examples() if example.place.startswith(f"{GUIDE}:")}
SITE = EXAMPLES["- name: Configure the realm"].text
SCRIPT, FAULT = re.findall(r"^```bash\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)
EFFECTS = dict(re.findall(r"^\| `(\{.*\})` \| (.*) \|$", TEXT, re.MULTILINE))


def run_script(run_playbook: PlaybookRunner, script: str, site: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a script of the guide beside a playbook `site.yml`, with the command of the installed emulator."""
    _command, environment, *_folders = run_playbook.prepare(site)
    (folder / "site.yml").write_text(site, encoding="utf-8")
    environment["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), environment["PATH"]])
    return subprocess.run(
        ["bash", "-c", script], cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=240
    )


def test_the_script_runs_a_playbook_against_the_emulator(run_playbook: PlaybookRunner, tmp_path: Path) -> None:
    """It ends the emulator."""
    run = run_script(run_playbook, SCRIPT, SITE, tmp_path)
    assert run.returncode == 0, run.stdout + run.stderr
    assert "changed=1" in run.stdout and "changed=0" in run.stdout


def test_the_script_fails_if_the_second_run_changes_something(run_playbook: PlaybookRunner, tmp_path: Path) -> None:
    site = SITE + "    - name: Change\n      ansible.builtin.command: 'true'\n"
    run = run_script(run_playbook, SCRIPT, site, tmp_path)
    assert run.returncode == 1 and "changed=1" in run.stdout, run.stdout + run.stderr


def test_the_command_adds_a_fault(emulator: Emulator) -> None:
    try:
        environment = {**os.environ, "EMULATOR_URL": emulator.url, "no_proxy": "127.0.0.1"}
        subprocess.run(["bash", "-c", FAULT], env=environment, check=True, capture_output=True, timeout=60)
        # Faults of other tests can be left at the emulator, for tenants of their own.
        faults = [fault for fault in emulator.call_control("GET", "faults") if fault["operation"] == "CreateGroup"]
        assert ("CreateGroup", 503, 1) in [(fault["operation"], fault["status"], fault["times"]) for fault in faults]
    finally:
        emulator.call_control("DELETE", "faults")


@pytest.mark.parametrize("fault", EFFECTS)
def test_a_fault_has_the_effect_that_the_guide_says(run_playbook: PlaybookRunner, tenant: Tenant, fault: str) -> None:
    """Where the guide says that the task fails or is refused, it fails. Otherwise it continues."""
    tenant.add_fault(**json.loads(fault))
    run = run_playbook(SITE, env=tenant.environment)
    assert (run.returncode != 0) == bool(re.search("fails|refuses the credentials", EFFECTS[fault])), run.output
    if "Run the playbook again" in EFFECTS[fault]:
        run_playbook(SITE, env=tenant.environment).succeeded()
