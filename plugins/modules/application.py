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
  - An omitted option is not managed. An empty list of scopes or redirect URIs removes all items.
  - The order and repetition of scopes, grant types and redirect URIs do not matter.
  - In check mode, a resource server or authenticator configuration that you set by name must exist, or an earlier task must predict it.
  - If the task runs on many hosts at once, even without C(run_once), it creates one application.
  - Beyond Identity manages some applications, such as the built-in one. The module can find and use them, but does not change them.
  - The module does not remove the application that the task authenticates with. If O(access_token) does not identify this application, O(state=absent) needs
    O(application_id) or O(issuer).
  - The module only accepts the values that the service publishes, also in check mode. To send other values, use M(beyondidentity.management.api).
  - C(applications:read) is a privileged scope. With this scope, a token can read the client secrets of applications. A listing by name contains the secret of
    every application in the realm. In unattended runs, use O(id).
notes:
  - "Scope C(applications:read): always, for C(ListApplications) or C(GetApplication)."
  - "Scope C(applications:create): with O(state=present) and without O(id), for C(CreateApplication)."
  - "Scope C(applications:update): with O(state=present) and an option that can change an application, or with O(id) and O(display_name), for
    C(UpdateApplication)."
  - "Scope C(applications:delete): with O(state=absent), for C(DeleteApplication)."
  - "Scope C(resource-servers:read): with O(state=present) and a name in O(resource_server), for C(ListResourceServers) and C(GetResourceServer). With
    O(state=present) and O(allowed_scopes), for C(GetResourceServer)."
  - "Scope C(authenticator-configs:read): with O(state=present) and a name in O(authenticator_config), for C(ListAuthenticatorConfigs) and
    C(GetAuthenticatorConfig)."
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
  protocol:
    description:
      - Protocol of the application. You cannot change it later. The default for a new application is V(oauth2).
    type: str
    choices: [oauth2, oidc]
  confidentiality:
    description:
      - Whether the application can keep a secret. The default for a new application is V(confidential).
    type: str
    choices: [confidential, public]
    aliases: [client_type]
  pkce:
    description:
      - Challenge method of Proof Key for Code Exchange (RFC 7636) that the application requires. Public applications must use PKCE.
      - The default for a new application is V(s256) with the grant type V(authorization_code), otherwise V(disabled).
    type: str
    choices: [disabled, plain, s256]
  grant_types:
    description:
      - Grants that the application can use, V(authorization_code), V(client_credentials) or both. The application has exactly these grants after the
        task. The list must not be empty.
      - The default for a new application is V(client_credentials) with the protocol V(oauth2), and V(authorization_code) with V(oidc).
    type: list
    elements: str
  token_endpoint_auth_method:
    description:
      - Only validated against O(confidentiality); not sent to the API. Confidential applications can use both methods with a secret. Public applications
        use V(none).
    type: str
    choices: [client_secret_basic, client_secret_post, none]
  resource_server:
    description:
      - Resource server whose scopes the application can grant, by ID, identifier or name. Set to an empty string to remove it.
      - Text in the form of an ID (16 hexadecimal digits or a UUID) is always an ID.
      - If several resource servers have the name, the module fails and lists their IDs.
      - The resource server of the Management API has the name V(Beyond Identity Management API) and the identifier V(beyondidentity).
    type: str
  allowed_scopes:
    description:
      - Scopes that the application can grant, as a list or as space-delimited text. The resource server must offer them.
    type: list
    elements: str
  scopes_mode:
    description:
      - V(exact) removes all scopes that O(allowed_scopes) does not contain. V(at_least) adds scopes and removes none.
      - With V(at_least), an empty list in O(allowed_scopes) is an error, because it would change nothing.
      - If O(resource_server) changes, and the new resource server does not offer a scope that stays, the module fails.
    type: str
    choices: [exact, at_least]
    default: exact
  redirect_uris:
    description:
      - URIs that the browser can be sent to after the sign-in.
      - The application has exactly these URIs after the task. An empty list removes all URIs.
      - Each URI must be absolute and have no fragment. Use C(https://HOST/PATH), C(http://) to loopback, or a URI with the private scheme of an app.
    type: list
    elements: str
  authenticator_config:
    description:
      - Authenticator configuration that users sign in with, by ID or name. Set to an empty string to remove it.
      - Text in the form of an ID (16 hexadecimal digits or a UUID) is always an ID.
      - If several configurations have the name, the module fails and lists their IDs.
      - Applications with the grant V(client_credentials) cannot have an authenticator configuration.
    type: str
  token_format:
    description:
      - Format of access tokens. V(self_contained) tokens are signed JWTs. Only the introspection endpoint can read V(referential) tokens.
      - The default for a new application is V(self_contained).
    type: str
    choices: [self_contained, referential]
  token_expires_after:
    description:
      - Longest lifetime of a token in seconds, from V(0) to V(4294967295). The default for a new application is V(86400).
    type: int
  token_subject_field:
    description:
      - Property of the identity that fills the subject of a token.
    type: str
    choices: [id, email, username]
  return_secret:
    description:
      - Return RV(client_secret), also if nothing changed. The whole result is then hidden in all output, including the diff, RV(before) and RV(after).
      - To see the diff, change the application in one task, and read the secret in a second task with O(id) and O(return_secret=true).
    type: bool
    default: false
seealso:
  - module: beyondidentity.management.application_info
  - module: beyondidentity.management.token
  - name: Create a Beyond Identity Management API token
    description: The vendor's guide to the manual steps.
    link: https://developer.beyondidentity.com/docs/next/create-management-api-token
"""

EXAMPLES = r"""
- name: Create an application, and request a token from it
  module_defaults:
    group/beyondidentity.management.all:
      issuer: "{{ issuer }}"
      client_id: "{{ client_id }}"
      client_secret: "{{ vaulted_client_secret }}"
  block:
    - name: Create an application that can only read and create realms
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

    - name: Request a token from the new application
      beyondidentity.management.token:
        issuer: "{{ factory.issuer }}"
        client_id: "{{ factory.client_id }}"
        client_secret: "{{ factory.client_secret }}"
        scopes: [realms:create]
      no_log: true # the task contains the secret
      register: factory_token

    - name: Show when the token expires
      ansible.builtin.debug:
        var: factory_token.token.expires_at

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

- name: Request a token with the secret
  beyondidentity.management.token:
    issuer: "{{ factory_with_secret.issuer }}"
    client_id: "{{ factory_with_secret.client_id }}"
    client_secret: "{{ factory_with_secret.client_secret }}"
    scopes: [realms:read]
  no_log: true # the task contains the secret

- name: Add a scope, and keep the other scopes
  beyondidentity.management.application:
    display_name: Realm factory
    resource_server: beyondidentity
    allowed_scopes: [realms:update]
    scopes_mode: at_least

- name: Remove the application
  beyondidentity.management.application:
    display_name: Realm factory
    state: absent
"""

RETURN = r"""
application:
  description:
    - The application as the API returns it, without its secret; null if it does not exist.
    - In check mode, the prediction.
  returned: success
  type: dict
  contains:
    id:
      description:
        - ID of the application.
      type: str
      sample: 38833c36-6f47-4992-9329-ea0a00915137
    realm_id:
      description:
        - ID of the realm that the application belongs to.
      type: str
      sample: caf2ff640497591a
    tenant_id:
      description:
        - ID of the tenant that the application belongs to.
      type: str
      sample: 00011f1183c67b69
    display_name:
      description:
        - Display name of the application.
      type: str
      sample: Realm factory
    is_managed:
      description:
        - Whether Beyond Identity manages the application. You cannot change or remove such an application.
      type: bool
      sample: false
    resource_server_id:
      description:
        - ID of the resource server whose scopes the application can grant.
      returned: if the application has a resource server
      type: str
      sample: 84db69f5-48a8-4c11-8cda-1bae3a73f07e
    authenticator_config_id:
      description:
        - ID of the authenticator configuration that users sign in with.
      returned: if the application has an authenticator configuration
      type: str
      sample: 73731b7f-eb76-4143-9b4b-81a720385f5a
    protocol_config:
      description:
        - Settings of the protocol, without the client secret.
      type: dict
      contains:
        type:
          description:
            - Protocol of the application.
          type: str
          choices: [oauth2, oidc]
          sample: oauth2
        allowed_scopes:
          description:
            - Scopes that the application can grant.
          type: list
          elements: str
          sample: ["realms:create", "realms:read"]
        client_id:
          description:
            - Client ID that the application authenticates with.
          type: str
          sample: AYYNcuOSpfqIf33JeegCzDIT
        confidentiality:
          description:
            - Whether the client can keep a secret, see OAuth 2.0 (RFC 6749 section 2.1).
            - A V(confidential) client has a secret. A V(public) client has none and must use PKCE.
          type: str
          choices: [confidential, public]
          sample: confidential
        token_endpoint_auth_method:
          description:
            - How the client authenticates at the token endpoint. The service derives the value from C(confidentiality).
            - The value V(client_secret_basic) does not exclude V(client_secret_post). The service accepts both from confidential clients.
          type: str
          choices: [client_secret_basic, client_secret_post, none]
          sample: client_secret_basic
        grant_type:
          description:
            - Grants that the application can use, V(authorization_code), V(client_credentials) or both.
          type: list
          elements: str
          sample: [client_credentials]
        redirect_uris:
          description:
            - URIs that the browser can be sent to after the sign-in.
          type: list
          elements: str
          sample: [https://app.example.com/callback]
        token_configuration:
          description:
            - Properties of the tokens that the application issues.
          type: dict
          contains:
            expires_after:
              description:
                - Longest lifetime of a token in seconds.
              type: int
              sample: 86400
            token_signing_algorithm:
              description:
                - Algorithm that signs the tokens.
              type: str
              choices: [RS256]
              sample: RS256
            subject_field:
              description:
                - Property of the identity that fills the subject of a token.
              type: str
              choices: [id, email, username]
              sample: id
        pkce:
          description:
            - Challenge method of Proof Key for Code Exchange (RFC 7636) that the application requires.
          type: str
          choices: [disabled, plain, s256]
          sample: disabled
        token_format:
          description:
            - Format of access tokens. A V(self_contained) token is a signed JWT.
            - A V(referential) token has no readable claims. The introspection endpoint returns them.
          type: str
          choices: [self_contained, referential]
          sample: self_contained
client_id:
  description:
    - Client ID of the application; null if the application does not exist.
  returned: success
  type: str
  sample: AYYNcuOSpfqIf33JeegCzDIT
client_secret:
  description:
    - Client secret of the application.
  returned: with O(return_secret=true), if the application exists and is confidential
  type: str
  sample: wWD4mPzdsjms1LPekQSo0v9s...
issuer:
  description:
    - Issuer of the application, in the form of the option O(issuer); null if the application does not exist.
  returned: success
  type: str
  sample: https://auth-us.beyondidentity.com/v1/tenants/00011f1183c67b69/realms/caf2ff640497591a/applications/38833c36-6f47-4992-9329-ea0a00915137
before:
  description:
    - The application before the task, without secrets; null if it did not exist. It has the same fields as RV(application).
    - Also returned without C(--diff), so you can audit a run.
  returned: success
  type: dict
  sample: {id: 38833c36-6f47-4992-9329-ea0a00915137, display_name: Realm factory}
after:
  description:
    - The application after the task, without secrets; null if it does not exist. It has the same fields as RV(application).
    - In check mode, the prediction.
  returned: success
  type: dict
  sample: {id: 38833c36-6f47-4992-9329-ea0a00915137, display_name: Realm factory}
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
