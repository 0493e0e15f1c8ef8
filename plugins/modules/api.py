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
  - Carries out one operation of the Management API, for what no other module does. The collection knows all operations, with their
    parameters and scopes; the page C(docs/operations.md) of the collection lists them.
  - The token that it gets for itself has the scopes of that operation and no other.
  - Missing and unknown parameters are errors before anything is sent.
  - An operation that reads runs in check mode, too. One that writes tells there what it would send, and its result is always C(changed),
    since it is carried out each time. Where a module manages the object, prefer it;
    M(beyondidentity.management.revoke), for instance, also has the run forget the tokens that it revokes.
  - Results that hold a secret are hidden in all output, and whole when registered. So are those of operations whose answers may hold one,
    such as C(GetApplication).
  - The application and the realm that the task authenticates with are not deleted. Where an O(access_token) does not tell which these are,
    C(DeleteApplication) needs O(application_id), C(DeleteRealm) needs O(auth_realm_id), or either of them O(issuer).
author:
  - Beyond Identity Management collection contributors (@beyondidentity)
extends_documentation_fragment:
  - beyondidentity.management.connection
  - beyondidentity.management.attributes
  - beyondidentity.management.attributes.no_diff
attributes:
  idempotent:
    support: partial
    details: An operation that writes is carried out each time.
options:
  operation:
    description: The name of the operation, such as V(ListRealms). An unknown one is an error that suggests the nearest.
    type: str
    required: true
  parameters:
    description:
      - Parameters of the path and the query, by name. A list repeats a parameter of the query.
      - One that is there must not be empty, since an empty filter could mean all. The value C(omit) leaves it out.
      - V(tenant_id) and V(realm_id) are those of the managed realm unless they are given. O(operation=DeleteRealm) needs V(realm_id),
        so that a realm that is not known is not taken for the managed one.
    type: dict
    default: {}
  body:
    description: What is sent as JSON, with the object's name around it as the API wants it, for instance C(realm) for O(operation=CreateRealm).
    type: dict
  all_pages:
    description:
      - Whether to follow a list to its end, and return all pages as one answer. C(page_size) and C(count) only tell how large a page is.
      - Without it, a list of SCIM, such as that of O(operation=SCIMListUsers), tells no more than its length unless a C(count) is asked for.
    type: bool
    default: false
  scopes:
    description: What the token shall have for the few operations that publish no scopes, such as O(operation=listIdentityProviders).
    type: list
    elements: str
seealso:
  - plugin: beyondidentity.management.scopes
    plugin_type: lookup
  - module: beyondidentity.management.token
"""

EXAMPLES = r"""
- name: Read all identities
  beyondidentity.management.api:
    operation: ListIdentities
    all_pages: true
  register: people

- name: Look for a group, since each call of CreateGroup would make another
  beyondidentity.management.group_info:
    display_name: Night shift
  register: found

- name: Create it where it is not there
  when: found.groups | length == 0
  beyondidentity.management.api:
    operation: CreateGroup
    body:
      group:
        display_name: Night shift
        description: Who is awake.
  register: created

- name: Put somebody into it
  when: people.response.identities | length > 0
  beyondidentity.management.api:
    operation: AddGroupMembers
    parameters:
      group_id: "{{ created.response.id if created is changed else found.groups[0].id }}"
    body:
      identity_ids:
        - "{{ people.response.identities[0].id }}"
"""

RETURN = r"""
status:
  description: The HTTP status of the answer, 200 with O(all_pages=true). Null where nothing was sent.
  returned: success
  type: int
  sample: 200
response:
  description: The answer's object, empty where there is none.
  returned: success
  type: dict
  sample:
    id: 81490afab171aef0
    display_name: Night shift
request:
  description: What would be sent.
  returned: in check mode, for operations that write
  type: dict
  contains:
    method:
      description: The HTTP method.
      type: str
      sample: POST
    url:
      description: The address.
      type: str
      sample: https://api-us.beyondidentity.com/v1/tenants/00012da391ea206d/realms/862e4b72cfdce072/groups
    body:
      description: The body, null where there is none.
      type: dict
confidential:
  description: Whether answers of this operation may hold secrets, so that the result is hidden unless O(reveal=true).
  returned: success
  type: bool
  sample: false
requests:
  description: How many HTTP requests the task made, that for a token included.
  returned: success
  type: int
  sample: 2
"""

from dataclasses import dataclass
from typing import Any

from ansible_collections.beyondidentity.management.plugins.module_utils._errors import OptionError
from ansible_collections.beyondidentity.management.plugins.module_utils._management.catalogue import find_operation
from ansible_collections.beyondidentity.management.plugins.module_utils._management.operation import Operation
from ansible_collections.beyondidentity.management.plugins.module_utils._management.paging import join_pages
from ansible_collections.beyondidentity.management.plugins.module_utils._management.resource_state import (
    find_own_id,
    refuse_own_removal,
)
from ansible_collections.beyondidentity.management.plugins.module_utils._management.resource_types import (
    APPLICATION,
    REALM,
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
        "body": {"type": "dict"},
        "all_pages": {"type": "bool", "default": False},
        "scopes": {"type": "list", "elements": "str"},
    }
)


@dataclass(frozen=True)
class ApiOptions:
    """The operation and its input."""

    operation: str
    parameters: dict[str, Any]
    body: dict[str, Any] | None
    all_pages: bool
    scopes: list[str] | None


def run(task: TaskContext) -> ModuleResult:
    """Carry out the operation; in check mode return what would be sent."""
    options = task.read(ApiOptions)
    operation, parameters = find_operation(options.operation or ""), options.parameters or {}
    body = _build_body(operation, options.body)
    _validate(operation, parameters, all_pages=options.all_pages)
    client = task.build_client(operation.name, scopes=_select_scopes(operation, options, task))
    url = client.build_url(operation, parameters)
    _refuse_own_removal(operation, parameters, task)
    described = {"changed": not operation.is_reading, "confidential": operation.secret}
    if task.check_mode and not operation.is_reading:
        request = {"method": operation.method, "url": url, "body": body}
        return {**described, "status": None, "response": {}, "request": request}
    if options.all_pages:
        pages = client.list_pages(operation.name, parameters)
        return {**described, "status": 200, "response": join_pages(operation, pages)}
    status, response = client.call_with_status(operation.name, parameters, body=body)
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
            f"The body of {operation.name} needs {join_names(missing)}; it has {join_names(body)}.",
            "Put an object's fields below its name, as in realm: {display_name: Customers}.",
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


def _select_scopes(operation: Operation, options: ApiOptions, task: TaskContext) -> list[str] | None:
    """Return the scopes for an operation that publishes none; `None` for any other operation."""
    scopes = parse_scopes(options.scopes)
    if operation.scopes and scopes:
        raise OptionError(f"{operation.name} publishes its scopes: {join_names(operation.scopes)}.", "Remove scopes.")
    if not operation.scopes and not scopes and not task.connection.access_token:
        raise OptionError(
            f"{operation.name} publishes no scopes.",
            "By its documentation any token will do: set scopes to any scope that the application may grant.",
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
