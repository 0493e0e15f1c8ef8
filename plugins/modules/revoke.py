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
  - Revokes one token by its value (RFC 7009) or by its ID, all tokens of an application or a principal, or the stored sign-ins.
  - To revoke a token by its value, the module authenticates with the application's own credentials. The service accepts them if the application has the
    protocol C(oauth2). Otherwise, the module uses a token.
  - If the value belongs to a token of another application or realm, the module refuses the token, because the service would not revoke it.
  - To revoke a token by its ID, or all tokens of an application or principal, the module uses the Management API. If its own token is one of the
    tokens to revoke, the module revokes this token last.
  - The run does not use a revoked token again. This does not apply if the task is delegated to a remote host, because that host does not know the
    tokens of the run.
notes:
  - "Scope C(tokens:read): with O(id), O(all=application), O(all=principal), or with both O(all=sign_ins) and O(application), for C(ListTokens)."
  - "Scope C(tokens:delete): in the same cases, for C(RevokeToken). In all other cases, only if the service does not accept the application's own
    credentials."
  - "Scope C(applications:read): with a name in O(application), or the name of an application in O(principal_id), for C(ListApplications) and
    C(GetApplication). This scope is privileged: the service returns the client secret of every application in the realm to a token with this scope.
    In unattended runs, use IDs."
  - "Scope C(identities:read): with the name of an identity in O(principal_id), for C(ListIdentities) and C(GetIdentity)."
  - If the client has no credentials of its own, the module also requests the scope C(tokens:introspect) for O(token). If the service does not grant this
    scope, the module revokes the token without checking whether it is active.
  - In check mode, the token for the Management API has only those scopes that end in C(:read).
author:
  - Beyond Identity Management collection contributors (@beyondidentity)
extends_documentation_fragment:
  - beyondidentity.management.connection
  - beyondidentity.management.connection.reveal
  - beyondidentity.management.required_scopes.info
  - beyondidentity.management.attributes
  - beyondidentity.management.attributes.no_diff
options:
  token:
    description:
      - Value of the access token or refresh token. If the token is unknown or already revoked, the module changes nothing.
    type: str
  id:
    description:
      - ID of a token that the O(application) issued. If the token is unknown, expired or already revoked, the module changes nothing.
    type: str
  all:
    description:
      - V(application) revokes all tokens that the O(application) issued.
      - V(principal) revokes the tokens of the O(application) whose principal has O(principal_type) and O(principal_id).
      - V(sign_ins) removes the stored sign-ins with one application, and revokes their tokens. The module searches the run's store. With O(token_cache=user)
        or O(grant_type=authorization_code), it also searches the user's cache.
      - The module removes the sign-ins even if it cannot revoke their tokens. RV(remaining) lists the tokens that stay valid. A warning lists them too,
        and says how to revoke them.
      - Without O(application), V(sign_ins) uses the credentials of the application that the user signed in to. If the application has the protocol C(oidc),
        the service only accepts a token with the scope C(tokens:delete). By default, a sign-in does not have this scope.
        To revoke such sign-ins, sign in with C(login_revocable) or C(authorization_code_revocable), or set O(application).
      - The user stays signed in to Beyond Identity in the browser.
    type: str
    choices: [application, principal, sign_ins]
  application:
    description:
      - The application that issued the tokens, by ID or name. Text in the form of an ID (16 hexadecimal digits or a UUID) is always an ID.
      - With O(all=sign_ins), the module revokes the sign-ins with this application. The module uses the credentials of the task, such as an
        administrator's credentials. The module finds the tokens in the list of the Management API, and does not send a stored token.
        If you set the application's ID, the module removes the sign-ins even if the API refuses the request. If you set its name and the module cannot
        look the name up, the module fails and keeps the sign-ins.
      - The default is the authenticating application. The module searches for the authenticating application in its own realm, and for any other
        application in the realm O(realm_id).
    type: str
  principal_type:
    description:
      - Type of the principal whose tokens the module revokes. Required with O(all=principal).
    type: str
    choices: [application, identity]
  principal_id:
    description:
      - The principal. Required with O(all=principal). Set the ID of an identity or application, the username or primary e-mail address of an identity, or
        the name of an application.
      - Text in the form of an ID (16 hexadecimal digits or a UUID) is always an ID. The module looks a name up in the realm of the O(application).
    type: str
seealso:
  - module: beyondidentity.management.token
  - module: beyondidentity.management.token_info
  - module: beyondidentity.management.introspect
"""

EXAMPLES = r"""
- name: Revoke a token with the credentials of the application that issued it
  module_defaults:
    group/beyondidentity.management.all:
      issuer: "{{ issuer }}"
      client_id: "{{ client_id }}"
      client_secret: "{{ vaulted_client_secret }}"
  block:
    - name: Request a token for one task
      beyondidentity.management.token:
        scopes: [realms:read]
      register: once

    - name: Revoke the token by its value
      beyondidentity.management.revoke:
        token: "{{ once.token.access_token }}"
      register: revocation

    - name: Show the IDs of the revoked tokens
      ansible.builtin.debug:
        msg: "{{ revocation.revoked }}"

- name: Revoke a token by its ID
  beyondidentity.management.revoke:
    id: cTXMRjNrTz7w3p7wO5HJ5cUTpFt5Z3yL

- name: Sign out of the authenticating application, also for later runs
  beyondidentity.management.revoke:
    all: sign_ins
    token_cache: user

- name: Sign out of another application, with an administrator's credentials
  beyondidentity.management.revoke:
    all: sign_ins
    application: 38833c36-6f47-4992-9329-ea0a00915137
    token_cache: user

- name: Revoke all tokens that the application issued
  beyondidentity.management.revoke:
    all: application
"""

RETURN = r"""
revoked:
  description:
    - IDs of the revoked tokens, if they are known. In check mode, the IDs of the tokens that would be revoked.
    - With O(all=application), the task also revokes the token that it requested for itself, but does not list that token.
  returned: success
  type: list
  elements: str
  sample: [cTXMRjNrTz7w3p7wO5HJ5cUTpFt5Z3yL]
remaining:
  description:
    - Tokens of the removed sign-ins that could not be revoked and stay valid.
  returned: with O(all=sign_ins)
  type: list
  elements: dict
  contains:
    id:
      description:
        - ID of the token. Null if it is unknown, as for a refresh token that the API did not list.
      returned: always
      type: str
      sample: cTXMRjNrTz7w3p7wO5HJ5cUTpFt5Z3yL
    token_type:
      description:
        - V(access_token) or V(refresh_token).
      returned: always
      type: str
      sample: access_token
    expires_at:
      description:
        - When the token expires, in ISO 8601, UTC. Null if it is unknown.
      returned: always
      type: str
      sample: "2026-01-31T12:00:00Z"
predicted:
  description:
    - Whether the result is, at least in part, a prediction of check mode.
  returned: in check mode, if something is predicted
  type: bool
  sample: true
requests:
  description:
    - The number of HTTP requests that the task sent, including token requests.
  returned: success
  type: int
  sample: 2
"""

from dataclasses import dataclass, field

from ansible_collections.beyondidentity.management.plugins.module_utils._errors import OptionError
from ansible_collections.beyondidentity.management.plugins.module_utils._oauth.token_store import TokenStores
from ansible_collections.beyondidentity.management.plugins.module_utils._task.argument_spec import (
    ISSUED_TOKEN_OPTIONS,
    ModuleSpec,
)
from ansible_collections.beyondidentity.management.plugins.module_utils._task.context import ModuleResult, TaskContext
from ansible_collections.beyondidentity.management.plugins.module_utils._task.revocation.application_sign_ins import (
    revoke_application_sign_ins,
)
from ansible_collections.beyondidentity.management.plugins.module_utils._task.revocation.by_value import revoke_by_value
from ansible_collections.beyondidentity.management.plugins.module_utils._task.revocation.listed import revoke_listed
from ansible_collections.beyondidentity.management.plugins.module_utils._task.revocation.sign_ins import revoke_sign_ins
from ansible_collections.beyondidentity.management.plugins.module_utils._task.runner import run_module
from ansible_collections.beyondidentity.management.plugins.module_utils._task.sign_ins import open_sign_ins
from ansible_collections.beyondidentity.management.plugins.module_utils._text import join_names

_PRINCIPAL = ("principal_type", "principal_id")

SPEC = ModuleSpec(
    options={
        "token": {"type": "str", "no_log": True},
        "all": {"type": "str", "choices": ["application", "principal", "sign_ins"]},
        **ISSUED_TOKEN_OPTIONS,
    },
    rules={
        "mutually_exclusive": [("token", "id", "all"), ("token", "application")],
        "required_one_of": [("token", "id", "all")],
        "required_if": [("all", "principal", _PRINCIPAL)],
    },
    ignored=frozenset({"access_token"}),
    ignores=lambda arguments: arguments.get("all") == "sign_ins" and arguments.get("application") is None,
)


@dataclass(frozen=True)
class RevocationOptions:
    """Which tokens to revoke."""

    token: str | None = field(repr=False)
    all: str | None
    application: str | None
    principal_type: str | None
    principal_id: str | None


def run(task: TaskContext) -> ModuleResult:
    """Revoke the tokens, and return the IDs of those that were active."""
    options = task.read(RevocationOptions)
    narrowing = [name for name in _PRINCIPAL if getattr(options, name) is not None]
    if narrowing and options.all != "principal":
        raise OptionError(
            f"{join_names(narrowing)} has no effect without all: principal.",
            f"Set all: principal, or remove {join_names(narrowing)}.",
        )
    if options.all == "sign_ins":
        return _revoke_sign_ins(task, options)
    if options.token is not None:
        return revoke_by_value(task, options.token)
    return revoke_listed(task, with_replacement=options.all == "application")


def _revoke_sign_ins(task: TaskContext, options: RevocationOptions) -> ModuleResult:
    if task.stores == TokenStores():
        raise OptionError(
            "No sign-in is stored where this task runs: the host is not the controller, or its Python lacks the library "
            "cryptography.",
            "Run the task on the controller, without delegate_to, and install cryptography there.",
        )
    return revoke_sign_ins(task) if options.application is None else revoke_application_sign_ins(task)


def main() -> None:
    """Run as an ordinary module."""
    run_module(SPEC, run, open_sign_ins=open_sign_ins)


if __name__ == "__main__":
    main()
