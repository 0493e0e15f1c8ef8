# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run `ansible-test sanity` on copies of the sources, with a separate home folder and PyPI as the only source.

ansible-test downloads a script that installs pip from a host other than PyPI, unless its cache has that script. So this
module writes the script to the cache. ansible-test passes on almost no environment variables, so pip's settings are
copied to a file.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.tools.interpreters import clean_path
from tests.tools.paths import BIN, clear_folder, lock_folder
from tests.tools.pip_settings import copy_pip_settings
from tests.tools.tree import copy_tree

_SLOW = ("ansible-doc", "pylint", "validate-modules")
PARTS = {
    "slow-tests": [argument for name in _SLOW for argument in ("--test", name)],
    "other-tests": [argument for name in _SLOW for argument in ("--skip-test", name)],
}
"""The arguments of two processes that run in parallel and take about the same time."""

_GET_PIP = """\
import sys

sys.path.insert(0, {wheel!r})

from pip._internal.cli.main import main

UNSUPPORTED = ("--no-setuptools", "--no-wheel")
sys.exit(main(["install", *(argument for argument in sys.argv[1:] if argument not in UNSUPPORTED)]))
"""


def main(arguments: list[str], folder: Path) -> int:
    """Run all sanity tests, or `ansible-test sanity` with these arguments; return 1 if a test fails."""
    if arguments:
        return run_sanity(arguments, folder / "selected-tests").returncode
    failed = False
    with ThreadPoolExecutor(len(PARTS)) as pool:
        runs = {name: pool.submit(run_sanity, part, folder / name, subprocess.PIPE) for name, part in PARTS.items()}
        for name, future in runs.items():
            run = future.result()
            failed = failed or run.returncode != 0
            print(f"{name}: {'FAILED' if run.returncode else 'ok'}\n{run.stdout}", flush=True)
    return 1 if failed else 0


def run_sanity(arguments: list[str], folder: Path, stdout: int | None = None) -> subprocess.CompletedProcess[str]:
    """Run ansible-test with a home folder and a copy of the sources below `folder`."""
    home = folder / "home"
    cache = home / ".ansible" / "test" / "cache"
    cache.mkdir(parents=True, exist_ok=True)
    copy_pip_settings(home)
    _provide_get_pip(cache)
    return subprocess.run(
        [BIN / "ansible-test", "sanity", "--color", "no", *arguments],
        cwd=copy_tree(folder),
        env={"HOME": str(home), "PATH": clean_path([BIN]), "LANG": "C.UTF-8"},
        stdin=subprocess.DEVNULL,
        stdout=stdout,
        stderr=subprocess.STDOUT if stdout else None,
        text=True,
        check=False,
    )


def _provide_get_pip(cache: Path) -> None:
    for version in _read_pip_versions():
        script = cache / f"get_pip_{version.replace('.', '_')}.py"
        if script.exists():
            continue
        wheels = clear_folder(cache / f"pip-{version}")
        download: list[str | Path] = [BIN / "pip", "download", "-qq", "--no-deps", "--dest", wheels, f"pip=={version}"]
        subprocess.run(download, check=True, stdout=sys.stderr)
        script.write_text(_GET_PIP.format(wheel=str(next(wheels.glob("pip-*.whl")))), encoding="utf-8")


def _read_pip_versions() -> set[str]:
    """Read the versions of pip that ansible-test installs from its source."""
    import ansible_test

    source = Path(ansible_test.__file__).parent / "_internal" / "python_requirements.py"
    return set(re.findall(r"pip='([\d.]+)'", source.read_text(encoding="utf-8")))


if __name__ == "__main__":
    os.umask(0o022)
    with lock_folder("sanity") as place:
        sys.exit(main(sys.argv[1:], place))
