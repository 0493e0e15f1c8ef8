# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Kubernetes: one Secret, as `kubectl` reads and writes it."""

from __future__ import annotations

import base64
import json
from typing import Any

from tests.support.secret_stores.commands import Command

GET = ["kubectl", "get", "secret", "nightly-report", "--namespace", "reports", "--ignore-not-found", "--output", "json"]
APPLY = ["kubectl", "apply", "--server-side", "--field-manager", "ansible", "--filename", "-"]
METADATA = {"name": "nightly-report", "namespace": "reports"}


class Kubernetes:
    """Server-side apply replaces the keys of the manifest's manager."""

    def __init__(self) -> None:
        self.secret: dict[str, Any] = {}
        self.writes = 0

    @property
    def values(self) -> dict[str, str]:
        """The current values."""
        return {key: base64.b64decode(value).decode() for key, value in self.secret.get("data", {}).items()}

    def run(self, call: Command) -> tuple[int, str]:
        """Run `kubectl`."""
        if call.argv == GET:
            return 0, json.dumps(self.secret) if self.secret else ""
        if call.argv != APPLY:
            raise ValueError(call.argv)
        manifest = json.loads(call.stdin)
        data = manifest.pop("data")
        if manifest != {"apiVersion": "v1", "kind": "Secret", "metadata": METADATA, "type": "Opaque"}:
            raise ValueError(sorted(manifest))
        for value in data.values():
            base64.b64decode(value, validate=True)
        self.secret = {**manifest, "data": data}
        self.writes += 1
        return 0, "secret/nightly-report serverside-applied"
