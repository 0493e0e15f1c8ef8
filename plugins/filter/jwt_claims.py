# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The claims of a self-contained token, in a template."""

from __future__ import annotations

DOCUMENTATION = r"""
name: jwt_claims
short_description: The claims of a self-contained token, unverified
version_added: 0.1.0
description:
  - Reads the claims of a self-contained token (a JWT, RFC 7519), such as its ID, scopes and times. The filter sends no requests.
  - B(The filter verifies nothing:) neither the signature, nor the issuer, nor the time of expiry. The author of a token can write any claims into the token.
    Only use the claims to learn about your own tokens. To decide whether to trust a token, or to identify a user, use
    M(beyondidentity.management.introspect), which sends the token to the service that issued it.
  - A referential (opaque) token has no readable claims. The filter then fails.
author:
  - Beyond Identity Management collection contributors (@beyondidentity)
notes:
  - For V(check-mode-token), the token that check mode predicts, the claims are empty.
  - The claims are not a secret that grants access. But they identify the tenant, the realm and the principal.
  - Ansible never templates the claims, even if they contain braces.
positional: _input
options:
  _input:
    description:
      - The token, such as RV(beyondidentity.management.token#module:token.access_token).
    type: str
    required: true
seealso:
  - module: beyondidentity.management.introspect
  - module: beyondidentity.management.token
"""

EXAMPLES = r"""
- name: Read the claims of a token that one application issued
  module_defaults:
    group/beyondidentity.management.all:
      issuer: "{{ issuer }}"
      client_id: "{{ client_id }}"
      client_secret: "{{ vaulted_client_secret }}"
  block:
    - name: Request a token
      beyondidentity.management.token:
        scopes: [realms:read]
      register: requested

    - name: Show its ID and scopes
      ansible.builtin.debug:
        msg: "The token {{ claims.jti }} has the scopes {{ claims.scope }}"
      vars:
        claims: "{{ requested.token.access_token | beyondidentity.management.jwt_claims }}"
"""

RETURN = r"""
_value:
  description:
    - The claims of the token. Times are in seconds since 1970-01-01 UTC.
    - For the meaning of the claims, see RV(beyondidentity.management.introspect#module:introspection).
  type: dict
  sample:
    aud: [beyondidentity]
    bi_r: 19a95130480dfa79
    bi_t: 00012da391ea206d
    exp: 1760003600
    iat: 1760000000
    iss: https://auth-us.beyondidentity.com/v1/tenants/00012da391ea206d/realms/19a95130480dfa79/applications/8a12a7e1c1b5
    jti: b6f1d3a2c4e5
    scope: realms:read
    sub: 8a12a7e1c1b5
"""

import re
from typing import Any

from ansible.errors import AnsibleFilterError
from jinja2 import pass_context

from ..module_utils._oauth.jwt_claims import read_unverified_claims
from ..module_utils._predicted import TOKEN
from ..plugin_utils.plain_types import to_plain_types

_TOKEN = re.compile(r"[\x21-\x7e]+")


@pass_context
def jwt_claims(context: Any, token: Any) -> dict[str, Any]:
    """Return the claims. An error does not repeat the token."""
    _mark_unsafe(context)
    value = to_plain_types(token)
    if not isinstance(value, str):
        raise AnsibleFilterError(
            f"jwt_claims needs a token as text, not {type(value).__name__}. "
            "Use token.access_token of a result of the module token."
        )
    if not _TOKEN.fullmatch(value):
        raise AnsibleFilterError(
            "jwt_claims needs a token: printable ASCII characters without spaces, and not empty. "
            "Use the token only, without Bearer and without a line break."
        )
    claims = {} if value == TOKEN else read_unverified_claims(value)
    if claims is None:
        raise AnsibleFilterError(
            "jwt_claims cannot read this token: a referential (opaque) token contains no claims, or the token is damaged. "
            "Use the module beyondidentity.management.introspect to request the claims from the service."
        )
    return claims


def _mark_unsafe(context: Any) -> None:
    """Prevent that Ansible templates a claim later.

    Before ansible-core 2.19, the result of a template is trusted as much as the variables in it: a fact made of claims
    would run a template that an attacker wrote into a token. Lookups mark the context in the same way. Later versions trust
    no such result.
    """
    if hasattr(context, "unsafe"):
        context.unsafe = True


class FilterModule:
    """The filters of this plugin."""

    def filters(self) -> dict[str, Any]:
        """Return the filters by name."""
        return {"jwt_claims": jwt_claims}
