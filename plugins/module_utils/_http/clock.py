# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How far this machine's clock differs from a server's."""

from __future__ import annotations

import email.utils
import math
from dataclasses import dataclass
from datetime import timezone


@dataclass(frozen=True)
class ServerTime:
    """What a response says about the time. `sent_at` and `received_at` are Unix seconds of this machine's clock."""

    date: str | None
    sent_at: float
    received_at: float

    @property
    def clock_difference(self) -> int | None:
        """The seconds that this machine's clock is ahead of the server's, negative if it is behind.

        The result is 0 if the server can have written the date between `sent_at` and `received_at`: both clocks can be right.
        `None` if the response has no valid date (RFC 9110 section 6.6.1).
        """
        try:
            moment = email.utils.parsedate_to_datetime(self.date or "")
            server = (moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)).timestamp()
        except (TypeError, ValueError, IndexError, OverflowError):
            return None
        least, most = self.sent_at - server - 1, self.received_at - server  # the date has no fractions of a second
        return math.ceil(least) if least > 0 else math.floor(most) if most < 0 else 0
