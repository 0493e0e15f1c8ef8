# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Manage applications."""

from __future__ import annotations

DOCUMENTATION = r"""
module: application
short_description: Manage Beyond Identity applications
version_added: 0.1.0
description:
  - Creates, updates and removes applications of the protocols OAuth 2.0 and OIDC in a realm.
  - An option that is left out is not managed, and an empty list empties.
  - Lists of scopes, grant types and redirect URIs compare as sets, so that their order does not matter.
  - In check mode, a resource server or authenticator configuration that is given by name must exist, or an earlier task must have predicted it.
  - Where the task runs on many hosts at once, as it does without C(run_once), one application is made.
  - An application that Beyond Identity manages, such as the built-in one, can be found and used, but is never modified.
  - The application that the task authenticates with can't be removed. Where an O(access_token) does not tell which one that is,
    O(state=absent) needs O(application_id) or O(issuer).
  - The module refuses values that the service does not publish, in check mode, too. Use M(beyondidentity.management.api) to send other values.
  - The token that it gets for itself is for C(ListApplications), or C(GetApplication) with O(id), and for what may have to be done,
    C(CreateApplication) without O(id), C(UpdateApplication) with an option that says how the application shall be or with a new name,
    C(DeleteApplication) with O(state=absent); and for C(ListResourceServers) with a name in O(resource_server), else C(GetResourceServer)
    with O(allowed_scopes), and C(ListAuthenticatorConfigs) with a name in O(authenticator_config). In check mode it only reads.
  - C(applications:read) is a privileged scope. The service returns the client secrets of applications to a token with this scope, and a listing by name
    contains the secret of every application in the realm. In unattended runs, use O(id).
author:
  - Beyond Identity Management collection contributors (@beyondidentity)
extends_documentation_fragment:
  - beyondidentity.management.connection
  - beyondidentity.management.managed_realm
  - beyondidentity.management.attributes
  - beyondidentity.management.attributes.diff
options:
  state:
    description: Whether the application shall be there.
    type: str
    choices: [present, absent]
    default: present
  id:
    description:
      - The id of an application that is there. With it, O(display_name) renames.
      - One of O(id) and O(display_name) is needed.
    type: str
  display_name:
    description:
      - The name that people see. Without O(id) it finds the application, and two applications of one name are an error that tells their ids.
    type: str
  protocol:
    description:
      - The protocol, which can't be changed later. A new application gets V(oauth2).
    type: str
    choices: [oauth2, oidc]
  confidentiality:
    description:
      - Whether the application can keep a secret. A new one gets V(confidential).
    type: str
    choices: [confidential, public]
    aliases: [client_type]
  pkce:
    description:
      - Proof Key for Code Exchange. Public applications must have it.
      - A new application gets V(s256) where it has the grant type V(authorization_code), else V(disabled).
    type: str
    choices: [disabled, plain, s256]
  grant_types:
    description:
      - The grants that the application can use, V(authorization_code) or V(client_credentials) or both. The application gets exactly
        these. The list must not be empty.
      - A new application gets V(client_credentials) with the protocol V(oauth2), V(authorization_code) with V(oidc).
    type: list
    elements: str
  token_endpoint_auth_method:
    description:
      - Checked against O(confidentiality), and no more. The service lets confidential applications use both secret methods, and public ones V(none).
    type: str
    choices: [client_secret_basic, client_secret_post, none]
  resource_server:
    description:
      - The resource server whose scopes the application may grant, by ID, identifier or name. Set to an empty string to remove it.
      - Text in the form of an ID (16 hexadecimal digits or a UUID) is always an ID.
      - If several resource servers have the name, the module fails and lists their IDs.
      - The Management API's is V(Beyond Identity Management API), with the identifier V(beyondidentity).
    type: str
  allowed_scopes:
    description:
      - The scopes that the application may grant, as a list or as space-delimited text. The resource server must offer them.
    type: list
    elements: str
  scopes_mode:
    description:
      - V(exact) removes all scopes that O(allowed_scopes) does not have. V(at_least) adds scopes and removes none.
      - With V(at_least), an empty list in O(allowed_scopes) is an error, because it would change nothing.
      - If O(resource_server) changes, and the new one does not offer a scope that stays, the module fails.
    type: str
    choices: [exact, at_least]
    default: exact
  redirect_uris:
    description:
      - Where a user can be sent to after the sign-in.
      - The application gets exactly these URIs. An empty list removes all.
      - Absolute URIs without a fragment. Each is C(https://HOST/PATH), C(http://) to loopback, or has the private scheme of an app.
    type: list
    elements: str
  authenticator_config:
    description:
      - The authenticator configuration that users sign in with, by ID or name. Set to an empty string to remove it.
      - Text in the form of an ID (16 hexadecimal digits or a UUID) is always an ID.
      - If several configurations have the name, the module fails and lists their IDs.
      - Applications with the grant V(client_credentials) can't have one.
    type: str
  token_format:
    description:
      - Whether tokens are V(self_contained) (JWT) or V(referential). A new application gets V(self_contained).
    type: str
    choices: [self_contained, referential]
  token_expires_after:
    description:
      - The longest lifetime of its tokens in seconds, from V(0) to V(4294967295). A new application gets V(86400).
    type: int
  token_subject_field:
    description:
      - The property of an identity that fills the token's subject.
    type: str
    choices: [id, email, username]
  return_secret:
    description:
      - Return RV(client_secret), also if nothing changed. The whole result is then hidden in all output, with the diff and the list of changes.
      - To see the diff, change the application in one task, and read the secret in a second task with O(id) and O(return_secret=true).
    type: bool
    default: false
seealso:
  - module: beyondidentity.management.application_info
  - module: beyondidentity.management.token
  - name: Create a Beyond Identity Management API token
    description: The vendor's guide by hand.
    link: https://developer.beyondidentity.com/docs/next/create-management-api-token
"""

EXAMPLES = r"""
- name: An application that may read and create realms, and nothing else
  beyondidentity.management.application:
    display_name: Realm factory
    protocol: oauth2
    confidentiality: confidential
    pkce: disabled
    grant_types: [client_credentials]
    resource_server: Beyond Identity Management API
    allowed_scopes: [realms:create, realms:read]
    return_secret: true
  register: factory

- name: Get a token from it
  beyondidentity.management.token:
    issuer: "{{ factory.issuer }}"
    client_id: "{{ factory.client_id }}"
    client_secret: "{{ factory.client_secret }}"
    scopes: [realms:create]
  no_log: true # the secret stands in the task

- name: Change the application, and show the diff
  beyondidentity.management.application:
    display_name: Realm factory
    token_expires_after: 3600
  diff: true
  register: changed_factory

- name: Read the secret in a second task, because its result is hidden
  beyondidentity.management.application:
    id: "{{ changed_factory.application.id }}"
    return_secret: true
  register: factory_with_secret

- name: Add a scope, and leave the others
  beyondidentity.management.application:
    display_name: Realm factory
    resource_server: beyondidentity
    allowed_scopes: [realms:update]
    scopes_mode: at_least

- name: Remove it
  beyondidentity.management.application:
    display_name: Realm factory
    state: absent
"""

RETURN = r"""
application:
  description: The application as the API shows it, without its secret; null where it is absent. In check mode, as it would be.
  returned: success
  type: dict
  sample:
    id: 38833c36-6f47-4992-9329-ea0a00915137
    display_name: Realm factory
    is_managed: false
    realm_id: caf2ff640497591a
    tenant_id: 00011f1183c67b69
    resource_server_id: 84db69f5-48a8-4c11-8cda-1bae3a73f07e
    protocol_config:
      type: oauth2
      client_id: AYYNcuOSpfqIf33JeegCzDIT
      confidentiality: confidential
      grant_type: [client_credentials]
      allowed_scopes: ["realms:create", "realms:read"]
      pkce: disabled
client_id:
  description: The application's client ID; null if the application does not exist.
  returned: success
  type: str
  sample: AYYNcuOSpfqIf33JeegCzDIT
client_secret:
  description: The application's client secret.
  returned: O(return_secret=true), the application is confidential and there
  type: str
  sample: wWD4mPzdsjms1LPekQSo0v9s...
issuer:
  description: The application's issuer, as the O(issuer) option takes it; null if the application does not exist.
  returned: success
  type: str
  sample: https://auth-us.beyondidentity.com/v1/tenants/00011f1183c67b69/realms/caf2ff640497591a/applications/38833c36-6f47-4992-9329-ea0a00915137
before:
  description:
    - The application before the task, without secrets; null if it did not exist. Also returned without C(--diff), so a run can be audited.
  returned: success
  type: dict
  version_added: 0.2.0
  sample: {id: 38833c36-6f47-4992-9329-ea0a00915137, display_name: Realm factory}
after:
  description: The application after the task, without secrets; null if it does not exist. In check mode, the prediction.
  returned: success
  type: dict
  version_added: 0.2.0
  sample: {id: 38833c36-6f47-4992-9329-ea0a00915137, display_name: Realm factory}
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

from functools import partial

from ansible_collections.beyondidentity.management.plugins.module_utils._management.application import (
    ApplicationBuilder,
    ApplicationOptions,
    list_operations,
    validate_protocol,
)
from ansible_collections.beyondidentity.management.plugins.module_utils._management.application_state import (
    ApplicationState,
)
from ansible_collections.beyondidentity.management.plugins.module_utils._management.field_limits import list_choices
from ansible_collections.beyondidentity.management.plugins.module_utils._management.list_modes import (
    EXACT,
    list_mode_option,
)
from ansible_collections.beyondidentity.management.plugins.module_utils._management.resource_state import ChangeResult
from ansible_collections.beyondidentity.management.plugins.module_utils._management.resource_types import APPLICATION
from ansible_collections.beyondidentity.management.plugins.module_utils._oauth.issuer import build_issuer
from ansible_collections.beyondidentity.management.plugins.module_utils._task.argument_spec import state_spec
from ansible_collections.beyondidentity.management.plugins.module_utils._task.context import ModuleResult, TaskContext
from ansible_collections.beyondidentity.management.plugins.module_utils._task.ensure_state import (
    ensure_state,
    to_module_result,
)
from ansible_collections.beyondidentity.management.plugins.module_utils._task.runner import run_module

SPEC = state_spec(
    {
        "protocol": {"type": "str", "choices": list_choices("application", "protocol")},
        "confidentiality": {
            "type": "str",
            "choices": list_choices("application", "confidentiality"),
            "aliases": ["client_type"],
        },
        "pkce": {"type": "str", "choices": list_choices("application", "pkce")},
        "grant_types": {"type": "list", "elements": "str"},
        "token_endpoint_auth_method": {
            "type": "str",
            "choices": list_choices("application", "token_endpoint_auth_method"),
            "no_log": False,
        },
        "resource_server": {"type": "str"},
        "allowed_scopes": {"type": "list", "elements": "str"},
        "scopes_mode": list_mode_option(EXACT),
        "redirect_uris": {"type": "list", "elements": "str"},
        "authenticator_config": {"type": "str"},
        "token_format": {"type": "str", "choices": list_choices("application", "token_format"), "no_log": False},
        "token_expires_after": {"type": "int", "no_log": False},
        "token_subject_field": {
            "type": "str",
            "choices": list_choices("application", "token_subject_field"),
            "no_log": False,
        },
        "return_secret": {"type": "bool", "default": False, "no_log": False},
    },
)


def run(task: TaskContext) -> ModuleResult:
    """Bring the application to its wanted state."""
    options = task.read(ApplicationOptions)
    if options.state == "present":
        options.refuse_empty_lists()
    change = ensure_state(
        task,
        APPLICATION,
        options.managed,
        make_builder=lambda state: ApplicationBuilder(options, state.client).build,
        operations=list_operations(options),
        validate_removal=validate_protocol,
        make_state=partial(ApplicationState, return_secret=options.return_secret),
    )
    return {**to_module_result(APPLICATION, change), **_describe(task, change, return_secret=options.return_secret)}


def _describe(task: TaskContext, change: ChangeResult, *, return_secret: bool) -> ModuleResult:
    """Return what a later task needs to authenticate as the application."""
    application = change.after or {}
    config = application.get("protocol_config") or {}
    described = {"client_id": config.get("client_id"), "issuer": None}
    if application.get("id"):
        connection = task.connection
        described["issuer"] = build_issuer(
            connection.auth_url, connection.require("tenant_id"), connection.require("realm_id"), application["id"]
        )
    if return_secret and config.get("client_secret"):
        described["client_secret"] = config["client_secret"]
    return described


def main() -> None:
    """Run as an ordinary module."""
    run_module(SPEC, run)


if __name__ == "__main__":
    main()
