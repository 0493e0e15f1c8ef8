# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""SSO configurations: bookmarks, applications with OpenID Connect, SAML or WS-Federation, identity providers and SCIM."""

from __future__ import annotations

from typing import Any

from flask import request

from ..model import identifiers
from ..model.state import Record
from ..web.errors import Violations
from .fields import text as required_text
from .object_type import SMALL_PAGES
from .operation_call import Call, Handler, read_body
from .sso_payloads import TYPES, read_payload, summarize
from .sso_resources import create_resources, delete_resources, update_resources

CONFIGS = "sso_configs"
SORTABLE = ("display_name",)
SUCCESS = "200"


def build_handlers() -> dict[str, Handler]:
    """Return the handlers of the operations, by name."""
    return {
        "CreateSsoConfig": create_config,
        "listSsoConfigs": list_configs,
        "GetSsoConfig": lambda call: show(find_config(call)),
        "UpdateSsoConfig": update_config,
        "DeleteSsoConfig": delete_config,
        "ApplicationIdToSSOConfigId": find_by_application,
        "TestSsoConfig": check_config,
    }


def find_config(call: Call) -> Record:
    """Return the SSO configuration that the path names."""
    return call.find_in(CONFIGS, "SsoConfig", "sso_config_id")


def show(config: Record) -> Record:
    """Return a configuration as responses show it."""
    return {name: value for name, value in config.items() if name != "is_migrated"}


def show_in_list(config: Record) -> Record:
    """Return a configuration as lists show it."""
    return {**show(config), "payload": summarize(config["payload"])}


def create_config(call: Call) -> Record:
    """Create a configuration, and the objects that belong to it."""
    given = read_body("sso_config")
    violations = Violations("sso_config")
    name = required_text(given, None, "display_name", violations)
    is_migrated = given.get("is_migrated", False)
    if not isinstance(is_migrated, bool):
        violations.add("is_migrated", "must be a boolean")
    payload = _read_payload(given.get("payload"), None, "payload", violations)
    violations.raise_if_any()
    record: Record = {
        "id": identifiers.generate_object_id(),
        "display_name": name,
        "payload": create_resources(call, name, payload),
        "is_migrated": is_migrated,
    }
    call.realm.objects[CONFIGS][record["id"]] = record
    call.tenant.changes.add_created(record["id"])
    return show(record)


def list_configs(call: Call) -> Record:
    """List configurations, of some types or with another value of `is_migrated` if the request says so."""
    types, migrated = request.args.getlist("type"), request.args.get("is_migrated")
    violations = Violations()
    if not set(types).issubset(TYPES):
        violations.add("type", f"must be among {', '.join(TYPES)}")
    if migrated not in (None, "true", "false"):
        violations.add("is_migrated", "must be true or false")
    violations.raise_if_any()
    listing = call.read_listing(SMALL_PAGES, sortable=SORTABLE)
    configs = call.apply_delays(call.realm.id, CONFIGS, call.realm.objects[CONFIGS])
    chosen = {
        key: config
        for key, config in configs.items()
        if (not types or config["payload"]["type"] in types)
        and (migrated is None or config["is_migrated"] == (migrated == "true"))
    }
    return listing.build_page(CONFIGS, chosen, show_in_list)


def update_config(call: Call) -> Record:
    """Change a configuration. `sso_config` is the payload; as with other objects, it can be in the key `payload`, too."""
    current = find_config(call)
    given = read_body("sso_config")
    violations = Violations("sso_config")
    name = required_text(given, current, "display_name", violations)
    inner = "payload" if "payload" in given else ""
    fields = given["payload"] if inner else given
    payload = current["payload"]
    if inner or "type" in given:
        payload = {**payload, **_read_payload(fields, payload, inner, violations)}
    violations.raise_if_any()
    payload = update_resources(call, name, current["payload"], payload)
    record = {**current, "display_name": name, "payload": payload}
    call.realm.objects[CONFIGS][record["id"]] = record
    call.tenant.changes.add_changed(record["id"], current)
    return show(record)


def delete_config(call: Call) -> None:
    """Delete a configuration with its assignments and the objects that belong to it."""
    config = find_config(call)
    delete_resources(call, config["payload"])
    for links in (call.realm.sso_identities, call.realm.sso_groups):
        links.drop_holder(config["id"])
    del call.realm.objects[CONFIGS][config["id"]]
    call.tenant.changes.add_deleted((call.realm.id, CONFIGS), config["id"], config)


def find_by_application(call: Call) -> Record:
    """Return the ID of the configuration to which an application belongs; none for other applications."""
    application_id = call.find("application")["id"]
    for config in call.realm.objects[CONFIGS].values():
        payload = config["payload"]
        if application_id in (payload.get("application_id"), payload.get("inbound_scim", {}).get("application_id")):
            return {"sso_config_id": config["id"]}
    return {}


def check_config(call: Call) -> Record:
    """Return that each part of a configuration works."""
    config = find_config(call)
    result = {"display_name": config["display_name"], "is_success": True, "status_code": SUCCESS}

    def report(name: str) -> list[Record]:
        identifier = config["payload"].get(name)
        return [{name: identifier, **result}] if identifier else []

    return {"identity_providers": report("identity_provider_id"), "oidc_applications": report("application_id")}


def _read_payload(given: Any, current: Record | None, name: str, violations: Violations) -> Record:
    inner = Violations(".".join(part for part in (violations.prefix, name) if part))
    payload = read_payload(given, current, inner)
    violations.found += inner.found
    return payload
