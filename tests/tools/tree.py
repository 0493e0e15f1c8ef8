# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Copy the sources into a collections path.

ansible-test refuses a symbolic link, and linters are faster and more reliable in a folder with sources only. The copy
is a git repository, since tools that ask git would otherwise find that our .gitignore ignores it.
"""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from tests.tools.paths import COLLECTION, ROOT, clear_folder


def copy_tree(collections_path: Path) -> Path:
    """Copy all tracked and all new files that are not ignored to a collections path; return the copy's folder."""
    tree = clear_folder(collections_path.joinpath("ansible_collections", *COLLECTION.split(".")))
    copy_sources(ROOT, tree)
    for command in (["git", "init", "--quiet"], ["git", "add", "--all"]):
        subprocess.run(command, cwd=tree, check=True, capture_output=True)
    return tree


def copy_sources(folder: Path, target_folder: Path) -> None:
    """Copy the tracked files of a folder of the repository, and the new files that are not ignored."""
    listing = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(listing, cwd=folder, check=True, capture_output=True, text=True).stdout.split("\0")
    for name in sorted(set(names) - {""}):
        source, target = folder / name, target_folder / name
        if source.is_file():  # not deleted without a commit, and no submodule
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target, follow_symlinks=False)
