# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run ansible-lint on a copy of the sources, with planted faults that it must report.

ansible-lint's rule `args` imports each action plugin to read the module's options. If the import fails, ansible-lint
logs "Ignored exception" and reports nothing, so a run without the planted faults can pass without a check.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from tests.tools.paths import COLLECTION, TOOLS, clear_folder, lock_folder
from tests.tools.tree import copy_tree

PLAYBOOK = "playbooks/planted_faults.yml"
_PLAY = """\
---
- name: Plant faults
  hosts: localhost
  gather_facts: false
  tasks:
"""
_TASK = f"""\
    - name: {{name}}
      {COLLECTION}.{{module}}:
        {{option}}
"""
_SKIPPED_CHECKS = ("Ignored exception", "for options validation")


def main(folder: Path) -> int:
    """Print all problems; return 1 if there are any."""
    tree = copy_tree(folder)
    faults = plant_faults(tree)
    run = run_ansible_lint(tree, tree, clear_folder(folder / "home"))
    issues = load_issues(run)
    if issues is None:
        return 1
    problems = [*find_problems(issues, faults), *find_skipped_checks(run.stderr)]
    print("\n".join(problems))
    return 1 if problems else 0


def plant_faults(tree: Path) -> list[str]:
    """Write a playbook with an unknown option for each action plugin and one invalid choice; return the task names."""
    modules = sorted(path.stem for path in tree.glob("plugins/action/*.py") if path.stem != "__init__")
    faults = {f"Use an unknown option of {module}": (module, "unknown: true") for module in modules}
    faults["Use an invalid choice of realm"] = ("realm", "state: gone")
    tasks = [_TASK.format(name=name, module=module, option=option) for name, (module, option) in faults.items()]
    (tree / PLAYBOOK).write_text(_PLAY + "".join(tasks), encoding="utf-8")
    return list(faults)


def find_problems(issues: Iterable[dict[str, Any]], faults: Iterable[str]) -> list[str]:
    """Return the issues that were not planted, and the planted faults that were not reported."""
    problems, reported = [], set()
    for issue in issues:
        name, path = issue["check_name"], issue["location"]["path"]
        fault = issue.get("content", {}).get("body", "").removeprefix("Task/Handler: ")
        if path == PLAYBOOK and name.startswith("args"):
            reported.add(fault)
        else:
            problems.append(f"{path}:{find_line(issue)}: {name}: {issue['description']}")
    missing = [fault for fault in faults if fault not in reported]
    if missing:
        problems.append(
            "The rule args did not report all planted faults, so it does not check the options of our modules. "
            f"Check that every action plugin can be imported. Not reported: {', '.join(missing)}."
        )
    return problems


def find_line(issue: dict[str, Any]) -> int:
    """Return the line of an issue; 0 if it is about the whole file."""
    begin = issue["location"].get("lines", issue["location"].get("positions", {})).get("begin")
    return (begin["line"] if isinstance(begin, dict) else begin) or 0


def find_skipped_checks(log: str) -> list[str]:
    """Return the checks that ansible-lint skipped because of an exception."""
    lines = [line for line in log.splitlines() if any(text in line for text in _SKIPPED_CHECKS)]
    return [f"ansible-lint skipped a check: {line}" for line in lines]


def load_issues(run: subprocess.CompletedProcess[str]) -> list[dict[str, Any]] | None:
    """Return the issues of a run; if it has no valid report, print its output and return None."""
    try:
        issues: list[dict[str, Any]] = json.loads(run.stdout)
    except ValueError:
        print(f"{run.stdout}{run.stderr}ansible-lint failed with code {run.returncode}.")
        return None
    return issues


def run_ansible_lint(folder: Path, tree: Path, home: Path) -> subprocess.CompletedProcess[str]:
    """Run it in a folder, with the collection from `tree`; without `-q`, which hides the exceptions that it ignores."""
    command: list[str | Path] = [TOOLS / "ansible-lint", "--strict", "--offline", "--nocolor", "--format", "json"]
    environment = {
        "HOME": str(home),
        "PATH": os.pathsep.join([str(TOOLS), os.environ.get("PATH", os.defpath)]),
        "LANG": "C.UTF-8",
        "COLUMNS": "1000",  # do not wrap the log
        "ANSIBLE_COLLECTIONS_PATH": str(tree.parents[2]),
    }
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


if __name__ == "__main__":
    with lock_folder("ansible-lint") as place:
        sys.exit(main(place))
