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
  - An omitted option is not managed.
  - The module does not remove the realm that the task authenticates with. The service does not remove a realm that has identities, groups or roles.
  - The removal of a realm also removes its applications and all tokens that they issued.
  - If O(access_token) does not identify the authenticating realm, O(state=absent) needs O(auth_realm_id) or O(issuer).
  - If the environment variable E(BEYONDIDENTITY_PINNED_REALM_ID) limits the run to one realm, the module manages only that realm and creates no realm.
  - If the task runs on many hosts at once, even without C(run_once), it creates one realm.
notes:
  - "Scope C(realms:read): always, for C(ListRealms) or C(GetRealm)."
  - "Scope C(realms:create): with O(state=present) and without O(id), for C(CreateRealm)."
  - "Scope C(realms:update): with O(state=present) and O(classification), or with O(id) and O(display_name), for C(UpdateRealm)."
  - "Scope C(realms:delete): with O(state=absent), for C(DeleteRealm)."
author:
  - Beyond Identity Management collection contributors (@beyondidentity)
extends_documentation_fragment:
  - beyondidentity.management.connection
  - beyondidentity.management.connection.reveal
  - beyondidentity.management.managed_object
  - beyondidentity.management.required_scopes
  - beyondidentity.management.attributes
  - beyondidentity.management.attributes.diff
options:
  id:
    description:
      - ID of an existing realm. With O(id), O(display_name) is the new name of the realm.
      - Set O(id), O(display_name) or both. This module ignores O(realm_id).
    type: str
  display_name:
    description:
      - Display name of the realm. Without O(id), the name selects the realm.
      - The module uses the realm with exactly this name. If no realm has the name, the module uses the only realm whose name differs only in
        whitespace and Unicode normalization. If several realms match, the module fails and lists their IDs.
      - A name has at most 64 characters and none of C({}[]<>;:?\/|*^%$#=~`!).
    type: str
  classification:
    description:
      - Purpose of the realm, such as V(SECURE_CUSTOMER) or V(SECURE_WORKFORCE). Must not be empty.
      - If you omit this option for a new realm, the service chooses the value, and check mode does not predict it.
    type: str
seealso:
  - module: beyondidentity.management.realm_info
  - module: beyondidentity.management.application
"""

EXAMPLES = r"""
- name: Create a realm with an application
  module_defaults:
    group/beyondidentity.management.all:
      issuer: "{{ issuer }}"
      client_id: "{{ client_id }}"
      client_secret: "{{ vaulted_client_secret }}"
  block:
    - name: Create a realm for customers
      beyondidentity.management.realm:
        display_name: Customers
        classification: SECURE_CUSTOMER
      register: customers

    - name: Create an application in that realm, with the same credentials
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
  description:
    - The realm as the API returns it; null if it does not exist.
    - In check mode, the prediction.
  returned: success
  type: dict
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
      returned: always, except in the prediction of a new realm without O(classification)
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
before:
  description:
    - The realm before the task, without secrets; null if it did not exist. It has the same fields as RV(realm).
    - Also returned without C(--diff), so you can audit a run.
  returned: success
  type: dict
  sample: {id: 19a95130480dfa79, display_name: Staging}
after:
  description:
    - The realm after the task, without secrets; null if it does not exist. It has the same fields as RV(realm).
    - In check mode, the prediction.
  returned: success
  type: dict
  sample: {id: 19a95130480dfa79, display_name: Production}
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

from typing import Any

from ansible_collections.beyondidentity.management.plugins.module_utils._management.operation_catalogue import (
    find_operation,
)
from ansible_collections.beyondidentity.management.plugins.module_utils._management.realm_limit import (
    refuse_other_realm,
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
