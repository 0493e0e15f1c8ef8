# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Copy pip's settings (a mirror, a certificate) to another home folder, for processes without our environment."""

from __future__ import annotations

import ast
import configparser
import subprocess
from pathlib import Path

from tests.tools.paths import BIN


def copy_pip_settings(home: Path) -> None:
    """Write the settings of the files and of the environment to the file of a home folder."""
    command = (BIN / "pip", "config", "list")
    listing = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    settings: dict[str, dict[str, str]] = {"global": {}}
    # The environment takes precedence.
    for line in sorted(listing.splitlines(), key=lambda line: line.startswith(":env:")):
        key, _equals, value = line.partition("=")
        section, _dot, name = key.replace(":env:", "global").rpartition(".")
        settings.setdefault(section, {})[name] = " ".join(ast.literal_eval(value).split())
    settings["global"]["quiet"] = "2"
    parser = configparser.RawConfigParser()
    parser.read_dict(settings)
    config = home / ".config" / "pip" / "pip.conf"
    config.parent.mkdir(parents=True, exist_ok=True)
    config.touch(mode=0o600)  # the index's URL can contain a password
    with config.open("w", encoding="utf-8") as file:
        parser.write(file)
