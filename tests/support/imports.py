# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which of the collection's own modules a plugin file imports, in any part of its text."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

from tests.support.collection import NAME, NAMESPACE, ROOT

PLUGINS = ROOT / "plugins"
_PACKAGE = f"ansible_collections.{NAMESPACE}.{NAME}.plugins."

# Each layer may import from layers after it, and from itself. Layers in one row must not import from each other.
LAYERS = (
    ("action", "lookup", "callback", "filter"),
    ("modules", "plugin_utils"),
    ("module_utils/_task",),
    ("module_utils/_management",),
    ("module_utils/_oauth",),
    ("module_utils/_http",),
    ("module_utils",),
)


def list_plugin_files() -> list[str]:
    """Return all Python files of the collection, relative to `plugins`, without their ending: `module_utils/_errors`."""
    return sorted(str(path.relative_to(PLUGINS).with_suffix("")) for path in PLUGINS.rglob("*.py"))


@cache
def find_imports(file: str) -> frozenset[str]:
    """Return the collection's files that one file imports, also inside functions and under TYPE_CHECKING.

    AnsiballZ reads imports in the same way.
    """
    tree = ast.parse((PLUGINS / f"{file}.py").read_text(encoding="utf-8"))
    targets = [target for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) for target in _resolve(file, node)]
    return frozenset(target for target in targets if (PLUGINS / f"{target}.py").is_file())


def find_all_imports(file: str) -> set[str]:
    """Return the files that one file imports, directly or through others."""
    found: set[str] = set()
    pending = [file]
    while pending:
        new = find_imports(pending.pop()) - found
        found |= new
        pending += new
    return found


def find_layer(file: str) -> tuple[int, str]:
    """Return a file's row in LAYERS, and its layer."""
    matches = [(row, name) for row, names in enumerate(LAYERS) for name in names if file.startswith(f"{name}/")]
    return max(matches, key=lambda match: len(match[1]))


def _resolve(file: str, node: ast.ImportFrom) -> list[str]:
    """Return what an import statement may mean: a file, or files in a package."""
    module = node.module or ""
    if node.level:
        parents = Path(file).parts[: -node.level]
        base = [*parents, *(module.split(".") if module else [])]
    elif module.startswith(_PACKAGE):
        base = module.removeprefix(_PACKAGE).split(".")
    else:
        return []
    return ["/".join(base), *("/".join([*base, alias.name]) for alias in node.names)]
