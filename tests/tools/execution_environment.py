# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Check with ansible-builder the built collection, and the execution environment in docs/awx.md.

This needs no container engine: ansible-builder reads the collection's dependencies and creates the build context.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import yaml

from tests.tools.paths import BIN, COLLECTION, ROOT, TOOLS, clear_folder, lock_folder
from tests.tools.tarball import build

PAGE = ROOT / "docs" / "awx.md"
_DEFINITION = re.compile(r"^```yaml\n(version: 3\n.*?)^```$", re.MULTILINE | re.DOTALL)


def main(folder: Path) -> int:
    """Print all problems; return 1 if there are any."""
    try:
        problems = check_dependencies(folder) + check_build_context(folder)
    except subprocess.CalledProcessError as error:
        problems = [f"{error}\n{error.stdout}{error.stderr}"]
    print("\n".join(problems))
    return 1 if problems else 0


def check_dependencies(folder: Path) -> list[str]:
    """Install a new tarball; return the problems with the dependencies that ansible-builder finds."""
    collections = clear_folder(folder / "collections")
    tarball = build(folder=folder / "dist")
    _run(folder, BIN / "ansible-galaxy", "collection", "install", "--offline", "-p", collections, tarball)
    output = _run(folder, TOOLS / "ansible-builder", "introspect", collections)
    dependencies = yaml.safe_load(output.partition("---\n")[2])
    requirements = (ROOT / "requirements.txt").read_text(encoding="utf-8").split()
    expected = {"python": [f"{line}  # from collection {COLLECTION}" for line in requirements], "system": []}
    problems = [] if dependencies == expected else [f"ansible-builder introspect finds {dependencies}, not {expected}"]
    # Without this file, ansible-builder guesses the dependencies.
    definition = collections.joinpath(
        "ansible_collections", *COLLECTION.split("."), "meta", "execution-environment.yml"
    )
    return problems if definition.is_file() else [*problems, f"{definition.name} is missing in the tarball"]


def check_build_context(folder: Path) -> list[str]:
    """Create the build context of the page's example; return the problems in it."""
    definition = _DEFINITION.search(PAGE.read_text(encoding="utf-8"))
    if not definition:
        return [f"{PAGE.name} has no execution environment"]
    file, context = folder / "execution-environment.yml", clear_folder(folder / "context")
    file.write_text(definition[1], encoding="utf-8")
    _run(folder, TOOLS / "ansible-builder", "create", "-f", file, "-c", context, "--output-filename", "Containerfile")
    galaxy = yaml.safe_load((context / "_build" / "requirements.yml").read_text(encoding="utf-8"))
    containerfile = (context / "Containerfile").read_text(encoding="utf-8")
    names = [collection["name"] for collection in galaxy["collections"]]
    problems = [] if names == [COLLECTION] else [f"the image has the collections {names}"]
    image = yaml.safe_load(definition[1])["images"]["base_image"]["name"]
    return problems + [
        f"the Containerfile does not contain {text}"
        for text in (f'EE_BASE_IMAGE="{image}"', "ansible-core>=2.16", "ansible-runner", "introspect")
        if text not in containerfile
    ]


def _run(folder: Path, *command: str | Path) -> str:
    environment = {"HOME": str(folder), "PATH": f"{TOOLS}{os.pathsep}{os.defpath}", "LANG": "C.UTF-8"}
    run = subprocess.run(command, cwd=folder, env=environment, check=True, capture_output=True, text=True)
    return run.stdout


if __name__ == "__main__":
    with lock_folder("execution-environment") as place:
        sys.exit(main(place))
