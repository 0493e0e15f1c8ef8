# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""People who sign in at the emulator, in process."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ansible_collections.beyondidentity.management.plugins.module_utils.authorization import (
    Authorization,
    code_of,
    make,
)
from ansible_collections.beyondidentity.management.plugins.module_utils.exchange import exchange
from ansible_collections.beyondidentity.management.plugins.module_utils.issued import Token
from ansible_collections.beyondidentity.management.plugins.module_utils.oauth import AuthorizationServer
from ansible_collections.beyondidentity.management.plugins.module_utils.task import Task
from ansible_collections.beyondidentity.management.plugins.module_utils.tokens import Stores, TokenStore
from tests.support.desk import REDIRECT, Desk, sign_in
from tests.unit.building import tenant_options

READ = ["realms:read"]
REFRESHED = {"refresh_lifetime": 600}

# what the module token has beside the connection options, as far as an exchange reads it
NOTHING: dict[str, Any] = dict.fromkeys(
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


def server_of(desk: Desk, **given: Any) -> AuthorizationServer:
    """The authorization server, with the credentials of an application that people sign in to."""
    return Task(tenant_options(desk, **given), environ={}).server


def request_of(desk: Desk, scopes: list[str] | None = None, **wishes: Any) -> Authorization:
    """A request, whose answer is still to come."""
    return make(server_of(desk), scopes=READ if scopes is None else scopes, redirect_uri=REDIRECT, **wishes)


def answered(asked: Authorization) -> tuple[Authorization, str]:
    """The request with its code, and the address that the browser was sent to."""
    address = sign_in(asked.url)
    code = code_of(address.partition("?")[2], state=asked.state, issuer=asked.issuer)
    return replace(asked, code=code), address


def exchanged(desk: Desk, params: Mapping[str, Any], store: TokenStore | None = None) -> tuple[Token, list[str]]:
    """Exchange an answer, in a run with this store."""
    given = {**tenant_options(desk), **NOTHING, **params}
    bearer, asked = exchange(Task(given, stores=Stores(run=store), environ={}))
    return bearer.token, asked


def signed_in(desk: Desk, scopes: list[str] | None = None) -> Token:
    """What a person gets who signs in."""
    return exchanged(desk, {"authorization": answered(request_of(desk, scopes))[0].to_dict()})[0]
