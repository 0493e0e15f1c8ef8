# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The operations on the tenant and its realms."""

from __future__ import annotations

from ..model.state import Record, now
from ..web.errors import ApiError, Violations
from . import conflicts, filters
from .builtin_objects import create_realm_with_defaults
from .field_rules import adjust_fields
from .fields import choice, strict_name
from .object_type import SMALL_PAGES
from .operation_call import Call, Handler, read_body

CLASSIFICATIONS = ("SECURE_CUSTOMER", "SECURE_WORKFORCE", "SECURE_WORFORCE")
"""The last value is a misspelling in the service's description."""
FIELDS = {
    "tenant": {"id", "display_name", "create_time", "update_time"},
    "realm": {"id", "tenant_id", "display_name", "classification", "create_time", "update_time"},
}
"""The known fields, with the read-only ones, which are ignored."""


def build_handlers() -> dict[str, Handler]:
    """Return the handlers of the operations, by name."""
    return {
        "GetTenant": lambda call: call.tenant.record,
        "UpdateTenant": update_tenant,
        "CreateRealm": create_realm,
        "ListRealms": list_realms,
        "GetRealm": lambda call: call.realm.record,
        "UpdateRealm": update_realm,
        "DeleteRealm": delete_realm,
    }


def list_realms(call: Call) -> Record:
    """List the realms."""
    listing = call.read_listing(SMALL_PAGES)
    realms = {realm.id: realm.record for realm in call.tenant.realms.values()}
    visible = call.apply_delays("", "realms", realms)
    return listing.build_page(
        "realms", filters.select(listing.filter, visible, ("display_name",), lambda record: record)
    )


def _read_fields(call: Call, envelope: str, current: Record | None, violations: Violations) -> Record:
    """Return the fields of a request; add the unknown ones to the violations if the tenant refuses them."""
    given = read_body(envelope)
    if call.tenant.settings.unknown_fields == "refuse":
        for name in sorted(set(given) - FIELDS[envelope]):
            violations.add(name, "unknown field")
    return adjust_fields(call.tenant.settings, envelope, given, current)


def update_tenant(call: Call) -> Record:
    """Rename the tenant."""
    violations = Violations("tenant")
    tenant = call.tenant
    name = strict_name(_read_fields(call, "tenant", tenant.record, violations), tenant.record, violations)
    violations.raise_if_any()
    tenant.record = {**tenant.record, "display_name": name, "update_time": now()}
    return tenant.record


def create_realm(call: Call) -> Record:
    """Create a realm."""
    violations = Violations("realm")
    given = _read_fields(call, "realm", None, violations)
    name = strict_name(given, None, violations)
    classification = choice(given, "classification", CLASSIFICATIONS, CLASSIFICATIONS[0], violations)
    violations.raise_if_any()
    conflicts.check_realm_name(call.tenant, name)
    realm = create_realm_with_defaults(call.tenant, name, classification)
    call.tenant.changes.add_created(realm.id)
    return realm.record


def update_realm(call: Call) -> Record:
    """Change a realm's name or classification."""
    violations = Violations("realm")
    record = call.realm.record
    given = _read_fields(call, "realm", record, violations)
    name = strict_name(given, record, violations)
    classification = choice(given, "classification", CLASSIFICATIONS, record["classification"], violations)
    violations.raise_if_any()
    call.realm.record = {**record, "display_name": name, "classification": classification, "update_time": now()}
    call.tenant.changes.add_changed(call.realm.id, record)
    return call.realm.record


def delete_realm(call: Call) -> None:
    """Delete a realm without identities, groups and roles; revoke its applications' tokens."""
    tenant, realm = call.tenant, call.realm
    if realm.id == tenant.admin_realm_id or realm.has_members():
        raise ApiError(409, "realm has children")
    for application_id in realm.objects["applications"]:
        tenant.revoke_tokens(application_id)
    del tenant.realms[realm.id]
    tenant.changes.add_deleted(("", "realms"), realm.id, realm.record)
