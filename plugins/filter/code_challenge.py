# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The PKCE challenge of a verifier, in a template."""

from __future__ import annotations

DOCUMENTATION = r"""
name: code_challenge
short_description: The PKCE code challenge of a verifier
version_added: 0.1.0
description:
  - Derives the C(code_challenge) of a C(code_verifier), as RFC 7636 section 4.2 defines it.
  - The filter sends no requests.
author:
  - Beyond Identity Management collection contributors (@beyondidentity)
positional: _input
options:
  _input:
    description:
      - The verifier, 43 to 128 characters.
    type: str
    required: true
  method:
    description:
      - How the challenge is derived. With V(plain), the challenge is the verifier. Use V(plain) only if the application does not allow V(S256).
    type: str
    choices: [S256, plain]
    default: S256
seealso:
  - module: beyondidentity.management.pkce
  - module: beyondidentity.management.authorize
"""

EXAMPLES = r"""
- name: Create a verifier
  beyondidentity.management.pkce:
  register: proof

- name: Show its challenge
  ansible.builtin.debug:
    msg: "{{ proof.pkce.code_verifier | beyondidentity.management.code_challenge }}"

- name: Show the challenge of the example in RFC 7636
  ansible.builtin.debug:
    msg: "{{ 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk' | beyondidentity.management.code_challenge }}"
    # E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM
"""

RETURN = r"""
_value:
  description:
    - The challenge.
  type: str
  sample: E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM
"""

from typing import Any

from ansible.errors import AnsibleFilterError

from ..module_utils._errors import OptionError
from ..module_utils._oauth.pkce import create_code_challenge
from ..plugin_utils.plain_types import to_plain_types


def code_challenge(verifier: Any, method: str = "S256") -> str:
    """Return the challenge. An error does not repeat the verifier."""
    value = to_plain_types(verifier)
    if not isinstance(value, str):
        raise AnsibleFilterError(
            "code_challenge needs a code verifier as text. Use pkce.code_verifier of a result of the module pkce."
        )
    try:
        return create_code_challenge(value, to_plain_types(method))
    except OptionError as error:
        raise AnsibleFilterError(error.message) from None


class FilterModule:
    """The filters of this plugin."""

    def filters(self) -> dict[str, Any]:
        """Return the filters by name."""
        return {"code_challenge": code_challenge}
