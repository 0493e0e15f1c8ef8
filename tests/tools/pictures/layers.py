# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Draw the layers of the plugins and the imports between them."""

from __future__ import annotations

from graphlib import TopologicalSorter

from tests.support.imports import LAYERS, find_imports, find_layer, list_plugin_files
from tests.tools.pictures.svg import LINE_HEIGHT, draw, draw_box, draw_line, write_text

_WIDTH = 720
_BOX_HEIGHT = 54
_ROW_HEIGHT = 92
_MARGIN = 20

_SUBJECTS = {
    "action": "the tasks",
    "lookup": "in templates",
    "callback": "at the end of a run",
    "filter": "in templates",
    "modules": "documentation, run(task)",
    "plugin_utils": "code for the controller only",
    "module_utils/_task": "one call of a module",
    "module_utils/_management": "objects of the Management API",
    "module_utils/_oauth": "tokens and sign-ins",
    "module_utils/_http": "the only place that sends requests",
    "module_utils": "errors, texts, options",
}


def draw_layers() -> str:
    """Return the picture. An arrow that a path of other arrows implies is omitted."""
    boxes = {name: (row, column) for row, names in enumerate(LAYERS) for column, name in enumerate(names)}
    height = 2 * _MARGIN + _ROW_HEIGHT * (len(LAYERS) - 1) + _BOX_HEIGHT
    parts: list[str] = []
    edges = reduce_edges(find_edges())
    for source, target in sorted(edges):
        (x, y), (end_x, end_y) = _find_center(*boxes[source]), _find_center(*boxes[target])
        start_y, stop_y = y + _BOX_HEIGHT / 2, end_y - _BOX_HEIGHT / 2 - 2
        bend = (stop_y - start_y) / 2
        curve = f"M{x:g} {start_y:g}C{x:g} {start_y + bend:g} {end_x:g} {stop_y - bend:g} {end_x:g} {stop_y:g}"
        parts.append(draw_line(curve))
    for name, (row, column) in boxes.items():
        x, y = _find_center(row, column)
        width = _find_box_width(row)
        parts += [
            draw_box(x - width / 2, y - _BOX_HEIGHT / 2, width, _BOX_HEIGHT),
            write_text(x, y - 3, name, "middle strong"),
            write_text(x, y - 3 + LINE_HEIGHT, _SUBJECTS[name]),
        ]
    described = "; ".join(f"{source} imports {target}" for source, target in sorted(edges))
    return draw(_WIDTH, height, "The layers of the plugins", f"{described}.", parts)


def find_edges() -> set[tuple[str, str]]:
    """Return which layer imports which other layer."""
    files = [file for file in list_plugin_files() if not file.startswith("doc_fragments/")]
    pairs = {(find_layer(file)[1], find_layer(target)[1]) for file in files for target in find_imports(file)}
    return {(source, target) for source, target in pairs if source != target}


def reduce_edges(edges: set[tuple[str, str]]) -> set[tuple[str, str]]:
    """Remove each edge whose target is also reached by a longer path."""
    graph: dict[str, set[str]] = {}
    for source, target in edges:
        graph.setdefault(source, set()).add(target)
    reached: dict[str, set[str]] = {}
    for name in TopologicalSorter(graph).static_order():
        direct = graph.get(name, set())
        reached[name] = direct.union(*(reached[target] for target in direct))
    return {
        (source, target)
        for source, target in edges
        if not any(target in reached[other] for other in graph[source] - {target})
    }


def _find_box_width(row: int) -> float:
    return min(300.0, (_WIDTH - 2 * _MARGIN) / len(LAYERS[row]) - 16)


def _find_center(row: int, column: int) -> tuple[float, float]:
    space = (_WIDTH - 2 * _MARGIN) / len(LAYERS[row])
    return _MARGIN + space * (column + 0.5), _MARGIN + _BOX_HEIGHT / 2 + row * _ROW_HEIGHT
