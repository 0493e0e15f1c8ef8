# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The SCIM server's description of itself."""

from __future__ import annotations

from ..management.operation_call import Handler
from ..model.state import Record
from .groups import GROUP
from .messages import CORE, MAXIMUM, build_list_response
from .users import USER

OWN_GROUP = "urn:scim:schemas:extension:byndid:1.0:Group"


def build_handlers() -> dict[str, Handler]:
    """Return the handlers of the operations, by name."""
    return {
        "ListResourceTypes": lambda _call: build_list_response(
            [
                _build_resource_type("User", "User Account", USER),
                _build_resource_type("Group", "User Groups", GROUP, OWN_GROUP),
            ]
        ),
        "ListSchemas": lambda _call: build_list_response(
            [_build_schema("User", USER, USER_ATTRIBUTES), _build_schema("Group", GROUP, GROUP_ATTRIBUTES)]
        ),
        "GetServiceProviderConfig": lambda _call: CONFIGURATION,
    }


def _build_attribute(name: str, description: str, attribute_type: str = "string", **others: object) -> Record:
    fixed = {"multiValued": False, "required": False, "mutability": "readWrite", "returned": "default"}
    return {"name": name, "type": attribute_type, "description": description, **fixed, **others}


USER_ATTRIBUTES = [
    _build_attribute("externalId", "The provisioning client's identifier.", required=True, uniqueness="server"),
    _build_attribute("userName", "The username of the user.", required=True, uniqueness="server"),
    _build_attribute("displayName", "The name of the user, for display.", required=True, uniqueness="none"),
    _build_attribute("active", "The user's administrative status.", "boolean", required=True),
    _build_attribute(
        "name",
        "The parts of the user's name.",
        "complex",
        subAttributes=[
            _build_attribute("familyName", "The family name."),
            _build_attribute("givenName", "The given name."),
        ],
    ),
    _build_attribute(
        "emails",
        "The user's addresses; one is primary.",
        "complex",
        multiValued=True,
        subAttributes=[
            _build_attribute("value", "The address."),
            _build_attribute("primary", "Which is it?", "boolean"),
        ],
    ),
]
GROUP_ATTRIBUTES = [
    _build_attribute("id", "group id", uniqueness="server"),
    _build_attribute("displayName", "A human-readable name for the group.", uniqueness="server"),
    _build_attribute(
        "members",
        "The group's members.",
        "complex",
        multiValued=True,
        subAttributes=[_build_attribute("value", "The member's id.", mutability="immutable")],
    ),
]
CONFIGURATION: Record = {
    "schemas": [f"{CORE}:ServiceProviderConfig"],
    "authenticationSchemes": [
        {
            "name": "",
            "description": "",
            "documentationUri": "",
            "primary": False,
            "specUri": "",
            "type": "oauthbearertoken",
        }
    ],
    "bulk": {"maxOperations": MAXIMUM, "maxPayloadSize": 1048576, "supported": False},
    "changePassword": {"supported": False},
    "documentationUri": "",
    "etag": {"supported": False},
    "filter": {"maxResults": MAXIMUM, "supported": True},
    "patch": {"supported": True},
    "sort": {"supported": False},
}


def _build_resource_type(name: str, description: str, schema: str, *extensions: str) -> Record:
    return {
        "schemas": [f"{CORE}:ResourceType"],
        "id": name,
        "name": name,
        "description": description,
        "endpoint": f"/{name}s",
        "schema": schema,
        "schemaExtensions": [{"required": False, "schema": extension} for extension in extensions],
    }


def _build_schema(name: str, schema: str, attributes: list[Record]) -> Record:
    return {"id": schema, "name": name, "description": f"{name} resource", "attributes": attributes}
