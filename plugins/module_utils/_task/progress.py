# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Progress of work that may take long."""

from __future__ import annotations

import time
from collections.abc import Callable

# A message is shown at each hundredth step, and at a step that is more than 5 seconds after the last message.
_STEP_INTERVAL = 100
_TIME_INTERVAL = 5.0


class Progress:
    """Shows from time to time how many of `total` steps are done: "{label} 100 of 250."."""

    def __init__(self, total: int, label: str, tell: Callable[[str], None]) -> None:
        self.total = total
        self.label = label
        self.tell = tell
        self.done = 0
        self._last_told = time.monotonic()

    def advance(self) -> None:
        """Count one more step."""
        self.done += 1
        if self.done % _STEP_INTERVAL == 0 or time.monotonic() - self._last_told > _TIME_INTERVAL:
            self._last_told = time.monotonic()
            self.tell(f"{self.label} {self.done} of {self.total}.")
