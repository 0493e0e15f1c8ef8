# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A token store in memory."""

from __future__ import annotations

import json
import threading
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from ansible_collections.beyondidentity.management.plugins.module_utils._oauth.token_store import LockPurpose
from ansible_collections.beyondidentity.management.plugins.plugin_utils.encrypted_store import remove_matching


class MemoryStore:
    """Implements `TokenStore`. Entries are JSON, as in any other store.

    Attributes:
        entries: the stored entries by key, both as JSON texts.
        keys: the keys of all calls of `put`, in order.
        purposes: what locks were held for, in order.
    """

    def __init__(self) -> None:
        self.entries: dict[str, str] = {}
        self.keys: list[Any] = []
        self.purposes: list[LockPurpose] = []
        self._locks: dict[str, threading.Lock] = defaultdict(threading.Lock)

    def get(self, key: Any) -> Mapping[str, Any] | None:
        entry = self.entries.get(json.dumps(key, sort_keys=True))
        return None if entry is None else json.loads(entry)

    def put(self, key: Any, entry: Mapping[str, Any]) -> None:
        self.keys.append(key)
        self.entries[json.dumps(key, sort_keys=True)] = json.dumps(entry)

    def discard(self, key: Any) -> None:
        self.entries.pop(json.dumps(key, sort_keys=True), None)

    def list_entries(self) -> list[Mapping[str, Any]]:
        return [json.loads(entry) for entry in self.entries.values()]

    def forget(self, matches: Callable[[str], bool]) -> None:
        for key, entry in list(self.entries.items()):
            remaining = remove_matching(json.loads(entry), matches)
            if remaining is None:
                del self.entries[key]
            else:
                self.entries[key] = json.dumps(remaining)

    @contextmanager
    def lock(self, key: Any, purpose: LockPurpose) -> Iterator[None]:
        self.purposes.append(purpose)
        with self._locks[json.dumps(key, sort_keys=True)]:
            yield
