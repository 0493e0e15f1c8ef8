# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which Python libraries the collection uses, and that users get each of them or are told to."""

from __future__ import annotations

import ast
import importlib.metadata
import re
import sys

from tests.support.collection import ROOT

# By the name that is imported: what is installed for it, and which package brings it along.
LIBRARIES = {
    "requests": ("requests", None),
    "urllib3": ("urllib3", "requests"),
    "cryptography": ("cryptography", "ansible-core"),
    "jinja2": ("jinja2", "ansible-core"),
    "jwt": ("PyJWT[crypto]", None),
}
OPTIONAL = {"PyJWT[crypto]"}  # only where people sign in


def names(lines: list[str]) -> set[str]:
    return {re.split(r"[\s<>=!~;\[(]", line.strip())[0].lower() for line in lines if line.strip()}


def test_no_other_library_is_imported() -> None:
    imported = set()
    for path in (ROOT / "plugins").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                imported |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and not node.level:
                imported.add(str(node.module).partition(".")[0])
    assert imported - sys.stdlib_module_names - {"ansible", "ansible_collections"} == set(LIBRARIES)


def test_requirements_are_what_nothing_else_brings_along() -> None:
    own = {package for package, source in LIBRARIES.values() if source is None}
    assert names((ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()) == own - OPTIONAL
    for package, source in LIBRARIES.values():
        assert source is None or package in names(importlib.metadata.requires(source) or []), package


def test_the_page_on_execution_environments_says_what_needs_which() -> None:
    page = (ROOT / "docs" / "awx.md").read_text(encoding="utf-8")
    for package in ("requests", "cryptography", *OPTIONAL):
        assert re.search(rf"^\| `{re.escape(package)}` \|[^|]+\|[^|]+\|$", page, re.MULTILINE), package
