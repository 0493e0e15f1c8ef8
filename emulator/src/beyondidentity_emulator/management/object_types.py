# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The types of objects in a realm that have the same five operations, and their fields."""

from __future__ import annotations

from typing import Any

from ..model import identifiers
from ..model.state import MANAGEMENT_AUDIENCE, Realm, Record
from ..web.errors import Violations
from . import object_hooks
from .application_fields import build_application
from .directory_fields import build_group, build_identity, build_role
from .fields import string_list, text
from .object_type import SMALL_PAGES, ObjectType

AUTHENTICATION_METHODS = ("email_one_time_password", "software_passkey", "webauthn_passkey")
CONFIG_FIELDS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "embedded": (("invoke_url", "trusted_origins"), ("invocation_type", "authentication_methods")),
    "hosted_web": (("authentication_methods", "trusted_origins"), ()),
    "console": (("onboarding_configuration",), ()),
    "platform": ((), ("trusted_origins", "roaming_auth_config")),
}
"""Required and optional fields of an authenticator configuration, by its type."""
ROAMING_LISTS = ("allowed_source_ips", "allowed_user_group_ids", "allowed_user_ids")


def build_resource_server(realm: Realm, given: Record, current: Record | None, violations: Violations) -> Record:
    """Return a resource server's fields."""
    record = {
        "display_name": text(given, current, "display_name", violations),
        "is_managed": False,
        "identifier": text(given, current, "identifier", violations),
        "scopes": string_list(given, "scopes", violations, current),
    }
    own_id = current["id"] if current else None
    others = [server["identifier"] for server in realm.objects["resource_servers"].values() if server["id"] != own_id]
    if record["identifier"] == MANAGEMENT_AUDIENCE:
        violations.add("identifier", "is reserved")
    elif record["identifier"] in others:
        violations.add("identifier", "is used by another resource server of the realm")
    return record


def build_authenticator_config(_realm: Realm, given: Record, current: Record | None, violations: Violations) -> Record:
    """Return an authenticator configuration's fields; replace `config` as a whole."""
    record: Record = {"display_name": text(given, current, "display_name", violations)}
    if current is not None and "config" not in given:
        record["config"] = current["config"]
    else:
        record["config"] = build_config(given.get("config"), violations)
    return record


def build_config(given: Any, violations: Violations) -> Record:
    """Return the field `config`: a variant for each type of authenticator."""
    if not isinstance(given, dict) or given.get("type") not in tuple(CONFIG_FIELDS):
        violations.add("config.type", f"must be one of {', '.join(CONFIG_FIELDS)}")
        return {}
    required, optional = CONFIG_FIELDS[given["type"]]
    config: Record = {"type": given["type"]}
    for name in required:
        if name not in given:
            violations.add(f"config.{name}", "is required")
    for name in (*required, *optional):
        if name in given:
            config[name] = given[name]
    _check_config(config, violations)
    if config["type"] == "embedded":
        config.setdefault("invocation_type", "automatic")
        config.setdefault("authentication_methods", [{"type": name} for name in AUTHENTICATION_METHODS])
    return config


def _check_config(config: Record, violations: Violations) -> None:
    origins = config.get("trusted_origins", [])
    if not (origins is None and config["type"] == "platform") and not _is_list_of(origins, str):
        violations.add("config.trusted_origins", "must be a list of strings")
    methods = config.get("authentication_methods", [])
    if not _is_list_of(methods, dict) or any(method.get("type") not in AUTHENTICATION_METHODS for method in methods):
        violations.add(
            "config.authentication_methods", f"must be a list of these types: {', '.join(AUTHENTICATION_METHODS)}"
        )
    if config.get("invocation_type", "automatic") not in ("automatic", "manual"):
        violations.add("config.invocation_type", "must be automatic or manual")
    if not isinstance(config.get("invoke_url", ""), str):
        violations.add("config.invoke_url", "must be a string")
    if not _is_roaming(config.get("roaming_auth_config", {"enabled": False, "allow_unknown_user": False})):
        violations.add("config.roaming_auth_config", "must be an object with enabled and allow_unknown_user")
    if "onboarding_configuration" in config:
        onboarding = config["onboarding_configuration"]
        method = onboarding.get("verification_method") if isinstance(onboarding, dict) else None
        if not isinstance(method, dict) or not _is_verification(method):
            violations.add(
                "config.onboarding_configuration.verification_method", "must be of type none, or idp with an idp_id"
            )


def _is_verification(method: Record) -> bool:
    return method.get("type") == "none" or (method.get("type") == "idp" and isinstance(method.get("idp_id"), str))


def _is_roaming(value: Any) -> bool:
    if not isinstance(value, dict):
        return False
    flags = all(isinstance(value.get(name), bool) for name in ("enabled", "allow_unknown_user"))
    return flags and all(_is_list_of(value.get(name, []), str) for name in ROAMING_LISTS)


def _is_list_of(value: Any, of: type) -> bool:
    return isinstance(value, list) and all(isinstance(item, of) for item in value)


OBJECT_TYPES = (
    ObjectType(
        "Application",
        "Applications",
        "application",
        "applications",
        build_application,
        before_delete=object_hooks.revoke_application_tokens,
    ),
    ObjectType(
        "AuthenticatorConfig",
        "AuthenticatorConfigs",
        "authenticator_config",
        "authenticator_configs",
        build_authenticator_config,
        before_delete=object_hooks.release_authenticator_config,
    ),
    ObjectType(
        "ResourceServer",
        "ResourceServers",
        "resource_server",
        "resource_servers",
        build_resource_server,
        after_update=object_hooks.remove_withdrawn_scopes,
        before_delete=object_hooks.release_resource_server,
    ),
    ObjectType(
        "Identity",
        "Identities",
        "identity",
        "identities",
        build_identity,
        new_id=identifiers.generate_short_id,
        sizes=SMALL_PAGES,
        is_dated=True,
        before_delete=object_hooks.release_identity,
    ),
    ObjectType(
        "Group",
        "Groups",
        "group",
        "groups",
        build_group,
        new_id=identifiers.generate_short_id,
        sizes=SMALL_PAGES,
        filterable=("display_name",),
        sortable=("display_name", "create_time", "update_time"),
        is_dated=True,
        before_delete=object_hooks.refuse_group_with_members,
    ),
    ObjectType(
        "Role",
        "Roles",
        "role",
        "roles",
        build_role,
        parent="resource_server",
        new_id=identifiers.generate_short_id,
        sizes=SMALL_PAGES,
        is_dated=True,
        before_delete=object_hooks.refuse_role_with_children,
    ),
)
BY_ENVELOPE = {object_type.envelope: object_type for object_type in OBJECT_TYPES}
