# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Build the collection and check that the tarball holds what users need, and nothing else.

`ansible-galaxy collection build` packs all that galaxy.yml's `build_ignore` does not name, so here is the list of
what may be in it.
"""

from __future__ import annotations

import fnmatch
import subprocess
import sys
import tarfile
from pathlib import Path

from tests.tools.paths import BIN, ROOT, alone, fresh

MAY = (
    "CHANGELOG.md",
    "FILES.json",
    "LICENSE",
    "MANIFEST.json",
    "README.md",
    "changelogs/changelog.yaml",
    "changelogs/config.yaml",
    "docs/*.md",
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
MUST = ("FILES.json", "LICENSE", "MANIFEST.json", "README.md", "meta/runtime.yml", "requirements.txt")
MUST_NOT = ("*/.*", ".*", "*.pyc", "*__pycache__*")


def build(folder: Path) -> Path:
    """Build the collection's tarball into this folder, which is emptied first."""
    command: list[str | Path] = [BIN / "ansible-galaxy", "collection", "build", "--output-path", fresh(folder), ROOT]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return next(folder.glob("*.tar.gz"))


def faults(tarball: Path) -> list[str]:
    """Return what is wrong with the tarball's list of files."""
    with tarfile.open(tarball) as archive:
        names = {member.name for member in archive.getmembers() if not member.isdir()}
    surplus = {name for name in names if not _matches(name, MAY) or _matches(name, MUST_NOT)}
    return [f"{name} should not be in it" for name in sorted(surplus)] + [
        f"{name} is missing" for name in MUST if name not in names
    ]


def _matches(name: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatch.fnmatchcase(name, pattern) for pattern in patterns)


if __name__ == "__main__":
    with alone("dist") as place:
        built = build(folder=place)
        found = faults(built)
    print("\n".join([str(built.relative_to(ROOT)), *found]))
    sys.exit(1 if found else 0)
