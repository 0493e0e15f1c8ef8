# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The documentation of a plugin with its fragments, as ansible-doc merges them."""

from __future__ import annotations

import importlib
from typing import Any

import yaml

from tests.support.collection import NAME, NAMESPACE

_FRAGMENTS = f"ansible_collections.{NAMESPACE}.{NAME}.plugins.doc_fragments"
_MERGED_BY_NAME = ("options", "attributes")


def read_documentation(plugin: Any) -> dict[str, Any]:
    """Return the documentation of a plugin's Python module. What the plugin says replaces what a fragment says."""
    documentation: dict[str, Any] = yaml.safe_load(plugin.DOCUMENTATION)
    for name in documentation.get("extends_documentation_fragment", []):
        for section, content in _read_fragment(name).items():
            if section in _MERGED_BY_NAME:
                documentation[section] = _merge_by_name(content, documentation.get(section, {}))
            else:
                documentation[section] = [*documentation.get(section, []), *content]
    return documentation


def _read_fragment(name: str) -> dict[str, Any]:
    """Return a fragment of the collection: `namespace.name.file`, or `namespace.name.file.part`."""
    _namespace, _name, file, *part = name.split(".")
    fragment = importlib.import_module(f"{_FRAGMENTS}.{file}").ModuleDocFragment
    content: dict[str, Any] = yaml.safe_load(getattr(fragment, part[0].upper() if part else "DOCUMENTATION"))
    return content


def _merge_by_name(weaker: dict[str, Any], stronger: dict[str, Any]) -> dict[str, Any]:
    return {name: {**weaker.get(name, {}), **stronger.get(name, {})} for name in {**weaker, **stronger}}
