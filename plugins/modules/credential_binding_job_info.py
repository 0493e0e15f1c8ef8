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
  - Reads the invitations (credential binding jobs) of one identity or of all identities in the managed realm, or one invitation by its ID. The list has
    invitations in all states.
  - An invitation's link is never returned. Only the task that creates an invitation receives its link.
  - The service has no filter for invitations. Select them with the filter C(selectattr).
  - Returns an empty list if nothing matches. If O(identity) is a name that no identity has, the module fails. An ID in O(identity) is not verified.
  - The module requests a token for C(ListCredentialBindingJobs) and C(GetCredentialBindingJob). With a name in O(identity), it also allows
    C(ListIdentities) and C(GetIdentity).
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
      - By default, the invitations of all identities are read.
    type: str
  id:
    description: ID of one invitation. Needs O(identity).
    type: str
seealso:
  - module: beyondidentity.management.credential_binding_job
  - module: beyondidentity.management.credential_info
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

- name: Read all invitations of the realm
  beyondidentity.management.credential_binding_job_info:
  register: all

- name: Show which mails could not be sent
  ansible.builtin.debug:
    msg: "{{ all.credential_binding_jobs | selectattr('state', 'equalto', 'FAILED_TO_SEND') | map(attribute='identity_id') | unique }}"

- name: Read Pat's invitations
  beyondidentity.management.credential_binding_job_info:
    identity: pat
"""

RETURN = r"""
credential_binding_jobs:
  description: The invitations as the API returns them, without links.
  returned: success
  type: list
  elements: dict
  contains:
    id:
      description: The ID of the invitation.
      type: str
      sample: 86b4f51481f09321
    identity_id:
      description: The ID of the identity.
      type: str
      sample: e372db224c06e850
    state:
      description:
        - V(LINK_SENT), V(LINK_OPENED) and V(REQUEST_DELIVERED) are open. V(COMPLETE), V(EXPIRED), V(FAILED_TO_SEND) and V(REVOKED) are not.
      type: str
      sample: LINK_SENT
    delivery_method:
      description: V(RETURN) or V(EMAIL).
      type: str
      sample: EMAIL
    authenticator_config_id:
      description: The ID of the authenticator configuration.
      type: str
      sample: 3a0f1a4b-5a4e-4f9e-9c3b-2d8a5ed9b6c1
    post_binding_redirect_uri:
      description: Where the browser goes after the passkey is bound, if the invitation has such a URL.
      type: str
      sample: https://app.example.com/welcome
    credential_id:
      description: The ID of the passkey, if one was bound with the invitation.
      type: str
      sample: 9802966246819b35
    expire_time:
      description: When the link expires. Null in a prediction.
      type: str
      sample: "2022-03-21T03:42:52.905657Z"
    create_time:
      description: When the invitation was created.
      type: str
      sample: "2022-03-14T03:42:52.905657Z"
    update_time:
      description: When the invitation was last changed.
      type: str
      sample: "2022-03-14T03:42:52.905657Z"
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
