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
  - Reads all groups of the managed realm, those of one name, or one by its id. Where there is none, the list is empty.
  - Who belongs to a group has an operation of its own, C(ListGroupMembers), which M(beyondidentity.management.api) carries out.
author:
  - Beyond Identity Management collection contributors (@beyondidentity)
extends_documentation_fragment:
  - beyondidentity.management.connection
  - beyondidentity.management.managed_realm
  - beyondidentity.management.attributes
  - beyondidentity.management.attributes.no_diff
options:
  id:
    description: The id of one group.
    type: str
  display_name:
    description: The name that people see. All groups that bear it are returned.
    type: str
seealso:
  - module: beyondidentity.management.identity_info
  - module: beyondidentity.management.role
  - module: beyondidentity.management.api
"""

EXAMPLES = r"""
- name: Read all groups
  beyondidentity.management.group_info:
  register: all

- name: Show their names
  ansible.builtin.debug:
    msg: "{{ all.groups | map(attribute='display_name') }}"

- name: Read who belongs to each
  beyondidentity.management.api:
    operation: ListGroupMembers
    parameters:
      group_id: "{{ item.id }}"
    all_pages: true
  loop: "{{ all.groups }}"
  loop_control:
    label: "{{ item.display_name }}"
  register: members
"""

RETURN = r"""
groups:
  description: The groups as the API shows them.
  returned: success
  type: list
  elements: dict
  sample:
    - id: 81490afab171aef0
      display_name: Realm Administrators
      description: A group of realm administrators.
predicted:
  description: Whether the result is, at least in part, a prediction of check mode.
  returned: in check mode, if something is predicted
  type: bool
  sample: true
requests:
  description: How many HTTP requests the task made, that for a token included.
  returned: success
  type: int
  sample: 2
"""

from ansible_collections.beyondidentity.management.plugins.module_utils._management.resource_types import GROUP
from ansible_collections.beyondidentity.management.plugins.module_utils._task.argument_spec import info_spec
from ansible_collections.beyondidentity.management.plugins.module_utils._task.context import ModuleResult, TaskContext
from ansible_collections.beyondidentity.management.plugins.module_utils._task.info import read_info
from ansible_collections.beyondidentity.management.plugins.module_utils._task.runner import run_module

SPEC = info_spec()


def run(task: TaskContext) -> ModuleResult:
    """Read the objects."""
    return read_info(task, GROUP)


def main() -> None:
    """Run as an ordinary module."""
    run_module(SPEC, run)


if __name__ == "__main__":
    main()
