# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read applications."""

from __future__ import annotations

DOCUMENTATION = r"""
module: application_info
short_description: Read Beyond Identity applications
version_added: 0.1.0
description:
  - Reads all applications of a realm, those with a display name, or the one with an id, of any protocol. Client secrets are left out.
  - What is not there is no error, but an empty list.
  - C(applications:read) is a privileged scope. The service returns the client secret of every application in the realm to a token with this scope.
author:
  - Beyond Identity Management collection contributors (@beyondidentity)
extends_documentation_fragment:
  - beyondidentity.management.connection
  - beyondidentity.management.managed_realm
  - beyondidentity.management.attributes
  - beyondidentity.management.attributes.no_diff
options:
  id:
    description: The id of the only application to read.
    type: str
  display_name:
    description: The name of the applications to read. Names need not be unique.
    type: str
seealso:
  - module: beyondidentity.management.application
"""

EXAMPLES = r"""
- name: Read all applications
  beyondidentity.management.application_info:
  register: all_applications

- name: Read an application by its name
  beyondidentity.management.application_info:
    display_name: Beyond Identity Management API
  register: built_in
"""

RETURN = r"""
applications:
  description: The applications as the API shows them, without secrets.
  returned: success
  type: list
  elements: dict
  sample:
    - id: 38833c36-6f47-4992-9329-ea0a00915137
      display_name: Realm factory
      is_managed: false
      protocol_config:
        type: oauth2
        client_id: AYYNcuOSpfqIf33JeegCzDIT
        allowed_scopes: ["realms:create", "realms:read"]
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

from ansible_collections.beyondidentity.management.plugins.module_utils._management.resource_types import APPLICATION
from ansible_collections.beyondidentity.management.plugins.module_utils._task.argument_spec import info_spec
from ansible_collections.beyondidentity.management.plugins.module_utils._task.context import ModuleResult, TaskContext
from ansible_collections.beyondidentity.management.plugins.module_utils._task.info import read_info
from ansible_collections.beyondidentity.management.plugins.module_utils._task.runner import run_module

SPEC = info_spec()


def run(task: TaskContext) -> ModuleResult:
    """Read the objects."""
    return read_info(task, APPLICATION)


def main() -> None:
    """Run as an ordinary module."""
    run_module(SPEC, run)


if __name__ == "__main__":
    main()
