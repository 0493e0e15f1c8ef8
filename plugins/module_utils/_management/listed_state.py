# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How an object with lists that have operations of their own reaches its wanted state."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from .._errors import BeyondIdentityError, ResponseError
from .object_lists import ObjectLists
from .resource_state import ResourceState, mark_as_changed
from .resource_types import Resource


class ListedState(ResourceState):
    """Brings an object and its lists to the wanted state. The object has those lists that the task manages."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.lists = ObjectLists(self.resource_type, self.client)

    def find(self) -> Resource | None:
        """Return the object, with the lists that the task manages."""
        found = self.find_object()
        return {**found, **self.lists.read(found["id"])} if found else None

    def find_object(self) -> Resource | None:
        """Return the object without its lists."""
        return super().find()

    def find_member_ids(
        self, names: list[str], present: list[str], find: Callable[[list[str]], list[str]]
    ) -> list[str]:
        """Return the IDs of members. An ID of a present member costs no request.

        Args:
            find: returns the IDs of members with other IDs or names.
        """
        known = set(names) & set(present)
        return [*known, *find([name for name in names if name not in known])]

    def _create(self, wanted: Resource) -> Resource:
        fields, lists = self.lists.split(wanted)
        created = super()._create(fields)
        with mark_as_changed(created["id"]):
            self._write_lists(created["id"], {}, lists)
        return {**created, **lists}

    def _update(self, before: Resource, changes: Resource) -> Resource:
        (fields, lists), (present, present_lists) = self.lists.split(changes), self.lists.split(before)
        after = super()._update(present, fields) if fields else present
        with mark_as_changed(before["id"]) if fields else self._mark_if_written(before["id"]):
            self._write_lists(before["id"], present_lists, lists)
        return {**after, **present_lists, **lists}

    def _write_lists(self, id: str, present: Resource, wanted: Resource) -> None:
        self.lists.write(id, present, wanted)
        if not self.client.is_predicting:
            self.lists.verify(id, present, wanted)

    @contextmanager
    def _mark_if_written(self, id: str) -> Iterator[None]:
        """Add to an error that the object was changed, if the task changed a list before."""
        try:
            yield
        except BeyondIdentityError as error:
            if self.lists.is_written:
                error.details.update(changed=True, id=id)
            raise

    def _delete(self, before: Resource) -> None:
        """Empty the lists first: the service does not delete a role or a group that has members, or a role with scopes."""
        with self._mark_if_written(before["id"]):
            try:
                self.lists.write(before["id"], before, self.lists.empty)
            except ResponseError as error:
                if error.status != 404:  # another process removed the object or a member; the deletion shows which
                    raise
            super()._delete(before)
