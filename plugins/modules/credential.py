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
  - Revokes one passkey (credential) of an identity, or all passkeys of the identity. A revoked passkey cannot be used again.
  - Revoked passkeys stay listed in the state C(REVOKED). They count as absent.
  - A person binds a passkey with an invitation, see M(beyondidentity.management.credential_binding_job). To keep the person from binding another passkey,
    revoke the open invitations first.
  - A revocation does not end tokens that were issued before. Revoke them with M(beyondidentity.management.revoke).
  - The module refuses to revoke the last active passkey of the signed-in user, because the user could not sign in again. With
    O(grant_type=authorization_code) and a referential token, the module cannot identify the signed-in user, so it refuses to revoke the last active passkey
    of any identity.
  - If another process already revoked the passkey, or deleted the identity, the module changes nothing.
notes:
  - "Scope C(credentials:read): always, for C(ListCredentials) and C(GetCredential)."
  - "Scope C(credentials:revoke): always, for C(RevokeCredential)."
  - "Scope C(identities:read): with a name in O(identity), for C(ListIdentities) and C(GetIdentity)."
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
options:
  identity:
    required: true
  state:
    description:
      - Must be V(absent), because only the person can bind a passkey.
    type: str
    choices: [absent]
    required: true
  id:
    description:
      - ID of the passkey to revoke. M(beyondidentity.management.credential_info) lists the IDs.
      - Set either O(id) or O(all=true).
    type: str
  all:
    description:
      - Whether to revoke all passkeys of the identity.
    type: bool
seealso:
  - module: beyondidentity.management.credential_info
  - module: beyondidentity.management.credential_binding_job
  - module: beyondidentity.management.revoke
"""

EXAMPLES = r"""
- name: Revoke old passkeys with the credentials of one application
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

    - name: List Pat's active passkeys
      beyondidentity.management.credential_info:
        identity: pat
        credential_state: active
      register: passkeys

    - name: Revoke the passkeys that were created before 2026
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
  register: revocation

- name: Show how many passkeys the task revoked
  ansible.builtin.debug:
    msg: "{{ revocation.before.credentials | length }}"
"""

RETURN = r"""
credentials:
  description:
    - The selected passkeys after the task, including passkeys that were already revoked. In check mode, the prediction.
  returned: success
  type: list
  elements: dict
  contains:
    id:
      description:
        - ID of the passkey. The service chooses it, and it never changes. It is unique in the realm.
      returned: always
      type: str
      sample: f3e87aa26a696372
    identity_id:
      description:
        - ID of the identity.
      returned: always
      type: str
      sample: e372db224c06e850
    realm_id:
      description:
        - ID of the realm of the passkey.
      returned: always
      type: str
      sample: 8f5bec58229e6f29
    tenant_id:
      description:
        - ID of the tenant of the passkey.
      returned: always
      type: str
      sample: 0001f1f460b1ace6
    state:
      description:
        - V(ACTIVE) passkeys can be used to sign in. V(REVOKED) passkeys cannot.
      returned: always
      type: str
      sample: ACTIVE
    csr_type:
      description:
        - Form in which the authenticator sent the public key when the passkey was bound, V(JWT), V(WEBAUTHN) or V(FIDO2).
      returned: always
      type: str
      sample: WEBAUTHN
    jwk_json:
      description:
        - Public key as a JSON Web Key (RFC 7517), in JSON text.
      returned: always
      type: str
      sample: '{"crv":"P-256","kty":"EC","x":"2MRhz05PJPq3BUfB18AT3HqgWEkI3VpWUg1MWi8rz1g","y":"YtvLYwGEqYQaoDVok2fVziJT4fu7DFPz3hy96FTAelQ"}'
    jwk_thumbprint:
      description:
        - Thumbprint of the public key (RFC 7638), base64url-encoded.
      returned: always
      type: str
      sample: UW-uVNL0mP1vcLjHrTBxibNgCEe_PD0HIsE3FrbYjPA=
    create_time:
      description:
        - When the passkey was created, in ISO 8601.
      returned: always
      type: str
      sample: '2026-03-14T03:42:52.905657Z'
    update_time:
      description:
        - When the passkey was last changed, in ISO 8601.
      returned: always
      type: str
      sample: '2026-06-14T05:55:23.823187Z'
before:
  description:
    - The identity's passkeys that were not revoked before the task, without secrets, the oldest first. Null if the identity does not exist.
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
    credentials:
      description:
        - The passkeys, with the same fields as RV(credentials).
      returned: always
      type: list
      elements: dict
      sample: [{id: f3e87aa26a696372, state: ACTIVE}]
after:
  description:
    - The identity's passkeys that are not revoked after the task, without secrets, with the same fields as RV(before). In check mode, the prediction.
  returned: success
  type: dict
  sample: {identity_id: e372db224c06e850, credentials: []}
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
