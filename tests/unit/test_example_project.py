# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The files of the example project in examples/ci. `make example` runs its tests."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement

from beyondidentity_emulator import __version__
from tests.support.collection import ROOT
from tests.support.examples import markdown_examples
from tests.tools.example_project import EXAMPLE, ending_processes, find_processes

SCENARIO = EXAMPLE / "molecule" / "default"
JOBS = {
    "vendor.github-workflows": EXAMPLE / ".github" / "workflows" / "test.yml",
    "vendor.gitlab-ci": EXAMPLE / ".gitlab-ci.yml",
}


def read_requirements(path: Path) -> dict[str, Requirement]:
    lines = (line.partition("#")[0].strip() for line in path.read_text(encoding="utf-8").splitlines())
    found = [Requirement(line) for line in lines if line and not line.startswith("-")]
    return {requirement.name: requirement for requirement in found}


@pytest.mark.parametrize("schema", JOBS)
def test_the_jobs_have_the_published_form(schema: str, tmp_path: Path) -> None:
    """A file with a planted mistake does not."""
    text, file = JOBS[schema].read_text(encoding="utf-8"), tmp_path / "jobs.yml"
    for content, status in ((text, 0), (text + "\nextra: 5\n", 1)):
        file.write_text(content, encoding="utf-8")
        command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", schema, str(file)]
        run = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
        assert run.returncode == status, run.stdout + run.stderr


@pytest.mark.parametrize("path", [*JOBS.values(), EXAMPLE / "README.md"], ids=lambda path: path.name)
def test_the_jobs_and_the_readme_run_the_same_commands(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    for command in (
        "python3 -m pip install --requirement requirements.txt",
        "ansible-galaxy collection install --requirements-file requirements.yml",
        "pytest",
        "molecule test",
    ):
        assert re.search(rf"(^|[ :-]){re.escape(command)}$", text, re.MULTILINE), command


def test_the_requirements_name_only_versions_that_exist() -> None:
    """The versions of other packages are those of the collection's own tests."""
    required = read_requirements(EXAMPLE / "requirements.txt")
    assert required.pop("beyondidentity-emulator").specifier.contains(__version__)
    tested: dict[str, Requirement] = {}
    for path in (ROOT / "requirements.txt", *sorted(ROOT.glob("tests/requirements*.txt"))):
        tested.update(read_requirements(path))
    assert {name: str(requirement.specifier) for name, requirement in required.items()} == {
        name: str(tested[name].specifier) for name in required
    }
    collections = yaml.safe_load((EXAMPLE / "requirements.yml").read_text(encoding="utf-8"))
    assert collections == {"collections": [{"name": "beyondidentity.management"}]}, "no version is published yet"


def test_the_guide_has_the_files_of_the_scenario() -> None:
    """All of them, so that readers can copy the scenario from the guide."""
    blocks = {example.text for example in markdown_examples() if example.file == "docs/emulator-in-ci.md"}
    files = {path.read_text(encoding="utf-8").removeprefix("---\n") for path in SCENARIO.rglob("*.yml")}
    assert blocks == files


def test_processes_that_are_left_are_ended_and_reported(tmp_path: Path) -> None:
    """Those whose command names the project's folder, and no others."""
    command = [sys.executable, "-c", "input()"]
    with (
        subprocess.Popen([*command, f"{tmp_path}/file"], stdin=subprocess.PIPE) as own,
        subprocess.Popen([*command, f"{tmp_path}-other/file"], stdin=subprocess.PIPE) as other,
    ):
        with ending_processes(tmp_path) as left:
            assert list(find_processes(tmp_path)) == [own.pid]
        assert list(left) == [own.pid] and f"{tmp_path}/file" in left[own.pid]
        assert own.wait(60) == -signal.SIGTERM
        assert other.poll() is None
        other.communicate(b"\n")
    assert find_processes(tmp_path) == {}
