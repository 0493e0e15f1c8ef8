# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Build the wheel and the sdist of the emulator, and check their files and metadata."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

from tests.tools.paths import ROOT, clear_folder, lock_folder

SOURCES = ROOT / "emulator"
RELEASE_TIME = (
    "1767225600"  # 2026-01-01; the files of a release have this time, so that equal sources give equal archives
)
ALLOWED = (
    r"beyondidentity_emulator/([a-z_]+/)*[a-z_]+\.py",
    r"beyondidentity_emulator/py\.typed",
    r"beyondidentity_emulator/web/pages\.css",
    r"beyondidentity_emulator-[^/]+\.dist-info/(METADATA|RECORD|WHEEL|entry_points\.txt|licenses/LICENSE)",
)
REQUIRED = tuple(f"beyondidentity_emulator/{name}" for name in ("py.typed", "pytest_plugin.py", "web/pages.css"))
ALLOWED_SDIST = (
    r"beyondidentity_emulator-[^/]+/(\.gitignore|LICENSE|PKG-INFO|README\.md|pyproject\.toml)",
    rf"beyondidentity_emulator-[^/]+/src/({'|'.join(ALLOWED[:3])})",
)


def build(folder: Path) -> tuple[Path, Path]:
    """Empty this folder and build the sdist, and the wheel from it; return the paths of wheel and sdist."""
    command: list[str | Path] = [sys.executable, "-m", "build", "--outdir", clear_folder(folder), SOURCES]
    environment = {**os.environ, "SOURCE_DATE_EPOCH": RELEASE_TIME}
    run = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if run.returncode:
        sys.exit(f"{run.stdout}{run.stderr}Cannot build the emulator.")
    return next(folder.glob("*.whl")), next(folder.glob("*.tar.gz"))


def find_problems(wheel: Path, sdist: Path) -> list[str]:
    """Return the unexpected and the missing files of the archives, and what other tools say."""
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    with tarfile.open(sdist) as tarball:
        sources = {member.name for member in tarball.getmembers() if not member.isdir()}
    problems = [f"{name} must not be in the wheel" for name in sorted(names) if not _matches(name, ALLOWED)]
    problems += [f"{name} must not be in the sdist" for name in sorted(sources) if not _matches(name, ALLOWED_SDIST)]
    problems += [f"{name} is missing in the wheel" for name in REQUIRED if name not in names]
    if not any(name.endswith("/licenses/LICENSE") for name in names):
        problems.append("LICENSE is missing in the wheel")
    commands: tuple[list[str | Path], ...] = (
        ["twine", "check", "--strict", wheel, sdist],
        ["check_wheel_contents", wheel],
    )
    for command in commands:
        run = subprocess.run([sys.executable, "-m", *command], capture_output=True, text=True, check=False)
        if run.returncode:
            problems.append(run.stdout + run.stderr)
    return problems


def _matches(name: str, patterns: tuple[str, ...]) -> bool:
    return any(re.fullmatch(pattern, name) for pattern in patterns)


if __name__ == "__main__":
    with lock_folder("dist-emulator") as place:
        archives = build(folder=place)
        found = find_problems(*archives)
    print("\n".join([*(str(path.relative_to(ROOT)) for path in archives), *found]))
    sys.exit(1 if found else 0)
