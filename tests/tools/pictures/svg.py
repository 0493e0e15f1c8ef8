# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The parts of which all pictures consist. The SVG files are readable on light and on dark pages."""

from __future__ import annotations

import textwrap
from html import escape

LINE_HEIGHT = 18
_CHARACTER_WIDTH = 7.2  # of the widest usual sans-serif font at 14 pixels, so that a text fits in any of them

_STYLE = """
svg { --paper: #fff; --box: #eaf1fb; --ink: #1f2328; --line: #57606a; --accent: #0a5cad; color-scheme: light dark; }
@media (prefers-color-scheme: dark) {
  svg { --paper: #16191d; --box: #1f2d3d; --ink: #e6edf3; --line: #9aa5b1; --accent: #79b8ff; }
}
text { font: 14px system-ui, "Segoe UI", Helvetica, Arial, sans-serif; fill: var(--ink); }
.mono { font-family: ui-monospace, "SFMono-Regular", Menlo, Consolas, "DejaVu Sans Mono", monospace; }
.middle { text-anchor: middle; }
.strong { font-weight: 600; }
.accent { fill: var(--accent); }
.paper { fill: var(--paper); stroke: var(--line); stroke-opacity: 0.4; }
.box { fill: var(--box); stroke: var(--accent); }
.line { fill: none; stroke: var(--line); }
.dashed { stroke-dasharray: 5 4; }
.halo { paint-order: stroke; stroke: var(--paper); stroke-width: 5px; stroke-linejoin: round; }
.head { fill: var(--line); }
"""


def draw(width: int, height: int, title: str, description: str, body: list[str], style: str = "") -> str:
    """Return an SVG file with a text alternative."""
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
            ' role="img" aria-labelledby="title description">',
            f'<title id="title">{escape(title)}</title>',
            f'<desc id="description">{escape(description)}</desc>',
            f"<style>{_STYLE}{style}</style>",
            '<defs><marker id="arrow" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="8" markerHeight="8"'
            ' orient="auto-start-reverse"><path class="head" d="M0 0 10 5 0 10z"/></marker></defs>',
            f'<rect class="paper" x="0.5" y="0.5" width="{width - 1}" height="{height - 1}" rx="8"/>',
            *body,
            "</svg>\n",
        ]
    )


def write_text(x: float, y: float, text: str, style: str = "middle") -> str:
    """Return one line of text; `y` is its base line."""
    return f'<text class="{style}" x="{x:g}" y="{y:g}">{escape(text, quote=False)}</text>'


def draw_box(x: float, y: float, width: float, height: float) -> str:
    """Return a box with round corners."""
    return f'<rect class="box" x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" rx="6"/>'


def draw_line(path: str, *, dashed: bool = False, arrow: bool = True) -> str:
    """Return a line along a path, with a head at its end."""
    head = ' marker-end="url(#arrow)"' if arrow else ""
    return f'<path class="line{" dashed" if dashed else ""}" d="{path}"{head}/>'


def wrap(text: str, width: float) -> list[str]:
    """Return the lines of a text that fit into a width."""
    return textwrap.wrap(text, max(8, int(width / _CHARACTER_WIDTH)), break_long_words=False, break_on_hyphens=False)
