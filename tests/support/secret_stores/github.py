# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""GitHub: the Actions secrets and variables of one repository, as `gh` writes them."""

from __future__ import annotations

import json

from tests.support.secret_stores.commands import Command
from tests.support.secret_stores.tokens import new_token

REPOSITORY = ["--repo", "example/nightly-report"]


class GitHub:
    """Never returns a secret."""

    def __init__(self) -> None:
        self.token = new_token()
        self.secrets: dict[str, str] = {}
        self.variables: dict[str, str] = {}
        self.writes = 0
        self.writes_until_failure: int | None = None

    @property
    def values(self) -> dict[str, str]:
        """The current values."""
        return self.secrets | self.variables

    def run(self, call: Command) -> tuple[int, str]:
        """Run `gh`."""
        if call.token != self.token:
            return 4, "To use GitHub CLI in automation, set the GH_TOKEN environment variable."
        if call.argv == ["gh", "variable", "list", *REPOSITORY, "--json", "name,value"]:
            return 0, json.dumps([{"name": name, "value": value} for name, value in self.variables.items()])
        _gh, kind, action, name, *repository = call.argv
        if action != "set" or repository != REPOSITORY:
            raise ValueError(call.argv)
        if self.writes_until_failure == self.writes:
            return 1, "HTTP 502"
        {"secret": self.secrets, "variable": self.variables}[kind][name] = call.stdin.rstrip("\r\n")
        self.writes += 1
        return 0, ""
