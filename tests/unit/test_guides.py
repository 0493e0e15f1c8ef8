# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Markdown files name only scopes, environment variables and playbooks that exist."""

from __future__ import annotations

import importlib
import re
from pathlib import Path

import pytest

from tests.support.collection import ROOT
from tests.support.examples import markdown_files

_PACKAGE = "ansible_collections.beyondidentity.management.plugins"
_OTHER_VARIABLES = {"BEYONDIDENTITY_AUDIT_FILE", "BEYONDIDENTITY_PINNED_REALM_ID"}  # no options of modules
SCOPES = {
    scope
    for operation in importlib.import_module(f"{_PACKAGE}.module_utils._management.operation_catalogue")
    .get_catalogue()
    .values()
    for scope in operation.scopes
}
ACTIONS = "|".join({scope.partition(":")[2] for scope in SCOPES})


def list_options() -> set[str]:
    """Return the options of the connection, which environment variables can set."""
    fragment = importlib.import_module(f"{_PACKAGE}.doc_fragments.connection").ModuleDocFragment.DOCUMENTATION
    return set(re.findall(r"E\((BEYONDIDENTITY_\w+)\)", fragment)) | {"BEYONDIDENTITY_REALM"}


@pytest.mark.parametrize("path", markdown_files(), ids=lambda path: str(path.relative_to(ROOT)))
def test_the_names_in_a_page_exist(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert set(re.findall(rf"(?<![\w:-])([a-z][a-z-]+:(?:{ACTIONS}))\b", text)) - SCOPES == set()
    variables = set(re.findall(r"\bBEYONDIDENTITY_[A-Z_]+[A-Z]\b", text))
    assert variables - list_options() - _OTHER_VARIABLES == set()
    playbooks = set(re.findall(r"ansible-playbook beyondidentity\.management\.(\w+)", text))
    assert [name for name in playbooks if not (ROOT / "playbooks" / f"{name}.yml").exists()] == []
