# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Objects that options refer to, by ID or by name.

Text in the form of a service ID is always an ID: users can choose names, but not IDs. An ID is used as it is. A name is
looked up once in a run; the run's memory keeps its ID.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from .._errors import NotFoundError, ResponseError
from .._ids import is_service_id
from .client import ManagementClient
from .resource_lookup import find_shared_listing, list_referable, read_shared, refers_to, select_resource
from .resource_types import Resource, ResourceType
from .run_memory import get_place, get_time

_GONE = (400, 404)  # how the service refuses the ID of an object that does not exist, in a body or in a path

T = TypeVar("T")


def list_reference_operations(resource_type: ResourceType, value: str, *, is_read: bool = False) -> tuple[str, ...]:
    """Return the operations that a reference needs: none for an ID, unless the object is read.

    Args:
        is_read: whether the object is needed, not only its ID.
    """
    if is_service_id(value):
        return (resource_type.get_operation,) if is_read else ()
    return resource_type.list_lookup_operations(by_id=False)


def find_reference_id(resource_type: ResourceType, client: ManagementClient, value: str) -> str:
    """Return the ID of the object with this ID or name. An ID is not verified, nor is the ID of a name that the run already looked up.

    Raises:
        StateError: several objects have the name. The message lists their IDs.
        NotFoundError: no object has the name.
    """
    if is_service_id(value):
        return value
    place = get_place(resource_type, client.path_parameters)
    id: str = client.memory.find_reference(place, value) or _look_up(resource_type, client, value)["id"]
    return id


def read_reference(resource_type: ResourceType, client: ManagementClient, value: str) -> Resource:
    """Return the object with this ID or name.

    Raises:
        StateError: several objects have the name. The message lists their IDs.
        NotFoundError: no object has the ID or name.
    """
    if is_service_id(value):
        found = read_shared(resource_type, client, value)
        if found is None:
            raise NotFoundError(f"The managed realm has no {resource_type.noun} with the ID {value}.", "Check the ID.")
        return found
    id = client.memory.find_reference(get_place(resource_type, client.path_parameters), value)
    if id is not None and find_shared_listing(resource_type, client) is None:
        found = read_shared(resource_type, client, id)
        if found is not None and refers_to(resource_type, found, value):
            return found
    return _look_up(resource_type, client, value, known_id=id)


def look_again(client: ManagementClient, work: Callable[[], T]) -> T:
    """Return what some work returns. If the service refuses an ID that the run remembered for a name, do the work once more.

    The second time, the names are looked up. Work that changed something is not repeated.
    """
    try:
        return work()
    except ResponseError as error:
        has_remembered = error.status in _GONE and client.memory.forget_used_references()
        if not has_remembered or error.details.get("changed"):
            raise
    return work()


def _look_up(
    resource_type: ResourceType, client: ManagementClient, value: str, *, known_id: str | None = None
) -> Resource:
    began = get_time()
    listed = list_referable(resource_type, client, [value])
    found = select_resource(resource_type, listed, value, ("id", *reversed(resource_type.name_fields)))
    if found["id"] != known_id:
        client.memory.remember_reference(get_place(resource_type, client.path_parameters), value, found["id"], began)
    return found
