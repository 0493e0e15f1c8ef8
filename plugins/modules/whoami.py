# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Check who authenticates where, and what the credentials can do."""

from __future__ import annotations

DOCUMENTATION = r"""
module: whoami
short_description: Check the credentials for Beyond Identity, and show the settings in force
version_added: 0.1.0
description:
  - Shows which application or user authenticates, at which hosts, and which source sets each option. Checks that the service accepts the credentials.
  - If a setting is missing or wrong, or the service refuses the credentials, the module fails. The message names the cause and says what to do.
  - Run this module, or the playbook C(beyondidentity.management.whoami), first if another task fails.
  - Changes nothing. The result has no secret, no e-mail address and no username.
  - The module never requests a token without scopes, because the service would issue a token with all scopes of the application.
  - To read the allowed scopes of the authenticating application with C(GetApplication), the module requests a separate token. This token has only the scope
    V(applications:read), and is valid for at most 60 seconds. This applies to client credentials only. V(applications:read) is a privileged scope. If the
    application cannot grant this scope, the module does not fail, but the allowed scopes stay unknown. Do not add the scope for this module, because an
    application without the scope is safer.
  - If you set O(scopes) or O(operations), the module also requests one token with all of these scopes. If the service refuses this token, the module determines
    which scopes the service refuses. If the allowed scopes are unknown, the module sends a token request for each scope. A refused scope is not an error.
  - With O(grant_type=authorization_code), the module uses the stored sign-in, and with O(access_token) this token. If the credentials allow it,
    the module introspects the token. It compares the tested scopes with the scopes of the token.
  - To test the token at the Management API, the module calls C(GetTenant). If the API refuses the call because of a missing scope, the module does not fail.
author:
  - Beyond Identity Management collection contributors (@beyondidentity)
extends_documentation_fragment:
  - beyondidentity.management.connection
  - beyondidentity.management.connection.reveal
  - beyondidentity.management.managed_realm
  - beyondidentity.management.attributes
  - beyondidentity.management.attributes.no_diff
attributes:
  check_mode:
    details:
      - The result is the same as without check mode. If an earlier task predicted the credentials, the module sends nothing.
  delegation:
    details:
      - If the task is delegated to a remote host, the module checks from that host. The result then has no sources of options and no stored sign-ins.
options:
  scopes:
    description:
      - Scopes to test.
    type: list
    elements: str
  operations:
    description:
      - Operations of the Management API. The module also tests their scopes.
    type: list
    elements: str
seealso:
  - module: beyondidentity.management.token
  - module: beyondidentity.management.introspect
  - plugin: beyondidentity.management.scopes
    plugin_type: lookup
"""

EXAMPLES = r"""
- name: Check the credentials
  beyondidentity.management.whoami:
  register: me

- name: Show the realm that the modules manage
  ansible.builtin.debug:
    var: me.whoami.realm_id

- name: Check the credentials of another application
  module_defaults:
    group/beyondidentity.management.all:
      issuer: "{{ issuer }}"
      client_id: "{{ client_id }}"
      client_secret: "{{ vaulted_client_secret }}"
  block:
    - name: Test whether the credentials can list realms and create groups
      beyondidentity.management.whoami:
        operations: [ListRealms, CreateGroup]
      register: tested

    - name: Show the scopes that the service refused
      ansible.builtin.debug:
        msg: "{{ tested.whoami.scopes | rejectattr('granted') | map(attribute='scope') | list }}"
"""

RETURN = r"""
whoami:
  description:
    - The effective settings and the scopes of the credentials. If the module fails after it read the settings, the result has the fields that are known.
  returned: success, and failure if the settings are complete
  type: dict
  contains:
    issuer:
      description:
        - The URL of the authenticating application. Null if only O(access_token) is set and does not name the application.
      type: str
      returned: always
      sample: https://auth-us.beyondidentity.com/v1/tenants/000176d94fd7b4d1/realms/19a95130480dfa79/applications/38833c36-6f47-4992-9329-ea0a00915137
    region:
      description:
        - The region of the authorization server. Null if the server is on another host, such as a gateway.
      type: str
      returned: always
      sample: us
    auth_url:
      description:
        - The URL of the authorization server.
      type: str
      returned: always
      sample: https://auth-us.beyondidentity.com
    api_url:
      description:
        - The URL of the Management API.
      type: str
      returned: always
      sample: https://api-us.beyondidentity.com
    tenant_id:
      description:
        - The ID of the tenant.
      type: str
      returned: always
      sample: 000176d94fd7b4d1
    auth_realm_id:
      description:
        - The ID of the realm of the authenticating application.
      type: str
      returned: always
      sample: 19a95130480dfa79
    realm_id:
      description:
        - The ID of the managed realm.
      type: str
      returned: always
      sample: 8f5bec58229e6f29
    application_id:
      description:
        - The ID of the authenticating application.
      type: str
      returned: always
      sample: 38833c36-6f47-4992-9329-ea0a00915137
    client_id:
      description:
        - The client ID of the authenticating application. Null if only O(access_token) is set, and if the module fails.
      type: str
      returned: always
      sample: AYYNcuOSpfqIf33JeegCzDIT
    client_auth_method:
      description:
        - How the client authenticates at the authorization server.
      type: str
      returned: always
      sample: client_secret_basic
    credential_type:
      description:
        - V(client_credentials), V(authorization_code) for a stored sign-in, or V(access_token) for the token of this option.
      type: str
      returned: always
      sample: client_credentials
    verified:
      description:
        - Whether the service accepted the credentials. False if they are predicted, or if no request could prove that a given token is valid.
      type: bool
      returned: success
      sample: true
    principal_id:
      description:
        - The ID of the application or identity that the token belongs to. Null if no token contains it.
      type: str
      returned: success
      sample: 38833c36-6f47-4992-9329-ea0a00915137
    sources:
      description:
        - Sources of the options, the strongest source first. The options of a task and its C(module_defaults) count as one source.
      type: list
      elements: dict
      returned: always
      contains:
        source:
          description:
            - The task, a variable, the task's environment, or the environment.
          type: str
          returned: always
          sample: the environment
        options:
          description:
            - The names of the options that the source sets.
          type: list
          elements: str
          returned: always
          sample: [client_id, client_secret, issuer]
    proxy:
      description:
        - Scheme, host and port of the proxy, without user name and password. Null without a proxy.
      type: str
      returned: always
      sample: http://proxy.example.com:3128
    ca_path:
      description:
        - File or folder of the CA certificates. Null for the CA certificates of the library requests, and if certificates are not verified.
      type: str
      returned: always
      sample: /etc/ssl/certs/ca-certificates.crt
    ca_source:
      description:
        - Source of the CA certificates, V(ca_path), V(REQUESTS_CA_BUNDLE), V(CURL_CA_BUNDLE), or V(requests) for the certificates of this library.
          V(validate_certs) if certificates are not verified.
      type: str
      returned: always
      sample: requests
    sign_ins:
      description:
        - The stored sign-ins with the application that the task can use.
      type: list
      elements: dict
      returned: always
      contains:
        id:
          description:
            - The ID of the access token. Null for a referential token.
          type: str
          returned: always
          sample: cTXMRjNrTz7w3p7wO5HJ5cUTpFt5Z3yL
        expires_at:
          description:
            - When the access token expires, in UTC. Null if unknown.
          type: str
          returned: always
          sample: '2026-12-01T10:00:00Z'
        scopes:
          description:
            - The scopes of the sign-in.
          type: list
          elements: str
          returned: always
          sample: [realms:read]
        refreshable:
          description:
            - Whether the sign-in has a refresh token.
          type: bool
          returned: always
          sample: false
    allowed_scopes:
      description:
        - The allowed scopes of the authenticating application. Null if unknown.
      type: list
      elements: str
      returned: success
      sample: [applications:read, realms:read]
    allowed_scopes_unknown:
      description:
        - Why the allowed scopes are unknown, and how to read them. Null if they are known.
      type: str
      returned: success
      sample: null
    scopes:
      description:
        - The tested scopes.
      type: list
      elements: dict
      returned: success
      contains:
        scope:
          description:
            - The scope.
          type: str
          returned: always
          sample: groups:create
        granted:
          description:
            - Whether the credentials can use the scope. Null if unknown.
          type: bool
          returned: always
          sample: false
        reason:
          description:
            - Why the scope is not granted, or why that is unknown. Null for a granted scope.
          type: str
          returned: always
          sample: The application's allowed scopes do not include it. Add it to the application's allowed scopes, or do not request it.
    lifetime:
      description:
        - The lifetime of tokens in seconds.
      type: dict
      returned: success
      contains:
        requested:
          description:
            - The value of O(expiration_time). Null with O(access_token).
          type: int
          returned: always
          sample: 3600
        granted:
          description:
            - The lifetime of the token with the tested scopes. Null if no such token was requested, or the service does not return the lifetime.
          type: int
          returned: always
          sample: 3600
        maximum:
          description:
            - The longest lifetime that the application allows. Null if unknown.
          type: int
          returned: always
          sample: 86400
    expires_at:
      description:
        - When the given token, or the token of the stored sign-in, expires, in UTC. Null if unknown, and with client credentials.
      type: str
      returned: success
      sample: null
    api_reached:
      description:
        - Whether the Management API accepted the token. Null if no token was tried, or if the API refused a token for a missing scope.
      type: bool
      returned: success
      sample: true
    clock_difference:
      description:
        - The number of seconds by which this machine's clock is ahead of the service's clock. Negative if this machine's clock is behind. Null if the service
          sent no date.
      type: int
      returned: always
      sample: 0
predicted:
  description:
    - Whether the result is, at least in part, a prediction of check mode.
  returned: in check mode, if something is predicted
  type: bool
  sample: true
requests:
  description:
    - The number of HTTP requests that the task sent, including token requests.
  returned: success
  type: int
  sample: 2
"""

from ansible_collections.beyondidentity.management.plugins.module_utils._task.argument_spec import ModuleSpec
from ansible_collections.beyondidentity.management.plugins.module_utils._task.context import ModuleResult, TaskContext
from ansible_collections.beyondidentity.management.plugins.module_utils._task.runner import run_module
from ansible_collections.beyondidentity.management.plugins.module_utils._task.scope_options import ScopeOptions
from ansible_collections.beyondidentity.management.plugins.module_utils._task.sign_ins import open_sign_ins
from ansible_collections.beyondidentity.management.plugins.module_utils._task.whoami.report import identify

SPEC = ModuleSpec(
    options={"scopes": {"type": "list", "elements": "str"}, "operations": {"type": "list", "elements": "str"}},
    manages_realm=True,
)


def run(task: TaskContext) -> ModuleResult:
    """Check the credentials, which changes nothing."""
    return {"whoami": identify(task, task.read(ScopeOptions).resolve())}


def main() -> None:
    """Run as an ordinary module."""
    run_module(SPEC, run, open_sign_ins=open_sign_ins)


if __name__ == "__main__":
    main()
