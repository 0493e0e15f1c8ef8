# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Finds one object by its ID or name, and describes it for messages."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from copy import deepcopy
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from .._errors import MalformedResponseError, NotFoundError, ResponseError, StateError
from .._ids import is_valid_id
from .._text import join_names, sanitize_for_display
from .client import ManagementClient
from .listing_memory import Listing
from .names import has_name, select_named
from .resource_types import Resource, ResourceType
from .run_memory import get_place

_NESTED_OBJECTS = ("protocol_config", "config", "traits")


def find_resource(
    resource_type: ResourceType, client: ManagementClient, *, id: str | None, display_name: str | None
) -> Resource | None:
    """Return the object with this ID, or the only one with this display name; `None` if no object matches.

    An object with exactly this name has precedence over objects whose names are equal after normalization.

    Raises:
        StateError: several objects have the name. The message lists their IDs.
    """
    if id:
        return read_resource(resource_type, client, id)
    found = find_named(resource_type, client, display_name or "")
    if len(found) > 1:
        raise StateError(
            f"{len(found)} {resource_type.collection} are named '{sanitize_for_display(display_name, 120)}': "
            f"{join_names(item.get('id') for item in found)}.",
            "Set id to choose one.",
        )
    return validate_resource(resource_type, found[0]) if found else None


def find_named(resource_type: ResourceType, client: ManagementClient, name: str) -> list[Resource]:
    """Return all objects with this name, otherwise the objects whose names are equal after normalization."""
    return select_named(correct_listing(resource_type, client, list_resources(resource_type, client), name), name)


def list_referable(resource_type: ResourceType, client: ManagementClient, values: Iterable[str]) -> list[Resource]:
    """Return all objects of a type, to search for the objects that options refer to by these IDs or names."""
    listing = list_resources(resource_type, client)
    for value in dict.fromkeys(values):
        listing = replace(listing, items=correct_listing(resource_type, client, listing, value))
    return listing.items


def list_resources(
    resource_type: ResourceType,
    client: ManagementClient,
    query: Mapping[str, Any] = MappingProxyType({}),
    *,
    since: float | None = None,
) -> Listing:
    """Return a listing that the task's hosts and items may share. A shared listing has no secrets, and lacks later writes.

    Args:
        query: parameters by which the service selects objects.
        since: a shared listing must have begun later than this.
    """
    listing = client.listings.share(
        _build_listing_key(resource_type, client, query),
        lambda: client.list_all(resource_type.list_operation, resource_type.collection, query),
        error_key=client.scopes,
        since=since,
    )
    return replace(listing, items=client.add_predictions(resource_type, listing.items))


def find_shared_listing(resource_type: ResourceType, client: ManagementClient) -> Listing | None:
    """Return the listing of all objects that the task's hosts and items share, if there is one."""
    listing = client.listings.find(_build_listing_key(resource_type, client, {}))
    return replace(listing, items=client.add_predictions(resource_type, listing.items)) if listing else None


def read_shared(resource_type: ResourceType, client: ManagementClient, id: str) -> Resource | None:
    """Return the object with this ID, or `None`. The task's hosts and items may share it, unless the run wrote it since.

    For objects that options refer to. A task always reads the objects that it manages itself.
    """
    found = client.listings.share(
        _build_listing_key(resource_type, client, {resource_type.id_parameter: id}),
        lambda: filter(None, [read_resource(resource_type, client, id)]),
        error_key=client.scopes,
        since=client.memory.get_write_time(resource_type.noun, id),
    )
    return deepcopy(found.items[0]) if found.items else None


def _build_listing_key(resource_type: ResourceType, client: ManagementClient, query: Mapping[str, Any]) -> list[Any]:
    """Return everything that distinguishes a listing from another. A store writes only a digest of the key."""
    connection, place = client.connection, get_place(resource_type, client.path_parameters)
    credentials = [connection.credential_type, connection.auth_url, connection.application_id, connection.client_id]
    settings = client.session.settings.build_key(client.session.environ)  # who can falsify the listing
    realm_id = client.path_parameters.get("realm_id", connection.realm_id) if place.is_in_realm else None
    return [
        *(connection.api_url, connection.tenant_id, realm_id, place.parent, place.noun, dict(query)),
        *(credentials, connection.client_secret, connection.access_token, settings),
    ]


def correct_listing(
    resource_type: ResourceType, client: ManagementClient, listing: Listing, value: str
) -> list[Resource]:
    """Return a listing with this run's writes of the objects with one ID or name: a listing may show them late.

    An object that this run deleted is left out. An object that this run wrote after the listing began or renamed, or one
    that the listing lacks, is read by its ID. The object that this run gave the name is read too, even if the listing
    shows other matching objects, such as an object whose name is equal after normalization.
    """
    corrected: list[Resource] = []
    known: set[str] = set()
    for item in listing.items:
        if not refers_to(resource_type, item, value):
            corrected.append(item)
            continue
        current = _read_current(resource_type, client, deepcopy(item), listing.began)
        corrected += current
        known.update(str(one.get("id")) for one in current if refers_to(resource_type, one, value))
    added = _read_unlisted(resource_type, client, value, known)
    outdated = {item["id"] for item in added}
    return [*(item for item in corrected if item.get("id") not in outdated), *added]


def drop_deleted(
    resource_type: ResourceType, client: ManagementClient, listed: Iterable[Resource]
) -> Iterator[Resource]:
    """Yield the objects of a listing that this run did not delete."""
    return (item for item in listed if not client.memory.was_deleted(resource_type.noun, str(item.get("id"))))


def _read_current(
    resource_type: ResourceType, client: ManagementClient, item: Resource, began: float
) -> list[Resource]:
    memory, id = client.memory, str(item.get("id"))
    if memory.was_deleted(resource_type.noun, id):
        return []
    new_name = memory.get_new_name(resource_type.noun, id)
    written = memory.get_write_time(resource_type.noun, id)
    if new_name in (None, item.get("display_name")) and (written is None or written < began):
        return [item]
    found = read_resource(resource_type, client, id)
    return [found] if found else []


def _read_unlisted(
    resource_type: ResourceType, client: ManagementClient, value: str, known: Collection[str]
) -> list[Resource]:
    """Return the object that this run created or renamed under this ID or name, unless its ID is known or it was removed."""
    memory, place = client.memory, get_place(resource_type, client.path_parameters)
    id = memory.find_id(place, value)
    if (
        id is None
        and not known
        and memory.was_created(resource_type.noun, value)
        and not memory.was_deleted(resource_type.noun, value)
    ):
        id = value
    if id is None or id in known:
        return []
    found = read_resource(resource_type, client, id)
    if found is None or not refers_to(resource_type, found, value):
        memory.forget_name(place, value)
        return []
    return [found]


def refers_to(resource_type: ResourceType, item: Resource, value: str) -> bool:
    """Whether a text is an object's ID, or one of its names."""
    keys = ("id", *resource_type.name_fields)
    return has_name(item, value) or any(item.get(key) == value for key in keys)


def read_resource(resource_type: ResourceType, client: ManagementClient, id: str) -> Resource | None:
    """Return the object with this ID, or `None`. An object that this run wrote just now is asked for several times."""
    return client.memory.read(resource_type.noun, id, lambda: _read_once(resource_type, client, id))


def _read_once(resource_type: ResourceType, client: ManagementClient, id: str) -> Resource | None:
    try:
        found = client.call(resource_type.get_operation, {resource_type.id_parameter: id})
    except ResponseError as error:
        if error.status == 404:
            return None
        raise
    return validate_resource(resource_type, found)


def validate_resource(resource_type: ResourceType, item: Resource) -> Resource:
    """Return the same object; raise `MalformedResponseError` if its ID is not valid, or a nested object is not an object."""
    has_objects = all(isinstance(item.get(name) or {}, dict) for name in _NESTED_OBJECTS)
    if not is_valid_id(item.get("id")) or not has_objects:
        raise MalformedResponseError(
            f"Unexpected response from the API: not a valid {resource_type.noun} object.", "Check api_url."
        )
    return item


def select_resource(
    resource_type: ResourceType, items: Iterable[Resource], value: str, keys: tuple[str, ...]
) -> Resource:
    """Return the only object with this value under a key. The first key that any object matches decides.

    If no object matches and names are a key, a name that is equal after normalization decides.

    Raises:
        StateError: several objects match. The message lists their IDs.
        NotFoundError: no object matches. The message lists all objects.
    """
    known = list(items)
    for key in (*keys, "normalized display_name"):
        if key in keys:
            found = [item for item in known if item.get(key) == value]
        else:
            found = select_named(known, value) if "display_name" in keys else []
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
        f"Check the spelling, and realm_id or realm. Known {resource_type.collection}: {names}.",
    )


def describe_resource(resource_type: ResourceType, item: Resource) -> str:
    """Return an object's type, name and ID, for a message."""
    name, id = sanitize_for_display(item.get("display_name"), 120), sanitize_for_display(item.get("id"), 80)
    return f"{resource_type.noun} '{name}' ({id})"
