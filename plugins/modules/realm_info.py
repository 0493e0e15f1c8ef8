# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read realms."""

from __future__ import annotations

DOCUMENTATION = r"""
module: realm_info
short_description: Read Beyond Identity realms
version_added: 0.1.0
description:
  - Reads all realms of the tenant, the realms with a display name, or the realm with an ID.
notes:
  - "Scope C(realms:read): always, for C(ListRealms) or C(GetRealm)."
author:
  - Beyond Identity Management collection contributors (@beyondidentity)
extends_documentation_fragment:
  - beyondidentity.management.connection
  - beyondidentity.management.connection.reveal
  - beyondidentity.management.managed_object.info
  - beyondidentity.management.required_scopes.info
  - beyondidentity.management.attributes
  - beyondidentity.management.attributes.no_diff
seealso:
  - module: beyondidentity.management.realm
"""

EXAMPLES = r"""
- name: Read all realms of the tenant
  vars:
    beyondidentity_issuer: "{{ issuer }}"
    beyondidentity_client_id: "{{ client_id }}"
    beyondidentity_client_secret: "{{ vaulted_client_secret }}"
  block:
    - name: Read all realms
      beyondidentity.management.realm_info:
      register: all_realms

    - name: Show their names
      ansible.builtin.debug:
        msg: "{{ all_realms.realms | map(attribute='display_name') }}"

- name: Read one realm by its name
  beyondidentity.management.realm_info:
    display_name: Customers
  register: customers

- name: Show its ID
  ansible.builtin.debug:
    msg: "{{ customers.realms | map(attribute='id') }}"
"""

RETURN = r"""
realms:
  description:
    - The realms as the API returns them.
  returned: success
  type: list
  elements: dict
  contains:
    id:
      description:
        - ID of the realm.
      type: str
      sample: 19a95130480dfa79
    tenant_id:
      description:
        - ID of the tenant that the realm belongs to.
      type: str
      sample: 00011f1183c67b69
    display_name:
      description:
        - Display name of the realm.
      type: str
      sample: Customers
    classification:
      description:
        - Purpose of the realm, such as V(SECURE_CUSTOMER) or V(SECURE_WORKFORCE).
      type: str
      sample: SECURE_CUSTOMER
    create_time:
      description:
        - Time at which the realm was created, in ISO 8601.
      type: str
      sample: "2026-01-28T12:00:02.423Z"
    update_time:
      description:
        - Time at which the realm was last updated, in ISO 8601.
      type: str
      sample: "2026-04-19T15:17:21.186Z"
predicted:
  description:
    - Whether the result is, at least in part, a prediction of check mode.
  returned: in check mode, if something is predicted
  type: bool
  sample: true
requests:
  description:
    - Number of HTTP requests that the task sent, including the token request.
  returned: success
  type: int
  sample: 2
"""

from ansible_collections.beyondidentity.management.plugins.module_utils._management.resource_types import REALM
from ansible_collections.beyondidentity.management.plugins.module_utils._task.argument_spec import info_spec
from ansible_collections.beyondidentity.management.plugins.module_utils._task.context import ModuleResult, TaskContext
from ansible_collections.beyondidentity.management.plugins.module_utils._task.info import read_info
from ansible_collections.beyondidentity.management.plugins.module_utils._task.runner import run_module

SPEC = info_spec(manages_realm=False)


def run(task: TaskContext) -> ModuleResult:
    """Read the objects."""
    return read_info(task, REALM)


def main() -> None:
    """Run as an ordinary module."""
    run_module(SPEC, run)


if __name__ == "__main__":
    main()
