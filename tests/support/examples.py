# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The documented examples: EXAMPLES of plugins, and the YAML blocks of README files."""

from __future__ import annotations

import ast
import re
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tests.support.collection import ROOT

_BLOCK = re.compile(r"^(?P<indent> *)```ya?ml *\n(?P<text>.*?)^(?P=indent)``` *$", re.MULTILINE | re.DOTALL)
_PLAY_KEYS = {"hosts", "import_playbook", "ansible.builtin.import_playbook"}
_PLAY = "- name: Run the example\n  hosts: localhost\n  gather_facts: false\n  tasks:\n"

# Blocks that are neither plays nor tasks, by file and first line: files of other tools, and of AWX and molecule.
FOR_OTHER_TOOLS = {
    ("docs/awx.md", "version: 3"),
    ("docs/awx.md", "collections:"),
    ("docs/awx.md", "fields:"),
    ("docs/awx.md", "env:"),
    ("docs/ci.md", "name: Beyond Identity"),
    ("docs/ci.md", "stages: [check, apply]"),
    ("docs/emulator-in-ci.md", "prerun: false"),
    ("docs/emulator-in-ci.md", "all:"),
    ("docs/emulator.md", "tenants:"),
}


@dataclass(frozen=True)
class Example:
    """An example in YAML, and its place."""

    place: str  # the file; of a block, also the first line
    text: str
    start: int = 0  # the line of the file before the text

    def __str__(self) -> str:
        return self.place

    @property
    def file(self) -> str:
        """Return the name of its file."""
        return self.place.partition(":")[0]

    @property
    def first_line(self) -> str:
        """Return its first line, which identifies it in lists of exceptions."""
        return self.text.strip().partition("\n")[0]

    def load(self) -> Any:
        """Return what the YAML contains."""
        return yaml.load(self.text, Loader=_Loader)

    def find_place(self, line: int) -> str:
        """Return the file and the line of a line of its playbook."""
        added = _PLAY.count("\n") if (self.playbook() or "").startswith(_PLAY) else 0
        return f"{self.file}:{self.start + line - added}"

    def playbook(self) -> str | None:
        """Return it as a playbook: as it is, or its tasks wrapped in a play; None if it is neither."""
        content = self.load()
        if not isinstance(content, list) or not content or not all(isinstance(item, dict) for item in content):
            return None
        if all(_PLAY_KEYS & set(item) for item in content):
            return self.text
        if any(_PLAY_KEYS & set(item) for item in content) or not all("name" in item for item in content):
            return None
        return _PLAY + textwrap.indent(self.text, "    ")


class _Loader(yaml.SafeLoader):
    """Reads values with Ansible's own tags, such as `!vault`, as plain values."""


_Loader.add_multi_constructor("!", lambda loader, _suffix, node: str(node.value))


def plugin_files() -> list[Path]:
    """Return the files of all documented plugins."""
    kinds = ("modules", "lookup", "filter", "callback")
    return [path for kind in kinds for path in sorted((ROOT / "plugins" / kind).glob("[!_]*.py"))]


def markdown_files() -> list[Path]:
    """Return the Markdown files of the collection."""
    return [ROOT / "README.md", *sorted(ROOT.glob("roles/*/README.md")), *sorted(ROOT.glob("docs/**/*.md"))]


def plugin_examples() -> Iterator[Example]:
    """Yield the EXAMPLES of each plugin; an empty one if there are none."""
    for path in plugin_files():
        node = _find_examples(path)
        text = str(node.value).removeprefix("\n") if node else ""
        yield Example(_place(path), text, node.lineno if node else 0)


def markdown_examples() -> Iterator[Example]:
    """Yield the YAML blocks of each README."""
    for path in markdown_files():
        text = path.read_text(encoding="utf-8") if path.exists() else ""
        for block in _BLOCK.finditer(text):
            line = text.count("\n", 0, block.start()) + 1
            yield Example(f"{_place(path)}:{line}", textwrap.dedent(block["text"]), line)


def is_for_another_tool(example: Example) -> bool:
    """Whether a block is a file of another tool, so neither plays nor tasks."""
    return (example.file, example.first_line) in FOR_OTHER_TOOLS


def _find_examples(path: Path) -> ast.Constant | None:
    """Return the value of EXAMPLES in a Python file, without running it."""
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if (
            isinstance(node, ast.Assign)
            and isinstance(node.targets[0], ast.Name)
            and node.targets[0].id == "EXAMPLES"
            and isinstance(node.value, ast.Constant)
        ):
            return node.value
    return None


def _place(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()
