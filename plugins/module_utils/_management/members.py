# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Identities and groups, found by their names."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import ceil

from .._errors import NotFoundError, ResponseError, StateError
from .._ids import is_service_id
from .._text import join_names, sanitize_for_display
from .client import ManagementClient
from .identity_lookup import get_trait, search_username
from .paging import LARGE_PAGE_SIZE, count_pages, is_shifted, read_items
from .resource_lookup import list_referable, list_resources, select_resource, validate_resource
from .resource_types import GROUP, IDENTITY, Resource
from .run_memory import Place, get_place, get_time

IdsByValue = dict[str, set[str]]
"""The IDs of the identities that each ID, username or e-mail address refers to."""


def find_identity_ids(client: ManagementClient, values: Iterable[str], known: Sequence[Resource] = ()) -> list[str]:
    """Return the IDs of the identities with these IDs, usernames or primary e-mail addresses, sorted.

    Text in the form of a service ID is an ID: users can choose their usernames, but not their IDs.
    Each ID and username costs one request at most, and none if the run found it before. If a listing of all identities
    costs less, the listing is read instead. An e-mail address that is not a username needs the listing, because the service
    cannot search for it. If a value is a username, it is not searched among the e-mail addresses, because each search would
    read the whole listing. Another identity with this e-mail address is an error if its listing or `known` shows it.

    N values cost at most min(N, number of the listing's pages) requests. They cost one more request if the realm has more
    than N pages, none of the values is on the first page, and `known` does not show this. Only the first page shows the number of
    pages, so the additional request cannot be avoided: a search first would cost an additional request in a small realm.

    Args:
        known: identities that were already read. No request is needed for their IDs and exact usernames.

    Raises:
        StateError: several identities match a value. The message lists the IDs.
        NotFoundError: no identity matches a value.
    """
    began = get_time()
    wanted = list(dict.fromkeys(values))
    found = {**_recall(client, wanted), **_match(wanted, known)}
    missing = [value for value in wanted if value not in found]
    if len(missing) > ceil((len(known) + len(missing)) / LARGE_PAGE_SIZE):
        found.update(_find_in_listing(client, missing))
    found.update({value: _find_alone(client, value) for value in missing if value not in found})
    addresses = [value for value in missing if "@" in value and not found[value]]
    if addresses:
        found.update(_find_by_address(client, addresses))
    ids = {value: _select_id(value, found[value]) for value in wanted}
    for name in missing:
        if not is_service_id(name):
            client.memory.remember_reference(_get_place(client), name, ids[name], began)
    return sorted(set(ids.values()))


def find_group_ids(client: ManagementClient, values: Iterable[str]) -> list[str]:
    """Return the IDs of the groups with these IDs or names, sorted. The error for no match lists all groups.

    Text in the form of a service ID is an ID.
    """
    wanted = list(values)
    groups = list_referable(GROUP, client, wanted) if wanted else []
    return sorted({select_resource(GROUP, groups, value, _list_group_keys(value))["id"] for value in wanted})


def _list_group_keys(value: str) -> tuple[str, ...]:
    return ("id",) if is_service_id(value) else ("id", "display_name")


def _match(values: Iterable[str], identities: Iterable[Resource], *, is_complete: bool = False) -> IdsByValue:
    """Return the values that some of these identities have as ID or username.

    If another of these identities has the username as its e-mail address, both match, because the value is ambiguous.
    Only if the identities are complete, another spelling is recognized: a partial list may lack the identity that is meant.
    Beyond ASCII, only a search shows which spellings the service takes for the same.
    """
    spell = _lower_ascii if is_complete else str
    ids: IdsByValue = {}
    usernames: IdsByValue = {}
    addresses: IdsByValue = {}
    for item in identities:
        id = validate_resource(IDENTITY, item)["id"]
        ids.setdefault(id, set()).add(id)
        for name, found in (("username", usernames), ("primary_email_address", addresses)):
            if text := get_trait(item, name):
                found.setdefault(spell(text), set()).add(id)

    def find(value: str) -> set[str]:
        if is_service_id(value):
            return ids.get(value, set())
        named = usernames.get(spell(value), set())
        return named | addresses.get(spell(value), set()) if named else set()

    return {value: matched for value in values if (matched := find(value))}


def _lower_ascii(text: str) -> str:
    return text.lower() if text.isascii() else text


def _get_place(client: ManagementClient) -> Place:
    return get_place(IDENTITY, client.path_parameters)


def _recall(client: ManagementClient, values: Iterable[str]) -> IdsByValue:
    """Return the usernames and e-mail addresses that the run found before."""
    recalled = {
        name: client.memory.find_reference(_get_place(client), name) for name in values if not is_service_id(name)
    }
    return {name: {id} for name, id in recalled.items() if id}


def _find_by_address(client: ManagementClient, addresses: Iterable[str]) -> IdsByValue:
    """Return the IDs of the identities with these primary e-mail addresses, which are case-insensitive."""
    ids: IdsByValue = {}
    since = client.memory.get_write_time(IDENTITY.noun)
    for item in list_resources(IDENTITY, client, {"page_size": LARGE_PAGE_SIZE}, since=since).items:
        if address := get_trait(item, "primary_email_address"):
            ids.setdefault(address.casefold(), set()).add(validate_resource(IDENTITY, item)["id"])
    return {address: ids.get(address.casefold(), set()) for address in addresses}


def _find_in_listing(client: ManagementClient, values: Sequence[str]) -> IdsByValue:
    """Return the values that the listing of identities has. The reading ends if the missing values cost fewer requests."""
    operation, parameters = IDENTITY.list_operation, {"page_size": LARGE_PAGE_SIZE}
    pages: list[Resource] = []
    listed: list[Resource] = []
    found: IdsByValue = {}
    number = 0.0  # of pages
    for page in client.list_pages(operation, parameters):
        items = read_items(operation, IDENTITY.collection, page)
        number = number or count_pages(page, items)
        pages.append(page)
        listed += items
        found.update(_match([value for value in values if value not in found], items))
        if number - len(pages) > len(values) - len(found):
            return found
    return _match(values, listed, is_complete=not is_shifted(pages, parameters))


def _find_alone(client: ManagementClient, value: str) -> set[str]:
    """Return the IDs of the identities with this ID or username, with one request."""
    return _find_by_id(client, value) if is_service_id(value) else _find_by_username(client, value)


def _select_id(value: str, ids: set[str]) -> str:
    if len(ids) != 1:
        error = StateError if ids else NotFoundError
        raise error(
            f"The managed realm has {'several identities' if ids else 'no identity'} with the ID, username or e-mail address "
            f"'{sanitize_for_display(value, 120)}'{f': {join_names(ids)}' if ids else ''}.",
            "Use the ID instead." if ids else "The module identity_info lists all identities.",
        )
    return next(iter(ids))


def _find_by_id(client: ManagementClient, value: str) -> set[str]:
    try:
        return {validate_resource(IDENTITY, client.call(IDENTITY.get_operation, {IDENTITY.id_parameter: value}))["id"]}
    except ResponseError as error:
        if error.status not in (400, 404):
            raise
        return set()


def _find_by_username(client: ManagementClient, value: str) -> set[str]:
    return {validate_resource(IDENTITY, item)["id"] for item in search_username(client, value)}
