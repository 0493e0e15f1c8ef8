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
  - The module requests a token for C(ListResourceServers), or for C(GetResourceServer) with O(id). The token also allows C(CreateResourceServer) with
    O(identifier) and without O(id), C(UpdateResourceServer) with O(identifier), O(scopes) or a new name, and C(DeleteResourceServer) with
    O(state=absent). In check mode, the token only allows operations that read.
author:
  - Beyond Identity Management collection contributors (@beyondidentity)
extends_documentation_fragment:
  - beyondidentity.management.connection
  - beyondidentity.management.managed_realm
  - beyondidentity.management.attributes
  - beyondidentity.management.attributes.diff
options:
  state:
    description: Whether the resource server must exist.
    type: str
    choices: [present, absent]
    default: present
  id:
    description:
      - ID of an existing resource server. With O(id), O(display_name) is its new name.
      - Set O(id), O(display_name) or both.
    type: str
  display_name:
    description:
      - The display name. Without O(id), it selects the resource server.
      - The module uses the resource server with exactly this name. If no resource server has it, the module uses the only resource server whose name
        differs only in whitespace and Unicode normalization. If several match, the module fails and lists their IDs.
    type: str
  identifier:
    description:
      - The audience of tokens for this API, often a URI. It is required for a new resource server, and unique in the realm.
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
- name: Create a resource server for your own API
  beyondidentity.management.resource_server:
    display_name: Pet API
    identifier: https://api.pets.example.com
    scopes: [pets:read, pets:write]

- name: Create an application that can grant one of its scopes
  beyondidentity.management.application:
    display_name: Feeder
    resource_server: Pet API
    allowed_scopes: [pets:read]

- name: Add a scope to the offered scopes
  beyondidentity.management.resource_server:
    display_name: Pet API
    scopes: [pets:read, pets:write, pets:feed]

- name: Remove the resource server
  beyondidentity.management.resource_server:
    display_name: Pet API
    state: absent
"""

RETURN = r"""
resource_server:
  description: The resource server as the API returns it; null if it does not exist. In check mode, the prediction.
  returned: success
  type: dict
  sample:
    id: 84db69f5-48a8-4c11-8cda-1bae3a73f07e
    display_name: Pet API
    identifier: https://api.pets.example.com
    is_managed: false
    scopes: [pets:read, pets:write]
before:
  description:
    - The resource server before the task, without secrets; null if it did not exist. Also returned without C(--diff), so a run can be audited.
  returned: success
  type: dict
  sample: {id: 84db69f5-48a8-4c11-8cda-1bae3a73f07e, scopes: [pets:read]}
after:
  description: The resource server after the task, without secrets; null if it does not exist. In check mode, the prediction.
  returned: success
  type: dict
  sample: {id: 84db69f5-48a8-4c11-8cda-1bae3a73f07e, scopes: [pets:read, pets:write]}
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
