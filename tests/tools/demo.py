# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Build the collection, install it as a user would, and run its quickstart playbook.

It runs against the tenant that the environment names, or else against an emulator.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.tools.emulated import emulated, names_tenant
from tests.tools.foreground import foreground
from tests.tools.paths import BIN, COLLECTION, alone, fresh
from tests.tools.tarball import build

PLAYBOOK = f"{COLLECTION}.quickstart"


def main(arguments: list[str], folder: Path) -> int:
    """Run the demo; further arguments go to ansible-playbook. Return its exit code."""
    own = _settings(folder)
    print("Building the collection and installing it ...", flush=True)
    _install(folder / "collections", own)
    with _tenant() as tenant:
        command: list[str | Path] = [BIN / "ansible-playbook", PLAYBOOK, *arguments]
        return foreground(command, {**tenant, **own}, folder)


@contextmanager
def _tenant() -> Iterator[dict[str, str]]:
    if names_tenant(os.environ):
        print(f"Running {PLAYBOOK} against {os.environ['BEYONDIDENTITY_ISSUER']} ...", flush=True)
        yield dict(os.environ)
        return
    with emulated() as environment:
        print(f"Running {PLAYBOOK} against an emulator of Beyond Identity on this machine ...", flush=True)
        yield environment


def _settings(folder: Path) -> dict[str, str]:
    for name in ("home", "collections"):
        fresh(folder / name)
    (folder / "ansible.cfg").write_text("[defaults]\n", encoding="utf-8")
    return {
        "HOME": str(folder / "home"),
        "PATH": os.pathsep.join([str(BIN), os.environ.get("PATH", os.defpath)]),
        "ANSIBLE_CONFIG": str(folder / "ansible.cfg"),
        "ANSIBLE_COLLECTIONS_PATH": str(folder / "collections"),
        "ANSIBLE_COLLECTIONS_SCAN_SYS_PATH": "false",
        "ANSIBLE_LOCALHOST_WARNING": "false",
        "ANSIBLE_INVENTORY_UNPARSED_WARNING": "false",
    }


def _install(collections_path: Path, settings: dict[str, str]) -> None:
    command: list[str | Path] = [BIN / "ansible-galaxy", "collection", "install", "--offline", "-p", collections_path]
    command.append(build(folder=collections_path.parent / "dist"))
    run = subprocess.run(command, env={**os.environ, **settings}, capture_output=True, text=True, check=False)
    if run.returncode:
        sys.exit(f"{run.stdout}{run.stderr}The collection could not be installed.")


if __name__ == "__main__":
    with alone("demo") as place:
        sys.exit(main(sys.argv[1:], place))
