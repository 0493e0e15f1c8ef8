# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run the linters, two at a time; print the output of those that fail."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

from tests.tools.paths import BIN, COLLECTION, ROOT, TOOLS, clear_folder, lock_folder
from tests.tools.tree import copy_tree

Command = Sequence[str | Path]

PARALLEL = 2


def linters(home: Path) -> dict[str, Command]:
    """Return each linter's name and command, the slowest first; `home` is where they can write files."""
    docs = ("--plugin-docs", "--validate-collection-refs", "all", ".")
    packages = (
        f"ansible_collections.{COLLECTION}.plugins",
        "beyondidentity_emulator",
        "tests.tools",
        "tests.support",
        "tests.benchmark",
        "tests.differential",
    )
    mypy = ("--config-file", "pyproject.toml", "--cache-dir", home / "mypy")
    return {
        "examples": (BIN / "python", "-m", "tests.tools.example_lint"),
        "ansible-lint": (BIN / "python", "-m", "tests.tools.ansible_lint"),
        "galaxy-importer": (BIN / "python", "-m", "tests.tools.importer"),
        "antsibull-docs": (TOOLS / "antsibull-docs", "lint-collection-docs", *docs),
        "mypy": (TOOLS / "mypy", *mypy, *(option for package in packages for option in ("--package", package))),
        "description": (BIN / "python", "-m", "tests.tools.published_description"),
        "ansible-builder": (BIN / "python", "-m", "tests.tools.execution_environment"),
        "antsibull-changelog": (TOOLS / "antsibull-changelog", "lint"),
        "tarball": (BIN / "python", "-m", "tests.tools.tarball"),
        "yamllint": (TOOLS / "yamllint", "--strict", "."),
        "codespell": (TOOLS / "codespell", "."),
        "import-linter": (TOOLS / "lint-imports", "--no-cache"),
        "language": (BIN / "python", "-m", "tests.tools.language"),
        "ruff": (TOOLS / "ruff", "check", "--no-cache", "--quiet", "--output-format", "concise", "."),
    }


def main(wanted: list[str], folder: Path) -> int:
    """Run the linters, or those of these names; return 1 if one fails."""
    commands = linters(clear_folder(folder / "home"))
    unknown = set(wanted) - set(commands)
    if unknown:
        sys.exit(f"Unknown linters: {', '.join(sorted(unknown))}. Known linters: {', '.join(commands)}.")
    tree = copy_tree(folder)
    failed = False
    with ThreadPoolExecutor(PARALLEL) as pool:
        runs = {
            pool.submit(_run, command, folder, tree): name
            for name, command in commands.items()
            if not wanted or name in wanted
        }
        for run in as_completed(runs):
            code, output, seconds = run.result()
            print(f"{runs[run]}: {'FAILED' if code else 'ok'} ({seconds:.1f} s)", flush=True)
            if code:
                failed = True
                print(output, flush=True)
    return 1 if failed else 0


def _run(command: Command, folder: Path, tree: Path) -> tuple[int, str, float]:
    """Return the exit code, the output and the duration in seconds."""
    environment = {
        "HOME": str(folder / "home"),
        "PATH": os.pathsep.join([str(TOOLS), os.environ.get("PATH", os.defpath)]),
        "LANG": "C.UTF-8",
        **{name: os.environ[name] for name in ("EMULATOR_DESCRIPTION",) if name in os.environ},
        "ANSIBLE_COLLECTIONS_PATH": str(folder),
        "PYTHONPATH": str(tree / "emulator" / "src"),
        "MYPYPATH": os.pathsep.join([str(folder), str(tree / "emulator" / "src")]),
    }
    start = time.monotonic()
    cwd = ROOT if command[0] == BIN / "python" else tree
    run = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False)
    return run.returncode, run.stdout + run.stderr, time.monotonic() - start


if __name__ == "__main__":
    with lock_folder("lint") as place:
        sys.exit(main(sys.argv[1:], place))
