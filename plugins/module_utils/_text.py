# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Text of other systems, made safe to display."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from typing import Any

from ._masking import mask_known_secrets

DISPLAY_LIMIT = 500  # characters

# control, format (bidirectional marks included), surrogates, line and paragraph separators
_INVISIBLE_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


def sanitize_for_display(value: Any, limit: int = DISPLAY_LIMIT) -> str:
    """Return text as one harmless line of at most `limit` characters.

    Known secrets are masked before the text is cut: of a secret across the cut, its beginning would remain.
    """
    text = mask_known_secrets(str(value))[: limit * 4]
    line = " ".join(
        "".join(" " if unicodedata.category(char) in _INVISIBLE_CATEGORIES else char for char in text).split()
    )
    return line if len(line) <= limit else line[: limit - 3] + "..."


def join_names(values: Iterable[Any], limit: int = 40) -> str:
    """Return names for a message: each sanitized, sorted, at most `limit` of them, and the number of the rest."""
    names = sorted({sanitize_for_display(value, 120) for value in values})
    rest = f" and {len(names) - limit} more" if len(names) > limit else ""
    return ", ".join(names[:limit]) + rest if names else "none"
