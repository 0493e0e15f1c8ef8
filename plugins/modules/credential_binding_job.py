# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Invite people to bind a passkey."""

from __future__ import annotations

DOCUMENTATION = r"""
module: credential_binding_job
short_description: Invite a person to bind a passkey
version_added: 0.1.0
description:
  - Creates or revokes invitations (credential binding jobs). With the link of an invitation, a person binds a passkey to an identity.
  - B(A person who has the link can sign in as that identity.) Protect the link like the credentials of the account until the invitation is used, revoked or
    expired.
  - The module changes nothing if the identity has an open invitation, unless O(renew=true). An invitation is open in the states C(LINK_SENT),
    C(LINK_OPENED) and C(REQUEST_DELIVERED) until it expires. The module also changes nothing if the identity has an active passkey, unless
    O(if_enrolled=invite).
  - Only the task and host that create an invitation return its link. The module never stores the link, and never shows it in a diff or a log. If the
    link is lost, renew the invitation.
  - If the response to a creation is lost, the module revokes the new invitation and fails. The same applies if the response has no link with
    O(delivery_method=return). Run again to create another invitation.
  - With O(delivery_method=email), the module sends no invitation to a primary e-mail address that the same run changed. If the run created the identity,
    the module sends the invitation. If the task is delegated to a remote host, or the controller does not have the Python library cryptography, the module
    cannot detect the change.
  - If the task runs on many hosts at once, even without C(run_once), it creates one invitation for each identity.
notes:
  - "Scope C(credential-binding-jobs:read): always, for C(ListCredentialBindingJobs) and C(GetCredentialBindingJob)."
  - "Scope C(credential-binding-jobs:create): with O(state=present), for C(CreateCredentialBindingJob)."
  - "Scope C(credential-binding-jobs:revoke): with O(renew=true) or O(state=absent), for C(SetCredentialBindingJobRevoked). Always allow the application
    this scope, because the module requests a second token with it after a lost response. Otherwise, an unknown invitation can stay open."
  - "Scope C(credentials:read): with O(state=present) and O(if_enrolled=skip), for C(ListCredentials)."
  - "Scope C(identities:read): with a name in O(identity), for C(ListIdentities) and C(GetIdentity). With O(delivery_method=email), for C(GetIdentity)."
  - "Scope C(authenticator-configs:read): with a name in O(authenticator_config), for C(ListAuthenticatorConfigs) and C(GetAuthenticatorConfig)."
author:
  - Beyond Identity Management collection contributors (@beyondidentity)
extends_documentation_fragment:
  - beyondidentity.management.connection
  - beyondidentity.management.connection.reveal
  - beyondidentity.management.managed_realm
  - beyondidentity.management.required_scopes
  - beyondidentity.management.passkey_identity
  - beyondidentity.management.attributes
  - beyondidentity.management.attributes.diff
attributes:
  check_mode:
    details:
      - Sends no mail, creates nothing and returns no link.
  idempotent:
    support: partial
    details:
      - With O(renew=true), each run creates an invitation.
options:
  identity:
    required: true
  state:
    description:
      - V(present) invites the person. V(absent) revokes all open invitations, and changes nothing if the identity does not exist.
      - If the person binds a passkey before the service revokes the invitation, V(absent) shows a warning. To revoke this passkey, use
        M(beyondidentity.management.credential).
    type: str
    choices: [present, absent]
    default: present
  delivery_method:
    description:
      - How the person receives the link. V(email) sends the link to the identity's primary e-mail address. V(return) returns it to the task.
      - Required with O(state=present).
    type: str
    choices: [return, email]
  authenticator_config:
    description:
      - The authenticator configuration that binds the passkey, by ID or name. Required with O(state=present).
      - Text in the form of an ID (16 hexadecimal digits or a UUID) is always an ID.
      - If several authenticator configurations have the name, the module fails and lists their IDs.
    type: str
  post_binding_redirect_uri:
    description:
      - The URI that the browser opens after the passkey is bound. By default, the browser stays on the page.
    type: str
  renew:
    description:
      - Whether to revoke all open invitations and create a new invitation. Each run creates another invitation.
      - With O(if_enrolled=skip), an identity with an active passkey keeps its invitations, and the module creates no new invitation.
    type: bool
    default: false
  if_enrolled:
    description:
      - Action if the identity has an active passkey. V(skip) changes nothing. V(invite) invites the person to bind another passkey.
    type: str
    choices: [skip, invite]
    default: skip
seealso:
  - module: beyondidentity.management.credential_binding_job_info
  - module: beyondidentity.management.credential
  - module: beyondidentity.management.authenticator_config
"""

EXAMPLES = r"""
- name: Invite a person with the credentials of one application
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

    - name: Create the authenticator configuration for passkeys
      beyondidentity.management.authenticator_config:
        display_name: Passkeys
        type: hosted_web
        authentication_methods: [webauthn_passkey]
        trusted_origins: []

    - name: Send Pat an invitation, unless Pat has a passkey or an open invitation
      beyondidentity.management.credential_binding_job:
        identity: pat
        delivery_method: email
        authenticator_config: Passkeys
      register: invitation

    - name: Show when the link expires
      ansible.builtin.debug:
        msg: "{{ invitation.credential_binding_job.expire_time }}"

- name: Replace the invitation with one whose link the task returns
  beyondidentity.management.credential_binding_job:
    identity: pat
    delivery_method: return
    authenticator_config: Passkeys
    post_binding_redirect_uri: https://app.example.com/welcome
    renew: true
  register: renewed

- name: Show the state of the new invitation, and not its link
  ansible.builtin.debug:
    msg: "{{ renewed.credential_binding_job.state }}"

- name: Revoke all open invitations
  beyondidentity.management.credential_binding_job:
    identity: pat
    state: absent
"""

RETURN = r"""
credential_binding_job:
  description:
    - The open invitation. If several invitations are open, the newest. Null if no invitation is open. In check mode, the prediction.
    - This object never contains the link.
  returned: success
  type: dict
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
credential_binding_link:
  description:
    - The link of the new invitation. A result that contains the link is hidden in all output. Send the link only to the person, over a channel that you
      trust.
  returned: if the task created an invitation with O(delivery_method=return), and not in check mode
  type: str
  sample: "https://auth-us.beyondidentity.com/v1/tenants/.../credential-binding-jobs/86b4f51481f09321:invokeAuthenticator?token=..."
before:
  description:
    - The identity's open invitations before the task, without secrets, the newest first. Null if the identity does not exist.
    - Also returned without C(--diff), so you can audit a run.
  returned: success
  type: dict
  contains:
    identity_id:
      description:
        - ID of the identity.
      returned: always
      type: str
      sample: e372db224c06e850
    credential_binding_jobs:
      description:
        - The open invitations, with the same fields as RV(credential_binding_job).
      returned: always
      type: list
      elements: dict
      sample: []
after:
  description:
    - The identity's open invitations after the task, without secrets, with the same fields as RV(before). In check mode, the prediction.
  returned: success
  type: dict
  sample: {identity_id: e372db224c06e850, credential_binding_jobs: [{id: 86b4f51481f09321, state: LINK_SENT}]}
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

from ansible_collections.beyondidentity.management.plugins.module_utils._management.client import ManagementClient
from ansible_collections.beyondidentity.management.plugins.module_utils._management.invitations import (
    CLEANING_OPERATIONS,
    LINK,
    InvitationChange,
    InvitationOptions,
    Invitations,
)
from ansible_collections.beyondidentity.management.plugins.module_utils._management.resource_types import (
    CREDENTIAL_BINDING_JOB,
)
from ansible_collections.beyondidentity.management.plugins.module_utils._masking import remove_secrets
from ansible_collections.beyondidentity.management.plugins.module_utils._task.argument_spec import ModuleSpec
from ansible_collections.beyondidentity.management.plugins.module_utils._task.context import ModuleResult, TaskContext
from ansible_collections.beyondidentity.management.plugins.module_utils._task.identity_work import change_owned
from ansible_collections.beyondidentity.management.plugins.module_utils._task.runner import run_module

SPEC = ModuleSpec(
    options={
        "identity": {"type": "str", "required": True},
        "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
        "delivery_method": {"type": "str", "choices": ["return", "email"]},
        "authenticator_config": {"type": "str"},
        "post_binding_redirect_uri": {"type": "str"},
        "renew": {"type": "bool", "default": False},
        "if_enrolled": {"type": "str", "choices": ["skip", "invite"], "default": "skip"},
    },
    rules={"required_if": [("state", "present", ("delivery_method", "authenticator_config"))]},
    manages_realm=True,
)


def run(task: TaskContext) -> ModuleResult:
    """Invite the person, or revoke the open invitations."""
    options = task.read(InvitationOptions)

    def change(client: ManagementClient) -> InvitationChange:
        invitations = Invitations(options, client, lambda: _build_cleaner(task, client), task.warn)
        return invitations.ensure_open() if options.state == "present" else invitations.ensure_revoked()

    result, done = change_owned(task, CREDENTIAL_BINDING_JOB, options.list_operations(), change)
    result[CREDENTIAL_BINDING_JOB.noun] = remove_secrets(done.job) if done else None
    return {**result, LINK: done.link} if done and done.link else result


def _build_cleaner(task: TaskContext, client: ManagementClient) -> ManagementClient:
    """Return a client that can revoke the identity's invitations, with a token of its own."""
    cleaner = task.build_client(*CLEANING_OPERATIONS)
    cleaner.path_parameters = dict(client.path_parameters)
    return cleaner


def main() -> None:
    """Run as an ordinary module."""
    run_module(SPEC, run)


if __name__ == "__main__":
    main()
