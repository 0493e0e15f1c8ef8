# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Identities: from the module's options to the wanted state, and how it is written."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .._errors import OptionError, ResponseError, StateError
from .field_limits import validate_texts
from .identity_lookup import find_identity, get_trait, has_trait, search_username
from .identity_traits import TRAITS_TYPE, validate_traits
from .resource_lookup import describe_resource, list_resources, read_resource, validate_resource
from .resource_state import ChangeResult, ResourceState
from .resource_types import IDENTITY, Resource
from .run_memory import get_time

STATUSES = ("active", "suspended")

_ADDRESS = "primary_email_address"
_CASELESS = ("username", _ADDRESS, "secondary_email_address")


@dataclass(frozen=True)
class IdentityOptions:
    """The module's options; `None` for each that is not managed."""

    state: str
    id: str | None
    username: str | None
    display_name: str | None
    primary_email_address: str | None
    secondary_email_address: str | None
    external_id: str | None
    traits: dict[str, Any] | None
    status: str | None

    def __post_init__(self) -> None:
        validate_traits(self.traits or {})
        if self.display_name == "":
            raise OptionError("display_name must not be empty.", "Omit the option to keep the name.")

    @property
    def managed(self) -> Resource:
        """The options that can change an existing identity, beside a new username."""
        return {
            "display_name": self.display_name,
            "status": self.status,
            _ADDRESS: self.primary_email_address,
            "secondary_email_address": self.secondary_email_address,
            "external_id": self.external_id,
            "traits": self.traits or None,
        }

    @property
    def managed_traits(self) -> dict[str, str]:
        """The traits that are set, without the username. An empty text removes a trait."""
        own = {name: getattr(self, name) for name in (_ADDRESS, "secondary_email_address", "external_id")}
        return {**{name: value for name, value in own.items() if value is not None}, **(self.traits or {})}


def list_operations(options: IdentityOptions) -> list[str]:
    """Return the additional operations that find the owner of a name."""
    can_conflict = options.state == "present" and (options.username or options.managed_traits)  # traits are sent whole
    return [IDENTITY.list_operation] if can_conflict else []


class IdentityState(ResourceState):
    """Brings an identity to its wanted state.

    Args:
        refuse_own_removal: raises if the task must not remove the identity, because it authenticates as this identity.
    """

    def __init__(
        self,
        options: IdentityOptions,
        refuse_own_removal: Callable[[ResourceState, Resource], None],
        *args: Any,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.options = options
        self.refuse_own_removal = refuse_own_removal

    def find(self) -> Resource | None:
        """Return the identity with the ID if an ID is set, otherwise the identity with the username."""
        if self.id:
            return read_resource(IDENTITY, self.client, self.id)
        return find_identity(self.client, str(self.name))

    def build_wanted(self, existing: Resource | None) -> Resource:
        """Return the managed fields. A new identity without a display name gets its username as the name."""
        options = self.options
        wanted: Resource = {
            name: value
            for name, value in (("display_name", options.display_name), ("status", options.status))
            if value is not None
        }
        if existing is None:
            wanted.setdefault("display_name", options.username)
        traits = self._build_traits(existing)
        if traits:
            wanted["traits"] = {"type": _get_type(existing), **traits}
        return wanted

    def _build_traits(self, existing: Resource | None) -> dict[str, str]:
        """Return the managed traits. A username or an address that differs only in case stays as it is stored."""
        given = self.options.managed_traits
        if self.options.username and (self.id or existing is None):
            given["username"] = self.options.username
            if existing is None or not has_trait(existing, "username", self.options.username):
                validate_texts(IDENTITY.noun, {"username": self.options.username})
                self._refuse_taken_in_check_mode(existing)
        if existing is None:
            return {name: value for name, value in given.items() if value}
        return {
            name: str(get_trait(existing, name)) if name in _CASELESS and has_trait(existing, name, value) else value
            for name, value in given.items()
        }

    def _refuse_taken_in_check_mode(self, existing: Resource | None) -> None:
        """Raise `StateError` for a new username that the service would refuse. Without check mode, the service does."""
        if existing and self.client.is_predicting:
            self._refuse_taken_username(f"Cannot rename {describe_resource(IDENTITY, existing)}.")

    def ensure_absent(self, validate_removal: Callable[[Resource], None]) -> ChangeResult:
        """Delete the identity if it exists, unless the task authenticates as this identity."""

        def validate(found: Resource) -> None:
            self.refuse_own_removal(self, found)
            validate_removal(found)

        result = super().ensure_absent(validate)
        if result.before:
            self.client.memory.remember_deleted_username(result.before["id"], result.before)
        return result

    def _create(self, wanted: Resource) -> Resource:
        created = super()._create(wanted)
        self.client.memory.remember_username(created["id"], wanted, created)
        return created

    def _update(self, before: Resource, changes: Resource) -> Resource:
        id = before["id"]
        if _changes_address(before, changes):
            self.client.remember_address_change(id)  # the response can be lost
        self.client.memory.remember_username(id, changes)
        return super()._update(before, changes)

    def _explain_conflict(self, error: ResponseError, sent: Resource) -> None:
        """Raise `StateError` if another identity has the username or the address. The identities are listed once."""
        refusal = f"The service refused the {IDENTITY.noun} (HTTP {error.status})."
        self._refuse_taken_username(refusal)
        address = get_trait(sent, _ADDRESS)
        if not address:
            return
        for owner in list_resources(IDENTITY, self.client, since=get_time()).items:
            if has_trait(owner, _ADDRESS, address) and owner.get("id") != self.id:
                raise StateError(
                    f"{refusal} {describe_resource(IDENTITY, validate_resource(IDENTITY, owner))} has this {_ADDRESS}.",
                    "Use another address, or set id to manage that identity.",
                ) from None

    def _refuse_taken_username(self, refusal: str) -> None:
        """Raise `StateError` if the task renames the identity to the username of another identity."""
        if not self.id or not self.options.username:
            return
        for owner in search_username(self.client, self.options.username):
            if owner.get("id") != self.id:
                raise StateError(
                    f"{refusal} {describe_resource(IDENTITY, validate_resource(IDENTITY, owner))} has this username.",
                    "Choose another username.",
                ) from None


def _get_type(existing: Resource | None) -> str:
    return get_trait(existing or {}, "type") or TRAITS_TYPE


def _changes_address(before: Resource, changes: Resource) -> bool:
    """Whether an update changes the address that invitations are sent to."""
    address = get_trait(changes, _ADDRESS)
    return address is not None and not has_trait(before, _ADDRESS, address)
