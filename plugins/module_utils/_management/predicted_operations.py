# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The operations whose effect check mode predicts, and where their predictions are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from .._oauth.connection import Connection
from .operation import Operation
from .resource_types import GROUP, IDENTITY_TYPES, RESOURCE_TYPES, ROLE, ResourceType

RESOURCE_OPERATIONS: Mapping[str, tuple[ResourceType, str]] = MappingProxyType(
    {
        name: (resource_type, action)
        for resource_type in (*RESOURCE_TYPES, *IDENTITY_TYPES)
        for name, action in (
            (resource_type.list_operation, "list"),
            (resource_type.get_operation, "get"),
            (resource_type.create_operation, "create"),
            (resource_type.update_operation, "update"),
            (resource_type.delete_operation, "delete"),
            (resource_type.revoke_operation or "", "revoke"),
        )
        if name
    }
)


@dataclass(frozen=True)
class PredictedList:
    """Lists of an object that have operations of their own.

    Attributes:
        keys: for each list, its key in responses and its key in the requests that add and remove items.
        has_texts: whether items are texts, otherwise objects that requests name by their IDs.
    """

    resource_type: ResourceType
    keys: Mapping[str, str]
    has_texts: bool = False


LIST_OPERATIONS: Mapping[str, PredictedList] = MappingProxyType(
    {
        "ListRoleScopes": PredictedList(ROLE, {"scopes": "scopes"}, has_texts=True),
        "ListRoleMembers": PredictedList(ROLE, {"identities": "identity_ids", "groups": "group_ids"}),
        "ListGroupMembers": PredictedList(GROUP, {"identities": "identity_ids"}),
    }
)
"""By the listing operation. `AddRoleScopes` and `DeleteRoleScopes` change what `ListRoleScopes` lists, and so on."""


def find_changed_list(operation: Operation) -> tuple[PredictedList | None, str]:
    """Return the lists that an operation changes, and `Add` or `Delete`; `None` for an operation that changes none."""
    for listing, predicted in LIST_OPERATIONS.items():
        verb = operation.name.removesuffix(listing.removeprefix("List"))
        if verb in ("Add", "Delete"):
            return predicted, verb
    return None, ""


@dataclass(frozen=True)
class IssuedTokenOperations:
    """The operations on the tokens that applications issued."""

    list_operation: str = "ListTokens"
    revoke_operation: str = "RevokeToken"


TOKENS = IssuedTokenOperations()


def get_prediction_place(
    connection: Connection,
    subject: ResourceType | PredictedList | IssuedTokenOperations,
    parameters: Mapping[str, Any] = MappingProxyType({}),
) -> list[Any]:
    """Return where the predictions of objects, of an object's lists, or of tokens are; JSON-serialisable.

    Args:
        parameters: those of the path, with tenant and realm.
    """
    tenant = [connection.api_url, parameters.get("tenant_id", connection.tenant_id)]
    if isinstance(subject, IssuedTokenOperations):
        return [*tenant, "tokens"]
    resource_type = subject.resource_type if isinstance(subject, PredictedList) else subject
    realm = parameters.get("realm_id", connection.realm_id) if resource_type.is_in_realm else None
    parent = parameters.get(resource_type.parent_parameter or "")
    place = [*tenant, realm, parent, resource_type.noun]
    if isinstance(subject, PredictedList):
        return [*place, parameters.get(resource_type.id_parameter), sorted(subject.keys)]
    return place


def get_address_place(connection: Connection) -> list[Any]:
    """Return where it is predicted which identities have another e-mail address; JSON-serialisable. IDs are unique."""
    return [connection.api_url, connection.tenant_id, "changed addresses"]
