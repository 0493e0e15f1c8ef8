# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Manage authenticator configurations."""

from __future__ import annotations

DOCUMENTATION = r"""
module: authenticator_config
short_description: Manage Beyond Identity authenticator configurations
version_added: 0.1.0
description:
  - Creates, updates and removes authenticator configurations, which say how people sign in to applications.
  - An option that is left out is not managed, and an empty list empties. Lists of methods and origins compare as sets.
  - Where the task runs on many hosts at once, as it does without C(run_once), one configuration is made.
  - The module refuses values that the service does not publish, in check mode, too. Use M(beyondidentity.management.api) to send other values.
  - The token that it gets for itself is for C(ListAuthenticatorConfigs), or C(GetAuthenticatorConfig) with O(id), and for what may have to
    be done, C(CreateAuthenticatorConfig) with what a new one needs and without O(id), C(UpdateAuthenticatorConfig) with any option beside
    O(type) or with a new name, C(DeleteAuthenticatorConfig) with O(state=absent). In check mode it only reads.
author:
  - Beyond Identity Management collection contributors (@beyondidentity)
extends_documentation_fragment:
  - beyondidentity.management.connection
  - beyondidentity.management.managed_realm
  - beyondidentity.management.attributes
  - beyondidentity.management.attributes.diff
options:
  state:
    description: Whether the configuration shall be there.
    type: str
    choices: [present, absent]
    default: present
  id:
    description:
      - The id of a configuration that is there. With it, O(display_name) renames.
      - One of O(id) and O(display_name) is needed.
    type: str
  display_name:
    description:
      - The name that people see. Without O(id) it finds the configuration, and two of one name are an error that tells their ids.
    type: str
  type:
    description:
      - The kind of authenticator, which can't be changed later. Needed for a new one, unless O(config) says it.
      - V(hosted_web) is the sign-in page that Beyond Identity hosts.
    type: str
    choices: [embedded, hosted_web, console, platform]
  authentication_methods:
    description:
      - How users can authenticate, for V(hosted_web) and V(embedded). Possible values are V(email_one_time_password), V(software_passkey) and
        V(webauthn_passkey).
      - A new V(hosted_web) configuration gets V(webauthn_passkey).
    type: list
    elements: str
  trusted_origins:
    description: Origins, such as V(https://app.example.com), that may call Beyond Identity from a browser.
    type: list
    elements: str
  invoke_url:
    description: The URL that is invoked to authenticate, for V(embedded), which needs one.
    type: str
  invocation_type:
    description: How O(invoke_url) is invoked, for V(embedded).
    type: str
    choices: [automatic, manual]
  config:
    description:
      - The API's own C(config) object, instead of the options above. For V(console) it is the only way, and a new one needs
        C(onboarding_configuration) in it.
      - The keys that it holds are managed.
    type: dict
seealso:
  - module: beyondidentity.management.authenticator_config_info
  - module: beyondidentity.management.application
"""

EXAMPLES = r"""
- name: People sign in at the hosted page, with a passkey
  beyondidentity.management.authenticator_config:
    display_name: Hosted sign-in
    type: hosted_web
    authentication_methods: [webauthn_passkey]

- name: Remove it
  beyondidentity.management.authenticator_config:
    display_name: Hosted sign-in
    state: absent
"""

RETURN = r"""
authenticator_config:
  description: The configuration as the API shows it; null where it is absent. In check mode, as it would be.
  returned: success
  type: dict
  sample:
    id: 73731b7f-eb76-4143-9b4b-81a720385f5a
    display_name: Hosted sign-in
    config:
      type: hosted_web
      authentication_methods: [{type: webauthn_passkey}]
      trusted_origins: []
before:
  description:
    - The authenticator configuration before the task, without secrets; null if it did not exist. Also returned without C(--diff), so a run can be audited.
  returned: success
  type: dict
  sample: {id: 73731b7f-eb76-4143-9b4b-81a720385f5a, display_name: Hosted sign-in}
after:
  description: The authenticator configuration after the task, without secrets; null if it does not exist. In check mode, the prediction.
  returned: success
  type: dict
  sample: {id: 73731b7f-eb76-4143-9b4b-81a720385f5a, display_name: Sign-in page}
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

from functools import partial

from ansible_collections.beyondidentity.management.plugins.module_utils._management.authenticator_config import (
    FIELDS,
    AuthenticatorConfigOptions,
    build_authenticator_config,
    get_managed_fields,
    get_required_fields,
)
from ansible_collections.beyondidentity.management.plugins.module_utils._management.field_limits import list_choices
from ansible_collections.beyondidentity.management.plugins.module_utils._management.resource_types import (
    AUTHENTICATOR_CONFIG,
)
from ansible_collections.beyondidentity.management.plugins.module_utils._task.argument_spec import state_spec
from ansible_collections.beyondidentity.management.plugins.module_utils._task.context import ModuleResult, TaskContext
from ansible_collections.beyondidentity.management.plugins.module_utils._task.ensure_state import (
    ensure_state,
    to_module_result,
)
from ansible_collections.beyondidentity.management.plugins.module_utils._task.runner import run_module

SPEC = state_spec(
    {
        "type": {"type": "str", "choices": list_choices("authenticator_config", "type")},
        "authentication_methods": {"type": "list", "elements": "str"},
        "trusted_origins": {"type": "list", "elements": "str"},
        "invoke_url": {"type": "str"},
        "invocation_type": {"type": "str", "choices": list_choices("authenticator_config", "invocation_type")},
        "config": {"type": "dict"},
    },
    {"mutually_exclusive": [("config", name) for name in ("type", *FIELDS)]},
)


def run(task: TaskContext) -> ModuleResult:
    """Bring the authenticator configuration to its wanted state."""
    options = task.read(AuthenticatorConfigOptions)
    change = ensure_state(
        task,
        AUTHENTICATOR_CONFIG,
        get_managed_fields(options),
        required=get_required_fields(options),
        make_builder=lambda state: partial(build_authenticator_config, options),
    )
    return to_module_result(AUTHENTICATOR_CONFIG, change)


def main() -> None:
    """Run as an ordinary module."""
    run_module(SPEC, run)


if __name__ == "__main__":
    main()
