# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read roles."""

from __future__ import annotations

DOCUMENTATION = r"""
module: role_info
short_description: Read Beyond Identity roles
version_added: 0.1.0
description:
  - Reads all roles of a resource server, the roles with one name, or one role by its ID. Returns an empty list if nothing matches.
  - To read the scopes of a role, call C(ListRoleScopes) with M(beyondidentity.management.api).
  - The module requests a token for C(ListRoles), or for C(GetRole) with O(id). With O(members), the token also allows C(ListRoleMembers).
author:
  - Beyond Identity Management collection contributors (@beyondidentity)
extends_documentation_fragment:
  - beyondidentity.management.connection
  - beyondidentity.management.managed_realm
  - beyondidentity.management.attributes
  - beyondidentity.management.attributes.no_diff
options:
  id:
    description:
      - The ID of one role.
      - If O(resource_server) is a name, and another resource server has the role, the module fails and names the other resource server.
    type: str
  display_name:
    description: Display name. The module returns all roles that have it.
    type: str
  resource_server:
    description:
      - The resource server that the roles belong to, by ID, identifier or name. The default is the Management API's own.
      - Text in the form of an ID (16 hexadecimal digits or a UUID) is always an ID.
      - If several resource servers have the name, the module fails and lists their IDs.
      - An ID needs no right to read resource servers.
    type: str
    default: beyondidentity
  members:
    description:
      - Whether to read the members of each returned role. Members are IDs.
      - This costs one request for each role, and one more for each further 200 members. It also needs the scopes C(groups:read) and C(identities:read).
    type: bool
    default: false
seealso:
  - module: beyondidentity.management.role
  - module: beyondidentity.management.api
"""

EXAMPLES = r"""
- name: Read all roles that carry scopes of the Management API
  beyondidentity.management.role_info:
  register: all

- name: Read the scopes of each
  beyondidentity.management.api:
    operation: ListRoleScopes
    parameters:
      resource_server_id: "{{ item.resource_server_id }}"
      role_id: "{{ item.id }}"
    all_pages: true
  loop: "{{ all.roles }}"
  loop_control:
    label: "{{ item.display_name }}"
  register: scopes

- name: An API of our own
  beyondidentity.management.resource_server:
    display_name: Pet API
    identifier: https://api.pets.example.com
    scopes: [pets:read, pets:write]

- name: Read its roles
  beyondidentity.management.role_info:
    resource_server: Pet API
    members: true
"""

RETURN = r"""
roles:
  description:
    - The roles as the API returns them. With O(members), each has C(members), a dictionary with the sorted IDs of C(identities) and C(groups).
  returned: success
  type: list
  elements: dict
  sample:
    - id: fb785d40cbe4fc0d
      display_name: Realm readers
      description: Can read realms.
      resource_server_id: 7b5a4325-00e0-4379-bd7b-3e5e7e30b09e
      members: {identities: [e372db224c06e850], groups: []}
predicted:
  description: Whether the result is, at least in part, a prediction of check mode.
  returned: in check mode, if something is predicted
  type: bool
  sample: true
requests:
  description: The number of HTTP requests that the task sent, including the token request.
  returned: success
  type: int
  sample: 2
"""

from ansible_collections.beyondidentity.management.plugins.module_utils._management.object_lists import ObjectLists
from ansible_collections.beyondidentity.management.plugins.module_utils._management.resource_types import ROLE
from ansible_collections.beyondidentity.management.plugins.module_utils._management.role_resource_servers import (
    RoleServers,
)
from ansible_collections.beyondidentity.management.plugins.module_utils._task.argument_spec import info_spec
from ansible_collections.beyondidentity.management.plugins.module_utils._task.context import ModuleResult, TaskContext
from ansible_collections.beyondidentity.management.plugins.module_utils._task.info import read_info
from ansible_collections.beyondidentity.management.plugins.module_utils._task.runner import run_module

SPEC = info_spec(
    options={
        "resource_server": {"type": "str", "default": "beyondidentity"},
        "members": {"type": "bool", "default": False},
    }
)


def run(task: TaskContext) -> ModuleResult:
    """Read the objects."""
    servers = RoleServers(task.params["resource_server"])
    members = ("ListRoleMembers",) if task.params["members"] else ()
    return read_info(
        task,
        ROLE,
        operations=(*servers.list_operations(is_read=False, may_be_elsewhere=False), *members),
        prepare=servers.select,
        explain_missing=servers.refuse_elsewhere,
        complete=lambda client, role: {**role, **ObjectLists(ROLE, client).read(role["id"])},
    )


def main() -> None:
    """Run as an ordinary module."""
    run_module(SPEC, run)


if __name__ == "__main__":
    main()
