# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Find the Python interpreters of this machine that run; pyenv shims exist also for missing ones."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

Version = tuple[int, int]

OLDEST: Version = (3, 10)
_NAME = re.compile(r"python3(\.\d+)?\Z")
_QUESTION = "import ensurepip, ssl, sys, venv; print(sys.version_info[0], sys.version_info[1], sys.executable)"


def interpreters() -> dict[Version, Path]:
    """Return the interpreters from version `OLDEST` on, oldest first; for our version, the running interpreter."""
    found: dict[Version, Path] = {}
    for candidate in _find_candidates():
        version_and_path = _read_version(candidate)
        if version_and_path and version_and_path[0] >= OLDEST:
            found.setdefault(*version_and_path)
    return dict(sorted(found.items()))


def clean_path(first: list[Path]) -> str:
    """Return a PATH of these folders, the interpreters' folders and the rest of PATH, without shims."""
    folders = [str(folder) for folder in first] + [str(path.parent) for path in interpreters().values()]
    folders += [
        entry for entry in os.environ.get("PATH", os.defpath).split(os.pathsep) if entry and not _is_shims_folder(entry)
    ]
    return os.pathsep.join(dict.fromkeys(folders))


def _find_candidates() -> Iterator[Path]:
    base = Path(sys.base_prefix) / "bin" / f"python{sys.version_info[0]}.{sys.version_info[1]}"
    yield base if base.exists() else Path(sys.executable)
    for folder in _list_folders():
        if folder.is_dir() and not _is_in_virtual_environment(folder):
            yield from sorted(entry for entry in folder.iterdir() if _NAME.match(entry.name))


def _list_folders() -> Iterator[Path]:
    path = [Path(entry) for entry in os.environ.get("PATH", os.defpath).split(os.pathsep) if entry]
    yield from (entry for entry in path if not _is_shims_folder(str(entry)))
    pyenv = [Path.home() / ".pyenv", *(entry.parent for entry in path if _is_shims_folder(str(entry)))]
    for root in dict.fromkeys(pyenv):
        yield from sorted(root.glob("versions/*/bin"), reverse=True)


def _is_shims_folder(entry: str) -> bool:
    return Path(entry).name == "shims"


def _is_in_virtual_environment(folder: Path) -> bool:
    return (folder.parent / "pyvenv.cfg").exists()


def _read_version(candidate: Path) -> tuple[Version, Path] | None:
    try:
        run = subprocess.run([candidate, "-c", _QUESTION], capture_output=True, text=True, timeout=30, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    words = run.stdout.split(maxsplit=2)
    if run.returncode or len(words) != 3:
        return None
    return (int(words[0]), int(words[1])), Path(words[2].strip())


if __name__ == "__main__":
    for version, path in interpreters().items():
        print(".".join(map(str, version)), path)
