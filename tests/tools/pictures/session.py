# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Record a terminal session, and draw the recording."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import struct
import subprocess
import termios
from html import escape
from pathlib import Path

from tests.tools.paths import ROOT
from tests.tools.pictures.svg import draw

COLUMNS = 120
COMMAND = ("make", "demo")
_FIRST_LINES = 7  # of the recording, before the part that is not shown
_LINE_HEIGHT = 18
_CHARACTER_WIDTH = 7.83  # of 13 pixels, the advance of the usual fixed-width fonts is 0.602 em
_MARGIN = 16
_COLOR = re.compile(r"\x1b\[([\d;]*)m")
# The text is light on dark on all pages, as in a terminal.
_STYLE = """
.paper { fill: #14191f; }
text { font: 13px ui-monospace, "SFMono-Regular", Menlo, Consolas, "DejaVu Sans Mono", monospace; fill: #d7dde4; white-space: pre; }
.c31 { fill: #ff8f8f; } .c32 { fill: #7ee08a; } .c33 { fill: #e8c468; } .c36 { fill: #6fd3e0; } .dim { fill: #9aa5b1; }
"""


def record() -> str:
    """Run `make demo` in a terminal and return its output, without the path of this folder."""
    primary, secondary = pty.openpty()
    fcntl.ioctl(secondary, termios.TIOCSWINSZ, struct.pack("HHHH", 40, COLUMNS, 0, 0))
    # Without the arguments of a `make pictures ARGS=--record` that runs this.
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("BEYONDIDENTITY_", "MAKE", "MFLAGS", "ARGS"))
    }
    environment |= {"TERM": "xterm-256color", "ANSIBLE_FORCE_COLOR": "true"}
    process = subprocess.Popen(
        COMMAND, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, stdout=secondary, stderr=secondary
    )
    os.close(secondary)
    chunks: list[bytes] = []
    try:
        while chunk := os.read(primary, 65536):
            chunks.append(chunk)
    except OSError:  # Linux: the other end is closed
        pass
    os.close(primary)
    if process.wait():
        raise RuntimeError(f"{' '.join(COMMAND)} failed: {b''.join(chunks).decode()}")
    text = b"".join(chunks).decode().replace("\r\n", "\n").replace(str(ROOT), "~/ansible-management")
    return re.sub(r"[ \t]+(?=(?:\x1b\[0m)?\n)", "", text).rstrip("\n") + "\n"


def draw_session(text: str) -> str:
    """Return the beginning and the last task of a recording as SVG, with the number of the lines that are not shown."""
    lines = [part for line in text.splitlines() for part in _wrap(line)]
    last = max(number for number, line in enumerate(lines) if line.startswith("TASK ["))
    gap = f"\x1b[2m[{last - _FIRST_LINES} lines are not shown]\x1b[0m"
    shown = [f"$ {' '.join(COMMAND)}", *lines[:_FIRST_LINES], "", gap, "", *lines[last:]]
    width = int(2 * _MARGIN + COLUMNS * _CHARACTER_WIDTH)
    height = 2 * _MARGIN + len(shown) * _LINE_HEIGHT
    body = [
        f'<text x="{_MARGIN}" y="{_MARGIN + 13 + row * _LINE_HEIGHT}">{_color(line)}</text>'
        for row, line in enumerate(shown)
        if line
    ]
    plain = " ".join(_COLOR.sub("", line).strip() for line in lines[last:])
    return draw(width, height, "A terminal session of make demo", f"It ends with: {plain}", body, _STYLE)


def read_recording(folder: Path) -> str:
    """Return the recording that is part of the sources."""
    return (folder / "demo.session").read_text(encoding="utf-8")


def _wrap(line: str) -> list[str]:
    """Break a line at the terminal's width. A part after the first continues the color of the line."""
    color = match[0] if (match := _COLOR.match(line)) else ""
    plain = _COLOR.sub("", line)
    if len(plain) <= COLUMNS:
        return [line]
    parts = [plain[start : start + COLUMNS] for start in range(0, len(plain), COLUMNS)]
    return [f"{color}{part}\x1b[0m" if color else part for part in parts]


def _color(line: str) -> str:
    """Return a line as SVG, with a span for each color."""
    spans = []
    style = ""
    for number, part in enumerate(_COLOR.split(line)):
        if number % 2:
            codes = part.split(";")
            style = "dim" if codes == ["2"] else next((f"c{code}" for code in codes if code in "31 32 33 36"), "")
            style = "" if codes in (["0"], [""]) else style
        elif part:
            text = escape(part, quote=False)
            spans.append(f'<tspan class="{style}">{text}</tspan>' if style else text)
    return "".join(spans)
