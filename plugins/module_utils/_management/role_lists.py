# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A role's scopes and members, which have operations of their own."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import zip_longest
from typing import Any

from .._errors import MalformedResponseError, StateError
from .._text import join_names
from .client import ManagementClient
from .paging import LARGE_PAGE_SIZE
from .resource_types import ROLE, Resource
from .response_ids import refuse_malformed_ids
from .run_memory import get_time, wait_until_found

_LISTS = ("scopes", "members")
_MEMBER_KINDS = ("identities", "groups")
NO_MEMBERS: Mapping[str, list[str]] = {kind: [] for kind in _MEMBER_KINDS}

_BATCH = 1000  # scopes, identities or groups in one request


class RoleLists:
    """Reads and writes the lists of one role at a time.

    A list of scopes has texts. `members` has a list of IDs for each kind of member. All lists are sorted.

    Attributes:
        identities: the members as the API listed them last, for their usernames.
        is_written: whether the task changed a list.
    """

    def __init__(self, client: ManagementClient) -> None:
        self.client = client
        self.identities: list[Resource] = []
        self.is_written = False

    def read(self, role_id: str, names: Collection[str] = _LISTS) -> Resource:
        """Return the lists with these names that the task announced the reading of, as fields of the role."""
        lists: Resource = {}
        if "scopes" in names and "ListRoleScopes" in self.client.operations:
            sizes = {"page_size": LARGE_PAGE_SIZE}
            lists["scopes"] = _to_texts(self._list_items("ListRoleScopes", role_id, ("scopes",), sizes)["scopes"])
        if "members" in names and "ListRoleMembers" in self.client.operations:
            sizes = {f"{kind}_page_size": LARGE_PAGE_SIZE for kind in _MEMBER_KINDS}
            members = self._list_items("ListRoleMembers", role_id, _MEMBER_KINDS, sizes)
            self.identities = [item for item in members["identities"] if isinstance(item, dict)]
            lists["members"] = {kind: _to_texts(items) for kind, items in members.items()}
        return lists

    def write(self, role_id: str, before: Resource, wanted: Resource) -> None:
        """Bring the wanted lists from their state before. Missing items are added before others are removed."""
        if "scopes" in wanted:
            self._write_scopes(role_id, before.get("scopes"), wanted["scopes"])
        if "members" in wanted:
            self._write_members(role_id, before.get("members") or NO_MEMBERS, wanted["members"])

    def verify(self, role_id: str, before: Resource, wanted: Resource) -> None:
        """Read the lists after a write, until they show it. Other users' changes of the same lists do not count.

        This costs one more reading of each list that changed: one request for 200 items, if the service is not late.

        Raises:
            StateError: the service ignored an item that was added or removed.
        """
        ignored = _find_ignored(before, wanted, before)  # without a difference, nothing was written
        names = {path.partition(".")[0] for path in ignored}

        def find() -> Resource | None:
            stored = self.read(role_id, names)
            ignored[:] = _find_ignored(before, wanted, stored)
            return None if ignored else stored

        if names and wait_until_found(find, get_time()) is None:
            raise StateError(
                f"The service did not store {join_names(ignored)} of the role {role_id} as sent.",
                "Check whether the resource server offers the scopes, and whether the members exist.",
            )

    def _list_items(
        self, operation: str, role_id: str, keys: Iterable[str], sizes: Mapping[str, int]
    ) -> dict[str, list[Any]]:
        """Return the lists under these keys from all pages. On a page a list may be empty or missing."""
        found: dict[str, list[Any]] = {key: [] for key in keys}
        for page in self.client.read_pages(operation, {ROLE.id_parameter: role_id, **sizes}):
            for key, items in found.items():
                items.extend(_validate_items(operation, key, page.get(key) or []))
        return found

    def _write_scopes(self, role_id: str, before: Iterable[str] | None, wanted: Iterable[str]) -> None:
        added, removed = _compare(before, wanted)
        for operation, scopes in (("AddRoleScopes", added), ("DeleteRoleScopes", removed)):
            for batch in _split_batches(scopes):
                self._call(operation, role_id, {"scopes": batch})

    def _write_members(self, role_id: str, before: Mapping[str, list[str]], wanted: Mapping[str, list[str]]) -> None:
        changes = [_compare(before[kind], wanted[kind]) for kind in _MEMBER_KINDS]
        for operation, lists in zip(("AddRoleMembers", "DeleteRoleMembers"), zip(*changes, strict=True), strict=True):
            for batches in zip_longest(*map(_split_batches, lists)):
                body = {key: ids for key, ids in zip(("identity_ids", "group_ids"), batches, strict=True) if ids}
                self._call(operation, role_id, body)

    def _call(self, operation: str, role_id: str, body: Resource) -> None:
        self.client.call(operation, {ROLE.id_parameter: role_id}, body=body)
        self.is_written = True


def split_lists(fields: Mapping[str, Any]) -> tuple[Resource, Resource]:
    """Return the role's own fields, and its lists."""
    own = {name: value for name, value in fields.items() if name not in _LISTS}
    return own, {name: fields[name] for name in _LISTS if name in fields}


def _validate_items(operation: str, key: str, items: Any) -> list[Any]:
    if not isinstance(items, list) or not all(isinstance(_to_text(item), str) for item in items):
        raise MalformedResponseError(f"{operation}: the response has no list of {key}.")
    if key in _MEMBER_KINDS:
        refuse_malformed_ids(operation, [{"id": _to_text(item)} for item in items])
    return items


def _to_texts(items: Iterable[Any]) -> list[str]:
    return sorted({_to_text(item) for item in items})


def _to_text(item: Any) -> Any:
    """Return a scope as it is, and an object's ID."""
    return item.get("id") if isinstance(item, dict) else item


def _compare(before: Iterable[str] | None, wanted: Iterable[str]) -> tuple[list[str], list[str]]:
    """Return the items to add and the items to remove."""
    present = set(before or ())
    return sorted(set(wanted) - present), sorted(present - set(wanted))


def _find_ignored(before: Resource, wanted: Resource, stored: Resource) -> list[str]:
    """Return the paths of the wanted lists that lack an added item, or have a removed one."""
    ignored = []
    present, found = _flatten(before), _flatten(stored)
    for path, items in _flatten(wanted).items():
        added, removed = _compare(present.get(path), items)
        if set(added) - set(found.get(path, ())) or set(removed) & set(found.get(path, ())):
            ignored.append(path)
    return ignored


def _flatten(lists: Resource) -> dict[str, list[str]]:
    """Return the lists by their paths."""
    members = {f"members.{kind}": items for kind, items in (lists.get("members") or {}).items()}
    return {**({"scopes": lists["scopes"]} if "scopes" in lists else {}), **members}


def _split_batches(items: list[str]) -> Iterator[list[str]]:
    return (items[start : start + _BATCH] for start in range(0, len(items), _BATCH))
