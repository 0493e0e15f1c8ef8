# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The five operations that all types of objects in a realm have."""

from __future__ import annotations

from ..model.state import Record, now
from ..web.errors import ApiError, Violations
from . import conflicts, filters
from .field_rules import adjust_fields
from .object_type import ObjectType
from .object_types import OBJECT_TYPES
from .operation_call import Call, Handler, read_body


def build_handlers() -> dict[str, Handler]:
    """Return the handlers of the operations, by name."""
    return {
        name: handler for object_type in OBJECT_TYPES for name, handler in _build_type_handlers(object_type).items()
    }


def create_object(call: Call, object_type: ObjectType, given: Record, identifier: str | None = None) -> Record:
    """Create an object from the fields of a request; its ID is generated unless it is given."""
    record = {"id": identifier or object_type.new_id(), "realm_id": call.realm.id, "tenant_id": call.tenant.id}
    if object_type.parent:
        record[f"{object_type.parent}_id"] = call.find(object_type.parent)["id"]
    record.update(_build_record(call, object_type, given, None))
    if object_type.is_dated:
        record["create_time"] = record["update_time"] = now()
    conflicts.check_object(call.tenant, call.realm, object_type, record, None)
    call.realm.objects[object_type.collection][record["id"]] = record
    call.tenant.changes.add_created(record["id"])
    return record


def update_object(call: Call, object_type: ObjectType, current: Record, given: Record) -> Record:
    """Update an object with the fields of a request."""
    fixed = (
        "id",
        "realm_id",
        "tenant_id",
        "create_time",
        *([f"{object_type.parent}_id"] if object_type.parent else ()),
    )
    record = {name: current[name] for name in fixed if name in current}
    record.update(_build_record(call, object_type, given, current))
    if object_type.is_dated:
        record["update_time"] = now()
    conflicts.check_object(call.tenant, call.realm, object_type, record, current)
    call.realm.objects[object_type.collection][record["id"]] = record
    call.tenant.changes.add_changed(record["id"], current)
    object_type.after_update(call.tenant, call.realm, record)
    return record


def delete_object(call: Call, object_type: ObjectType, record: Record) -> None:
    """Delete an object, unless its type's hook refuses the deletion."""
    object_type.before_delete(call.tenant, call.realm, record)
    del call.realm.objects[object_type.collection][record["id"]]
    call.tenant.changes.add_deleted((call.realm.id, object_type.collection), record["id"], record)


def list_page(call: Call, object_type: ObjectType) -> Record:
    """Return a page of the objects of a type, with the filter and order that the type supports."""
    listing = call.read_listing(object_type.sizes, sortable=object_type.sortable)
    entries = call.list_visible(object_type)
    if object_type.filterable:
        entries = filters.select(listing.filter, entries, object_type.filterable, lambda record: record)
    return listing.build_page(object_type.collection, entries)


def _build_type_handlers(object_type: ObjectType) -> dict[str, Handler]:
    def find_unmanaged(call: Call) -> Record:
        record = call.find(object_type.envelope)
        if record.get("is_managed"):
            raise ApiError(403, "managed objects can't be modified or deleted")
        return record

    return {
        f"Create{object_type.singular}": lambda call: create_object(call, object_type, read_body(object_type.envelope)),
        f"List{object_type.plural}": lambda call: list_page(call, object_type),
        f"Get{object_type.singular}": lambda call: call.find(object_type.envelope),
        f"Update{object_type.singular}": lambda call: update_object(
            call, object_type, find_unmanaged(call), read_body(object_type.envelope)
        ),
        f"Delete{object_type.singular}": lambda call: delete_object(call, object_type, find_unmanaged(call)),
    }


def _build_record(call: Call, object_type: ObjectType, given: Record, current: Record | None) -> Record:
    violations = Violations(object_type.envelope)
    given = adjust_fields(call.tenant.settings, object_type.envelope, given, current)
    record = object_type.build(call.realm, given, current, violations)
    violations.raise_if_any()
    return record
