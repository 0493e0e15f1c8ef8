# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Make a PKCE verifier and challenge."""

from __future__ import annotations

DOCUMENTATION = r"""
module: pkce
short_description: Make a PKCE code verifier and its challenge
version_added: 0.1.0
description:
  - Makes a fresh C(code_verifier) and its C(code_challenge) as RFC 7636 defines them, or the challenge of a given verifier.
  - Talks to nobody. It runs on the controller even where the task is delegated.
  - The result carries a secret, so that it is hidden in all output without C(no_log). What is registered is whole.
author:
  - Beyond Identity Management collection contributors (@beyondidentity)
extends_documentation_fragment:
  - beyondidentity.management.connection.reveal
  - beyondidentity.management.attributes
  - beyondidentity.management.attributes.no_diff
attributes:
  delegation:
    support: none
  idempotent:
    support: partial
    details: Changes nothing, but makes a new verifier at each call unless O(code_verifier) is given.
options:
  code_verifier:
    description:
      - The verifier whose challenge is wanted, 43 to 128 characters. Without it a fresh one is made.
    type: str
  code_challenge_method:
    description:
      - How the challenge is derived. V(plain) is for legacy clients only; it protects against nobody who sees the authorization request.
    type: str
    choices: [S256, plain]
    default: S256
  length:
    description:
      - The length of a fresh verifier, 43 to 128 characters. 43 characters hold 32 random bytes.
    type: int
    default: 43
seealso:
  - plugin: beyondidentity.management.code_challenge
    plugin_type: filter
  - name: RFC 7636
    description: Proof Key for Code Exchange by OAuth public clients.
    link: https://datatracker.ietf.org/doc/html/rfc7636
"""

EXAMPLES = r"""
- name: Make a verifier and its challenge
  beyondidentity.management.pkce:
  register: proof

- name: The challenge goes into the authorization request, the verifier into the token request
  ansible.builtin.debug:
    msg: "code_challenge={{ proof.pkce.code_challenge }}"
"""

RETURN = r"""
pkce:
  description: The verifier and its challenge.
  returned: success
  type: dict
  contains:
    code_verifier:
      description: The verifier, a secret until it is used.
      type: str
      sample: dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk
    code_challenge:
      description: The challenge.
      type: str
      sample: E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM
    code_challenge_method:
      description: How the challenge was derived.
      type: str
      sample: S256
requests:
  description: How many HTTP requests the task made, which is none.
  returned: success
  type: int
  sample: 0
"""

from ansible_collections.beyondidentity.management.plugins.module_utils._oauth.pkce import (
    CODE_CHALLENGE_METHODS,
    DEFAULT_LENGTH,
    create_code_challenge,
    create_code_verifier,
    validate_code_verifier,
)
from ansible_collections.beyondidentity.management.plugins.module_utils._task.argument_spec import ModuleSpec
from ansible_collections.beyondidentity.management.plugins.module_utils._task.context import ModuleResult, TaskContext
from ansible_collections.beyondidentity.management.plugins.module_utils._task.runner import run_module

SPEC = ModuleSpec(
    options={
        "code_verifier": {"type": "str", "no_log": True},
        "code_challenge_method": {
            "type": "str",
            "choices": list(CODE_CHALLENGE_METHODS),
            "default": CODE_CHALLENGE_METHODS[0],
        },
        "length": {"type": "int", "default": DEFAULT_LENGTH},
    },
    controller_only=True,
    uses_connection=False,
)


def run(task: TaskContext) -> ModuleResult:
    """Create the verifier and its challenge."""
    given, method = task.params["code_verifier"], task.params["code_challenge_method"]
    verifier = create_code_verifier(task.params["length"]) if given is None else validate_code_verifier(given)
    if method == "plain":
        task.warn(
            "code_challenge_method 'plain' makes the challenge equal to the verifier, which protects little. "
            "Use S256 if the application allows it."
        )
    return {
        "pkce": {
            "code_verifier": verifier,
            "code_challenge": create_code_challenge(verifier, method),
            "code_challenge_method": method,
        }
    }


def main() -> None:
    """Run as an ordinary module."""
    run_module(SPEC, run)


if __name__ == "__main__":
    main()
