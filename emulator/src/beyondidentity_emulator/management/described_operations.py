# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Operations without a model: they return examples of the published description, or minimal valid objects."""

from __future__ import annotations

import copy
import functools
from typing import Any

from flask import request

from ..model import identifiers
from ..model.state import Record
from ..web.errors import ApiError, Violations
from ..web.http_server import UNDERSCORED_HEADERS
from . import conflicts, openapi
from .operation import Operation
from .operation_call import Call, Handler, read_document
from .schema_examples import SECRET, build_minimal

MODELLED = ("identity", "group", "application")


def build_handler(operation: Operation) -> Handler:
    """Return the handler of an operation."""

    def handler(call: Call) -> Record | None:
        if openapi.document() is None:
            raise ApiError(
                501,
                f"{operation.name} needs the published description: set EMULATOR_DESCRIPTION to the path of that file",
            )
        described = openapi.operations()[operation.name][2]
        _check_headers(described)
        _check_parents(call, described)
        _check_body(described)
        if operation.name == "CreateTheme":
            conflicts.check_theme(call.tenant, call.realm)
            call.realm.has_theme = True
        template = _build_template(operation.name, operation.status)
        if template is None:
            return None
        return _insert_ids(call, copy.deepcopy(template))

    return handler


def _check_headers(described: Record) -> None:
    """Raise 400 if a required header is missing."""
    violations = Violations()
    given = {name.lower() for name in (*request.headers.keys(), *request.environ[UNDERSCORED_HEADERS])}
    for parameter in map(openapi.resolved, described.get("parameters", ())):
        if parameter["in"] == "header" and parameter.get("required") and parameter["name"].lower() not in given:
            violations.add(parameter["name"], "is required")
    violations.raise_if_any()


def _check_parents(call: Call, described: Record) -> None:
    """Raise 404 if the path names an unknown object of a modelled type and the operation describes a 404."""
    for envelope in MODELLED:
        if f"{envelope}_id" in call.parameters and "404" in described["responses"]:
            call.find(envelope)


def _check_body(described: Record) -> None:
    """Raise 400 if a required key of the body is missing."""
    given = described.get("requestBody", {})
    schema = openapi.resolved(given.get("content", {}).get("application/json", {}).get("schema", {}))
    if given.get("required") or schema.get("required"):
        violations = Violations()
        _check_required(schema, read_document(), "", violations)
        violations.raise_if_any()


def _check_required(schema: Record, value: Record, place: str, violations: Violations) -> None:
    properties = {name: openapi.resolved(part) for name, part in schema.get("properties", {}).items()}
    for name in schema.get("required", ()):
        if name not in value and not properties.get(name, {}).get("readOnly"):
            violations.add(f"{place}{name}", "is required")
    for name, part in properties.items():
        if isinstance(value.get(name), dict):
            _check_required(part, value[name], f"{place}{name}.", violations)
        elif name in value and part.get("type") == "object":
            violations.add(f"{place}{name}", "must be an object")


@functools.cache
def _build_template(name: str, status: int) -> Record | None:
    """Return the first example that its schema accepts, or a minimal object; some examples lack required keys."""
    response = openapi.operations()[name][2]["responses"][str(status)]
    content = response.get("content", {}).get("application/json")
    if content is None:
        return None
    least = build_minimal(content["schema"])
    examples = [openapi.resolved(example) for example in content.get("examples", {}).values()]
    values = [example["value"] for example in examples] + [content[key] for key in ("example",) if key in content]
    candidates = [{**least, **value} for value in values if not {"code", "message"} <= set(value)]
    place = openapi.response_schema(name, status)
    return next(one for one in (*candidates, least) if not openapi.violations(place, one))


def _insert_ids(call: Call, response: Record) -> Record:
    """Insert this call's IDs and new secrets into a response."""
    own = {**call.parameters, "tenant_id": call.tenant.id, "realm_id": call.realm.id}
    _replace(response, own)
    last = request.path.rpartition("/")[2].partition(":")[0]
    lists = [value for value in response.values() if isinstance(value, list)]
    if "total_size" in response and len(lists) == 1:
        response["total_size"] = len(lists[0])
    if "id" in response:
        is_item = last in call.parameters.values()
        response["id"] = last if is_item else _generate_similar_id(response["id"])
    return response


def _replace(value: Any, own: dict[str, str]) -> None:
    if isinstance(value, list):
        for item in value:
            _replace(item, own)
    elif isinstance(value, dict):
        for name, part in value.items():
            if name == SECRET:
                value[name] = identifiers.generate_client_secret()
            elif name in own:
                value[name] = own[name]
            else:
                _replace(part, own)


def _generate_similar_id(identifier: str) -> str:
    return identifiers.generate_object_id() if "-" in identifier else identifiers.generate_short_id()
