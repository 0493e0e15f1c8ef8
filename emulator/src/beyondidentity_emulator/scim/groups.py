# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""SCIM groups: groups in the format of SCIM; their members can be changed, but are not returned."""

from __future__ import annotations

import re
from typing import Any

from ..management.group_members import check_objects_exist
from ..management.object_types import BY_ENVELOPE
from ..management.objects import create_object, delete_object, update_object
from ..management.operation_call import Call, Handler
from ..model.state import Record
from ..web.errors import ApiError
from .messages import CORE, build_list, build_meta, read_body, read_patch, refuse

GROUP_TYPE = BY_ENVELOPE["group"]
GROUP = f"{CORE}:Group"
ONE_MEMBER = re.compile(r'members\[\s*value\s+eq\s+"([^"]*)"\s*\]', re.IGNORECASE)


def build_handlers() -> dict[str, Handler]:
    """Return the handlers of the operations, by name."""
    return {
        "SCIMCreateGroup": create_group,
        "SCIMListGroups": list_groups,
        "SCIMGetGroup": lambda call: to_scim(call.find("group")),
        "SCIMUpdateGroup": update_group,
        "SCIMDeleteGroup": delete_group,
    }


def create_group(call: Call) -> Record:
    """Create a group."""
    return to_scim(create_object(call, GROUP_TYPE, {"display_name": read_body(GROUP).get("displayName")}))


def list_groups(call: Call) -> Record:
    """List groups."""
    return build_list(call, call.list_visible(GROUP_TYPE), to_scim, displayName=lambda record: record["display_name"])


def update_group(call: Call) -> Record:
    """Apply the steps of a PATCH: replace the name, add members, or remove one member."""
    for operation, path, value in read_patch():
        group = call.find("group")
        if operation == "replace" and not path and isinstance(value, dict) and set(value) <= {"id", "displayName"}:
            path, value = "displayName", value.get("displayName", group["display_name"])
        match = ONE_MEMBER.fullmatch(path)
        if operation == "replace" and path == "displayName":
            update_object(call, GROUP_TYPE, group, {"display_name": value})
        elif operation == "add" and path == "members":
            members = _read_members(value)
            check_objects_exist(call, "identity", members)
            call.realm.group_identities.add(group["id"], members)
        elif operation == "remove" and (match or path == "members"):
            members = [match[1]] if match else _read_members(value)
            if len(members) != 1:
                refuse("members", "only one can be removed at a time")
            call.realm.group_identities.remove(group["id"], members)
        else:
            raise ApiError(400, f"unsupported operation: {operation} {path}")
    return to_scim(call.find("group"))


def delete_group(call: Call) -> None:
    """Delete a group with or without members: no conflict is described here."""
    group = call.find("group")
    call.realm.group_identities.drop_holder(group["id"])
    delete_object(call, GROUP_TYPE, group)


def to_scim(record: Record) -> Record:
    """Return a group in SCIM's format."""
    return {
        "schemas": [GROUP],
        "id": record["id"],
        "displayName": record["display_name"],
        "meta": build_meta(record, "Group"),
    }


def _read_members(value: Any) -> list[str]:
    if not isinstance(value, list) or not all(
        isinstance(item, dict) and isinstance(item.get("value"), str) for item in value
    ):
        refuse("members", "must be a list of objects with a value")
    return [item["value"] for item in value]
