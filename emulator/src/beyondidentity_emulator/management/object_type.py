# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The description of one type of objects in a realm."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ..model import identifiers
from ..model.state import Realm, Record, Tenant
from ..web.errors import Violations
from .paging import PageSizes

Builder = Callable[[Realm, Record, "Record | None", Violations], Record]
Hook = Callable[[Tenant, Realm, Record], None]

SMALL_PAGES = PageSizes(default=20, maximum=200)
"""For realms, identities, groups, roles and lists of members."""
LARGE_PAGES = PageSizes()


def do_nothing(_tenant: Tenant, _realm: Realm, _record: Record) -> None:
    """Do nothing."""


@dataclass(frozen=True)
class ObjectType:
    """One type of objects: its names in operations, bodies and errors, and the function that builds a record."""

    singular: str
    plural: str
    envelope: str
    collection: str
    build: Builder
    parent: str | None = None
    """The envelope of the parent's type, if the path contains a parent object."""
    new_id: Callable[[], str] = identifiers.generate_object_id
    sizes: PageSizes = LARGE_PAGES
    filterable: tuple[str, ...] = ()
    """Fields that a filter of the list can compare."""
    sortable: tuple[str, ...] = ()
    """Fields by which the list can be ordered."""
    is_dated: bool = False
    """Whether the objects have `create_time` and `update_time`."""
    after_update: Hook = do_nothing
    before_delete: Hook = do_nothing
    """Can refuse the deletion by raising an error."""

    @property
    def key(self) -> str:
        """Return the name of the path parameter for the ID."""
        return f"{self.envelope}_id"
