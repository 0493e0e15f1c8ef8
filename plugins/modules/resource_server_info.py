# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read resource servers."""

from __future__ import annotations

DOCUMENTATION = r"""
module: resource_server_info
short_description: Read Beyond Identity resource servers
version_added: 0.1.0
description:
  - Reads all resource servers of a realm, the resource servers with a display name, or the resource server with an ID. The result contains
    the scopes of each resource server.
notes:
  - "Scope C(resource-servers:read): always, for C(ListResourceServers) or C(GetResourceServer)."
author:
  - Beyond Identity Management collection contributors (@beyondidentity)
extends_documentation_fragment:
  - beyondidentity.management.connection
  - beyondidentity.management.connection.reveal
  - beyondidentity.management.managed_realm
  - beyondidentity.management.managed_object.info
  - beyondidentity.management.required_scopes.info
  - beyondidentity.management.attributes
  - beyondidentity.management.attributes.no_diff
seealso:
  - module: beyondidentity.management.resource_server
  - module: beyondidentity.management.role
  - module: beyondidentity.management.application
"""

EXAMPLES = r"""
- name: Read the scopes of the Management API
  vars:
    beyondidentity_issuer: "{{ issuer }}"
    beyondidentity_client_id: "{{ client_id }}"
    beyondidentity_client_secret: "{{ vaulted_client_secret }}"
  block:
    - name: Read the resource server of the Management API
      beyondidentity.management.resource_server_info:
        display_name: Beyond Identity Management API
      register: built_in

    - name: Show the scopes that it offers
      ansible.builtin.debug:
        msg: "{{ built_in.resource_servers[0].scopes | default([]) }}"

- name: Read all resource servers
  beyondidentity.management.resource_server_info:
  register: all_resource_servers

- name: Show their identifiers
  ansible.builtin.debug:
    msg: "{{ all_resource_servers.resource_servers | map(attribute='identifier') }}"
"""

RETURN = r"""
resource_servers:
  description:
    - The resource servers as the API returns them.
  returned: success
  type: list
  elements: dict
  contains:
    id:
      description:
        - ID of the resource server.
      type: str
      sample: 84db69f5-48a8-4c11-8cda-1bae3a73f07e
    realm_id:
      description:
        - ID of the realm that the resource server belongs to.
      type: str
      sample: caf2ff640497591a
    tenant_id:
      description:
        - ID of the tenant that the resource server belongs to.
      type: str
      sample: 00011f1183c67b69
    display_name:
      description:
        - Display name of the resource server.
      type: str
      sample: Pet API
    identifier:
      description:
        - Audience of the tokens for this API.
      type: str
      sample: https://api.pets.example.com
    scopes:
      description:
        - Scopes that the resource server offers.
      type: list
      elements: str
      sample: ["pets:read", "pets:write"]
    is_managed:
      description:
        - Whether Beyond Identity manages the resource server. You cannot change or remove such a resource server.
      type: bool
      sample: false
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

from ansible_collections.beyondidentity.management.plugins.module_utils._management.resource_types import (
    RESOURCE_SERVER,
)
from ansible_collections.beyondidentity.management.plugins.module_utils._task.argument_spec import info_spec
from ansible_collections.beyondidentity.management.plugins.module_utils._task.context import ModuleResult, TaskContext
from ansible_collections.beyondidentity.management.plugins.module_utils._task.info import read_info
from ansible_collections.beyondidentity.management.plugins.module_utils._task.runner import run_module

SPEC = info_spec()


def run(task: TaskContext) -> ModuleResult:
    """Read the objects."""
    return read_info(task, RESOURCE_SERVER)


def main() -> None:
    """Run as an ordinary module."""
    run_module(SPEC, run)


if __name__ == "__main__":
    main()
