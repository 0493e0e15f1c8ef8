# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Identities and groups, found by their names."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

from .._errors import ResponseError, StateError
from .._ids import is_valid_id
from .._text import sanitize_for_display
from .client import ManagementClient
from .resource_lookup import list_referable, select_resource, validate_resource
from .resource_types import GROUP, IDENTITY, Resource


def find_identity_ids(client: ManagementClient, values: Iterable[str], known: Iterable[Resource] = ()) -> list[str]:
    """Return the IDs of the identities with these IDs or usernames, sorted.

    Args:
        known: identities that were already read. A search is not needed for their exact usernames.

    Raises:
        StateError: no identity, or several, have the ID or username.
    """
    known_ids = _index_by_username(known)
    return sorted({_find_identity_id(client, value, known_ids) for value in dict.fromkeys(values)})


def find_group_ids(client: ManagementClient, values: Iterable[str]) -> list[str]:
    """Return the IDs of the groups with these IDs or names, sorted. The error for no match lists all groups."""
    wanted = list(values)
    groups = list_referable(GROUP, client, wanted) if wanted else []
    return sorted({select_resource(GROUP, groups, value, ("id", "display_name"))["id"] for value in wanted})


def build_username_filter(username: str) -> str:
    """Return the one filter that the listing of identities has (RFC 7644 section 3.4.2.2)."""
    return f"traits.username eq {json.dumps(username, ensure_ascii=False)}"


def has_username(item: Resource, username: str) -> bool:
    """Whether an identity has this username. Usernames are case-insensitive."""
    present = _get_username(item)
    return present is not None and present.casefold() == username.casefold()


def _get_username(item: Resource) -> str | None:
    traits = item.get("traits")
    username = traits.get("username") if isinstance(traits, dict) else None
    return username if isinstance(username, str) else None


def _index_by_username(identities: Iterable[Resource]) -> dict[str, set[str]]:
    """Return IDs by exact username. Only a search shows which other spellings the service takes for the same."""
    ids: dict[str, set[str]] = {}
    for item in identities:
        username = _get_username(item)
        if username:
            ids.setdefault(username, set()).add(validate_resource(IDENTITY, item)["id"])
    return ids


def _find_identity_id(client: ManagementClient, value: str, known: Mapping[str, set[str]]) -> str:
    """Return the identity's ID. An ID comes first: users may choose their usernames, but not their IDs."""
    ids = _find_by_id(client, value) or known.get(value) or _find_by_username(client, value)
    if len(ids) != 1:
        raise StateError(
            f"The managed realm has {'several identities' if ids else 'no identity'} with the ID or username "
            f"'{sanitize_for_display(value, 120)}'.",
            "The module identity_info lists all identities.",
        )
    return next(iter(ids))


def _find_by_id(client: ManagementClient, value: str) -> set[str]:
    if not is_valid_id(value):  # such a value can only be a username
        return set()
    try:
        return {validate_resource(IDENTITY, client.call(IDENTITY.get_operation, {IDENTITY.id_parameter: value}))["id"]}
    except ResponseError as error:
        if error.status not in (400, 404):
            raise
        return set()


def _find_by_username(client: ManagementClient, value: str) -> set[str]:
    found = client.list_all(IDENTITY.list_operation, IDENTITY.collection, {"filter": build_username_filter(value)})
    return {validate_resource(IDENTITY, item)["id"] for item in found if has_username(item, value)}
