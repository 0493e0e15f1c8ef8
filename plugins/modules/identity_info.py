# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read identities."""

from __future__ import annotations

DOCUMENTATION = r"""
module: identity_info
short_description: Read Beyond Identity identities
version_added: 0.1.0
description:
  - Reads all identities of the managed realm, the identities with one display name, the identity with a username, or the identity with an ID.
  - The service can only search for usernames. For O(display_name), the module lists all identities.
notes:
  - "Scope C(identities:read): always, for C(ListIdentities) and C(GetIdentity)."
  - Results contain personal data. Names and traits are text that users can choose. Do not use them as templates, commands or file names without validation.
author:
  - Beyond Identity Management collection contributors (@beyondidentity)
extends_documentation_fragment:
  - beyondidentity.management.connection
  - beyondidentity.management.connection.reveal
  - beyondidentity.management.managed_realm
  - beyondidentity.management.required_scopes.info
  - beyondidentity.management.attributes
  - beyondidentity.management.attributes.no_diff
options:
  id:
    description:
      - ID of one identity.
    type: str
  display_name:
    description:
      - Display name. The module returns all identities with this name.
      - If no identity has exactly this name, the module returns the identities whose names differ only in whitespace and Unicode normalization.
    type: str
  username:
    description:
      - Username of one identity. The case does not matter.
      - If no identity has this username, the module returns the identity whose username differs only in whitespace and Unicode normalization.
    type: str
seealso:
  - module: beyondidentity.management.identity
  - module: beyondidentity.management.group_info
  - module: beyondidentity.management.role
"""

EXAMPLES = r"""
- name: Read identities with the credentials of one application
  module_defaults:
    group/beyondidentity.management.all:
      issuer: "{{ issuer }}"
      client_id: "{{ client_id }}"
      client_secret: "{{ vaulted_client_secret }}"
  block:
    - name: Read all identities
      beyondidentity.management.identity_info:
      register: all

    - name: Show the usernames of all suspended identities
      ansible.builtin.debug:
        msg: "{{ all.identities | selectattr('status', 'equalto', 'suspended') | map(attribute='traits.username') }}"

- name: Find an identity by its username
  beyondidentity.management.identity_info:
    username: pat
  register: found

- name: Show whether the identity exists
  ansible.builtin.debug:
    msg: "{{ 'Pat exists' if found.identities else 'Pat does not exist' }}"
"""

RETURN = r"""
identities:
  description:
    - The identities as the API returns them. Empty if nothing matches.
  returned: success
  type: list
  elements: dict
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

from ansible_collections.beyondidentity.management.plugins.module_utils._management.identity_lookup import (
    find_identities,
)
from ansible_collections.beyondidentity.management.plugins.module_utils._management.paging import LARGE_PAGE_SIZE
from ansible_collections.beyondidentity.management.plugins.module_utils._management.resource_types import IDENTITY
from ansible_collections.beyondidentity.management.plugins.module_utils._task.argument_spec import info_spec
from ansible_collections.beyondidentity.management.plugins.module_utils._task.context import ModuleResult, TaskContext
from ansible_collections.beyondidentity.management.plugins.module_utils._task.info import read_info
from ansible_collections.beyondidentity.management.plugins.module_utils._task.runner import run_module

SPEC = info_spec("username")


def run(task: TaskContext) -> ModuleResult:
    """Read the objects."""
    username = task.params["username"]
    if username is None:
        return read_info(task, IDENTITY, query={"page_size": LARGE_PAGE_SIZE})
    return read_info(task, IDENTITY, find=lambda client: find_identities(client, username))


def main() -> None:
    """Run as an ordinary module."""
    run_module(SPEC, run)


if __name__ == "__main__":
    main()
