# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The operations that only identities have."""

from __future__ import annotations

import json
import re

from ..model.state import Record
from ..web.errors import ApiError, Violations
from .directory_fields import fold_username
from .group_members import find_objects, read_strings
from .object_type import SMALL_PAGES
from .object_types import BY_ENVELOPE
from .objects import delete_object
from .operation_call import Call, Handler, read_document

FILTER = re.compile(r'\s*traits\.username\s+eq\s+("(?:[^"\\]|\\.)*")\s*', re.IGNORECASE)
IDENTITY = BY_ENVELOPE["identity"]


def build_handlers() -> dict[str, Handler]:
    """Return the handlers of the operations, by name."""
    return {
        "ListIdentities": list_identities,
        "BatchDeleteIdentities": delete_identities,
        "ListIdentityGroups": list_groups,
    }


def list_identities(call: Call) -> Record:
    """List identities; only the documented filter is supported."""
    listing = call.read_listing(SMALL_PAGES)
    identities = call.list_visible(IDENTITY)
    if listing.filter is not None:
        wanted = _username(listing.filter)
        identities = {key: record for key, record in identities.items() if fold_username(record) == wanted}
    return listing.build_page("identities", identities)


def _username(text: str) -> str:
    """Return the username in a filter."""
    match = FILTER.fullmatch(text)
    violations = Violations()
    name = ""
    try:
        name = json.loads(match[1]) if match else ""
    except ValueError:
        match = None
    if match is None:
        violations.add("filter", 'must be: traits.username eq "..."')
    violations.raise_if_any()
    return name.casefold()


def delete_identities(call: Call) -> None:
    """Delete identities: all of them or, after an error, none."""
    violations = Violations()
    ids = read_strings(read_document(), "ids", violations)
    if len(set(ids)) < len(ids):
        violations.add("ids", "repeated id")
    violations.raise_if_any()
    unknown = [identifier for identifier in ids if identifier not in call.list_objects(IDENTITY)]
    if unknown:
        text = "identities not found"
        errors = [{"Description": text, "IDs": unknown, "ResourceType": IDENTITY.singular}]
        described = "errors encountered performing batch operation"
        raise ApiError(404, text, [{"type": "BatchOperationErrors", "description": described, "errors": errors}])
    for identifier in ids:
        delete_object(call, IDENTITY, call.realm.objects[IDENTITY.collection][identifier])


def list_groups(call: Call) -> Record:
    """List the groups that an identity belongs to."""
    ids = call.realm.group_identities.holders_of(call.find("identity")["id"])
    return call.build_page("groups", find_objects(call, "group", ids), SMALL_PAGES)
