# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The guide docs/emulator-in-ci.md: its tests work, and it names each fixture, setting and method."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from beyondidentity_emulator import pytest_plugin
from beyondidentity_emulator.client import Tenant
from tests.support.collection import ROOT
from tests.support.playbook import PlaybookRunner

TEXT = (ROOT / "docs" / "emulator-in-ci.md").read_text(encoding="utf-8")
(TESTS,) = re.findall(r"^```python\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)
SITE = """
- name: Configure the realm
  hosts: localhost
  gather_facts: false
  tasks:
    - name: Manage the group of the operators
      beyondidentity.management.group:
        display_name: Operators
"""


def test_the_tests_of_the_guide_work(run_playbook: PlaybookRunner, tmp_path: Path) -> None:
    _command, environment, *_folders = run_playbook.prepare(SITE)
    environment["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), environment["PATH"]])
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "site.yml").write_text(SITE, encoding="utf-8")
    (folder / "test_site.py").write_text(TESTS, encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "--rootdir", folder, "test_site.py"]
    run = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=300)
    assert run.returncode == 0 and "2 passed" in run.stdout, run.stdout + run.stderr


def test_the_guide_names_what_the_plugin_has() -> None:
    names = {name for name in vars(pytest_plugin) if name.startswith("beyondidentity_")}
    names |= set(re.findall(r'addini\("(\w+)"', Path(pytest_plugin.__file__).read_text(encoding="utf-8")))
    assert {name for name in names if f"`{name}`" not in TEXT} == set()
    methods = set(re.findall(r"`(\w+)\(", TEXT)) | set(re.findall(r", `(\w+)\(", TEXT))
    assert methods and {name for name in methods if not hasattr(Tenant, name)} == set()
