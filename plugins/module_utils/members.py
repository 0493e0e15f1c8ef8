# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Identities and groups, found by what people call them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

from .errors import ResponseError, StateError
from .management import Management
from .resource import GROUP, IDENTITY, Object, checked, pick
from .text import is_identifier, one_line


def identity_ids(management: Management, values: Iterable[str], known: Iterable[Object] = ()) -> list[str]:
    """The ids of the identities with these ids or usernames; the usernames of those that are ``known`` cost no search."""
    known_ids = _by_username(known)
    return sorted({_identity_id(management, value, known_ids) for value in dict.fromkeys(values)})


def group_ids(management: Management, values: Iterable[str]) -> list[str]:
    """The ids of the groups with these ids or names."""
    wanted = list(values)
    groups = list(management.all(GROUP.list, GROUP.collection)) if wanted else []
    return sorted({pick(GROUP, groups, value, ("id", "display_name"))["id"] for value in wanted})


def username_filter(username: str) -> str:
    """The one filter that listing identities knows (RFC 7644 section 3.4.2.2)."""
    return f"traits.username eq {json.dumps(username, ensure_ascii=False)}"


def is_named(item: Object, username: str) -> bool:
    """Usernames are the same in lower and upper case."""
    there = _username(item)
    return there is not None and there.casefold() == username.casefold()


def _username(item: Object) -> str | None:
    traits = item.get("traits")
    username = traits.get("username") if isinstance(traits, dict) else None
    return username if isinstance(username, str) else None


def _by_username(identities: Iterable[Object]) -> dict[str, set[str]]:
    """Ids by usernames to the letter: which others the service takes for the same, a search tells."""
    ids: dict[str, set[str]] = {}
    for item in identities:
        username = _username(item)
        if username:
            ids.setdefault(username, set()).add(checked(IDENTITY, item)["id"])
    return ids


def _identity_id(management: Management, value: str, known: Mapping[str, set[str]]) -> str:
    """An id goes first: people may choose their usernames, but not their ids."""
    ids = _with_id(management, value) or known.get(value) or _with_username(management, value)
    if len(ids) != 1:
        raise StateError(
            f"There {'are several identities' if ids else 'is no identity'} with the id or username "
            f"'{one_line(value, 120)}' in the managed realm.",
            "The module identity_info lists them.",
        )
    return next(iter(ids))


def _with_id(management: Management, value: str) -> set[str]:
    if not is_identifier(value):  # not every username looks like an id
        return set()
    try:
        return {checked(IDENTITY, management.call(IDENTITY.get, {"identity_id": value}))["id"]}
    except ResponseError as error:
        if error.status not in (400, 404):
            raise
        return set()


def _with_username(management: Management, value: str) -> set[str]:
    listed = management.all(IDENTITY.list, IDENTITY.collection, {"filter": username_filter(value)})
    return {checked(IDENTITY, item)["id"] for item in listed if is_named(item, value)}
