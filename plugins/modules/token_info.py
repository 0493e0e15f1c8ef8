# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read the tokens of an application."""

from __future__ import annotations

DOCUMENTATION = r"""
module: token_info
short_description: List the tokens that a Beyond Identity application issued
version_added: 0.1.0
description:
  - Lists the tokens that an application issued and that are neither expired nor revoked. The service does not return the values of the tokens.
  - The service lists a token until it expires or is revoked. If the list is long, a program probably requests a token for each task.
notes:
  - "Scope C(tokens:read): always, for C(ListTokens)."
  - "Scope C(applications:read): with a name in O(application), or the name of an application in O(principal_id), for C(ListApplications) and
    C(GetApplication). This scope is privileged: the service returns the client secret of every application in the realm to a token with this scope.
    In unattended runs, use IDs."
  - "Scope C(identities:read): with the name of an identity in O(principal_id), for C(ListIdentities) and C(GetIdentity)."
author:
  - Beyond Identity Management collection contributors (@beyondidentity)
extends_documentation_fragment:
  - beyondidentity.management.connection
  - beyondidentity.management.connection.reveal
  - beyondidentity.management.managed_realm
  - beyondidentity.management.required_scopes.info
  - beyondidentity.management.attributes
  - beyondidentity.management.attributes.no_diff
options:
  application:
    description:
      - The application that issued the tokens, by ID or name. Text in the form of an ID (16 hexadecimal digits or a UUID) is always an ID.
      - The default is the authenticating application. The module searches for the authenticating application in its own realm, and for any other
        application in the managed realm.
    type: str
  principal_type:
    description:
      - Only return tokens of a principal of this type. Requires O(principal_id).
    type: str
    choices: [application, identity]
  principal_id:
    description:
      - Only return tokens of this principal. Requires O(principal_type).
      - Set the ID of an identity or application, the username or primary e-mail address of an identity, or the name of an application.
      - Text in the form of an ID (16 hexadecimal digits or a UUID) is always an ID. The module looks a name up in the realm of the O(application).
    type: str
  id:
    description:
      - Only return the token with this ID. A self-contained token contains its ID in the claim C(jti).
    type: str
seealso:
  - module: beyondidentity.management.revoke
  - module: beyondidentity.management.introspect
"""

EXAMPLES = r"""
- name: List tokens with the credentials of the application that issued them
  module_defaults:
    group/beyondidentity.management.all:
      issuer: "{{ issuer }}"
      client_id: "{{ client_id }}"
      client_secret: "{{ vaulted_client_secret }}"
  block:
    - name: List all tokens of the application
      beyondidentity.management.token_info:
      register: issued

    - name: Show how many tokens are valid, and until when
      ansible.builtin.debug:
        msg: "{{ issued.tokens | length }} tokens, the last one until {{ issued.tokens | map(attribute='expires_time') | max }}"

- name: List the tokens that the application issued to itself
  beyondidentity.management.token_info:
    principal_type: application
    principal_id: "{{ issued.tokens[0].application_id }}"
"""

RETURN = r"""
tokens:
  description:
    - The tokens as the API lists them. The module adds times in ISO 8601, the ID of the application, and the principal that the options set.
  returned: success
  type: list
  elements: dict
  contains:
    id:
      description:
        - ID of the token, for example for M(beyondidentity.management.revoke). It is unique in the realm and never changes.
        - A self-contained token contains it in the claim C(jti).
      returned: always
      type: str
      sample: cTXMRjNrTz7w3p7wO5HJ5cUTpFt5Z3yL
    display_name:
      description:
        - Name of the token that people see.
      returned: if the token has a name
      type: str
      sample: Nightly report
    scopes:
      description:
        - Granted scopes.
      returned: always
      type: list
      elements: str
      sample: ["realms:read"]
    token_suffix:
      description:
        - The last few characters of the token. Use them to recognize the token.
      returned: always
      type: str
      sample: JV_adQssw5c
    token_format:
      description:
        - V(self_contained) (a JWT) or V(referential) (opaque, see M(beyondidentity.management.introspect)).
      returned: always
      type: str
      sample: self_contained
    expires:
      description:
        - When the token expires, in seconds since 1970-01-01 UTC.
      returned: always
      type: int
      sample: 1677250514
    issued_at:
      description:
        - When the token was issued, in seconds since 1970-01-01 UTC.
      returned: always
      type: int
      sample: 1677246914
    token_type:
      description:
        - V(access), V(refresh) or V(identity).
      returned: always
      type: str
      sample: access
    issued_time:
      description:
        - The time of RV(tokens[].issued_at) in ISO 8601, UTC. Null if the API does not return a valid time.
      returned: always
      type: str
      sample: "2023-02-24T13:55:14Z"
    expires_time:
      description:
        - The time of RV(tokens[].expires) in ISO 8601, UTC. Null if the API does not return a valid time.
      returned: always
      type: str
      sample: "2023-02-24T14:55:14Z"
    application_id:
      description:
        - ID of the application that issued the token.
      returned: always
      type: str
      sample: 3a0f1a4b-5a4e-4f9e-9c3b-2d8a5ed9b6c1
    principal_type:
      description:
        - The value of O(principal_type). Null if the option is not set.
      returned: always
      type: str
      sample: identity
    principal_id:
      description:
        - ID of the principal in O(principal_id). Null if the option is not set.
      returned: always
      type: str
      sample: e372db224c06e850
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

from typing import Any

from ansible_collections.beyondidentity.management.plugins.module_utils._management.issued_tokens import (
    IssuedTokenOptions,
    IssuedTokens,
)
from ansible_collections.beyondidentity.management.plugins.module_utils._management.references import look_again
from ansible_collections.beyondidentity.management.plugins.module_utils._oauth.token import to_iso8601
from ansible_collections.beyondidentity.management.plugins.module_utils._task.argument_spec import (
    ISSUED_TOKEN_OPTIONS,
    ModuleSpec,
)
from ansible_collections.beyondidentity.management.plugins.module_utils._task.context import ModuleResult, TaskContext
from ansible_collections.beyondidentity.management.plugins.module_utils._task.runner import run_module

SPEC = ModuleSpec(
    options=dict(ISSUED_TOKEN_OPTIONS),
    rules={"required_together": [("principal_type", "principal_id")]},
    manages_realm=True,
)


def run(task: TaskContext) -> ModuleResult:
    """List the tokens."""
    options = task.read(IssuedTokenOptions)
    client = task.build_client(*options.list_operations(task.connection))
    return {"tokens": look_again(client, lambda: _list_tokens(IssuedTokens(options, client)))}


def _list_tokens(issued: IssuedTokens) -> list[dict[str, Any]]:
    selection = {
        "application_id": issued.application_id,
        "principal_type": issued.options.principal_type,
        "principal_id": issued.principal_id,
    }
    return [{**token, **_format_times(token), **selection} for token in issued.list_tokens()]


def _format_times(token: dict[str, Any]) -> dict[str, str | None]:
    times = {"issued_time": token.get("issued_at"), "expires_time": token.get("expires")}
    return {
        name: to_iso8601(seconds) if isinstance(seconds, int) and 0 <= seconds < 1 << 32 else None
        for name, seconds in times.items()
    }


def main() -> None:
    """Run as an ordinary module."""
    run_module(SPEC, run)


if __name__ == "__main__":
    main()
