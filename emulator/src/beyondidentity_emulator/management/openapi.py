# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The published OpenAPI description, if its file is available. It is read on first use, not at start."""

from __future__ import annotations

import functools
import os
from pathlib import Path
from typing import Any
from urllib.parse import unquote

FILE = Path(
    os.environ.get("EMULATOR_DESCRIPTION")
    or Path(__file__).resolve().parents[5] / "shared" / "reference" / "management-api.openapi.yaml"
)
METHODS = ("get", "post", "put", "patch", "delete")
NAME = "urn:management-api"


@functools.cache
def document() -> dict[str, Any] | None:
    """Return the description, or None if its file is not available."""
    if not FILE.is_file():
        return None
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    description: dict[str, Any] = yaml.load(FILE.read_text(encoding="utf-8"), Loader=loader)
    return description


@functools.cache
def operations() -> dict[str, tuple[str, str, dict[str, Any]]]:
    """Return method, path and description of every operation, by its name."""
    paths = (document() or {"paths": {}})["paths"]
    return {
        item[method]["operationId"]: (method.upper(), path, item[method])
        for path, item in paths.items()
        for method in METHODS
        if method in item
    }


def resolved(node: Any) -> Any:
    """Return a part of the description, with a reference replaced by its target."""
    while isinstance(node, dict) and "$ref" in node:
        target: Any = document()
        for part in unquote(node["$ref"]).removeprefix("#/").split("/"):
            name = part.replace("~1", "/").replace("~0", "~")
            target = target[int(name) if isinstance(target, list) else name]
        node = target
    return node


def pointer(*parts: str) -> str:
    """Return a JSON pointer."""
    return "/".join(part.replace("~", "~0").replace("/", "~1") for part in parts)


def response_schema(operation: str, status: int) -> str:
    """Return the pointer to the schema of a response."""
    method, path, _described = operations()[operation]
    return pointer("paths", path, method.lower(), "responses", str(status), "content", "application/json", "schema")


def violations(place: str, instance: Any) -> list[str]:
    """Return what is wrong with something by the schema at a pointer."""
    # The braces in the file's own references are percent-encoded; ours must be, too.
    target = f"{NAME}#/{place}".replace("{", "%7B").replace("}", "%7D")
    validator = _validator()({"$ref": target}, registry=_registry())
    return [f"{'/'.join(map(str, error.absolute_path))}: {error.message}" for error in validator.iter_errors(instance)]


@functools.cache
def _registry() -> Any:
    from referencing import Registry
    from referencing.jsonschema import DRAFT4

    return Registry().with_resource(NAME, DRAFT4.create_resource(document()))


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
