# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The members of groups, and lists of IDs in requests that add or remove members."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from ..model.links import Links
from ..model.state import Record
from ..web.errors import Violations, not_found
from .object_type import SMALL_PAGES
from .object_types import BY_ENVELOPE
from .objects import create_object
from .operation_call import Call, Handler, read_body, read_document

MAXIMUM = 1000


def build_handlers() -> dict[str, Handler]:
    """Return the handlers of the operations, by name."""

    def list_members(call: Call) -> Record:
        ids = call.realm.group_identities.items_of(call.find("group")["id"])
        return call.build_page("identities", find_objects(call, "identity", ids), SMALL_PAGES)

    return {
        "CreateGroup": create_group,
        "AddGroupMembers": _change_members(Links.add),
        "DeleteGroupMembers": _change_members(Links.remove),
        "ListGroupMembers": list_members,
    }


def create_group(call: Call) -> Record:
    """Create a group, with a description if the tenant requires one."""
    given = read_body("group")
    if call.tenant.settings.group_description == "required" and not given.get("description"):
        violations = Violations("group")
        violations.add("description", "is required")
        violations.raise_if_any()
    return create_object(call, BY_ENVELOPE["group"], given)


def _change_members(change: Callable[[Links, str, Iterable[str]], None]) -> Handler:
    def handler(call: Call) -> Record:
        group = call.find("group")
        violations = Violations()
        ids = read_strings(read_document(), "identity_ids", violations)
        violations.raise_if_any()
        check_objects_exist(call, "identity", ids)
        change(call.realm.group_identities, group["id"], ids)
        return group

    return handler


def read_strings(given: Record, name: str, violations: Violations) -> list[str]:
    """Return a list of 1 to 1000 strings from a body."""
    value = given.get(name)
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        violations.add(name, "must be a list of strings")
        return []
    if not value:
        violations.add(name, "empty array")
    if len(value) > MAXIMUM:
        violations.add(name, f"array exceeds {MAXIMUM} elements")
    return value


def check_objects_exist(call: Call, envelope: str, ids: Iterable[str]) -> None:
    """Raise 404 if one of the objects does not exist."""
    object_type = BY_ENVELOPE[envelope]
    for identifier in ids:
        if identifier not in call.realm.objects[object_type.collection]:
            raise not_found(object_type.singular, identifier)


def find_objects(call: Call, envelope: str, ids: Iterable[str]) -> dict[str, Record]:
    """Return the objects with these IDs, by ID."""
    found = call.realm.objects[BY_ENVELOPE[envelope].collection]
    return {identifier: found[identifier] for identifier in ids}
