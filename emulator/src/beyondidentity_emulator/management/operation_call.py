# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An authorized request, as the handlers of the operations receive it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from flask import request

from ..model.state import Realm, Record, Tenant, World
from ..web.errors import ApiError, Violations, not_found
from .bearer import Target
from .object_type import ObjectType
from .object_types import BY_ENVELOPE
from .paging import Listing, PageSizes, PageStyle

T = TypeVar("T")


@dataclass(frozen=True)
class Call:
    """The target and path parameters of a request."""

    world: World
    target: Target
    parameters: Mapping[str, str]

    @property
    def tenant(self) -> Tenant:
        """Return the tenant."""
        return self.target.tenant

    @property
    def realm(self) -> Realm:
        """Return the realm that the path names."""
        if self.target.realm is None:
            raise ApiError(404)
        return self.target.realm

    def find(self, envelope: str) -> Record:
        """Return the object that the path names; raise 404 if it does not exist."""
        object_type = BY_ENVELOPE[envelope]
        record = self.list_objects(object_type).get(self.parameters[object_type.key])
        if record is None:
            raise not_found(object_type.singular, self.parameters[object_type.key])
        return record

    def find_in(self, collection: str, singular: str, parameter: str) -> Record:
        """Return the object of a collection whose ID is a path parameter; raise 404 if it does not exist."""
        identifier = self.parameters[parameter]
        record = self.realm.objects[collection].get(identifier)
        if record is None:
            raise not_found(singular, identifier)
        return record

    def list_objects(self, object_type: ObjectType) -> dict[str, Record]:
        """Return all objects of a type by ID: those of the realm, or those below the parent object in the path."""
        records = self.realm.objects[object_type.collection]
        if object_type.parent is None:
            return records
        parent = self.find(object_type.parent)
        name = f"{object_type.parent}_id"
        return {identifier: record for identifier, record in records.items() if record[name] == parent["id"]}

    def list_visible(self, object_type: ObjectType) -> dict[str, Record]:
        """Return the objects of a type as lists show them, which can be later than their changes."""
        visible = self.apply_delays(self.realm.id, object_type.collection, self.list_objects(object_type))
        if object_type.parent is None:
            return visible
        name = f"{object_type.parent}_id"
        parent_id = self.parameters[name]
        return {identifier: record for identifier, record in visible.items() if record[name] == parent_id}

    def apply_delays(self, realm_id: str, collection: str, entries: dict[str, T]) -> dict[str, T]:
        """Return entries without new ones, with deleted ones, and with others as they were before."""
        settings, changes = self.tenant.settings, self.tenant.changes
        if not (settings.listing_delay or settings.deleted_delay or settings.changed_delay):
            return entries
        visible = {
            identifier: changes.find_previous(identifier, settings.changed_delay) or entry
            for identifier, entry in entries.items()
            if not changes.is_unlisted(identifier, settings.listing_delay)
        }
        deleted = changes.list_deleted((realm_id, collection), settings.deleted_delay)
        for identifier, entry in deleted.items():
            if not changes.is_unlisted(identifier, settings.listing_delay):
                visible[identifier] = entry
        return visible

    def read_listing(self, sizes: PageSizes, *prefixes: str, sortable: Sequence[str] = ()) -> Listing:
        """Return the requested page's position, size and order."""
        settings = self.tenant.settings
        if settings.page_size_maximum is not None:
            sizes = replace(sizes, limit=settings.page_size_maximum)
        style = PageStyle(
            by_offset=settings.paging == "offset",
            null_token=settings.null_page_token,
            capped=settings.large_page_size == "cap",
        )
        return Listing(request.args, sizes, request.path, prefixes or ("",), style, sortable)

    def build_page(
        self, name: str, entries: Mapping[str, T], sizes: PageSizes, show: Callable[[T], Any] = lambda item: item
    ) -> Record:
        """Return one page of a list of entries by ID."""
        return self.read_listing(sizes).build_page(name, entries, show)


Handler = Callable[[Call], "Record | None"]


def read_document() -> Record:
    """Return the JSON object of a request's body."""
    found = request.get_json(silent=True)
    if not isinstance(found, dict):
        raise ApiError(400, "invalid request")
    return found


def read_body(envelope: str) -> Record:
    """Return the object in a request's JSON body."""
    found = read_document()
    violations = Violations()
    if not isinstance(found.get(envelope), dict):
        violations.add(envelope, "is required")
    violations.raise_if_any()
    return found[envelope]
