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
  - Reads the passkeys (credentials) of one identity or of all identities in the managed realm, or one passkey by its ID.
  - Revoked passkeys stay listed. Set O(credential_state) to select.
  - Returns an empty list if nothing matches. If O(identity) is a name that no identity has, the module fails. An ID in O(identity) is not verified.
  - The module requests a token for C(ListCredentials) and C(GetCredential). With a name in O(identity), it also allows C(ListIdentities) and
    C(GetIdentity).
  - In a run with C(--check), a listing of all identities does not show what earlier tasks predicted. A listing of one identity does.
author:
  - Beyond Identity Management collection contributors (@beyondidentity)
extends_documentation_fragment:
  - beyondidentity.management.connection
  - beyondidentity.management.managed_realm
  - beyondidentity.management.attributes
  - beyondidentity.management.attributes.no_diff
options:
  identity:
    description:
      - The identity, by ID, username or primary e-mail address. Text in the form of an ID (16 hexadecimal digits or a UUID) is always an ID.
      - Usernames and e-mail addresses are case-insensitive. If a username and another identity's e-mail address are equal, the username counts.
      - A name needs C(identities:read). An ID does not, and is not verified before it is used.
      - By default, the passkeys of all identities are read.
    type: str
  id:
    description: ID of one passkey. Needs O(identity).
    type: str
  credential_state:
    description: Only passkeys in this state. The service selects them.
    type: str
    choices: [active, revoked]
  jwk_thumbprint:
    description: Only the passkey whose public key has this thumbprint (RFC 7638). The service selects it.
    type: str
seealso:
  - module: beyondidentity.management.credential
  - module: beyondidentity.management.credential_binding_job_info
  - module: beyondidentity.management.identity_info
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

- name: Read all passkeys of the realm
  beyondidentity.management.credential_info:
  register: all

- name: Show which identities have an active passkey
  ansible.builtin.debug:
    msg: "{{ all.credentials | selectattr('state', 'equalto', 'ACTIVE') | map(attribute='identity_id') | unique }}"

- name: Read Pat's active passkeys
  beyondidentity.management.credential_info:
    identity: pat
    credential_state: active
"""

RETURN = r"""
credentials:
  description: The passkeys as the API returns them.
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
