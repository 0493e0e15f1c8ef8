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
  - Lists the tokens that an application issued and that are neither expired nor revoked. Their values are not among what the service tells.
  - The service lists tokens until they expire, so that this shows whether something mints a token per task.
author:
  - Beyond Identity Management collection contributors (@beyondidentity)
extends_documentation_fragment:
  - beyondidentity.management.connection
  - beyondidentity.management.managed_realm
  - beyondidentity.management.attributes
  - beyondidentity.management.attributes.no_diff
options:
  application:
    description:
      - The application that issued the tokens, by ID or name. Text in the form of an ID (16 hexadecimal digits or a UUID) is always an ID.
      - A name needs C(applications:read), a privileged scope. The service returns the client secret of every application in the realm to a token
        with this scope. In unattended runs, use the ID.
      - The default is the one that the task authenticates with, which is looked for in its own realm; all others in O(realm_id).
    type: str
  principal_type:
    description: Only tokens of a principal of this type. Goes with O(principal_id).
    type: str
    choices: [application, identity]
  principal_id:
    description:
      - Only tokens of this principal, by ID, by the username or primary e-mail address of an identity, or by the name of an application.
      - Text in the form of an ID (16 hexadecimal digits or a UUID) is always an ID. A name is looked up in the realm of the O(application), and needs
        C(identities:read) or C(applications:read).
    type: str
  id:
    description: Only the token with this id, which is C(jti) among the claims of a self-contained one.
    type: str
seealso:
  - module: beyondidentity.management.revoke
  - module: beyondidentity.management.introspect
"""

EXAMPLES = r"""
- name: List the tokens of the application that we authenticate with
  beyondidentity.management.token_info:
  register: issued

- name: Show what is out there
  ansible.builtin.debug:
    msg: "{{ issued.tokens | length }} tokens, the last one until {{ issued.tokens | map(attribute='expires_time') | max }}"
"""

RETURN = r"""
tokens:
  description: The tokens as the API lists them, with their application and the principal that was asked for.
  returned: success
  type: list
  elements: dict
  contains:
    id:
      description: What names the token, in M(beyondidentity.management.revoke) for instance.
      type: str
      sample: cTXMRjNrTz7w3p7wO5HJ5cUTpFt5Z3yL
    scopes:
      description: What it is good for.
      type: list
      elements: str
      sample: [realms:read]
    token_type:
      description: V(access), V(refresh) or V(identity).
      type: str
      sample: access
    token_format:
      description: V(self_contained) or V(referential).
      type: str
      sample: self_contained
    token_suffix:
      description: The last few characters of the token, by which people recognize it.
      type: str
      sample: JV_adQssw5c
    issued_at:
      description: When it was issued, in seconds since 1970.
      type: int
      sample: 1677246914
    issued_time:
      description: The same in ISO 8601, UTC. Null where the API does not tell it.
      type: str
      sample: "2023-02-24T13:55:14Z"
    expires:
      description: When it expires, in seconds since 1970.
      type: int
      sample: 1677250514
    expires_time:
      description: The same in ISO 8601, UTC. Null where the API does not tell it.
      type: str
      sample: "2023-02-24T14:55:14Z"
    application_id:
      description: The application that issued it.
      type: str
      sample: 3a0f1a4b-5a4e-4f9e-9c3b-2d8a5ed9b6c1
    principal_type:
      description: What was asked for, null where nothing was.
      type: str
      sample: identity
    principal_id:
      description: What was asked for, null where nothing was.
      type: str
      sample: e372db224c06e850
predicted:
  description: Whether the result is, at least in part, a prediction of check mode.
  returned: in check mode, if something is predicted
  type: bool
  sample: true
requests:
  description: How many HTTP requests the task made, that for a token included.
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
