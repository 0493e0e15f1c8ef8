# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ask what the service knows of a token."""

from __future__ import annotations

DOCUMENTATION = r"""
module: introspect
short_description: Check whether a Beyond Identity token is active, and read its claims
version_added: 0.1.0
description:
  - Calls the introspection endpoint of the authenticating realm (RFC 7662). If the token is expired, revoked, unknown or of another realm, the module
    does not fail and returns that the token is not active.
  - Use this module to read a referential token. To read the claims of a self-contained token without a request and without verification, use
    P(beyondidentity.management.jwt_claims#filter).
  - Authenticates with the client's own credentials. If none are set, the module uses a token with the scope V(tokens:introspect), such as
    O(access_token).
author:
  - Beyond Identity Management collection contributors (@beyondidentity)
extends_documentation_fragment:
  - beyondidentity.management.connection
  - beyondidentity.management.attributes
  - beyondidentity.management.attributes.no_diff
attributes:
  check_mode:
    details:
      - A predicted token is reported as active. If an earlier task of the run predicted the revocation of a token, the token is reported as not active.
options:
  token:
    description: The access token or refresh token to check.
    type: str
    required: true
seealso:
  - module: beyondidentity.management.revoke
  - module: beyondidentity.management.token_info
  - plugin: beyondidentity.management.jwt_claims
    plugin_type: filter
"""

EXAMPLES = r"""
- name: Request a token
  beyondidentity.management.token:
    scopes: [realms:read]
  register: mine

- name: Read its state and claims
  beyondidentity.management.introspect:
    token: "{{ mine.token.access_token }}"
  register: known

- name: Check that it is active
  ansible.builtin.assert:
    that: known.introspection.active
"""

RETURN = r"""
introspection:
  description: State and claims of the token. If the token is not active, C(active) is the only key.
  returned: success
  type: dict
  sample:
    active: true
    scope: realms:read
    exp: 1677250514
    jti: cTXMRjNrTz7w3p7wO5HJ5cUTpFt5Z3yL
predicted:
  description: Whether the result is, at least in part, a prediction of check mode.
  returned: in check mode, if something is predicted
  type: bool
  sample: true
requests:
  description: The number of HTTP requests that the task sent, including the token request.
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
