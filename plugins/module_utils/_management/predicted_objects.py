# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Objects as the service would return them after their creation."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timezone
from itertools import count
from types import MappingProxyType
from typing import Any

from .._predicted import build_predicted
from .operation_catalogue import get_catalogue
from .operation_scopes import INTROSPECTION_SCOPE
from .resource_changes import apply_changes
from .resource_types import (
    APPLICATION,
    CREDENTIAL_BINDING_JOB,
    GROUP,
    IDENTITY,
    REALM,
    RESOURCE_SERVER,
    ROLE,
    Resource,
    ResourceType,
)

_DEFAULTS: Mapping[ResourceType, Resource] = MappingProxyType(
    {
        APPLICATION: {"is_managed": False},
        CREDENTIAL_BINDING_JOB: {"state": "LINK_SENT", "expire_time": None},  # the service chooses the time
        IDENTITY: {"status": "active", "enrollment_status": "UNENROLLED"},
        RESOURCE_SERVER: {"is_managed": False, "scopes": []},
    }
)
_DATED = (CREDENTIAL_BINDING_JOB, GROUP, IDENTITY, REALM, ROLE)

# Each realm has this resource server from the beginning. It is the one of the Management API.
_BUILT_IN_SERVER = {
    "display_name": "Beyond Identity Management API",
    "identifier": "beyondidentity",
    "is_managed": True,
}


def build_predicted_object(
    resource_type: ResourceType,
    parameters: Mapping[str, Any],
    sent: Mapping[str, Any],
    used_ids: Collection[str] = (),
) -> Resource:
    """Return the object that a creation would return, without secrets.

    Args:
        parameters: those of the path, with tenant and realm.
        sent: the object in the request's body.
        used_ids: the IDs of objects that were predicted before. One of them can have had the name.
    """
    owners = [name for name in ("tenant_id", "realm_id", resource_type.parent_parameter) if name in parameters]
    owned = {str(name): str(parameters[name]) for name in owners if name}
    item = apply_changes(owned, sent)
    item = {**_DEFAULTS.get(resource_type, {}), **item}
    if resource_type in _DATED:
        item["create_time"] = item["update_time"] = _get_time()
    ids = (build_predicted(resource_type.noun, owned, get_name(sent), *([n] if n else ())) for n in count())
    item["id"] = next(id for id in ids if id not in used_ids)
    if resource_type is APPLICATION:
        config = dict(item.get("protocol_config") or {})
        method = "client_secret_basic" if _is_confidential(config) else "none"
        given = {"client_id": build_predicted("client_id", item["id"]), "token_endpoint_auth_method": method}
        item["protocol_config"] = {**config, **given}
    return item


def build_built_in_server(parameters: Mapping[str, Any]) -> Resource:
    """Return the resource server of the Management API in a realm that cannot be read."""
    scopes = {scope for operation in get_catalogue().values() for scope in operation.scopes}
    sent = {**_BUILT_IN_SERVER, "scopes": sorted({*scopes, INTROSPECTION_SCOPE})}
    return {**build_predicted_object(RESOURCE_SERVER, parameters, sent), "is_managed": True}


def add_credentials(item: Resource) -> Resource:
    """Return a predicted object with the client secret that a confidential application would have. It is not stored."""
    config = item.get("protocol_config")
    if not isinstance(config, dict) or not _is_confidential(config) or "client_id" not in config:
        return item
    secret = build_predicted("client_secret", item["id"])
    return {**item, "protocol_config": {**config, "client_secret": secret}}


def _is_confidential(config: Mapping[str, Any]) -> bool:
    return config.get("confidentiality") == "confidential"


def _get_time() -> str:
    return datetime.now(timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def get_name(sent: Mapping[str, Any]) -> Any:
    """Return what distinguishes an object from others in the same place."""
    traits = sent.get("traits") or {}
    return traits.get("username") or sent.get("display_name") or sent.get("identifier") or dict(sent)
