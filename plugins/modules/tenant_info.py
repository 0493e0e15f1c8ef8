# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read the tenant."""

from __future__ import annotations

DOCUMENTATION = r"""
module: tenant_info
short_description: Read the Beyond Identity tenant
version_added: 0.1.0
description:
  - Reads the tenant of the connection.
notes:
  - "Scope C(tenants:read): always, for C(GetTenant)."
author:
  - Beyond Identity Management collection contributors (@beyondidentity)
extends_documentation_fragment:
  - beyondidentity.management.connection
  - beyondidentity.management.connection.reveal
  - beyondidentity.management.required_scopes.info
  - beyondidentity.management.attributes
  - beyondidentity.management.attributes.no_diff
seealso:
  - module: beyondidentity.management.realm_info
"""

EXAMPLES = r"""
- name: Show the name of the tenant
  vars:
    beyondidentity_issuer: "{{ issuer }}"
    beyondidentity_client_id: "{{ client_id }}"
    beyondidentity_client_secret: "{{ vaulted_client_secret }}"
  block:
    - name: Read the tenant
      beyondidentity.management.tenant_info:
      register: read

    - name: Show its name
      ansible.builtin.debug:
        msg: "{{ read.tenant.display_name }}"
"""

RETURN = r"""
tenant:
  description:
    - The tenant as the API returns it.
    - Null if the credentials are predicted in check mode, because the tenant cannot be read then.
  returned: success
  type: dict
  contains:
    id:
      description:
        - ID of the tenant.
      type: str
      sample: 00011f1183c67b69
    display_name:
      description:
        - Display name of the tenant.
      type: str
      sample: Example Corporation
    create_time:
      description:
        - Time at which the tenant was created, in ISO 8601.
      type: str
      sample: "2026-01-28T12:00:02.423Z"
    update_time:
      description:
        - Time at which the tenant was last updated, in ISO 8601.
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

from ansible_collections.beyondidentity.management.plugins.module_utils._errors import MalformedResponseError
from ansible_collections.beyondidentity.management.plugins.module_utils._ids import is_valid_id
from ansible_collections.beyondidentity.management.plugins.module_utils._masking import remove_secrets
from ansible_collections.beyondidentity.management.plugins.module_utils._task.argument_spec import ModuleSpec
from ansible_collections.beyondidentity.management.plugins.module_utils._task.context import ModuleResult, TaskContext
from ansible_collections.beyondidentity.management.plugins.module_utils._task.runner import run_module

SPEC = ModuleSpec(options={})


def run(task: TaskContext) -> ModuleResult:
    """Read the tenant. With predicted credentials, the client sends nothing and returns an empty object."""
    tenant = task.build_client("GetTenant").call("GetTenant")
    if not is_valid_id(tenant.get("id")) and not task.is_predicted:
        raise MalformedResponseError("Unexpected response from the API: not a valid tenant object.", "Check api_url.")
    return {"tenant": remove_secrets(tenant) or None}


def main() -> None:
    """Run as an ordinary module."""
    run_module(SPEC, run)


if __name__ == "__main__":
    main()
