# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Many-to-many relations between objects, such as members of groups, readable from both sides."""

from __future__ import annotations

from collections.abc import Iterable


class Links:
    """Pairs of a holder (a group or role) and an item (an ID or scope), in the order in which they were added."""

    def __init__(self) -> None:
        self._held: dict[str, dict[str, None]] = {}
        self._holders: dict[str, dict[str, None]] = {}

    def add(self, holder: str, held: Iterable[str]) -> None:
        """Add items to a holder; ignore items that it has."""
        for item in held:
            self._held.setdefault(holder, {})[item] = None
            self._holders.setdefault(item, {})[holder] = None

    def remove(self, holder: str, held: Iterable[str]) -> None:
        """Remove items from a holder; ignore items that it does not have."""
        for item in held:
            self._held.get(holder, {}).pop(item, None)
            self._holders.get(item, {}).pop(holder, None)

    def items_of(self, holder: str) -> list[str]:
        """Return the items of a holder."""
        return list(self._held.get(holder, ()))

    def holders_of(self, item: str) -> list[str]:
        """Return the holders of an item."""
        return list(self._holders.get(item, ()))

    def list_pairs(self) -> list[tuple[str, list[str]]]:
        """Return each holder with its items."""
        return [(holder, list(items)) for holder, items in self._held.items() if items]

    def drop_holder(self, holder: str) -> None:
        """Remove a holder."""
        self.remove(holder, self.items_of(holder))
        self._held.pop(holder, None)

    def drop_held(self, item: str) -> None:
        """Remove an item from all holders."""
        for holder in self.holders_of(item):
            self.remove(holder, [item])
        self._holders.pop(item, None)
