# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The versions of ansible-core that run the playbooks: that of pytest's environment, and two that `make cores` installs."""

from __future__ import annotations

import sys
from pathlib import Path

from tests.support.collection import ROOT

CORES = ("default", "oldest", "newest")


def core_bin(core: str) -> Path:
    """Return the folder of this core's commands; the newest is the default one if no interpreter supports a newer one."""
    if core not in CORES:
        raise ValueError(f"core is one of {', '.join(CORES)}, not {core!r}")
    folder = Path(sys.prefix) if core == "default" else ROOT / f".venv-{core}"
    if core == "newest" and not folder.exists():
        folder = ROOT / ".venv"
    if not (folder / "bin" / "ansible-playbook").exists():
        raise FileNotFoundError(f"there is no {folder}: run `make cores` first")
    return folder / "bin"
