# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Request an access token from the token endpoint."""

from __future__ import annotations

DOCUMENTATION = r"""
module: token
short_description: Request a Beyond Identity access token
version_added: 0.1.0
description:
  - Requests an access token from an application's token endpoint (RFC 6749).
  - With O(grant_type=client_credentials), the module uses the application's own credentials (section 4.4).
  - With O(grant_type=authorization_code), the module exchanges the response that the browser received (section 4.1.3). If no option sets a response or
    code, the module uses the stored sign-in, and refreshes it if necessary.
  - With O(grant_type=refresh_token), the module uses a refresh token (section 6).
  - All hosts, tasks and lookups of a run share one token for each credential, set of scopes, custom claims and lifetime. A token that is about to expire
    is replaced.
  - The result contains a secret, so it is hidden in all output, also without C(no_log). A registered result is complete.
  - If a task passes the token to another module, such as M(ansible.builtin.uri), set C(no_log=true), because that module prints its arguments.
requirements:
  - PyJWT[crypto], to exchange the response of a sign-in that requested an ID token
author:
  - Beyond Identity Management collection contributors (@beyondidentity)
extends_documentation_fragment:
  - beyondidentity.management.connection
  - beyondidentity.management.connection.reveal
  - beyondidentity.management.attributes
  - beyondidentity.management.attributes.no_diff
attributes:
  check_mode:
    details:
      - A token request changes nothing in the tenant, so the module also requests tokens in check mode. The module does not use an authorization code, because
        the code is valid only once.
      - With O(grant_type=refresh_token), the module uses the refresh token only if O(token_cache=user) stores its replacement. Otherwise the service could
        replace the refresh token, and the run without check mode would have an invalid refresh token.
      - If check mode does not use the code or the refresh token, or if the application is predicted, the token is V(check-mode-token). It is never sent.
options:
  grant_type:
    description:
      - How the module requests the token.
      - Variable C(beyondidentity_grant_type), environment E(BEYONDIDENTITY_GRANT_TYPE).
    type: str
    choices: [client_credentials, authorization_code, refresh_token]
    default: client_credentials
  authorization:
    description:
      - The whole result of M(beyondidentity.management.authorize). If it has no C(code), set O(redirect_response) too.
    type: dict
  redirect_response:
    description:
      - The whole address that the browser was sent to after the sign-in. The module checks its state, issuer and redirect URI against O(authorization).
      - Without O(authorization), also set O(oauth_state), O(redirect_uri), and O(code_verifier) if the request had a challenge.
    type: str
  code:
    description:
      - The code alone, without O(authorization). Also set O(redirect_uri), and O(code_verifier) if the request had a challenge.
    type: str
  redirect_uri:
    description:
      - The redirect URI of the authorization request, if O(authorization) is not set.
    type: str
  code_verifier:
    description:
      - The PKCE verifier of the authorization request, if O(authorization) is not set.
    type: str
  oauth_state:
    description:
      - The state of the authorization request. If O(authorization) is not set, the module checks O(redirect_response) against it.
    type: str
  nonce:
    description:
      - The nonce of the authorization request, if O(authorization) is not set. The module checks the ID token against it, and refuses a response without
        an ID token.
    type: str
  refresh_token:
    description:
      - The refresh token, with O(grant_type=refresh_token).
      - All hosts of a run share one use of the refresh token. With O(token_cache=user), all runs share this use. The module returns the same access token
        while the access token is valid. After that, the module uses the newest refresh token.
      - If the service refuses the newest refresh token with C(invalid_grant), the module tries the value of this option, unless the run already used it.
      - If the service replaces the refresh token and the user's cache does not store the new refresh token, the module shows a warning. Store
        RV(token.refresh_token) before the next run, or set O(token_cache=user).
    type: str
  scopes:
    description:
      - The scopes of the token, as a list or as space-delimited text. Their order does not matter.
      - Required unless O(operations) is set, or the response of the sign-in or the refresh token determines the scopes. With a refresh token, you can only
        request scopes that were granted before.
    type: list
    elements: str
  operations:
    description:
      - Operations of the Management API by name, such as V(CreateRealm). The token gets the scopes that they need, in addition to O(scopes).
    type: list
    elements: str
  custom_claims:
    description:
      - Your own claims. The token has them as C(bi_custom). A stored sign-in keeps the claims of its first token request.
    type: dict
  fresh:
    description:
      - Whether to request a new token, which also replaces the stored token. Hosts that request it at the same time share the new token.
    type: bool
    default: false
  require_scopes:
    description:
      - Whether to fail if the service grants fewer scopes than requested. With V(false), the module shows a warning instead.
    type: bool
    default: true
notes:
  - This module requests a token, so it ignores an O(access_token) from a variable or the environment. If the task sets O(access_token), the module fails.
seealso:
  - plugin: beyondidentity.management.token
    plugin_type: lookup
  - module: beyondidentity.management.application
"""

EXAMPLES = r"""
- name: Call the Management API with the credentials of one application
  module_defaults:
    group/beyondidentity.management.all:
      issuer: "{{ issuer }}"
      client_id: "{{ client_id }}"
      client_secret: "{{ vaulted_client_secret }}"
  block:
    - name: Request a token for two operations of the Management API
      beyondidentity.management.token:
        operations: [CreateRealm, ListRealms]
      register: realm_token

    - name: Use the token
      ansible.builtin.uri:
        url: "{{ realm_token.token.api_url }}/v1/tenants/{{ realm_token.token.tenant_id }}/realms"
        headers:
          Authorization: "Bearer {{ realm_token.token.access_token }}"
      no_log: true # the uri module prints its headers

- name: Request a token with your own refresh token
  beyondidentity.management.token:
    grant_type: refresh_token
    refresh_token: "{{ vaulted_refresh_token }}"
  when: vaulted_refresh_token is defined

- name: Request a token for ten minutes with your own claims
  beyondidentity.management.token:
    scopes: realms:read
    expiration_time: 600
    custom_claims:
      ticket: OPS-1234
"""

RETURN = r"""
token:
  description:
    - The token and its properties.
  returned: success
  type: dict
  contains:
    access_token:
      description:
        - The token itself.
      returned: always
      type: str
      sample: eyJhbGciOiJSUzI1NiJ9...
    token_type:
      description:
        - Type of the token, for the C(Authorization) header. It is always V(Bearer).
      returned: always
      type: str
      sample: Bearer
    expires_in:
      description:
        - Remaining lifetime in seconds. Null if the service does not return the lifetime.
      returned: always
      type: int
      sample: 3600
    expires_at:
      description:
        - When the token expires, in ISO 8601, UTC. Null if the service does not return the lifetime.
      returned: always
      type: str
      sample: "2026-01-31T12:00:00Z"
    scopes:
      description:
        - Granted scopes.
      returned: always
      type: list
      elements: str
      sample: ["realms:create", "realms:read"]
    id:
      description:
        - ID of the token, for example for M(beyondidentity.management.revoke). Null for a referential token.
      returned: always
      type: str
      sample: cTXMRjNrTz7w3p7wO5HJ5cUTpFt5Z3yL
    api_url:
      description:
        - URL of the Management API. Null if unknown, because O(api_url) is required and not set.
      returned: always
      type: str
      sample: https://api-us.beyondidentity.com
    tenant_id:
      description:
        - ID of the tenant.
      returned: always
      type: str
      sample: 00011f1183c67b69
    realm_id:
      description:
        - ID of the managed realm.
      returned: always
      type: str
      sample: caf2ff640497591a
    application_id:
      description:
        - ID of the application that issued the token.
      returned: always
      type: str
      sample: 38833c36-6f47-4992-9329-ea0a00915137
    refresh_token:
      description:
        - The refresh token.
      returned: if the service issued a refresh token
      type: str
      sample: 8xLOxBtZp8
    id_token:
      description:
        - The validated ID token.
      returned: directly after a user signed in
      type: str
      sample: eyJhbGciOiJSUzI1NiJ9...
    predicted:
      description:
        - Whether the token is a prediction of check mode.
      returned: in check mode, if the token is predicted
      type: bool
      sample: true
cached:
  description:
    - Whether the token was stored before the task.
  returned: success
  type: bool
  sample: true
predicted:
  description:
    - Whether the result is, at least in part, a prediction of check mode.
  returned: in check mode, if something is predicted
  type: bool
  sample: true
requests:
  description:
    - The number of HTTP requests that the task sent. It is 0 if the token was stored.
  returned: success
  type: int
  sample: 2
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.beyondidentity.management.plugins.module_utils._errors import OptionError, StateError
from ansible_collections.beyondidentity.management.plugins.module_utils._oauth.token_sources import (
    IssuedToken,
    TokenRequest,
    find_missing_scopes,
)
from ansible_collections.beyondidentity.management.plugins.module_utils._predicted import is_predicted
from ansible_collections.beyondidentity.management.plugins.module_utils._task.argument_spec import ModuleSpec
from ansible_collections.beyondidentity.management.plugins.module_utils._task.context import ModuleResult, TaskContext
from ansible_collections.beyondidentity.management.plugins.module_utils._task.runner import run_module
from ansible_collections.beyondidentity.management.plugins.module_utils._task.scope_options import ScopeOptions
from ansible_collections.beyondidentity.management.plugins.module_utils._task.sign_ins import open_sign_ins

SPEC = ModuleSpec(
    options={
        "grant_type": {
            "type": "str",
            "choices": ["client_credentials", "authorization_code", "refresh_token"],
            "default": "client_credentials",
        },
        "authorization": {"type": "dict"},
        "redirect_response": {"type": "str", "no_log": True},
        "code": {"type": "str", "no_log": True},
        "redirect_uri": {"type": "str"},
        "code_verifier": {"type": "str", "no_log": True},
        "oauth_state": {"type": "str"},
        "nonce": {"type": "str"},
        "refresh_token": {"type": "str", "no_log": True},
        "scopes": {"type": "list", "elements": "str"},
        "operations": {"type": "list", "elements": "str"},
        "custom_claims": {"type": "dict"},
        "fresh": {"type": "bool", "default": False},
        "require_scopes": {"type": "bool", "default": True},
    },
    rules={
        "required_if": [("grant_type", "refresh_token", ("refresh_token",))],
        "mutually_exclusive": [("code", "redirect_response")],
    },
    ignored=frozenset({"access_token"}),
)


@dataclass(frozen=True)
class TokenOptions:
    """By which grant to get the token, and what to accept."""

    grant_type: str
    refresh_token: str | None = field(repr=False)
    custom_claims: dict[str, Any] | None
    fresh: bool
    require_scopes: bool


def run(task: TaskContext) -> ModuleResult:
    """Return a token, from a store or a new one. What only some grant types need is imported where it is used."""
    options = task.read(TokenOptions)
    if task.connection.access_token:
        raise OptionError(
            "access_token is set, so the task cannot request a token.", "Remove access_token, or remove the task."
        )
    issued, scopes = _get_token(task, options, task.read(ScopeOptions).resolve())
    missing = find_missing_scopes(issued.token, scopes)
    if missing:
        message = f"The service did not grant {missing}."
        if options.require_scopes:
            raise StateError(
                message,
                "Add the scopes to the application's allowed scopes (and to a role of the signed-in user), or set "
                "require_scopes: false.",
            )
        task.warn(message)
    return {"token": _describe(issued, task), "cached": issued.cached}


def _get_token(task: TaskContext, options: TokenOptions, scopes: list[str]) -> tuple[IssuedToken, list[str]]:
    """Return the token by the requested grant, and the scopes that it should have."""
    if task.check_mode and _needs_prediction(task, options):
        return _predict_token(task, scopes)
    if options.grant_type == "refresh_token":
        if not options.refresh_token:
            raise OptionError(
                "refresh_token is empty.",
                "Set it to the refresh token of an earlier result. To use a stored sign-in, set grant_type: "
                "authorization_code.",
            )
        from ansible_collections.beyondidentity.management.plugins.module_utils._oauth.given_refresh_token import (
            GivenRefreshToken,
        )

        given = GivenRefreshToken(options.refresh_token, open_sign_ins(task), task.stores, task.warn)
        return given.get(TokenRequest(tuple(scopes), options.custom_claims, options.fresh)), scopes
    if options.grant_type == "authorization_code" and has_response(task.params):
        from ansible_collections.beyondidentity.management.plugins.module_utils._task.code_exchange import (
            CodeExchangeOptions,
            exchange_code,
        )

        issued, requested = exchange_code(task, task.read(CodeExchangeOptions))
        return issued, scopes or requested
    if not scopes:
        raise OptionError(
            "scopes and operations are empty.", "Set at least one scope: a token gets only the scopes that it needs."
        )
    request = TokenRequest(tuple(scopes), custom_claims=options.custom_claims, fresh=options.fresh)
    return task.token_source.get(request), scopes


def _needs_prediction(task: TaskContext, options: TokenOptions) -> bool:
    """Whether check mode must not, or cannot, request the token.

    A code can be used once, and with rotation a refresh token too, so check mode keeps both. Only the user's cache stores the
    next refresh token for the run without check mode.
    """
    if options.grant_type == "authorization_code":
        return has_response(task.params)
    if options.grant_type == "refresh_token" and options.refresh_token:
        return task.params["token_cache"] != "user" or task.needs_predicted_token(options.refresh_token)
    return False


def has_response(params: Mapping[str, Any]) -> bool:
    """Whether the options have an authorization response, or a part of one."""
    return any(params[name] for name in ("authorization", "redirect_response", "code"))


def _predict_token(task: TaskContext, scopes: list[str]) -> tuple[IssuedToken, list[str]]:
    """Return the token that would be issued. Without `scopes`, it has those that the authorization requests."""
    authorization = task.params["authorization"] or {}
    requested = authorization.get("authorization", authorization).get("scopes") or []
    wanted = scopes or [scope for scope in requested if scope != "openid"]
    return task.predict_token(TokenRequest(tuple(wanted))), wanted


def _describe(issued: IssuedToken, task: TaskContext) -> ModuleResult:
    token, connection = issued.token, task.connection
    remaining = None if token.lifetime is None else max(0, int(token.issued_at + token.lifetime - time.time()))
    described = {
        "access_token": token.access_token,
        "token_type": "Bearer",
        "expires_in": remaining,
        "expires_at": token.expires_at,
        "scopes": list(token.scopes),
        "id": token.id,
        "api_url": connection.api_url,
        "tenant_id": connection.tenant_id,
        "realm_id": connection.realm_id,
        "application_id": connection.application_id,
    }
    optional = {
        "refresh_token": token.refresh_token,
        "id_token": token.id_token,
        "predicted": is_predicted(token.access_token),
    }
    return {**described, **{name: value for name, value in optional.items() if value}}


def main() -> None:
    """Run as an ordinary module."""
    run_module(SPEC, run, open_sign_ins=open_sign_ins)


if __name__ == "__main__":
    main()
