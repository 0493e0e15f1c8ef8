# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ask what the service knows of a token."""

from __future__ import annotations

DOCUMENTATION = r"""
module: introspect
short_description: Ask whether a token is active, and for its claims
version_added: 0.1.0
description:
  - Asks the introspection endpoint of the realm that the task authenticates in (RFC 7662). A token that is expired, revoked, unknown or of
    another realm is not active, which is no failure.
  - This is the only way to read a referential token. For the claims of a self-contained one without a request, and unverified, see
    P(beyondidentity.management.jwt_claims#filter).
  - Authenticates with the client's own credentials where there are some, and else with a token that has the scope V(tokens:introspect),
    such as one given as O(access_token).
author:
  - Beyond Identity Management collection contributors (@beyondidentity)
extends_documentation_fragment:
  - beyondidentity.management.connection
  - beyondidentity.management.attributes
  - beyondidentity.management.attributes.no_diff
attributes:
  check_mode:
    details:
      - A predicted token is active. A token is not active after a task of the same run predicted its revocation.
options:
  token:
    description: The token, an access token or a refresh token.
    type: str
    required: true
seealso:
  - module: beyondidentity.management.revoke
  - module: beyondidentity.management.token_info
  - plugin: beyondidentity.management.jwt_claims
    plugin_type: filter
"""

EXAMPLES = r"""
- name: Get a token
  beyondidentity.management.token:
    scopes: [realms:read]
  register: mine

- name: Ask what it is good for
  beyondidentity.management.introspect:
    token: "{{ mine.token.access_token }}"
  register: known

- name: Go on only with an active one
  ansible.builtin.assert:
    that: known.introspection.active
"""

RETURN = r"""
introspection:
  description: What the service knows. Of a token that is not active it tells nothing else.
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
  version_added: 0.2.0
  sample: true
requests:
  description: How many HTTP requests the task made, that for a token included.
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
