# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Roles: from the module's options to the wanted state, which includes the role's scopes and members."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from .._errors import NotFoundError, StateError
from .._oauth.scopes import parse_managed_scopes
from .._text import join_names
from .list_modes import EXACT, combine, refuse_empty_list
from .listed_state import ListedState
from .members import find_group_ids, find_identity_ids
from .resource_lookup import describe_resource
from .resource_server import validate_offered_scopes
from .resource_types import GROUP, IDENTITY, Resource
from .role_resource_servers import RoleServers


@dataclass(frozen=True)
class RoleOptions:
    """The module's options; `None` for each that is not managed."""

    state: str
    display_name: str | None
    description: str | None
    resource_server: str
    scopes: list[str] | None
    scopes_mode: str
    if_scopes_differ: str
    members: dict[str, list[str] | None] | None
    members_mode: str

    @property
    def managed(self) -> dict[str, Any]:
        """The options that can change an existing role, beside its name."""
        return {"description": self.description, "scopes": self.scopes, "members": self.members}

    @property
    def managed_members(self) -> dict[str, list[str]]:
        """The lists of members that are managed, by kind."""
        return {kind: names for kind, names in (self.members or {}).items() if names is not None}

    @property
    def keeps_scopes(self) -> bool:
        """Whether an existing role must have the wanted scopes already."""
        return self.if_scopes_differ == "fail" and self.scopes is not None

    def refuse_empty_lists(self) -> None:
        """Raise `OptionError` if a list is empty, and its mode is not to remove anything."""
        refuse_empty_list("scopes", self.scopes, "scopes_mode", self.scopes_mode)
        for kind, names in self.managed_members.items():
            refuse_empty_list(f"members.{kind}", names, "members_mode", self.members_mode)


def list_operations(options: RoleOptions, servers: RoleServers) -> list[str]:
    """Return the operations that are needed beside those on the role itself."""
    if options.state == "absent":
        # Reading a role's scopes needs the right to read resource servers anyway.
        return [
            *servers.list_operations(is_read=True, may_be_elsewhere=True),
            "ListRoleScopes",
            "DeleteRoleScopes",
            "ListRoleMembers",
            "DeleteRoleMembers",
        ]
    scopes, members = options.scopes, options.managed_members
    needed = {
        "ListRoleScopes": scopes is not None,
        "AddRoleScopes": bool(scopes),
        "DeleteRoleScopes": scopes is not None and options.scopes_mode == EXACT and not options.keeps_scopes,
        "ListRoleMembers": bool(members) or options.keeps_scopes,
        "AddRoleMembers": any(members.values()),
        "DeleteRoleMembers": bool(members) and options.members_mode == EXACT,
        # Adding members needs the right to read them anyway, also if they are given by ID.
        IDENTITY.get_operation: bool(members.get("identities")),
        IDENTITY.list_operation: bool(members.get("identities")),
        GROUP.get_operation: bool(members.get("groups")),
        GROUP.list_operation: bool(members.get("groups")),
    }
    return [
        *servers.list_operations(is_read=scopes is not None, may_be_elsewhere=False),
        *(name for name, is_needed in needed.items() if is_needed),
    ]


class RoleState(ListedState):
    """Brings a role and its lists to the wanted state. The mode of a list decides whether its present items stay."""

    def __init__(self, options: RoleOptions, servers: RoleServers, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.options = options
        self.servers = servers
        self.server: Resource = {}  # the role's resource server

    def find(self) -> Resource | None:
        """Return the role, with the lists that the task manages."""
        found = super().find()
        if found is None and self.id:
            self.servers.refuse_elsewhere(self.client, self.id)
        return found

    def find_object(self) -> Resource | None:
        """Return the role without its lists."""
        try:
            self.server = self.servers.select(self.client)
        except NotFoundError:
            if self.options.state == "absent":
                return None  # without its resource server, the role does not exist
            raise
        return super().find_object()

    def build_wanted(self, existing: Resource | None) -> Resource:
        """Return the managed fields, with members by their IDs."""
        options, present = self.options, existing or {}
        fields = {"display_name": options.display_name, "description": options.description}
        wanted: Resource = {name: value for name, value in fields.items() if value is not None}
        if options.scopes is not None:
            scopes = parse_managed_scopes(options.scopes, "scopes")
            validate_offered_scopes(self.server, scopes)
            wanted["scopes"] = combine(scopes, present.get("scopes"), options.scopes_mode)
            if existing and options.keeps_scopes:
                self._refuse_other_scopes(existing, wanted["scopes"])
        if options.managed_members:
            wanted["members"] = self._build_members(present.get("members") or self.lists.empty["members"])
        return wanted

    def _refuse_other_scopes(self, role: Resource, wanted: list[str]) -> None:
        """Raise `StateError` if the role has other scopes.

        An interrupted creation leaves a role without scopes and members. Its scopes can be added.
        """
        present = role["scopes"]
        if present == wanted or not (present or any(role["members"].values())):
            return
        difference = {"The role lacks": set(wanted) - set(present), "The role also has": set(present) - set(wanted)}
        shown = " ".join(f"{verb} {join_names(sorted(scopes))}." for verb, scopes in difference.items() if scopes)
        raise StateError(
            f"The scopes of the {describe_resource(self.resource_type, role)} differ from the option scopes. {shown}",
            "Use another role, or set scopes to the scopes that the role has.",
            id=role["id"],
        )

    def _build_members(self, present: Mapping[str, list[str]]) -> dict[str, list[str]]:
        mode = self.options.members_mode
        wanted = {
            kind: combine(self._find_ids(kind, names, present[kind]), present[kind], mode)
            for kind, names in self.options.managed_members.items()
        }
        return {**present, **wanted}

    def _find_ids(self, kind: str, names: list[str], present: list[str]) -> list[str]:
        if kind == "groups":
            return self.find_member_ids(names, present, partial(find_group_ids, self.client))
        find = partial(find_identity_ids, self.client, known=self.lists.identities)
        return self.find_member_ids(names, present, find)
