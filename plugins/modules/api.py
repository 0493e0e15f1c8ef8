# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Call operations of the Management API."""

from __future__ import annotations

DOCUMENTATION = r"""
module: api
short_description: Call any operation of the Beyond Identity Management API by its name
version_added: 0.1.0
description:
  - Carries out one operation of the Management API. Use this module for operations that no other module offers.
  - The collection knows the parameters and scopes of all operations. The page C(docs/operations.md) of the collection lists them.
  - Missing and unknown parameters are errors. The module checks parameters before it sends a request.
  - In check mode, the module carries out an operation that reads. If a parameter is predicted, RV(response) has the predicted objects. If the
    credentials are predicted, RV(response) is empty.
  - In check mode, the module does not carry out an operation that writes. RV(request) shows the request that the module would send. RV(response) is a
    prediction if the operation creates or updates an application, authenticator configuration, group, identity, realm, resource server or role, creates an
    invitation, or revokes an invitation or a passkey. Otherwise, RV(response) is empty.
  - In check mode, later tasks take predictions into account. Predictions include created, changed and removed objects, members, and scopes of roles.
  - An operation that writes is carried out each time, so its result is always C(changed). If another module manages the object, prefer
    that module. For example, M(beyondidentity.management.revoke) also removes the revoked tokens from the run's token cache.
  - A result that contains a secret is hidden in all output. A registered result keeps the secret. Results of operations whose responses can
    contain a secret, such as C(GetApplication), are always hidden unless O(reveal=true).
  - The API describes C(SSOIsGroupAssigned) and C(IdentityToSSOConfigCheck), but the service might not have these operations. The service then responds with
    the status 404.
  - The module does not delete the application or the realm that the task authenticates with. If O(access_token) does not identify them,
    set O(application_id) for C(DeleteApplication), O(auth_realm_id) for C(DeleteRealm), or O(issuer) for either.
notes:
  - The module requires the scopes of the operation. The lookup P(beyondidentity.management.scopes#lookup) and the page C(docs/operations.md) list them.
    The token of the module has only these scopes and the scopes of O(operations). If you set O(access_token), that token must have them.
author:
  - Beyond Identity Management collection contributors (@beyondidentity)
extends_documentation_fragment:
  - beyondidentity.management.connection
  - beyondidentity.management.connection.reveal
  - beyondidentity.management.managed_realm
  - beyondidentity.management.attributes
  - beyondidentity.management.attributes.no_diff
attributes:
  idempotent:
    support: partial
    details:
      - An operation that writes is carried out each time.
options:
  operation:
    description:
      - The name of the operation, such as V(ListRealms). The error for an unknown name suggests similar names.
    type: str
    required: true
  parameters:
    description:
      - Parameters of the path and of the query, by name. A list repeats a parameter of the query.
      - A parameter must not be empty, because the API can read an empty filter as no filter. Use C(default(omit)) to omit a parameter.
      - The module sends names as they are and does not look them up. Use IDs in parameters such as V(group_id).
      - V(tenant_id) and V(realm_id) default to the managed tenant and realm. O(operation=DeleteRealm) requires V(realm_id),
        so this operation never deletes the managed realm by default.
    type: dict
    default: {}
  extra_parameters:
    description:
      - Additional parameters of the query, by name. Use this option for parameters that the service accepts and the collection does not know.
      - A warning names the parameters. The service may ignore them, so check the result.
      - The module refuses parameters that the operation publishes, parameters that select a tenant, a realm or a page, and names of secrets.
    type: dict
    default: {}
  body:
    description:
      - The request body, sent as JSON. Put the object's fields below its name, for example C(realm) for O(operation=CreateRealm).
    type: dict
  all_pages:
    description:
      - Whether to read a list to its end and return all pages as one response. V(page_size) and V(count) only set the size of a page.
      - If V(false), a SCIM list, such as O(operation=SCIMListUsers), returns only the number of objects unless V(count) is set.
    type: bool
    default: false
  scopes:
    description:
      - The scopes to request for the few operations that publish no scopes, such as O(operation=listIdentityProviders).
    type: list
    elements: str
  operations:
    description:
      - Additional operations that the token must allow. The token gets their scopes and the scopes of O(operation).
      - Set the same list for several tasks, or for all items of a loop. The tasks then use one token instead of a token for each operation.
      - The application must allow the scopes of all these operations, otherwise no token is issued. List only operations that you call.
      - In check mode, the token has only the scopes of the operations that read.
      - If O(access_token) is set, this option does not change the token.
    type: list
    elements: str
seealso:
  - plugin: beyondidentity.management.scopes
    plugin_type: lookup
  - module: beyondidentity.management.token
"""

EXAMPLES = r"""
- name: Call operations with the credentials of one application
  module_defaults:
    group/beyondidentity.management.all:
      issuer: "{{ issuer }}"
      client_id: "{{ client_id }}"
      client_secret: "{{ vaulted_client_secret }}"
  block:
    - name: Read all identities
      beyondidentity.management.api:
        operation: ListIdentities
        all_pages: true
      register: all_identities

    - name: Show how many identities the realm has
      ansible.builtin.debug:
        msg: "{{ all_identities.response.identities | length }}"

- name: Search for a group, because each call of CreateGroup creates another group
  beyondidentity.management.group_info:
    display_name: Night shift
  register: existing

- name: Create the group if it does not exist
  when: existing.groups | length == 0
  beyondidentity.management.api:
    operation: CreateGroup
    body:
      group:
        display_name: Night shift
        description: On-call operators.
  register: created

- name: Add an identity to the group
  when: all_identities.response.identities | length > 0
  beyondidentity.management.api:
    operation: AddGroupMembers
    parameters:
      group_id: "{{ created.response.id if created is changed else existing.groups[0].id }}"
    body:
      identity_ids:
        - "{{ all_identities.response.identities[0].id }}"

- name: Count the objects of the realm with one token
  beyondidentity.management.api:
    operation: "{{ item }}"
    operations: "{{ readings }}"
  loop: "{{ readings }}"
  register: counts
  vars:
    readings: [ListApplications, ListGroups, ListIdentities]

- name: Show how many objects each list has
  ansible.builtin.debug:
    msg: "{{ dict(counts.results | map(attribute='item') | zip(counts.results | map(attribute='response.total_size'))) }}"
"""

RETURN = r"""
status:
  description:
    - The HTTP status of the response, or V(200) with O(all_pages=true). Null if no request was sent.
  returned: success
  type: int
  sample: 200
response:
  description:
    - The response as the API describes it for the operation. Empty if the response has no body.
    - In check mode, a prediction for the operations whose response the module predicts. Empty for other operations that write.
  returned: success
  type: dict
  sample:
    id: 81490afab171aef0
    display_name: Night shift
request:
  description:
    - The request that would be sent.
  returned: in check mode, for operations that write
  type: dict
  contains:
    method:
      description:
        - The HTTP method.
      returned: always
      type: str
      sample: POST
    url:
      description:
        - The URL.
      returned: always
      type: str
      sample: https://api-us.beyondidentity.com/v1/tenants/00012da391ea206d/realms/862e4b72cfdce072/groups
    body:
      description:
        - The request body. Null if the operation takes no body.
      returned: always
      type: dict
      sample: {group: {display_name: Night shift, description: On-call operators.}}
confidential:
  description:
    - Whether responses of this operation can contain a secret. If V(true), the result is hidden unless O(reveal=true).
  returned: success
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
    - The number of HTTP requests that the task sent, including the token request.
  returned: success
  type: int
  sample: 2
"""

from dataclasses import dataclass
from typing import Any

from ansible_collections.beyondidentity.management.plugins.module_utils._errors import OptionError
from ansible_collections.beyondidentity.management.plugins.module_utils._management.address_changes import (
    find_changed_address,
)
from ansible_collections.beyondidentity.management.plugins.module_utils._management.extra_parameters import (
    describe_extra_parameters,
    validate_extra_parameters,
)
from ansible_collections.beyondidentity.management.plugins.module_utils._management.operation import Operation
from ansible_collections.beyondidentity.management.plugins.module_utils._management.operation_catalogue import (
    find_operation,
)
from ansible_collections.beyondidentity.management.plugins.module_utils._management.operation_scopes import (
    get_operation_scopes,
    split_operation_names,
)
from ansible_collections.beyondidentity.management.plugins.module_utils._management.paging import join_pages
from ansible_collections.beyondidentity.management.plugins.module_utils._management.resource_state import (
    find_own_id,
    refuse_own_removal,
)
from ansible_collections.beyondidentity.management.plugins.module_utils._management.resource_types import (
    APPLICATION,
    REALM,
)
from ansible_collections.beyondidentity.management.plugins.module_utils._management.response_ids import (
    refuse_unsafe_ids,
)
from ansible_collections.beyondidentity.management.plugins.module_utils._oauth.scopes import parse_scopes
from ansible_collections.beyondidentity.management.plugins.module_utils._task.argument_spec import ModuleSpec
from ansible_collections.beyondidentity.management.plugins.module_utils._task.context import ModuleResult, TaskContext
from ansible_collections.beyondidentity.management.plugins.module_utils._task.runner import run_module
from ansible_collections.beyondidentity.management.plugins.module_utils._text import join_names

SPEC = ModuleSpec(
    options={
        "operation": {"type": "str", "required": True},
        "parameters": {"type": "dict", "default": {}},
        "extra_parameters": {"type": "dict", "default": {}},
        "body": {"type": "dict"},
        "all_pages": {"type": "bool", "default": False},
        "scopes": {"type": "list", "elements": "str"},
        "operations": {"type": "list", "elements": "str"},
    },
    manages_realm=True,
)


@dataclass(frozen=True)
class ApiOptions:
    """The module's own options."""

    operation: str
    parameters: dict[str, Any]
    extra_parameters: dict[str, Any]
    body: dict[str, Any] | None
    all_pages: bool
    scopes: list[str] | None
    operations: list[str] | None


def run(task: TaskContext) -> ModuleResult:
    """Carry out the operation. In check mode, return the request that a writing operation would send, and predict its response."""
    options = task.read(ApiOptions)
    operation, parameters = find_operation(options.operation or ""), options.parameters or {}
    body = _build_body(operation, options.body)
    extra = options.extra_parameters or {}
    _validate(operation, {**parameters, **extra}, all_pages=options.all_pages)
    validate_extra_parameters(operation, extra)
    client = task.build_client(*_announce(operation, options), scopes=_select_scopes(operation, options, task))
    client.extra_parameters = extra
    url = client.build_url(operation, parameters)
    _refuse_own_removal(operation, parameters, task)
    if extra:
        task.warn(describe_extra_parameters(operation, extra))
    described = {"changed": not operation.is_reading, "confidential": operation.secret}
    changed_id = find_changed_address(operation, parameters, body)
    if changed_id:
        client.remember_address_change(changed_id)  # before the request, whose response can be lost
    if task.check_mode and not operation.is_reading:
        response = client.call(operation.name, parameters, body=body)  # only predicts it
        request = {"method": operation.method, "url": url, "body": body}
        return {**described, "status": None, "response": response, "request": request}
    if client.is_predicting and not client.can_read(operation, parameters):
        task.mark_as_predicted()
        # what is predicted has one page
        response = {} if task.has_predicted_credentials else client.call(operation.name, parameters)
        return {**described, "status": None, "response": response}
    if options.all_pages:
        status, response = 200, join_pages(operation, client.read_pages(operation.name, parameters))
    else:
        status, response = client.call_with_status(operation.name, parameters, body=body)
    refuse_unsafe_ids(operation, response)
    client.memory.remember_call(operation, parameters, body, response)
    return {**described, "status": status, "response": response}


def _build_body(operation: Operation, given: dict[str, Any] | None) -> dict[str, Any] | None:
    """Return the body to send: an empty one if the operation takes a body and requires nothing in it."""
    if operation.body is None:
        if given is not None:
            raise OptionError(f"{operation.name} takes no body.", "Remove body. Put filters and IDs into parameters.")
        return None
    body = given or {}
    missing = [key for key in operation.body if key not in body]
    if missing:
        raise OptionError(
            f"The body of {operation.name} needs {join_names(missing)}, but has {join_names(body)}.",
            "Put the object's fields below its name, as in realm: {display_name: Customers}.",
        )
    return body


def _validate(operation: Operation, parameters: dict[str, Any], *, all_pages: bool) -> None:
    empty = [name for name, value in parameters.items() if _is_empty(value)]
    if empty:
        raise OptionError(
            f"{operation.name}: {join_names(empty)} must not be empty.",
            "Omit parameters that you do not need, for example with default(omit).",
        )
    if all_pages and not operation.page_parameter:
        raise OptionError(f"{operation.name} has no pages.", "Remove all_pages.")


def _is_empty(value: Any) -> bool:
    if isinstance(value, list):
        return not value or any(map(_is_empty, value))
    return value is None or (isinstance(value, str) and not value.strip())


def _announce(operation: Operation, options: ApiOptions) -> list[str]:
    """Return the names of all operations that the token must allow."""
    return [operation.name, *split_operation_names(options.operations or ())]


def _select_scopes(operation: Operation, options: ApiOptions, task: TaskContext) -> list[str] | None:
    """Return the scopes for operations that publish none; `None` if the published ones suffice."""
    scopes, announced = parse_scopes(options.scopes), _announce(operation, options)
    published = get_operation_scopes(announced, reading_only=task.check_mode and operation.is_reading)
    if scopes and all(find_operation(name).scopes for name in announced):
        which = "Each operation" if len(announced) > 1 else operation.name
        raise OptionError(f"{which} publishes its scopes: {join_names(published)}.", "Remove scopes.")
    if not published and not scopes and not task.connection.access_token:
        raise OptionError(
            f"{operation.name} publishes no scopes.",
            "According to its description, the operation accepts any token. Set scopes to any scope that the application can grant.",
        )
    return scopes or None


def _refuse_own_removal(operation: Operation, parameters: dict[str, Any], task: TaskContext) -> None:
    for resource_type in (APPLICATION, REALM):
        if operation.name == resource_type.delete_operation:
            own_id = find_own_id(resource_type, task.connection)
            refuse_own_removal(resource_type, str(parameters[resource_type.id_parameter]), own_id)


def main() -> None:
    """Run as an ordinary module."""
    run_module(SPEC, run)


if __name__ == "__main__":
    main()
