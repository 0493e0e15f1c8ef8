# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Make virtual environments with the oldest and the newest ansible-core that this machine's interpreters allow.

`.venv` holds the newest core for the default interpreter; `.venv-newest` is made only where another one goes further.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from tests.tools.interpreters import Version, interpreters
from tests.tools.paths import ROOT

REQUIREMENTS = ROOT / "requirements.txt"
ID_TOKENS = "PyJWT[crypto]>=2.8"  # what a controller needs beside, where people sign in

# The first core that supports a version of Python as a controller; later ones as the last.
_FIRST_CORE: dict[Version, str] = {(3, 10): "2.16", (3, 11): "2.16", (3, 12): "2.16", (3, 13): "2.18", (3, 14): "2.20"}


def make_oldest() -> None:
    """Make `.venv-oldest`, with the oldest requests too, by the default interpreter if none supports an older core."""
    found, default = interpreters(), sys.version_info[:2]
    by_age = sorted(found, key=lambda version: (_first_core(version), version != default, version))
    oldest = REQUIREMENTS.read_text(encoding="utf-8").strip().replace(">=", "==")
    if not by_age or not _make("oldest", found[by_age[0]], f"ansible-core=={_first_core(by_age[0])}.*", oldest):
        sys.exit("the oldest core could not be installed")


def make_newest() -> None:
    """Make `.venv-newest` by the newest interpreter that has a core, unless that is the default one."""
    found, default = interpreters(), sys.version_info[:2]
    for version in sorted(found, reverse=True):
        if version <= default:
            shutil.rmtree(_folder("newest"), ignore_errors=True)
            return
        if _make("newest", found[version], "ansible-core"):
            return


def _first_core(version: Version) -> str:
    return _FIRST_CORE[min(version, max(_FIRST_CORE))]


def _folder(name: str) -> Path:
    return ROOT / f".venv-{name}"


def _make(name: str, python: Path, core: str, *requirements: str) -> bool:
    folder = _folder(name)
    print(f"Making {folder.name} ({core} on {python}) ...", file=sys.stderr)
    commands: tuple[list[str | Path], ...] = (
        [python, "-m", "venv", "--clear", folder],
        [folder / "bin" / "python", "-m", "pip", "install", "-qq", core, ID_TOKENS, "-r", REQUIREMENTS, *requirements],
    )
    return all(subprocess.run(command, stdout=sys.stderr, check=False).returncode == 0 for command in commands)


if __name__ == "__main__":
    make_oldest()
    make_newest()
