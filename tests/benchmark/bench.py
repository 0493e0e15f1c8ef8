# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs of ansible-playbook that are measured: the time of each task, of the whole process, and its memory."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from beyondidentity_emulator.client import Emulator
from tests.benchmark.report import Rounds
from tests.support.playbook import PlaybookRunner

_FOLDER = Path(__file__).parent
MEASURED = _FOLDER / "measured_process.py"
LOOP_DEBUG = {"ansible.builtin.debug": {"msg": "{{ item }}"}}


@dataclass(frozen=True)
class Run:
    """A run that succeeded."""

    tasks: Sequence[tuple[str, float]]
    """The name and the seconds of each task, in their order."""
    seconds: float
    """Those of the whole process."""
    largest_mb: float
    tree_mb: float
    """See measured_process.py."""

    def seconds_of(self, name: str) -> float:
        """Return the seconds of all tasks of this name together."""
        return sum(self.all_seconds_of(name))

    def all_seconds_of(self, name: str) -> list[float]:
        """Return the seconds of each task of this name."""
        found = [seconds for task, seconds in self.tasks if task == name]
        if not found:
            raise LookupError(f"no task {name!r}")
        return found


@dataclass(frozen=True)
class Bench:
    """What the tables share."""

    emulator: Emulator
    runner: PlaybookRunner
    folder: Path
    rounds: int
    quick: bool

    def size(self, full: int, quick: int) -> int:
        """Return a number for this run."""
        return quick if self.quick else full

    def repeat(self, measure_round: Callable[[int], Mapping[Any, float]]) -> Rounds:
        """Measure all rounds. A round gets its number, from 0, so that it can change the order of what it compares."""
        values = []
        for number in range(self.rounds):
            print(f"  round {number + 1} of {self.rounds}", file=sys.stderr, flush=True)
            values.append(measure_round(number))
        return Rounds(values)

    def play(self, *tasks: dict[str, Any], hosts: str = "localhost", **keywords: Any) -> dict[str, Any]:
        """Return a play. Its last task is not measured: it marks the end of the task before."""
        end = {"name": "End", "ansible.builtin.debug": {"msg": "End"}, "run_once": True}
        return {"name": "Measure", "hosts": hosts, "gather_facts": False, **keywords, "tasks": [*tasks, end]}

    def run(self, *plays: dict[str, Any], with_tree: bool = False, forks: int = 5, **how: Any) -> Run:
        """Run a playbook to its end; raise with its output if it fails. The options are those of PlaybookRunner.prepare."""
        own = {
            "ANSIBLE_CALLBACK_PLUGINS": str(_FOLDER / "callback_plugins"),
            "ANSIBLE_CALLBACKS_ENABLED": "task_times",
            "ANSIBLE_ACTION_PLUGINS": str(_FOLDER / "action_plugins"),
            "ANSIBLE_FORKS": str(forks),
        }
        command, environment, folder, cwd = self.runner.prepare(list(plays), env={**own, **how.pop("env", {})}, **how)
        # Ansible would take the user's home folder from the user database.
        environment["ANSIBLE_REMOTE_TMP"] = str(folder / "home" / ".ansible" / "tmp")
        times, measured, output = folder / "times.jsonl", folder / "measured.json", folder / "output"
        wrapped = [sys.executable, MEASURED, measured, "1" if with_tree else "0", *command]
        with output.open("wb") as file:
            code = subprocess.run(
                wrapped,
                env={**environment, "BENCHMARK_TIMES": str(times)},
                cwd=cwd,
                stdout=file,
                stderr=subprocess.STDOUT,
                check=False,
            ).returncode
        if code:
            raise RuntimeError(f"ansible-playbook ended with {code}:\n{output.read_text(encoding='utf-8')[-4000:]}")
        return Run(_read_tasks(times), **json.loads(measured.read_text(encoding="utf-8")))


def _read_tasks(path: Path) -> list[tuple[str, float]]:
    """Return the seconds of each task. What bare_requests measured itself replaces the time of its task."""
    entries = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    starts = [entry for entry in entries if "at" in entry]
    measured: dict[str, list[float]] = {}
    for entry in entries:
        if "seconds" in entry:
            measured.setdefault(entry["task"], []).append(entry["seconds"])
    tasks = []
    for entry, following in zip(starts, starts[1:], strict=False):
        own = measured.get(entry["task"])
        tasks.append((entry["task"], own.pop(0) if own else following["at"] - entry["at"]))
    return tasks
