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
  - Creates, updates and removes roles of a resource server. Manages the scopes of a role, and the identities and groups that are its members.
  - The token of a signed-in user has only scopes that the user's roles have.
  - An omitted option is not managed. After the task, by default, the role has exactly the scopes in O(scopes), and at least the members in O(members).
    To change this, set O(scopes_mode) or O(members_mode).
  - The module adds missing items before it removes other items, so no user temporarily loses a scope.
  - Before the module removes a role, it removes the scopes and members of the role, because the service requires this.
  - In check mode, the resource server and the members must exist, or an earlier task must predict them.
  - Members are read 200 at a time and written 1,000 at a time. After a write, the module reads the changed lists again to verify that the service stored
    them.
  - The module finds an existing member without a request if you set its ID, or its username as the service spells it. To
    find N other identities, the module sends at most N requests, or lists all identities if that needs fewer requests. The first page of this listing can cost
    one additional request. E-mail addresses that are not usernames always need the listing.
  - If the task runs on many hosts at once, even without C(run_once), it creates one role.
notes:
  - "Scope C(roles:read): always, for C(ListRoles) or C(GetRole). With O(scopes), for C(ListRoleScopes). With O(members) or O(if_scopes_differ=fail), for
    C(ListRoleMembers). With O(state=absent), for C(ListRoleScopes) and C(ListRoleMembers)."
  - "Scope C(roles:create): with O(state=present) and without O(id), for C(CreateRole)."
  - "Scope C(roles:update): with O(state=present) and O(description), O(scopes) or O(members), or with O(id) and O(display_name), for C(UpdateRole). With
    O(scopes), for C(AddRoleScopes) and C(DeleteRoleScopes). With O(members), for C(AddRoleMembers) and C(DeleteRoleMembers). With O(state=absent), for
    C(DeleteRoleScopes) and C(DeleteRoleMembers)."
  - "Scope C(roles:delete): with O(state=absent), for C(DeleteRole)."
  - "Scope C(resource-servers:read): with a name in O(resource_server), which is the default, or with O(state=absent), for C(ListResourceServers) and
    C(GetResourceServer). With O(scopes), for C(GetResourceServer), C(ListRoleScopes), C(AddRoleScopes) and C(DeleteRoleScopes). With O(state=absent), for
    C(ListRoleScopes) and C(DeleteRoleScopes)."
  - "Scope C(identities:read): with O(members), O(if_scopes_differ=fail) or O(state=absent), for C(ListRoleMembers), C(AddRoleMembers) and
    C(DeleteRoleMembers). With O(members.identities), for C(ListIdentities) and C(GetIdentity)."
  - "Scope C(groups:read): with O(members), O(if_scopes_differ=fail) or O(state=absent), for C(ListRoleMembers), C(AddRoleMembers) and C(DeleteRoleMembers).
    With O(members.groups), for C(ListGroups) and C(GetGroup)."
author:
  - Beyond Identity Management collection contributors (@beyondidentity)
extends_documentation_fragment:
  - beyondidentity.management.connection
  - beyondidentity.management.connection.reveal
  - beyondidentity.management.managed_realm
  - beyondidentity.management.managed_object
  - beyondidentity.management.required_scopes
  - beyondidentity.management.attributes
  - beyondidentity.management.attributes.diff
options:
  display_name:
    description:
      - Display name of the role. Without O(id), the name selects the role among the roles of O(resource_server).
      - The module uses the role with exactly this name. If no role has the name, the module uses the only role whose name differs only in whitespace
        and Unicode normalization. If several roles match, the module fails and lists their IDs.
      - A name has at most 64 characters and none of C({}[]<>;:?\/|*^%$#=~`!).
    type: str
  description:
    description:
      - Description of the role, with at most 300 characters and none of C({}[]<>;:?\/|*^%$#=~`!).
    type: str
  resource_server:
    description:
      - Resource server that the role belongs to, by ID, identifier or name. The default is the Management API.
      - Text in the form of an ID (16 hexadecimal digits or a UUID) is always an ID.
      - If several resource servers have the name, the module fails and lists their IDs.
      - If the role with the O(id) belongs to another resource server, the module fails. If O(resource_server) is a name, or with O(state=absent), the error
        names the other resource server.
      - With O(state=absent), the module changes nothing if the resource server does not exist.
    type: str
    default: beyondidentity
  scopes:
    description:
      - Scopes of the role. The resource server must offer them. Do not set C(openid), which users can request without a role.
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
      - Action if the scopes of an existing role differ from the scopes that O(scopes) and O(scopes_mode) require. V(change) changes the scopes of the role.
        V(fail) changes nothing, and the error lists the difference.
      - With V(fail), the module still adds the scopes to a role that has no scopes and no members, because an interrupted creation leaves such a role.
    type: str
    choices: [change, fail]
    default: change
  members:
    description:
      - Members of the role. An omitted list is not managed.
    type: dict
    suboptions:
      identities:
        description:
          - Identities by ID, username or primary e-mail address. Text in the form of an ID (16 hexadecimal digits or a UUID) is always an ID. Usernames and
            e-mail addresses are case-insensitive.
          - If a username and the e-mail address of another identity are equal, the module fails if it reads a list with both identities. Otherwise, the
            username has precedence.
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
- name: Let a person read realms
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
      register: pat

    - name: Create a role that can read realms, and add Pat to it
      beyondidentity.management.role:
        display_name: Realm readers
        description: Can read realms.
        scopes: [realms:read]
        members:
          identities: ["{{ pat.identity.id }}"]
      register: readers

    - name: Show the number of members
      ansible.builtin.debug:
        msg: "{{ readers.role.members.identities | length }}"

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
    - The role as the API returns it; null if it does not exist.
    - In check mode, the prediction.
  returned: success
  type: dict
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
    scopes:
      description:
        - Scopes of the role, sorted.
      returned: with O(scopes)
      type: list
      elements: str
      sample: ["realms:read"]
    members:
      description:
        - Members of the role. The lists are sorted.
      returned: with O(members)
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
before:
  description:
    - The role before the task, without secrets; null if it did not exist. It has the same fields as RV(role).
    - Also returned without C(--diff), so you can audit a run.
    - Contains C(scopes) and C(members) if the task manages them, and with O(state=absent).
  returned: success
  type: dict
  sample: {id: fb785d40cbe4fc0d, display_name: Realm readers, scopes: ["realms:create", "realms:read"]}
after:
  description:
    - The role after the task, without secrets; null if it does not exist. It has the same fields as RV(role).
    - In check mode, the prediction.
  returned: success
  type: dict
  sample: {id: fb785d40cbe4fc0d, display_name: Realm readers, scopes: ["realms:read"]}
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
