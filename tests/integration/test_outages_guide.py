# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The guide docs/outages.md: its commands and its test work, and in each outage the collection does what the guide says."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from beyondidentity_emulator.client import Emulator
from beyondidentity_emulator.model.outages import OUTAGES
from tests.support.collection import ROOT
from tests.support.playbook import PlaybookRun, PlaybookRunner

TEXT = (ROOT / "docs" / "outages.md").read_text(encoding="utf-8")
(SITE,) = re.findall(r"^```yaml\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)
START, PLAY, READ, STOP = re.findall(r"^   ```bash\n(.*?)^   ```$", TEXT, re.MULTILINE | re.DOTALL)
(TEST,) = re.findall(r"^```python\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)
EFFECTS = dict(re.findall(r"^\| `([a-z-]+)` \| .* \| (.*) \|$", TEXT, re.MULTILINE))
FAILS = {
    "empty-answers": "Invite the operator",
    "first-token-refused": "Manage the group of the operators",
    "lost-answers": "Invite the operator",
    "mail-failure": "Invite the operator",
    "refused-credentials": "Manage the group of the operators",
    "service-unavailable": "Manage the group of the operators",
    "text-answers": "Manage the group of the operators",
}
"""The outages in which the play fails, and the task that fails. `ignored-fields` concerns changes, which the play has not."""
WARNS = {
    "was lost or empty. The object was found by its name": {"empty-answers", "lost-answers"},
    "Use the stored form to avoid the warning": {"trimmed-names"},
}


@pytest.fixture(scope="module")
def run(shared_run_playbook: PlaybookRunner, emulator: Emulator) -> PlaybookRun:
    """Run the playbook of the guide with one host for each outage."""
    hosts = {}
    for name in OUTAGES:
        tenant = emulator.create_tenant()
        tenant.seed(identities=25)
        tenant.start_outage(name)
        hosts[name] = {"ansible_connection": "local", **tenant.variables}
    site = SITE.replace("hosts: localhost", "hosts: all")
    return shared_run_playbook(site, inventory={"all": {"hosts": hosts}}, args=["-f", "8"])


@pytest.mark.parametrize("name", OUTAGES)
def test_the_collection_does_what_the_guide_says(name: str, run: PlaybookRun) -> None:
    """A task fails where the guide says so; otherwise the play runs to its end."""
    results = [result for task in re.findall(r"- name: (.*)", SITE)[1:] for result in run.of(task)]
    own = [result for result in results if result.host == name]
    failed = [result.task for result in own if result.status == "failed"]
    assert failed == ([FAILS[name]] if name in FAILS else []), run.output
    if name in FAILS:
        assert "fails" in EFFECTS[name]
    else:
        assert len(own) == SITE.count("- name:") - 1


def test_the_collection_warns_where_the_guide_says_so(run: PlaybookRun) -> None:
    words = " ".join(run.output.split())
    for text, outages in WARNS.items():
        assert text in words and all("warns" in EFFECTS[name] for name in outages)


def test_the_commands_start_and_stop_an_outage(run_playbook: PlaybookRunner, tmp_path: Path) -> None:
    with Emulator.start() as emulator:
        _command, environment, *_folders = run_playbook.prepare(SITE)
        environment = {**environment, **emulator.environment, "EMULATOR_URL": emulator.url, "no_proxy": "127.0.0.1"}
        (tmp_path / "site.yml").write_text(SITE, encoding="utf-8")

        def run_script(script: str) -> str:
            command = ["bash", "-ec", script]
            run = subprocess.run(
                command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=120, check=False
            )
            assert run.returncode == 0, run.stdout + run.stderr
            return run.stdout

        assert run_script(START).strip() == '["rate-limit"]'
        assert "failed=0" in run_script(PLAY)
        assert '"status":429' in run_script(READ)
        run_script(STOP)
        assert emulator.call_control("GET", "tenants/first/outages") == []


def test_the_option_starts_outages() -> None:
    options = re.findall(r'ARGS="(--outage [^"]*)"', TEXT)[0].split()
    command = [sys.executable, "-m", "beyondidentity_emulator", "--quiet", *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        lines = dict(
            line.removeprefix("export ").strip().partition("=")[::2]
            for line in iter(process.stdout.readline, "ready\n")
        )
        emulator = Emulator(process, lines, lines["EMULATOR_URL"], None)
        assert emulator.call_control("GET", "tenants/first/outages") == ["rate-limit", "lagging-lists"]
        emulator.stop()


def test_the_test_of_the_guide_passes(run_playbook: PlaybookRunner, tmp_path: Path) -> None:
    _command, environment, *_folders = run_playbook.prepare(SITE)
    (tmp_path / "site.yml").write_text(SITE, encoding="utf-8")
    (tmp_path / "test_site.py").write_text(TEST, encoding="utf-8")
    place = os.pathsep.join([str(Path(sys.executable).parent), environment["PATH"]])
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_site.py"]
    run = subprocess.run(
        command,
        cwd=tmp_path,
        env={**environment, "PATH": place},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr
