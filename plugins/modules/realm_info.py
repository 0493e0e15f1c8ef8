# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read realms."""

from __future__ import annotations

DOCUMENTATION = r"""
module: realm_info
short_description: Read Beyond Identity realms
version_added: 0.1.0
description:
  - Reads all realms of the managed tenant, those of one name, or one by its id. Where there is none, the list is empty.
author:
  - Beyond Identity Management collection contributors (@beyondidentity)
extends_documentation_fragment:
  - beyondidentity.management.connection
  - beyondidentity.management.attributes
  - beyondidentity.management.attributes.no_diff
options:
  id:
    description: The id of one realm.
    type: str
  display_name:
    description: The name that people see. All realms that bear it are returned.
    type: str
seealso:
  - module: beyondidentity.management.realm
"""

EXAMPLES = r"""
- name: Read one realm by its name
  beyondidentity.management.realm_info:
    display_name: Customers
  register: customers

- name: Read all realms
  beyondidentity.management.realm_info:
  register: all

- name: Show their names
  ansible.builtin.debug:
    msg: "{{ all.realms | map(attribute='display_name') }}"
"""

RETURN = r"""
realms:
  description: The realms as the API shows them.
  returned: success
  type: list
  elements: dict
  sample:
    - id: 19a95130480dfa79
      display_name: Customers
      classification: SECURE_CUSTOMER
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

from ansible_collections.beyondidentity.management.plugins.module_utils._management.resource_types import REALM
from ansible_collections.beyondidentity.management.plugins.module_utils._task.argument_spec import info_spec
from ansible_collections.beyondidentity.management.plugins.module_utils._task.context import ModuleResult, TaskContext
from ansible_collections.beyondidentity.management.plugins.module_utils._task.info import read_info
from ansible_collections.beyondidentity.management.plugins.module_utils._task.runner import run_module

SPEC = info_spec(manages_realm=False)


def run(task: TaskContext) -> ModuleResult:
    """Read the objects."""
    return read_info(task, REALM)


def main() -> None:
    """Run as an ordinary module."""
    run_module(SPEC, run)


if __name__ == "__main__":
    main()
