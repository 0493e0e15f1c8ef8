# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The operations on the tenant and its realms."""

from __future__ import annotations

from .builtin_objects import create_realm_with_defaults
from .errors import ApiError, Violations
from .fields import choice, strict_name
from .object_type import SMALL_PAGES
from .operation_call import Call, Handler, read_body
from .state import Record, now

CLASSIFICATIONS = ("SECURE_CUSTOMER", "SECURE_WORKFORCE", "SECURE_WORFORCE")
"""The last value is a misspelling in the service's description."""


def build_handlers() -> dict[str, Handler]:
    """Return the handlers of the operations, by name."""
    return {
        "GetTenant": lambda call: call.tenant.record,
        "UpdateTenant": update_tenant,
        "CreateRealm": create_realm,
        "ListRealms": lambda call: call.build_page(
            "realms", call.tenant.realms, SMALL_PAGES, show=lambda realm: realm.record
        ),
        "GetRealm": lambda call: call.realm.record,
        "UpdateRealm": update_realm,
        "DeleteRealm": delete_realm,
    }


def update_tenant(call: Call) -> Record:
    """Rename the tenant."""
    violations = Violations("tenant")
    tenant = call.tenant
    name = strict_name(read_body("tenant"), tenant.record, violations)
    violations.raise_if_any()
    tenant.record = {**tenant.record, "display_name": name, "update_time": now()}
    return tenant.record


def create_realm(call: Call) -> Record:
    """Create a realm."""
    violations = Violations("realm")
    given = read_body("realm")
    name = strict_name(given, None, violations)
    classification = choice(given, "classification", CLASSIFICATIONS, CLASSIFICATIONS[0], violations)
    violations.raise_if_any()
    return create_realm_with_defaults(call.tenant, name, classification).record


def update_realm(call: Call) -> Record:
    """Change a realm's name or classification."""
    violations = Violations("realm")
    given = read_body("realm")
    record = call.realm.record
    name = strict_name(given, record, violations)
    classification = choice(given, "classification", CLASSIFICATIONS, record["classification"], violations)
    violations.raise_if_any()
    call.realm.record = {**record, "display_name": name, "classification": classification, "update_time": now()}
    return call.realm.record


def delete_realm(call: Call) -> None:
    """Delete a realm without identities, groups and roles; revoke its applications' tokens."""
    tenant, realm = call.tenant, call.realm
    if realm.id == tenant.admin_realm_id or realm.has_members():
        raise ApiError(409, "realm has children")
    for application_id in realm.objects["applications"]:
        tenant.revoke_tokens(application_id)
    del tenant.realms[realm.id]
