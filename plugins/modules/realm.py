# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Manage realms."""

from __future__ import annotations

DOCUMENTATION = r"""
module: realm
short_description: Manage Beyond Identity realms
version_added: 0.1.0
description:
  - Creates, updates and removes realms of the tenant.
  - An option that is left out is not managed.
  - The realm that the task authenticates with can't be removed, and neither can one that still has identities, groups or roles.
    Its applications, and all tokens that they issued, go with it. Where an O(access_token) does not tell which realm the task
    authenticates with, O(state=absent) needs O(auth_realm_id) or O(issuer).
  - If the environment variable E(BEYONDIDENTITY_PINNED_REALM_ID) limits the run to one realm, the module manages only that realm, and creates none.
  - Where the task runs on many hosts at once, as it does without C(run_once), one realm is made.
  - The token that it gets for itself is for C(ListRealms), or C(GetRealm) with O(id), and for what may have to be done, C(CreateRealm)
    without O(id), C(UpdateRealm) with O(classification) or a new name, C(DeleteRealm) with O(state=absent). In check mode it only reads.
author:
  - Beyond Identity Management collection contributors (@beyondidentity)
extends_documentation_fragment:
  - beyondidentity.management.connection
  - beyondidentity.management.attributes
  - beyondidentity.management.attributes.diff
options:
  state:
    description: Whether the realm shall be there.
    type: str
    choices: [present, absent]
    default: present
  id:
    description:
      - The id of a realm that is there. With it, O(display_name) renames.
      - One of O(id) and O(display_name) is needed. O(realm_id) does not matter to this module.
    type: str
  display_name:
    description:
      - The name that people see. Without O(id) it finds the realm, and two of one name are an error that tells their ids.
      - A name has at most 64 characters and none of C({}[]<>;:?\/|*^%$#=~`!).
    type: str
  classification:
    description:
      - What the realm is for, such as V(SECURE_CUSTOMER) or V(SECURE_WORKFORCE). Must not be empty.
        The service chooses for a new one where nothing is said.
    type: str
seealso:
  - module: beyondidentity.management.realm_info
  - module: beyondidentity.management.application
"""

EXAMPLES = r"""
- name: A realm for customers
  beyondidentity.management.realm:
    display_name: Customers
    classification: SECURE_CUSTOMER
  register: customers

- name: An application in that realm, made with the same credentials
  beyondidentity.management.application:
    realm_id: "{{ customers.realm.id }}"
    display_name: Customer importer

- name: Remove the realm with all its applications
  beyondidentity.management.realm:
    id: "{{ customers.realm.id }}"
    state: absent
"""

RETURN = r"""
realm:
  description: The realm as the API shows it; null where it is absent. In check mode, as it would be.
  returned: success
  type: dict
  sample:
    id: 19a95130480dfa79
    display_name: Customers
    classification: SECURE_CUSTOMER
before:
  description:
    - The realm before the task, without secrets; null if it did not exist. Also returned without C(--diff), so a run can be audited.
  returned: success
  type: dict
  version_added: 0.2.0
  sample: {id: 19a95130480dfa79, display_name: Staging}
after:
  description: The realm after the task, without secrets; null if it does not exist. In check mode, the prediction.
  returned: success
  type: dict
  version_added: 0.2.0
  sample: {id: 19a95130480dfa79, display_name: Production}
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

from typing import Any

from ansible_collections.beyondidentity.management.plugins.module_utils._management.managed_realm import (
    refuse_other_realm,
)
from ansible_collections.beyondidentity.management.plugins.module_utils._management.operation_catalogue import (
    find_operation,
)
from ansible_collections.beyondidentity.management.plugins.module_utils._management.resource_types import REALM
from ansible_collections.beyondidentity.management.plugins.module_utils._task.argument_spec import state_spec
from ansible_collections.beyondidentity.management.plugins.module_utils._task.context import ModuleResult, TaskContext
from ansible_collections.beyondidentity.management.plugins.module_utils._task.ensure_state import (
    ensure_state,
    to_module_result,
)
from ansible_collections.beyondidentity.management.plugins.module_utils._task.runner import run_module

SPEC = state_spec({"classification": {"type": "str"}}, manages_realm=False)


def run(task: TaskContext) -> ModuleResult:
    """Bring the realm to its wanted state."""
    managed = {name: task.params[name] for name in ("display_name", "classification")}
    fields = {name: value for name, value in managed.items() if value is not None}

    def build(existing: dict[str, Any] | None) -> dict[str, Any]:
        _refuse_unpinned(task, REALM.update_operation if existing else REALM.create_operation, existing)
        return fields

    change = ensure_state(
        task,
        REALM,
        {"classification": task.params["classification"]},
        make_builder=lambda state: build,
        validate_removal=lambda found: _refuse_unpinned(task, REALM.delete_operation, found),
    )
    return to_module_result(REALM, change)


def _refuse_unpinned(task: TaskContext, operation: str, found: dict[str, Any] | None) -> None:
    """Raise if the run must not manage the realm. The client refuses the request too, but check mode sends none."""
    refuse_other_realm(task.pinned_realm_id, find_operation(operation), found["id"] if found else None)


def main() -> None:
    """Run as an ordinary module."""
    run_module(SPEC, run)


if __name__ == "__main__":
    main()
