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
  - Creates, updates and removes roles of a resource server, their scopes, and the identities and groups that are their members.
  - A user who signs in gets only those scopes that one of the user's roles has.
  - An omitted option is not managed. By default, the role gets exactly the scopes in O(scopes), and at least the members in O(members).
    Set O(scopes_mode) or O(members_mode) to change this.
  - The module adds missing items before it removes others, so no user loses a scope that the user keeps.
  - Before the module removes a role, it removes the role's scopes and members, because the service requires this.
  - The module requests a token for C(ListRoles), or for C(GetRole) with O(id). With a name in O(resource_server), or with O(state=absent), it also allows
    C(ListResourceServers). With an ID in O(resource_server) and with O(scopes), it also allows C(GetResourceServer).
  - The token also allows C(CreateRole) without O(id), C(UpdateRole) with O(description), O(scopes), O(members) or a new name, and C(DeleteRole) with
    O(state=absent).
  - With O(scopes), the token also allows C(ListRoleScopes), C(AddRoleScopes) and, with O(scopes_mode=exact), C(DeleteRoleScopes). With
    O(if_scopes_differ=fail), it allows C(ListRoleMembers) instead of C(DeleteRoleScopes).
  - With O(members), the token also allows C(ListRoleMembers), C(AddRoleMembers) and, with O(members_mode=exact), C(DeleteRoleMembers). To find members, it
    allows C(GetIdentity) and C(ListIdentities), or C(GetGroup) and C(ListGroups).
  - With O(state=absent), the token allows the operations that list and remove scopes and members. In check mode, the token only allows operations that read.
  - In check mode, the resource server and the members must exist, or an earlier task must predict them.
  - Members are read 200 at a time and written 1,000 at a time. After a write, the module reads the changed lists again to verify
    that the service stored them.
  - The module needs no request to find an identity that is a member already, if you set its ID, or its username as the service spells it.
    To find N other identities, the module sends at most N requests, or lists all identities if that needs fewer requests. The first page of this
    listing can cost one additional request. E-mail addresses that are not usernames always need the listing.
  - If the task runs on many hosts at once, even without C(run_once), it creates one role.
author:
  - Beyond Identity Management collection contributors (@beyondidentity)
extends_documentation_fragment:
  - beyondidentity.management.connection
  - beyondidentity.management.managed_realm
  - beyondidentity.management.attributes
  - beyondidentity.management.attributes.diff
options:
  state:
    description: Whether the role must exist.
    type: str
    choices: [present, absent]
    default: present
  id:
    description:
      - ID of an existing role. With O(id), O(display_name) is its new name.
      - Set O(id), O(display_name) or both.
    type: str
  display_name:
    description:
      - The display name. Without O(id), it selects the role among the roles of O(resource_server).
      - The module uses the role with exactly this name. If no role has it, the module uses the only role whose name differs only in whitespace and
        Unicode normalization. If several match, the module fails and lists their IDs.
      - A name has at most 64 characters and none of C({}[]<>;:?\/|*^%$#=~`!).
    type: str
  description:
    description: What the role is for, in at most 300 characters, with none of C({}[]<>;:?\/|*^%$#=~`!).
    type: str
  resource_server:
    description:
      - The resource server that the role belongs to, by ID, identifier or name. The default is the Management API.
      - Text in the form of an ID (16 hexadecimal digits or a UUID) is always an ID.
      - If several resource servers have the name, the module fails and lists their IDs.
      - A name needs C(resource-servers:read). An ID needs this scope only with O(scopes) or O(state=absent).
      - If O(resource_server) is a name or O(state=absent), and another resource server has the role with the O(id), the module fails and names that
        resource server.
      - With O(state=absent), the module changes nothing if the resource server does not exist.
    type: str
    default: beyondidentity
  scopes:
    description:
      - Scopes of the role. The resource server must offer them. Do not set C(openid), because it needs no role.
      - An empty list removes all scopes.
    type: list
    elements: str
  scopes_mode:
    description:
      - V(exact) removes all scopes that are not in O(scopes). V(at_least) adds scopes and removes none.
      - With V(at_least), an empty list in O(scopes) is an error, because it would change nothing.
    type: str
    choices: [exact, at_least]
    default: exact
  if_scopes_differ:
    description:
      - What to do if an existing role has other scopes than O(scopes) and O(scopes_mode) want. V(change) changes them. V(fail) changes nothing, and the
        error lists the difference.
      - With V(fail), the module still adds the scopes to a role that has no scopes and no members, because an interrupted creation leaves such a role.
    type: str
    choices: [change, fail]
    default: change
  members:
    description: Members of the role. An omitted list is not managed.
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
      - V(at_least) adds members and removes none. V(exact) removes all members that are not in the lists of O(members).
      - Applies only to the lists that you set. With V(at_least), an empty list is an error, because it would change nothing.
    type: str
    choices: [exact, at_least]
    default: at_least
seealso:
  - module: beyondidentity.management.role_info
  - module: beyondidentity.management.resource_server
  - module: beyondidentity.management.identity
  - module: beyondidentity.management.group
  - module: beyondidentity.management.api
  - module: beyondidentity.management.authorize
"""

EXAMPLES = r"""
- name: Create Pat's identity
  beyondidentity.management.identity:
    username: pat
    display_name: Pat Smith
    primary_email_address: pat@example.com

- name: Create a role that can read realms, and add Pat to it
  beyondidentity.management.role:
    display_name: Realm readers
    description: Can read realms.
    scopes: [realms:read]
    members:
      identities: [pat]

- name: Remove all other members from the role
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

- name: Add a scope, and keep the other scopes
  beyondidentity.management.role:
    display_name: Realm readers
    scopes: [realms:update]
    scopes_mode: at_least

- name: Add a person only if the role has exactly these scopes
  beyondidentity.management.role:
    display_name: Realm readers
    scopes: [realms:read, realms:update]
    if_scopes_differ: fail
    members:
      identities: [pat]

- name: Remove the role
  beyondidentity.management.role:
    display_name: Realm readers
    state: absent
"""

RETURN = r"""
role:
  description:
    - The role as the API returns it; null if it does not exist. In check mode, the prediction.
    - Has C(scopes) and C(members) if the task manages them. Members are IDs. All lists are sorted.
  returned: success
  type: dict
  sample:
    id: fb785d40cbe4fc0d
    display_name: Realm readers
    description: Can read realms.
    resource_server_id: 7b5a4325-00e0-4379-bd7b-3e5e7e30b09e
    scopes: [realms:read]
    members: {identities: [e372db224c06e850], groups: []}
before:
  description:
    - The role before the task, without secrets; null if it did not exist. Also returned without C(--diff), so a run can be audited.
    - Has C(scopes) and C(members) if the task manages them, and with O(state=absent).
  returned: success
  type: dict
  sample: {id: fb785d40cbe4fc0d, display_name: Realm readers, scopes: [realms:create, realms:read]}
after:
  description: The role after the task, without secrets; null if it does not exist. In check mode, the prediction.
  returned: success
  type: dict
  sample: {id: fb785d40cbe4fc0d, display_name: Realm readers, scopes: [realms:read]}
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
        "if_scopes_differ": {"type": "str", "choices": ["change", "fail"], "default": "change"},
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
