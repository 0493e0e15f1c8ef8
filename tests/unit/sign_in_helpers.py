# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sign-ins at the emulator, in process."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ansible_collections.beyondidentity.management.plugins.module_utils._oauth.authorization_request import (
    AuthorizationOptions,
    AuthorizationRequest,
    create_authorization_request,
)
from ansible_collections.beyondidentity.management.plugins.module_utils._oauth.authorization_response import parse_code
from ansible_collections.beyondidentity.management.plugins.module_utils._oauth.authorization_server import (
    AuthorizationServer,
)
from ansible_collections.beyondidentity.management.plugins.module_utils._oauth.token import Token
from ansible_collections.beyondidentity.management.plugins.module_utils._oauth.token_store import (
    TokenStore,
    TokenStores,
)
from ansible_collections.beyondidentity.management.plugins.module_utils._task.code_exchange import (
    CodeExchangeOptions,
    exchange_code,
)
from ansible_collections.beyondidentity.management.plugins.module_utils._task.context import TaskContext
from ansible_collections.beyondidentity.management.plugins.module_utils._task.sign_ins import open_sign_ins
from tests.support.sign_in_application import REDIRECT, SignInApplication, sign_in
from tests.unit.builders import tenant_options

READ = ["realms:read"]
REFRESHED = {"refresh_lifetime": 600}

# The options of the module `token` that a code exchange reads, none of them set.
NO_EXCHANGE_OPTIONS: dict[str, Any] = dict.fromkeys(
    (
        "authorization",
        "redirect_response",
        "code",
        "redirect_uri",
        "code_verifier",
        "oauth_state",
        "nonce",
        "scopes",
        "operations",
        "custom_claims",
    )
)


def make_server(app: SignInApplication, **given: Any) -> AuthorizationServer:
    """Return the authorization server, with the credentials of an application that users sign in to."""
    return TaskContext(tenant_options(app, **given), environ={}).server


def make_request(app: SignInApplication, scopes: list[str] | None = None, **options: Any) -> AuthorizationRequest:
    """Return an authorization request. `options` sets fields of the `AuthorizationOptions`."""
    return create_authorization_request(
        make_server(app),
        scopes=READ if scopes is None else scopes,
        redirect_uri=REDIRECT,
        options=AuthorizationOptions(**options),
    )


def complete_sign_in(request: AuthorizationRequest) -> tuple[AuthorizationRequest, str]:
    """Return the request with its code, and the URL that the browser is sent to."""
    url = sign_in(request.url)
    code = parse_code(url.partition("?")[2], state=request.state, issuer=request.issuer)
    return replace(request, code=code), url


def exchange(
    app: SignInApplication, params: Mapping[str, Any], store: TokenStore | None = None
) -> tuple[Token, list[str]]:
    """Exchange a code, in a run with this store. Return the token and the requested scopes."""
    task = _make_task(app, store, {**NO_EXCHANGE_OPTIONS, **params})
    issued, requested = exchange_code(task, task.read(CodeExchangeOptions))
    return issued.token, requested


def list_sign_ins(app: SignInApplication, store: TokenStore) -> list[Token]:
    """Return the sign-ins with an application that a run's store has."""
    return open_sign_ins(_make_task(app, store, {})).list_all()


def _make_task(app: SignInApplication, store: TokenStore | None, params: Mapping[str, Any]) -> TaskContext:
    return TaskContext({**tenant_options(app), **params}, stores=TokenStores(run=store), environ={})


def sign_in_user(app: SignInApplication, scopes: list[str] | None = None) -> Token:
    """Return the token of a user who signs in."""
    return exchange(app, {"authorization": complete_sign_in(make_request(app, scopes))[0].to_dict()})[0]
