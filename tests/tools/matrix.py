# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run the unit and integration tests on every interpreter found, each with the newest ansible-core that supports it.

The integration tests also run with an emulator that behaves as the published description says.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.tools.interpreters import interpreters
from tests.tools.paths import BIN, BUILD, ROOT

PYTEST = ("-m", "pytest", "-n", "auto")
REQUIREMENTS = ROOT / "tests" / "requirements.txt"


def main() -> int:
    """Run the tests on all interpreters; print a line for each; return 1 if one fails."""
    outcomes: dict[str, bool] = {}
    for version, python in interpreters().items():
        name = ".".join(map(str, version))
        commands = _create_environment(python, BUILD / "matrix" / name)
        outcomes[name] = commands is not None and _run_tests(commands)
    print("Running the integration tests with the emulator as documented ...", file=sys.stderr)
    documented = [*PYTEST, "tests/integration", "--beyondidentity-emulator-arguments=--as-documented"]
    outcomes["of .venv, as documented"] = (
        subprocess.run([BIN / "python", *documented], cwd=ROOT, check=False).returncode == 0
    )
    for name, passed in outcomes.items():
        print(f"Python {name}: {'passed' if passed else 'FAILED'}")
    return 0 if all(outcomes.values()) else 1


def _create_environment(python: Path, folder: Path) -> Path | None:
    print(f"Creating {folder.relative_to(ROOT)} ...", file=sys.stderr)
    commands = folder / "bin"
    make: list[str | Path] = [python, "-m", "venv", folder]
    fill: list[str | Path] = [commands / "python", "-m", "pip", "install", "-qq", "-U", "-r", REQUIREMENTS]
    for command in (make, fill):
        if subprocess.run(command, check=False).returncode:
            return None
    return commands


def _run_tests(commands: Path) -> bool:
    """Return whether the tests pass. By default, playbooks use the ansible-core of pytest's environment."""
    command: list[str | Path] = [commands / "python", *PYTEST, "tests/unit", "tests/integration"]
    return subprocess.run(command, cwd=ROOT, check=False).returncode == 0


if __name__ == "__main__":
    sys.exit(main())
