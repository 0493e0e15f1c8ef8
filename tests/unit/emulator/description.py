# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The published OpenAPI description, where it is at hand: the judge of the emulator's answers."""

from __future__ import annotations

import functools
import re
from pathlib import Path
from typing import Any

FILE = Path(__file__).resolve().parents[4] / "shared" / "reference" / "management-api.openapi.yaml"
METHODS = ("get", "post", "put", "patch", "delete")
NAME = "urn:management-api"
UNDESCRIBED = {
    "BatchDeleteIdentities": {400: "Error"},
    **{name: {404: "SCIMError"} for name in ("SCIMCreateUser", "SCIMListUsers", "SCIMCreateGroup", "SCIMListGroups")},
    **{
        name: dict.fromkeys((401, 403, 404), "SCIMError")
        for name in ("ListResourceTypes", "ListSchemas", "GetServiceProviderConfig")
    },
}
"""Answers that the description forgets, with their schemas: it tells in words that such a request fails, or is silent."""


@functools.cache
def document() -> dict[str, Any] | None:
    """Return the description, or None where there is none."""
    if not FILE.is_file():
        return None
    import yaml

    return yaml.load(FILE.read_text(encoding="utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))


@functools.cache
def _registry() -> Any:
    from referencing import Registry
    from referencing.jsonschema import DRAFT4

    return Registry().with_resource(NAME, DRAFT4.create_resource(document()))


def operations() -> dict[str, tuple[str, str, frozenset[str]]]:
    """Return method, path and scopes of every described operation that has a name."""
    found = {}
    for path, item in (document() or {"paths": {}})["paths"].items():
        for method in METHODS:
            operation = item.get(method)
            if operation:
                scopes = {
                    scope for entry in operation.get("security", ()) for names in entry.values() for scope in names
                }
                found[operation["operationId"]] = (method.upper(), path, frozenset(scopes))
    return found


def _pointer(*parts: str) -> str:
    return "/".join(part.replace("~", "~0").replace("/", "~1") for part in parts)


@functools.cache
def _validator() -> Any:
    """Return the JSON Schema validator that is nearest to OpenAPI 3.0, taught the one thing that differs here."""
    from jsonschema import Draft4Validator, validators

    def type_or_null(validator: Any, types: Any, instance: Any, schema: dict[str, Any]) -> Any:
        if instance is None and schema.get("nullable"):
            return ()
        return Draft4Validator.VALIDATORS["type"](validator, types, instance, schema)

    return validators.extend(Draft4Validator, {"type": type_or_null})


def _violations(pointer: str, instance: Any) -> list[str]:
    # The braces in the file's own references are percent-encoded; in ours they must be, too.
    target = f"{NAME}#/{pointer}".replace("{", "%7B").replace("}", "%7D")
    validator = _validator()({"$ref": target}, registry=_registry())
    return [f"{'/'.join(map(str, error.absolute_path))}: {error.message}" for error in validator.iter_errors(instance)]


def violations(operation: str, status: int, body: Any) -> list[str]:
    """Return what is wrong with an operation's answer by the description; nothing where there is none."""
    described = document()
    if described is None:
        return []
    method, path, _scopes = operations()[operation]
    responses = described["paths"][path][method.lower()]["responses"]
    if status in UNDESCRIBED.get(operation, ()):
        return _violations(_pointer("components", "schemas", UNDESCRIBED[operation][status]), body)
    if str(status) not in responses:
        return [f"{operation} does not answer {status}"]
    content = responses[str(status)].get("content")
    if content is None:
        return [] if body is None else [f"{operation} answers {status} without a body"]
    found = _violations(
        _pointer("paths", path, method.lower(), "responses", str(status), "content", "application/json", "schema"), body
    )
    known = described["components"]["schemas"]
    for detail in body.get("details", ()) if status >= 400 and isinstance(body, dict) else ():
        if detail["type"] not in known:
            continue
        found += _violations(_pointer("components", "schemas", detail["type"]), detail)
    return found


def operation_of(method: str, path: str) -> str | None:
    """Return the described operation that a request is for."""
    for name, (described_method, template, _scopes) in operations().items():
        pattern = re.sub(r"\\{\w+\\}", "[^/:]+", re.escape(template))
        if method == described_method and re.fullmatch(pattern, path):
            return name
    return None
