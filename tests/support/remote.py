# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The second host with a journal, in which modules log their invocation."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.support.cores import core_bin
from tests.support.sshd import RemoteHost

STUB = Path(__file__).parent / "journal_stub"

_PYTHON = """\
#!/bin/sh
export PYTHONPATH={stub}{before} TMPDIR={home}/tmp
exec {python} "$@"
"""


def with_journal(host: RemoteHost, core: str, folder: Path, before: str = "") -> dict[str, Any]:
    """Return an inventory in which the host's Python finds a journal; `before` is a folder in front of its path."""
    (host.home / "tmp").mkdir(exist_ok=True)
    python = folder / "remote-python"
    python.write_text(
        _PYTHON.format(stub=STUB, home=host.home, python=core_bin(core) / "python", before=before and f":{before}"),
        encoding="utf-8",
    )
    python.chmod(0o755)
    inventory: dict[str, Any] = host.inventory()
    # Ansible would not take the user's home folder from the environment.
    places = {"ansible_python_interpreter": str(python), "ansible_remote_tmp": f"{host.home}/.ansible/tmp"}
    inventory["all"]["hosts"][host.name] = {**host.variables, **places}
    return inventory


def journal(host: RemoteHost) -> str:
    """Return the log of modules on the host."""
    path = host.home / "journal.log"
    return path.read_text(encoding="utf-8") if path.exists() else ""
