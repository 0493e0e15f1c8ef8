# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who belongs to what: many-to-many relations between objects, read from either side."""

from __future__ import annotations

from collections.abc import Iterable


class Links:
    """Pairs of a holder (a group, a role) and what it holds (ids, scopes), in the order in which they were added."""

    def __init__(self) -> None:
        self._held: dict[str, dict[str, None]] = {}
        self._holders: dict[str, dict[str, None]] = {}

    def add(self, holder: str, held: Iterable[str]) -> None:
        """Join; what is joined already stays so."""
        for item in held:
            self._held.setdefault(holder, {})[item] = None
            self._holders.setdefault(item, {})[holder] = None

    def remove(self, holder: str, held: Iterable[str]) -> None:
        """Part; what is not joined is passed over."""
        for item in held:
            self._held.get(holder, {}).pop(item, None)
            self._holders.get(item, {}).pop(holder, None)

    def items_of(self, holder: str) -> list[str]:
        """Return what a holder holds."""
        return list(self._held.get(holder, ()))

    def holders_of(self, item: str) -> list[str]:
        """Return who holds something."""
        return list(self._holders.get(item, ()))

    def drop_holder(self, holder: str) -> None:
        """Forget a holder."""
        self.remove(holder, self.items_of(holder))
        self._held.pop(holder, None)

    def drop_held(self, item: str) -> None:
        """Forget something that was held."""
        for holder in self.holders_of(item):
            self.remove(holder, [item])
        self._holders.pop(item, None)
