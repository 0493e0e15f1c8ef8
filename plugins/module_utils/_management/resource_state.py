# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Brings one object to its wanted state: finds it, plans the change, applies it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from .._errors import BeyondIdentityError, OptionError, ResponseError, StateError
from .._ids import validate_id
from .._masking import remove_secrets
from .._oauth.connection import Connection
from .._text import join_names, sanitize_for_display
from .client import ManagementClient
from .field_limits import validate_texts
from .resource_changes import plan_changes, select_fields
from .resource_creation import NameTakenError, create_resource
from .resource_lookup import describe_resource, find_resource, read_resource, validate_resource
from .resource_types import Resource, ResourceType
from .run_memory import Place, get_place, get_time, list_names, wait_until_found
from .write_check import add_missing, check_write


@dataclass(frozen=True)
class StateOptions:
    """The options of every state module. `name` finds an object without its ID; with the ID, it is the new name."""

    state: str
    id: str | None
    name: str | None


@dataclass(frozen=True)
class ChangeResult:
    """The change of a state module; in check mode, the predicted change. `before` and `after` are `None` for an object that does not exist."""

    before: Resource | None
    after: Resource | None
    changed: bool

    def build_diff(self) -> dict[str, Any]:
        """Return both states for Ansible's diff mode, without secrets."""
        return {"before": remove_secrets(self.before or {}), "after": remove_secrets(self.after or {})}


class ResourceState:
    """Brings one object to its wanted state. In check mode, its client only predicts the effect of writing operations."""

    def __init__(
        self,
        resource_type: ResourceType,
        client: ManagementClient,
        options: StateOptions,
        *,
        warn: Callable[[str], None] = lambda message: None,
    ) -> None:
        if "" in (options.id, options.name) or (options.id, options.name) == (None, None):
            raise OptionError(f"Set id, {resource_type.finder} or both. Neither can be empty.")
        self.resource_type = resource_type
        self.client = client
        self.id = validate_id(options.id, "id") if options.id else None
        self.name = options.name
        self.warn = warn

    def find(self) -> Resource | None:
        """Return the object with the ID if an ID is set, otherwise the only object with the name."""
        return find_resource(self.resource_type, self.client, id=self.id, display_name=self.name)

    def ensure_present(self, build_wanted: Callable[[Resource | None], Resource]) -> ChangeResult:
        """Create the object, or update the fields that differ.

        Args:
            build_wanted: returns the managed fields. Its argument is the existing object, or `None` to create one.
        """
        before = self.find()
        if before is None and self.id:
            raise StateError(
                f"No {self.resource_type.noun} has the ID {self.id}.",
                f"The service chooses IDs. To create an object, omit id and set {self.resource_type.finder}.",
            )
        if before is None:
            wanted = build_wanted(None)
            validate_texts(self.resource_type.noun, wanted)
            try:
                return ChangeResult(None, self._create(wanted), True)
            except NameTakenError as error:
                before = error.found
        return self._ensure_fields(before, build_wanted(before))

    def _ensure_fields(self, before: Resource, wanted: Resource) -> ChangeResult:
        """Update the fields that differ. An object that was found by its name keeps the form in which the name is stored."""
        finder = self.resource_type.finder
        if not self.id and finder in wanted:
            wanted = {**wanted, finder: before.get(finder)}
        changes = plan_changes(before, wanted, self.resource_type.read_only)
        if not changes:
            return ChangeResult(before, before, False)
        self._refuse_managed(before, f"Cannot change {join_names(changes)}")
        validate_texts(self.resource_type.noun, changes)
        after = self._update(before, changes)
        # nothing changed if the service takes the value for the one that it has, and keeps its form
        changed = bool(plan_changes(before, select_fields(after, changes)))
        return ChangeResult(before, after, changed)

    def ensure_absent(self, validate_removal: Callable[[Resource], None]) -> ChangeResult:
        """Delete the object if it exists. `validate_removal` raises if it must not be deleted."""
        own_id = find_own_id(self.resource_type, self.client.connection)
        before = self.find()
        if before is None:
            return ChangeResult(None, None, False)
        self._refuse_managed(before, "Cannot delete the object")
        validate_removal(before)
        refuse_own_removal(self.resource_type, before["id"], own_id)
        try:
            self._delete(before)
        except ResponseError as error:
            if error.status != 404:  # another process deleted the object first
                raise
        self.client.memory.remember_deletion(self._get_place(), before["id"], list_names(before))
        return ChangeResult(before, None, True)

    def _create(self, wanted: Resource) -> Resource:
        created = create_resource(
            self.resource_type,
            self.client,
            wanted,
            self.find,
            self.warn,
            explain_conflict=lambda error: self._explain_conflict(error, wanted),
        )
        with mark_as_changed(created["id"]):
            validate_resource(self.resource_type, created)
            self.client.memory.remember_creation(self._get_place(), created["id"], list_names(wanted, created))
            return self._verify(wanted, created, created)

    def _update(self, before: Resource, changes: Resource) -> Resource:
        id = before["id"]
        self._remember_new_name(id, changes)  # the response can be lost
        try:
            after = self._call(self.resource_type.update_operation, id, body={self.resource_type.noun: changes})
        except ResponseError as error:
            if error.status == 409:
                self._explain_conflict(error, changes)
            raise
        with mark_as_changed(id):
            response = validate_resource(self.resource_type, after) if after.get("id") == id else {}
            self._remember_new_name(id, changes, response)
            return self._verify(changes, response, before)

    def _explain_conflict(self, error: ResponseError, sent: Resource) -> None:
        """Raise an error that says more than the service's refusal of a creation or update because of another object."""
        if self.id and "display_name" in sent:
            raise error.with_hint("Another object may have the name. Choose another name.") from None

    def _remember_new_name(self, id: str, changes: Resource, *stored: Resource) -> None:
        """Remember a rename, done or not: a search reads the object by its ID if the listing has another name."""
        if "display_name" in changes:
            self.client.memory.remember_new_name(self._get_place(), id, list_names(changes, *stored))

    def _verify(self, sent: Resource, response: Resource, before: Resource) -> Resource:
        """Return the object after a write; raise `StateError` if the service ignored a sent field.

        If the response lacks a sent field, or shows another value, the object is read: the response can be from a cache. A
        field that is still missing cannot be verified.
        """
        resource_type, write_only = self.resource_type, self.resource_type.write_only
        stored, checks = response, check_write(sent, response, write_only)
        if any(check.finding != "normalized" for check in checks):
            stored = self._read_written(sent, before["id"], response)
            checks = check_write(sent, stored, write_only)
        after = add_missing(sent, stored or before)
        for check in checks:
            if check.finding == "normalized":
                form = "another form" if check.is_secret else f"the form '{sanitize_for_display(check.stored, 120)}'"
                self.warn(
                    f"The service stored {check.path} of {describe_resource(resource_type, after)} in {form}. "
                    "Use the stored form to avoid the warning."
                )
        ignored = [check for check in checks if check.finding == "ignored"]
        if ignored:
            names = join_names(check.path for check in ignored)
            shown = "; ".join(
                f"{check.path} '{sanitize_for_display(check.stored, 120)}'" for check in ignored if not check.is_secret
            )
            raise StateError(
                f"The service did not store {names} of {describe_resource(resource_type, after)} as sent."
                f"{f' Stored: {shown}.' if shown else ''}",
                "To keep the stored value, set the option to it, or omit the option. If the value can be set only at creation, "
                "create a new object.",
            )
        return after

    def _read_written(self, sent: Resource, id: str, response: Resource) -> Resource:
        """Return the object after a write as it is stored. Until it shows what was sent, it is read for some seconds."""
        stored = response

        def find() -> Resource | None:
            nonlocal stored
            stored = read_resource(self.resource_type, self.client, id) or response
            checks = check_write(sent, stored, self.resource_type.write_only)
            return None if any(check.finding == "ignored" for check in checks) else stored

        wait_until_found(find, get_time())
        return stored

    def _get_place(self) -> Place:
        return get_place(self.resource_type, self.client.path_parameters)

    def _delete(self, before: Resource) -> None:
        self._call(self.resource_type.delete_operation, before["id"])

    def _call(self, operation: str, id: str, body: Resource | None = None) -> Resource:
        return self.client.call(operation, {self.resource_type.id_parameter: id}, body=body)

    def _refuse_managed(self, found: Resource, refusal: str) -> None:
        if found.get("is_managed"):
            raise StateError(
                f"{refusal}: {describe_resource(self.resource_type, found)} is managed by Beyond Identity.",
                "You can use managed objects, but not change or delete them. Use an object of your own instead.",
            )


@contextmanager
def mark_as_changed(id: str) -> Iterator[None]:
    """Add to an error that the object was written before: the failed result has `changed: true` and the object's ID."""
    try:
        yield
    except BeyondIdentityError as error:
        error.details.update(changed=True, id=id)
        raise


def find_own_id(resource_type: ResourceType, connection: Connection) -> str | None:
    """Return the ID of the object that the task authenticates with; raise `OptionError` if the options do not contain it."""
    if resource_type.own_id_option is None:
        return None
    return connection.require(
        resource_type.own_id_option,
        f", and without it this module cannot tell whether the task authenticates with this {resource_type.noun}",
    )


def refuse_own_removal(resource_type: ResourceType, id: str, own_id: str | None) -> None:
    """Raise `StateError` if the object is the one that the task authenticates with, in any spelling of its ID."""
    if own_id is not None and id.casefold() == own_id.casefold():
        raise StateError(
            f"The task authenticates with this {resource_type.noun}, so the task cannot remove it.",
            "Use the credentials of another application.",
        )
