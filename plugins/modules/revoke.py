# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Revoke tokens."""

from __future__ import annotations

DOCUMENTATION = r"""
module: revoke
short_description: Revoke Beyond Identity tokens
version_added: 0.1.0
description:
  - Revokes a token by its value (RFC 7009), or all that people's sign-ins with the application left, which are then forgotten too.
  - Authenticates with the application's own credentials where the service takes them, which it does for applications of the protocol C(oauth2).
    For others it uses the token itself or a kept sign-in's, if that has the scope V(tokens:delete).
author:
  - Beyond Identity Management collection contributors (@beyondidentity)
extends_documentation_fragment:
  - beyondidentity.management.connection
  - beyondidentity.management.attributes
  - beyondidentity.management.attributes.no_diff
options:
  token:
    description: The token, an access token or a refresh token. One that is unknown or revoked already is no error and no change.
    type: str
  all:
    description:
      - V(sign_ins) stands for all tokens of people's sign-ins with the application that are kept in this run and, with O(token_cache=user)
        or O(grant_type=authorization_code), in the user's cache.
        They are forgotten in any case; what could not be revoked is a warning, and expires by itself.
    type: str
    choices: [sign_ins]
seealso:
  - module: beyondidentity.management.token
"""

EXAMPLES = r"""
- name: Get a token for one thing
  beyondidentity.management.token:
    scopes: [realms:read]
  register: once

- name: Revoke it when it is done
  beyondidentity.management.revoke:
    token: "{{ once.token.access_token }}"

- name: Sign out
  beyondidentity.management.revoke:
    all: sign_ins
"""

RETURN = r"""
revoked:
  description: The ids of the tokens that were revoked, where they are known.
  returned: success
  type: list
  elements: str
  sample: [cTXMRjNrTz7w3p7wO5HJ5cUTpFt5Z3yL]
requests:
  description: How many HTTP requests the task made.
  returned: success
  type: int
  sample: 2
"""

from typing import Any

from ansible_collections.beyondidentity.management.plugins.module_utils.claims import unverified_claims
from ansible_collections.beyondidentity.management.plugins.module_utils.errors import (
    BeyondIdentityError,
    ResponseError,
    StateError,
)
from ansible_collections.beyondidentity.management.plugins.module_utils.issued import Token, check_access_token
from ansible_collections.beyondidentity.management.plugins.module_utils.task import Result, Spec, Task, run_module

SPEC = Spec(
    options={"token": {"type": "str", "no_log": True}, "all": {"type": "str", "choices": ["sign_ins"]}},
    rules={"mutually_exclusive": [("token", "all")], "required_one_of": [("token", "all")]},
    ignored=frozenset({"access_token"}),
)

_DELETE = "tokens:delete"


def run(task: Task) -> Result:
    """Revoke, and tell what was active."""
    if task.params["all"] == "sign_ins":
        return _sign_out(task)
    value = check_access_token(task.params["token"], "token", "token")
    claims = _known(task, value)
    if not claims["active"]:
        return {"changed": False, "revoked": []}
    if not task.check_mode:
        scopes = str(claims.get("scope", "")).split()
        able = [token.access_token for token in task.sign_ins.kept() if _DELETE in token.scopes]
        _revoke(task, value, value if _DELETE in scopes else next(iter(able), None))
        task.sign_ins.drop(value)
        task.stores.forget(value)
    token_id = claims.get("jti")
    return {"changed": True, "revoked": [token_id] if isinstance(token_id, str) else []}


def _known(task: Task, value: str) -> dict[str, Any]:
    """What is known of a token. A public client has nothing to ask the introspection endpoint with."""
    if task.connection.client_auth_method != "none":
        return task.server.introspect(value)
    return {**(unverified_claims(value) or {}), "active": True}


def _sign_out(task: Task) -> Result:
    """Forget all sign-ins, and revoke what can be revoked of them."""
    kept = task.sign_ins.kept()
    revoked = []
    for token in kept if task.check_mode else task.sign_ins.forget():
        try:
            if not task.check_mode:
                _revoke_sign_in(task, token)
        except BeyondIdentityError as error:
            task.warn(f"The token {token.id or 'without id'} is forgotten, but was not revoked: {error.message}")
        else:
            revoked += [token.id] if token.id else []
    return {"changed": bool(kept), "revoked": revoked}


def _revoke_sign_in(task: Task, token: Token) -> None:
    """The refresh token first: with it, whoever has it makes new access tokens. The token that authenticates goes last."""
    for value in (token.refresh_token, token.access_token):
        if value:
            _revoke(task, value, token.access_token if _DELETE in token.scopes else None)


def _revoke(task: Task, value: str, bearer: str | None) -> None:
    """By the client's credentials where the service takes them, else by a token that may."""
    if task.connection.client_auth_method != "none":
        try:
            task.server.revoke(value)
        except ResponseError as error:
            if bearer is None or error.status not in (400, 401, 403):
                raise
        else:
            return
    if bearer is None:
        raise StateError(f"The application is public, and the token lacks {_DELETE}.", "It expires by itself.")
    task.server.revoke(value, bearer=bearer)


def main() -> None:
    """Run as an ordinary module."""
    run_module(SPEC, run)


if __name__ == "__main__":
    main()
