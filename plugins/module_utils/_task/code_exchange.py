# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The exchange of an authorization code for a token."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any

from .._errors import MalformedResponseError, OptionError, StateError
from .._http.certificates import refuse_damaged_authorities, select_authorities
from .._http.settings import HttpSettings
from .._oauth.authorization_response import parse_code_from_url
from .._oauth.authorization_server import AuthorizationServer
from .._oauth.client_authentication import authenticate_client
from .._oauth.connection import Connection
from .._oauth.id_token import require_pyjwt, validate_id_token
from .._oauth.scopes import OPENID, parse_scopes
from .._oauth.token import Token
from .._oauth.token_sources import IssuedToken
from .._oauth.token_store import LockPurpose
from .._oauth.token_validity import refuse_short_token
from .._text import sanitize_for_display
from .context import TaskContext
from .scope_options import ScopeOptions
from .sign_ins import open_sign_ins

_PARTS = ("code", "redirect_uri", "code_verifier", "nonce")
_REQUIRED_FIELDS = ("state", "redirect_uri", "nonce", "code_verifier", "issuer", "client_id")


@dataclass(frozen=True)
class CodeExchangeOptions:
    """The authorization request with its response, as a whole or in parts; `None` for what is not set."""

    authorization: dict[str, Any] | None = field(repr=False)
    redirect_response: str | None = field(repr=False)
    code: str | None = field(repr=False)
    redirect_uri: str | None
    code_verifier: str | None = field(repr=False)
    oauth_state: str | None
    nonce: str | None
    custom_claims: dict[str, Any] | None


@dataclass(frozen=True)
class _AnsweredRequest:
    """An authorization request and the code of its response."""

    redirect_uri: str
    issuer: str
    scopes: tuple[str, ...]
    state: str | None
    nonce: str | None
    code_verifier: str | None = field(repr=False)
    code: str = field(repr=False)


def validate_later_exchange(task: TaskContext, *, openid: bool) -> None:
    """Raise `OptionError` if the exchange after the sign-in will surely fail, before a user is sent to a browser.

    Args:
        openid: whether the authorization request asks for an ID token.
    """
    authenticate_client(task.connection, {}, {})
    select_authorities(task.session.settings, task.session.environ)
    refuse_damaged_authorities(task.session.settings, task.session.environ)
    if openid:
        require_pyjwt()


def exchange_code(task: TaskContext, options: CodeExchangeOptions) -> tuple[IssuedToken, list[str]]:
    """Return the token for an authorization response, and the scopes that were requested. The sign-in is stored.

    A code is valid once, and a second use revokes the tokens of the first use (RFC 6749 section 4.1.2). So hosts of a run
    with the same code share its token.
    """
    connection = task.connection
    request = _read_request(connection, options, task.read(ScopeOptions))
    requested = [scope for scope in request.scopes if scope != OPENID]
    store = task.stores.run if task.params["token_cache"] != "none" else None
    key = ["code", asdict(request), connection.client_id, connection.client_secret, options.custom_claims]
    purpose = LockPurpose(
        "the exchange of the code",
        2 * task.read(HttpSettings).longest_exchange,  # a token request, and one for the keys of the ID token
        "several hosts can use the code, which revokes its token",
        must_wait=True,
    )
    with task.lock("code", request.code, purpose=purpose, is_in_realm=False):
        entry = store.get(key) if store else None
        if entry:
            token = refuse_short_token(Token.from_dict(entry), connection.min_validity)
            return IssuedToken(_require_unexpired(token), cached=True), requested
        token = _request_token(task.server, request, options)
        open_sign_ins(task).add(token)
        if store:
            store.put(key, token.to_dict())
    return IssuedToken(refuse_short_token(token, connection.min_validity), cached=False), requested


def _require_unexpired(token: Token) -> Token:
    if token.lifetime is not None and token.is_expired(time.time()):
        raise StateError(
            "This run already used the code, and the token of that exchange is expired.",
            "To use the stored sign-in, set scopes only. Otherwise sign in again.",
        )
    return token


def _request_token(server: AuthorizationServer, request: _AnsweredRequest, options: CodeExchangeOptions) -> Token:
    """Exchange the code, and check that the ID token belongs to the request.

    A whole authorization says whether it requested an ID token. Without a request, an ID token is neither validated nor
    returned. Parts of a request do not say it.
    """
    expects_id_token = options.authorization is None or OPENID in request.scopes
    if expects_id_token:
        require_pyjwt()  # before the code is spent
    token = server.exchange_code(
        code=request.code,
        redirect_uri=request.redirect_uri,
        code_verifier=request.code_verifier,
        scopes=request.scopes,
        custom_claims=options.custom_claims,
    )
    if not expects_id_token:
        return replace(token, id_token=None)
    if token.id_token:
        validate_id_token(token.id_token, server, request.nonce)
    elif options.nonce is not None:  # a whole authorization's nonce is backed by its PKCE verifier
        raise MalformedResponseError(
            "The response has no ID token, so the nonce cannot be verified.",
            "Omit nonce if the application issues no ID token.",
        )
    return token


def _read_request(connection: Connection, options: CodeExchangeOptions, scopes: ScopeOptions) -> _AnsweredRequest:
    """Return the authorization request and its code, from the whole or from the parts."""
    request: dict[str, Any] = (
        _read_authorization(connection, options)
        if options.authorization
        else {
            **{name: getattr(options, name) for name in _PARTS},
            "state": options.oauth_state,
            "issuer": connection.issuer,
            "scopes": tuple(scopes.resolve()),
        }
    )
    if not request.get("redirect_uri"):
        raise OptionError("redirect_uri is missing.", "Set authorization, or the redirect_uri of the request.")
    if options.redirect_response:
        if not request.get("state"):
            raise OptionError(
                "redirect_response needs authorization or oauth_state, to check the state.",
                "Set authorization to the whole result of the module authorize.",
            )
        request["code"] = parse_code_from_url(
            options.redirect_response,
            redirect_uri=request["redirect_uri"],
            state=request["state"],
            issuer=request["issuer"],
            scopes=request["scopes"] if options.authorization else None,
        )
    if not request.get("code"):
        raise OptionError(
            "The authorization has no code yet.",
            "Set redirect_response to the whole URL that the browser shows after the sign-in, or let authorize listen.",
        )
    return _AnsweredRequest(**{item.name: request[item.name] for item in fields(_AnsweredRequest)})


def _read_authorization(connection: Connection, options: CodeExchangeOptions) -> dict[str, Any]:
    """Return the fields of a whole authorization. It is valid only for the application that it was created for."""
    mixed = [name for name in (*_PARTS, "oauth_state") if getattr(options, name) is not None]
    authorization: Any = options.authorization or {}
    authorization = authorization.get("authorization", authorization)
    given = authorization if isinstance(authorization, Mapping) else {}
    request: dict[str, Any] = {name: value for name, value in given.items() if isinstance(value, str)}
    missing = [name for name in _REQUIRED_FIELDS if not request.get(name)]
    if missing:
        raise OptionError(
            f"authorization lacks {', '.join(missing)}.", "Set it to the whole result of the module authorize."
        )
    for name, own in (("issuer", connection.issuer), ("client_id", connection.require("client_id"))):
        if request[name] != own:
            raise OptionError(
                f"authorization has the {name} {sanitize_for_display(request[name], 200)}, but the task has "
                f"{sanitize_for_display(own, 200)}.",
                "Use the same connection options for both tasks.",
            )
    if mixed:
        raise OptionError(f"authorization already has {', '.join(mixed)}.", "Set either authorization or its parts.")
    scopes = given.get("scopes")
    request["scopes"] = tuple(parse_scopes(scopes if isinstance(scopes, list) else None, "authorization (scopes)"))
    return request
