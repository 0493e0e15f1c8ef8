# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The managed realm: found by its display name once per run, and limited to one realm if the run is pinned."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

from .._errors import BeyondIdentityError, NotFoundError, OptionError, ResponseError, SignInRequiredError, StateError
from .._predicted import is_predicted
from .._text import join_names, sanitize_for_display
from .client import ManagementClient
from .resource_lookup import find_named, validate_resource
from .resource_types import REALM
from .run_memory import get_place, get_time

LOOKUP_OPERATIONS = REALM.list_lookup_operations(by_id=False)

_REFUSED_SCOPES = ("invalid_scope", "insufficient_scope", "access_denied")
_ADVICE = (
    "To find a realm by its name, the task needs the scope realms:read. If the application must not have this scope, set realm_id "
    "instead of realm."
)


def find_realm_id(
    name: str, client: ManagementClient, exclude_others: Callable[[], AbstractContextManager[None]]
) -> str:
    """Return the ID of the only realm with this name.

    The ID stays in the run's store until the run ends. So a name means the same realm in the whole run, even if another
    process renames realms. If the run itself renames or deletes the realm, or gives another realm the name, the name
    is looked up again.

    Args:
        client: a client for `LOOKUP_OPERATIONS`.
        exclude_others: excludes the run's other hosts from the same lookup.

    Raises:
        NotFoundError: no realm has the name.
        StateError: several realms have the name. The message lists their IDs.
    """
    key = _build_key(name, client)
    kept = _read_kept(name, key, client)
    if kept is not None:
        return kept
    with exclude_others():
        kept = _read_kept(name, key, client)
        return kept if kept is not None else _look_up(name, key, client)


def refuse_other_name(realm: str, found_id: str, given_id: str | None) -> None:
    """Raise `OptionError` if `realm` and `realm_id` are both set, and name two realms."""
    if given_id not in (None, found_id):
        raise OptionError(
            f"realm is '{sanitize_for_display(realm, 120)}', which is the realm {found_id}, but realm_id is {given_id}.",
            'Remove one of the two. To replace a value of module_defaults, set it to "{{ omit }}" in the task.',
        )


def _build_key(name: str, client: ManagementClient) -> list[Any]:
    """Return everything that decides which realms the credential sees. A store writes only a digest of the key."""
    connection = client.connection
    credential = [
        connection.credential_type,
        connection.access_token,
        connection.auth_url,
        connection.auth_realm_id,
        connection.application_id,
        connection.client_id,
        connection.client_secret,
    ]
    return ["realm ID", connection.api_url, connection.tenant_id, *credential, name]


def _read_kept(name: str, key: list[Any], client: ManagementClient) -> str | None:
    """Return the ID that the run found before, unless the run renamed or deleted the realm, or gave another realm the name."""
    memory = client.memory
    entry = memory.store.get(key) if memory.store else None
    if entry is None:
        return None
    id: str = entry["id"]
    is_changed = memory.was_changed_since(REALM.noun, id, entry["at"])
    is_reused = memory.was_name_given_since(get_place(REALM, {}), name, id, entry["at"])
    return None if is_changed or is_reused else id


def _look_up(name: str, key: list[Any], client: ManagementClient) -> str:
    began = get_time()
    try:
        found = find_named(REALM, client, name)
    except (ResponseError, SignInRequiredError) as error:
        if _lacks_scope(error):
            error.message = f"{error.message} {_ADVICE}"
        raise
    shown = sanitize_for_display(name, 120)
    if not found:
        raise NotFoundError(
            f"The tenant has no realm named '{shown}'.", "Check realm. The module realm_info lists all realms."
        )
    if len(found) > 1:
        raise StateError(
            f"{len(found)} realms are named '{shown}': {join_names(item.get('id') for item in found)}.",
            "Set realm_id to choose one.",
        )
    id: str = validate_resource(REALM, found[0])["id"]
    if client.memory.store and not is_predicted(id):
        client.memory.store.put(key, {"id": id, "at": began})
    return id


def _lacks_scope(error: BeyondIdentityError) -> bool:
    if isinstance(error, ResponseError):
        return error.status == 403 or error.code in _REFUSED_SCOPES
    return True  # the stored sign-in was not granted the scope, or no sign-in is stored
