# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Manage resource servers."""

from __future__ import annotations

DOCUMENTATION = r"""
module: resource_server
short_description: Manage Beyond Identity resource servers
version_added: 0.1.0
description:
  - Creates, updates and removes resource servers. A resource server represents an API and offers the scopes that applications and roles can have.
  - An omitted option is not managed. The order and repetition of scopes do not matter.
  - Beyond Identity manages the resource server of the Management API. You can use this resource server, but not change it.
  - If the task runs on many hosts at once, even without C(run_once), it creates one resource server.
notes:
  - "Scope C(resource-servers:read): always, for C(ListResourceServers) or C(GetResourceServer)."
  - "Scope C(resource-servers:create): with O(state=present), with O(identifier) and without O(id), for C(CreateResourceServer)."
  - "Scope C(resource-servers:update): with O(state=present) and O(identifier) or O(scopes), or with O(id) and O(display_name), for C(UpdateResourceServer)."
  - "Scope C(resource-servers:delete): with O(state=absent), for C(DeleteResourceServer)."
author:
  - Beyond Identity Management collection contributors (@beyondidentity)
extends_documentation_fragment:
  - beyondidentity.management.connection
  - beyondidentity.management.connection.reveal
  - beyondidentity.management.managed_realm
  - beyondidentity.management.managed_object
  - beyondidentity.management.required_scopes
  - beyondidentity.management.attributes
  - beyondidentity.management.attributes.diff
options:
  identifier:
    description:
      - Audience of the tokens for this API, often a URI. Required for a new resource server, and unique in the realm.
      - The Management API has the identifier V(beyondidentity).
    type: str
  scopes:
    description:
      - All scopes that the resource server offers. Other scopes are removed, and an empty list removes all scopes.
      - If you remove a scope, the service also removes it from the roles of the resource server.
    type: list
    elements: str
seealso:
  - module: beyondidentity.management.resource_server_info
  - module: beyondidentity.management.role
  - module: beyondidentity.management.application
"""

EXAMPLES = r"""
- name: Offer scopes of your own API
  module_defaults:
    group/beyondidentity.management.all:
      issuer: "{{ issuer }}"
      client_id: "{{ client_id }}"
      client_secret: "{{ vaulted_client_secret }}"
  block:
    - name: Create a resource server
      beyondidentity.management.resource_server:
        display_name: Pet API
        identifier: https://api.pets.example.com
        scopes: [pets:read, pets:write]
      register: pets

    - name: Create an application that can grant one of its scopes
      beyondidentity.management.application:
        display_name: Feeder
        resource_server: "{{ pets.resource_server.id }}"
        allowed_scopes: [pets:read]

- name: Add a scope to the offered scopes
  beyondidentity.management.resource_server:
    display_name: Pet API
    scopes: [pets:read, pets:write, pets:feed]

- name: Remove the application
  beyondidentity.management.application:
    display_name: Feeder
    state: absent

- name: Remove the resource server
  beyondidentity.management.resource_server:
    display_name: Pet API
    state: absent
"""

RETURN = r"""
resource_server:
  description:
    - The resource server as the API returns it; null if it does not exist.
    - In check mode, the prediction.
  returned: success
  type: dict
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
before:
  description:
    - The resource server before the task, without secrets; null if it did not exist. It has the same fields as RV(resource_server).
    - Also returned without C(--diff), so you can audit a run.
  returned: success
  type: dict
  sample: {id: 84db69f5-48a8-4c11-8cda-1bae3a73f07e, scopes: ["pets:read"]}
after:
  description:
    - The resource server after the task, without secrets; null if it does not exist. It has the same fields as RV(resource_server).
    - In check mode, the prediction.
  returned: success
  type: dict
  sample: {id: 84db69f5-48a8-4c11-8cda-1bae3a73f07e, scopes: ["pets:read", "pets:write"]}
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
from ansible_collections.beyondidentity.management.plugins.module_utils._oauth.scopes import parse_managed_scopes
from ansible_collections.beyondidentity.management.plugins.module_utils._task.argument_spec import state_spec
from ansible_collections.beyondidentity.management.plugins.module_utils._task.context import ModuleResult, TaskContext
from ansible_collections.beyondidentity.management.plugins.module_utils._task.ensure_state import (
    ensure_state,
    to_module_result,
)
from ansible_collections.beyondidentity.management.plugins.module_utils._task.runner import run_module

SPEC = state_spec({"identifier": {"type": "str"}, "scopes": {"type": "list", "elements": "str"}})


def run(task: TaskContext) -> ModuleResult:
    """Bring the resource server to its wanted state."""
    identifier, scopes = task.params["identifier"], task.params["scopes"]
    managed = {"identifier": identifier, "scopes": None if scopes is None else parse_managed_scopes(scopes, "scopes")}
    change = ensure_state(task, RESOURCE_SERVER, managed, required={"identifier": identifier})
    return to_module_result(RESOURCE_SERVER, change)


def main() -> None:
    """Run as an ordinary module."""
    run_module(SPEC, run)


if __name__ == "__main__":
    main()
