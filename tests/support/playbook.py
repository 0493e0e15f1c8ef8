# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run playbooks as a user would: in a real process, with an empty home folder and without our own environment."""

from __future__ import annotations

import itertools
import json
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from tests.support.collection import ROOT, link_collection
from tests.support.cores import core_bin

LOCALHOST = "localhost ansible_connection=local\n"
PLUGINS = Path(__file__).parent / "callback_plugins"
CONNECTIONS = ROOT / "tests" / "integration" / "connection_plugins"

_SYSTEM_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_DONE = {"ok", "changed"}

Play = str | Path | list[Any] | dict[str, Any]
Prepared = tuple[list[str | Path], dict[str, str], Path, Path]
"""A command, its environment, the run's folder and the working directory."""


@dataclass(frozen=True)
class TaskResult:
    """One result, as callbacks see it: a censored result holds only `censored`."""

    host: str
    task: str
    action: str
    status: str  # ok, changed, failed, ignored, skipped, unreachable
    is_item: bool
    result: dict[str, Any]

    @property
    def done(self) -> bool:
        """Whether it succeeded, with or without a change."""
        return self.status in _DONE


@dataclass(frozen=True)
class PlaybookRun:
    """A playbook that has ended: its output, results and folders."""

    returncode: int
    stdout: str
    stderr: str
    folder: Path
    tmp: Path  # the folder for temporary files, empty when the run began; gone when the test ends
    results: list[TaskResult] = field(default_factory=list)
    stats: dict[str, dict[str, int]] = field(default_factory=dict)

    @property
    def home(self) -> Path:
        """The home folder, empty when the run began."""
        return self.folder / "home"

    @property
    def output(self) -> str:
        """Standard output and standard error."""
        return self.stdout + self.stderr

    def task(self, name: str, host: str | None = None) -> TaskResult:
        """Return the only result of the task of this name, without loop items."""
        found = [result for result in self.of(name) if not result.is_item and host in (None, result.host)]
        if len(found) != 1:
            raise LookupError(f"{len(found)} results of task {name!r}:\n{self.output}")
        return found[0]

    def of(self, name: str) -> list[TaskResult]:
        """Return all results of the tasks of this name, loop items too."""
        return [result for result in self.results if result.task.rpartition(" : ")[2] == name]

    def succeeded(self) -> PlaybookRun:
        """Return itself; raise with the whole output if the run failed."""
        if self.returncode:
            raise AssertionError(f"ansible-playbook ended with {self.returncode}:\n{self.output}")
        return self

    def failed(self) -> PlaybookRun:
        """Return itself; raise with the whole output if the run did not fail."""
        if not self.returncode:
            raise AssertionError(f"ansible-playbook did not fail:\n{self.output}")
        return self


class RunningPlaybook:
    """A running playbook, for tests that interrupt it."""

    def __init__(self, command: Sequence[str | Path], environment: Mapping[str, str], folder: Path, cwd: Path) -> None:
        self.folder = folder
        self.tmp = Path(environment["TMPDIR"])
        self.process = subprocess.Popen(
            command,
            env=dict(environment),
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
            start_new_session=True,
        )

    def signal_all(self, number: signal.Signals) -> None:
        """Send a signal to ansible-playbook and its workers; SIGKILL also to those in a session of their own."""
        apart = _descendants(self.process.pid) if number == signal.SIGKILL else set()
        os.killpg(self.process.pid, number)
        for process in apart:
            with suppress(ProcessLookupError):
                os.kill(process, number)

    def finish(self, timeout: float = 300) -> PlaybookRun:
        """Wait for the end; kill the run with its workers after this many seconds."""
        try:
            stdout, stderr = self.process.communicate(timeout=timeout)
        except BaseException:
            self.signal_all(signal.SIGKILL)
            self.process.communicate()
            raise
        results, stats = read_record(self.folder / "record.jsonl")
        return PlaybookRun(self.process.returncode, stdout, stderr, self.folder, self.tmp, results, stats)


def _descendants(process: int) -> set[int]:
    """Return the descendants of a process. Workers of newer cores would wait forever for a parent that was killed."""
    parents = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            parents[int(stat.parent.name)] = int(stat.read_text(encoding="utf-8").rpartition(")")[2].split()[1])
    found = {process}
    while more := {child for child, parent in parents.items() if parent in found} - found:
        found |= more
    return found - {process}


class PlaybookRunner:
    """Runs playbooks below one folder, each in a folder of its own.

    Temporary files are not below it: the newest core puts a socket there, whose path may have 100 characters only.
    """

    def __init__(self, folder: Path, collections_path: Path | None = None) -> None:
        self._folder = folder
        self._collections_path = collections_path or link_collection()
        self._numbers = itertools.count(1)
        self._tmp = Path(tempfile.mkdtemp(prefix="run-"))

    def __call__(self, play: Play, *, timeout: float = 300, **how: Any) -> PlaybookRun:
        """Run a playbook to its end; the options are those of `prepare`."""
        return self.start(play, **how).finish(timeout)

    def start(self, play: Play, **how: Any) -> RunningPlaybook:
        """Start a playbook, without a terminal; the options are those of `prepare`."""
        return RunningPlaybook(*self.prepare(play, **how))

    def prepare(
        self,
        play: Play,
        *,
        inventory: str | Path | dict[str, Any] | None = None,
        env: Mapping[str, str] | None = None,
        extra_vars: Mapping[str, Any] | None = None,
        args: Sequence[str] = (),
        core: str = "default",
        cwd: Path | None = None,
        collections_path: Path | None = None,
    ) -> Prepared:
        """Create the folders and files of a run, and return how to start it.

        `play`: YAML text, plays as data, or the path or full name of a playbook that is there.
        `inventory`: text (INI), data (YAML) or a path; none means localhost with its local connection.
        `env`: added to an environment that holds only what Ansible needs.
        """
        number = str(next(self._numbers))
        folder, tmp = self._folder / f"run-{number}", self._tmp / number
        for new in (tmp, *(folder / name for name in ("home", "input", "work"))):
            new.mkdir(parents=True, mode=0o700)
        command: list[str | Path] = [core_bin(core) / "ansible-playbook", _playbook(play, folder / "input")]
        command += ["-i", _inventory(inventory, folder / "input")]
        if extra_vars:
            command += ["-e", f"@{_save(folder / 'input' / 'extra_vars.json', json.dumps(dict(extra_vars)))}"]
        environment = self._environment(folder, core_bin(core), collections_path)
        environment |= {"TMPDIR": str(tmp), **(env or {})}
        return [*command, *args], environment, folder, cwd or folder / "work"

    def clean_up(self) -> None:
        """Remove the temporary files of all runs."""
        shutil.rmtree(self._tmp, ignore_errors=True)

    def _environment(self, folder: Path, commands: Path, collections_path: Path | None) -> dict[str, str]:
        return {
            "PATH": f"{commands}:{_SYSTEM_PATH}",
            "HOME": str(folder / "home"),
            "LANG": "C.UTF-8",
            "ANSIBLE_CONFIG": str(_save(folder / "input" / "ansible.cfg", "[defaults]\n")),
            "ANSIBLE_COLLECTIONS_PATH": str(collections_path or self._collections_path),
            "ANSIBLE_COLLECTIONS_SCAN_SYS_PATH": "false",
            "ANSIBLE_PYTHON_INTERPRETER": str(commands / "python"),
            "ANSIBLE_CALLBACK_PLUGINS": str(PLUGINS),
            "ANSIBLE_CALLBACKS_ENABLED": "record",
            "ANSIBLE_CONNECTION_PLUGINS": str(CONNECTIONS),
            "ANSIBLE_NOCOLOR": "true",
            "PLAYBOOK_RECORD": str(folder / "record.jsonl"),
        }


def _playbook(play: Play, folder: Path) -> str | Path:
    if isinstance(play, Path) or (isinstance(play, str) and "\n" not in play):
        return play
    if isinstance(play, dict):
        play = [play]
    return _save(folder / "playbook.yml", play if isinstance(play, str) else yaml.safe_dump(play, sort_keys=False))


def _inventory(inventory: str | Path | dict[str, Any] | None, folder: Path) -> Path:
    if isinstance(inventory, Path):
        return inventory
    if isinstance(inventory, dict):
        return _save(folder / "hosts.yml", yaml.safe_dump(inventory, sort_keys=False))
    return _save(folder / "hosts", LOCALHOST if inventory is None else inventory)


def _save(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def read_record(path: Path) -> tuple[list[TaskResult], dict[str, dict[str, int]]]:
    """Return the results and statistics that the callback `record` wrote."""
    results: list[TaskResult] = []
    stats: dict[str, dict[str, int]] = {}
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True) if path.exists() else []
    for line in lines:
        if not line.endswith("\n"):  # cut off by a kill
            continue
        entry = json.loads(line)
        if "stats" in entry:
            stats = entry["stats"]
        else:
            results.append(TaskResult(**entry))
    return results, stats
