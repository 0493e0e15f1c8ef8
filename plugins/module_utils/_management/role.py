# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A role of a resource server, with its scopes and members, which have operations of their own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

from .._errors import MalformedResponseError, NotFoundError, ResponseError
from .._oauth.scopes import parse_managed_scopes
from .members import find_group_ids, find_identity_ids
from .resource_server import validate_offered_scopes
from .resource_state import ResourceState
from .resource_types import GROUP, IDENTITY, RESOURCE_SERVER, Resource
from .role_servers import RoleServers

_BATCH = 1000  # scopes, identities or groups in one request
_LISTS = ("scopes", "members")
_MEMBER_KINDS = ("identities", "groups")
_NO_MEMBERS: Mapping[str, list[str]] = {kind: [] for kind in _MEMBER_KINDS}


@dataclass(frozen=True)
class RoleOptions:
    """The module's options; `None` for what is not managed."""

    state: str
    display_name: str | None
    description: str | None
    resource_server: str
    scopes: list[str] | None
    scopes_exclusive: bool
    members: dict[str, list[str] | None] | None
    members_exclusive: bool

    @property
    def managed(self) -> dict[str, Any]:
        """The options that may change an existing role, beside its name."""
        return {"description": self.description, "scopes": self.scopes, "members": self.members}

    @property
    def managed_members(self) -> dict[str, list[str]]:
        """The lists of members that are managed, by kind."""
        return {kind: names for kind, names in (self.members or {}).items() if names is not None}


def list_operations(options: RoleOptions) -> list[str]:
    """Return the operations that are needed beside those on the role itself."""
    if options.state == "absent":
        return [
            RESOURCE_SERVER.list_operation,
            "ListRoleScopes",
            "DeleteRoleScopes",
            "ListRoleMembers",
            "DeleteRoleMembers",
        ]
    scopes, members = options.scopes, options.managed_members
    needed = {
        RESOURCE_SERVER.list_operation: True,
        "ListRoleScopes": scopes is not None,
        "AddRoleScopes": bool(scopes),
        "DeleteRoleScopes": scopes is not None and options.scopes_exclusive,
        "ListRoleMembers": bool(members),
        "AddRoleMembers": any(members.values()),
        "DeleteRoleMembers": bool(members) and options.members_exclusive,
        IDENTITY.get_operation: bool(members.get("identities")),
        IDENTITY.list_operation: bool(members.get("identities")),
        GROUP.list_operation: bool(members.get("groups")),
    }
    return [name for name, is_needed in needed.items() if is_needed]


class RoleState(ResourceState):
    """Brings a role and its lists to the wanted state. Unless a list is exclusive, its present items stay."""

    def __init__(self, options: RoleOptions, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.options = options
        self.servers = RoleServers(options.resource_server)
        self.server: Resource = {}  # the role's resource server
        self.identities: list[Resource] = []  # the listed members

    def find(self) -> Resource | None:
        """Return the role, with the lists that the task manages. Without its resource server a role does not exist."""
        found = self._find_role()
        if found:
            return {**found, **self._read_lists(found["id"])}
        if self.id:
            self.servers.refuse_elsewhere(self.client, self.id)
        return None

    def _find_role(self) -> Resource | None:
        try:
            self.server = self.servers.select(self.client)
        except NotFoundError:
            if self.options.state == "absent":
                return None
            raise
        return super().find()

    def build_wanted(self, existing: Resource | None) -> Resource:
        """Return the managed fields, with members by their IDs."""
        options, present = self.options, existing or {}
        fields = {"display_name": options.display_name, "description": options.description}
        wanted: Resource = {name: value for name, value in fields.items() if value is not None}
        if options.scopes is not None:
            scopes = parse_managed_scopes(options.scopes, "scopes")
            validate_offered_scopes(self.server, scopes)
            wanted["scopes"] = _combine(scopes, present.get("scopes"), options.scopes_exclusive)
        if options.managed_members:
            wanted["members"] = self._build_members(present.get("members") or _NO_MEMBERS)
        return wanted

    def _build_members(self, present: Mapping[str, list[str]]) -> dict[str, list[str]]:
        wanted = {
            kind: _combine(self._find_ids(kind, names, present[kind]), present[kind], self.options.members_exclusive)
            for kind, names in self.options.managed_members.items()
        }
        return {**present, **wanted}

    def _find_ids(self, kind: str, names: list[str], present: list[str]) -> list[str]:
        """Return the IDs of members. An ID that is already a member's costs no request."""
        known = set(names) & set(present)
        unknown = [name for name in names if name not in known]
        if kind == "groups":
            return [*known, *find_group_ids(self.client, unknown)]
        return [*known, *find_identity_ids(self.client, unknown, self.identities)]

    def _create(self, wanted: Resource) -> Resource:
        fields, lists = _split_lists(wanted)
        created = super()._create(fields)
        self._write_lists(created["id"], {}, lists)
        return {**created, **lists}

    def _update(self, before: Resource, changes: Resource) -> Resource:
        (fields, lists), (present, present_lists) = _split_lists(changes), _split_lists(before)
        after = super()._update(present, fields) if fields else present
        self._write_lists(before["id"], present_lists, lists)
        return {**after, **present_lists, **lists}

    def _delete(self, before: Resource) -> None:
        """Empty the lists first: the service does not delete a role that has scopes or members."""
        try:
            self._write_lists(before["id"], before, {"scopes": [], "members": _NO_MEMBERS})
        except ResponseError as error:
            if error.status != 404:  # another process removed the role, or only a member: the deletion tells
                raise
        super()._delete(before)

    def _write_lists(self, role_id: str, before: Resource, wanted: Resource) -> None:
        """Bring the wanted lists from their state before. Missing items are added before others are removed."""
        if "scopes" in wanted:
            self._write_scopes(role_id, before.get("scopes"), wanted["scopes"])
        if "members" in wanted:
            self._write_members(role_id, before.get("members") or _NO_MEMBERS, wanted["members"])

    def _write_scopes(self, role_id: str, before: Iterable[str] | None, wanted: Iterable[str]) -> None:
        added, removed = _compare(before, wanted)
        for operation, scopes in (("AddRoleScopes", added), ("DeleteRoleScopes", removed)):
            for batch in _split_batches(scopes):
                self._call(operation, role_id, body={"scopes": batch})

    def _write_members(self, role_id: str, before: Mapping[str, list[str]], wanted: Mapping[str, list[str]]) -> None:
        changes = [_compare(before[kind], wanted[kind]) for kind in _MEMBER_KINDS]
        for operation, lists in zip(("AddRoleMembers", "DeleteRoleMembers"), zip(*changes, strict=True), strict=True):
            for batches in zip_longest(*map(_split_batches, lists)):
                body = {key: ids for key, ids in zip(("identity_ids", "group_ids"), batches, strict=True) if ids}
                self._call(operation, role_id, body=body)

    def _read_lists(self, role_id: str) -> Resource:
        lists: Resource = {}
        if "ListRoleScopes" in self.client.operations:
            lists["scopes"] = _to_texts(self._list_items("ListRoleScopes", role_id, ("scopes",))["scopes"])
        if "ListRoleMembers" in self.client.operations:
            members = self._list_items("ListRoleMembers", role_id, _MEMBER_KINDS)
            self.identities = [item for item in members["identities"] if isinstance(item, dict)]
            lists["members"] = {kind: _to_texts(items) for kind, items in members.items()}
        return lists

    def _list_items(self, operation: str, role_id: str, keys: Iterable[str]) -> dict[str, list[Any]]:
        """Return the lists under these keys from all pages. On a page a list may be empty or missing."""
        found: dict[str, list[Any]] = {key: [] for key in keys}
        for page in self.client.list_pages(operation, {self.resource_type.id_parameter: role_id}):
            for key, items in found.items():
                items.extend(_validate_items(operation, key, page.get(key) or []))
        return found


def _validate_items(operation: str, key: str, items: Any) -> list[Any]:
    if not isinstance(items, list) or not all(isinstance(_to_text(item), str) for item in items):
        raise MalformedResponseError(f"{operation}: the response has no list of {key}.")
    return items


def _to_texts(items: Iterable[Any]) -> list[str]:
    return sorted({_to_text(item) for item in items})


def _to_text(item: Any) -> Any:
    """Return a scope as it is, and an object's ID."""
    return item.get("id") if isinstance(item, dict) else item


def _split_lists(fields: Mapping[str, Any]) -> tuple[Resource, Resource]:
    """Return the role's own fields, and its lists, which have operations of their own."""
    own = {name: value for name, value in fields.items() if name not in _LISTS}
    return own, {name: fields[name] for name in _LISTS if name in fields}


def _combine(wanted: Iterable[str], present: Iterable[str] | None, exclusive: bool) -> list[str]:
    return sorted(set(wanted) if exclusive else {*wanted, *(present or ())})


def _compare(before: Iterable[str] | None, wanted: Iterable[str]) -> tuple[list[str], list[str]]:
    """Return what to add and what to remove."""
    present = set(before or ())
    return sorted(set(wanted) - present), sorted(present - set(wanted))


def _split_batches(items: list[str]) -> Iterator[list[str]]:
    return (items[start : start + _BATCH] for start in range(0, len(items), _BATCH))
