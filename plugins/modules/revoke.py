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
  - Revokes one token by its value (RFC 7009) or by its id, or all tokens of an application, of a principal, or of people's sign-ins.
  - By value it authenticates with the application's own credentials where the service takes them, which it does for applications of the
    protocol C(oauth2), and else with a token that has the scope V(tokens:delete), one for itself if need be.
    A token of another application or realm is refused, for the service would leave it active.
  - By id, or for all of an application or principal, it uses the Management API, with a token that has V(tokens:read) and V(tokens:delete).
    If that token is among them, it goes last.
  - A token that is revoked is not used any more in the same run either, unless it is revoked by a task that is delegated to another host,
    where nothing is known of the run's tokens.
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
  id:
    description: The id of a token that the O(application) issued. One that is unknown, expired or revoked already is no error and no change.
    type: str
  all:
    description:
      - V(application) stands for all tokens that the O(application) issued.
      - V(principal) stands for those among them whose principal has O(principal_type) and O(principal_id).
      - V(sign_ins) stands for all tokens of people's sign-ins with the application that are kept in this run and, with O(token_cache=user)
        or O(grant_type=authorization_code), in the user's cache.
        They are forgotten in any case; what could not be revoked is a warning, and expires by itself. A sign-in that
        may revoke tokens is refreshed first where it is expired.
    type: str
    choices: [application, principal, sign_ins]
  application:
    description:
      - The application that issued the tokens, by id or name. A name needs the right to read applications.
      - The default is the one that the task authenticates with, which is looked for in its own realm; all others in O(realm_id).
    type: str
  principal_type:
    description: Whose tokens, with O(all=principal).
    type: str
    choices: [application, identity]
  principal_id:
    description: The id of that application or identity.
    type: str
seealso:
  - module: beyondidentity.management.token
  - module: beyondidentity.management.token_info
  - module: beyondidentity.management.introspect
"""

EXAMPLES = r"""
- name: Get a token for one thing
  beyondidentity.management.token:
    scopes: [realms:read]
  register: once

- name: Revoke it when it is done
  beyondidentity.management.revoke:
    token: "{{ once.token.access_token }}"

- name: Revoke a token that was seen in a list
  beyondidentity.management.revoke:
    id: cTXMRjNrTz7w3p7wO5HJ5cUTpFt5Z3yL

- name: Sign out
  beyondidentity.management.revoke:
    all: sign_ins

- name: Revoke all tokens that the application issued
  beyondidentity.management.revoke:
    all: application
"""

RETURN = r"""
revoked:
  description:
    - The ids of the tokens that were revoked, where they are known. In check mode, of those that would be.
    - A token that the task got for itself is revoked with all others of an application, but not counted.
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
from ansible_collections.beyondidentity.management.plugins.module_utils.connection import parse_issuer
from ansible_collections.beyondidentity.management.plugins.module_utils.errors import (
    OptionError,
    ResponseError,
    StateError,
)
from ansible_collections.beyondidentity.management.plugins.module_utils.inventory import OPTIONS
from ansible_collections.beyondidentity.management.plugins.module_utils.issued import check_access_token
from ansible_collections.beyondidentity.management.plugins.module_utils.revocation import (
    DELETE,
    Revocation,
    introspected,
)
from ansible_collections.beyondidentity.management.plugins.module_utils.revoke_listed import revoke_listed
from ansible_collections.beyondidentity.management.plugins.module_utils.sign_in import SignInRequiredError
from ansible_collections.beyondidentity.management.plugins.module_utils.sign_out import sign_out
from ansible_collections.beyondidentity.management.plugins.module_utils.task import Result, Spec, Task, run_module
from ansible_collections.beyondidentity.management.plugins.module_utils.text import is_identifier, listed, one_line
from ansible_collections.beyondidentity.management.plugins.module_utils.tokens import Stores

_PRINCIPAL = ("principal_type", "principal_id")

SPEC = Spec(
    options={
        "token": {"type": "str", "no_log": True},
        "all": {"type": "str", "choices": ["application", "principal", "sign_ins"]},
        **OPTIONS,
    },
    rules={
        "mutually_exclusive": [("token", "id", "all"), ("token", "application")],
        "required_one_of": [("token", "id", "all")],
        "required_if": [("all", "principal", _PRINCIPAL)],
    },
    ignored=frozenset({"access_token"}),
    ignored_with=("all", "sign_ins"),
)


def run(task: Task) -> Result:
    """Revoke, and tell what was active."""
    params = task.params
    narrowing = [name for name in _PRINCIPAL if params[name] is not None]
    if narrowing and params["all"] != "principal":
        raise OptionError(f"{listed(narrowing)} goes with all: principal only.", "It would not narrow anything down.")
    if params["all"] != "sign_ins":
        return revoke_listed(task) if params["token"] is None else _revoke(task)
    if params["application"] is not None:
        raise OptionError(
            "application does not go with all: sign_ins.",
            "Sign-ins are those with the application that issuer names.",
        )
    if task.stores == Stores():
        raise OptionError(
            "No sign-in is kept where this runs, which is another host than the controller or one without the Python library cryptography.",
            "Sign out on the controller, without delegate_to.",
        )
    return sign_out(task)


def _revoke(task: Task) -> Result:
    """Revoke one token by its value."""
    value = check_access_token(task.params["token"], "token", "token")
    known = _known(task, value)
    _refuse_foreign(task, known, unverified_claims(value) or {})
    if not known["active"]:
        return {"changed": False, "revoked": []}
    if not task.check_mode:
        Revocation(task, value if DELETE in str(known.get("scope", "")).split() else None).revoke(value)
        task.stores.forget(value.__eq__)
    token_id = known.get("jti")
    return {"changed": True, "revoked": [token_id] if is_identifier(token_id) else []}


def _known(task: Task, value: str) -> dict[str, Any]:
    """What is known of a token; where nobody may ask, it is taken for an active one."""
    connection = task.connection
    is_public = connection.client_auth_method == "none"
    try:
        return introspected(task, value)
    except (OptionError, SignInRequiredError):
        if not is_public:
            raise
    except ResponseError as error:
        if error.status not in (401, 403) or not (is_public or connection.access_token):
            raise
    return {**(unverified_claims(value) or {}), "active": True}


def _refuse_foreign(task: Task, known: dict[str, Any], own_word: dict[str, Any]) -> None:
    """Of another application's token the service says the same as of a revoked one, and leaves it active.

    What the realm does not know as active may be so in another realm, of which only the token itself tells.
    """
    connection = task.connection
    names = ("application_id",) if known["active"] else ("tenant_id", "auth_realm_id")
    issuer = known.get("iss") if known["active"] else own_word.get("iss")
    try:
        parts = parse_issuer(issuer) if isinstance(issuer, str) else {}
    except OptionError:  # a claim of another form proves nothing
        return
    for name in names:
        own, other = getattr(connection, name), parts.get(name)
        if own and other and own != other:
            raise StateError(
                f"The token was issued by the application {one_line(parts['application_id'], 80)}"
                f"{'' if known['active'] else ' of another realm'}, and not by {connection.application_id}, which the task authenticates as.",
                "Revoke it by its id, with application, or authenticate as that application.",
            )


def main() -> None:
    """Run as an ordinary module."""
    run_module(SPEC, run)


if __name__ == "__main__":
    main()
