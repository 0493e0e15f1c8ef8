# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The passkeys (credentials) of an identity, and its invitations to bind one (credential binding jobs).

Both stay listed after their revocation. The path parameter `identity_id` of the client names the identity.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timezone
from types import MappingProxyType
from typing import Any

from .._errors import ResponseError, StateError
from .._text import sanitize_for_display
from .client import ManagementClient
from .operation_catalogue import find_operation
from .paging import LARGE_PAGE_SIZE
from .resource_lookup import list_resources, read_resource, validate_resource
from .resource_types import CREDENTIAL_BINDING_JOB, Resource, ResourceType
from .run_memory import get_place, get_time, wait_until_found
from .times import parse_time

ACTIVE, COMPLETE, FAILED_TO_SEND, REVOKED = "ACTIVE", "COMPLETE", "FAILED_TO_SEND", "REVOKED"
ACTIVE_FILTER: Mapping[str, str] = MappingProxyType({"filter": 'state eq "ACTIVE"'})
OPEN_STATES = frozenset({"LINK_SENT", "LINK_OPENED", "REQUEST_DELIVERED"})

_LIVE_STATES = OPEN_STATES | {ACTIVE}
_NEWEST = "newest"  # how the run's memory names the last object that the run created for an identity
_HINT_ON_TOKEN = (
    "The service might not accept a token of the Management API for this operation: its description names another kind of "
    "authentication. If the scopes are right, revoke the invitation in the Admin Console, or wait until it expires."
)


def list_owned(
    resource_type: ResourceType, client: ManagementClient, query: Mapping[str, str] = MappingProxyType({})
) -> list[Resource]:
    """Return the objects of an identity, as they are after this run's writes: the listing can be late.

    Args:
        query: parameters by which the service selects objects.
    """
    since = client.memory.get_write_time(resource_type.noun)
    listing = list_resources(resource_type, client, {**query, "page_size": LARGE_PAGE_SIZE}, since=since)
    listed = [
        _apply_revocation(resource_type, client, validate_resource(resource_type, item)) for item in listing.items
    ]
    newest = client.memory.find_id(get_place(resource_type, client.path_parameters), _NEWEST)
    if newest is None or any(item["id"] == newest for item in listed):
        return listed
    found = read_resource(resource_type, client, newest)
    return [*listed, found] if found else listed


def remember_creation(resource_type: ResourceType, client: ManagementClient, created: Resource) -> None:
    """Remember an object that this run created for an identity."""
    place = get_place(resource_type, client.path_parameters)
    client.memory.remember_creation(place, created["id"], [_NEWEST])


def is_open(job: Resource) -> bool:
    """Whether a passkey can be bound with a job. An unknown time of expiry is ignored."""
    expiry = parse_time(str(job.get("expire_time") or ""))
    return job.get("state") in OPEN_STATES and (expiry is None or expiry > datetime.now(timezone.utc))


def list_open(jobs: Iterable[Resource]) -> list[Resource]:
    """Return the open jobs, the newest first."""
    return sorted(filter(is_open, jobs), key=lambda job: (str(job.get("create_time")), job["id"]), reverse=True)


def revoke(resource_type: ResourceType, client: ManagementClient, item: Resource) -> Resource:
    """Revoke a passkey or an invitation, and return it as it is now.

    An invitation with which a passkey was bound meanwhile is returned in the state `COMPLETE`.
    """
    operation = find_operation(str(resource_type.revoke_operation))
    body: dict[str, Any] | None = None if operation.body is None else {}
    try:
        response = client.call(operation.name, {resource_type.id_parameter: item["id"]}, body=body)
    except ResponseError as error:
        if error.status == 404:  # another process deleted the identity
            return {**item, "state": REVOKED}
        is_job = resource_type is CREDENTIAL_BINDING_JOB
        if error.status == 409 and is_job:
            return {**item, "state": COMPLETE}
        raise error.with_hint(_HINT_ON_TOKEN if is_job and error.status in (401, 403) else "") from None
    revoked = _verify(resource_type, client, item, response)
    client.memory.remember_deletion(get_place(resource_type, client.path_parameters), item["id"])
    return revoked


def _apply_revocation(resource_type: ResourceType, client: ManagementClient, item: Resource) -> Resource:
    is_revoked = item.get("state") in _LIVE_STATES and client.memory.was_deleted(resource_type.noun, item["id"])
    return {**item, "state": REVOKED} if is_revoked else item


def _verify(resource_type: ResourceType, client: ManagementClient, item: Resource, response: Resource) -> Resource:
    """Return an object after its revocation; raise `StateError` if it is still valid. A response can be from a cache."""
    if response.get("id") == item["id"] and response.get("state") not in _LIVE_STATES:
        return response
    stored = item

    def find() -> Resource | None:
        nonlocal stored
        stored = read_resource(resource_type, client, item["id"]) or {**item, "state": REVOKED}
        return None if stored.get("state") in _LIVE_STATES else stored

    found = wait_until_found(find, get_time())
    if found is None:
        raise StateError(
            f"The {resource_type.noun} {item['id']} is still in the state {sanitize_for_display(stored['state'], 40)} after its "
            "revocation.",
            "Run again. If the error persists, revoke the object in the Admin Console.",
            changed=True,
            id=item["id"],
        )
    return found
