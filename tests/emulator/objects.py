# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The five operations that all kinds of objects in a realm have."""

from __future__ import annotations

from .calls import Call, Handler, body
from .errors import ApiError, Violations
from .kind import Kind
from .kinds import KINDS
from .state import Record, now


def handlers() -> dict[str, Handler]:
    """Return what each operation does, by its name."""
    return {name: handler for kind in KINDS for name, handler in _of_kind(kind).items()}


def create_object(call: Call, kind: Kind, given: Record) -> Record:
    """Create an object of what a request says about it."""
    record = {"id": kind.new_id(), "realm_id": call.realm.id, "tenant_id": call.tenant.id}
    if kind.parent:
        record[f"{kind.parent}_id"] = call.found(kind.parent)["id"]
    record.update(_built(call, kind, given, None))
    if kind.is_dated:
        record["create_time"] = record["update_time"] = now()
    call.realm.objects[kind.collection][record["id"]] = record
    return record


def update_object(call: Call, kind: Kind, current: Record, given: Record) -> Record:
    """Change an object as a request says."""
    fixed = ("id", "realm_id", "tenant_id", "create_time", *([f"{kind.parent}_id"] if kind.parent else ()))
    record = {name: current[name] for name in fixed if name in current}
    record.update(_built(call, kind, given, current))
    if kind.is_dated:
        record["update_time"] = now()
    call.realm.objects[kind.collection][record["id"]] = record
    kind.after_update(call.tenant, call.realm, record)
    return record


def delete_object(call: Call, kind: Kind, record: Record) -> None:
    """Delete an object, unless something keeps it."""
    kind.before_delete(call.tenant, call.realm, record)
    del call.realm.objects[kind.collection][record["id"]]


def _of_kind(kind: Kind) -> dict[str, Handler]:
    def own(call: Call) -> Record:
        record = call.found(kind.envelope)
        if record.get("is_managed"):
            raise ApiError(403, "managed objects can't be modified or deleted")
        return record

    return {
        f"Create{kind.singular}": lambda call: create_object(call, kind, body(kind.envelope)),
        f"List{kind.plural}": lambda call: call.page(kind.collection, call.all_of(kind), kind.sizes),
        f"Get{kind.singular}": lambda call: call.found(kind.envelope),
        f"Update{kind.singular}": lambda call: update_object(call, kind, own(call), body(kind.envelope)),
        f"Delete{kind.singular}": lambda call: delete_object(call, kind, own(call)),
    }


def _built(call: Call, kind: Kind, given: Record, current: Record | None) -> Record:
    violations = Violations(kind.envelope)
    record = kind.build(call.realm, given, current, violations)
    violations.raise_if_any()
    return record
