# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reduce the published OpenAPI description of the Management API to its facts, without its text.

`python -m tests.tools.published_description` compares the facts with the file in EMULATOR_DESCRIPTION, if it exists.
`python -m tests.tools.published_description --write` writes the facts.
"""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from tests.support.openapi import FILE, named_schema, resolved
from tests.tools.paths import ROOT

# Text, and what the tests don't use. Headers of responses are the same everywhere.
_TEXT = {"summary", "description", "title", "tags", "example", "examples", "info", "servers", "headers"}
# In these, the keys are names and no keywords.
_NAMED = {"properties", "responses", "schemas", "parameters", "paths", "content", "securitySchemes"}
_MISTAKES = {"allow_unknow_user": "allow_unknown_user"}  # a required field that no object has
# Lists of SAML, instead of which some responses have lists of such lists.
_NESTED = re.compile(r".+/properties/(sp_signature_certificates|additional_user_attributes)(/items)?")
_WIDTH = 120

Node = dict[str, Any]


def reduce(description: Node) -> Node:
    """Return the facts of a description, as a description."""
    _flatten_lists(description, description)
    facts: Node = _strip(_with_facts_of_text(description))
    facts["info"] = {"title": "Management API", "version": description["info"]["version"]}
    _share_errors(facts)
    for reference in _iterate_references(facts):
        resolved({"$ref": reference}, facts)  # each still has its target
    return facts


def write(facts: Any) -> str:
    """Return the facts as JSON: sorted, each part in one line if it fits there."""
    return "\n".join(_write_lines(facts, "")) + "\n"


def _with_facts_of_text(description: Node) -> Node:
    """Add the facts that only the text tells: which lists have pages, and how long pages are."""
    for item in description["paths"].values():
        for operation in (part for part in item.values() if isinstance(part, dict) and "operationId" in part):
            if found := re.search(r"at most (\d+) items", operation.get("description", "")):
                operation["x-largest-page"] = int(found[1])
            for status, response in operation["responses"].items():
                if str(status).startswith("2") and "next_page_token" in response.get("description", ""):
                    operation["x-has-pages"] = True
    return description


def _flatten_lists(node: Any, description: Node) -> None:
    for item in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        _flatten_lists(item, description)
    items = node.get("items") if isinstance(node, dict) else None
    reference = str(items.get("$ref", "")) if isinstance(items, dict) else ""
    if _NESTED.fullmatch(reference) and resolved({"$ref": reference}, description)["type"] == "array":
        node.clear()
        node["$ref"] = reference


def _strip(node: Any, *, is_named: bool = False) -> Any:
    if isinstance(node, list):
        return [_strip(item) for item in node]
    if not isinstance(node, dict):
        return _MISTAKES.get(node, node) if isinstance(node, str) else node
    if "$ref" in node and not is_named:
        return {"$ref": node["$ref"]}
    return {
        str(name): _strip(item, is_named=not is_named and name in _NAMED)
        for name, item in node.items()
        if is_named or name not in _TEXT
    }


def _share_errors(facts: Node) -> None:
    """Give the errors that several operations have a name."""
    places = [
        (operation["responses"], status)
        for item in facts["paths"].values()
        for operation in item.values()
        if isinstance(operation, dict)
        for status in operation["responses"]
        if status >= "4"
    ]
    shared = {
        name: {"content": {"application/json": {"schema": named_schema(name)}}} for name in ("Error", "SCIMError")
    }
    shared["Empty"] = {}
    for responses, status in places:
        for name, response in shared.items():
            if responses[status] == response:
                responses[status] = {"$ref": f"#/components/responses/{name}"}
    facts["components"]["responses"] = shared


def _iterate_references(node: Any) -> Iterator[str]:
    for name, item in node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ():
        if name == "$ref" and isinstance(item, str):
            yield item
        yield from _iterate_references(item)


def _write_lines(node: Any, name: str, indent: str = "", end: str = "") -> Iterator[str]:
    line = f"{indent}{name}{json.dumps(node, sort_keys=True)}{end}"
    if not isinstance(node, dict | list) or len(line) <= _WIDTH:
        yield line
        return
    yield f"{indent}{name}{'{' if isinstance(node, dict) else '['}"
    items = (
        [(f"{json.dumps(key)}: ", item) for key, item in sorted(node.items())]
        if isinstance(node, dict)
        else [("", item) for item in node]
    )
    for index, (key, item) in enumerate(items, 1):
        yield from _write_lines(item, key, f"{indent} ", "," if index < len(items) else "")
    yield f"{indent}{'}' if isinstance(node, dict) else ']'}{end}"


def main(arguments: list[str]) -> int:
    """Compare or write the facts; return 1 if they differ."""
    default = ROOT.parent / "shared" / "reference" / "management-api.openapi.yaml"
    source = Path(os.environ.get("EMULATOR_DESCRIPTION") or default)
    if not source.is_file():
        print(f"{source} does not exist: the facts were not compared with it.")
        return 1 if arguments else 0
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    text = write(reduce(yaml.load(source.read_text(encoding="utf-8"), Loader=loader)))
    if arguments == ["--write"]:
        FILE.write_text(text, encoding="utf-8")
        return 0
    if FILE.read_text(encoding="utf-8") == text:
        return 0
    print(f"{FILE.name} differs from {source}. Run: python -m tests.tools.published_description --write")
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
