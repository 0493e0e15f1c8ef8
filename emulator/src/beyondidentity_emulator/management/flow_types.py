# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How persons can be sent to their authenticator, by platform. A realm has one configuration."""

from __future__ import annotations

import copy
from typing import Any

from ..model import identifiers
from ..model.state import Record, now
from ..web.errors import Violations
from .operation_call import Call, Handler, read_document

CONFIGS = "flow_type_configs"
PLATFORMS = ("android", "macos", "ios", "windows", "web", "linux", "chromeos", "chromeosweb")
FLOWS = (
    "unknown",
    "scheme",
    "embedded",
    "copy",
    "roaming_auth",
    "android_autofill",
    "android_accessibility",
    "pipe",
    "localhost",
    "universal_link",
    "safari_extension",
    "layered_auth_qr_code",
    "secure_localhost",
)
KEYS = ("enabled", "valid")
ENABLED = ("scheme", "embedded", "copy", "localhost")
"""The flows that a new configuration enables on all platforms."""


def build_handlers() -> dict[str, Handler]:
    """Return the handlers of the operations, by name."""
    return {"GetFlowTypeConfig": find_config, "UpdateFlowTypeConfig": update_config}


def find_config(call: Call) -> Record:
    """Return the realm's configuration; create it if there is none."""
    configs = call.realm.objects[CONFIGS]
    if not configs:
        moment = now()
        flows = {flow: {"enabled": flow in ENABLED, "valid": flow != "unknown"} for flow in FLOWS}
        record: Record = {
            "id": identifiers.generate_object_id(),
            "tenant_id": call.tenant.id,
            "realm_id": call.realm.id,
            "create_time": moment,
            "update_time": moment,
            "platform_config": {platform: copy.deepcopy(flows) for platform in PLATFORMS},
        }
        configs[record["id"]] = record
    return next(iter(configs.values()))


def update_config(call: Call) -> Record:
    """Change flows of platforms; unknown fields are refused."""
    given = read_document()
    violations = Violations()
    changes = list(_read_changes(given, violations))
    violations.raise_if_any()
    current = find_config(call)
    platforms = copy.deepcopy(current["platform_config"])
    for platform, flow, values in changes:
        platforms[platform][flow].update(values)
    record = {**current, "platform_config": platforms, "update_time": now()}
    call.realm.objects[CONFIGS][record["id"]] = record
    return record


def _read_changes(given: Record, violations: Violations) -> list[tuple[str, str, dict[str, bool]]]:
    changes = []
    for platform, flow, key, value in _walk(given, violations):
        place = f"{platform}.{flow}.{key}"
        if key not in KEYS:
            violations.add(place, "unknown field")
        elif not isinstance(value, bool):
            violations.add(place, "must be a boolean")
        else:
            changes.append((platform, flow, {key: value}))
    return changes


def _walk(given: Record, violations: Violations) -> list[tuple[str, str, str, Any]]:
    """Return platform, flow, key and value of each leaf."""
    leaves = []
    for platform, flows in given.items():
        for flow, values in _read_object(platform, flows, PLATFORMS, platform, violations).items():
            for key, value in _read_object(flow, values, FLOWS, f"{platform}.{flow}", violations).items():
                leaves.append((platform, flow, key, value))
    return leaves


def _read_object(name: str, value: Any, known: tuple[str, ...], place: str, violations: Violations) -> Record:
    if name not in known:
        violations.add(place, "unknown field")
    elif not isinstance(value, dict):
        violations.add(place, "must be an object")
    else:
        return value
    return {}
