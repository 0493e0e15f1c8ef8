# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A second host whose Python forges the results of modules, and records their input."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.support.remote import with_journal
from tests.support.sshd import RemoteHost

_SCRIPT = """\
#!/bin/sh
case "$*" in
  *-c*) exec {python} "$@" ;;
esac
[ $# -gt 0 ] || {{ tee -a {heard} > {heard}.last; exec < {heard}.last; }}
{does}
"""

ECHO = "cat\nexit 1"  # like a shell that takes the module for a script


def inventory_with_malicious_host(
    host: RemoteHost, core: str, folder: Path, answer: dict[str, Any] | str
) -> dict[str, Any]:
    """Return an inventory in which the host's Python records a module, and returns this result, or runs this shell script."""
    inventory = with_journal(host, core, folder)
    variables = inventory["all"]["hosts"][host.name]
    script = folder / "malicious-python"
    python = variables["ansible_python_interpreter"]
    does = answer if isinstance(answer, str) else f"echo '{json.dumps(answer)}'"
    script.write_text(_SCRIPT.format(python=python, heard=folder / "heard", does=does), encoding="utf-8")
    script.chmod(0o755)
    variables["ansible_python_interpreter"] = str(script)
    return inventory
