# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a person's browser brought back, exchanged for a token; and what a refresh token gives."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from .authorization import code_of_response
from .connection import Connection
from .errors import MalformedResponseError, OptionError, StateError
from .id_token import require_library, validate
from .issued import Token
from .oauth import AuthorizationServer
from .operations import asked_scopes
from .task import Task
from .text import one_line, scope_list
from .tokens import Bearer

_PARTS = ("code", "redirect_uri", "code_verifier", "nonce")


def is_answer(params: Mapping[str, Any]) -> bool:
    """Whether the options hold a browser's answer, or a part of one."""
    return any(params[name] for name in ("authorization", "redirect_response", "code"))


def exchange(task: Task) -> tuple[Bearer, list[str]]:
    """The token for an answer, which is kept; and the scopes that were asked for.

    A code is good once, and a second use ends what the first gave (RFC 6749 section 4.1.2): hosts of a run that have
    the same answer share its token.
    """
    connection, params = task.connection, task.params
    request = _request(connection, params)
    asked = [scope for scope in request["scopes"] if scope != "openid"]
    run = task.stores.run if params["token_cache"] != "none" else None
    key = ["answer", request, connection.client_id, connection.client_secret, params["custom_claims"]]
    with task.lock("answer", request["code"]):
        entry = run.get(key) if run else None
        if entry:
            return Bearer(_still_good(Token.from_dict(entry)), cached=True), asked
        token = _validated(task.server, request, params)
        task.sign_ins.keep(token)
        if run:
            run.put(key, token.to_dict())
    return Bearer(token, cached=False), asked


def _still_good(token: Token) -> Token:
    if token.lifetime is not None and token.is_expired(time.time()):
        raise StateError(
            "The answer was used already in this run, and its token is expired.",
            "Give scopes alone, for the sign-in that is kept, or sign in again.",
        )
    return token


def _validated(server: AuthorizationServer, request: Mapping[str, Any], params: Mapping[str, Any]) -> Token:
    """The token for a code, whose ID token belongs to the request."""
    require_library()  # before the code, which is good once, is spent
    token = server.authorization_code(
        code=request["code"],
        redirect_uri=request["redirect_uri"],
        code_verifier=request.get("code_verifier"),
        scopes=request["scopes"],
        custom_claims=params["custom_claims"],
    )
    if token.id_token:
        validate(token.id_token, server, request.get("nonce"))
    elif params["nonce"] is not None:  # the nonce of a whole authorization is backed by its PKCE verifier
        raise MalformedResponseError(
            "No ID token came, so that its nonce can't be checked.",
            "Leave out nonce where the application gives no ID token.",
        )
    return token


def _request(connection: Connection, params: Mapping[str, Any]) -> dict[str, Any]:
    """The request that was made and its code, from the whole of it or from its parts."""
    authorization = params["authorization"]
    if not authorization:
        request = {name: params[name] for name in _PARTS if params[name] is not None}
        request.update(state=params["oauth_state"], issuer=connection.issuer, scopes=asked_scopes(params))
    else:
        request = _of_this_client(connection, authorization.get("authorization", authorization))
        mixed = [name for name in (*_PARTS, "oauth_state") if params[name] is not None]
        if mixed:
            raise OptionError(f"authorization holds {', '.join(mixed)} already.", "Give the whole, or its parts.")
    if not request.get("redirect_uri"):
        raise OptionError("redirect_uri is missing.", "Give authorization, or the redirect_uri of the request.")
    if params["redirect_response"]:
        if not request.get("state"):
            raise OptionError("redirect_response can't be checked without authorization or oauth_state.")
        request["code"] = code_of_response(params["redirect_response"], request)
    if not request.get("code"):
        raise OptionError(
            "There is no answer yet: authorization has no code.",
            "Give redirect_response, the whole address that the browser was sent to, or let authorize listen.",
        )
    return request


def _of_this_client(connection: Connection, authorization: Any) -> dict[str, Any]:
    """A request is good for the application that it was made for, and for no other."""
    given = authorization if isinstance(authorization, Mapping) else {}
    request: dict[str, Any] = {name: value for name, value in given.items() if isinstance(value, str)}
    names = ("state", "redirect_uri", "nonce", "code_verifier", "issuer", "client_id")
    missing = [name for name in names if not request.get(name)]
    if missing:
        raise OptionError(
            f"authorization lacks {', '.join(missing)}.", "Give the whole result of the module authorize."
        )
    for name, mine in (("issuer", connection.issuer), ("client_id", connection.need("client_id"))):
        if request[name] != mine:
            raise OptionError(
                f"authorization is of the {name} {one_line(request[name], 200)}, but the task's is {one_line(mine, 200)}.",
                "Use the same connection options for both.",
            )
    scopes = given.get("scopes")
    request["scopes"] = scope_list(scopes if isinstance(scopes, list) else None, "authorization (scopes)")
    return request
