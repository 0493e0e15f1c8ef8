# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Stand-ins for the places where a user stores a secret.

Each is strict: it refuses a wrong token, and raises for a request that the real one does not know.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.support.recorder import RecordedRequest, Recorder, Response
from tests.support.secret_stores.commands import COMMAND, Command
from tests.support.secret_stores.github import GitHub
from tests.support.secret_stores.gitlab import GitLab
from tests.support.secret_stores.hashicorp_vault import HashiCorpVault
from tests.support.secret_stores.kubernetes import Kubernetes


@dataclass
class SecretStores:
    """The stand-ins, and the requests that they did not expect."""

    vault: HashiCorpVault = field(default_factory=HashiCorpVault)
    gitlab: GitLab = field(default_factory=GitLab)
    github: GitHub = field(default_factory=GitHub)
    kubernetes: Kubernetes = field(default_factory=Kubernetes)
    unexpected: list[str] = field(default_factory=list)
    url: str = ""

    @property
    def writes(self) -> dict[str, int]:
        """How many writes each accepted."""
        return {
            "vault": self.vault.version,
            "gitlab": self.gitlab.writes,
            "github": self.github.writes,
            "kubernetes": self.kubernetes.writes,
        }

    @property
    def tokens(self) -> dict[str, str]:
        """The environment variables with the tokens."""
        return {"VAULT_TOKEN": self.vault.token, "GITLAB_TOKEN": self.gitlab.token, "GH_TOKEN": self.github.token}

    def answer(self, seen: RecordedRequest) -> Response:
        """Pass a request on to the stand-in that it is for."""
        try:
            status, document = self._pass_on(seen)
        except (KeyError, ValueError) as error:
            self.unexpected.append(f"{seen.method} {seen.path}: {error!r}")
            status, document = 404, {"error": "unexpected"}
        return status, {"Content-Type": "application/json"}, json.dumps(document).encode()

    def _pass_on(self, seen: RecordedRequest) -> tuple[int, Mapping[str, object]]:
        if seen.path.startswith("/v1/"):
            return self.vault.answer(seen)
        if seen.path.startswith("/api/v4/"):
            return self.gitlab.answer(seen)
        if seen.path != "/command":
            raise KeyError(seen.path)
        call = Command(**json.loads(seen.body))
        status, output = {"gh": self.github.run, "kubectl": self.kubernetes.run}[call.argv[0]](call)
        return 200, {"status": status, "output": output}


@contextmanager
def start_secret_stores(folder: Path) -> Iterator[SecretStores]:
    """Start the stand-ins, and write the commands `gh` and `kubectl` to a folder."""
    stores = SecretStores()
    with Recorder(stores.answer) as server:
        stores.url = server.url
        folder.mkdir()
        for name in ("gh", "kubectl"):
            command = folder / name
            command.write_text(COMMAND.format(python=sys.executable, url=server.url), encoding="utf-8")
            command.chmod(0o755)
        yield stores
