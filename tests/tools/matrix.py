# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run the unit and integration tests on every interpreter found, each with the newest ansible-core that it takes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.tools.interpreters import interpreters
from tests.tools.paths import BUILD, ROOT

REQUIREMENTS = ROOT / "tests" / "requirements.txt"


def main() -> int:
    """Run them all; print one line for each; return 1 if one failed."""
    outcomes: dict[str, bool] = {}
    for version, python in interpreters().items():
        name = ".".join(map(str, version))
        commands = _prepared(python, BUILD / "matrix" / name)
        outcomes[name] = commands is not None and _passes(commands)
    for name, passed in outcomes.items():
        print(f"Python {name}: {'passed' if passed else 'FAILED'}")
    return 0 if all(outcomes.values()) else 1


def _prepared(python: Path, folder: Path) -> Path | None:
    print(f"Making {folder.relative_to(ROOT)} ...", file=sys.stderr)
    commands = folder / "bin"
    make: list[str | Path] = [python, "-m", "venv", folder]
    fill: list[str | Path] = [commands / "python", "-m", "pip", "install", "-qq", "-U", "-r", REQUIREMENTS]
    for command in (make, fill):
        if subprocess.run(command, check=False).returncode:
            return None
    return commands


def _passes(commands: Path) -> bool:
    """Playbooks that ask for no particular core use the one beside the interpreter that runs pytest."""
    command: list[str | Path] = [commands / "python", "-m", "pytest", "-n", "auto", "tests/unit", "tests/integration"]
    return subprocess.run(command, cwd=ROOT, check=False).returncode == 0


if __name__ == "__main__":
    sys.exit(main())
