# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which Python libraries the collection needs, and that each is installed or documented."""

from __future__ import annotations

import ast
import importlib.metadata
import re
import sys
from collections.abc import Iterator

from tests.support.collection import ROOT

# By imported name: the package to install, and the package that depends on it.
LIBRARIES = {
    "requests": ("requests", None),
    "urllib3": ("urllib3", "requests"),
    "cryptography": ("cryptography", "ansible-core"),
    "jinja2": ("jinja2", "ansible-core"),
    "jwt": ("PyJWT[crypto]", None),
}
OPTIONAL = {"PyJWT[crypto]"}  # only for signing in


def parse_names(lines: list[str]) -> set[str]:
    return {re.split(r"[\s<>=!~;\[(]", line.strip())[0].lower() for line in lines if line.strip()}


def list_run_time_imports(tree: ast.Module) -> Iterator[ast.Import | ast.ImportFrom]:
    """Yield the imports outside `if TYPE_CHECKING`."""
    nodes: list[ast.AST] = [tree]
    while nodes:
        node = nodes.pop()
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            yield node
        elif not (isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"):
            nodes.extend(ast.iter_child_nodes(node))


def test_no_other_library_is_imported() -> None:
    imported = set()
    for path in (ROOT / "plugins").rglob("*.py"):
        for node in list_run_time_imports(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                imported |= {alias.name.partition(".")[0] for alias in node.names}
            elif not node.level:
                imported.add(str(node.module).partition(".")[0])
    assert imported - sys.stdlib_module_names - {"ansible", "ansible_collections"} == set(LIBRARIES)


def test_requirements_are_the_libraries_that_no_other_package_installs() -> None:
    own = {package for package, source in LIBRARIES.values() if source is None}
    assert parse_names((ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()) == own - OPTIONAL
    for package, source in LIBRARIES.values():
        assert source is None or package in parse_names(importlib.metadata.requires(source) or []), package


def test_the_page_on_execution_environments_lists_the_libraries() -> None:
    page = (ROOT / "docs" / "awx.md").read_text(encoding="utf-8")
    for package in ("requests", "cryptography", *OPTIONAL):
        assert re.search(rf"^\| `{re.escape(package)}` \|[^|]+\|[^|]+\|$", page, re.MULTILINE), package
