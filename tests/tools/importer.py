# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Check the tarball as Galaxy does on import. galaxy-importer returns 0 even if it reports problems, so read its output."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from tests.tools.paths import TOOLS, lock_folder
from tests.tools.tarball import build

# `make lint` and `make sanity` run the checks that are disabled here.
_CONFIG = """\
[galaxy-importer]
CHECK_CHANGELOG = True
CHECK_REQUIRED_TAGS = False
CHECK_RUNTIME_REQUIRES_ANSIBLE = True
RUN_ANSIBLE_DOC = True
RUN_ANSIBLE_LINT = False
RUN_ANSIBLE_TEST = False
RUN_FLAKE8 = False
"""
_BAD = re.compile(r"^(ERROR|WARNING|CRITICAL)\b|Traceback|Importer processing failed")


def main(folder: Path) -> int:
    """Check a new tarball; return 1 if the importer reports a problem."""
    (folder / "galaxy-importer.cfg").write_text(_CONFIG, encoding="utf-8")
    environment = {
        "HOME": str(folder),
        "PATH": f"{TOOLS}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
        "GALAXY_IMPORTER_CONFIG": str(folder / "galaxy-importer.cfg"),
        "LANG": "C.UTF-8",
    }
    run = _import(build(folder=folder / "dist"), folder, environment)
    output = run.stdout + run.stderr
    problems = [line for line in output.splitlines() if _BAD.search(line)]
    if run.returncode or problems:
        print(output)
        return 1
    return 0


def _import(tarball: Path, folder: Path, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    command: list[str | Path] = [TOOLS / "python", "-m", "galaxy_importer.main", tarball]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


if __name__ == "__main__":
    with lock_folder("importer") as place:
        sys.exit(main(place))
