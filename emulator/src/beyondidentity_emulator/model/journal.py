# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A record of every request, with which tests check what was sent. Secrets are replaced before they are stored."""

from __future__ import annotations

import itertools
import re
import threading
import time
from collections import deque
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from .digests import Digests

MAXIMUM_LENGTH = 100_000


@dataclass
class Exchange:
    """One request and its result. `status` is None if no response was created."""

    seq: int
    method: str
    path: str
    query: dict[str, str]
    operation: str | None
    tenant_id: str | None
    grant: str | None
    headers: dict[str, str]
    form: dict[str, str]
    json: Any
    peer_port: int
    time: float = field(default_factory=time.time)
    status: int | None = None
    application_id: str | None = None
    token_id: str | None = None
    token_scopes: list[str] | None = None
    issued_token_id: str | None = None
    fault: int | None = None


class Journal:
    """The requests in the order of arrival; the oldest are removed if there are more than MAXIMUM_LENGTH."""

    def __init__(self) -> None:
        self.digests = Digests()
        self._entries: deque[Exchange] = deque(maxlen=MAXIMUM_LENGTH)
        self._numbers = itertools.count(1)
        self._lock = threading.Lock()

    def open(self, values: dict[str, Any], named: set[str]) -> Exchange:
        """Add a request, with digests instead of its secrets; add to `named` those that it has under secret names."""
        masked = self.digests.mask_request(values, named)
        with self._lock:
            exchange = Exchange(seq=next(self._numbers), **masked)
            self._entries.append(exchange)
        return exchange

    def select(self, filters: Mapping[str, str]) -> list[dict[str, Any]]:
        """Return entries by `tenant`, `method`, `operation`, `grant`, `status` (equal), `path` (regular expression), `since` (seq above it)."""
        try:
            re.compile(filters.get("path", ""))
        except re.error:
            raise ValueError("path must be a regular expression") from None
        with self._lock:
            entries = list(self._entries)
        return [asdict(entry) for entry in entries if _matches(entry, filters)]

    def clear(self, tenant_id: str | None = None) -> None:
        """Remove a tenant's entries, or all entries."""
        with self._lock:
            remaining = [entry for entry in self._entries if tenant_id is not None and entry.tenant_id != tenant_id]
            self._entries.clear()
            self._entries.extend(remaining)


def _matches(entry: Exchange, filters: Mapping[str, str]) -> bool:
    equal = {
        "tenant": entry.tenant_id,
        "method": entry.method,
        "operation": entry.operation,
        "grant": entry.grant,
        "status": str(entry.status),
    }
    for name, value in filters.items():
        if name in equal:
            if equal[name] != value:
                return False
        elif name == "path":
            if not re.search(value, entry.path):
                return False
        elif name == "since":
            if entry.seq <= int(value):
                return False
        else:
            raise ValueError(f"unknown filter: {name}")
    return True
