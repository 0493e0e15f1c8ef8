# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Numbers in the text of requests."""

from __future__ import annotations

import re

_WHOLE_NUMBER = re.compile("[0-9]{1,15}")


def parse_whole_number(text: str, lowest: int, highest: int) -> int | None:
    """Return a number between two limits that is written in ASCII digits; None for any other text, however long."""
    if not _WHOLE_NUMBER.fullmatch(text) or not lowest <= int(text) <= highest:
        return None
    return int(text)
