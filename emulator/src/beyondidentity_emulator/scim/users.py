# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""SCIM users: identities in SCIM's format."""

from __future__ import annotations

import re
from typing import Any

from ..management.directory_fields import TRAITS, fold_username
from ..management.object_types import BY_ENVELOPE
from ..management.objects import create_object, delete_object, update_object
from ..management.operation_call import Call, Handler
from ..model.state import Record
from ..web.errors import ApiError, not_found
from .messages import CORE, build_list, build_meta, read_body, read_patch, refuse

IDENTITY = BY_ENVELOPE["identity"]
USER = f"{CORE}:User"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
TRAIT_OF = {
    "userName": "username",
    "externalId": "external_id",
    "name.givenName": "given_name",
    "name.familyName": "family_name",
    f"{ENTERPRISE}.employeeNumber": "employee_number",
    f"{ENTERPRISE}.costCenter": "cost_center",
    f"{ENTERPRISE}.organization": "organization",
    f"{ENTERPRISE}.department": "department",
    f"{ENTERPRISE}.division": "division",
    f"{ENTERPRISE}.manager.value": "manager_id",
    f"{ENTERPRISE}.manager.displayName": "manager_name",
}
"""The trait for each attribute. Dots separate nested names; only the URN contains dots."""
EMAIL_PATHS = re.compile(r"emails(\[[^\]]*\])?(\.value)?")


def build_handlers() -> dict[str, Handler]:
    """Return the handlers of the operations, by name."""
    return {
        "SCIMCreateUser": create_user,
        "SCIMListUsers": list_users,
        "SCIMGetUser": lambda call: to_scim(find_identity(call)),
        "SCIMUpdateUser": update_user,
        "SCIMReplaceUser": lambda call: _update(call, find_identity(call), read_body(USER)),
        "SCIMDeleteUser": lambda call: delete_object(call, IDENTITY, find_identity(call)),
    }


def create_user(call: Call) -> Record:
    """Create a user. By the vendor's notes, a deactivated user of the name is reactivated instead."""
    given = from_scim(read_body(USER))
    name = str(given["traits"]["username"]).casefold()
    for identity in call.list_objects(IDENTITY).values():
        if identity["status"] == "suspended" and fold_username(identity) == name:
            return to_scim(update_object(call, IDENTITY, identity, given))
    return to_scim(create_object(call, IDENTITY, given))


def find_identity(call: Call) -> Record:
    """Return the identity that the path names."""
    identifier = call.parameters["user_id"]
    record = call.list_objects(IDENTITY).get(identifier)
    if record is None:
        raise not_found("User", identifier)
    return record


def list_users(call: Call) -> Record:
    """List users."""
    return build_list(
        call,
        call.list_visible(IDENTITY),
        to_scim,
        userName=lambda record: record["traits"]["username"],
        externalId=lambda record: record["traits"].get("external_id", ""),
    )


def update_user(call: Call) -> Record:
    """Apply the steps of a PATCH one by one. As documented, the steps before a refused one stay applied."""
    response: Record = {}
    for operation, path, value in read_patch():
        user = to_scim(find_identity(call))
        if operation == "remove":
            refuse("op", "remove is not supported for users")
        for name, part in value.items() if not path and isinstance(value, dict) else [(path, value)]:
            _set(user, name, part)
        response = _update(call, find_identity(call), user)
    return response


def _update(call: Call, record: Record, user: Record) -> Record:
    return to_scim(update_object(call, IDENTITY, record, from_scim(user)))


def to_scim(record: Record) -> Record:
    """Return an identity as a SCIM user."""
    traits = record["traits"]
    user: Record = {"schemas": [USER], "id": record["id"], "displayName": record["display_name"]}
    for attribute, trait in TRAIT_OF.items():
        if trait in traits:
            _set(user, attribute, traits[trait])
    if ENTERPRISE in user:
        user["schemas"].append(ENTERPRISE)
    user["active"] = record["status"] == "active"
    if "primary_email_address" in traits:
        user["emails"] = [{"primary": True, "value": traits["primary_email_address"]}]
    return {**user, "meta": build_meta(record, "User")}


def from_scim(user: Record) -> Record:
    """Return the identity fields of a SCIM user; missing attributes become empty."""
    traits = {"type": TRAITS, "primary_email_address": _read_primary_email(user.get("emails"))}
    for attribute, trait in TRAIT_OF.items():
        traits[trait] = _get(user, attribute)
    active = user.get("active", True)
    if not isinstance(active, bool):
        refuse("active", "must be a boolean")
    return {
        "display_name": user.get("displayName"),
        "status": "active" if active else "suspended",
        "traits": traits,
    }


def _read_primary_email(emails: Any) -> Any:
    if emails is None:
        return ""
    if not isinstance(emails, list) or not all(isinstance(email, dict) for email in emails):
        refuse("emails", "must be a list of objects")
    primary = [email for email in emails if email.get("primary") is True]
    return primary[0].get("value") if primary else ""


def _split_path(path: str) -> list[str]:
    """Return the names in a path; in a PATCH, a colon follows the URN."""
    if path.startswith(ENTERPRISE):
        rest = path.removeprefix(ENTERPRISE).lstrip(":.")
        return [ENTERPRISE, *(rest.split(".") if rest else ())]
    return path.split(".")


def _get(user: Record, path: str) -> Any:
    value: Any = user
    for name in _split_path(path):
        value = value.get(name) if isinstance(value, dict) else None
    return "" if value is None else value


def _set(user: Record, path: str, value: Any) -> None:
    if EMAIL_PATHS.fullmatch(path) and not isinstance(value, list):
        user["emails"] = [{"primary": True, "value": value}]
        return
    steps = _split_path(path)
    known = [".".join(_split_path(attribute)[: len(steps)]) for attribute in TRAIT_OF]
    if ".".join(steps) not in (*known, "displayName", "active", "emails"):
        raise ApiError(400, f"unsupported path: {path}")
    holder = user
    for name in steps[:-1]:
        holder = holder.setdefault(name, {})
    both = isinstance(value, dict) and isinstance(holder.get(steps[-1]), dict)
    holder[steps[-1]] = {**holder[steps[-1]], **value} if both else value
