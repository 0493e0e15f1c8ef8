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
  - Creates, updates and removes authenticator configurations. An authenticator configuration defines how users sign in to applications.
  - An omitted option is not managed, and an empty list removes all items. The order and repetition of methods and origins do not matter.
  - If the task runs on many hosts at once, even without C(run_once), it creates one configuration.
  - The module only accepts the values that the service publishes, also in check mode. To send other values, use M(beyondidentity.management.api).
notes:
  - "Scope C(authenticator-configs:read): always, for C(ListAuthenticatorConfigs) or C(GetAuthenticatorConfig)."
  - "Scope C(authenticator-configs:create): with O(state=present), without O(id), and with the options that a new configuration needs, for
    C(CreateAuthenticatorConfig)."
  - "Scope C(authenticator-configs:update): with O(state=present) and any option other than O(type), or with O(id) and O(display_name), for
    C(UpdateAuthenticatorConfig)."
  - "Scope C(authenticator-configs:delete): with O(state=absent), for C(DeleteAuthenticatorConfig)."
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
  type:
    description:
      - Type of the authenticator. It cannot be changed later. Required for a new configuration, unless O(config) contains it.
      - V(hosted_web) is the sign-in page that Beyond Identity hosts. V(embedded) is a sign-in inside your own application.
      - V(console) is for the Admin Console. V(platform) is the authenticator that is installed on devices.
    type: str
    choices: [embedded, hosted_web, console, platform]
  authentication_methods:
    description:
      - Methods that users can authenticate with, for V(hosted_web) and V(embedded). Possible values are V(email_one_time_password), V(software_passkey) and
        V(webauthn_passkey).
      - The default for a new V(hosted_web) configuration is V(webauthn_passkey).
    type: list
    elements: str
  trusted_origins:
    description:
      - Origins that can send requests to Beyond Identity from a browser, such as V(https://app.example.com). Not for V(console).
    type: list
    elements: str
  invoke_url:
    description:
      - URL of the application that Beyond Identity opens to authenticate a user, for V(embedded). Required for a new V(embedded) configuration.
    type: str
  invocation_type:
    description:
      - How Beyond Identity opens O(invoke_url), for V(embedded). V(automatic) redirects the browser.
      - V(manual) returns the challenge to the caller, which opens the URL itself.
    type: str
    choices: [automatic, manual]
  config:
    description:
      - The C(config) object of the API, instead of the options O(type), O(authentication_methods), O(trusted_origins), O(invoke_url) and
        O(invocation_type). The module manages the keys that the object contains.
      - V(console) needs this option. A new V(console) configuration needs the key C(onboarding_configuration).
      - RV(authenticator_config.config) shows the possible keys.
    type: dict
seealso:
  - module: beyondidentity.management.authenticator_config_info
  - module: beyondidentity.management.application
"""

EXAMPLES = r"""
- name: Let users of an application sign in with a passkey
  module_defaults:
    group/beyondidentity.management.all:
      issuer: "{{ issuer }}"
      client_id: "{{ client_id }}"
      client_secret: "{{ vaulted_client_secret }}"
  block:
    - name: Create a sign-in page that Beyond Identity hosts
      beyondidentity.management.authenticator_config:
        display_name: Hosted sign-in
        type: hosted_web
        authentication_methods: [webauthn_passkey]
      register: hosted

    - name: Use the page for an application
      beyondidentity.management.application:
        display_name: Pet portal
        protocol: oidc
        redirect_uris: [https://portal.pets.example.com/callback]
        authenticator_config: "{{ hosted.authenticator_config.id }}"

- name: Remove the application
  beyondidentity.management.application:
    display_name: Pet portal
    state: absent

- name: Remove the sign-in page
  beyondidentity.management.authenticator_config:
    display_name: Hosted sign-in
    state: absent
"""

RETURN = r"""
authenticator_config:
  description:
    - The configuration as the API returns it; null if it does not exist.
    - In check mode, the prediction.
  returned: success
  type: dict
  contains:
    id:
      description:
        - ID of the configuration.
      type: str
      sample: 73731b7f-eb76-4143-9b4b-81a720385f5a
    realm_id:
      description:
        - ID of the realm that the configuration belongs to.
      type: str
      sample: caf2ff640497591a
    tenant_id:
      description:
        - ID of the tenant that the configuration belongs to.
      type: str
      sample: 00011f1183c67b69
    display_name:
      description:
        - Display name of the configuration.
      type: str
      sample: Hosted sign-in
    config:
      description:
        - Settings of the authenticator. Each type has its own fields.
      type: dict
      contains:
        type:
          description:
            - Type of the authenticator.
          type: str
          choices: [embedded, hosted_web, console, platform]
          sample: hosted_web
        authentication_methods:
          description:
            - Methods that users can authenticate with.
          returned: with the type V(embedded) or V(hosted_web)
          type: list
          elements: dict
          contains:
            type:
              description:
                - Authentication method.
              type: str
              choices: [email_one_time_password, software_passkey, webauthn_passkey]
              sample: webauthn_passkey
        trusted_origins:
          description:
            - Origins that can send requests to Beyond Identity from a browser. Can be null with the type V(platform).
          returned: with the type V(embedded), V(hosted_web) or V(platform)
          type: list
          elements: str
          sample: [https://app.example.com]
        invoke_url:
          description:
            - URL of the application that Beyond Identity opens to authenticate a user.
          returned: with the type V(embedded)
          type: str
          sample: https://app.example.com/authenticate
        invocation_type:
          description:
            - How Beyond Identity opens C(invoke_url). V(automatic) redirects the browser.
            - V(manual) returns the challenge to the caller, which opens the URL itself.
          returned: with the type V(embedded)
          type: str
          choices: [automatic, manual]
          sample: automatic
        onboarding_configuration:
          description:
            - How identities bind a passkey for the Admin Console.
          returned: with the type V(console)
          type: dict
          contains:
            verification_method:
              description:
                - How the service verifies an identity before a passkey is bound to it.
              type: dict
              contains:
                type:
                  description:
                    - V(idp) verifies the identity at an identity provider. V(none) does not verify it.
                  type: str
                  choices: [idp, none]
                  sample: idp
                idp_id:
                  description:
                    - ID of the identity provider.
                  returned: with the verification type V(idp)
                  type: str
                  sample: 2c9e4f0a-6b1d-4a3e-9d57-0e8f1b2c3d4e
        roaming_auth_config:
          description:
            - Settings of roaming authentication.
          returned: with the type V(platform)
          type: dict
          contains:
            enabled:
              description:
                - Whether users can use roaming authentication.
              type: bool
              sample: true
            allow_unknown_user:
              description:
                - Whether a user can use roaming authentication if the login hint does not identify exactly one identity.
              type: bool
              sample: false
            allowed_source_ips:
              description:
                - IP addresses and ranges that users can use roaming authentication from. An empty list allows all.
              type: list
              elements: str
              sample: [192.0.2.0/24]
            allowed_user_group_ids:
              description:
                - IDs of the groups whose members can use roaming authentication. An empty list allows all users.
              type: list
              elements: str
              sample: [81490afab171aef0]
            allowed_user_ids:
              description:
                - IDs of the identities that can use roaming authentication. An empty list allows all users.
              type: list
              elements: str
              sample: [e372db224c06e850]
before:
  description:
    - The configuration before the task, without secrets; null if it did not exist. It has the same fields as RV(authenticator_config).
    - Also returned without C(--diff), so you can audit a run.
  returned: success
  type: dict
  sample: {id: 73731b7f-eb76-4143-9b4b-81a720385f5a, display_name: Hosted sign-in}
after:
  description:
    - The configuration after the task, without secrets; null if it does not exist. It has the same fields as RV(authenticator_config).
    - In check mode, the prediction.
  returned: success
  type: dict
  sample: {id: 73731b7f-eb76-4143-9b4b-81a720385f5a, display_name: Sign-in page}
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
