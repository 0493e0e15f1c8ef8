# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the documentation of plugins says about required scopes and returned fields."""

from __future__ import annotations

import functools
import importlib
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import yaml

from tests.support.collection import NAME, NAMESPACE
from tests.support.documentation import read_documentation

_SCOPE_NOTE = re.compile(r"Scope C\((?P<scope>[\w:-]+)\): ")
_OPERATION = re.compile(r"C\(((?:SCIM)?[A-Z]\w+)\)")


@dataclass(frozen=True)
class Reference:
    """The documentation of a plugin.

    Attributes:
        documentation: DOCUMENTATION, with fragments.
        examples: EXAMPLES; empty for a plugin that is not a module.
        returned: RETURN.
    """

    documentation: dict[str, Any]
    examples: list[dict[str, Any]]
    returned: dict[str, Any]

    @property
    def options(self) -> dict[str, dict[str, Any]]:
        """The options by name."""
        found: dict[str, dict[str, Any]] = self.documentation.get("options", {})
        return found

    @property
    def notes(self) -> list[str]:
        """The notes, those of the plugin before those of its fragments."""
        return list(self.documentation.get("notes", ()))

    @property
    def scopes(self) -> dict[str, frozenset[str]]:
        """The operations by the scope that they need, from the notes that begin with "Scope C(name): "."""
        found = {}
        for note in self.notes:
            scope = _SCOPE_NOTE.match(note)
            if scope:
                found[scope["scope"]] = frozenset(_OPERATION.findall(note))
        return found

    @property
    def operations(self) -> dict[str, frozenset[str]]:
        """The scopes by the operation that needs them, from the same notes."""
        found: dict[str, set[str]] = defaultdict(set)
        for scope, operations in self.scopes.items():
            for operation in operations:
                found[operation].add(scope)
        return {operation: frozenset(scopes) for operation, scopes in found.items()}

    def iterate_descriptions(self) -> Iterator[tuple[str, Any]]:
        """Yield each description with its place."""
        for section in (self.documentation, self.returned):
            yield from _iterate_descriptions("", section)


@functools.cache
def read_reference(kind: str, name: str) -> Reference:
    """Return the documentation of a plugin, by the folder of its file and by its name."""
    plugin = importlib.import_module(f"ansible_collections.{NAMESPACE}.{NAME}.plugins.{kind}.{name}")
    examples = yaml.safe_load(plugin.EXAMPLES) if kind == "modules" else []
    return Reference(read_documentation(plugin), examples, yaml.safe_load(getattr(plugin, "RETURN", "")) or {})


def list_returned_fields(returned: dict[str, Any], path: str = "") -> dict[str, dict[str, Any]]:
    """Return all fields that a returned object documents, by path."""
    found: dict[str, dict[str, Any]] = {}
    for name, described in returned.get("contains", {}).items():
        inner = f"{path}.{name}".removeprefix(".")
        found[inner] = described
        found.update(list_returned_fields(described, inner))
    return found


def _iterate_descriptions(place: str, described: Any) -> Iterator[tuple[str, Any]]:
    """Yield each description. Names of fields and options can themselves be `description`."""
    for name, part in described.items():
        if name == "description" and not isinstance(part, dict):
            yield place or "top", part
        elif isinstance(part, dict) and name not in ("sample", "default"):
            yield from _iterate_descriptions(f"{place}.{name}".removeprefix("."), part)
