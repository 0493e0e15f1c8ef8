# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where tokens and sign-ins are stored between tasks, hosts and evaluations of templates."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Protocol

# For work that is refused, because no lock excludes other hosts.
ONE_HOST_ADVICE = (
    "Or run the task once (run_once: true), or on one host at a time (throttle: 1, or --forks 1). With a strategy other than "
    "linear, set serial: 1 for the play, or use --forks 1."
)


@dataclass(frozen=True)
class LockPurpose:
    """What a lock is held for.

    Attributes:
        work: the work that other processes are excluded from, as a noun for messages.
        duration: the longest time in seconds that the work takes.
        risk: what can happen without the lock, as a clause for messages; empty for nothing.
        must_wait: whether the work must not begin beside a process that holds the lock for longer than its own duration.
        must_lock: whether the work must not be done if the system has no locks.
    """

    work: str
    duration: float
    risk: str = ""
    must_wait: bool = False
    must_lock: bool = False


class TokenStore(Protocol):
    """Stores entries under keys. Keys and entries are JSON-serialisable.

    An implementation does not raise for a damaged or missing entry: such an entry does not exist.
    """

    def get(self, key: Any) -> Mapping[str, Any] | None:
        """Return the entry under a key, or `None`."""

    def put(self, key: Any, entry: Mapping[str, Any]) -> None:
        """Store an entry under a key."""

    def discard(self, key: Any) -> None:
        """Remove the entry under a key."""

    def list_entries(self) -> Iterable[Mapping[str, Any]]:
        """Return all entries, whatever their keys are."""

    def forget(self, matches: Callable[[str], bool]) -> None:
        """Remove each entry that has a matching text. If the text is in an item of a list, remove only that item.

        Locks the keys of these entries, so the caller must not hold any of these locks.
        """

    def lock(self, key: Any, purpose: LockPurpose) -> AbstractContextManager[None]:
        """Exclude other users of the store from work on the same key; raise `LockError` if the purpose demands it."""


@dataclass(frozen=True)
class TokenStores:
    """The run's store, and the user's store beyond the run. A delegated module has neither."""

    run: TokenStore | None = None
    user: TokenStore | None = None

    def select(self, token_cache: str) -> TokenStore | None:
        """Return the store for new tokens, by the option `token_cache`."""
        stores = {"run": self.run, "user": self.user or self.run, "none": None}
        return stores[token_cache]

    def list_for_sign_ins(self, token_cache: str) -> list[TokenStore]:
        """Return the stores to search for sign-ins. New sign-ins go to the first."""
        first = self.select(token_cache)
        return [first, *(store for store in (self.run, self.user) if store and store is not first)] if first else []

    def forget(self, matches: Callable[[str], bool]) -> None:
        """Remove the tokens and sign-ins that have a matching value from both stores."""
        for store in (self.run, self.user):
            if store:
                store.forget(matches)
