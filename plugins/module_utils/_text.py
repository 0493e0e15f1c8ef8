# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Text of other systems, made safe to display."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Iterable
from typing import Any

from ._masking import mask_known_secrets

DISPLAY_LIMIT = 500  # characters
_CUTOFF = 0.75  # as similar as identity and identities

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


def drop_repetitions(phrases: Iterable[str], said: str = "") -> list[str]:
    """Return the phrases that say something new, in their order.

    A phrase is omitted if it repeats another phrase or `said`, or is a part of another phrase. Case and
    punctuation do not count.
    """
    by_words: dict[str, str] = {}
    for phrase in phrases:
        by_words.setdefault(_normalize_words(phrase), phrase)
    by_words.pop(_normalize_words(said), None)
    return [
        phrase
        for words, phrase in by_words.items()
        if not any(f" {words} " in f" {others} " for others in by_words if others != words)
    ]


def _normalize_words(text: str) -> str:
    return " ".join(re.findall(r"[^\W_]+", text.lower()))


def find_nearest(name: str, known: Iterable[str], cutoff: float = _CUTOFF) -> list[str]:
    """Return up to three known names that are similar to a wrong name, or contain all of its words; the nearest first.

    Args:
        cutoff: how similar a name must be, from 0 to 1.
    """
    names = list(known)
    words = _split_words(name)
    containing = [other for other in names if words and words <= _split_words(other)]
    return list(dict.fromkeys([*difflib.get_close_matches(name, names, n=3, cutoff=cutoff), *containing]))[:3]


def suggest_nearest(name: str, known: Iterable[str], cutoff: float = _CUTOFF, *, meaning: str = "") -> str:
    """Return a question that suggests known names for a wrong name, or an empty text.

    Args:
        meaning: a name to compare instead, with the same meaning.
    """
    nearest = find_nearest(meaning or name, known, cutoff)
    return f"Did you mean {' or '.join(nearest)} instead of {sanitize_for_display(name, 80)}?" if nearest else ""


def _split_words(name: str) -> set[str]:
    return set(re.findall(r"[a-z0-9]+", name.lower()))
