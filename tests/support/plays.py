# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Plays and tasks as data, for tests that build them from tables."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

TOKEN = "beyondidentity.management.token"
APPLICATIONS = "beyondidentity.management.application_info"
READ = {"scopes": ["realms:read"]}


def play(*tasks: dict[str, Any], hosts: str = "localhost", **keywords: Any) -> dict[str, Any]:
    """Return a play of these tasks."""
    return {"hosts": hosts, "gather_facts": False, **keywords, "tasks": list(tasks)}


def task(name: str, module: str, arguments: dict[str, Any] | None = None, **keywords: Any) -> dict[str, Any]:
    """Return a task; its failure does not end the play."""
    return {"name": name, module: arguments or {}, "ignore_errors": True, **keywords}


def rescued(*tasks: dict[str, Any]) -> dict[str, Any]:
    """Return a block whose failure ends neither the play nor the run; roles have no `ignore_errors`."""
    return {"block": list(tasks), "rescue": [{"name": "Go on", "ansible.builtin.debug": {"msg": "rescued"}}]}


def lookup(name: str, arguments: str = "", **keywords: Any) -> dict[str, Any]:
    """Return a task that uses the token lookup, and shows only that it returned a token."""
    answer = f"{{{{ lookup('{TOKEN}', 'realms:read'{arguments and ', ' + arguments}) | length > 0 }}}}"
    return task(name, "ansible.builtin.debug", {"msg": answer}, **keywords)


def host_name(text: str) -> str:
    """Return a text as a host name that host patterns can contain."""
    return re.sub(r"[^A-Za-z0-9]+", "-", text).strip("-")


def local_hosts(variables: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Return an inventory of local hosts, each with variables of its own, such as those of a tenant."""
    return {"all": {"hosts": {name: {"ansible_connection": "local", **own} for name, own in variables.items()}}}


def reporting_module(folder: Path, name: str, facts: dict[str, Any]) -> Path:
    """Write a module that reports these facts, as a managed host could; return the folder of modules."""
    folder.mkdir(exist_ok=True)
    result = json.dumps({"changed": False, "ansible_facts": facts})
    (folder / f"{name}.py").write_text(f"#!/usr/bin/python\nprint({result!r})\n", encoding="utf-8")
    return folder
