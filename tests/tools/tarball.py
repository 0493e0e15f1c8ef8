# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Build the collection and check that the tarball contains all required files and no others.

`ansible-galaxy collection build` packs all files except those in `build_ignore` of galaxy.yml, so this module lists the
allowed files.
"""

from __future__ import annotations

import fnmatch
import subprocess
import sys
import tarfile
from pathlib import Path

from tests.tools.paths import BIN, ROOT, clear_folder, lock_folder

ALLOWED = (
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "FILES.json",
    "LICENSE",
    "MANIFEST.json",
    "README.md",
    "SECURITY.md",
    "changelogs/changelog.yaml",
    "changelogs/config.yaml",
    "docs/*.md",
    "docs/pictures/*.svg",
    "meta/*.yml",
    "playbooks/*.yml",
    "playbooks/templates/*.j2",
    "plugins/*/*.py",
    "requirements.txt",
    "roles/*/README.md",
    "roles/*/*.yml",
    "tests/config.yml",
    "tests/sanity/ignore-*.txt",
)
REQUIRED = ("FILES.json", "LICENSE", "MANIFEST.json", "README.md", "meta/runtime.yml", "requirements.txt")
FORBIDDEN = ("*/.*", ".*", "*.pyc", "*__pycache__*", "docs/site/*")


def build(folder: Path) -> Path:
    """Empty this folder and build the collection's tarball in it."""
    command: list[str | Path] = [
        BIN / "ansible-galaxy",
        "collection",
        "build",
        "--output-path",
        clear_folder(folder),
        ROOT,
    ]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return next(folder.glob("*.tar.gz"))


def find_problems(tarball: Path) -> list[str]:
    """Return the unexpected and the missing files of the tarball."""
    with tarfile.open(tarball) as archive:
        names = {member.name for member in archive.getmembers() if not member.isdir()}
    unexpected = {name for name in names if not _matches(name, ALLOWED) or _matches(name, FORBIDDEN)}
    return [f"{name} must not be in the tarball" for name in sorted(unexpected)] + [
        f"{name} is missing in the tarball" for name in REQUIRED if name not in names
    ]


def _matches(name: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatch.fnmatchcase(name, pattern) for pattern in patterns)


if __name__ == "__main__":
    with lock_folder("dist") as place:
        built = build(folder=place)
        problems = find_problems(built)
    print("\n".join([str(built.relative_to(ROOT)), *problems]))
    sys.exit(1 if problems else 0)
