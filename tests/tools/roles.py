# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Test the roles: all molecule scenarios below `extensions/molecule`, against an emulator."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from tests.tools.foreground_process import run_in_foreground
from tests.tools.paths import TOOLS, clear_folder, lock_folder
from tests.tools.tenant_environment import start_tenant
from tests.tools.tree import copy_tree


def main(arguments: list[str], folder: Path) -> int:
    """Run `molecule test`, for all scenarios or with these arguments; return its exit code."""
    tree, settings = copy_tree(folder), _create_settings(folder)
    with start_tenant() as environment:
        command: list[str | Path] = [TOOLS / "molecule", "test", *(arguments or ["--all"])]
        return run_in_foreground(command, {**environment, **settings}, tree)


def _create_settings(folder: Path) -> dict[str, str]:
    home = clear_folder(folder / "home")
    (home / "ansible.cfg").write_text("[defaults]\n", encoding="utf-8")
    return {
        "HOME": str(home),
        "PATH": os.pathsep.join([str(TOOLS), os.environ.get("PATH", os.defpath)]),
        "ANSIBLE_CONFIG": str(home / "ansible.cfg"),
        "ANSIBLE_COLLECTIONS_PATH": str(folder),
        "ANSIBLE_PYTHON_INTERPRETER": str(TOOLS / "python"),
        "NO_COLOR": "1",
        "ANSIBLE_NOCOLOR": "1",
    }


if __name__ == "__main__":
    with lock_folder("roles") as place:
        sys.exit(main(sys.argv[1:], place))
