# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Use the collection and the emulator as a project outside of the clone does: copy `examples/ci` and run its tests.

The project has a new virtual environment and an empty home. The collection's tarball and the emulator's wheel are built
from the sources. All other packages come from the package index.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.tools import emulator_package, tarball
from tests.tools.interpreters import clean_path
from tests.tools.paths import COLLECTION, ROOT, lock_folder
from tests.tools.pip_settings import copy_pip_settings
from tests.tools.tree import copy_sources

EXAMPLE = ROOT / "examples" / "ci"
STOP_SECONDS = 10
_SHOW_ORIGINS = (
    "import json, sys, beyondidentity_emulator as emulator; print(json.dumps([emulator.__file__, *sys.path]))"
)


@dataclass(frozen=True)
class Project:
    """A copy of the example, with a virtual environment and a home."""

    folder: Path
    environment: Mapping[str, str]

    @classmethod
    def create(cls, root: Path) -> Project:
        """Copy the example to a subfolder of an empty folder."""
        home, project, binaries = root / "home", root / "project", root / "venv" / "bin"
        home.mkdir()
        copy_pip_settings(home)
        copy_sources(EXAMPLE, project)
        subprocess.run([sys.executable, "-m", "venv", binaries.parent], check=True)
        proxies = {name: value for name, value in os.environ.items() if name.lower().endswith("_proxy")}
        path = os.pathsep.join([str(binaries), *_list_system_folders()])
        return cls(project, {**proxies, "HOME": str(home), "PATH": path, "LANG": "C.UTF-8", "no_proxy": "127.0.0.1"})

    def run(self, *command: str | Path) -> None:
        """Run a command that must succeed, and print its output."""
        self._run(command, None)

    def read(self, *command: str | Path) -> str:
        """Return the output of a command that must succeed."""
        return self._run(command, subprocess.PIPE).stdout

    def _run(self, command: Sequence[str | Path], stdout: int | None) -> subprocess.CompletedProcess[str]:
        print(f"$ {' '.join(map(str, command))}", flush=True)
        return subprocess.run(
            ["env", *command],  # env finds the command on the project's PATH, not on ours
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=stdout,
            text=True,
            check=True,
        )


def main() -> int:
    """Install the project and run its tests; return 1 if one fails or leaves a process."""
    start = time.monotonic()
    signal.signal(signal.SIGTERM, lambda _number, _frame: sys.exit(128 + signal.SIGTERM))
    with tempfile.TemporaryDirectory(prefix="example-") as name:
        root = Path(name).resolve()
        with ending_processes(root) as left:
            try:
                _test(Project.create(root), root)
            except subprocess.CalledProcessError as error:
                print(f"example: FAILED, code {error.returncode} of: {' '.join(map(str, error.cmd[1:]))}")
                return 1
    if left:
        print("\n".join(["example: FAILED, these processes were left:", *left.values()]))
        return 1
    print(f"example: {time.monotonic() - start:.0f} s")
    return 0


def _test(project: Project, root: Path) -> None:
    _install(project, root)
    _check_origins(project, root)
    project.run("pytest")
    project.run("molecule", "test")


def _install(project: Project, root: Path) -> None:
    with lock_folder("dist-example"):
        wheel, _sdist = emulator_package.build(root / "wheel")
        collection = tarball.build(root / "collection")
    project.run("python", "-m", "pip", "install", wheel, "--requirement", "requirements.txt")
    project.run("ansible-galaxy", "collection", "install", "--offline", collection)
    project.run("ansible-galaxy", "collection", "install", "--offline", "--requirements-file", "requirements.yml")


def _check_origins(project: Project, root: Path) -> None:
    """Check that the project uses the installed packages, and nothing of the clone."""
    emulator, *folders = json.loads(project.read("python", "-c", _SHOW_ORIGINS))
    listing = json.loads(project.read("ansible-galaxy", "collection", "list", COLLECTION, "--format", "json"))
    for origin in (emulator, *listing):
        if not Path(origin).resolve().is_relative_to(root):
            sys.exit(f"example: FAILED, the project uses {origin}, which is not below {root}.")
    paths = [*folders, *project.environment["PATH"].split(os.pathsep)]
    if found := [path for path in paths if path and Path(path).resolve().is_relative_to(ROOT)]:
        sys.exit(f"example: FAILED, folders of the clone are on a path of the project: {', '.join(found)}.")


def _list_system_folders() -> list[str]:
    return [folder for folder in clean_path([]).split(os.pathsep) if not Path(folder).resolve().is_relative_to(ROOT)]


@contextmanager
def ending_processes(root: Path) -> Iterator[dict[int, str]]:
    """Yield a dictionary that has the processes of the project that were left, when they have been ended."""
    left: dict[int, str] = {}
    try:
        yield left
    finally:
        left.update(find_processes(root))
        for number in left:
            _send_signal(number, signal.SIGTERM)
        deadline = time.monotonic() + STOP_SECONDS
        while (remaining := find_processes(root)) and time.monotonic() < deadline:
            time.sleep(0.1)
        for number in remaining:
            _send_signal(number, signal.SIGKILL)


def find_processes(root: Path) -> dict[int, str]:
    """Return the processes whose command names this folder, as all programs of its virtual environment do."""
    listing = subprocess.run(["ps", "-ww", "-eo", "pid=,args="], check=True, capture_output=True, text=True).stdout
    lines = [line.strip().partition(" ") for line in listing.splitlines()]
    return {int(number): command for number, _space, command in lines if f"{root}{os.sep}" in command}


def _send_signal(number: int, number_of_signal: int) -> None:
    try:
        os.kill(number, number_of_signal)
    except ProcessLookupError:
        pass


if __name__ == "__main__":
    sys.exit(main())
