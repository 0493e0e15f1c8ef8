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
  - Reads all groups of the managed realm, the groups with one name, the groups that match a filter of the service, or one group by its ID. Returns an empty
    list if nothing matches.
  - The module requests a token for C(ListGroups), or for C(GetGroup) with O(id). With O(members), the token also allows C(ListGroupMembers).
notes:
  - Names and descriptions in results are text that other users can choose. Do not use them as templates, commands or file names without validation.
author:
  - Beyond Identity Management collection contributors (@beyondidentity)
extends_documentation_fragment:
  - beyondidentity.management.connection
  - beyondidentity.management.managed_realm
  - beyondidentity.management.attributes
  - beyondidentity.management.attributes.no_diff
options:
  id:
    description: ID of one group.
    type: str
  display_name:
    description: Display name. The module returns all groups that have it.
    type: str
  filter:
    description:
      - A filter that the service applies (RFC 7644, section 3.4.2.2), such as V(display_name sw "Night"). The service compares without regard to case.
      - In check mode, the module also returns groups that earlier tasks predict, whether the filter matches them or not.
    type: str
  members:
    description:
      - Whether to read the members of each returned group. Members are IDs.
      - This costs one request for each group, and one more for each further 200 members. It also needs the scope C(identities:read).
    type: bool
    default: false
seealso:
  - module: beyondidentity.management.group
  - module: beyondidentity.management.identity_info
  - module: beyondidentity.management.role_info
"""

EXAMPLES = r"""
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
  description: The groups as the API returns them. With O(members), each has C(members), the sorted IDs of its members.
  returned: success
  type: list
  elements: dict
  sample:
    - id: 81490afab171aef0
      realm_id: 7df92e4a38ba0993
      tenant_id: 0001b42d80372976
      display_name: Realm Administrators
      description: A group of realm administrators.
      create_time: '2026-03-14T03:42:52.905657Z'
      update_time: '2026-06-14T05:55:23.823187Z'
      members: [e372db224c06e850]
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
