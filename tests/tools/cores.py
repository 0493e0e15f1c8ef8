# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Create virtual environments with the oldest and newest ansible-core that this machine's interpreters support.

`.venv` holds the newest core for the default interpreter; `.venv-newest` is created only if another
interpreter supports a newer core.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from tests.tools.interpreters import Version, interpreters
from tests.tools.paths import ROOT

REQUIREMENTS = ROOT / "requirements.txt"
ID_TOKENS = "PyJWT[crypto]>=2.8"  # what a controller needs to verify ID tokens

# The first core that supports a version of Python on the controller. Newer versions use the last entry.
_FIRST_CORE: dict[Version, str] = {(3, 10): "2.16", (3, 11): "2.16", (3, 12): "2.16", (3, 13): "2.18", (3, 14): "2.20"}


def create_oldest() -> None:
    """Create `.venv-oldest` with the oldest core and requests; prefer the default interpreter."""
    found, default = interpreters(), sys.version_info[:2]
    by_age = sorted(found, key=lambda version: (_find_first_core(version), version != default, version))
    oldest = REQUIREMENTS.read_text(encoding="utf-8").strip().replace(">=", "==")
    if not by_age or not _create("oldest", found[by_age[0]], f"ansible-core=={_find_first_core(by_age[0])}.*", oldest):
        sys.exit("Cannot install the oldest ansible-core.")


def create_newest() -> None:
    """Create `.venv-newest` with the newest interpreter that has a core, unless that is the default one."""
    found, default = interpreters(), sys.version_info[:2]
    for version in sorted(found, reverse=True):
        if version <= default:
            shutil.rmtree(_get_folder("newest"), ignore_errors=True)
            return
        if _create("newest", found[version], "ansible-core"):
            return


def _find_first_core(version: Version) -> str:
    return _FIRST_CORE[min(version, max(_FIRST_CORE))]


def _get_folder(name: str) -> Path:
    return ROOT / f".venv-{name}"


def _create(name: str, python: Path, core: str, *requirements: str) -> bool:
    folder = _get_folder(name)
    print(f"Creating {folder.name} ({core} on {python}) ...", file=sys.stderr)
    commands: tuple[list[str | Path], ...] = (
        [python, "-m", "venv", "--clear", folder],
        [folder / "bin" / "python", "-m", "pip", "install", "-qq", core, ID_TOKENS, "-r", REQUIREMENTS, *requirements],
    )
    return all(subprocess.run(command, stdout=sys.stderr, check=False).returncode == 0 for command in commands)


if __name__ == "__main__":
    create_oldest()
    create_newest()
