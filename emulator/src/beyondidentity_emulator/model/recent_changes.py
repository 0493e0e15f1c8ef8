# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""When objects were created, changed and deleted, for listings and reads that are late."""

from __future__ import annotations

import time
from typing import Any


class RecentChanges:
    """The changes of one tenant's objects by ID. Deleted objects are kept by place, which is a realm's ID and a collection."""

    def __init__(self) -> None:
        self._created: dict[str, float] = {}
        self._changed: dict[str, tuple[float, Any]] = {}
        self._deleted: dict[tuple[str, str], dict[str, tuple[float, Any]]] = {}
        self._late_from = 0.0

    def add_created(self, identifier: str) -> None:
        """Record a creation."""
        self._created[identifier] = time.monotonic()

    def add_changed(self, identifier: str, previous: Any) -> None:
        """Record a change, with the object as it was before."""
        self._changed[identifier] = (time.monotonic(), previous)

    def add_deleted(self, place: tuple[str, str], identifier: str, entry: Any) -> None:
        """Record a deletion."""
        self._deleted.setdefault(place, {})[identifier] = (time.monotonic(), entry)

    def show_in_lists(self) -> None:
        """Show all changes of the past in lists."""
        self._late_from = time.monotonic()

    def is_new(self, identifier: str, seconds: float) -> bool:
        """Return whether an object was created in the last seconds."""
        return identifier in self._created and _is_recent(self._created[identifier], seconds)

    def is_unlisted(self, identifier: str, seconds: float) -> bool:
        """Return whether lists lack an object because it was created in the last seconds."""
        return identifier in self._created and self._is_late(self._created[identifier], seconds)

    def find_previous(self, identifier: str, seconds: float) -> Any:
        """Return an object as it was before a change in the last seconds; None if there was no change."""
        moment, previous = self._changed.get(identifier, (0.0, None))
        return previous if self._is_late(moment, seconds) else None

    def list_deleted(self, place: tuple[str, str], seconds: float) -> dict[str, Any]:
        """Return the objects of a place that were deleted in the last seconds."""
        deleted = self._deleted.get(place, {})
        return {identifier: entry for identifier, (moment, entry) in deleted.items() if self._is_late(moment, seconds)}

    def _is_late(self, moment: float, seconds: float) -> bool:
        return moment >= self._late_from and _is_recent(moment, seconds)


def _is_recent(moment: float, seconds: float) -> bool:
    return seconds > 0 and time.monotonic() - moment < seconds
