# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the kinds of objects in a realm have in common."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from . import identifiers
from .errors import Violations
from .paging import PageSizes
from .state import Realm, Record, Tenant

Builder = Callable[[Realm, Record, "Record | None", Violations], Record]
Hook = Callable[[Tenant, Realm, Record], None]

SMALL_PAGES = PageSizes(default=20, maximum=200)
"""Of realms, identities, groups and roles, and of the lists of who belongs to what."""
LARGE_PAGES = PageSizes()


def do_nothing(_tenant: Tenant, _realm: Realm, _record: Record) -> None:
    """Do nothing."""


@dataclass(frozen=True)
class ObjectType:
    """One kind of object: its names in operations, bodies and errors, and the function that makes a record of a request."""

    singular: str
    plural: str
    envelope: str
    collection: str
    build: Builder
    parent: str | None = None
    """The envelope of the kind that holds it, where its path goes through another object."""
    new_id: Callable[[], str] = identifiers.generate_object_id
    sizes: PageSizes = LARGE_PAGES
    is_dated: bool = False
    """Whether it tells when it was created and updated."""
    after_update: Hook = do_nothing
    before_delete: Hook = do_nothing
    """May refuse, by raising an error."""

    @property
    def key(self) -> str:
        """Return the name of the path parameter that holds its id."""
        return f"{self.envelope}_id"
