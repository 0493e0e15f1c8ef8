# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who holds a port of this machine, for a message that says by whom it can be freed."""

from __future__ import annotations

import os
import pwd
from contextlib import suppress
from pathlib import Path

from ..module_utils.text import one_line

_LISTENING = "0A"


def holder(port: int) -> str:
    """The program that listens on a TCP port, as far as this user may know."""
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        with suppress(OSError, ValueError, IndexError, KeyError):
            for line in Path(table).read_text(encoding="ascii").splitlines()[1:]:
                fields = line.split()
                if fields[3] == _LISTENING and int(fields[1].rpartition(":")[2], 16) == port:
                    return _named(inode=fields[9], user=int(fields[7]))
    return "another program"


def _named(inode: str, user: int) -> str:
    owner = pwd.getpwuid(user).pw_name
    for process in Path("/proc").iterdir():
        if process.name.isdecimal():
            with suppress(OSError):
                for descriptor in (process / "fd").iterdir():
                    if os.readlink(descriptor) == f"socket:[{inode}]":
                        name = (process / "comm").read_text(encoding="utf-8", errors="replace")
                        return f"{one_line(name)} (process {process.name} of {owner})"
    return f"a program of {owner}"
