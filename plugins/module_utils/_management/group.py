# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Groups: from the module's options to the wanted state, which includes the group's members."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

from .._errors import OptionError
from .list_modes import EXACT, combine, refuse_empty_list
from .listed_state import ListedState
from .members import find_identity_ids
from .resource_types import IDENTITY, Resource


@dataclass(frozen=True)
class GroupOptions:
    """The module's options; `None` for each that is not managed."""

    state: str
    display_name: str | None
    description: str | None
    members: list[str] | None
    members_mode: str

    @property
    def managed(self) -> Resource:
        """The options that can change an existing group, beside its name."""
        return {"description": self.description, "members": self.members}

    def refuse_empty_lists(self) -> None:
        """Raise `OptionError` if the list is empty, and its mode is not to remove anything."""
        refuse_empty_list("members", self.members, "members_mode", self.members_mode)


def list_operations(options: GroupOptions) -> list[str]:
    """Return the operations that are needed in addition to the operations on the group itself."""
    if options.state == "absent":
        return ["ListGroupMembers", "DeleteGroupMembers"]
    needed = {
        "ListGroupMembers": options.members is not None,
        "AddGroupMembers": bool(options.members),
        "DeleteGroupMembers": options.members is not None and options.members_mode == EXACT,
        # Reading members needs the right to read identities anyway.
        IDENTITY.get_operation: bool(options.members),
        IDENTITY.list_operation: bool(options.members),
    }
    return [name for name, is_needed in needed.items() if is_needed]


class GroupState(ListedState):
    """Brings a group and its members to the wanted state. The mode of the list decides whether present members stay."""

    def __init__(self, options: GroupOptions, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.options = options

    def build_wanted(self, existing: Resource | None) -> Resource:
        """Return the managed fields, with members by their IDs. The service creates no group without a description."""
        options = self.options
        fields = {"display_name": options.display_name, "description": options.description}
        wanted: Resource = {name: value for name, value in fields.items() if value is not None}
        if existing is None:
            wanted.setdefault("description", options.display_name)
            if not wanted["description"]:
                raise OptionError(
                    "A new group needs a description.", "Omit description to use the display name, or set a text."
                )
        if options.members is not None:
            present: list[str] = (existing or {}).get("members") or []
            find = partial(find_identity_ids, self.client, known=self.lists.identities)
            ids = self.find_member_ids(options.members, present, find)
            wanted["members"] = combine(ids, present, options.members_mode)
        return wanted
