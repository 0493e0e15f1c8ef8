# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The fields that a request can set on identities, groups and roles."""

from __future__ import annotations

from typing import Any

from ..model.state import Realm, Record
from ..web.errors import ApiError, Violations
from .fields import DESCRIPTION_LONGEST, choice, optional_text, strict_name, strict_text

TRAITS = "traits_v0"
OTHER_TRAITS = (
    "primary_email_address secondary_email_address external_id family_name given_name formatted_name middle_name "
    "honorific_prefix honorific_suffix nick_name title primary_phone secondary_phone profile_url photo "
    "preferred_language locale timezone formatted_address street_address locality region postal_code country "
    "user_type employee_number cost_center organization division department manager_id manager_name"
).split()


def build_group(_realm: Realm, given: Record, current: Record | None, violations: Violations) -> Record:
    """Return a group's fields."""
    return _described(given, current, violations)


def build_role(_realm: Realm, given: Record, current: Record | None, violations: Violations) -> Record:
    """Return a role's fields; its scopes and members have separate operations."""
    return _described(given, current, violations)


def build_identity(realm: Realm, given: Record, current: Record | None, violations: Violations) -> Record:
    """Return an identity's fields. Omitted traits are kept, as the documented change of an email address shows."""
    record: Record = {
        "display_name": strict_name(given, current, violations),
        "status": choice(given, "status", ("active", "suspended"), (current or {}).get("status", "active"), violations),
        "enrollment_status": (current or {}).get("enrollment_status", "UNENROLLED"),
    }
    if current is not None and "traits" not in given:
        record["traits"] = current["traits"]
        return record
    inner = Violations(f"{violations.prefix}.traits")
    record["traits"] = _traits(given.get("traits"), (current or {}).get("traits"), inner)
    violations.found += inner.found
    if not violations.found and _is_taken(realm, record["traits"]["username"], current):
        raise ApiError(409, "username already exists")
    return record


def fold_username(identity: Record) -> str:
    """Return an identity's username in the form in which it is compared, without regard to case."""
    return str(identity["traits"]["username"]).casefold()


def _described(given: Record, current: Record | None, violations: Violations) -> Record:
    record = {"display_name": strict_name(given, current, violations)}
    description = optional_text(given, current, "description", DESCRIPTION_LONGEST, violations)
    return {**record, "description": description} if description else record


def _traits(given: Any, current: Record | None, violations: Violations) -> Record:
    if not isinstance(given, dict) or given.get("type") != TRAITS:
        violations.add("type", f"must be {TRAITS}")
        return {}
    traits = {**(current or {}), "type": TRAITS, "username": strict_text(given, current, "username", violations)}
    for name in OTHER_TRAITS:
        if name not in given:
            continue
        if not isinstance(given[name], str):
            violations.add(name, "must be a string")
        traits[name] = given[name]
    return {name: value for name, value in traits.items() if value != ""}


def _is_taken(realm: Realm, username: str, current: Record | None) -> bool:
    return any(
        fold_username(other) == username.casefold() and (current is None or other["id"] != current["id"])
        for other in realm.objects["identities"].values()
    )
