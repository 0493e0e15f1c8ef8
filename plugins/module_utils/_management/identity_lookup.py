# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How identities are searched by their usernames, with this run's own writes."""

from __future__ import annotations

import json

from .._errors import StateError
from .._text import join_names, sanitize_for_display
from .client import ManagementClient
from .names import normalize_name
from .resource_lookup import drop_deleted, list_resources, read_resource, validate_resource
from .resource_types import IDENTITY, Resource


def build_username_filter(username: str) -> str:
    """Return the only filter of the listing of identities (RFC 7644 section 3.4.2.2)."""
    return f"traits.username eq {json.dumps(username, ensure_ascii=False)}"


def get_trait(item: Resource, name: str) -> str | None:
    """Return a trait of an identity, if it is a text."""
    traits = item.get("traits")
    value = traits.get(name) if isinstance(traits, dict) else None
    return value if isinstance(value, str) else None


def has_trait(item: Resource, name: str, value: str) -> bool:
    """Whether an identity has this username or e-mail address. Both are case-insensitive."""
    present = get_trait(item, name)
    return present is not None and present.casefold() == value.casefold()


def search_username(client: ManagementClient, username: str) -> list[Resource]:
    """Return the identities with this username that the service finds, and the identity that this run gave the username.

    The service can list an identity late. So if it finds none, the identity that this run gave the username is read by its ID.
    """
    query = {"filter": build_username_filter(username)}
    listing = list_resources(IDENTITY, client, query, since=client.memory.get_write_time(IDENTITY.noun))
    found = [item for item in drop_deleted(IDENTITY, client, listing.items) if has_trait(item, "username", username)]
    id = client.memory.find_id_by_username(username)
    if found or id is None:
        return found
    own = read_resource(IDENTITY, client, id)
    return [own] if own and has_trait(own, "username", username) else []


def find_identities(client: ManagementClient, username: str) -> list[Resource]:
    """Return the identities with this username as they are now; usernames are unique.

    If no identity has it, the one whose username is equal after normalization is searched: the service may store this form.
    """
    for name in dict.fromkeys((username, normalize_name(username))):
        found = [current for item in search_username(client, name) for current in _read_current(client, item, name)]
        if found:
            return found
    return []


def find_identity(client: ManagementClient, username: str) -> Resource | None:
    """Return the identity with this username as it is now, or `None`.

    Raises:
        StateError: several identities have the username. The message lists their IDs.
    """
    found = find_identities(client, username)
    if len(found) > 1:
        raise StateError(
            f"{len(found)} identities have the username '{sanitize_for_display(username, 120)}': "
            f"{join_names(item.get('id') for item in found)}.",
            "Set id to choose one.",
        )
    return validate_resource(IDENTITY, found[0]) if found else None


def _read_current(client: ManagementClient, item: Resource, username: str) -> list[Resource]:
    """Return an identity as it is after this run's writes, unless a write renamed it. A listing may show it as it was."""
    id = str(item.get("id"))
    if client.memory.get_write_time(IDENTITY.noun, id) is None:
        return [item]
    current = read_resource(IDENTITY, client, id)
    return [current] if current and has_trait(current, "username", username) else []
