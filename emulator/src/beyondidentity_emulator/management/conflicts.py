# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Conflicts that the published description does not name; the vendor's own clients know them."""

from __future__ import annotations

from ..model.state import Realm, Record, Tenant
from ..web.errors import ApiError
from .object_type import ObjectType

EMAIL = "primary_email_address"


def check_object(tenant: Tenant, realm: Realm, object_type: ObjectType, record: Record, current: Record | None) -> None:
    """Raise 409 if a new group's name or an identity's email address is taken."""
    if tenant.settings.conflicts != "vendor":
        return
    others = [other for key, other in realm.objects[object_type.collection].items() if key != record["id"]]
    if object_type.envelope == "group" and current is None:
        if any(other["display_name"] == record["display_name"] for other in others):
            raise ApiError(409, "group already exists")
    elif object_type.envelope == "identity":
        address = _read_address(record)
        is_changed = current is None or _read_address(current) != address
        if address and is_changed and any(_read_address(other) == address for other in others):
            raise ApiError(409, "email address already exists")


def check_realm_name(tenant: Tenant, display_name: str) -> None:
    """Raise 409 if a realm has this name."""
    taken = any(realm.record["display_name"] == display_name for realm in tenant.realms.values())
    if taken and tenant.settings.conflicts == "vendor":
        raise ApiError(409, "realm already exists")


def _read_address(identity: Record) -> str:
    return str(identity["traits"].get(EMAIL, "")).casefold()
