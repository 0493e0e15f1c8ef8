# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Changes of a list between two of its pages."""

from __future__ import annotations

from dataclasses import replace

from flask import request

from ..model import identifiers
from ..model.issued_tokens import IssuedToken
from ..model.state import Realm, Record
from .object_type import ObjectType
from .object_types import OBJECT_TYPES
from .objects import delete_object
from .operation_call import Call
from .paging import Cursor, read_first_cursor

BY_COLLECTION = {object_type.collection: object_type for object_type in OBJECT_TYPES}
SHIFTED = "Shifted"
"""The display name of an inserted object."""


def shift_list(call: Call, how: str, response: Record) -> None:
    """Delete one of the objects on a page, or insert one before the next page, if there is a next page."""
    token = response.get("next_page_token")
    cursor = read_first_cursor(token) if token else None
    if cursor is None:
        return
    if "realms" in response:
        _shift_realms(call, how, response["realms"], cursor)
    elif "tokens" in response:
        _shift_tokens(call, how, response["tokens"], cursor)
    for name in response.keys() & BY_COLLECTION.keys():
        _shift_objects(call, how, BY_COLLECTION[name], response[name], cursor)


def _shift_realms(call: Call, how: str, shown: list[Record], cursor: Cursor) -> None:
    realms = call.tenant.realms
    if how == "insert":
        identifier = _generate_before(cursor, identifiers.generate_realm_id())
        realms[identifier] = Realm({**shown[0], "id": identifier, "display_name": SHIFTED})
        return
    chosen = [record["id"] for record in shown if record["id"] != call.tenant.admin_realm_id]
    for identifier in chosen[:1]:
        del realms[identifier]


def _shift_tokens(call: Call, how: str, shown: list[Record], cursor: Cursor) -> None:
    own = request.headers.get("Authorization", "").partition(" ")[2]  # the request for the next page needs it
    tokens: list[IssuedToken] = [call.tenant.tokens[record["id"]] for record in shown]
    token = next(token for token in tokens if token.value != own)
    if how == "delete":
        token.revoked = True
        return
    value = identifiers.generate_alphanumeric(64)
    identifier = _generate_before(cursor, identifiers.generate_token_id())
    call.world.add_token(replace(token, id=identifier, value=value))


def _shift_objects(call: Call, how: str, object_type: ObjectType, shown: list[Record], cursor: Cursor) -> None:
    chosen = [record for record in shown if not record.get("is_managed")]
    if how == "delete":
        for record in chosen[:1]:
            delete_object(call, object_type, record)
        return
    identifier = _generate_before(cursor, object_type.new_id())
    record = {**shown[0], "id": identifier, "display_name": SHIFTED}
    if "is_managed" in record:
        record["is_managed"] = False
    call.realm.objects[object_type.collection][identifier] = record


def _generate_before(cursor: Cursor, example: str) -> str:
    """Return an ID like the example that belongs before the next page of a list in no particular order."""
    generate = identifiers.generate_object_id if "-" in example else identifiers.generate_short_id
    while True:
        identifier = generate()
        if cursor.precedes(identifier):
            return identifier
