# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read resource servers."""

from __future__ import annotations

DOCUMENTATION = r"""
module: resource_server_info
short_description: Read Beyond Identity resource servers
version_added: 0.1.0
description:
  - Reads all resource servers of a realm, those with a display name, or the one with an id, with the scopes that they offer.
  - What is not there is no error, but an empty list.
author:
  - Beyond Identity Management collection contributors (@beyondidentity)
extends_documentation_fragment:
  - beyondidentity.management.connection
  - beyondidentity.management.managed_realm
  - beyondidentity.management.attributes
  - beyondidentity.management.attributes.no_diff
options:
  id:
    description: The id of the only resource server to read.
    type: str
  display_name:
    description: The name of the resource servers to read. Names need not be unique.
    type: str
seealso:
  - module: beyondidentity.management.resource_server
  - module: beyondidentity.management.role
  - module: beyondidentity.management.application
"""

EXAMPLES = r"""
- name: Read all resource servers
  beyondidentity.management.resource_server_info:
  register: all_resource_servers

- name: Read a resource server by its name
  beyondidentity.management.resource_server_info:
    display_name: Beyond Identity Management API
  register: built_in
"""

RETURN = r"""
resource_servers:
  description: The resource servers as the API shows them, without secrets.
  returned: success
  type: list
  elements: dict
  sample:
    - id: 84db69f5-48a8-4c11-8cda-1bae3a73f07e
      display_name: Beyond Identity Management API
      identifier: beyondidentity
      is_managed: true
      scopes: ["realms:create", "realms:read"]
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

from ansible_collections.beyondidentity.management.plugins.module_utils._management.resource_types import (
    RESOURCE_SERVER,
)
from ansible_collections.beyondidentity.management.plugins.module_utils._task.argument_spec import info_spec
from ansible_collections.beyondidentity.management.plugins.module_utils._task.context import ModuleResult, TaskContext
from ansible_collections.beyondidentity.management.plugins.module_utils._task.info import read_info
from ansible_collections.beyondidentity.management.plugins.module_utils._task.runner import run_module

SPEC = info_spec()


def run(task: TaskContext) -> ModuleResult:
    """Read the objects."""
    return read_info(task, RESOURCE_SERVER)


def main() -> None:
    """Run as an ordinary module."""
    run_module(SPEC, run)


if __name__ == "__main__":
    main()
