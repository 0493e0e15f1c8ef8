# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The work of all `_info` modules: read one object, or all."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from .._errors import OptionError
from .._ids import validate_id
from .._management.client import ManagementClient
from .._management.names import select_named
from .._management.references import look_again
from .._management.resource_lookup import correct_listing, drop_deleted, find_resource, list_resources
from .._management.resource_types import Resource, ResourceType
from .._masking import remove_secrets
from .._text import join_names
from .context import ModuleResult, TaskContext

_FINDERS = ("id", "display_name", "username", "filter")


@dataclass(frozen=True)
class InfoOptions:
    """The options of every `_info` module."""

    id: str | None
    display_name: str | None


def read_info(
    task: TaskContext,
    resource_type: ResourceType,
    *,
    query: Mapping[str, Any] = MappingProxyType({}),
    find: Callable[[ManagementClient], list[Resource]] | None = None,
    operations: tuple[str, ...] = (),
    prepare: Callable[[ManagementClient], Any] = lambda client: None,
    explain_missing: Callable[[ManagementClient, str], None] = lambda client, id: None,
    complete: Callable[[ManagementClient, Resource], Resource] = lambda client, item: item,
) -> ModuleResult:
    """Return all objects of a type, the objects with one name, or the object with an ID; without secrets.

    The result has one key, the type's `collection`. Its list is empty if no object matches.

    Args:
        query: parameters of the listing, such as those by which the service selects objects.
        find: returns the objects for a call without an ID. If `find` is set, `query` and the name do not count.
        operations: operations that `prepare`, `explain_missing` and `complete` need.
        prepare: is called first, for example to select the resource server whose roles are read.
        explain_missing: is called with an ID that was not found; raises if the object belongs to another resource server.
        complete: returns an object with what has operations of its own, such as its members.
    """
    empty = [name for name in _FINDERS if task.params.get(name) == ""]
    if empty:
        raise OptionError(f"{join_names(empty)} must not be empty.", "Omit the option to read all objects.")
    options = task.read(InfoOptions)
    client = task.build_client(*resource_type.list_lookup_operations(by_id=bool(options.id)), *operations)

    def read() -> list[Resource]:
        prepare(client)
        return [complete(client, item) for item in find_all()]

    def find_all() -> list[Resource]:
        if options.id:
            found = find_resource(resource_type, client, id=validate_id(options.id, "id"), display_name=None)
            if found is None:
                explain_missing(client, options.id)
            return [found] if found else []
        if find:
            return find(client)
        return list(
            drop_deleted(resource_type, client, _list_named(resource_type, client, query, options.display_name))
        )

    return {resource_type.collection: remove_secrets(look_again(client, read))}


def _list_named(
    resource_type: ResourceType, client: ManagementClient, query: Mapping[str, Any], name: str | None
) -> list[Resource]:
    """Return the objects of a listing, or only the objects with a name. Only a search for a name adds this run's writes to a listing."""
    if name is None:
        since = client.memory.get_write_time(resource_type.noun)
        return list_resources(resource_type, client, query, since=since).items
    listing = list_resources(resource_type, client, query)
    return select_named(correct_listing(resource_type, client, listing, name), name)
