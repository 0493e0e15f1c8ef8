# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Dependencies of predicted objects: the writes that the service would refuse, and the side effects of a write.

Only objects that the run predicted or read are considered, so the check of a write needs no additional scopes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from .._errors import ResponseError
from .._predicted import is_predicted
from .operation import Operation
from .predicted_operations import LIST_OPERATIONS, PredictedList
from .predictions import Prediction
from .resource_types import (
    APPLICATION,
    AUTHENTICATOR_CONFIG,
    CREDENTIAL_BINDING_JOB,
    IDENTITY,
    IDENTITY_TYPES,
    REALM,
    RESOURCE_SERVER,
    RESOURCE_TYPES,
    ROLE,
    Resource,
    ResourceType,
)

Read = Callable[[Any, Mapping[str, Any]], Prediction]
"""Returns the prediction for objects of a type, or for the lists of an object, given the parameters of the path."""

_REFERENCES: Mapping[ResourceType, tuple[ResourceType, ...]] = {
    APPLICATION: (RESOURCE_SERVER, AUTHENTICATOR_CONFIG),
    CREDENTIAL_BINDING_JOB: (AUTHENTICATOR_CONFIG,),
}
_MEMBERS: PredictedList = LIST_OPERATIONS["ListRoleMembers"]


class PredictedConflicts:
    """The service's rules between objects, for the predictions that `read` returns.

    Args:
        is_complete: whether the predictions are of the whole run, with all predicted objects.
    """

    def __init__(self, read: Read, *, is_complete: bool) -> None:
        self._read = read
        self._is_complete = is_complete

    def refuse_missing(self, operation: Operation, parameters: Mapping[str, Any]) -> None:
        """Raise `ResponseError` for an operation on an object that would not exist, or on a part of such an object."""
        for resource_type in (*RESOURCE_TYPES, *IDENTITY_TYPES):
            if resource_type.id_parameter in operation.path_parameters:
                self._refuse_missing(resource_type, parameters.get(resource_type.id_parameter), parameters, 404)

    def refuse_write(
        self,
        resource_type: ResourceType,
        action: str,
        parameters: Mapping[str, Any],
        sent: Mapping[str, Any],
        listed: Iterable[Resource],
    ) -> None:
        """Raise `ResponseError` for a creation, update or deletion that the service would refuse.

        Args:
            parameters: those of the path, with tenant and realm.
            listed: the other objects of the type that the task read.
        """
        if action == "delete":
            self._refuse_used(resource_type, parameters)
            return
        for target in _REFERENCES.get(resource_type, ()):
            self._refuse_missing(target, sent.get(target.id_parameter), parameters, 400)
        unique = _list_unique(resource_type, sent)
        known = [*listed, *self._read(resource_type, parameters).created.values()] if unique else []
        own_id = parameters.get(resource_type.id_parameter)
        others = [_list_unique(resource_type, other) for other in known if other.get("id") != own_id]
        for name, value in unique.items():
            if any(other.get(name) == value for other in others):
                status = 400 if resource_type is RESOURCE_SERVER else 409
                raise _build_error(
                    status,
                    f"another {resource_type.noun} has the {name} '{value}'",
                    "Use another value, or change the other object first.",
                )

    def find_released(self, resource_type: ResourceType, item: Resource, parameters: Mapping[str, Any]) -> Resource:
        """Return the fields that an object lost because the run deletes an object that it refers to."""
        id = item.get(RESOURCE_SERVER.id_parameter) if resource_type is APPLICATION else None
        if id is None or id not in self._read(RESOURCE_SERVER, parameters).deleted:
            return {}
        return {RESOURCE_SERVER.id_parameter: "", "protocol_config": {"allowed_scopes": []}}

    def find_offered(self, predicted: PredictedList, parameters: Mapping[str, Any]) -> list[str] | None:
        """Return the scopes that a role's resource server would offer after its change; `None` without one."""
        if not predicted.has_texts:
            return None
        servers, id = self._read(RESOURCE_SERVER, parameters), str(parameters.get(RESOURCE_SERVER.id_parameter))
        scopes: list[str] | None = (servers.created.get(id) or servers.changed.get(id) or {}).get("scopes")
        return scopes

    def _refuse_missing(self, resource_type: ResourceType, id: Any, parameters: Mapping[str, Any], status: int) -> None:
        prediction = self._read(resource_type, parameters)
        is_unknown = self._is_complete and is_predicted(id) and id not in prediction.created
        if is_unknown or id in prediction.deleted:
            raise _build_error(
                status,
                f"no {resource_type.noun} would have the ID {id}",
                "Check the ID: an earlier task deletes the object, or no task creates it.",
            )

    def _refuse_used(self, resource_type: ResourceType, parameters: Mapping[str, Any]) -> None:
        """Raise `ResponseError` for the deletion of an object that other objects need."""
        id = str(parameters[resource_type.id_parameter])
        if resource_type is REALM:
            is_used = any(self._read(ROLE, role).created for role in self._list_servers(parameters))
        elif resource_type is RESOURCE_SERVER:
            is_used = self._has_members(parameters)
        elif resource_type is AUTHENTICATOR_CONFIG:
            applications = self._read(APPLICATION, parameters)
            users = [*applications.created.values(), *applications.changed.values()]
            is_used = any(item.get(resource_type.id_parameter) == id for item in users)
        else:
            is_used = False
        if is_used:
            raise _build_error(
                409,
                f"the {resource_type.noun} {id} is in use by objects of this run",
                "Remove these objects first, in an earlier task.",
            )

    def _list_servers(self, parameters: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Return the parameters of the paths of roles, for each predicted resource server in a realm."""
        servers = self._read(RESOURCE_SERVER, parameters).created
        return [{**parameters, RESOURCE_SERVER.id_parameter: id} for id in servers]

    def _has_members(self, parameters: Mapping[str, Any]) -> bool:
        roles = self._read(ROLE, parameters).created
        lists = [self._read(_MEMBERS, {**parameters, ROLE.id_parameter: id}) for id in roles]
        return any(items for members in lists for items in members.added.values())


def _list_unique(resource_type: ResourceType, item: Mapping[str, Any]) -> dict[str, str]:
    """Return the fields of an object that no other object of the type can have, in the form in which they compare."""
    if resource_type is RESOURCE_SERVER:
        return {"identifier": item["identifier"]} if item.get("identifier") else {}
    traits = item.get("traits")
    if resource_type is not IDENTITY or not isinstance(traits, Mapping):
        return {}
    names = ("username", "primary_email_address")
    return {name: traits[name].casefold() for name in names if isinstance(traits.get(name), str) and traits[name]}


def _build_error(status: int, reason: str, hint: str) -> ResponseError:
    return ResponseError(f"The service would refuse the request (HTTP {status}): {reason}.", hint, status=status)
