# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Build the collection, install it as a user would, and run its quickstart playbook.

It uses the tenant in the environment variables, or an emulator if there is none.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.tools.foreground_process import run_in_foreground
from tests.tools.paths import BIN, COLLECTION, clear_folder, lock_folder
from tests.tools.tarball import build
from tests.tools.tenant_environment import has_tenant, start_tenant

PLAYBOOK = f"{COLLECTION}.quickstart"


def main(arguments: list[str], folder: Path) -> int:
    """Run the demo, with these arguments of ansible-playbook; return its exit code."""
    own = _create_settings(folder)
    print("Building the collection and installing it ...", flush=True)
    _install(folder / "collections", own)
    with _open_tenant() as tenant:
        command: list[str | Path] = [BIN / "ansible-playbook", PLAYBOOK, *arguments]
        return run_in_foreground(command, {**tenant, **own}, folder)


@contextmanager
def _open_tenant() -> Iterator[dict[str, str]]:
    if has_tenant(os.environ):
        print(f"Running {PLAYBOOK} against {os.environ['BEYONDIDENTITY_ISSUER']} ...", flush=True)
        yield dict(os.environ)
        return
    with start_tenant() as environment:
        print(f"Running {PLAYBOOK} against an emulator of Beyond Identity on this machine ...", flush=True)
        yield environment


def _create_settings(folder: Path) -> dict[str, str]:
    for name in ("home", "collections"):
        clear_folder(folder / name)
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
        sys.exit(f"{run.stdout}{run.stderr}Cannot install the collection.")


if __name__ == "__main__":
    with lock_folder("demo") as place:
        sys.exit(main(sys.argv[1:], place))
