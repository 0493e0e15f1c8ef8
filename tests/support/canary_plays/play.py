# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A play of the canary test, and the source of its secret."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml

REMOTE = "remote"


def _connection(source: str) -> dict[str, str]:
    names = ("issuer", "api_url", "client_id", "client_secret")
    return {f"beyondidentity_{name}": f"{{{{ canary.{source}.{name} }}}}" for name in names}


def _environment(source: str) -> dict[str, str]:
    return {name.upper(): value for name, value in _connection(source).items()}


# The source of the secret, as keywords of the play.
SOURCES: dict[str, dict[str, Any]] = {
    "variable": {"vars": _connection("variable")},
    "vault": {
        "vars": _connection("variable") | {"beyondidentity_client_secret": "{{ vaulted_client_secret }}"},
        "vars_files": ["{{ canary.vars_file }}"],
    },
    "sign_in_application": {"vars": _connection("sign_in_application")},
    "environment": {},
    "task environment": {"environment": _environment("task_environment")},
}


@dataclass(frozen=True)
class CanaryPlay:
    """One play that handles secrets."""

    name: str
    tasks: str
    source: str = "variable"
    failures: Mapping[str, str] = field(default_factory=dict)
    vars: Mapping[str, Any] = field(default_factory=dict)

    def play(self) -> dict[str, Any]:
        """Return the play as data."""
        source = SOURCES[self.source]
        return {
            "name": self.name,
            "hosts": "localhost",
            "gather_facts": False,
            **source,
            "vars": {**source.get("vars", {}), **self.vars},
            "tasks": yaml.safe_load(self.tasks),
        }
