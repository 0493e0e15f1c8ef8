# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Manage identities."""

from __future__ import annotations

DOCUMENTATION = r"""
module: identity
short_description: Manage identities
version_added: 0.1.0
description:
  - Creates, updates, renames, suspends and removes identities, the people of a realm.
  - O(id) or O(username) finds the identity. O(display_name) never does, because several identities can have the same display name.
  - An omitted option is not managed. The service stores all traits together. The module sends unmanaged traits back unchanged.
  - Usernames and e-mail addresses are case-insensitive. If only the case differs, the module changes nothing.
  - The service itself removes a deleted identity from its groups and roles.
  - The module does not remove the identity that the task authenticates as. If the token is referential, the module introspects the token to find
    its identity. If this fails, the module removes nothing and names the reason. Client credentials belong to an application, so the module does not
    introspect them.
  - If the service refuses a username or an e-mail address that another identity has, the error names this identity. To find the owner of an e-mail address,
    the module lists all identities once. In check mode, the module finds the owner of an address only among identities that it read or predicted.
  - If the task runs on many hosts at once, even without C(run_once), it creates one identity.
notes:
  - "Scope C(identities:read): always, for C(ListIdentities) and C(GetIdentity)."
  - "Scope C(identities:create): with O(state=present) and without O(id), for C(CreateIdentity)."
  - "Scope C(identities:update): with O(state=present), for C(UpdateIdentity), if O(display_name), O(primary_email_address), O(secondary_email_address),
    O(external_id), O(traits), O(status) or a new username is set."
  - "Scope C(identities:delete): with O(state=absent), for C(DeleteIdentity)."
  - Results contain no secrets, but personal data. Names and traits in results are text that users can choose. Do not use them as templates, commands or file
    names without validation.
  - If users can choose their usernames, refer to identities by ID.
author:
  - Beyond Identity Management collection contributors (@beyondidentity)
extends_documentation_fragment:
  - beyondidentity.management.connection
  - beyondidentity.management.connection.reveal
  - beyondidentity.management.managed_realm
  - beyondidentity.management.required_scopes
  - beyondidentity.management.attributes
  - beyondidentity.management.attributes.diff
options:
  state:
    description:
      - Whether the identity must exist.
    type: str
    choices: [present, absent]
    default: present
  id:
    description:
      - ID of an existing identity. With O(id), O(username) is its new username.
      - Set O(id), O(username) or both.
    type: str
  username:
    description:
      - Username of the identity. Without O(id), it selects the identity.
      - The case of the username does not matter. If no identity has this username, the module uses the identity whose username differs only in whitespace
        and Unicode normalization.
      - A username has at most 64 characters and none of C({}[]<>;:?\/|*^%$#=~`!).
    type: str
  display_name:
    description:
      - Displayed name, with at most 64 characters and none of C({}[]<>;:?\/|*^%$#=~`!).
      - If you omit this option for a new identity, the module uses O(username).
    type: str
  primary_email_address:
    description:
      - Address that the service sends invitations to. Set to an empty string to remove it.
      - A person who can read mail for this address can accept an invitation, and then sign in as the identity.
    type: str
  secondary_email_address:
    description:
      - Another e-mail address. Set to an empty string to remove it.
    type: str
  external_id:
    description:
      - An ID that another system, such as a directory, uses for the identity. Set to an empty string to remove it.
    type: str
  traits:
    description:
      - Other traits by their names. All values are text. Set a trait to an empty string to remove it. Traits that you omit are not managed.
      - Possible names are C(cost_center), C(country), C(department), C(division), C(employee_number), C(family_name), C(formatted_address),
        C(formatted_name), C(given_name), C(honorific_prefix), C(honorific_suffix), C(locale), C(locality), C(manager_id), C(manager_name), C(middle_name),
        C(nick_name), C(organization), C(photo), C(postal_code), C(preferred_language), C(primary_phone), C(profile_url), C(region), C(secondary_phone),
        C(street_address), C(timezone), C(title) and C(user_type).
      - The module sets the trait C(type), which the service requires, to C(traits_v0).
    type: dict
  status:
    description:
      - A suspended identity can neither sign in nor bind passkeys. If you omit this option for a new identity, the service chooses V(active).
      - A suspension does not revoke tokens. To revoke them, use M(beyondidentity.management.revoke) with C(principal_id).
    type: str
    choices: [active, suspended]
seealso:
  - module: beyondidentity.management.identity_info
  - module: beyondidentity.management.group
  - module: beyondidentity.management.role
  - module: beyondidentity.management.revoke
"""

EXAMPLES = r"""
- name: Create an identity with the credentials of one application
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
        traits:
          given_name: Pat
          family_name: Smith
          employee_number: "0042"
      register: pat

    - name: Show whether Pat has a passkey
      ansible.builtin.debug:
        msg: "{{ pat.identity.traits.username }}: {{ pat.identity.enrollment_status | default('unknown') }}"

- name: Change the username, and remove the employee number
  beyondidentity.management.identity:
    id: "{{ pat.identity.id }}"
    username: pat.smith
    traits:
      employee_number: ""

- name: Suspend the identity
  beyondidentity.management.identity:
    username: pat.smith
    status: suspended

- name: Remove the identity with its memberships
  beyondidentity.management.identity:
    id: "{{ pat.identity.id }}"
    state: absent
"""

RETURN = r"""
identity:
  description:
    - The identity as the API returns it. Null if it does not exist. In check mode, the prediction.
  returned: success
  type: dict
  contains:
    id:
      description:
        - ID of the identity. The service chooses it, and it never changes. It is unique in the realm.
      returned: always
      type: str
      sample: e372db224c06e850
    realm_id:
      description:
        - ID of the realm of the identity.
      returned: always
      type: str
      sample: 8f5bec58229e6f29
    tenant_id:
      description:
        - ID of the tenant of the identity.
      returned: always
      type: str
      sample: 0001f1f460b1ace6
    display_name:
      description:
        - Name that people see, not necessarily unique.
        - It has 1 to 64 characters and none of C({}[]<>;:?\/|*^%$#=~`!).
      returned: always
      type: str
      sample: Pat Smith
    create_time:
      description:
        - When the identity was created, in ISO 8601.
      returned: always
      type: str
      sample: '2026-04-12T05:53:07.119Z'
    update_time:
      description:
        - When the identity was last changed, in ISO 8601.
      returned: always
      type: str
      sample: '2026-06-16T14:31:03.770Z'
    status:
      description:
        - V(active) or V(suspended).
        - A suspended identity can neither sign in nor bind passkeys.
      returned: always
      type: str
      sample: active
    traits:
      description:
        - Properties of the person. A trait without a value can be missing or empty.
      returned: always
      type: dict
      contains:
        type:
          description:
            - Type of the traits. The service defines V(traits_v0).
          returned: always
          type: str
          sample: traits_v0
        username:
          description:
            - Username, unique in the realm. The service compares usernames without regard to case.
            - It has 1 to 64 characters and none of C({}[]<>;:?\/|*^%$#=~`!).
          returned: always
          type: str
          sample: pat
        primary_email_address:
          description:
            - Primary e-mail address. The service sends invitations to it.
          returned: if the trait is set
          type: str
          sample: pat@example.com
        secondary_email_address:
          description:
            - Another e-mail address.
          returned: if the trait is set
          type: str
          sample: pat.smith@example.org
        external_id:
          description:
            - ID of the identity in another system, such as a directory. That system ensures that the ID is unique.
          returned: if the trait is set
          type: str
          sample: hr-4711
        family_name:
          description:
            - Family name.
          returned: if the trait is set
          type: str
          sample: Smith
        given_name:
          description:
            - Given name.
          returned: if the trait is set
          type: str
          sample: Pat
        formatted_name:
          description:
            - Full name, with all titles and suffixes, as it is displayed.
          returned: if the trait is set
          type: str
          sample: Dr. Pat Lee Smith III
        middle_name:
          description:
            - Middle name.
          returned: if the trait is set
          type: str
          sample: Lee
        honorific_prefix:
          description:
            - Title before the name.
          returned: if the trait is set
          type: str
          sample: Dr.
        honorific_suffix:
          description:
            - Suffix after the name.
          returned: if the trait is set
          type: str
          sample: III
        nick_name:
          description:
            - Nickname.
          returned: if the trait is set
          type: str
          sample: Patty
        title:
          description:
            - Job title.
          returned: if the trait is set
          type: str
          sample: Shift supervisor
        primary_phone:
          description:
            - Main phone number.
          returned: if the trait is set
          type: str
          sample: +1 555 0100
        secondary_phone:
          description:
            - Another phone number.
          returned: if the trait is set
          type: str
          sample: +1 555 0101
        profile_url:
          description:
            - URL of a profile page.
          returned: if the trait is set
          type: str
          sample: https://example.com/people/pat
        photo:
          description:
            - URL of a photo.
          returned: if the trait is set
          type: str
          sample: https://example.com/people/pat.png
        preferred_language:
          description:
            - Preferred language.
          returned: if the trait is set
          type: str
          sample: en
        locale:
          description:
            - Language and region.
          returned: if the trait is set
          type: str
          sample: en-US
        timezone:
          description:
            - Time zone.
          returned: if the trait is set
          type: str
          sample: America/New_York
        formatted_address:
          description:
            - Full postal address, as it is displayed or printed. It can have several lines.
          returned: if the trait is set
          type: str
          sample: "1 Main Street\nSpringfield, NY 12345\nUSA"
        street_address:
          description:
            - Street, house number, or post office box. It can have several lines.
          returned: if the trait is set
          type: str
          sample: 1 Main Street
        locality:
          description:
            - City.
          returned: if the trait is set
          type: str
          sample: Springfield
        region:
          description:
            - State or region.
          returned: if the trait is set
          type: str
          sample: NY
        postal_code:
          description:
            - Postal code.
          returned: if the trait is set
          type: str
          sample: '12345'
        country:
          description:
            - Country.
          returned: if the trait is set
          type: str
          sample: US
        user_type:
          description:
            - Relationship to the organization. Any text is valid, such as C(Contractor), C(Employee), C(Intern), C(Temp) or C(External).
          returned: if the trait is set
          type: str
          sample: Employee
        employee_number:
          description:
            - Employee number.
          returned: if the trait is set
          type: str
          sample: '0042'
        cost_center:
          description:
            - Cost center.
          returned: if the trait is set
          type: str
          sample: '4130'
        organization:
          description:
            - Organization.
          returned: if the trait is set
          type: str
          sample: Example Corp.
        division:
          description:
            - Division of the organization.
          returned: if the trait is set
          type: str
          sample: Operations
        department:
          description:
            - Department of the organization.
          returned: if the trait is set
          type: str
          sample: Night shift
        manager_id:
          description:
            - ID of the manager.
          returned: if the trait is set
          type: str
          sample: a2b1c0d9e8f70615
        manager_name:
          description:
            - Name of the manager.
          returned: if the trait is set
          type: str
          sample: Sam Jones
    enrollment_status:
      description:
        - State of the identity's enrollment.
        - V(ENROLLED) has an active passkey. V(PENDING) has no active passkey, but an open invitation.
        - V(INVITE_FAILED) has no active passkey and no open invitation, but an invitation that failed. V(UNENROLLED) has none of these.
      returned: if the service reports it
      type: str
      sample: UNENROLLED
before:
  description:
    - The identity before the task, without secrets, with the same fields as RV(identity). Null if the identity did not exist.
    - Also returned without C(--diff), so you can audit a run. If the task removed the identity, C(before.id) is the removed ID.
  returned: success
  type: dict
  sample: {id: e372db224c06e850, display_name: Pat, status: active, traits: {type: traits_v0, username: pat}}
after:
  description:
    - The identity after the task, without secrets, with the same fields as RV(identity). Null if the identity does not exist. In check mode, the prediction.
  returned: success
  type: dict
  sample: {id: e372db224c06e850, display_name: Pat Smith, status: active, traits: {type: traits_v0, username: pat}}
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
  sample: 2
"""

from functools import partial

from ansible_collections.beyondidentity.management.plugins.module_utils._management.identity import (
    STATUSES,
    IdentityOptions,
    IdentityState,
    list_operations,
)
from ansible_collections.beyondidentity.management.plugins.module_utils._management.resource_types import IDENTITY
from ansible_collections.beyondidentity.management.plugins.module_utils._task.argument_spec import state_spec
from ansible_collections.beyondidentity.management.plugins.module_utils._task.context import ModuleResult, TaskContext
from ansible_collections.beyondidentity.management.plugins.module_utils._task.ensure_state import (
    ensure_state,
    to_module_result,
)
from ansible_collections.beyondidentity.management.plugins.module_utils._task.runner import run_module
from ansible_collections.beyondidentity.management.plugins.module_utils._task.signed_in_identity import (
    refuse_signed_in_identity,
)

SPEC = state_spec(
    {
        "display_name": {"type": "str"},
        "primary_email_address": {"type": "str"},
        "secondary_email_address": {"type": "str"},
        "external_id": {"type": "str"},
        "traits": {"type": "dict"},
        "status": {"type": "str", "choices": list(STATUSES)},
    },
    finder=IDENTITY.finder,
)


def run(task: TaskContext) -> ModuleResult:
    """Bring the identity to its wanted state."""
    options = task.read(IdentityOptions)
    change = ensure_state(
        task,
        IDENTITY,
        options.managed,
        make_builder=lambda state: state.build_wanted,
        operations=list_operations(options),
        make_state=partial(
            IdentityState, options, lambda state, found: refuse_signed_in_identity(task, state.client, found)
        ),
    )
    return to_module_result(IDENTITY, change)


def main() -> None:
    """Run as an ordinary module."""
    run_module(SPEC, run)


if __name__ == "__main__":
    main()
