# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run all linters on a copy of the sources; print what those say that dislike something."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from tests.tools.paths import BIN, COLLECTION, ROOT, TOOLS, alone, fresh
from tests.tools.tree import copy_tree

Command = Sequence[str | Path]


def linters(home: Path) -> dict[str, Command]:
    """Return each linter's name and command; `home` is where they may leave things."""
    docs = ("--plugin-docs", "--validate-collection-refs", "all", ".")
    mypy = ("--config-file", "pyproject.toml", "--cache-dir", home / "mypy")
    return {
        "ruff": (TOOLS / "ruff", "check", "--no-cache", "--quiet", "--output-format", "concise", "."),
        "yamllint": (TOOLS / "yamllint", "--strict", "."),
        "mypy": (TOOLS / "mypy", *mypy, "--package", f"ansible_collections.{COLLECTION}.plugins"),
        "mypy of the tests' tools": (TOOLS / "mypy", *mypy, "--package", "tests.tools", "--package", "tests.support"),
        "ansible-lint": (TOOLS / "ansible-lint", "--strict", "--offline", "--nocolor", "-q"),
        "antsibull-changelog": (TOOLS / "antsibull-changelog", "lint"),
        "antsibull-docs": (TOOLS / "antsibull-docs", "lint-collection-docs", *docs),
        "tarball": (BIN / "python", "-m", "tests.tools.tarball"),
        "galaxy-importer": (BIN / "python", "-m", "tests.tools.importer"),
        "ansible-builder": (BIN / "python", "-m", "tests.tools.execution_environment"),
    }


def main(wanted: list[str], folder: Path) -> int:
    """Run the linters, or those of these names; return 1 if one of them is not content."""
    home, tree = fresh(folder / "home"), copy_tree(folder)
    environment = {
        "HOME": str(home),
        "PATH": os.pathsep.join([str(TOOLS), os.environ.get("PATH", os.defpath)]),
        "LANG": "C.UTF-8",
        "ANSIBLE_COLLECTIONS_PATH": str(folder),
        "MYPYPATH": str(folder),
    }
    discontent = []
    for name, command in linters(home).items():
        if wanted and name not in wanted:
            continue
        begin = time.monotonic()
        where = ROOT if command[0] == BIN / "python" else tree
        run = subprocess.run(command, cwd=where, env=environment, capture_output=True, text=True, check=False)
        print(f"{name}: {'ok' if run.returncode == 0 else 'FAILED'} ({time.monotonic() - begin:.1f} s)", flush=True)
        if run.returncode:
            discontent.append(name)
            print(run.stdout + run.stderr, flush=True)
    return 1 if discontent else 0


if __name__ == "__main__":
    with alone("lint") as place:
        sys.exit(main(sys.argv[1:], place))
