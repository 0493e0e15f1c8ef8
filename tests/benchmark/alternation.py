# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Orders in which a round runs what it compares."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeVar

T = TypeVar("T")


def alternate(things: Sequence[T], times: int, first: int = 0) -> Iterator[T]:
    """Yield all things several times, in turn forwards and backwards: a machine that slows down slows all of them down.

    With an odd `first`, such as the number of a round, the first turn is backwards.
    """
    for number in range(first, first + times):
        yield from things if number % 2 == 0 else reversed(things)
