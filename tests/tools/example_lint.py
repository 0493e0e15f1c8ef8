# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run ansible-lint on the documented examples, each with planted faults that it must report.

Each EXAMPLES of a plugin and each YAML block of a page becomes a playbook. A block for another tool, such as a job of a
pipeline, becomes a YAML file that only yamllint checks, as a part of ansible-lint. ansible-lint leaves out a file that
it does not recognize without a message, so each file ends with faults: a file without their report was not checked.
"""

from __future__ import annotations

import re
import shutil
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from tests.support.examples import Example, is_for_another_tool, markdown_examples, plugin_examples
from tests.tools.ansible_lint import find_line, find_skipped_checks, load_issues, run_ansible_lint
from tests.tools.paths import COLLECTION, ROOT, clear_folder, lock_folder
from tests.tools.tree import copy_tree

_CONFIGURATION = (".ansible-lint", ".yamllint")
_PLANTED_PLAY = f"""\
- hosts: localhost
  gather_facts: false
  tasks:
    - name: Use an unknown option
      {COLLECTION}.realm:
        unknown: true
"""
_PLANTED_LINE = "# Two spaces follow.  \n"


@dataclass
class LintedFile:
    """The file of an example, with planted faults at its end."""

    example: Example
    text: str
    faults: frozenset[str]  # the rules that report them
    first_planted_line: int
    reported: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        """Name the file after the place of the example."""
        folder = "playbooks" if self.example.playbook() else "files"
        self.name = f"{folder}/{re.sub(r'[^A-Za-z0-9.-]+', '_', self.example.place)}.yml"


def main(folder: Path) -> int:
    """Print all problems and the number of examples; return 1 if there are any problems."""
    examples = [*plugin_examples(), *markdown_examples()]
    files, problems = write_files(examples, clear_folder(folder / "examples"))
    run = run_ansible_lint(folder / "examples", copy_tree(folder), clear_folder(folder / "home"))
    issues = load_issues(run)
    if issues is None:
        return 1
    problems += [*find_problems(issues, files), *find_skipped_checks(run.stderr)]
    print("\n".join([*problems, f"{len(files)} examples, {len(problems)} problems"]))
    return 1 if problems else 0


def write_files(examples: Iterable[Example], folder: Path) -> tuple[list[LintedFile], list[str]]:
    """Write a file for each example, beside the linters' configuration; return the files, and why others are missing."""
    for name in _CONFIGURATION:
        shutil.copy2(ROOT / name, folder)
    files, problems = [], []
    for example in examples:
        try:
            file = plant_faults(example)
        except (ValueError, yaml.YAMLError) as error:
            problems.append(f"{example.place}: {error}")
            continue
        path = folder / file.name
        path.parent.mkdir(exist_ok=True)
        path.write_text(file.text, encoding="utf-8")
        files.append(file)
    return files, problems


def plant_faults(example: Example) -> LintedFile:
    """Return the file of an example.

    Raises:
        ValueError: The example is neither a playbook nor listed as a file of another tool.
        yaml.YAMLError: The example is not valid YAML.
    """
    playbook = example.playbook()
    if playbook is None and not is_for_another_tool(example):
        raise ValueError("The block has neither plays nor tasks with names, and is not listed in FOR_OTHER_TOOLS.")
    text = playbook or example.text
    planted, faults = (_PLANTED_PLAY, {"name[play]", "args[module]"}) if playbook else (_PLANTED_LINE, {"yaml"})
    return LintedFile(example, text + planted, frozenset(faults), text.count("\n") + 1)


def find_problems(issues: Iterable[dict[str, Any]], files: Iterable[LintedFile]) -> Iterator[str]:
    """Yield the issues at the places of the examples, and the files without a report of each planted fault."""
    by_name = {file.name: file for file in files}
    for issue in issues:
        rule, line, file = issue["check_name"], find_line(issue), by_name.get(issue["location"]["path"])
        if file is None:
            yield f"{issue['location']['path']}:{line}: {rule}: {issue['description']}"
        elif line < file.first_planted_line:
            yield f"{file.example.find_place(line)}: {rule}: {issue['description']}"
        else:
            file.reported |= {fault for fault in file.faults if rule.startswith(fault)}
    for file in by_name.values():
        if file.faults - file.reported:
            missing = ", ".join(sorted(file.faults - file.reported))
            yield f"{file.example.place}: ansible-lint did not check the example: no report of the faults {missing}."


if __name__ == "__main__":
    with lock_folder("example-lint") as place:
        sys.exit(main(place))
