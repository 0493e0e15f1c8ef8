# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Check whether a token is active, and read its claims."""

from __future__ import annotations

DOCUMENTATION = r"""
module: introspect
short_description: Check whether a Beyond Identity token is active, and read its claims
version_added: 0.1.0
description:
  - Calls the introspection endpoint of the authenticating realm (RFC 7662). If the token is expired, revoked, unknown or of another realm, the module
    reports the token as not active, and does not fail.
  - Use this module to read a referential token. To read the claims of a self-contained token without a request and without verification, use
    P(beyondidentity.management.jwt_claims#filter).
notes:
  - The module authenticates with the client's own credentials, which need no scope.
  - "Scope C(tokens:introspect): without the client's own credentials, that is with O(client_auth_method=none), or with O(access_token) and without
    O(client_secret). The module then uses O(access_token), or requests a token with this scope."
author:
  - Beyond Identity Management collection contributors (@beyondidentity)
extends_documentation_fragment:
  - beyondidentity.management.connection
  - beyondidentity.management.connection.reveal
  - beyondidentity.management.attributes
  - beyondidentity.management.attributes.no_diff
attributes:
  check_mode:
    details:
      - A predicted token is reported as active. If an earlier task of the run predicted the revocation of a token, the token is reported as not active.
options:
  token:
    description:
      - The access token or refresh token to check.
    type: str
    required: true
seealso:
  - module: beyondidentity.management.revoke
  - module: beyondidentity.management.token_info
  - plugin: beyondidentity.management.jwt_claims
    plugin_type: filter
"""

EXAMPLES = r"""
- name: Check a token with the credentials of one application
  module_defaults:
    group/beyondidentity.management.all:
      issuer: "{{ issuer }}"
      client_id: "{{ client_id }}"
      client_secret: "{{ vaulted_client_secret }}"
  block:
    - name: Request a token
      beyondidentity.management.token:
        scopes: [realms:read]
      register: mine

    - name: Read its state and claims
      beyondidentity.management.introspect:
        token: "{{ mine.token.access_token }}"
      register: known

    - name: Check that the token is active
      ansible.builtin.assert:
        that: known.introspection.active
"""

RETURN = r"""
introspection:
  description:
    - State and claims of the token as the service returns them. The service can return other claims too. Times are in seconds since 1970-01-01 UTC.
    - If the token is not active, C(active) is the only key. The same applies to a predicted token.
  returned: success
  type: dict
  contains:
    active:
      description:
        - Whether the token is valid.
      returned: always
      type: bool
      sample: true
    iss:
      description:
        - Issuer, the URL of the application that issued the token.
      returned: if the service returns the claim
      type: str
      sample: https://auth-us.beyondidentity.com/v1/tenants/00012da391ea206d/realms/862e4b72cfdce072/applications/3a0f1a4b-5a4e-4f9e-9c3b-2d8a5ed9b6c1
    sub:
      description:
        - Subject of the token. Its form depends on the application.
      returned: if the service returns the claim
      type: str
      sample: AYYNcuOSpfqIf33JeegCzDIT
    aud:
      description:
        - Audience of the token, such as V(beyondidentity) for the Management API. The service can return a list or one text.
      returned: if the service returns the claim
      type: raw
      sample: [beyondidentity]
    exp:
      description:
        - When the token expires.
      returned: if the service returns the claim
      type: int
      sample: 1677250514
    nbf:
      description:
        - When the token becomes valid.
      returned: if the service returns the claim
      type: int
      sample: 1677246914
    iat:
      description:
        - When the token was issued.
      returned: if the service returns the claim
      type: int
      sample: 1677246914
    jti:
      description:
        - ID of the token, for example for M(beyondidentity.management.revoke).
      returned: if the service returns the claim
      type: str
      sample: cTXMRjNrTz7w3p7wO5HJ5cUTpFt5Z3yL
    scope:
      description:
        - Granted scopes, as space-delimited text.
      returned: if the service returns the claim
      type: str
      sample: realms:read
    azp:
      description:
        - Client that the token was issued to, as its client ID or as the path of the application.
      returned: if the service returns the claim
      type: str
      sample: tenants/00012da391ea206d/realms/862e4b72cfdce072/applications/3a0f1a4b-5a4e-4f9e-9c3b-2d8a5ed9b6c1
    client_id:
      description:
        - Client ID of the application that the token was issued to.
      returned: if the service returns the claim
      type: str
      sample: AYYNcuOSpfqIf33JeegCzDIT
    token_type:
      description:
        - Type of the token.
      returned: if the service returns the claim
      type: str
      sample: Bearer
    bi_t:
      description:
        - ID of the tenant.
      returned: if the service returns the claim
      type: str
      sample: 00012da391ea206d
    bi_r:
      description:
        - ID of the realm, or V(*).
      returned: if the service returns the claim
      type: str
      sample: 862e4b72cfdce072
    bi_p:
      description:
        - The principal, as an ID or as a path.
      returned: if the service returns the claim
      type: str
      sample: tenants/00012da391ea206d/realms/862e4b72cfdce072/identities/e372db224c06e850
    bi_custom:
      description:
        - Your own claims, as set in O(beyondidentity.management.token#module:custom_claims).
      returned: if the token has such claims
      type: dict
      sample: {ticket: OPS-1234}
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

from ansible_collections.beyondidentity.management.plugins.module_utils._oauth.token import validate_token_value
from ansible_collections.beyondidentity.management.plugins.module_utils._task.argument_spec import ModuleSpec
from ansible_collections.beyondidentity.management.plugins.module_utils._task.context import ModuleResult, TaskContext
from ansible_collections.beyondidentity.management.plugins.module_utils._task.introspection import introspect
from ansible_collections.beyondidentity.management.plugins.module_utils._task.runner import run_module
from ansible_collections.beyondidentity.management.plugins.module_utils._task.sign_ins import open_sign_ins

SPEC = ModuleSpec(options={"token": {"type": "str", "required": True, "no_log": True}})


def run(task: TaskContext) -> ModuleResult:
    """Introspect the token, which changes nothing."""
    return {"introspection": introspect(task, validate_token_value(task.params["token"], "token", "token"))}


def main() -> None:
    """Run as an ordinary module."""
    run_module(SPEC, run, open_sign_ins=open_sign_ins)


if __name__ == "__main__":
    main()
