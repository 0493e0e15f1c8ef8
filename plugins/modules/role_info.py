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
  - Reads all roles of a resource server, the roles with one name, or one role by its ID.
  - To read the scopes of a role, call C(ListRoleScopes) with M(beyondidentity.management.api).
notes:
  - "Scope C(roles:read): always, for C(ListRoles) or C(GetRole). With O(members), for C(ListRoleMembers)."
  - "Scope C(resource-servers:read): with a name in O(resource_server), which is the default, for C(ListResourceServers) and C(GetResourceServer)."
  - "Scope C(identities:read): with O(members), for C(ListRoleMembers)."
  - "Scope C(groups:read): with O(members), for C(ListRoleMembers)."
author:
  - Beyond Identity Management collection contributors (@beyondidentity)
extends_documentation_fragment:
  - beyondidentity.management.connection
  - beyondidentity.management.connection.reveal
  - beyondidentity.management.managed_realm
  - beyondidentity.management.managed_object.info
  - beyondidentity.management.required_scopes.info
  - beyondidentity.management.attributes
  - beyondidentity.management.attributes.no_diff
options:
  id:
    description:
      - ID of the only role to read.
      - If O(resource_server) is a name, and another resource server has the role, the module fails and names the other resource server.
    type: str
  resource_server:
    description:
      - Resource server that the roles belong to, by ID, identifier or name. The default is the Management API.
      - Text in the form of an ID (16 hexadecimal digits or a UUID) is always an ID.
      - If several resource servers have the name, the module fails and lists their IDs.
    type: str
    default: beyondidentity
  members:
    description:
      - Whether to read the members of each returned role. Members are IDs.
      - This costs one request for each role, and one more request for each additional 200 members.
    type: bool
    default: false
seealso:
  - module: beyondidentity.management.role
  - module: beyondidentity.management.api
"""

EXAMPLES = r"""
- name: Read the scopes of all roles
  vars:
    beyondidentity_issuer: "{{ issuer }}"
    beyondidentity_client_id: "{{ client_id }}"
    beyondidentity_client_secret: "{{ vaulted_client_secret }}"
  block:
    - name: Read all roles with scopes of the Management API
      beyondidentity.management.role_info:
      register: management

    - name: Read the scopes of each role
      beyondidentity.management.api:
        operation: ListRoleScopes
        parameters:
          resource_server_id: "{{ item.resource_server_id }}"
          role_id: "{{ item.id }}"
        all_pages: true
      loop: "{{ management.roles }}"
      loop_control:
        label: "{{ item.display_name }}"
      register: scopes

    - name: Show all scopes that a role can grant
      ansible.builtin.debug:
        msg: "{{ scopes.results | map(attribute='response.scopes') | flatten | unique }}"

- name: Create a resource server for your own API
  beyondidentity.management.resource_server:
    display_name: Pet API
    identifier: https://api.pets.example.com
    scopes: [pets:read, pets:write]

- name: Read its roles, with their members
  beyondidentity.management.role_info:
    resource_server: Pet API
    members: true
"""

RETURN = r"""
roles:
  description:
    - The roles as the API returns them.
  returned: success
  type: list
  elements: dict
  contains:
    id:
      description:
        - ID of the role.
      type: str
      sample: fb785d40cbe4fc0d
    realm_id:
      description:
        - ID of the realm that the role belongs to.
      type: str
      sample: caf2ff640497591a
    tenant_id:
      description:
        - ID of the tenant that the role belongs to.
      type: str
      sample: 00011f1183c67b69
    display_name:
      description:
        - Display name of the role.
      type: str
      sample: Realm readers
    description:
      description:
        - Description of the role. Can be empty.
      type: str
      sample: Can read realms.
    resource_server_id:
      description:
        - ID of the resource server that the role belongs to.
      type: str
      sample: 7b5a4325-00e0-4379-bd7b-3e5e7e30b09e
    create_time:
      description:
        - Time at which the role was created, in ISO 8601.
      type: str
      sample: "2026-01-28T12:00:02.423Z"
    update_time:
      description:
        - Time at which the role was last updated, in ISO 8601.
      type: str
      sample: "2026-04-19T15:17:21.186Z"
    members:
      description:
        - Members of the role. The lists are sorted.
      returned: with O(members=true)
      type: dict
      contains:
        identities:
          description:
            - IDs of the identities that are members.
          type: list
          elements: str
          sample: [e372db224c06e850]
        groups:
          description:
            - IDs of the groups that are members.
          type: list
          elements: str
          sample: [81490afab171aef0]
predicted:
  description:
    - Whether the result is, at least in part, a prediction of check mode.
  returned: in check mode, if something is predicted
  type: bool
  sample: true
requests:
  description:
    - Number of HTTP requests that the task sent, including the token request.
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
