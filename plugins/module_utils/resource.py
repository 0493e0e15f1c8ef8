# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One object of the Management API: find it, plan the change, apply it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from .connection import Connection
from .errors import MalformedResponseError, NotThereError, OptionError, ResponseError, StateError
from .management import Management
from .masking import without_secrets
from .text import identifier, listed, one_line

Object = dict[str, Any]

_NESTED = ("protocol_config", "config")


@dataclass(frozen=True)
class Kind:
    """A kind of object, by the name that its operations bear: ``CreateApplication``, ``ListApplications``, ...

    ``own`` is the connection option that tells which of them the task authenticates with, where it does with one.
    """

    name: str
    plural: str
    read_only: frozenset[str] = frozenset()
    own: str | None = None

    @property
    def noun(self) -> str:
        """As one object is called in bodies and results."""
        return _snake(self.name)

    @property
    def collection(self) -> str:
        """As a listing calls its objects."""
        return _snake(self.plural)

    @property
    def list(self) -> str:
        """The operation that lists them."""
        return f"List{self.plural}"

    @property
    def get(self) -> str:
        """The operation that reads one."""
        return f"Get{self.name}"

    @property
    def create(self) -> str:
        """The operation that creates one."""
        return f"Create{self.name}"

    @property
    def update(self) -> str:
        """The operation that updates one."""
        return f"Update{self.name}"

    @property
    def delete(self) -> str:
        """The operation that deletes one."""
        return f"Delete{self.name}"

    def find(self, by_id: bool) -> str:
        """The operation that finds one."""
        return self.get if by_id else self.list


def _snake(name: str) -> str:
    return re.sub(r"(?<!^)([A-Z])", r"_\1", name).lower()


APPLICATION = Kind(
    "Application",
    "Applications",
    read_only=frozenset({"client_id", "client_secret", "token_endpoint_auth_method"}),
    own="application_id",
)
AUTHENTICATOR_CONFIG = Kind("AuthenticatorConfig", "AuthenticatorConfigs")
GROUP = Kind("Group", "Groups")
IDENTITY = Kind("Identity", "Identities")
REALM = Kind("Realm", "Realms", own="auth_realm_id")
RESOURCE_SERVER = Kind("ResourceServer", "ResourceServers")
ROLE = Kind("Role", "Roles")


@dataclass(frozen=True)
class Outcome:
    """What a state module did, or in check mode would do. ``before`` and ``after`` are ``None`` where there is nothing."""

    before: Object | None
    after: Object | None
    changed: bool

    def diff(self) -> dict[str, Any]:
        """For Ansible's diff mode, without secrets."""
        return {"before": without_secrets(self.before or {}), "after": without_secrets(self.after or {})}


class State:
    """Brings one object of a kind to the wanted state."""

    def __init__(
        self, kind: Kind, management: Management, *, id: str | None, display_name: str | None, check_mode: bool
    ) -> None:
        if "" in (id, display_name) or (id, display_name) == (None, None):
            raise OptionError("One of id and display_name is needed, and neither may be empty.")
        self.kind = kind
        self.management = management
        self.id = identifier(id, "id") if id else None
        self.display_name = display_name
        self.check_mode = check_mode

    def find(self) -> Object | None:
        """The object, by id where there is one; two of one name are an error."""
        return find(self.kind, self.management, id=self.id, display_name=self.display_name)

    def present(self, desired: Callable[[Object | None], Object]) -> Outcome:
        """Create the object, or update what differs. ``desired`` gives the managed fields, knowing the object that is there."""
        before = self.find()
        if before is None and self.id:
            raise StateError(
                f"There is no {self.kind.noun} with the id {self.id}.",
                "The service chooses ids: leave id out and give display_name to create one.",
            )
        wanted = desired(before)
        if before is None:
            return Outcome(None, wanted if self.check_mode else self._create(wanted), True)
        changes = plan(before, wanted, self.kind.read_only)
        if not changes:
            return Outcome(before, before, False)
        self._refuse_managed(before, f"would have to be changed ({listed(changes)})")
        after = merged(before, changes)
        return Outcome(before, after if self.check_mode else self._update(before, changes), True)

    def absent(self, refuse: Callable[[Object], None]) -> Outcome:
        """Delete the object where it is there. ``refuse`` raises where it must stay."""
        refuse_own = refusal_of_own(self.kind, self.management.connection)
        before = self.find()
        if before is None:
            return Outcome(None, None, False)
        self._refuse_managed(before, "would have to be deleted")
        refuse(before)
        refuse_own(before["id"])
        if not self.check_mode:
            try:
                self._delete(before)
            except ResponseError as error:
                if error.status != 404:  # somebody else was faster
                    raise
        return Outcome(before, None, True)

    def _create(self, wanted: Object) -> Object:
        return checked(self.kind, self.management.call(self.kind.create, body={self.kind.noun: wanted}))

    def _update(self, before: Object, changes: Object) -> Object:
        after = self._call(self.kind.update, before["id"], body={self.kind.noun: changes})
        return checked(self.kind, after) if after.get("id") == before["id"] else merged(before, changes)

    def _delete(self, before: Object) -> None:
        self._call(self.kind.delete, before["id"])

    def _call(self, name: str, id: str, body: Object | None = None) -> Object:
        return self.management.call(name, {f"{self.kind.noun}_id": id}, body=body)

    def _refuse_managed(self, found: Object, verb: str) -> None:
        if found.get("is_managed"):
            raise StateError(
                f"{described(self.kind, found)} is managed by Beyond Identity, and {verb}.",
                "Managed objects can be used, but not modified.",
            )


def find(kind: Kind, management: Management, *, id: str | None, display_name: str | None) -> Object | None:
    """The object with this id, or the only one with this display name; ``None`` where there is none."""
    if id:
        try:
            return checked(kind, management.call(kind.get, {f"{kind.noun}_id": id}))
        except ResponseError as error:
            if error.status == 404:
                return None
            raise
    found = [item for item in management.all(kind.list, kind.collection) if item.get("display_name") == display_name]
    if len(found) > 1:
        ids = listed(item.get("id") for item in found)
        raise StateError(
            f"{len(found)} {kind.collection} are named '{one_line(display_name, 120)}': {ids}.",
            "Say by id which one is meant.",
        )
    return checked(kind, found[0]) if found else None


def checked(kind: Kind, item: Object) -> Object:
    """The same object, if it is one as the API describes: with an id, and nested objects that are objects."""
    if not isinstance(item.get("id"), str) or not all(isinstance(item.get(name) or {}, dict) for name in _NESTED):
        raise MalformedResponseError(f"The API showed something that is no {kind.noun}.", "Check api_url.")
    return item


def pick(kind: Kind, objects: Iterable[Object], value: str, keys: tuple[str, ...]) -> Object:
    """The one object that bears this value under the first of these keys that gives one; else an error that lists them all."""
    known = list(objects)
    for key in keys:
        found = [item for item in known if item.get(key) == value]
        if len(found) == 1:
            return checked(kind, found[0])
        if found:
            raise StateError(
                f"{len(found)} {kind.collection} have the {key} '{one_line(value, 120)}': {listed(item.get('id') for item in found)}.",
                "Give the id.",
            )
    names = listed(item.get("display_name") or item.get("id") for item in known)
    raise NotThereError(
        f"There is no {kind.noun} '{one_line(value, 120)}' in the managed realm.", f"There are: {names}."
    )


def refusal_of_own(kind: Kind, connection: Connection) -> Callable[[str], None]:
    """What refuses to remove an object, by its id, if the task authenticates with it; an error where nobody can tell."""
    why = f", so that nobody can tell whether this is the {kind.noun} that the task authenticates with, which must stay"
    own = connection.need(kind.own, why) if kind.own else None

    def refuse(id: str) -> None:
        if id == own:
            raise StateError(
                f"This is the {kind.noun} that the task authenticates with.",
                "Remove it with the credentials of another one.",
            )

    return refuse


def described(kind: Kind, item: Object) -> str:
    """An object for a message."""
    return f"{kind.noun} '{one_line(item.get('display_name'), 120)}' ({one_line(item.get('id'), 80)})"


def plan(before: Mapping[str, Any], wanted: Mapping[str, Any], read_only: frozenset[str] = frozenset()) -> Object:
    """The fields to send so that ``before`` becomes as ``wanted``: those that differ, a nested object whole."""
    changes: Object = {}
    for name, value in wanted.items():
        there = before.get(name)
        if isinstance(value, Mapping) and isinstance(there, Mapping):
            if plan(there, value):
                changes[name] = {key: item for key, item in merged(there, value).items() if key not in read_only}
        elif not _same(there, value):
            changes[name] = value
    return changes


def merged(before: Mapping[str, Any], changes: Mapping[str, Any]) -> Object:
    """``before`` with these changes, nested objects merged."""
    after = dict(before)
    for name, value in changes.items():
        there = after.get(name)
        after[name] = merged(there, value) if isinstance(value, Mapping) and isinstance(there, Mapping) else value
    return after


def _same(there: Any, wanted: Any) -> bool:
    """Lists of texts compare as sets; a missing list or text is an empty one."""
    if _are_texts(wanted) and _are_texts(there):
        return set(wanted) == set(there)
    return there == wanted or (wanted in ("", []) and there is None)


def _are_texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)
