# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How one object reaches its wanted state: find it, plan the change, apply it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .._errors import OptionError, ResponseError, StateError
from .._ids import validate_id
from .._masking import remove_secrets
from .._oauth.connection import Connection
from .._text import join_names
from .client import ManagementClient
from .resource_changes import merge_changes, plan_changes
from .resource_lookup import describe_resource, find_resource, validate_resource
from .resource_types import Resource, ResourceType


@dataclass(frozen=True)
class StateOptions:
    """The options of every state module."""

    state: str
    id: str | None
    display_name: str | None


@dataclass(frozen=True)
class ChangeResult:
    """What a state module did, or in check mode would do. `before` and `after` are `None` for an object that does not exist."""

    before: Resource | None
    after: Resource | None
    changed: bool

    def build_diff(self) -> dict[str, Any]:
        """Return both states for Ansible's diff mode, without secrets."""
        return {"before": remove_secrets(self.before or {}), "after": remove_secrets(self.after or {})}


class ResourceState:
    """Brings one object to its wanted state. In check mode, it only predicts the result."""

    def __init__(
        self, resource_type: ResourceType, client: ManagementClient, options: StateOptions, *, check_mode: bool
    ) -> None:
        if "" in (options.id, options.display_name) or (options.id, options.display_name) == (None, None):
            raise OptionError("Set id or display_name. Neither can be empty.")
        self.resource_type = resource_type
        self.client = client
        self.id = validate_id(options.id, "id") if options.id else None
        self.display_name = options.display_name
        self.check_mode = check_mode

    def find(self) -> Resource | None:
        """Return the object with the ID if one is set, otherwise the only one with the name."""
        return find_resource(self.resource_type, self.client, id=self.id, display_name=self.display_name)

    def ensure_present(self, build_wanted: Callable[[Resource | None], Resource]) -> ChangeResult:
        """Create the object, or update the fields that differ.

        Args:
            build_wanted: returns the managed fields. Its argument is the existing object, or `None` to create one.
        """
        before = self.find()
        if before is None and self.id:
            raise StateError(
                f"No {self.resource_type.noun} has the ID {self.id}.",
                "The service chooses IDs. To create an object, omit id and set display_name.",
            )
        wanted = build_wanted(before)
        if before is None:
            return ChangeResult(None, wanted if self.check_mode else self._create(wanted), True)
        changes = plan_changes(before, wanted, self.resource_type.read_only)
        if not changes:
            return ChangeResult(before, before, False)
        self._refuse_managed(before, f"Cannot change {join_names(changes)}")
        after = merge_changes(before, changes)
        return ChangeResult(before, after if self.check_mode else self._update(before, changes), True)

    def ensure_absent(self, validate_removal: Callable[[Resource], None]) -> ChangeResult:
        """Delete the object if it exists. `validate_removal` raises if it must not be deleted."""
        own_id = find_own_id(self.resource_type, self.client.connection)
        before = self.find()
        if before is None:
            return ChangeResult(None, None, False)
        self._refuse_managed(before, "Cannot delete the object")
        validate_removal(before)
        refuse_own_removal(self.resource_type, before["id"], own_id)
        if not self.check_mode:
            try:
                self._delete(before)
            except ResponseError as error:
                if error.status != 404:  # another process deleted the object first
                    raise
        return ChangeResult(before, None, True)

    def _create(self, wanted: Resource) -> Resource:
        created = self.client.call(self.resource_type.create_operation, body={self.resource_type.noun: wanted})
        return validate_resource(self.resource_type, created)

    def _update(self, before: Resource, changes: Resource) -> Resource:
        after = self._call(self.resource_type.update_operation, before["id"], body={self.resource_type.noun: changes})
        if after.get("id") == before["id"]:
            return validate_resource(self.resource_type, after)
        return merge_changes(before, changes)

    def _delete(self, before: Resource) -> None:
        self._call(self.resource_type.delete_operation, before["id"])

    def _call(self, operation: str, id: str, body: Resource | None = None) -> Resource:
        return self.client.call(operation, {self.resource_type.id_parameter: id}, body=body)

    def _refuse_managed(self, found: Resource, refusal: str) -> None:
        if found.get("is_managed"):
            raise StateError(
                f"{refusal}: {describe_resource(self.resource_type, found)} is managed by Beyond Identity.",
                "Managed objects can be used, but not modified.",
            )


def find_own_id(resource_type: ResourceType, connection: Connection) -> str | None:
    """Return the ID of the object that the task authenticates with; raise `OptionError` if the options do not tell."""
    if resource_type.own_id_option is None:
        return None
    return connection.require(
        resource_type.own_id_option,
        f", and without it this module cannot tell whether the task authenticates with this {resource_type.noun}",
    )


def refuse_own_removal(resource_type: ResourceType, id: str, own_id: str | None) -> None:
    """Raise `StateError` if the object is the one that the task authenticates with."""
    if id == own_id:
        raise StateError(
            f"The task authenticates with this {resource_type.noun}, so the task cannot remove it.",
            "Use the credentials of another application.",
        )
