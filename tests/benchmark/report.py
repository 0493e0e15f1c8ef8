# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tables as text and as Markdown, and the statistics of rounds."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Spread:
    """The median of a value over the rounds, the least and the largest."""

    median: float
    least: float
    largest: float

    def show(self, digits: int = 2, factor: float = 1) -> str:
        """Return the median and, in brackets, the least and the largest."""
        median, least, largest = (f"{value * factor:.{digits}f}" for value in (self.median, self.least, self.largest))
        return median if least == largest else f"{median} ({least} to {largest})"


@dataclass(frozen=True)
class Rounds:
    """What each round measured, by name."""

    values: Sequence[Mapping[Any, float]]

    def spread(self, of: Callable[[Mapping[Any, float]], float]) -> Spread:
        """Return the spread of a value that each round has, such as the ratio of two of its measurements."""
        values = [of(values) for values in self.values]
        return Spread(statistics.median(values), min(values), max(values))

    def cost(self, name: Any) -> Spread:
        """Return the spread of a measurement."""
        return self.spread(lambda values: values[name])

    def ratio(self, name: Any, *to: Any) -> Spread:
        """Return the spread of the ratio of a measurement to the sum of others of its round."""
        return self.spread(lambda values: values[name] / sum(values[other] for other in to))

    def difference(self, name: Any, *to: Any) -> Spread:
        """Return the spread of the difference between a measurement and the sum of others of its round."""
        return self.spread(lambda values: values[name] - sum(values[other] for other in to))


@dataclass(frozen=True)
class Goal:
    """A limit that a value must keep."""

    text: str
    spread: Spread
    limit: float
    at_least: bool = False
    digits: int = 2

    def show(self) -> str:
        """Return a sentence that compares the median with the limit."""
        word = "least" if self.at_least else "most"
        kept = self.spread.median >= self.limit if self.at_least else self.spread.median <= self.limit
        verdict = "reached" if kept else "not reached"
        return f"{self.text}: {self.spread.show(self.digits)}. Goal: at {word} {self.limit:g}, {verdict}."


@dataclass
class Table:
    """A table with what its reader must know."""

    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    notes: Sequence[str] = ()
    goals: Sequence[Goal] = ()
    letter: str = ""
    title: str = ""
    rounds: int = 0
    lines: list[str] = field(init=False)

    def __post_init__(self) -> None:
        self.lines = [*self.notes, *(goal.show() for goal in self.goals)]

    @property
    def heading(self) -> str:
        """Return the heading above the table."""
        how_many = "1 round" if self.rounds == 1 else f"{self.rounds} rounds, medians (least to largest)"
        return f"({self.letter}) {self.title}: {how_many}"


def to_text(table: Table) -> str:
    """Return a table with aligned columns."""
    cells = [table.columns, *table.rows]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in cells]
    lines.insert(1, "  ".join("-" * width for width in widths))
    return "\n".join([table.heading, "", *lines, "", *table.lines, ""])


def to_markdown(table: Table) -> str:
    """Return a table as Markdown."""
    rows = [table.columns, ["---"] * len(table.columns), *table.rows]
    lines = ["| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in rows]
    return "\n".join([f"## {table.heading}", "", *lines, "", *(f"- {line}" for line in table.lines), ""])
