# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read authenticator configurations."""

from __future__ import annotations

DOCUMENTATION = r"""
module: authenticator_config_info
short_description: Read Beyond Identity authenticator configurations
version_added: 0.1.0
description:
  - Reads all authenticator configurations of a realm, those with a display name, or the one with an id.
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
    description: The id of the only authenticator configuration to read.
    type: str
  display_name:
    description: The name of the authenticator configurations to read. Names need not be unique.
    type: str
seealso:
  - module: beyondidentity.management.authenticator_config
"""

EXAMPLES = r"""
- name: Read all authenticator configurations
  beyondidentity.management.authenticator_config_info:
  register: all_authenticator_configs

- name: Read an authenticator configuration by its name
  beyondidentity.management.authenticator_config_info:
    display_name: Hosted sign-in
  register: hosted
"""

RETURN = r"""
authenticator_configs:
  description: The authenticator configurations as the API shows them, without secrets.
  returned: success
  type: list
  elements: dict
  sample:
    - id: 73731b7f-eb76-4143-9b4b-81a720385f5a
      display_name: Hosted sign-in
      config:
        type: hosted_web
        authentication_methods: [{type: webauthn_passkey}]
        trusted_origins: []
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
    AUTHENTICATOR_CONFIG,
)
from ansible_collections.beyondidentity.management.plugins.module_utils._task.argument_spec import info_spec
from ansible_collections.beyondidentity.management.plugins.module_utils._task.context import ModuleResult, TaskContext
from ansible_collections.beyondidentity.management.plugins.module_utils._task.info import read_info
from ansible_collections.beyondidentity.management.plugins.module_utils._task.runner import run_module

SPEC = info_spec()


def run(task: TaskContext) -> ModuleResult:
    """Read the objects."""
    return read_info(task, AUTHENTICATOR_CONFIG)


def main() -> None:
    """Run as an ordinary module."""
    run_module(SPEC, run)


if __name__ == "__main__":
    main()
