# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""HashiCorp Vault: one path of a KV secrets engine, version 2."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from tests.support.recorder import RecordedRequest
from tests.support.secret_stores.tokens import new_token

PATH = "/v1/secret/data/beyondidentity/nightly-report"


class HashiCorpVault:
    """Keeps all versions. A write must name the current one."""

    def __init__(self) -> None:
        self.token = new_token()
        self.versions: list[dict[str, str] | None] = []  # None: deleted
        self.next_write_by_others: dict[str, str] = {}

    @property
    def version(self) -> int:
        """The number of the current version."""
        return len(self.versions)

    @property
    def values(self) -> dict[str, str]:
        """The current values."""
        return (self.versions[-1] if self.versions else None) or {}

    def delete(self) -> None:
        """Delete the current version, as `vault kv delete` does."""
        self.versions[-1] = None

    def answer(self, seen: RecordedRequest) -> tuple[int, Mapping[str, Any]]:
        """Read or write."""
        if seen.path != PATH:
            raise KeyError(seen.path)
        if seen.headers.get("X-Vault-Token") != self.token:
            return 403, {"errors": ["permission denied"]}
        if seen.method == "GET":
            response = self._read()
            self.versions += [self.next_write_by_others] if self.next_write_by_others else []
            return response
        if seen.method != "POST":
            raise ValueError(seen.method)
        body = json.loads(seen.body)
        if int(body["options"]["cas"]) != self.version:  # the real one takes text, too: mapstructure.WeakDecode
            return 400, {"errors": ["check-and-set parameter did not match the current version"]}
        self.versions.append(body["data"])
        return 200, {"data": {"version": self.version}}

    def _read(self) -> tuple[int, Mapping[str, Any]]:
        if not self.versions:
            return 404, {"errors": []}
        current = self.versions[-1]
        return 200 if current else 404, {"data": {"data": current, "metadata": {"version": self.version}}}
