# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A role of a resource server, with the scopes and members that have operations of their own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from itertools import zip_longest
from typing import Any

from .errors import MalformedResponseError
from .members import group_ids, identity_ids
from .resource import GROUP, IDENTITY, RESOURCE_SERVER, Object, State, merged
from .resource_server import check_offered, find_server
from .text import scope_list

_BATCH = 1000  # as many scopes, identities or groups go into one request
_MEMBERS = ("identities", "groups")


def operations(params: Mapping[str, Any]) -> list[str]:
    """The operations that are needed beside those on the role itself."""
    members = params["members"] or {}
    absent = params["state"] == "absent"
    needed = {
        RESOURCE_SERVER.list: True,
        "ListRoleScopes": absent or params["scopes"] is not None,
        "AddRoleScopes": not absent and bool(params["scopes"]),
        "DeleteRoleScopes": absent or (params["scopes"] is not None and params["scopes_exclusive"]),
        "ListRoleMembers": absent or _names_members(members),
        "AddRoleMembers": not absent and any(members.get(kind) for kind in _MEMBERS),
        "DeleteRoleMembers": absent or (_names_members(members) and params["members_exclusive"]),
        IDENTITY.get: not absent and bool(members.get("identities")),
        IDENTITY.list: not absent and bool(members.get("identities")),
        GROUP.list: not absent and bool(members.get("groups")),
    }
    return [name for name, is_needed in needed.items() if is_needed]


class RoleState(State):
    """Brings a role and its lists to the wanted state. What is in the lists already stays, unless they are exclusive."""

    def __init__(self, params: Mapping[str, Any], *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self.params = params

    @cached_property
    def server(self) -> Object:
        """The resource server that the role belongs to."""
        return find_server(self.management, self.params["resource_server"])

    def find(self) -> Object | None:
        """The role with those of its lists that matter."""
        self.management.within["resource_server_id"] = self.server["id"]
        found = super().find()
        return {**found, **self._lists(found["id"])} if found else None

    def desired(self, existing: Object | None) -> Object:
        """The managed fields, the members by their ids."""
        params, there = self.params, existing or {}
        wanted: Object = {name: params[name] for name in ("display_name", "description") if params[name] is not None}
        if params["scopes"] is not None:
            scopes = scope_list(params["scopes"])
            check_offered(self.server, scopes)
            wanted["scopes"] = _joined(scopes, there.get("scopes"), params["scopes_exclusive"])
        members = params["members"] or {}
        if _names_members(members):
            found = {
                "identities": lambda names: identity_ids(self.management, names),
                "groups": lambda names: group_ids(self.management, names),
            }
            present = there.get("members") or {}
            wanted["members"] = {
                kind: _joined(ids(members[kind]), present.get(kind), params["members_exclusive"])
                for kind, ids in found.items()
                if members.get(kind) is not None
            }
        return wanted

    def _create(self, wanted: Object) -> Object:
        created = super()._create(_own(wanted))
        self._fill(created["id"], {}, wanted)
        return merged(created, wanted)

    def _update(self, before: Object, changes: Object) -> Object:
        own = _own(changes)
        after = super()._update(before, own) if own else before
        self._fill(before["id"], before, changes)
        return merged(merged(before, after), changes)

    def _delete(self, before: Object) -> None:
        """The service keeps a role that has scopes or members."""
        self._fill(before["id"], before, {"scopes": [], "members": {kind: [] for kind in _MEMBERS}})
        super()._delete(before)

    def _fill(self, role_id: str, before: Object, wanted: Object) -> None:
        """Bring the lists that are wanted from what they were to what they shall be: what is missing first."""
        if "scopes" in wanted:
            added, removed = _difference(before.get("scopes"), wanted["scopes"])
            for name, scopes in (("AddRoleScopes", added), ("DeleteRoleScopes", removed)):
                for batch in _batches(scopes):
                    self._call(name, role_id, body={"scopes": batch})
        if "members" in wanted:
            there = before.get("members") or {}
            changes = {kind: _difference(there.get(kind), ids) for kind, ids in wanted["members"].items()}
            for at, name in enumerate(("AddRoleMembers", "DeleteRoleMembers")):
                identities, groups = (_batches(changes.get(kind, ([], []))[at]) for kind in _MEMBERS)
                for batch in zip_longest(identities, groups):
                    body = {key: ids for key, ids in zip(("identity_ids", "group_ids"), batch, strict=True) if ids}
                    self._call(name, role_id, body=body)

    def _lists(self, role_id: str) -> Object:
        announced, place = self.management.operations, {"role_id": role_id}
        lists: Object = {}
        if "ListRoleScopes" in announced:
            scopes = [
                scope for page in self._pages("ListRoleScopes", place, ["scopes"], str) for scope in page["scopes"]
            ]
            lists["scopes"] = sorted(scopes)
        if "ListRoleMembers" in announced:
            pages = list(self._pages("ListRoleMembers", place, list(_MEMBERS), dict))
            lists["members"] = {
                kind: sorted(str(item.get("id")) for page in pages for item in page[kind]) for kind in _MEMBERS
            }
        return lists

    def _pages(self, name: str, place: Object, keys: list[str], of: type) -> Iterator[Object]:
        """Pages of an answer with several lists: each page has them all, some of them empty or left out."""
        for page in self.management.pages(name, place):
            lists = {key: page.get(key) or [] for key in keys}
            if not all(
                isinstance(items, list) and all(isinstance(item, of) for item in items) for items in lists.values()
            ):
                raise MalformedResponseError(f"{name}: the answer has no lists of {' and '.join(keys)}.")
            yield lists


def _names_members(members: Mapping[str, Any]) -> bool:
    return any(members.get(kind) is not None for kind in _MEMBERS)


def _joined(wanted: Iterable[str], there: Iterable[str] | None, exclusive: bool) -> list[str]:
    return sorted(set(wanted) if exclusive else {*wanted, *(there or ())})


def _own(fields: Object) -> Object:
    return {name: value for name, value in fields.items() if name not in ("scopes", "members")}


def _difference(before: Iterable[str] | None, wanted: Iterable[str]) -> tuple[list[str], list[str]]:
    """What is to be added, and what removed."""
    there = set(before or ())
    return sorted(set(wanted) - there), sorted(there - set(wanted))


def _batches(items: list[str]) -> Iterator[list[str]]:
    return (items[start : start + _BATCH] for start in range(0, len(items), _BATCH))
