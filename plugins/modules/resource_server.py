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
  - Creates, updates and removes resource servers, which stand for APIs and offer the scopes that applications and roles may carry.
  - An option that is left out is not managed. Lists of scopes compare as sets.
  - The resource server of the Management API itself is managed by Beyond Identity, and can be used, but not changed.
  - Where the task runs on many hosts at once, as it does without C(run_once), one resource server is made.
  - The token that it gets for itself is for C(ListResourceServers), or C(GetResourceServer) with O(id), and for what may have to be done,
    C(CreateResourceServer) with O(identifier) and without O(id), C(UpdateResourceServer) with O(identifier), O(scopes) or a new name,
    C(DeleteResourceServer) with O(state=absent). In check mode it only reads.
author:
  - Beyond Identity Management collection contributors (@beyondidentity)
extends_documentation_fragment:
  - beyondidentity.management.connection
  - beyondidentity.management.managed_realm
  - beyondidentity.management.attributes
  - beyondidentity.management.attributes.diff
options:
  state:
    description: Whether the resource server shall be there.
    type: str
    choices: [present, absent]
    default: present
  id:
    description:
      - The id of a resource server that is there. With it, O(display_name) renames.
      - One of O(id) and O(display_name) is needed.
    type: str
  display_name:
    description:
      - The name that people see. Without O(id) it finds the resource server, and two of one name are an error that tells their ids.
    type: str
  identifier:
    description:
      - What tokens for this API name as their audience, often a URI. Needed for a new one, and unique in the realm.
      - V(beyondidentity) is the Management API's own.
    type: str
  scopes:
    description:
      - The scopes that it offers, all of them. An empty list empties. The service also removes from its roles what is removed here.
    type: list
    elements: str
seealso:
  - module: beyondidentity.management.resource_server_info
  - module: beyondidentity.management.role
  - module: beyondidentity.management.application
"""

EXAMPLES = r"""
- name: Describe an API of our own
  beyondidentity.management.resource_server:
    display_name: Pet API
    identifier: https://api.pets.example.com
    scopes: [pets:read, pets:write]

- name: An application that may grant some of it
  beyondidentity.management.application:
    display_name: Feeder
    resource_server: Pet API
    allowed_scopes: [pets:read]

- name: Offer one scope more
  beyondidentity.management.resource_server:
    display_name: Pet API
    scopes: [pets:read, pets:write, pets:feed]

- name: Remove it
  beyondidentity.management.resource_server:
    display_name: Pet API
    state: absent
"""

RETURN = r"""
resource_server:
  description: The resource server as the API shows it; null where it is absent. In check mode, as it would be.
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
  version_added: 0.2.0
  sample: {id: 84db69f5-48a8-4c11-8cda-1bae3a73f07e, scopes: [pets:read]}
after:
  description: The resource server after the task, without secrets; null if it does not exist. In check mode, the prediction.
  returned: success
  type: dict
  version_added: 0.2.0
  sample: {id: 84db69f5-48a8-4c11-8cda-1bae3a73f07e, scopes: [pets:read, pets:write]}
predicted:
  description: Whether the result is, at least in part, a prediction of check mode.
  returned: in check mode, if something is predicted
  type: bool
  version_added: 0.2.0
  sample: true
requests:
  description: How many HTTP requests the task made, that for a token included.
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
