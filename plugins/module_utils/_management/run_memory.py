# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The writes of this run, because a listing can show them late.

The memory is in the run's store, with one entry for each object, so no lock is needed. It never holds a secret, and it
decides only if a listing contradicts it. A task without the run's store, such as a delegated one, has no memory.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from .._ids import is_valid_id
from .._oauth.connection import Connection
from .._oauth.token_store import TokenStore
from .names import normalize_name
from .operation import MANAGED_PARAMETERS, Operation
from .resource_types import IDENTITY, RESOURCE_TYPES, Resource, ResourceType

LIFETIME = 600.0  # seconds that an entry is valid
SETTLING_TIME = 10.0  # seconds after a write in which the service might not show the object yet
_PAUSE = 1.0  # seconds between two looks

T = TypeVar("T")


@dataclass(frozen=True)
class Place:
    """Where objects have their names: a type of objects, and the ID of the object that they belong to, if any.

    Attributes:
        is_in_realm: whether the objects belong to the managed realm. Otherwise they belong to the tenant.
    """

    noun: str
    parent: str = ""
    is_in_realm: bool = True


_USERNAMES = Place(IDENTITY.noun, "usernames")  # identities have display names, too, which can be equal to usernames


class RunMemory:
    """The objects that this run created, renamed or deleted in the managed realm of a connection.

    Times are seconds of the monotonic clock, which all processes of a run share.

    Args:
        is_read_only: whether to remember nothing, as in check mode.
    """

    def __init__(self, store: TokenStore | None, connection: Connection, *, is_read_only: bool = False) -> None:
        self.store = store
        self.connection = connection
        self.is_read_only = is_read_only
        self._used_references: list[list[Any]] = []

    def remember_creation(self, place: Place, id: str, names: Iterable[str]) -> None:
        """Remember an object that this run created, by its ID and by the names that were sent and returned."""
        self._put(self._build_id_key("created", place.noun, id))
        self._remember_names(place, id, names)

    def remember_new_name(self, place: Place, id: str, names: Iterable[str]) -> None:
        """Remember the new name of an object, as it was sent and returned. The last name is its present name."""
        names = list(names)
        self._put(self._build_id_key("renamed", place.noun, id), name=names[-1])
        self._remember_names(place, id, names)

    def remember_deletion(self, place: Place, id: str, names: Iterable[str] = ()) -> None:
        """Remember an object that this run deleted, and its names: the service can reserve them for some seconds."""
        self._put(self._build_id_key("deleted", place.noun, id))
        self._remember_names(place, id, [name for name in names if self.find_id(place, name) is None])

    def remember_username(self, id: str, *forms: Any) -> None:
        """Remember that this run gave an identity its username, given the identity as it was sent and as it is stored."""
        self._remember_names(_USERNAMES, id, list_usernames(*forms))

    def remember_deleted_username(self, id: str, identity: Any) -> None:
        """Remember the username of an identity that this run deleted: the service can reserve it for some seconds."""
        usernames = list_usernames(identity)
        self._remember_names(_USERNAMES, id, [name for name in usernames if self.find_id(_USERNAMES, name) is None])

    def find_id_by_username(self, username: str) -> str | None:
        """Return the ID of the identity that this run gave the username, unless this run deleted the identity."""
        return self.find_id(_USERNAMES, username.casefold())

    def was_any_name_deleted(self, place: Place, item: Mapping[str, Any]) -> bool:
        """Whether this run deleted an object that had one of this object's names. Of an identity, only the username is unique."""
        if place.noun == IDENTITY.noun:
            return any(self.was_name_deleted(_USERNAMES, name) for name in list_usernames(item))
        return any(self.was_name_deleted(place, name) for name in list_names(item))

    def remember_call(
        self, operation: Operation, parameters: Mapping[str, Any], body: Mapping[str, Any] | None, response: Resource
    ) -> None:
        """Remember the object that an operation created, renamed or deleted. The parameters can name another realm."""
        own: dict[str, Any] = {name: str(parameters[name]) for name in MANAGED_PARAMETERS if name in parameters}
        memory = RunMemory(self.store, replace(self.connection, **own), is_read_only=self.is_read_only)
        for resource_type in (*RESOURCE_TYPES, IDENTITY):
            place = get_place(resource_type, parameters)
            id = str(parameters.get(resource_type.id_parameter, ""))
            sent = (body or {}).get(resource_type.noun)
            names = list_names(sent, response)
            if operation.name == resource_type.delete_operation:
                memory.remember_deletion(place, id)
            elif operation.name == resource_type.create_operation and is_valid_id(response.get("id")):
                memory.remember_creation(place, response["id"], names)
            elif operation.name == resource_type.update_operation and list_names(sent):
                memory.remember_new_name(place, id, names)
        memory._remember_identity(operation, parameters, (body or {}).get(IDENTITY.noun), response)

    def _remember_identity(
        self, operation: Operation, parameters: Mapping[str, Any], sent: Any, response: Resource
    ) -> None:
        """Remember the username of an identity."""
        if operation.name == IDENTITY.create_operation and is_valid_id(response.get("id")):
            self.remember_username(response["id"], sent, response)
        elif operation.name == IDENTITY.update_operation:
            id = str(parameters.get(IDENTITY.id_parameter, ""))
            self.remember_username(id, sent)

    def remember_write(self, noun: str, id: str = "") -> None:
        """Remember that this run may have changed an object, or created one, whose ID may be unknown."""
        for written in sorted({id, ""}):
            self._put(self._build_id_key("written", noun, written))

    def remember_address_change(self, identity_id: str) -> None:
        """Remember that this run changed, or may have changed, the primary e-mail address of an identity."""
        self._put(self._build_id_key("address changed", IDENTITY.noun, identity_id))

    def has_changed_address(self, identity_id: str) -> bool:
        """Whether this run changed the primary e-mail address of an identity that it did not create, however long ago that was."""
        if self.store is None:
            return False
        changed, created = (
            self.store.get(self._build_id_key(kind, IDENTITY.noun, identity_id))
            for kind in ("address changed", "created")
        )
        return changed is not None and created is None

    def get_write_time(self, noun: str, id: str = "") -> float | None:
        """Return when this run last wrote to an object, or to any object of the type; `None` if it did not."""
        entry = self._get(self._build_id_key("written", noun, id))
        return entry["at"] if entry else None

    def find_id(self, place: Place, name: str) -> str | None:
        """Return the ID of the object that this run gave the name, unless this run deleted it."""
        entries = map(self._get, self._build_name_keys(place, name))
        ids: list[str] = [entry["id"] for entry in entries if entry]
        return next((id for id in ids if not self.was_deleted(place.noun, id)), None)

    def was_name_deleted(self, place: Place, name: str) -> bool:
        """Whether this run deleted an object that had the name."""
        entries = map(self._get, self._build_name_keys(place, name))
        return any(self.was_deleted(place.noun, entry["id"]) for entry in entries if entry)

    def was_name_given_since(self, place: Place, name: str, id: str, since: float) -> bool:
        """Whether this run gave the name to another object than `id` after a time, however long ago that was."""
        if self.store is None:
            return False
        entries = map(self.store.get, self._build_name_keys(place, name))
        return any(entry["id"] != id and entry["at"] >= since for entry in entries if entry)

    def forget_name(self, place: Place, name: str) -> None:
        """Forget a name, because another process deleted or renamed the object."""
        if self.store and not self.is_read_only:
            for key in self._build_name_keys(place, name):
                self.store.discard(key)

    def remember_reference(self, place: Place, name: str, id: str, began: float) -> None:
        """Remember the ID of the only object that a name refers to.

        Args:
            began: when the lookup began. A write of another host may have been later than what the lookup read.
        """
        self._put(self._build_reference_key(place, name), began, id=id)

    def find_reference(self, place: Place, name: str) -> str | None:
        """Return the ID that a name referred to, unless this run changed, renamed or deleted the object, or reused the name.

        The memory has no usernames. So after the run wrote any identity, it no longer knows whom a username refers to.
        """
        key = self._build_reference_key(place, name)
        entry = self._get(key)
        if entry is None:
            return None
        id: str = entry["id"]
        written = self.get_write_time(place.noun, "" if place.noun == IDENTITY.noun else id)
        named = self.find_id(place, name)
        if (
            (written is not None and written >= entry["at"])
            or self.was_deleted(place.noun, id)
            or named not in (None, id)
        ):
            return None
        self._used_references.append(key)
        return id

    def forget_used_references(self) -> bool:
        """Forget the IDs that `find_reference` returned, because another process deleted an object. Return whether there are any."""
        used, self._used_references = self._used_references, []
        for key in used:
            if self.store:
                self.store.discard(key)
        return bool(used)

    def was_deleted(self, noun: str, id: str) -> bool:
        """Whether this run deleted the object."""
        return self._get(self._build_id_key("deleted", noun, id)) is not None

    def get_new_name(self, noun: str, id: str) -> str | None:
        """Return the name that this run gave an existing object, or `None`."""
        entry = self._get(self._build_id_key("renamed", noun, id))
        return entry["name"] if entry else None

    def was_changed_since(self, noun: str, id: str, since: float) -> bool:
        """Whether this run renamed or deleted the object after a time of the monotonic clock, however long ago that was."""
        if self.store is None:
            return False
        entries = [self.store.get(self._build_id_key(kind, noun, id)) for kind in ("renamed", "deleted")]
        return any(entry["at"] >= since for entry in entries if entry)

    def was_created(self, noun: str, id: str) -> bool:
        """Whether this run created the object."""
        return self.was_created_recently(noun, id, LIFETIME)

    def was_created_recently(self, noun: str, id: str, seconds: float) -> bool:
        """Whether this run created the object less than `seconds` ago."""
        entry = self._get(self._build_id_key("created", noun, id))
        return entry is not None and time.monotonic() - entry["at"] < seconds

    def read(self, noun: str, id: str, find: Callable[[], T | None]) -> T | None:
        """Return what `find` returns. If it is `None` for an object that this run wrote just now, ask again."""
        if self.was_deleted(noun, id):
            return find()
        written = [self._get(self._build_id_key(kind, noun, id)) for kind in ("created", "renamed")]
        since = max((entry["at"] for entry in written if entry), default=None)
        return find() if since is None else wait_until_found(find, since)

    def _remember_names(self, place: Place, id: str, names: Iterable[str]) -> None:
        for name in names:
            for key in self._build_name_keys(place, name):
                self._put(key, id=id)

    def _build_name_keys(self, place: Place, name: str) -> list[list[Any]]:
        """Return the keys of the exact name, which is preferred, and of the name after normalization."""
        own = self._build_place_key(place)
        return [[*own, "exact name", name], [*own, "name", normalize_name(name)]]

    def _build_reference_key(self, place: Place, name: str) -> list[Any]:
        """Return a key with the exact name: it is preferred to a name that is equal after normalization."""
        return [*self._build_place_key(place), "reference", name]

    def _build_place_key(self, place: Place) -> list[Any]:
        connection = self.connection
        realm = [connection.api_url, connection.tenant_id, connection.realm_id if place.is_in_realm else None]
        return ["memory", *realm, place.parent, place.noun]

    def _build_id_key(self, kind: str, noun: str, id: str) -> list[Any]:
        """Return a key without realm and URL: a task that only requests a token may know neither, and IDs are unique."""
        return ["memory", self.connection.tenant_id, noun, kind, id]

    def _put(self, key: list[Any], at: float | None = None, **fields: str) -> None:
        if self.store and not self.is_read_only:
            self.store.put(key, {"at": time.monotonic() if at is None else at, **fields})

    def _get(self, key: list[Any]) -> Mapping[str, Any] | None:
        entry = self.store.get(key) if self.store else None
        return entry if entry and 0 <= time.monotonic() - entry["at"] < LIFETIME else None


def get_place(resource_type: ResourceType, parameters: Mapping[str, Any]) -> Place:
    """Return where objects of this type have their names, given the parameters of the path."""
    parent = resource_type.parent_parameter
    return Place(resource_type.noun, str(parameters.get(parent, "")) if parent else "", resource_type.is_in_realm)


def list_names(*items: Any) -> list[str]:
    """Return the texts that can refer to a written object, given as it was sent and as it is stored. Its display name is last."""
    forms = [item for item in items if isinstance(item, Mapping)]
    names = [form.get(key) for key in ("identifier", "display_name") for form in forms]
    return [name for name in names if isinstance(name, str) and name]


def list_usernames(*items: Any) -> list[str]:
    """Return the usernames of an identity, given as it was sent and as it is stored, in the form in which they compare."""
    names = [_get_traits(item).get("username") for item in items]
    return [name.casefold() for name in names if isinstance(name, str) and name]


def _get_traits(item: Any) -> Mapping[str, Any]:
    traits = item.get("traits") if isinstance(item, Mapping) else None
    return traits if isinstance(traits, Mapping) else {}


def get_time() -> float:
    """Return the time of a write or lookup that happens now."""
    return time.monotonic()


def wait_until_found(find: Callable[[], T | None], since: float, limit: float = SETTLING_TIME) -> T | None:
    """Return what `find` returns. While it is `None`, ask again until the service had time to show a write at `since`."""
    while True:
        found = find()
        if found is not None or time.monotonic() - since >= limit:
            return found
        time.sleep(_PAUSE)
