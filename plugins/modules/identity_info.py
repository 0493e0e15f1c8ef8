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
  - Reads all identities of the managed realm, the identities with one display name, the one with a username, or one by its ID. Returns an empty list if nothing
    matches.
  - The service can only search for usernames. For O(display_name), the module lists all identities.
  - The module requests a token for C(ListIdentities), or for C(GetIdentity) with O(id). Both need the scope C(identities:read).
notes:
  - Results contain personal data. Names and traits are text that users can choose. Do not use them as templates, commands or file names without validation.
author:
  - Beyond Identity Management collection contributors (@beyondidentity)
extends_documentation_fragment:
  - beyondidentity.management.connection
  - beyondidentity.management.managed_realm
  - beyondidentity.management.attributes
  - beyondidentity.management.attributes.no_diff
options:
  id:
    description: ID of one identity.
    type: str
  display_name:
    description: Display name. The module returns all identities that have it.
    type: str
  username:
    description:
      - Username of one identity, in upper or lower case.
      - If no identity has it, the module returns the identity whose username differs only in whitespace and Unicode normalization.
    type: str
seealso:
  - module: beyondidentity.management.identity
  - module: beyondidentity.management.group_info
  - module: beyondidentity.management.role
"""

EXAMPLES = r"""
- name: Read all identities
  beyondidentity.management.identity_info:
  register: all

- name: Show their usernames
  ansible.builtin.debug:
    msg: "{{ all.identities | map(attribute='traits.username') }}"

- name: Find an identity by its username
  beyondidentity.management.identity_info:
    username: pat
  register: found
"""

RETURN = r"""
identities:
  description: The identities as the API returns them.
  returned: success
  type: list
  elements: dict
  sample:
    - id: e372db224c06e850
      realm_id: 8f5bec58229e6f29
      tenant_id: 0001f1f460b1ace6
      display_name: Pat Smith
      status: active
      enrollment_status: ENROLLED
      create_time: '2026-04-12T05:53:07.119Z'
      update_time: '2026-06-16T14:31:03.770Z'
      traits:
        type: traits_v0
        username: pat
        primary_email_address: pat@example.com
predicted:
  description: Whether the result is, at least in part, a prediction of check mode.
  returned: in check mode, if something is predicted
  type: bool
  sample: true
requests:
  description: The number of HTTP requests that the task sent, including the token request.
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
