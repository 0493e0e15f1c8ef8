# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How an object is created once, even if the response to its creation is lost or empty, or its name is taken."""

from __future__ import annotations

from collections.abc import Callable

from .._errors import BeyondIdentityError, MalformedResponseError, ResponseError, StateError, TransportError
from .._text import sanitize_for_display
from .client import ManagementClient
from .resource_types import Resource, ResourceType
from .run_memory import SETTLING_TIME, get_place, get_time, wait_until_found

_LOST = (502, 503, 504)  # a gateway lost the response of the service


class NameTakenError(StateError):
    """Another host, run or user created an object of the name first; `found` is the object."""

    def __init__(self, found: Resource) -> None:
        super().__init__("The name is taken.")
        self.found = found


def create_resource(
    resource_type: ResourceType,
    client: ManagementClient,
    wanted: Resource,
    find: Callable[[], Resource | None],
    warn: Callable[[str], None],
    *,
    explain_conflict: Callable[[ResponseError], None] = lambda error: None,
) -> Resource:
    """Create an object and return it. If its response is lost or empty, look for it; the creation is not sent again.

    Args:
        find: finds the object by its name. No object had it before.
        explain_conflict: raises an error that says more than a refusal because of another object, if it can.

    Raises:
        NameTakenError: the service refused the creation because the object was created since.
    """
    limit = SETTLING_TIME

    def find_now() -> Resource | None:
        client.listings.drop()  # an earlier listing does not show the object
        return find()

    try:
        created = _send(resource_type, client, wanted, find_now, explain_conflict)
    except ResponseError as error:
        if error.status < 500:
            raise
        lost = _explain_loss(resource_type, error)
        if error.status not in _LOST:
            limit = 0.0  # one look
    except TransportError as error:
        if not error.sent:
            raise
        lost = _explain_loss(resource_type, error)
    except MalformedResponseError as error:
        lost = _explain_loss(resource_type, error)
    else:
        if isinstance(created.get("id"), str):
            return created
        lost = _build_empty_error(resource_type, created)
    found = _look(find_now, limit)
    if found is None:
        raise lost
    name = sanitize_for_display(found.get("display_name"), 120)
    warn(
        f"The response to the creation of {resource_type.noun} '{name}' was lost or empty. The object was found by its name: "
        f"{sanitize_for_display(found['id'], 80)}. If other runs create objects with this name too, check that this object is yours."
    )
    return found


def _send(
    resource_type: ResourceType,
    client: ManagementClient,
    wanted: Resource,
    find: Callable[[], Resource | None],
    explain_conflict: Callable[[ResponseError], None],
) -> Resource:
    """Send a creation. After a conflict, look for the object, which can be listed late.

    If this run deleted an object of the name, the service can reserve the name for some seconds. Then the creation is sent
    again after each look: it was refused, so it cannot create two objects.
    """

    def create() -> Resource:
        return client.call(resource_type.create_operation, body={resource_type.noun: wanted})

    try:
        return create()
    except ResponseError as error:
        if error.status != 409:
            raise
        conflict = error
    place = get_place(resource_type, client.path_parameters)
    is_reserved = client.memory.was_any_name_deleted(place, wanted)
    is_explained = False

    def resolve() -> Resource | None:
        nonlocal conflict, is_explained
        found = _look(find, 0.0)
        if found:
            raise NameTakenError(found)
        if not is_explained:
            explain_conflict(conflict)
            is_explained = True
        try:
            return create() if is_reserved else None
        except ResponseError as error:
            if error.status != 409:
                raise
            conflict = error
        return None

    created = wait_until_found(resolve, get_time())
    if created is None:
        raise _explain_conflict(resource_type, conflict, is_reserved=is_reserved) from None
    return created


def _explain_conflict(resource_type: ResourceType, error: ResponseError, *, is_reserved: bool) -> ResponseError:
    if is_reserved:
        return error.with_hint(
            f"This run deleted a {resource_type.noun} of the name, and the service can reserve the name for a while. Run again "
            "later, or choose another name."
        )
    return error.with_hint(
        f"An object that the listing of {resource_type.collection} does not show may have the name. Set id to its ID, "
        "which the Admin Console shows, or choose another name."
    )


def _look(find: Callable[[], Resource | None], limit: float) -> Resource | None:
    """Return the object; `None` if it is not found or the search fails, because then the creation's own error says more.

    Args:
        limit: how long to search, in seconds from now: the service may have created the object at the end of a long request.
    """
    try:
        return wait_until_found(find, get_time(), limit)
    except (ResponseError, TransportError):
        return None


def _explain_loss(resource_type: ResourceType, error: BeyondIdentityError) -> BeyondIdentityError:
    """Add to an error that the object may exist."""
    error.message = (
        f"{error.reason} The service may have created the {resource_type.noun}, although its listing does not show it. Wait at "
        f"least a minute, then run again. If you run earlier, the run can create a second {resource_type.noun}."
    )
    return error


def _build_empty_error(resource_type: ResourceType, created: Resource) -> BeyondIdentityError:
    reason = "not a valid" if created else "no body, so not a valid"
    return MalformedResponseError(
        f"{resource_type.create_operation}: unexpected response from the API: {reason} {resource_type.noun} object. "
        "The listing does not show a new object.",
        "Check api_url. If it is correct, run again later.",
        changed=not created,
    )
