# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read identities."""

from __future__ import annotations

DOCUMENTATION = r"""
module: identity_info
short_description: Read Beyond Identity identities
version_added: 0.1.0
description:
  - Reads all identities of the managed realm, those of one name, or one by its id. Where there is none, the list is empty.
  - Only for O(username) the service looks by itself; for O(display_name) all identities are read, page by page.
author:
  - Beyond Identity Management collection contributors (@beyondidentity)
extends_documentation_fragment:
  - beyondidentity.management.connection
  - beyondidentity.management.managed_realm
  - beyondidentity.management.attributes
  - beyondidentity.management.attributes.no_diff
options:
  id:
    description: The id of one identity.
    type: str
  display_name:
    description: The name that people see. All identities that bear it are returned.
    type: str
  username:
    description: The name that one identity signs in with, in lower or upper case.
    type: str
seealso:
  - module: beyondidentity.management.group_info
  - module: beyondidentity.management.role
  - module: beyondidentity.management.api
"""

EXAMPLES = r"""
- name: Read all identities
  beyondidentity.management.identity_info:
  register: all

- name: Show the names that they sign in with
  ansible.builtin.debug:
    msg: "{{ all.identities | map(attribute='traits.username') }}"

- name: Find one by the name that she signs in with
  beyondidentity.management.identity_info:
    username: pat
  register: found
"""

RETURN = r"""
identities:
  description: The identities as the API shows them.
  returned: success
  type: list
  elements: dict
  sample:
    - id: e372db224c06e850
      display_name: Pat Smith
      status: active
      enrollment_status: ENROLLED
      traits:
        type: traits_v0
        username: pat
        primary_email_address: pat@example.com
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

from ansible_collections.beyondidentity.management.plugins.module_utils._management.members import (
    build_username_filter,
    has_username,
)
from ansible_collections.beyondidentity.management.plugins.module_utils._management.resource_types import IDENTITY
from ansible_collections.beyondidentity.management.plugins.module_utils._task.argument_spec import info_spec
from ansible_collections.beyondidentity.management.plugins.module_utils._task.context import ModuleResult, TaskContext
from ansible_collections.beyondidentity.management.plugins.module_utils._task.info import read_info
from ansible_collections.beyondidentity.management.plugins.module_utils._task.runner import run_module

SPEC = info_spec("username")


def run(task: TaskContext) -> ModuleResult:
    """Read the objects."""
    username = task.params["username"]
    if username is None:
        return read_info(task, IDENTITY)
    return read_info(
        task,
        IDENTITY,
        query={"filter": build_username_filter(username)},
        is_wanted=lambda item: has_username(item, username),
    )


def main() -> None:
    """Run as an ordinary module."""
    run_module(SPEC, run)


if __name__ == "__main__":
    main()
