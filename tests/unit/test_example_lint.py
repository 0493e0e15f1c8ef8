# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The linter of the examples maps each issue to its page, and reports an example that was not checked."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.support.collection import ROOT
from tests.support.examples import FOR_OTHER_TOOLS, Example, markdown_examples, plugin_examples
from tests.tools.example_lint import LintedFile, find_problems, plant_faults, write_files

PLAY = Example("docs/x.md:10", "- name: Read\n  hosts: localhost\n  tasks: []\n", 10)
TASKS = Example("plugins/modules/x.py", "- name: Read\n  beyondidentity.management.realm_info:\n", 50)
OTHER = Example("docs/awx.md:13", "version: 3\n", 13)


def issue(file: LintedFile, line: int, rule: str) -> dict[str, Any]:
    """Return an issue as ansible-lint reports it."""
    return {"check_name": rule, "description": "Wrong.", "location": {"path": file.name, "lines": {"begin": line}}}


def planted(file: LintedFile) -> list[dict[str, Any]]:
    """Return the issues of the planted faults."""
    return [issue(file, file.first_planted_line, rule) for rule in file.faults]


@pytest.mark.parametrize(("example", "line", "place"), [(PLAY, 2, "docs/x.md:12"), (OTHER, 1, "docs/awx.md:14")])
def test_an_issue_leads_to_the_line_of_the_page(example: Example, line: int, place: str) -> None:
    file = plant_faults(example)
    assert list(find_problems([*planted(file), issue(file, line, "yaml")], [file])) == [f"{place}: yaml: Wrong."]


def test_an_issue_in_tasks_leads_to_the_line_of_the_plugin() -> None:
    file = plant_faults(TASKS)
    line = 1 + file.text.splitlines().index("      beyondidentity.management.realm_info:")
    (problem,) = find_problems([*planted(file), issue(file, line, "fqcn")], [file])
    assert problem == "plugins/modules/x.py:52: fqcn: Wrong."


@pytest.mark.parametrize("example", [PLAY, TASKS, OTHER], ids=str)
def test_an_example_without_reports_of_its_planted_faults_was_not_checked(example: Example) -> None:
    file = plant_faults(example)
    (problem,) = find_problems(planted(file)[1:], [file])
    assert problem.startswith(f"{example.place}: ansible-lint did not check the example")
    assert list(find_problems(planted(file), [plant_faults(example)])) == []


@pytest.mark.parametrize(
    ("text", "reason"),
    [("a: 1\n", "neither plays nor tasks"), ("- hosts: [\n", "while parsing"), ("", "neither plays")],
)
def test_a_block_that_cannot_be_linted_is_a_problem(tmp_path: Path, text: str, reason: str) -> None:
    files, problems = write_files([Example("docs/x.md:1", text)], tmp_path)
    assert files == []
    assert len(problems) == 1 and problems[0].startswith("docs/x.md:1: ") and reason in problems[0]


def test_each_example_has_a_file(tmp_path: Path) -> None:
    examples = [*plugin_examples(), *markdown_examples()]
    files, problems = write_files(examples, tmp_path)
    assert problems == []
    assert len({file.name for file in files}) == len(examples) == len(list(tmp_path.glob("*/*.yml")))
    others = {(file.example.file, file.example.first_line) for file in files if file.name.startswith("files/")}
    assert others == FOR_OTHER_TOOLS


def test_the_place_of_each_example_is_right() -> None:
    """The first line of its text is the line after the place's line, or a later one if the text starts with comments."""
    for example in [*plugin_examples(), *markdown_examples()]:
        line = (ROOT / example.file).read_text(encoding="utf-8").splitlines()[example.start]
        assert line.strip() == example.text.partition("\n")[0].strip()
