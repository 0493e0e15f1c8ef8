# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read groups."""

from __future__ import annotations

DOCUMENTATION = r"""
module: group_info
short_description: Read Beyond Identity groups
version_added: 0.1.0
description:
  - Reads all groups of the managed realm, the groups with one name, the groups that match a filter of the service, or the group with an ID.
notes:
  - "Scope C(groups:read): always, for C(ListGroups) and C(GetGroup). With O(members=true), also for C(ListGroupMembers)."
  - "Scope C(identities:read): with O(members=true), for C(ListGroupMembers)."
  - Names and descriptions in results are text that other users can choose. Do not use them as templates, commands or file names without validation.
author:
  - Beyond Identity Management collection contributors (@beyondidentity)
extends_documentation_fragment:
  - beyondidentity.management.connection
  - beyondidentity.management.connection.reveal
  - beyondidentity.management.managed_realm
  - beyondidentity.management.required_scopes.info
  - beyondidentity.management.managed_object.info
  - beyondidentity.management.attributes
  - beyondidentity.management.attributes.no_diff
options:
  filter:
    description:
      - A filter that the service applies (RFC 7644, section 3.4.2.2), such as V(display_name sw "Night"). The service compares without regard to case.
      - In check mode, the module also returns groups that earlier tasks predict, whether the filter matches them or not.
    type: str
  members:
    description:
      - Whether to read the members of each returned group.
      - This costs one request for each group, and one more request for each additional 200 members.
    type: bool
    default: false
seealso:
  - module: beyondidentity.management.group
  - module: beyondidentity.management.identity_info
  - module: beyondidentity.management.role_info
"""

EXAMPLES = r"""
- name: Read groups with the credentials of one application
  module_defaults:
    group/beyondidentity.management.all:
      issuer: "{{ issuer }}"
      client_id: "{{ client_id }}"
      client_secret: "{{ vaulted_client_secret }}"
  block:
    - name: Read all groups
      beyondidentity.management.group_info:
      register: all

    - name: Show their names
      ansible.builtin.debug:
        msg: "{{ all.groups | map(attribute='display_name') }}"

- name: Read the groups whose names begin with Night, with the IDs of their members
  beyondidentity.management.group_info:
    filter: display_name sw "Night"
    members: true
  register: night

- name: Show how many members each group has
  ansible.builtin.debug:
    msg: "{{ item.display_name }}: {{ item.members | length }}"
  loop: "{{ night.groups }}"
  loop_control:
    label: "{{ item.id }}"
"""

RETURN = r"""
groups:
  description:
    - The groups as the API returns them. Empty if nothing matches.
  returned: success
  type: list
  elements: dict
  contains:
    id:
      description:
        - ID of the group. The service chooses it, and it never changes. It is unique in the realm.
      returned: always
      type: str
      sample: 81490afab171aef0
    realm_id:
      description:
        - ID of the realm of the group.
      returned: always
      type: str
      sample: 7df92e4a38ba0993
    tenant_id:
      description:
        - ID of the tenant of the group.
      returned: always
      type: str
      sample: 0001b42d80372976
    display_name:
      description:
        - Name of the group, with 1 to 64 characters and none of C({}[]<>;:?\/|*^%$#=~`!).
      returned: always
      type: str
      sample: Night shift
    description:
      description:
        - What the group is for, in at most 300 characters, with none of C({}[]<>;:?\/|*^%$#=~`!).
      returned: always
      type: str
      sample: Works from 10 p.m. to 6 a.m.
    create_time:
      description:
        - When the group was created, in ISO 8601.
      returned: always
      type: str
      sample: '2026-03-14T03:42:52.905657Z'
    update_time:
      description:
        - When the group was last changed, in ISO 8601.
      returned: always
      type: str
      sample: '2026-06-14T05:55:23.823187Z'
    members:
      description:
        - IDs of the group's members, sorted. The module adds this list to the fields of the API.
      returned: with O(members=true)
      type: list
      elements: str
      sample: [e372db224c06e850]
predicted:
  description:
    - Whether the result is, at least in part, a prediction of check mode.
  returned: in check mode, if something is predicted
  type: bool
  sample: true
requests:
  description:
    - The number of HTTP requests that the task sent, including the token request.
  returned: success
  type: int
  sample: 2
"""

from ansible_collections.beyondidentity.management.plugins.module_utils._management.object_lists import ObjectLists
from ansible_collections.beyondidentity.management.plugins.module_utils._management.paging import LARGE_PAGE_SIZE
from ansible_collections.beyondidentity.management.plugins.module_utils._management.resource_types import GROUP
from ansible_collections.beyondidentity.management.plugins.module_utils._task.argument_spec import info_spec
from ansible_collections.beyondidentity.management.plugins.module_utils._task.context import ModuleResult, TaskContext
from ansible_collections.beyondidentity.management.plugins.module_utils._task.info import read_info
from ansible_collections.beyondidentity.management.plugins.module_utils._task.runner import run_module

SPEC = info_spec("filter", options={"members": {"type": "bool", "default": False}})


def run(task: TaskContext) -> ModuleResult:
    """Read the objects."""
    wanted = task.params["filter"]
    return read_info(
        task,
        GROUP,
        query={"page_size": LARGE_PAGE_SIZE, **({"filter": wanted} if wanted else {})},
        operations=("ListGroupMembers",) if task.params["members"] else (),
        complete=lambda client, group: {**group, **ObjectLists(GROUP, client).read(group["id"])},
    )


def main() -> None:
    """Run as an ordinary module."""
    run_module(SPEC, run)


if __name__ == "__main__":
    main()
