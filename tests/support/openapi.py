# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The facts of the published OpenAPI description of the Management API.

The description's text belongs to its authors, so the repository has only its facts.
`tests/tools/published_description.py` writes them.
"""

from __future__ import annotations

import functools
import json
from pathlib import Path
from typing import Any
from urllib.parse import unquote

FILE = Path(__file__).with_name("data") / "published_description.json"
METHODS = ("get", "post", "put", "patch", "delete")
_NAME = "urn:management-api"


@functools.cache
def document() -> dict[str, Any]:
    """Return the facts, in the form of an OpenAPI document."""
    description: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
    return description


@functools.cache
def operations() -> dict[str, tuple[str, str, dict[str, Any]]]:
    """Return method, path and description of every operation, by its name."""
    return {
        item[method]["operationId"]: (method.upper(), path, item[method])
        for path, item in document()["paths"].items()
        for method in METHODS
        if method in item
    }


def resolved(node: Any, root: dict[str, Any] | None = None) -> Any:
    """Return a part of a description, with a reference replaced by its target."""
    while isinstance(node, dict) and "$ref" in node:
        target: Any = document() if root is None else root
        for part in unquote(node["$ref"]).removeprefix("#/").split("/"):
            name = part.replace("~1", "/").replace("~0", "~")
            target = target[int(name) if isinstance(target, list) else name]
        node = target
    return node


def parameters(operation: str) -> list[dict[str, Any]]:
    """Return the parameters of an operation, with those of its path."""
    _method, path, found = operations()[operation]
    return [resolved(item) for item in (*document()["paths"][path].get("parameters", ()), *found.get("parameters", ()))]


def request_schema(operation: str) -> Any:
    """Return the schema of the body that an operation takes, or None if it takes none."""
    request = operations()[operation][2].get("requestBody")
    return None if request is None else next(iter(resolved(request)["content"].values())).get("schema", {})


def response_schema(operation: str, status: int) -> Any:
    """Return the schema of a response, or None if the response has no body."""
    response = resolved(operations()[operation][2]["responses"][str(status)])
    return next((medium["schema"] for medium in response.get("content", {}).values()), None)


def named_schema(name: str) -> dict[str, Any]:
    """Return the reference to a schema that has a name."""
    return {"$ref": f"#/components/schemas/{name}"}


def violations(schema: dict[str, Any], instance: Any) -> list[str]:
    """Return the violations of a schema of the description."""
    validator = _validator()(_absolute(schema), registry=_registry())
    return [f"{'/'.join(map(str, error.absolute_path))}: {error.message}" for error in validator.iter_errors(instance)]


def _absolute(node: Any) -> Any:
    """Return a schema whose references name the document."""
    if isinstance(node, list):
        return [_absolute(item) for item in node]
    if not isinstance(node, dict):
        return node
    return {name: _NAME + item if name == "$ref" else _absolute(item) for name, item in node.items()}


@functools.cache
def _registry() -> Any:
    from referencing import Registry
    from referencing.jsonschema import DRAFT4

    return Registry().with_resource(_NAME, DRAFT4.create_resource(document()))


@functools.cache
def _validator() -> Any:
    """Return the JSON Schema validator that is nearest to OpenAPI 3.0, adapted to two differences."""
    from jsonschema import Draft4Validator, validators

    def type_or_null(validator: Any, types: Any, instance: Any, schema: dict[str, Any]) -> Any:
        if instance is None and schema.get("nullable"):
            return ()
        return Draft4Validator.VALIDATORS["type"](validator, types, instance, schema)

    # The schemas of SSO configurations overlap, so hardly any configuration matches exactly one.
    changed = {"type": type_or_null, "oneOf": Draft4Validator.VALIDATORS["anyOf"]}
    return validators.extend(Draft4Validator, changed)
