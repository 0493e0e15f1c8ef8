# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run `ansible-test sanity` on a copy of the sources, with a home folder of its own and PyPI as the only source.

ansible-test fetches a script that installs pip from a host that is not PyPI, unless it finds one in its cache; so one
is put there. It hands on almost no environment, so pip's settings (a mirror, a certificate) go into a file.
"""

from __future__ import annotations

import ast
import configparser
import os
import re
import subprocess
import sys
from pathlib import Path

from tests.tools.interpreters import clean_path
from tests.tools.paths import BIN, BUILD, alone, fresh
from tests.tools.tree import copy_tree

FOLDER = "sanity"
HOME = BUILD / FOLDER / "home"
CACHE = HOME / ".ansible" / "test" / "cache"

_GET_PIP = """\
import sys

sys.path.insert(0, {wheel!r})

from pip._internal.cli.main import main

OTHERS = ("--no-setuptools", "--no-wheel")
sys.exit(main(["install", *(argument for argument in sys.argv[1:] if argument not in OTHERS)]))
"""


def main(arguments: list[str], folder: Path) -> int:
    """Run the sanity tests; return ansible-test's exit code."""
    CACHE.mkdir(parents=True, exist_ok=True)
    _keep_pip_settings()
    _provide_get_pip()
    environment = {"HOME": str(HOME), "PATH": clean_path([BIN]), "LANG": "C.UTF-8"}
    command: list[str | Path] = [BIN / "ansible-test", "sanity", "--color", "no", *arguments]
    run = subprocess.run(command, cwd=copy_tree(folder), env=environment, stdin=subprocess.DEVNULL, check=False)
    return run.returncode


def _keep_pip_settings() -> None:
    command = (BIN / "pip", "config", "list")
    listing = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    settings: dict[str, dict[str, str]] = {"global": {}}
    for line in sorted(listing.splitlines(), key=lambda line: line.startswith(":env:")):  # the environment wins
        key, _equals, value = line.partition("=")
        section, _dot, name = key.replace(":env:", "global").rpartition(".")
        settings.setdefault(section, {})[name] = " ".join(ast.literal_eval(value).split())
    settings["global"]["quiet"] = "2"
    parser = configparser.RawConfigParser()
    parser.read_dict(settings)
    config = HOME / ".config" / "pip" / "pip.conf"
    config.parent.mkdir(parents=True, exist_ok=True)
    config.touch(mode=0o600)  # an index's URL may hold a password
    with config.open("w", encoding="utf-8") as file:
        parser.write(file)


def _provide_get_pip() -> None:
    for version in _wanted_pip():
        script = CACHE / f"get_pip_{version.replace('.', '_')}.py"
        if script.exists():
            continue
        wheels = fresh(CACHE / f"pip-{version}")
        download: list[str | Path] = [BIN / "pip", "download", "-qq", "--no-deps", "--dest", wheels, f"pip=={version}"]
        subprocess.run(download, check=True, stdout=sys.stderr)
        script.write_text(_GET_PIP.format(wheel=str(next(wheels.glob("pip-*.whl")))), encoding="utf-8")


def _wanted_pip() -> set[str]:
    """Read from ansible-test's own source which pip it will ask for."""
    import ansible_test

    source = Path(ansible_test.__file__).parent / "_internal" / "python_requirements.py"
    return set(re.findall(r"pip='([\d.]+)'", source.read_text(encoding="utf-8")))


if __name__ == "__main__":
    os.umask(0o022)
    with alone(FOLDER) as place:
        sys.exit(main(sys.argv[1:], place))
