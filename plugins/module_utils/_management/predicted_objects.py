# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Objects as the service would return them after their creation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .._predicted import build_predicted
from .operation_catalogue import get_catalogue
from .resource_types import APPLICATION, RESOURCE_SERVER, Resource, ResourceType

# Each realm has this resource server from the beginning. It is the one of the Management API.
_BUILT_IN_SERVER = {
    "display_name": "Beyond Identity Management API",
    "identifier": "beyondidentity",
    "is_managed": True,
}


def build_predicted_object(
    resource_type: ResourceType, parameters: Mapping[str, Any], sent: Mapping[str, Any]
) -> Resource:
    """Return the object that a creation would return, without secrets.

    Args:
        parameters: those of the path, with tenant and realm.
        sent: the object in the request's body.
    """
    owners = [name for name in ("tenant_id", "realm_id", resource_type.parent_parameter) if name in parameters]
    owned = {str(name): str(parameters[name]) for name in owners if name}
    item: Resource = {**owned, **sent}
    if resource_type in (APPLICATION, RESOURCE_SERVER):
        item["is_managed"] = False
    item["id"] = build_predicted(resource_type.noun, owned, _get_name(sent))
    if resource_type is APPLICATION:
        config = dict(item.get("protocol_config") or {})
        item["protocol_config"] = {**config, "client_id": build_predicted("client_id", item["id"])}
    return item


def build_built_in_server(parameters: Mapping[str, Any]) -> Resource:
    """Return the resource server of the Management API in a predicted realm."""
    scopes = {scope for operation in get_catalogue().values() for scope in operation.scopes}
    sent = {**_BUILT_IN_SERVER, "scopes": sorted(scopes)}
    return {**build_predicted_object(RESOURCE_SERVER, parameters, sent), "is_managed": True}


def add_credentials(item: Resource) -> Resource:
    """Return a predicted object with the client secret that a confidential application would have. It is not stored."""
    config = item.get("protocol_config")
    if not isinstance(config, dict) or config.get("confidentiality") != "confidential" or "client_id" not in config:
        return item
    secret = build_predicted("client_secret", item["id"])
    return {**item, "protocol_config": {**config, "client_secret": secret}}


def _get_name(sent: Mapping[str, Any]) -> Any:
    traits = sent.get("traits") or {}
    return traits.get("username") or sent.get("display_name") or sent.get("identifier") or dict(sent)
