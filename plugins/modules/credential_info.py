# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read passkeys."""

from __future__ import annotations

DOCUMENTATION = r"""
module: credential_info
short_description: Read passkeys of identities
version_added: 0.1.0
description:
  - Reads the passkeys (credentials) of one identity, or one passkey by its ID. Without O(identity), the module reads the passkeys of all identities in the
    managed realm.
  - Revoked passkeys stay listed. To read only active or only revoked passkeys, set O(credential_state).
  - Returns an empty list if nothing matches. If O(identity) is a name that no identity has, the module fails.
  - In check mode, the result contains the predictions of earlier tasks only if O(identity) is set.
notes:
  - "Scope C(credentials:read): always, for C(ListCredentials) and C(GetCredential)."
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
      - ID of one passkey. Requires O(identity).
    type: str
  credential_state:
    description:
      - Only return passkeys in this state. The service selects them.
    type: str
    choices: [active, revoked]
  jwk_thumbprint:
    description:
      - Only return the passkey whose public key has this thumbprint (RFC 7638). The service selects it.
    type: str
seealso:
  - module: beyondidentity.management.credential
  - module: beyondidentity.management.credential_binding_job_info
  - module: beyondidentity.management.identity_info
"""

EXAMPLES = r"""
- name: Read passkeys with the credentials of one application
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

    - name: Read Pat's active passkeys
      beyondidentity.management.credential_info:
        identity: pat
        credential_state: active
      register: passkeys

    - name: Show when Pat bound them
      ansible.builtin.debug:
        msg: "{{ passkeys.credentials | map(attribute='create_time') }}"

- name: Read all passkeys of the realm
  beyondidentity.management.credential_info:
  register: all

- name: Show which identities have an active passkey
  ansible.builtin.debug:
    msg: "{{ all.credentials | selectattr('state', 'equalto', 'ACTIVE') | map(attribute='identity_id') | unique }}"
"""

RETURN = r"""
credentials:
  description:
    - The passkeys as the API returns them. Empty if nothing matches.
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

import json

from ansible_collections.beyondidentity.management.plugins.module_utils._management.resource_types import (
    CREDENTIAL,
    Resource,
)
from ansible_collections.beyondidentity.management.plugins.module_utils._task.argument_spec import ModuleSpec
from ansible_collections.beyondidentity.management.plugins.module_utils._task.context import ModuleResult, TaskContext
from ansible_collections.beyondidentity.management.plugins.module_utils._task.identity_work import read_owned
from ansible_collections.beyondidentity.management.plugins.module_utils._task.runner import run_module

SPEC = ModuleSpec(
    options={
        "identity": {"type": "str"},
        "id": {"type": "str"},
        "credential_state": {"type": "str", "choices": ["active", "revoked"]},
        "jwk_thumbprint": {"type": "str"},
    },
    rules={
        "required_by": {"id": ("identity",)},
        "mutually_exclusive": [("id", "credential_state"), ("id", "jwk_thumbprint")],
    },
    manages_realm=True,
)


def run(task: TaskContext) -> ModuleResult:
    """Read the passkeys."""
    state: str | None = task.params["credential_state"]
    compared = {"state": state and state.upper(), "jwk_thumbprint": task.params["jwk_thumbprint"]}
    wanted = {name: value for name, value in compared.items() if value is not None}
    text = " and ".join(f"{name} eq {json.dumps(value)}" for name, value in wanted.items())

    def is_wanted(item: Resource) -> bool:
        return all(item.get(name) == value for name, value in wanted.items())

    return read_owned(task, CREDENTIAL, query={"filter": text} if wanted else {}, is_wanted=is_wanted)


def main() -> None:
    """Run as an ordinary module."""
    run_module(SPEC, run)


if __name__ == "__main__":
    main()
