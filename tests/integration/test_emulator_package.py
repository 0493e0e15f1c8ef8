# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The emulator's wheel works in an empty virtual environment, and its checks find planted mistakes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Sequence
from pathlib import Path

import pytest

from beyondidentity_emulator import __version__
from tests.tools.emulator_package import build, find_problems

GET_TOKEN = """
import base64, json, subprocess, sys, urllib.parse, urllib.request
command = [sys.executable, "-m", "beyondidentity_emulator", "--quiet", "--export", "json"]
with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as emulator:
    lines = iter(emulator.stdout.readline, "ready\\n")
    values = json.loads("".join(lines))
    form = urllib.parse.urlencode({"grant_type": "client_credentials", "scope": "realms:read"}).encode()
    user = f"{values['BEYONDIDENTITY_CLIENT_ID']}:{values['BEYONDIDENTITY_CLIENT_SECRET']}"
    headers = {"Authorization": "Basic " + base64.b64encode(user.encode()).decode()}
    request = urllib.request.Request(values["BEYONDIDENTITY_ISSUER"] + "/token", form, headers)
    with urllib.request.urlopen(request) as response:
        print(sorted(json.load(response)))
    emulator.terminate()
sys.exit(emulator.returncode)
"""


@pytest.fixture(scope="module")
def archives(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Return the paths of a wheel and an sdist."""
    return build(tmp_path_factory.mktemp("package") / "dist")


def test_the_wheel_works_in_an_empty_environment(archives: tuple[Path, Path], tmp_path: Path) -> None:
    """With an empty home, and nothing of the repository on a path."""
    home, folder = tmp_path / "home", tmp_path / "venv"
    home.mkdir()
    settings = {name: value for name, value in os.environ.items() if name.startswith("PIP_") or "proxy" in name.lower()}
    environment = {**settings, "HOME": str(home), "PATH": os.defpath, "LANG": "C.UTF-8", "no_proxy": "127.0.0.1"}

    def run(*command: str | Path) -> str:
        return run_command(command, environment, home)

    run(sys.executable, "-m", "venv", folder)
    python = folder / "bin" / "python"
    run(python, "-m", "pip", "install", "-qq", archives[0])
    run(python, "-m", "pip", "check")
    assert run(folder / "bin" / "beyondidentity-emulator", "--version") == f"beyondidentity-emulator {__version__}\n"
    assert "--seed" in run(python, "-m", "beyondidentity_emulator", "--help")
    assert "access_token" in run(python, "-c", GET_TOKEN)
    packages = json.loads(run(python, "-m", "pip", "list", "--format", "json"))
    assert "pytest" not in {package["name"] for package in packages}


def run_command(command: Sequence[str | Path], environment: dict[str, str], cwd: Path) -> str:
    """Return the output of a command that must succeed."""
    run = subprocess.run(command, env=environment, cwd=cwd, capture_output=True, text=True, check=False, timeout=900)
    assert run.returncode == 0, run.stdout + run.stderr
    return run.stdout


def test_the_archives_have_the_expected_files_only(archives: tuple[Path, Path]) -> None:
    assert find_problems(*archives) == []
    with zipfile.ZipFile(archives[0], "a") as wheel:
        wheel.writestr("tests/test_planted.py", "")
    assert "tests/test_planted.py must not be in the wheel" in find_problems(*archives)
