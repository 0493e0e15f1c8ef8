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
  - Reads all authenticator configurations of a realm, the configurations with a display name, or the configuration with an ID.
notes:
  - "Scope C(authenticator-configs:read): always, for C(ListAuthenticatorConfigs) or C(GetAuthenticatorConfig)."
author:
  - Beyond Identity Management collection contributors (@beyondidentity)
extends_documentation_fragment:
  - beyondidentity.management.connection
  - beyondidentity.management.connection.reveal
  - beyondidentity.management.managed_realm
  - beyondidentity.management.managed_object.info
  - beyondidentity.management.required_scopes.info
  - beyondidentity.management.attributes
  - beyondidentity.management.attributes.no_diff
seealso:
  - module: beyondidentity.management.authenticator_config
"""

EXAMPLES = r"""
- name: Read all authenticator configurations of a realm
  vars:
    beyondidentity_issuer: "{{ issuer }}"
    beyondidentity_client_id: "{{ client_id }}"
    beyondidentity_client_secret: "{{ vaulted_client_secret }}"
  block:
    - name: Read all authenticator configurations
      beyondidentity.management.authenticator_config_info:
      register: all_configs

    - name: Show their settings by name
      ansible.builtin.debug:
        msg: "{{ all_configs.authenticator_configs | items2dict(key_name='display_name', value_name='config') }}"

- name: Read an authenticator configuration by its name
  beyondidentity.management.authenticator_config_info:
    display_name: Hosted sign-in
  register: hosted

- name: Show its ID
  ansible.builtin.debug:
    msg: "{{ hosted.authenticator_configs | map(attribute='id') }}"
"""

RETURN = r"""
authenticator_configs:
  description:
    - The configurations as the API returns them.
  returned: success
  type: list
  elements: dict
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
