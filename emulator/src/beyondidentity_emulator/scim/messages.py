# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The common parts of SCIM operations: errors, lists, filters and the operations of a PATCH (RFC 7644)."""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Callable, Iterable
from typing import Any

from flask import Response, jsonify, request

from ..management.operation_call import Call, read_document
from ..model.state import Record
from ..web.errors import ApiError, Violations

CORE = "urn:ietf:params:scim:schemas:core:2.0"
MESSAGES = "urn:ietf:params:scim:api:messages:2.0"
MAXIMUM = 1000
"""Items in a page, and the limits of filters and bulk operations in the service's configuration."""
FILTER = re.compile(r'\s*(\w+)\s+(eq|ne)\s+("(?:[^"\\]|\\.)*")\s*', re.IGNORECASE)
DETAILS = {
    401: ("unauthorized", "The authorization header is invalid or missing."),
    403: ("forbidden", "token is unauthorized."),
}


def build_error_response(error: ApiError) -> Response:
    """Return an error in SCIM's format. SCIM uses status 400 for a conflict: no 409 is described."""
    status = 400 if error.status == 409 else error.status
    scim_type, detail = DETAILS.get(status, (None, str(error)))
    if status == 400:
        scim_type = "uniqueness" if error.status == 409 else "invalidValue"
    for item in error.body.get("details", ()):
        if item["type"] == "ResourceInfo":
            detail = f"Resource {item['id']} not found."
        else:
            detail = "; ".join(f"{one['field']}: {one['description']}" for one in item["field_violations"])
    body = {"schemas": [f"{MESSAGES}:Error"], "status": str(status), "detail": detail}
    response = jsonify({**body, "scimType": scim_type} if scim_type else body)
    response.status_code = status
    return response


def refuse(field: str, description: str) -> None:
    """Raise 400 for one field."""
    violations = Violations()
    violations.add(field, description)
    violations.raise_if_any()


def read_body(schema: str) -> Record:
    """Return a request's body, which must name its schema."""
    given = read_document()
    schemas = given.get("schemas")
    if not isinstance(schemas, list) or schema not in schemas:
        refuse("schemas", f"must name {schema}")
    return given


def read_patch() -> Iterable[tuple[str, str, Any]]:
    """Return operation, path (empty: none) and value of each step of a PATCH."""
    steps = read_body(f"{MESSAGES}:PatchOp").get("Operations")
    if not isinstance(steps, list) or not steps or not all(isinstance(step, dict) for step in steps):
        refuse("Operations", "must be a list of one or more operations")
    for step in steps or ():
        name = str(step.get("op")).lower()
        if name not in ("add", "remove", "replace"):
            refuse("op", "must be add, remove or replace")
        path = step.get("path", "")
        if not isinstance(path, str):
            refuse("path", "must be a string")
        yield name, path, step.get("value")


def build_list_response(
    resources: list[Record], start: int = 1, count: int = MAXIMUM, total: int | None = None
) -> Record:
    """Return a list. `itemsPerPage` is the page's capacity, as in the description's example."""
    return {
        "schemas": [f"{MESSAGES}:ListResponse"],
        "Resources": resources,
        "totalResults": len(resources) if total is None else total,
        "startIndex": start,
        "itemsPerPage": count,
    }


def build_list(call: Call, records: dict[str, Record], show: Callable[[Record], Record], **filterable: Any) -> Record:
    """Return the requested page; it is empty without `count`. `filterable` maps attributes to functions that read them."""
    matching = _filter_records(records.values(), filterable)
    # The order is arbitrary, but must be the same for all pages.
    matching.sort(key=lambda record: zlib.crc32(record["id"].encode()))
    start = max(1, _read_number("startIndex", 1))
    most = call.tenant.settings.page_size_maximum or MAXIMUM
    count = min(max(0, _read_number("count", 0)), most)
    shown = [show(record) for record in matching[start - 1 : start - 1 + count]]
    return build_list_response(shown, start, count, len(matching))


def _filter_records(records: Iterable[Record], filterable: dict[str, Callable[[Record], str]]) -> list[Record]:
    text = request.args.get("filter")
    if text is None:
        return list(records)
    match = FILTER.fullmatch(text)
    attribute = next((one for one in filterable if match and one.lower() == match[1].lower()), None)
    try:
        wanted = json.loads(match[3]) if match else ""
    except ValueError:
        attribute = None
    if match is None or attribute is None:
        refuse("filter", f"must be eq or ne of {', '.join(filterable)}")
        return []
    equal = match[2].lower() == "eq"
    # The service compares names without regard to case, but externalId exactly.
    fold = str if attribute == "externalId" else str.casefold
    return [record for record in records if (fold(filterable[attribute](record)) == fold(wanted)) == equal]


def _read_number(name: str, default: int) -> int:
    given = request.args.get(name)
    if given is None:
        return default
    if not re.fullmatch(r"-?[0-9]{1,10}", given):
        refuse(name, "must be a whole number")
    return int(given)


def build_meta(record: Record, resource_type: str) -> Record:
    """Return a resource's metadata."""
    return {
        "resourceType": resource_type,
        "created": record["create_time"],
        "lastModified": record["update_time"],
        "location": f"{resource_type}s/{record['id']}",
        "version": "W/0",
    }
