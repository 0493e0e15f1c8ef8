# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Copy the sources into a collections path.

ansible-test refuses a link, and every linter is quicker and surer in a folder that holds sources only. The copy is a
git repository of its own, or else tools that ask git would find the whole copy ignored by ours.
"""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from tests.tools.paths import COLLECTION, ROOT, fresh


def copy_tree(collections_path: Path) -> Path:
    """Copy what git tracks, and what is new and not ignored, into a collections path; return the copy's folder."""
    tree = fresh(collections_path.joinpath("ansible_collections", *COLLECTION.split(".")))
    listing = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(listing, cwd=ROOT, check=True, capture_output=True, text=True).stdout.split("\0")
    for name in sorted(set(names) - {""}):
        source, target = ROOT / name, tree / name
        if source.is_file():  # else deleted and not yet committed, or a submodule
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target, follow_symlinks=False)
    for command in (["git", "init", "--quiet"], ["git", "add", "--all"]):
        subprocess.run(command, cwd=tree, check=True, capture_output=True)
    return tree
