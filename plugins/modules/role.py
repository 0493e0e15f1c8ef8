# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Manage roles."""

from __future__ import annotations

DOCUMENTATION = r"""
module: role
short_description: Manage roles, their scopes and their members
version_added: 0.1.0
description:
  - Creates, updates and removes roles of a resource server, with the scopes that they carry and the identities and groups that have them.
  - Who signs in with the authorization-code grant gets those scopes only that one of her roles carries.
  - An omitted option is not managed. By default, the role carries exactly the given O(scopes), and has at least the given O(members).
    Set O(scopes_mode) or O(members_mode) to change this.
  - What is missing is added before anything is taken away, so that nobody is without what she had and shall have.
  - A role that is removed loses its scopes and members first, as the service demands.
  - The token that it gets for itself is for C(ListResourceServers) with a name in O(resource_server), C(ListRoles), or C(GetRole) with O(id), and for
    what may have to be done, C(CreateRole) without O(id), C(UpdateRole) with O(description), O(scopes), O(members) or a new name, C(DeleteRole) with
    O(state=absent); and for C(ListRoleScopes), C(AddRoleScopes) and C(DeleteRoleScopes) with O(scopes), for C(ListRoleMembers),
    C(AddRoleMembers) and C(DeleteRoleMembers) with O(members), which are found by C(GetIdentity), C(ListIdentities) and C(ListGroups).
    To remove a role, its lists are read and emptied. In check mode it only reads.
  - In check mode, the resource server and the members must exist, or an earlier task must have predicted them.
  - Members are read 200 at a time and written 1,000 at a time. After a write, the lists that changed are read once more, to see whether the
    service stored them. No request is needed to find an identity that is a member already, given by ID or
    by its username in the spelling that the service stores. To find N other identities, the task makes at most N requests, or lists all
    identities, 200 at a time, if that needs fewer requests. The first page of the listing, which shows how long it is, can be one request more.
  - Where the task runs on many hosts at once, as it does without C(run_once), one role is made.
author:
  - Beyond Identity Management collection contributors (@beyondidentity)
extends_documentation_fragment:
  - beyondidentity.management.connection
  - beyondidentity.management.managed_realm
  - beyondidentity.management.attributes
  - beyondidentity.management.attributes.diff
options:
  state:
    description: Whether the role shall be there.
    type: str
    choices: [present, absent]
    default: present
  id:
    description:
      - The id of a role that is there. With it, O(display_name) renames.
      - One of O(id) and O(display_name) is needed.
    type: str
  display_name:
    description:
      - The name that people see. Without O(id) it finds the role among those of the O(resource_server), and two of one name are an
        error that tells their ids.
      - A name has at most 64 characters and none of C({}[]<>;:?\/|*^%$#=~`!).
    type: str
  description:
    description: What the role is for, in at most 300 characters, with none of C({}[]<>;:?\/|*^%$#=~`!).
    type: str
  resource_server:
    description:
      - The resource server that the role belongs to, by ID, identifier or name. The default is the Management API's own.
      - Text in the form of an ID (16 hexadecimal digits or a UUID) is always an ID.
      - If several resource servers have the name, the module fails and lists their IDs.
      - With an ID, the task needs the right to read resource servers only with O(scopes) or O(state=absent).
      - If another resource server has the role with the O(id), the module fails and names it, also with O(state=absent).
      - With O(state=absent), a role of a resource server that is not there is absent.
    type: str
    default: beyondidentity
  scopes:
    description:
      - Scopes that the role carries, out of those that the resource server offers. C(openid) is none of them, and needs no role.
      - An empty list removes all scopes.
    type: list
    elements: str
  scopes_mode:
    description:
      - V(exact) removes all scopes that O(scopes) does not have. V(at_least) adds scopes and removes none.
      - With V(at_least), an empty list in O(scopes) is an error, because it would change nothing.
    type: str
    choices: [exact, at_least]
    default: exact
    version_added: 0.2.0
  members:
    description: Who has the role. A list that is left out is not managed.
    type: dict
    suboptions:
      identities:
        description:
          - Identities by ID, username or primary e-mail address. Text in the form of an ID (16 hexadecimal digits or a UUID) is always an ID.
            Usernames and e-mail addresses are case-insensitive. If a username and another identity's e-mail address are equal, the username counts.
          - For an e-mail address that is not a username, the task lists all identities, because the service cannot search for it.
          - If an identity does not exist, the module fails before it writes anything.
        type: list
        elements: str
      groups:
        description:
          - Groups by ID or name. Text in the form of an ID (16 hexadecimal digits or a UUID) is always an ID.
          - If several groups have the name, the module fails and lists their IDs.
        type: list
        elements: str
  members_mode:
    description:
      - V(at_least) adds members and removes none. V(exact) removes all members that the given lists do not have.
      - Applies to each list in O(members) that is given. With V(at_least), an empty list is an error, because it would change nothing.
    type: str
    choices: [exact, at_least]
    default: at_least
    version_added: 0.2.0
seealso:
  - module: beyondidentity.management.role_info
  - module: beyondidentity.management.resource_server
  - module: beyondidentity.management.identity_info
  - module: beyondidentity.management.group_info
  - module: beyondidentity.management.api
  - module: beyondidentity.management.authorize
"""

EXAMPLES = r"""
- name: Look whether Pat is there
  beyondidentity.management.identity_info:
    username: pat
  register: pat

- name: Let her be there, so that she may sign in
  when: pat.identities | length == 0
  beyondidentity.management.api:
    operation: CreateIdentity
    body:
      identity:
        display_name: Pat Smith
        traits:
          type: traits_v0
          username: pat
          primary_email_address: pat@example.com

- name: Let her read realms with a token of her own
  beyondidentity.management.role:
    display_name: Realm readers
    description: May look, but not touch.
    scopes: [realms:read]
    members:
      identities: [pat]

- name: Let nobody else have the role
  beyondidentity.management.role:
    display_name: Realm readers
    members:
      identities: [pat]
      groups: []
    members_mode: exact
  register: readers

- name: Show which members the task removed
  ansible.builtin.debug:
    msg: "{{ readers.before.members.identities | difference(readers.after.members.identities) }}"

- name: Add a scope, and keep the others
  beyondidentity.management.role:
    display_name: Realm readers
    scopes: [realms:update]
    scopes_mode: at_least

- name: Remove it
  beyondidentity.management.role:
    display_name: Realm readers
    state: absent
"""

RETURN = r"""
role:
  description:
    - The role as the API shows it; null where it is absent. In check mode, as it would be.
    - With C(scopes) and C(members) where they are managed, sorted, the members by their ids.
  returned: success
  type: dict
  sample:
    id: fb785d40cbe4fc0d
    display_name: Realm readers
    description: May look, but not touch.
    resource_server_id: 7b5a4325-00e0-4379-bd7b-3e5e7e30b09e
    scopes: [realms:read]
    members: {identities: [e372db224c06e850], groups: []}
before:
  description:
    - The role before the task, without secrets; null if it did not exist. Also returned without C(--diff), so a run can be audited.
    - Has C(scopes) and C(members) if the task manages them.
  returned: success
  type: dict
  version_added: 0.2.0
  sample: {id: fb785d40cbe4fc0d, display_name: Realm readers, scopes: [realms:create, realms:read]}
after:
  description: The role after the task, without secrets; null if it does not exist. In check mode, the prediction.
  returned: success
  type: dict
  version_added: 0.2.0
  sample: {id: fb785d40cbe4fc0d, display_name: Realm readers, scopes: [realms:read]}
predicted:
  description: Whether the result is, at least in part, a prediction of check mode.
  returned: in check mode, if something is predicted
  type: bool
  version_added: 0.2.0
  sample: true
requests:
  description: How many HTTP requests the task made, that for a token included.
  returned: success
  type: int
  sample: 2
"""

from functools import partial

from ansible_collections.beyondidentity.management.plugins.module_utils._management.list_modes import (
    AT_LEAST,
    EXACT,
    list_mode_option,
)
from ansible_collections.beyondidentity.management.plugins.module_utils._management.resource_types import ROLE
from ansible_collections.beyondidentity.management.plugins.module_utils._management.role import (
    RoleOptions,
    RoleState,
    list_operations,
)
from ansible_collections.beyondidentity.management.plugins.module_utils._management.role_resource_servers import (
    RoleServers,
)
from ansible_collections.beyondidentity.management.plugins.module_utils._task.argument_spec import state_spec
from ansible_collections.beyondidentity.management.plugins.module_utils._task.context import ModuleResult, TaskContext
from ansible_collections.beyondidentity.management.plugins.module_utils._task.ensure_state import (
    ensure_state,
    to_module_result,
)
from ansible_collections.beyondidentity.management.plugins.module_utils._task.runner import run_module

_NAMES = {"type": "list", "elements": "str"}

SPEC = state_spec(
    {
        "description": {"type": "str"},
        "resource_server": {"type": "str", "default": "beyondidentity"},
        "scopes": _NAMES,
        "scopes_mode": list_mode_option(EXACT),
        "members": {"type": "dict", "options": {"identities": _NAMES, "groups": _NAMES}},
        "members_mode": list_mode_option(AT_LEAST),
    }
)


def run(task: TaskContext) -> ModuleResult:
    """Bring the role to its wanted state."""
    options = task.read(RoleOptions)
    if options.state == "present":
        options.refuse_empty_lists()
    servers = RoleServers(options.resource_server)
    change = ensure_state(
        task,
        ROLE,
        options.managed,
        make_builder=lambda state: state.build_wanted,
        operations=list_operations(options, servers),
        make_state=partial(RoleState, options, servers),
    )
    return to_module_result(ROLE, change)


def main() -> None:
    """Run as an ordinary module."""
    run_module(SPEC, run)


if __name__ == "__main__":
    main()
