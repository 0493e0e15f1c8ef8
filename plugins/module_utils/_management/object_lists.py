# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lists of an object that have operations of their own: a role's scopes and members, and a group's members."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

from .._errors import OTHER_SERVER_HINT, MalformedResponseError, StateError
from .._text import join_names
from .client import ManagementClient
from .paging import LARGE_PAGE_SIZE
from .resource_types import GROUP, IDENTITY, ROLE, Resource, ResourceType
from .response_ids import refuse_malformed_ids
from .run_memory import get_time, wait_until_found

_BATCH = 1000  # scopes, identities or groups in one request


@dataclass(frozen=True)
class ObjectList:
    """One list of an object.

    Attributes:
        path: the path of the list in the object, with a dot before the name of a nested field.
        key: the key of the list in responses.
        request_key: the key in requests that add and remove items.
        size_parameter: the parameter that sets the size of a page.
        has_texts: whether items are texts, otherwise objects, of which the object has the IDs.
    """

    path: str
    key: str
    request_key: str
    size_parameter: str = "page_size"
    has_texts: bool = False


@dataclass(frozen=True)
class ListOperations:
    """The operations on lists that are read and written together: `ListRoleMembers`, `AddRoleMembers`, `DeleteRoleMembers`."""

    noun: str
    lists: tuple[ObjectList, ...]

    @property
    def list_operation(self) -> str:
        """The operation that lists the items."""
        return f"List{self.noun}"

    @property
    def writing_operations(self) -> tuple[str, str]:
        """The operations that add and remove items."""
        return f"Add{self.noun}", f"Delete{self.noun}"


_ROLE_SCOPES = ListOperations("RoleScopes", (ObjectList("scopes", "scopes", "scopes", has_texts=True),))
_ROLE_MEMBERS = ListOperations(
    "RoleMembers",
    (
        ObjectList("members.identities", "identities", "identity_ids", "identities_page_size"),
        ObjectList("members.groups", "groups", "group_ids", "groups_page_size"),
    ),
)
_GROUP_MEMBERS = ListOperations("GroupMembers", (ObjectList("members", "identities", "identity_ids"),))

OBJECT_LISTS: Mapping[ResourceType, tuple[ListOperations, ...]] = {
    ROLE: (_ROLE_SCOPES, _ROLE_MEMBERS),
    GROUP: (_GROUP_MEMBERS,),
}


class ObjectLists:
    """Reads and writes the lists of one object at a time. In the object, all lists are sorted.

    Attributes:
        identities: the members as the API listed them last, for their usernames.
        is_written: whether the task changed a list.
    """

    def __init__(self, resource_type: ResourceType, client: ManagementClient) -> None:
        self.resource_type = resource_type
        self.client = client
        self.identities: list[Resource] = []
        self.is_written = False
        self._groups = OBJECT_LISTS[resource_type]
        self._paths = [item.path for group in self._groups for item in group.lists]

    @property
    def empty(self) -> Resource:
        """All lists without items, as fields of the object."""
        return _nest({path: [] for path in self._paths})

    def read(self, id: str, paths: Collection[str] | None = None) -> Resource:
        """Return the lists that the task announced the reading of, as fields of the object.

        Args:
            paths: the lists that are needed; `None` for all.
        """
        found: dict[str, list[str]] = {}
        for group in self._groups:
            is_needed = paths is None or any(item.path in paths for item in group.lists)
            if is_needed and group.list_operation in self.client.operations:
                for item, items in self._list_items(group, id).items():
                    found[item.path] = sorted({_to_text(one) for one in items})
        return _nest(found)

    def write(self, id: str, before: Resource, wanted: Resource) -> None:
        """Bring the wanted lists from their state before. Missing items are added before other items are removed."""
        present, target = _flatten(before, self._paths), _flatten(wanted, self._paths)
        for group in self._groups:
            lists = [item for item in group.lists if item.path in target]
            changes = [_compare(present.get(item.path), target[item.path]) for item in lists]
            for side, operation in enumerate(group.writing_operations):
                for batches in zip_longest(*(_split_batches(change[side]) for change in changes)):
                    body = {item.request_key: batch for item, batch in zip(lists, batches, strict=True) if batch}
                    self.client.call(operation, {self.resource_type.id_parameter: id}, body=body)
                    self.is_written = True

    def verify(self, id: str, before: Resource, wanted: Resource) -> None:
        """Read the lists after a write, until they show it. Changes of the same lists by other users are ignored.

        This costs one more reading of each list that changed: one request for 200 items, if the service is not late.

        Raises:
            StateError: the service ignored an item that was added or removed.
        """
        ignored = self._find_ignored(before, wanted, before)  # without a difference, nothing was written
        paths = tuple(ignored)

        def find() -> Resource | None:
            stored = self.read(id, paths)
            ignored[:] = self._find_ignored(before, wanted, stored)
            return None if ignored else stored

        if paths and wait_until_found(find, get_time()) is None:
            scopes = "the resource server offers the scopes, and whether " if "scopes" in ignored else ""
            raise StateError(
                f"The service did not store {join_names(ignored)} of the {self.resource_type.noun} {id} as sent.",
                f"Check whether {scopes}the members exist.",
            )

    def split(self, fields: Mapping[str, Any]) -> tuple[Resource, Resource]:
        """Return the object's own fields, and its lists."""
        names = {path.partition(".")[0] for path in self._paths}
        own = {name: value for name, value in fields.items() if name not in names}
        return own, {name: fields[name] for name in fields if name in names}

    def _list_items(self, group: ListOperations, id: str) -> dict[ObjectList, list[Any]]:
        """Return the lists from all pages. On a page a list may be empty or missing."""
        operation = group.list_operation
        found: dict[ObjectList, list[Any]] = {item: [] for item in group.lists}
        sizes = {item.size_parameter: LARGE_PAGE_SIZE for item in group.lists}
        for page in self.client.read_pages(operation, {self.resource_type.id_parameter: id, **sizes}):
            for item, items in found.items():
                items.extend(_validate_items(operation, item, page.get(item.key) or []))
        for item, items in found.items():
            if item.key == IDENTITY.collection:
                self.identities = [one for one in items if isinstance(one, dict)]
        return found

    def _find_ignored(self, before: Resource, wanted: Resource, stored: Resource) -> list[str]:
        """Return the paths of the wanted lists that lack an added item, or have a removed one."""
        ignored = []
        present, found = _flatten(before, self._paths), _flatten(stored, self._paths)
        for path, items in _flatten(wanted, self._paths).items():
            added, removed = _compare(present.get(path), items)
            if set(added) - set(found.get(path, ())) or set(removed) & set(found.get(path, ())):
                ignored.append(path)
        return ignored


def _validate_items(operation: str, item: ObjectList, items: Any) -> list[Any]:
    if not isinstance(items, list) or not all(isinstance(_to_text(one), str) for one in items):
        raise MalformedResponseError(f"{operation}: the response has no list of {item.key}.", OTHER_SERVER_HINT)
    if not item.has_texts:
        refuse_malformed_ids(operation, [{"id": _to_text(one)} for one in items])
    return items


def _to_text(item: Any) -> Any:
    """Return a scope as it is, and an object's ID."""
    return item.get("id") if isinstance(item, dict) else item


def _compare(before: Iterable[str] | None, wanted: Iterable[str]) -> tuple[list[str], list[str]]:
    """Return the items to add and the items to remove."""
    present = set(before or ())
    return sorted(set(wanted) - present), sorted(present - set(wanted))


def _flatten(fields: Resource, paths: Iterable[str]) -> dict[str, list[str]]:
    """Return the lists among an object's fields, by their paths."""
    found: dict[str, list[str]] = {}
    for path in paths:
        name, dot, nested = path.partition(".")
        items = (fields.get(name) or {}).get(nested) if dot else fields.get(name)
        if items is not None:
            found[path] = items
    return found


def _nest(lists: Mapping[str, list[str]]) -> Resource:
    """Return lists as fields of an object. The reverse of `_flatten`."""
    fields: Resource = {}
    for path, items in lists.items():
        name, dot, nested = path.partition(".")
        if dot:
            fields.setdefault(name, {})[nested] = items
        else:
            fields[name] = items
    return fields


def _split_batches(items: list[str]) -> Iterator[list[str]]:
    return (items[start : start + _BATCH] for start in range(0, len(items), _BATCH))
