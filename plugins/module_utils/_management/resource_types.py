# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The types of objects that the Management API has."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

Resource = dict[str, Any]
"""An object as the API describes it."""


@dataclass(frozen=True)
class ResourceType:
    """A type of object, by the name in its operations: `CreateApplication`, `ListApplications`, ...

    Attributes:
        read_only: fields that a request must not have.
        write_only: fields that a response does not show as they were sent, so they cannot be compared after a write.
        own_id_option: the connection option with the ID of the one object that the task authenticates with, if any.
        parent_parameter: the path parameter with the ID of the object that the objects belong to, if any.
        is_in_realm: whether the objects belong to the managed realm; realms belong to the tenant.
        name_fields: the fields whose values can refer to an object.
        finder: the option of state modules that finds an object without its ID.
        request_key: the key of an object in a request's body, if it is not `noun`.
        response_key: the key of a new object in the response to its creation; `None` if the response is the object.
        revoke_operation: the operation that ends an object that stays listed, if there is one.
    """

    name: str
    plural: str
    read_only: frozenset[str] = frozenset()
    write_only: frozenset[str] = frozenset()
    own_id_option: str | None = None
    parent_parameter: str | None = None
    is_in_realm: bool = True
    name_fields: tuple[str, ...] = ("display_name",)
    finder: str = "display_name"
    request_key: str | None = None
    response_key: str | None = None
    revoke_operation: str | None = None

    @property
    def noun(self) -> str:
        """The key of one object in results and, unless there is a `request_key`, in request bodies."""
        return _to_snake_case(self.name)

    @property
    def collection(self) -> str:
        """The key of a listing's objects."""
        return _to_snake_case(self.plural)

    @property
    def id_parameter(self) -> str:
        """The path parameter with an object's ID."""
        return f"{self.noun}_id"

    @property
    def body_key(self) -> str:
        """The key of one object in request bodies."""
        return self.request_key or self.noun

    @property
    def list_operation(self) -> str:
        """The operation that lists all objects."""
        return f"List{self.plural}"

    @property
    def get_operation(self) -> str:
        """The operation that reads one object."""
        return f"Get{self.name}"

    @property
    def create_operation(self) -> str:
        """The operation that creates an object."""
        return f"Create{self.name}"

    @property
    def update_operation(self) -> str:
        """The operation that updates an object."""
        return f"Update{self.name}"

    @property
    def delete_operation(self) -> str:
        """The operation that deletes an object."""
        return f"Delete{self.name}"

    def list_lookup_operations(self, by_id: bool) -> tuple[str, ...]:
        """Return the operations that find an object, by its ID or by its name. Both need the same scopes."""
        return (self.get_operation,) if by_id else (self.list_operation, self.get_operation)


def _to_snake_case(name: str) -> str:
    return re.sub(r"(?<!^)([A-Z])", r"_\1", name).lower()


APPLICATION = ResourceType(
    "Application",
    "Applications",
    read_only=frozenset({"client_id", "client_secret", "token_endpoint_auth_method"}),
    write_only=frozenset({"token_endpoint_auth_method"}),  # the service ignores it
    own_id_option="application_id",
)
AUTHENTICATOR_CONFIG = ResourceType("AuthenticatorConfig", "AuthenticatorConfigs")
CREDENTIAL = ResourceType(
    "Credential", "Credentials", parent_parameter="identity_id", revoke_operation="RevokeCredential"
)
CREDENTIAL_BINDING_JOB = ResourceType(
    "CredentialBindingJob",
    "CredentialBindingJobs",
    parent_parameter="identity_id",
    request_key="job",
    response_key="credential_binding_job",
    revoke_operation="SetCredentialBindingJobRevoked",
)
GROUP = ResourceType("Group", "Groups")
IDENTITY = ResourceType("Identity", "Identities", finder="username")
REALM = ResourceType("Realm", "Realms", own_id_option="auth_realm_id", is_in_realm=False)
RESOURCE_SERVER = ResourceType("ResourceServer", "ResourceServers", name_fields=("display_name", "identifier"))
ROLE = ResourceType("Role", "Roles", parent_parameter="resource_server_id")

RESOURCE_TYPES = (APPLICATION, AUTHENTICATOR_CONFIG, GROUP, REALM, RESOURCE_SERVER, ROLE)
"""The types whose objects are found by their names. Identities have usernames."""

IDENTITY_TYPES = (IDENTITY, CREDENTIAL, CREDENTIAL_BINDING_JOB)
"""Identities, and the objects that belong to one. None of them is found by a display name."""
