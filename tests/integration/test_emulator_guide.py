# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The guide docs/emulator.md: its commands, its seed file and its tables are those of the emulator."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from beyondidentity_emulator.client import Emulator
from beyondidentity_emulator.control.seed_file import load_seed
from beyondidentity_emulator.model.start_error import StartError
from beyondidentity_emulator.model.state import World
from tests.support.collection import ROOT
from tests.support.examples import markdown_examples
from tests.support.playbook import PlaybookRunner

GUIDE = "docs/emulator.md"
TEXT = (ROOT / GUIDE).read_text(encoding="utf-8")
[SEED] = [example.text for example in markdown_examples() if example.place.startswith(f"{GUIDE}:")]
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)
SCRIPTS = [text for language, text in BLOCKS if language == "bash"]
READY = "for _try in $(seq 600); do grep -qx ready stdout && break; sleep 0.1; done"


def run_script(script: str, folder: Path, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Run a script of the guide. A command that does not end runs in the background until the end of the script."""
    if not script.startswith("set -e"):
        *_before, command = re.findall(r"^beyondidentity-emulator(?:.*\\\n)*.*$", script, re.MULTILINE)
        script = script.replace(command, f"{command} --parent $$ > stdout &") + f"{READY}\ncat stdout; env\n"
    path = f"{Path(sys.executable).parent}{os.pathsep}{environment['PATH']}"
    environment = {**environment, "PATH": path, "no_proxy": "127.0.0.1", "BEYONDIDENTITY_REALM_ID": "real"}
    return subprocess.run(
        ["bash", "-c", script], cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=240
    )


def find_script(text: str) -> str:
    [script] = [script for script in SCRIPTS if text in script]
    return script


def test_all_blocks_are_tested_here() -> None:
    assert [language for language, _text in BLOCKS] == ["console", "bash", "yaml", "bash", "bash", "bash", "bash"]


def test_the_output_is_as_shown(tmp_path: Path) -> None:
    shown = re.findall(r"^(?!\$)(\w+) ?(\w*)", BLOCKS[0][1], re.MULTILINE)
    assert "\n$ beyondidentity-emulator\n" in BLOCKS[0][1]
    printed = run_script("beyondidentity-emulator\n", tmp_path, dict(os.environ)).stdout
    assert re.findall(r"^(\w+) ?(\w*)", printed, re.MULTILINE)[: len(shown)] == shown


def test_the_script_runs_a_module(run_playbook: PlaybookRunner, tmp_path: Path) -> None:
    """The variable of another tenant in its environment has no effect."""
    _command, environment, *_folders = run_playbook.prepare("- hosts: localhost\n")
    run = run_script(find_script("ansible localhost"), tmp_path, dict(environment))
    assert run.returncode == 0 and "Beyond Identity Admin" in run.stdout, run.stdout + run.stderr


def test_the_script_fails_if_the_emulator_cannot_start(tmp_path: Path) -> None:
    script = find_script("ansible localhost").replace("--quiet", "--seed missing.yml")
    run = run_script(script, tmp_path, dict(os.environ))
    assert run.returncode == 1 and "Cannot read the seed file missing.yml" in run.stderr


def test_the_seed_file_can_be_used(tmp_path: Path, run_playbook: PlaybookRunner) -> None:
    (tmp_path / "seed.yml").write_text(SEED, encoding="utf-8")
    run = run_script(find_script("chmod 600"), tmp_path, dict(os.environ))
    assert "applications/pipeline" in run.stdout and "ready" in run.stdout, run.stdout + run.stderr
    play = (
        "- hosts: localhost\n  gather_facts: false\n  tasks:\n"
        "    - name: Read\n      beyondidentity.management.group_info:\n      register: found\n"
    )
    os.environ["ADMINISTRATOR_SECRET"] = "an-administrator"
    try:
        with Emulator.start(options=["--seed", str(tmp_path / "seed.yml")]) as emulator:
            result = run_playbook(play, env=emulator.environment).succeeded()
    finally:
        del os.environ["ADMINISTRATOR_SECRET"]
    assert [group["display_name"] for group in result.of("Read")[0].result["groups"]] == ["Readers"]


def test_the_state_is_kept(tmp_path: Path) -> None:
    script = find_script("--state").replace("--port 8400", "--port 0")
    issuers = [
        re.findall("tenants/.*", run_script(script, tmp_path, dict(os.environ)).stdout)[0] for _round in range(2)
    ]
    assert issuers[0] == issuers[1]


def test_the_command_with_the_token_reads_the_journal(tmp_path: Path) -> None:
    run = run_script(find_script("EMULATOR_CONTROL_TOKEN"), tmp_path, dict(os.environ))
    assert run.returncode == 0 and json.loads(run.stdout) == [], run.stdout + run.stderr


def test_the_remote_command_is_accepted(tmp_path: Path) -> None:
    """Tests listen only on the loopback interface."""
    script = find_script("--allow-remote")
    local = script.replace("--host 0.0.0.0", "--host 127.0.0.1 --quiet").replace("--port 8443", "--port 0")
    run = run_script(local.replace("--quiet", "--require-control-token"), tmp_path, dict(os.environ))
    assert run.stdout.startswith("ready\n"), run.stdout + run.stderr


def test_the_table_has_each_option() -> None:
    help_text = subprocess.run(
        [sys.executable, "-m", "beyondidentity_emulator", "--help"], capture_output=True, text=True, check=True
    ).stdout
    section = TEXT.partition("## Options")[2].partition("\n## ")[0]
    documented = set(re.findall(r"^\| `(--[\w-]+)|, `(--[\w-]+) \w+` \|", section, re.MULTILINE))
    options = set(re.findall(r"^  (--[\w-]+)", help_text, re.MULTILINE)) - {"--version"}
    assert {first or second for first, second in documented} == options


@pytest.mark.parametrize("line", re.findall(r"^\| (?!object|-)[a-z ]+ \| (`id`.*) \|$", TEXT, re.MULTILINE))
def test_the_table_has_each_field(tmp_path: Path, line: str) -> None:
    """The error for an unknown field lists the known ones."""
    fields = set(re.findall(r"`(\w+)`", re.sub(r"\(`.*?\)", "", line)))
    wrong = "{wrong: 1}"
    collections = "resource_servers authenticator_configs applications identities groups roles".split()
    texts = [f"tenants: [{wrong}]", f"tenants: [{{realms: [{wrong}]}}]"]
    texts += [f"tenants: [{{realms: [{{display_name: R, {name}: [{wrong}]}}]}}]" for name in collections]
    found = []
    for text in texts:
        (tmp_path / "seed.yml").write_text(text, encoding="utf-8")
        with pytest.raises(StartError) as refusal:
            load_seed(World(), tmp_path / "seed.yml", {})
        found.append(set(str(refusal.value).partition("unknown field; use ")[2].rstrip(".").split(", ")))
    assert fields in found
