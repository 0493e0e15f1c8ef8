# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Draw a sequence diagram from a text.

The text begins with `title:`, `description:` and `actors: A | B`. Each further line is a message (`A -> B: text`), a
response (`B --> A: text`) or a condition for the messages below it (`== text ==`). Lines that begin with `#` are
comments.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from tests.tools.pictures.svg import LINE_HEIGHT, draw, draw_box, draw_line, wrap, write_text

_SPACING = 200
_BOX_WIDTH = 150
_BOX_HEIGHT = 46
_MARGIN = 20
_MESSAGE = re.compile(r"(?P<sender>.+?) (?P<arrow>-->|->) (?P<receiver>.+?): (?P<text>.+)")
_CONDITION = re.compile(r"== (?P<text>.+) ==")


@dataclass(frozen=True)
class Message:
    """One arrow, from the number of an actor to another, or a condition if there is no actor."""

    text: str
    sender: int = -1
    receiver: int = -1
    is_response: bool = False


@dataclass(frozen=True)
class Sequence:
    """A parsed text."""

    title: str
    description: str
    actors: list[str]
    messages: list[Message]


def draw_sequence(text: str) -> str:
    """Return the diagram of a text as SVG."""
    sequence = parse_sequence(text)
    width = 2 * _MARGIN + _BOX_WIDTH + _SPACING * (len(sequence.actors) - 1)
    top = _MARGIN + _BOX_HEIGHT + 14
    parts: list[str] = []
    bottom = top
    for message in sequence.messages:
        if message.sender < 0:
            bottom = _add_condition(parts, message, bottom, width)
        elif message.sender == message.receiver:
            bottom = _add_own_step(parts, message, bottom, width)
        else:
            bottom = _add_arrow(parts, message, bottom)
    actors = list(_draw_actors(sequence.actors, bottom))
    return draw(width, bottom + _MARGIN, sequence.title, sequence.description, actors + parts)


def parse_sequence(text: str) -> Sequence:
    """Parse a text. An unknown actor is an error."""
    header: dict[str, str] = {}
    messages: list[Message] = []
    for line in filter(None, (line.strip() for line in text.splitlines() if not line.startswith("#"))):
        if condition := _CONDITION.fullmatch(line):
            messages.append(Message(condition["text"]))
        elif match := _MESSAGE.fullmatch(line):
            actors = [name.strip() for name in header["actors"].split("|")]
            ends = actors.index(match["sender"]), actors.index(match["receiver"])
            messages.append(Message(match["text"], *ends, is_response=match["arrow"] == "-->"))
        else:
            name, _separator, value = line.partition(": ")
            header[name] = value
    actors = [name.strip() for name in header["actors"].split("|")]
    return Sequence(header["title"], header["description"], actors, messages)


def _find_x(actor: int) -> float:
    return _MARGIN + _BOX_WIDTH / 2 + actor * _SPACING


def _draw_actors(actors: list[str], bottom: int) -> Iterator[str]:
    for number, name in enumerate(actors):
        x = _find_x(number)
        yield draw_line(f"M{x:g} {_MARGIN + _BOX_HEIGHT}V{bottom}", dashed=True, arrow=False)
        yield draw_box(x - _BOX_WIDTH / 2, _MARGIN, _BOX_WIDTH, _BOX_HEIGHT)
        lines = wrap(name, _BOX_WIDTH - 24)  # bold text is wider
        first = _MARGIN + _BOX_HEIGHT / 2 + 5 - (len(lines) - 1) * LINE_HEIGHT / 2
        for row, line in enumerate(lines):
            yield write_text(x, first + row * LINE_HEIGHT, line, "middle strong")


def _add_arrow(parts: list[str], message: Message, y: int) -> int:
    start, end = _find_x(message.sender), _find_x(message.receiver)
    lines = wrap(message.text, abs(end - start) - 16)
    y = _add_lines(parts, lines, (start + end) / 2, y, "middle") + 6
    step = 3 if end > start else -3
    parts.append(draw_line(f"M{start:g} {y}H{end - step:g}", dashed=message.is_response))
    return y + 10


def _add_own_step(parts: list[str], message: Message, y: int, width: int) -> int:
    x = _find_x(message.sender)
    lines = wrap(message.text, min(width - x - 44, 2 * _SPACING - 60))
    bottom = _add_lines(parts, lines, x + 34, y + 4, "")
    middle = (y + bottom) // 2 + 4
    parts.append(draw_line(f"M{x:g} {middle - 8}h24v16H{x + 3:g}"))
    return max(bottom, middle + 10) + 10


def _add_condition(parts: list[str], message: Message, y: int, width: int) -> int:
    parts.append(draw_line(f"M{_MARGIN} {y + 12}H{width - _MARGIN}", arrow=False))
    return _add_lines(parts, wrap(message.text, width - 2 * _MARGIN), _MARGIN, y + 16, "strong accent") + 8


def _add_lines(parts: list[str], lines: list[str], x: float, y: int, style: str) -> int:
    """Add lines of text below `y`, with the dashed lines of the actors hidden behind them; return their bottom."""
    for line in lines:
        y += LINE_HEIGHT
        parts.append(write_text(x, y, line, f"{style} halo".strip()))
    return y
