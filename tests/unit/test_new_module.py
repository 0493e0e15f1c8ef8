# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""`make new-module` writes a module that is complete, except for what only its author can write."""

from __future__ import annotations

import ast
import shutil
from pathlib import Path

import pytest
import yaml

from tests.support.collection import ROOT
from tests.tools.language import find_phrases
from tests.tools.new_module.__main__ import FILES, UnsuitableNameError, write_module

SHARED = ("meta/runtime.yml", "docs/contents.md")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Return a folder with the files that the tool changes."""
    for name in SHARED:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path


@pytest.mark.parametrize("name", ["theme", "identity_provider"])
def test_lint_refuses_each_file_until_it_is_filled_in(name: str, root: Path) -> None:
    written = write_module(name, root)
    assert set(written) >= {target.format(name=name) for target in FILES.values()}
    unfinished = {file for file in written if list(find_phrases((root / file).read_text(), file))}
    complete = {f"plugins/action/{name}.py", f"tests/integration/targets/{name}/aliases", "meta/runtime.yml"}
    assert unfinished == set(written) - complete


def test_the_files_have_the_names_of_the_module(root: Path) -> None:
    write_module("identity_provider", root)
    module = (root / "plugins/modules/identity_provider.py").read_text()
    constants = {
        node.targets[0].id: node.value.value
        for node in ast.parse(module).body
        if isinstance(node, ast.Assign)
        and isinstance(node.targets[0], ast.Name)
        and isinstance(node.value, ast.Constant)
    }
    documentation = yaml.safe_load(str(constants["DOCUMENTATION"]))
    assert documentation["module"] == "identity_provider"
    assert "import IDENTITY_PROVIDER\n" in module and "ListIdentityProviders" in module
    assert yaml.safe_load(str(constants["EXAMPLES"])) and "identity_provider" in yaml.safe_load(
        str(constants["RETURN"])
    )
    ast.parse((root / "tests/unit/test_module_identity_provider.py").read_text())


def test_the_action_group_and_the_contents_have_the_module(root: Path) -> None:
    before = yaml.safe_load((root / "meta/runtime.yml").read_text())
    write_module("theme", root)
    after = yaml.safe_load((root / "meta/runtime.yml").read_text())
    assert after["action_groups"]["all"] == sorted([*before["action_groups"]["all"], "theme"])
    assert after["requires_ansible"] == before["requires_ansible"]
    assert "| module `theme` | FILL_IN" in (root / "docs/contents.md").read_text()


@pytest.mark.parametrize("name", ["Theme", "theme-2", "", "_theme", "theme2"])
def test_a_name_in_another_form_is_refused(name: str, root: Path) -> None:
    with pytest.raises(UnsuitableNameError, match="not a valid name"):
        write_module(name, root)


def test_an_existing_module_is_not_overwritten(root: Path) -> None:
    write_module("theme", root)
    with pytest.raises(UnsuitableNameError, match=r"plugins/modules/theme.py exists already"):
        write_module("theme", root)
