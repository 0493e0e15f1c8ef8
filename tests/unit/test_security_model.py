# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each promise of docs/security.md names tests, and these tests exist and run."""

from __future__ import annotations

import ast
import re

import pytest

from tests.support.collection import ROOT

TEXT = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
PROMISES = dict(re.findall(r"^\| (.+) \| (`tests/.+`) \|$", TEXT, re.MULTILINE))
_SKIP = re.compile(r"\b(?:skip|skipif|xfail)\b")


def find_test(name: str) -> ast.FunctionDef | None:
    """Return a test by its name, such as `tests/unit/test_x.py::test_y`."""
    file, _separator, function = name.partition("::")
    path = ROOT / file
    tree = ast.parse(path.read_text(encoding="utf-8")) if path.is_file() else ast.Module(body=[], type_ignores=[])
    found = [node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == function]
    return found[0] if found else None


@pytest.mark.parametrize("promise", PROMISES)
def test_a_promise_is_held_by_tests_that_run(promise: str) -> None:
    """None of them is marked to be skipped, or expected to fail."""
    names = re.findall(r"`([^`]+)`", PROMISES[promise])
    assert names
    for name in names:
        test = find_test(name)
        assert test, f"{name} does not exist"
        assert not any(_SKIP.search(ast.unparse(decorator)) for decorator in test.decorator_list)


def test_the_promises_are_found() -> None:
    section = TEXT.partition("## Promises and their tests")[2]
    assert len(PROMISES) == section.count("\n| ") - 1 > 30


def test_a_test_that_does_not_exist_is_noticed() -> None:
    assert find_test("tests/unit/test_security_model.py::test_nothing") is None
    assert find_test("tests/unit/test_nothing.py::test_nothing") is None
