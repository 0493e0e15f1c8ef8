# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A role of a resource server, with the scopes and members that have operations of their own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import zip_longest
from typing import Any

from .errors import MalformedResponseError, NotThereError, OptionError, ResponseError, StateError
from .management import Management
from .members import group_ids, identity_ids
from .resource import GROUP, IDENTITY, RESOURCE_SERVER, ROLE, Object, State, checked, described
from .resource_server import all_servers, check_offered, pick_server
from .text import managed_scopes, one_line

_BATCH = 1000  # as many scopes, identities or groups go into one request
_LISTS = ("scopes", "members")
_MEMBERS = ("identities", "groups")
_NOBODY: Mapping[str, list[str]] = {kind: [] for kind in _MEMBERS}


def operations(params: Mapping[str, Any]) -> list[str]:
    """The operations that are needed beside those on the role itself."""
    if params["state"] == "absent":
        return [RESOURCE_SERVER.list, "ListRoleScopes", "DeleteRoleScopes", "ListRoleMembers", "DeleteRoleMembers"]
    scopes, members = params["scopes"], _given(params["members"])
    needed = {
        RESOURCE_SERVER.list: True,
        "ListRoleScopes": scopes is not None,
        "AddRoleScopes": bool(scopes),
        "DeleteRoleScopes": scopes is not None and params["scopes_exclusive"],
        "ListRoleMembers": bool(members),
        "AddRoleMembers": any(members.values()),
        "DeleteRoleMembers": bool(members) and params["members_exclusive"],
        IDENTITY.get: bool(members.get("identities")),
        IDENTITY.list: bool(members.get("identities")),
        GROUP.list: bool(members.get("groups")),
    }
    return [name for name, is_needed in needed.items() if is_needed]


class RoleServers:
    """The resource servers of the realm, and the one among them whose roles are meant."""

    def __init__(self, named: str) -> None:
        if not named:
            raise OptionError("resource_server must not be empty.", "Leave it out for the Management API's own.")
        self.named = named
        self.all: list[Object] = []

    def enter(self, management: Management) -> Object:
        """Have all calls be about roles of the one that is meant, and return it."""
        self.all = all_servers(management)
        server = pick_server(self.all, self.named)
        management.within["resource_server_id"] = server["id"]
        return server

    def refuse_elsewhere(self, management: Management, role_id: str) -> None:
        """Raise where a role that was not found is another resource server's: it is not gone, and carries scopes as before."""
        here = management.within.get("resource_server_id")
        for server in self.all:
            if server.get("id") != here and _has_role(management, server, role_id):
                raise StateError(
                    f"The role {role_id} belongs to {described(RESOURCE_SERVER, server)}, not to '{one_line(self.named, 120)}'.",
                    "Give that one as resource_server.",
                )


class RoleState(State):
    """Brings a role and its lists to the wanted state. What is in the lists already stays, unless they are exclusive."""

    def __init__(self, params: Mapping[str, Any], *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self.params = params
        self.servers = RoleServers(params["resource_server"])
        self.server: Object = {}  # the one that the role belongs to
        self.people: list[Object] = []  # the identities that have the role, as they were listed

    def find(self) -> Object | None:
        """The role with those of its lists that matter. Without its resource server it is not there either."""
        found = self._find_there()
        if found:
            return {**found, **self._lists(found["id"])}
        if self.id:
            self.servers.refuse_elsewhere(self.management, self.id)
        return None

    def _find_there(self) -> Object | None:
        try:
            self.server = self.servers.enter(self.management)
        except NotThereError:
            if self.params["state"] == "absent":
                return None
            raise
        return super().find()

    def desired(self, existing: Object | None) -> Object:
        """The managed fields, the members by their ids."""
        params, there = self.params, existing or {}
        wanted: Object = {name: params[name] for name in ("display_name", "description") if params[name] is not None}
        if params["scopes"] is not None:
            scopes = managed_scopes(params["scopes"], "scopes")
            check_offered(self.server, scopes)
            wanted["scopes"] = _joined(scopes, there.get("scopes"), params["scopes_exclusive"])
        members, present = _given(params["members"]), there.get("members") or _NOBODY
        if members:
            wanted["members"] = {
                **present,
                **{
                    kind: _joined(self._ids(kind, names, present[kind]), present[kind], params["members_exclusive"])
                    for kind, names in members.items()
                },
            }
        return wanted

    def _ids(self, kind: str, names: list[str], present: list[str]) -> list[str]:
        """The ids of members; who is one already needs no look."""
        known = set(names) & set(present)
        unknown = [name for name in names if name not in known]
        if kind == "groups":
            return [*known, *group_ids(self.management, unknown)]
        return [*known, *identity_ids(self.management, unknown, self.people)]

    def _create(self, wanted: Object) -> Object:
        own, lists = _parted(wanted)
        created = super()._create(own)
        self._fill(created["id"], {}, lists)
        return {**created, **lists}

    def _update(self, before: Object, changes: Object) -> Object:
        (own, lists), (there, present) = _parted(changes), _parted(before)
        after = super()._update(there, own) if own else there
        self._fill(before["id"], present, lists)
        return {**after, **present, **lists}

    def _delete(self, before: Object) -> None:
        """The service keeps a role that has scopes or members."""
        try:
            self._fill(before["id"], before, {"scopes": [], "members": _NOBODY})
        except ResponseError as error:
            if error.status != 404:  # somebody else was faster: with the role, or only with a member?
                raise
        super()._delete(before)

    def _fill(self, role_id: str, before: Object, wanted: Object) -> None:
        """Bring the lists that are wanted from what they were to what they shall be: what is missing first."""
        if "scopes" in wanted:
            added, removed = _difference(before.get("scopes"), wanted["scopes"])
            for name, scopes in (("AddRoleScopes", added), ("DeleteRoleScopes", removed)):
                for batch in _batches(scopes):
                    self._call(name, role_id, body={"scopes": batch})
        if "members" in wanted:
            there = before.get("members") or _NOBODY
            changes = [_difference(there[kind], wanted["members"][kind]) for kind in _MEMBERS]
            for name, lists in zip(("AddRoleMembers", "DeleteRoleMembers"), zip(*changes, strict=True), strict=True):
                for batches in zip_longest(*map(_batches, lists)):
                    body = {key: ids for key, ids in zip(("identity_ids", "group_ids"), batches, strict=True) if ids}
                    self._call(name, role_id, body=body)

    def _lists(self, role_id: str) -> Object:
        lists: Object = {}
        if "ListRoleScopes" in self.management.operations:
            lists["scopes"] = _texts(self._listed("ListRoleScopes", role_id, ("scopes",))["scopes"])
        if "ListRoleMembers" in self.management.operations:
            members = self._listed("ListRoleMembers", role_id, _MEMBERS)
            self.people = [item for item in members["identities"] if isinstance(item, dict)]
            lists["members"] = {kind: _texts(items) for kind, items in members.items()}
        return lists

    def _listed(self, name: str, role_id: str, keys: Iterable[str]) -> dict[str, list[Any]]:
        """The lists of an answer. Each page has all lists, some of them empty or left out."""
        found: dict[str, list[Any]] = {key: [] for key in keys}
        for page in self.management.pages(name, {"role_id": role_id}):
            for key, items in found.items():
                items.extend(_items(name, key, page.get(key) or []))
        return found


def _has_role(management: Management, server: Object, role_id: str) -> bool:
    place = {"resource_server_id": checked(RESOURCE_SERVER, server)["id"], "role_id": role_id}
    try:
        management.call(ROLE.get, place)
    except ResponseError as error:
        if error.status != 404:
            raise
        return False
    return True


def _items(name: str, key: str, items: Any) -> list[Any]:
    if not isinstance(items, list) or not all(isinstance(_text(item), str) for item in items):
        raise MalformedResponseError(f"{name}: the answer has no list of {key}.")
    return items


def _texts(items: Iterable[Any]) -> list[str]:
    return sorted({_text(item) for item in items})


def _text(item: Any) -> Any:
    """A scope, or the id of an object."""
    return item.get("id") if isinstance(item, dict) else item


def _given(members: Mapping[str, Any] | None) -> dict[str, list[str]]:
    """The lists of members that are managed."""
    return {kind: names for kind, names in (members or {}).items() if names is not None}


def _parted(fields: Mapping[str, Any]) -> tuple[Object, Object]:
    """The role's own fields, and its lists, which have operations of their own."""
    own = {name: value for name, value in fields.items() if name not in _LISTS}
    return own, {name: fields[name] for name in _LISTS if name in fields}


def _joined(wanted: Iterable[str], there: Iterable[str] | None, exclusive: bool) -> list[str]:
    return sorted(set(wanted) if exclusive else {*wanted, *(there or ())})


def _difference(before: Iterable[str] | None, wanted: Iterable[str]) -> tuple[list[str], list[str]]:
    """What is to be added, and what removed."""
    there = set(before or ())
    return sorted(set(wanted) - there), sorted(there - set(wanted))


def _batches(items: list[str]) -> Iterator[list[str]]:
    return (items[start : start + _BATCH] for start in range(0, len(items), _BATCH))
