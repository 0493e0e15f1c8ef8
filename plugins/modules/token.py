# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ask the token endpoint for an access token."""

from __future__ import annotations

DOCUMENTATION = r"""
module: token
short_description: Get a Beyond Identity access token
version_added: 0.1.0
description:
  - Asks an application's token endpoint for an access token with the client-credentials grant (RFC 6749 section 4.4).
  - Within one run of Ansible there is one token per credential, set of scopes, custom claims and lifetime, however many hosts, tasks and lookups ask for it.
    A token that is about to expire is replaced.
  - The result carries a secret, so that it is hidden in all output without C(no_log). What is registered is whole.
  - A task that hands the token to another module, such as M(ansible.builtin.uri), needs C(no_log=true), because that module prints what it is given.
author:
  - Beyond Identity Management collection contributors (@beyondidentity)
extends_documentation_fragment:
  - beyondidentity.management.connection
  - beyondidentity.management.attributes
  - beyondidentity.management.attributes.no_diff
attributes:
  check_mode:
    details: A token changes nothing in the tenant, so that it is got in check mode too.
options:
  scopes:
    description:
      - The scopes that the token shall have, as a list or as space-delimited text. Their order does not matter.
      - Needed unless O(operations) is given.
    type: list
    elements: str
  operations:
    description:
      - Operations of the Management API by name, such as V(CreateRealm). The token gets the scopes that they need, beside O(scopes).
    type: list
    elements: str
  custom_claims:
    description:
      - Claims of your own, which appear as C(bi_custom) in the token.
    type: dict
  fresh:
    description:
      - Get a new token, which also replaces the kept one. Hosts that ask at the same time share it.
    type: bool
    default: false
  require_scopes:
    description:
      - Fail if the service grants less than was asked for. With V(false) that is a warning.
    type: bool
    default: true
notes:
  - This module asks for a token, so that it does not use an O(access_token) that the variable or the environment has for others.
seealso:
  - plugin: beyondidentity.management.token
    plugin_type: lookup
  - module: beyondidentity.management.application
"""

EXAMPLES = r"""
- name: Get a token for two operations of the Management API
  beyondidentity.management.token:
    operations: [CreateRealm, ListRealms]
  register: realm_token

- name: Use it
  ansible.builtin.uri:
    url: "{{ realm_token.token.api_url }}/v1/tenants/{{ realm_token.token.tenant_id }}/realms"
    headers:
      Authorization: "Bearer {{ realm_token.token.access_token }}"
  no_log: true # other modules print what they are given

- name: Get a token for ten minutes with claims of your own
  beyondidentity.management.token:
    scopes: realms:read
    expiration_time: 600
    custom_claims:
      ticket: OPS-1234
"""

RETURN = r"""
token:
  description: The token and what belongs to it.
  returned: success
  type: dict
  contains:
    access_token:
      description: The token itself.
      type: str
      sample: eyJhbGciOiJSUzI1NiJ9...
    token_type:
      description: How it is used.
      type: str
      sample: Bearer
    expires_in:
      description: The seconds that are left; null where the service does not tell.
      type: int
      sample: 3600
    expires_at:
      description: When it expires, ISO 8601, UTC; null where the service does not tell.
      type: str
      sample: "2026-01-31T12:00:00Z"
    scopes:
      description: The scopes that were granted.
      type: list
      elements: str
      sample: ["realms:create", "realms:read"]
    id:
      description: The token's id, for revocation; null for a referential token.
      type: str
      sample: cTXMRjNrTz7w3p7wO5HJ5cUTpFt5Z3yL
    api_url:
      description: The Management API that it is for; null where O(api_url) would have to say.
      type: str
      sample: https://api-us.beyondidentity.com
    tenant_id:
      description: The tenant.
      type: str
      sample: 00011f1183c67b69
    realm_id:
      description: The realm that is managed.
      type: str
      sample: caf2ff640497591a
    application_id:
      description: The application that issued it.
      type: str
      sample: 38833c36-6f47-4992-9329-ea0a00915137
cached:
  description: Whether the token was there already.
  returned: success
  type: bool
  sample: true
requests:
  description: How many HTTP requests the task made; none where the token was there already.
  returned: success
  type: int
  sample: 2
"""

import time

from ansible_collections.beyondidentity.management.plugins.module_utils.errors import OptionError, StateError
from ansible_collections.beyondidentity.management.plugins.module_utils.operations import scopes_of
from ansible_collections.beyondidentity.management.plugins.module_utils.task import Result, Spec, Task, run_module
from ansible_collections.beyondidentity.management.plugins.module_utils.text import scope_list
from ansible_collections.beyondidentity.management.plugins.module_utils.tokens import missing_scopes

SPEC = Spec(
    options={
        "scopes": {"type": "list", "elements": "str"},
        "operations": {"type": "list", "elements": "str"},
        "custom_claims": {"type": "dict"},
        "fresh": {"type": "bool", "default": False},
        "require_scopes": {"type": "bool", "default": True},
    },
    rules={"required_one_of": [("scopes", "operations")]},
    ignored=frozenset({"access_token"}),
)


def run(task: Task) -> Result:
    """Get the token, kept or new."""
    params, connection = task.params, task.connection
    if connection.access_token:
        raise OptionError(
            "access_token is given, so there is no token to ask for.", "Remove access_token, or remove the task."
        )
    scopes = scope_list([*(params["scopes"] or ()), *scopes_of(params["operations"] or ())])
    if not scopes:
        raise OptionError(
            "scopes and operations name no scope.",
            "Name the scopes that the token shall have; least privilege needs at least one.",
        )
    bearer = task.tokens.bearer(scopes, custom_claims=params["custom_claims"], fresh=params["fresh"])
    token = bearer.token
    missing = missing_scopes(token, scopes)
    if missing:
        message = f"The service did not grant {missing}."
        if params["require_scopes"]:
            raise StateError(message, "Add them to the application's allowed scopes, or set require_scopes: false.")
        task.warn(message)
    return {
        "token": {
            "access_token": token.access_token,
            "token_type": "Bearer",
            "expires_in": None
            if token.lifetime is None
            else max(0, int(token.issued_at + token.lifetime - time.time())),
            "expires_at": token.expires_at,
            "scopes": list(token.scopes),
            "id": token.id,
            "api_url": connection.api_url,
            "tenant_id": connection.tenant_id,
            "realm_id": connection.realm_id,
            "application_id": connection.application_id,
        },
        "cached": bearer.cached,
    }


def main() -> None:
    """Run as an ordinary module."""
    run_module(SPEC, run)


if __name__ == "__main__":
    main()
