# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The theme of a realm. Without one, the realm has a default theme."""

from __future__ import annotations

import uuid

from ..model import identifiers
from ..model.state import Record, now
from ..web.errors import ApiError, Violations
from .fields import strict_text
from .operation_call import Call, Handler, read_body
from .shapes import Field, read_fields, text

THEMES = "themes"
DEFAULTS = {
    "logo_url_light": "",
    "logo_url_dark": "",
    "support_url": "https://www.example.com/support",
    "button_color": "#4673D3",
    "button_text_color": "#FFFFFF",
}
SHAPE = {name: Field(text, default=value) for name, value in DEFAULTS.items()}
REALM_NAME = "email_realm_name"


def build_handlers() -> dict[str, Handler]:
    """Return the handlers of the operations, by name."""
    return {
        "CreateTheme": create_theme,
        "GetActiveTheme": find_active_theme,
        "GetTheme": find_theme,
        "UpdateTheme": update_theme,
    }


def create_theme(call: Call) -> Record:
    """Create the realm's theme."""
    fields = _read_fields(call, None)
    if call.realm.objects[THEMES]:
        raise ApiError(409, "theme already exists")
    moment = now()
    record = {**_describe(call, identifiers.generate_object_id()), **fields, "create_time": moment}
    record["update_time"] = moment
    call.realm.objects[THEMES] = {record["id"]: record}
    call.tenant.changes.add_created(record["id"])
    return record


def find_active_theme(call: Call) -> Record:
    """Return the realm's theme, or else the default one."""
    default = {
        **_describe(call, str(uuid.uuid5(uuid.NAMESPACE_OID, call.realm.id))),
        REALM_NAME: call.realm.record["display_name"],
        **DEFAULTS,
        "create_time": call.realm.record["create_time"],
        "update_time": call.realm.record["create_time"],
    }
    return next(iter(call.realm.objects[THEMES].values()), default)


def find_theme(call: Call) -> Record:
    """Return the theme that the path names."""
    return call.find_in(THEMES, "Theme", "theme_id")


def update_theme(call: Call) -> Record:
    """Change a theme."""
    current = find_theme(call)
    record = {**current, **_read_fields(call, current), "update_time": now()}
    call.realm.objects[THEMES][record["id"]] = record
    call.tenant.changes.add_changed(record["id"], current)
    return record


def _read_fields(call: Call, current: Record | None) -> Record:
    given = read_body("theme")
    violations = Violations("theme")
    fields = read_fields(given, SHAPE, current, violations)
    known = current or {REALM_NAME: call.realm.record["display_name"]}
    fields[REALM_NAME] = strict_text(given, known, REALM_NAME, violations)
    violations.raise_if_any()
    return fields


def _describe(call: Call, identifier: str) -> Record:
    return {"id": identifier, "tenant_id": call.tenant.id, "realm_id": call.realm.id}
