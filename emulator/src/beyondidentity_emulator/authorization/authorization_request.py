# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rules for authorization requests that Authlib does not check: OpenID Connect Core section 3.1.2, RFC 7636."""

from __future__ import annotations

import re
from collections.abc import Callable

from authlib.oauth2 import OAuth2Error
from authlib.oauth2.rfc6749 import InvalidClientError, InvalidRequestError
from flask import request
from werkzeug.datastructures import CombinedMultiDict

from .clients import Client
from .keys import SigningKey
from .parameters import check_scope, find_repeated, omit_empty

CODE_CHALLENGE = re.compile(r"[A-Za-z0-9._~-]{43,128}")
LARGEST_AGE = 2**53
PROMPTS = {"none", "login", "consent", "select_account"}
RESPONSE_MODES = ("query",)
UNSUPPORTED = ("request", "request_uri", "registration")
"""Parameters that a server must refuse if it does not support them (OpenID Connect Core sections 6 and 7)."""


def check_authorization_request(query_client: Callable[[str], Client | None], issuer: str, key: SigningKey) -> None:
    """Raise the error that the client is told: by a redirect, if the client and its redirect URI are valid."""
    repeated = find_repeated(CombinedMultiDict([request.args, request.form]))
    omit_empty()
    client, redirect_uri = _find_destination(query_client, repeated)
    try:
        if repeated:
            raise InvalidRequestError("A parameter was sent more than once.")
        _refuse_unsupported()
        if not request.values.get("response_type"):
            raise InvalidRequestError("The response_type is missing.")
        check_scope(request.values.get("scope"))
        _check_prompt()
        _check_max_age()
        _check_code_challenge()
        if read_hint(issuer, client, key) == {}:
            raise InvalidRequestError("The id_token_hint is not an ID token of this client.")
    except OAuth2Error as error:
        error.redirect_uri = redirect_uri
        raise


def read_state() -> str | None:
    """Return the state, if it was sent once."""
    return request.values.get("state") if len(request.values.getlist("state")) == 1 else None


def demands_no_page() -> bool:
    """Return whether the request demands a response without a page."""
    return set(request.values.get("prompt", "").split(" ")) == {"none"}


def read_hint(issuer: str, client: Client, key: SigningKey) -> dict[str, object] | None:
    """Return the claims of the ID token hint; an expired token is valid, too. None: no hint. Empty: not valid."""
    hint = request.values.get("id_token_hint")
    if hint is None:
        return None
    claims = key.read(hint)
    return claims if claims and claims.get("iss") == issuer and claims.get("aud") == client.client_id else {}


def _find_destination(query_client: Callable[[str], Client | None], repeated: list[str]) -> tuple[Client, str]:
    """Return the client and its redirect URI. Errors in them are shown to the user (RFC 6749 section 4.1.2.1)."""
    identifier, redirect_uri = request.values.get("client_id"), request.values.get("redirect_uri")
    if not identifier or "client_id" in repeated:
        raise InvalidRequestError("The client_id must be sent once.")
    client = query_client(identifier)
    if client is None:
        raise InvalidClientError("The client is unknown.")
    if not redirect_uri or "redirect_uri" in repeated:
        raise InvalidRequestError("The redirect_uri must be sent once.")
    if not client.check_redirect_uri(redirect_uri):
        raise InvalidRequestError("The redirect_uri is not registered.")
    return client, redirect_uri


def _refuse_unsupported() -> None:
    for name in UNSUPPORTED:
        if name in request.values:
            raise OAuth2Error(f"The parameter {name} is not supported.", error=f"{name}_not_supported")
    if request.values.get("response_mode", RESPONSE_MODES[0]) not in RESPONSE_MODES:
        raise OAuth2Error("The response_mode must be query.", error="unsupported_response_mode")


def _check_prompt() -> None:
    if "prompt" not in request.values:
        return
    prompts = set(request.values["prompt"].split(" "))
    if not prompts <= PROMPTS:
        raise InvalidRequestError(f"The prompt must be one or more of {', '.join(sorted(PROMPTS))}.")
    if "none" in prompts and len(prompts) > 1:
        raise InvalidRequestError("The prompt none must be the only one.")


def _check_max_age() -> None:
    age = request.values.get("max_age", "0")
    if not (age.isascii() and age.isdecimal() and len(age) <= 16 and int(age) < LARGEST_AGE):
        raise InvalidRequestError("The max_age must be a whole number of seconds.")


def _check_code_challenge() -> None:
    if not CODE_CHALLENGE.fullmatch(request.values.get("code_challenge", "x" * 43)):
        raise InvalidRequestError("The code_challenge must have 43 to 128 letters, digits and the characters -._~.")
