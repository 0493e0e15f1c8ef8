# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Manage groups."""

from __future__ import annotations

DOCUMENTATION = r"""
module: group
short_description: Manage groups and their members
version_added: 0.1.0
description:
  - Creates, updates and removes groups, and adds and removes their members. To give a group the scopes of a role, use M(beyondidentity.management.role).
  - An omitted option is not managed. By default, the module only adds members. To remove all other members, set O(members_mode=exact).
  - Before the module removes a group, it removes the group's members, because the service requires this. The service itself removes the group from its roles.
  - In check mode, the members must exist, or an earlier task must predict them.
  - Members are read 200 at a time and written 1,000 at a time. After a write of members, the module reads them again to verify that the service stored them.
  - The module finds an existing member without a request if you set its ID, or its username as the service spells it.
    To find N other identities, the module sends at most N requests, or lists all identities if that needs fewer requests. The first page of this
    listing can cost one additional request. E-mail addresses that are not usernames always need the listing.
  - If the task runs on many hosts at once, even without C(run_once), it creates one group.
notes:
  - "Scope C(groups:read): always, for C(ListGroups) and C(GetGroup). With O(members) or O(state=absent), also for C(ListGroupMembers)."
  - "Scope C(groups:create): with O(state=present) and without O(id), for C(CreateGroup)."
  - "Scope C(groups:update): with O(description), O(members) or a new name, for C(UpdateGroup). With O(members), also for C(AddGroupMembers). With
    O(members_mode=exact) or O(state=absent), also for C(DeleteGroupMembers)."
  - "Scope C(groups:delete): with O(state=absent), for C(DeleteGroup)."
  - "Scope C(identities:read): with O(members) or O(state=absent), for C(ListGroupMembers), C(AddGroupMembers) and C(DeleteGroupMembers). With O(members),
    also for C(ListIdentities) and C(GetIdentity), to find the members."
  - Results contain no secrets. Names and descriptions in results are text that other users can choose. Do not use them as templates, commands or file names
    without validation.
author:
  - Beyond Identity Management collection contributors (@beyondidentity)
extends_documentation_fragment:
  - beyondidentity.management.connection
  - beyondidentity.management.connection.reveal
  - beyondidentity.management.managed_realm
  - beyondidentity.management.required_scopes
  - beyondidentity.management.managed_object
  - beyondidentity.management.attributes
  - beyondidentity.management.attributes.diff
options:
  display_name:
    description:
      - Display name of the group. Without O(id), it selects the group.
      - The module uses the group with exactly this name. If no group has the name, the module uses the only group whose name differs only in whitespace and
        Unicode normalization. If several match, the module fails and lists their IDs.
      - A name has at most 64 characters and none of C({}[]<>;:?\/|*^%$#=~`!).
    type: str
  description:
    description:
      - What the group is for, in at most 300 characters, with none of C({}[]<>;:?\/|*^%$#=~`!).
      - The service creates no group without a description. If you omit this option for a new group, the module sends the display name as the description.
      - Set to an empty string to remove the description of an existing group.
    type: str
  members:
    description:
      - Members of the group, identities by ID, username or primary e-mail address. Text in the form of an ID (16 hexadecimal digits or a UUID) is always an
        ID. Usernames and e-mail addresses are case-insensitive.
      - If a username and another identity's e-mail address are equal, the module fails if it reads a list with both identities. Otherwise, the username has
        precedence.
      - For an e-mail address that is not a username, the task lists all identities, because the service cannot search for it.
      - If an identity does not exist, the module fails before it writes anything.
      - If users can choose their usernames or e-mail addresses, use IDs.
    type: list
    elements: str
  members_mode:
    description:
      - V(at_least) adds members and removes none. V(exact) removes all members that are not in O(members).
      - With V(at_least), an empty list in O(members) is an error, because it would change nothing.
    type: str
    choices: [exact, at_least]
    default: at_least
seealso:
  - module: beyondidentity.management.group_info
  - module: beyondidentity.management.identity
  - module: beyondidentity.management.role
"""

EXAMPLES = r"""
- name: Create a group with the credentials of one application
  module_defaults:
    group/beyondidentity.management.all:
      issuer: "{{ issuer }}"
      client_id: "{{ client_id }}"
      client_secret: "{{ vaulted_client_secret }}"
  block:
    - name: Create Pat's identity
      beyondidentity.management.identity:
        username: pat
        display_name: Pat Smith
        primary_email_address: pat@example.com

    - name: Create a group, and add Pat to it
      beyondidentity.management.group:
        display_name: Night shift
        description: Works from 10 p.m. to 6 a.m.
        members: [pat]
      register: night_shift

    - name: Show how many members the group has
      ansible.builtin.debug:
        msg: "{{ night_shift.group.display_name }}: {{ night_shift.group.members | length }}"

- name: Give the group the scopes of a role
  beyondidentity.management.role:
    display_name: Realm readers
    scopes: [realms:read]
    members:
      groups: [Night shift]

- name: Remove all members of the group
  beyondidentity.management.group:
    display_name: Night shift
    members: []
    members_mode: exact

- name: Remove the group
  beyondidentity.management.group:
    display_name: Night shift
    state: absent
"""

RETURN = r"""
group:
  description:
    - The group as the API returns it. Null if it does not exist. In check mode, the prediction.
  returned: success
  type: dict
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
      returned: with O(members)
      type: list
      elements: str
      sample: [e372db224c06e850]
before:
  description:
    - The group before the task, without secrets, with the same fields as RV(group). Null if the group did not exist.
    - Also returned without C(--diff), so you can audit a run. With O(state=absent), RV(before) also contains C(members).
  returned: success
  type: dict
  sample: {id: 81490afab171aef0, display_name: Night shift, description: Works at night., members: []}
after:
  description:
    - The group after the task, without secrets, with the same fields as RV(group). Null if the group does not exist. In check mode, the prediction.
  returned: success
  type: dict
  sample: {id: 81490afab171aef0, display_name: Night shift, description: Works at night., members: [e372db224c06e850]}
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

from functools import partial

from ansible_collections.beyondidentity.management.plugins.module_utils._management.group import (
    GroupOptions,
    GroupState,
    list_operations,
)
from ansible_collections.beyondidentity.management.plugins.module_utils._management.list_modes import (
    AT_LEAST,
    list_mode_option,
)
from ansible_collections.beyondidentity.management.plugins.module_utils._management.resource_types import GROUP
from ansible_collections.beyondidentity.management.plugins.module_utils._task.argument_spec import state_spec
from ansible_collections.beyondidentity.management.plugins.module_utils._task.context import ModuleResult, TaskContext
from ansible_collections.beyondidentity.management.plugins.module_utils._task.ensure_state import (
    ensure_state,
    to_module_result,
)
from ansible_collections.beyondidentity.management.plugins.module_utils._task.runner import run_module

SPEC = state_spec(
    {
        "description": {"type": "str"},
        "members": {"type": "list", "elements": "str"},
        "members_mode": list_mode_option(AT_LEAST),
    }
)


def run(task: TaskContext) -> ModuleResult:
    """Bring the group to its wanted state."""
    options = task.read(GroupOptions)
    if options.state == "present":
        options.refuse_empty_lists()
    change = ensure_state(
        task,
        GROUP,
        options.managed,
        make_builder=lambda state: state.build_wanted,
        operations=list_operations(options),
        make_state=partial(GroupState, options),
    )
    return to_module_result(GROUP, change)


def main() -> None:
    """Run as an ordinary module."""
    run_module(SPEC, run)


if __name__ == "__main__":
    main()
