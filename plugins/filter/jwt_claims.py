# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a self-contained token says of itself, in a template."""

from __future__ import annotations

DOCUMENTATION = r"""
name: jwt_claims
short_description: The claims of a self-contained token, unverified
version_added: 0.1.0
description:
  - Reads the claims of a self-contained token (a JWT, RFC 7519), such as its id, scopes and times.
  - B(Nothing is verified:) not the signature, nor the issuer, nor whether the token is still valid. Whoever made the token
    could write into it what they liked. Use the claims to learn about a token of your own, and never decide by them whether
    to trust a token or who somebody is. M(beyondidentity.management.introspect) asks the service that issued it.
  - A referential (opaque) token has no claims to read, and is an error.
author:
  - Beyond Identity Management collection contributors (@beyondidentity)
notes:
  - The claims are no secret that lets anybody in, but they name the tenant, the realm and the principal.
  - Claims are never templated, whatever braces are in them.
positional: _input
options:
  _input:
    description: The token, such as RV(beyondidentity.management.token#module:token.access_token).
    type: str
    required: true
seealso:
  - module: beyondidentity.management.introspect
  - module: beyondidentity.management.token
"""

EXAMPLES = r"""
- name: Get a token
  beyondidentity.management.token:
    scopes: [realms:read]
  register: made

- name: Tell which one it is
  ansible.builtin.debug:
    msg: "Token {{ claims.jti }} may {{ claims.scope }}"
  vars:
    claims: "{{ made.token.access_token | beyondidentity.management.jwt_claims }}"
"""

RETURN = r"""
_value:
  description: The claims, as the token has them; times are seconds since 1970-01-01 UTC.
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

from ..module_utils.claims import unverified_claims
from ..module_utils.text import plain

_TOKEN = re.compile(r"[\x21-\x7e]+")


@pass_context
def jwt_claims(context: Any, token: Any) -> dict[str, Any]:
    """The claims, or an error that does not repeat the token."""
    _distrust(context)
    value = plain(token)
    if not isinstance(value, str):
        raise AnsibleFilterError(
            f"jwt_claims takes a token, which is text, not {type(value).__name__}. "
            "Of a result of the module token that is its token.access_token."
        )
    if not _TOKEN.fullmatch(value):
        raise AnsibleFilterError(
            "jwt_claims takes a token, which has printable ASCII characters only, no space, and is not empty."
        )
    claims = unverified_claims(value)
    if claims is None:
        raise AnsibleFilterError(
            "jwt_claims can't read this token: it is a referential (opaque) one, which has no claims in it, or is damaged. "
            "The module beyondidentity.management.introspect asks the service what the token means."
        )
    return claims


def _distrust(context: Any) -> None:
    """Let no claim be templated later on.

    Before ansible-core 2.19 the result of a template is trusted as much as the variables in it: a fact made of claims would
    run what somebody wrote into a token. The context is told, as lookups do it there. Later cores trust no such result.
    """
    if hasattr(context, "unsafe"):
        context.unsafe = True


class FilterModule:
    """The filters of this file."""

    def filters(self) -> dict[str, Any]:
        """By name."""
        return {"jwt_claims": jwt_claims}
