# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Let ansible-builder read what users install, and the definition of an execution environment that docs/awx.md shows.

There need be no container engine: what the built collection asks for is read, and the image's build context is made.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import yaml

from tests.tools.paths import BIN, COLLECTION, ROOT, TOOLS, alone, fresh
from tests.tools.tarball import build

PAGE = ROOT / "docs" / "awx.md"
_DEFINITION = re.compile(r"^```yaml\n(version: 3\n.*?)^```$", re.MULTILINE | re.DOTALL)


def main(folder: Path) -> int:
    """Check both; return 1 if ansible-builder finds something else than is meant."""
    try:
        found = introspected(folder) + created(folder)
    except subprocess.CalledProcessError as error:
        found = [f"{error}\n{error.stdout}{error.stderr}"]
    print("\n".join(found))
    return 1 if found else 0


def introspected(folder: Path) -> list[str]:
    """Install a new tarball; return what is wrong with the dependencies that ansible-builder finds there."""
    collections = fresh(folder / "collections")
    tarball = build(folder=folder / "dist")
    _run(folder, BIN / "ansible-galaxy", "collection", "install", "--offline", "-p", collections, tarball)
    output = _run(folder, TOOLS / "ansible-builder", "introspect", collections)
    dependencies = yaml.safe_load(output.partition("---\n")[2])
    wanted = (ROOT / "requirements.txt").read_text(encoding="utf-8").split()
    meant = {"python": [f"{line}  # from collection {COLLECTION}" for line in wanted], "system": []}
    faults = [] if dependencies == meant else [f"ansible-builder introspect finds {dependencies}, not {meant}"]
    # without it, ansible-builder would guess, and be right for now
    definition = collections.joinpath(
        "ansible_collections", *COLLECTION.split("."), "meta", "execution-environment.yml"
    )
    return faults if definition.is_file() else [*faults, f"{definition.name} is missing in the tarball"]


def created(folder: Path) -> list[str]:
    """Make the build context of the page's example; return what is missing in it."""
    definition = _DEFINITION.search(PAGE.read_text(encoding="utf-8"))
    if not definition:
        return [f"{PAGE.name} shows no execution environment"]
    file, context = folder / "execution-environment.yml", fresh(folder / "context")
    file.write_text(definition[1], encoding="utf-8")
    _run(folder, TOOLS / "ansible-builder", "create", "-f", file, "-c", context, "--output-filename", "Containerfile")
    galaxy = yaml.safe_load((context / "_build" / "requirements.yml").read_text(encoding="utf-8"))
    containerfile = (context / "Containerfile").read_text(encoding="utf-8")
    names = [collection["name"] for collection in galaxy["collections"]]
    faults = [] if names == [COLLECTION] else [f"the image would hold the collections {names}"]
    image = yaml.safe_load(definition[1])["images"]["base_image"]["name"]
    return faults + [
        f"the Containerfile does not say {text}"
        for text in (f'EE_BASE_IMAGE="{image}"', "ansible-core>=2.16", "ansible-runner", "introspect")
        if text not in containerfile
    ]


def _run(folder: Path, *command: str | Path) -> str:
    environment = {"HOME": str(folder), "PATH": f"{TOOLS}{os.pathsep}{os.defpath}", "LANG": "C.UTF-8"}
    run = subprocess.run(command, cwd=folder, env=environment, check=True, capture_output=True, text=True)
    return run.stdout


if __name__ == "__main__":
    with alone("execution-environment") as place:
        sys.exit(main(place))
