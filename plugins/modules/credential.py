# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Revoke passkeys."""

from __future__ import annotations

DOCUMENTATION = r"""
module: credential
short_description: Revoke passkeys of an identity
version_added: 0.1.0
description:
  - Revokes one passkey (credential) of an identity, or all. A revoked passkey cannot be used again.
  - Revoked passkeys stay listed in the state C(REVOKED). They count as absent.
  - A person binds a passkey with an invitation, see M(beyondidentity.management.credential_binding_job). To keep the person from binding another one,
    revoke the open invitations first.
  - A revocation does not end tokens that were issued before. Revoke them with M(beyondidentity.management.revoke).
  - The module refuses to revoke the last active passkey of the identity that the task is signed in as, because that user could not sign in again. With
    O(grant_type=authorization_code) and a referential token, the module cannot tell who is signed in, so it refuses to revoke the last active passkey
    of any identity.
  - If another process already revoked the passkey, or deleted the identity, the module changes nothing.
  - The module requests a token for C(ListCredentials), C(GetCredential) and C(RevokeCredential). With a name in O(identity), it also allows
    C(ListIdentities) and C(GetIdentity). In check mode, the token only allows operations that read.
author:
  - Beyond Identity Management collection contributors (@beyondidentity)
extends_documentation_fragment:
  - beyondidentity.management.connection
  - beyondidentity.management.managed_realm
  - beyondidentity.management.attributes
  - beyondidentity.management.attributes.diff
options:
  identity:
    description:
      - The identity, by ID, username or primary e-mail address. Text in the form of an ID (16 hexadecimal digits or a UUID) is always an ID.
      - Usernames and e-mail addresses are case-insensitive. If a username and another identity's e-mail address are equal, the username counts.
      - A name needs C(identities:read). An ID does not, and is not verified before it is used.
    type: str
    required: true
  state:
    description: Must be V(absent), because only the person can bind a passkey.
    type: str
    choices: [absent]
    required: true
  id:
    description:
      - ID of the passkey to revoke. M(beyondidentity.management.credential_info) lists the IDs.
      - Set either O(id) or O(all=true).
    type: str
  all:
    description: Whether to revoke all passkeys of the identity.
    type: bool
seealso:
  - module: beyondidentity.management.credential_info
  - module: beyondidentity.management.credential_binding_job
  - module: beyondidentity.management.revoke
"""

EXAMPLES = r"""
- name: Search for Pat
  beyondidentity.management.identity_info:
    username: pat
  register: pat

- name: Create Pat's identity if it does not exist
  when: pat.identities | length == 0
  beyondidentity.management.api:
    operation: CreateIdentity
    body:
      identity:
        display_name: Pat Smith
        traits:
          type: traits_v0
          username: pat
          primary_email_address: pat@example.com

- name: List Pat's active passkeys
  beyondidentity.management.credential_info:
    identity: pat
    credential_state: active
  register: passkeys

- name: Revoke those that were created before 2026
  beyondidentity.management.credential:
    identity: pat
    id: "{{ item.id }}"
    state: absent
  loop: "{{ passkeys.credentials | selectattr('create_time', 'lt', '2026') }}"
  loop_control:
    label: "{{ item.id }}"

- name: Revoke all of Pat's passkeys
  beyondidentity.management.credential:
    identity: pat
    all: true
    state: absent
"""

RETURN = r"""
credentials:
  description:
    - The passkeys that the options select, as they are after the task, including those that were revoked before. In check mode, the prediction.
  returned: success
  type: list
  elements: dict
  contains:
    id:
      description: The ID of the passkey.
      type: str
      sample: 81490afab171aef0
    identity_id:
      description: The ID of the identity.
      type: str
      sample: e372db224c06e850
    state:
      description: V(ACTIVE) or V(REVOKED).
      type: str
      sample: ACTIVE
    csr_type:
      description: How the passkey was created, V(JWT), V(WEBAUTHN) or V(FIDO2).
      type: str
      sample: WEBAUTHN
    jwk_json:
      description: The public key as a JSON Web Key (RFC 7517).
      type: str
      sample: '{"crv":"P-256","kty":"EC","x":"2MRhz05PJPq3BUfB18AT3HqgWEkI3VpWUg1MWi8rz1g","y":"YtvLYwGEqYQaoDVok2fVziJT4fu7DFPz3hy96FTAelQ"}'
    jwk_thumbprint:
      description: The thumbprint of the public key (RFC 7638).
      type: str
      sample: UW-uVNL0mP1vcLjHrTBxibNgCEe_PD0HIsE3FrbYjPA=
    create_time:
      description: When the passkey was created.
      type: str
      sample: "2022-03-14T03:42:52.905657Z"
    update_time:
      description: When the passkey was last changed.
      type: str
      sample: "2022-06-14T05:55:23.823187Z"
before:
  description:
    - The identity's passkeys that were not revoked before the task, without secrets, the oldest first. Null if the identity does not exist.
    - Also returned without C(--diff), so a run can be audited.
  returned: success
  type: dict
  sample: {identity_id: e372db224c06e850, credentials: [{id: 81490afab171aef0, state: ACTIVE}]}
after:
  description: The identity's passkeys that are not revoked after the task, without secrets, in the same form. In check mode, the prediction.
  returned: success
  type: dict
  sample: {identity_id: e372db224c06e850, credentials: []}
predicted:
  description: Whether the result is, at least in part, a prediction of check mode.
  returned: in check mode, if something is predicted
  type: bool
  sample: true
requests:
  description: The number of HTTP requests that the task sent, including the token request.
  returned: success
  type: int
  sample: 3
"""

from ansible_collections.beyondidentity.management.plugins.module_utils._management.credential_removal import (
    OPERATIONS,
    CredentialOptions,
    ensure_revoked,
)
from ansible_collections.beyondidentity.management.plugins.module_utils._management.resource_types import CREDENTIAL
from ansible_collections.beyondidentity.management.plugins.module_utils._masking import remove_secrets
from ansible_collections.beyondidentity.management.plugins.module_utils._task.argument_spec import ModuleSpec
from ansible_collections.beyondidentity.management.plugins.module_utils._task.context import ModuleResult, TaskContext
from ansible_collections.beyondidentity.management.plugins.module_utils._task.identity_work import change_owned
from ansible_collections.beyondidentity.management.plugins.module_utils._task.runner import run_module

SPEC = ModuleSpec(
    options={
        "identity": {"type": "str", "required": True},
        "state": {"type": "str", "choices": ["absent"], "required": True},
        "id": {"type": "str"},
        "all": {"type": "bool"},
    },
    rules={"required_one_of": [("id", "all")], "mutually_exclusive": [("id", "all")]},
    manages_realm=True,
)


def run(task: TaskContext) -> ModuleResult:
    """Revoke the passkeys."""
    options = task.read(CredentialOptions)
    result, done = change_owned(task, CREDENTIAL, OPERATIONS, lambda client: ensure_revoked(options, client))
    return {**result, CREDENTIAL.collection: remove_secrets(done.selected) if done else []}


def main() -> None:
    """Run as an ordinary module."""
    run_module(SPEC, run)


if __name__ == "__main__":
    main()
