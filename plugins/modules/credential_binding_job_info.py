# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read invitations to bind a passkey."""

from __future__ import annotations

DOCUMENTATION = r"""
module: credential_binding_job_info
short_description: Read invitations to bind a passkey
version_added: 0.1.0
description:
  - Reads the invitations (credential binding jobs) of one identity in all states, or one invitation by its ID. Without O(identity), the module reads the
    invitations of all identities in the managed realm.
  - The module never returns the link of an invitation. Only the task that creates an invitation receives its link.
  - The service cannot filter invitations. To select invitations from the result, use the Jinja filter C(selectattr).
  - Returns an empty list if nothing matches. If O(identity) is a name that no identity has, the module fails.
  - In check mode, the result contains the predictions of earlier tasks only if O(identity) is set.
notes:
  - "Scope C(credential-binding-jobs:read): always, for C(ListCredentialBindingJobs) and C(GetCredentialBindingJob)."
  - "Scope C(identities:read): with a name in O(identity), for C(ListIdentities) and C(GetIdentity)."
author:
  - Beyond Identity Management collection contributors (@beyondidentity)
extends_documentation_fragment:
  - beyondidentity.management.connection
  - beyondidentity.management.connection.reveal
  - beyondidentity.management.managed_realm
  - beyondidentity.management.required_scopes.info
  - beyondidentity.management.passkey_identity
  - beyondidentity.management.attributes
  - beyondidentity.management.attributes.no_diff
options:
  id:
    description:
      - ID of one invitation. Requires O(identity).
    type: str
seealso:
  - module: beyondidentity.management.credential_binding_job
  - module: beyondidentity.management.credential_info
"""

EXAMPLES = r"""
- name: Read invitations with the credentials of one application
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

    - name: Read Pat's invitations
      beyondidentity.management.credential_binding_job_info:
        identity: pat
      register: invitations

    - name: Show their states
      ansible.builtin.debug:
        msg: "{{ invitations.credential_binding_jobs | map(attribute='state') }}"

- name: Read all invitations of the realm
  beyondidentity.management.credential_binding_job_info:
  register: all

- name: Show the identities whose mail could not be sent
  ansible.builtin.debug:
    msg: "{{ all.credential_binding_jobs | selectattr('state', 'equalto', 'FAILED_TO_SEND') | map(attribute='identity_id') | unique }}"
"""

RETURN = r"""
credential_binding_jobs:
  description:
    - The invitations as the API returns them, without links. Empty if nothing matches.
  returned: success
  type: list
  elements: dict
  contains:
    id:
      description:
        - ID of the invitation. The service chooses it, and it never changes. It is unique in the realm.
      returned: always
      type: str
      sample: 86b4f51481f09321
    identity_id:
      description:
        - ID of the identity.
      returned: always
      type: str
      sample: e372db224c06e850
    realm_id:
      description:
        - ID of the realm of the invitation.
      returned: always
      type: str
      sample: 8f5bec58229e6f29
    tenant_id:
      description:
        - ID of the tenant of the invitation.
      returned: always
      type: str
      sample: 0001f1f460b1ace6
    credential_id:
      description:
        - ID of the passkey that was bound with the invitation.
      returned: if a passkey was bound with the invitation
      type: str
      sample: 9802966246819b35
    batch_id:
      description:
        - ID of the batch that the invitation belongs to.
      returned: if the invitation was created in a batch
      type: str
      sample: 5c1d2e3f40516273
    delivery_method:
      description:
        - How the service delivers the link. V(EMAIL) sends it to the identity, and V(RETURN) returns it to the creator of the invitation.
      returned: always
      type: str
      sample: EMAIL
    state:
      description:
        - State of the invitation.
        - Until the invitation expires, it is open in the states V(LINK_SENT), V(LINK_OPENED) (the person opened the link) and V(REQUEST_DELIVERED)
          (the authenticator received the request).
        - It is closed in the states V(COMPLETE) (a passkey was bound), V(EXPIRED), V(FAILED_TO_SEND) (the mail could not be sent) and V(REVOKED).
      returned: always
      type: str
      sample: LINK_SENT
    post_binding_redirect_uri:
      description:
        - Where the browser goes after the passkey is bound.
      returned: if the invitation has such a URL
      type: str
      sample: https://app.example.com/welcome
    authenticator_config:
      description:
        - Authenticator configuration that belongs to this invitation only. Invitations that this collection creates have C(authenticator_config_id) instead.
      returned: if the invitation was created with a configuration of its own
      type: dict
      contains:
        config:
          description:
            - Settings of the configuration. They depend on its type.
          returned: always
          type: dict
          contains:
            invocation_type:
              description:
                - How the service passes a request to your app, with a redirect (V(automatic)) or in a JSON response (V(manual)).
              returned: if C(type) is V(embedded)
              type: str
              sample: automatic
            invoke_url:
              description:
                - URL of your app, which receives the request.
              returned: if C(type) is V(embedded)
              type: str
              sample: https://app.example.com/bind
            trusted_origins:
              description:
                - Origins whose pages can call Beyond Identity from a browser.
              returned: if C(type) is V(embedded)
              type: list
              elements: str
              sample: ['https://app.example.com']
            type:
              description:
                - V(embedded) (your own app) or V(console) (the Beyond Identity console).
              returned: always
              type: str
              sample: embedded
            authentication_methods:
              description:
                - How a person can authenticate.
              returned: if C(type) is V(embedded), and the configuration has methods
              type: list
              elements: dict
              contains:
                type:
                  description:
                    - V(email_one_time_password), V(software_passkey) or V(webauthn_passkey).
                  returned: always
                  type: str
                  sample: webauthn_passkey
            onboarding_configuration:
              description:
                - How a person binds a passkey for the console.
              returned: if C(type) is V(console)
              type: dict
              contains:
                verification_method:
                  description:
                    - How the service verifies the person.
                  returned: always
                  type: dict
                  contains:
                    type:
                      description:
                        - How the service verifies a person before the passkey is bound, with an identity provider (V(idp)) or not at all (V(none)).
                      returned: always
                      type: str
                      sample: none
                    idp_id:
                      description:
                        - ID of the identity provider, a UUID.
                      returned: if C(type) is V(idp)
                      type: str
                      sample: 0b5b2e59-4ad5-4b3a-9a4c-5f6e7d8c9b0a
    authenticator_config_id:
      description:
        - ID of the authenticator configuration that binds the passkey.
      returned: if the invitation uses an existing authenticator configuration
      type: str
      sample: 3a0f1a4b-5a4e-4f9e-9c3b-2d8a5ed9b6c1
    expire_time:
      description:
        - When the link expires, in ISO 8601. Null in a prediction.
      returned: always
      type: str
      sample: '2026-03-21T03:42:52.905657Z'
    create_time:
      description:
        - When the invitation was created, in ISO 8601.
      returned: always
      type: str
      sample: '2026-03-14T03:42:52.905657Z'
    update_time:
      description:
        - When the invitation was last changed, in ISO 8601.
      returned: always
      type: str
      sample: '2026-03-14T03:42:52.905657Z'
predicted:
  description:
    - Whether the result is, at least in part, a prediction of check mode.
  returned: in check mode, if something is predicted
  type: bool
  sample: true
requests:
  description:
    - The number of HTTP requests that the task sent, including the token request.
  returned: success
  type: int
  sample: 3
"""

from ansible_collections.beyondidentity.management.plugins.module_utils._management.resource_types import (
    CREDENTIAL_BINDING_JOB,
)
from ansible_collections.beyondidentity.management.plugins.module_utils._task.argument_spec import ModuleSpec
from ansible_collections.beyondidentity.management.plugins.module_utils._task.context import ModuleResult, TaskContext
from ansible_collections.beyondidentity.management.plugins.module_utils._task.identity_work import read_owned
from ansible_collections.beyondidentity.management.plugins.module_utils._task.runner import run_module

SPEC = ModuleSpec(
    options={"identity": {"type": "str"}, "id": {"type": "str"}},
    rules={"required_by": {"id": ("identity",)}},
    manages_realm=True,
)


def run(task: TaskContext) -> ModuleResult:
    """Read the invitations."""
    return read_owned(task, CREDENTIAL_BINDING_JOB)


def main() -> None:
    """Run as an ordinary module."""
    run_module(SPEC, run)


if __name__ == "__main__":
    main()
