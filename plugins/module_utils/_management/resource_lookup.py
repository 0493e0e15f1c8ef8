# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How one object is found by its ID or name, and described in messages."""

from __future__ import annotations

from collections.abc import Iterable

from .._errors import MalformedResponseError, NotFoundError, ResponseError, StateError
from .._text import join_names, sanitize_for_display
from .client import ManagementClient
from .resource_types import Resource, ResourceType

_NESTED_OBJECTS = ("protocol_config", "config")


def find_resource(
    resource_type: ResourceType, client: ManagementClient, *, id: str | None, display_name: str | None
) -> Resource | None:
    """Return the object with this ID, or the only one with this display name; `None` if no object matches.

    Raises:
        StateError: several objects have the name. The message lists their IDs.
    """
    if id:
        return _read_resource(resource_type, client, id)
    listed = client.list_all(resource_type.list_operation, resource_type.collection)
    found = [item for item in listed if item.get("display_name") == display_name]
    if len(found) > 1:
        raise StateError(
            f"{len(found)} {resource_type.collection} are named '{sanitize_for_display(display_name, 120)}': "
            f"{join_names(item.get('id') for item in found)}.",
            "Set id to choose one.",
        )
    return validate_resource(resource_type, found[0]) if found else None


def _read_resource(resource_type: ResourceType, client: ManagementClient, id: str) -> Resource | None:
    try:
        found = client.call(resource_type.get_operation, {resource_type.id_parameter: id})
    except ResponseError as error:
        if error.status == 404:
            return None
        raise
    return validate_resource(resource_type, found)


def validate_resource(resource_type: ResourceType, item: Resource) -> Resource:
    """Return the same object; raise `MalformedResponseError` if it has no ID, or a nested object is not an object."""
    has_objects = all(isinstance(item.get(name) or {}, dict) for name in _NESTED_OBJECTS)
    if not isinstance(item.get("id"), str) or not has_objects:
        raise MalformedResponseError(
            f"Unexpected response from the API: not a valid {resource_type.noun} object.", "Check api_url."
        )
    return item


def select_resource(
    resource_type: ResourceType, items: Iterable[Resource], value: str, keys: tuple[str, ...]
) -> Resource:
    """Return the only object with this value under a key. The first key that any object matches decides.

    Raises:
        StateError: several objects match. The message lists their IDs.
        NotFoundError: no object matches. The message lists all objects.
    """
    known = list(items)
    for key in keys:
        found = [item for item in known if item.get(key) == value]
        if len(found) == 1:
            return validate_resource(resource_type, found[0])
        if found:
            raise StateError(
                f"{len(found)} {resource_type.collection} have the {key} '{sanitize_for_display(value, 120)}': "
                f"{join_names(item.get('id') for item in found)}.",
                "Use the ID instead.",
            )
    names = join_names(item.get("display_name") or item.get("id") for item in known)
    raise NotFoundError(
        f"The managed realm has no {resource_type.noun} '{sanitize_for_display(value, 120)}'.",
        f"Known {resource_type.collection}: {names}.",
    )


def describe_resource(resource_type: ResourceType, item: Resource) -> str:
    """Return an object's type, name and ID, for a message."""
    name, id = sanitize_for_display(item.get("display_name"), 120), sanitize_for_display(item.get("id"), 80)
    return f"{resource_type.noun} '{name}' ({id})"
