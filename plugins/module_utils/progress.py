# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How far something is that may take long."""

from __future__ import annotations

import time
from collections.abc import Callable

_STEP = 100  # things, or
_PAUSE = 5.0  # seconds from one word to the next


class Progress:
    """Tells from time to time how many of so many things are done."""

    def __init__(self, total: int, what: str, tell: Callable[[str], None]) -> None:
        self.total = total
        self.what = what
        self.tell = tell
        self.done = 0
        self._told = time.monotonic()

    def step(self) -> None:
        """One more is done."""
        self.done += 1
        if self.done % _STEP == 0 or time.monotonic() - self._told > _PAUSE:
            self._told = time.monotonic()
            self.tell(f"{self.what} {self.done} of {self.total}.")
