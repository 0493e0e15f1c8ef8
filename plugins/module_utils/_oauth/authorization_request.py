# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Authorization requests (RFC 6749 section 4.1.1, RFC 7636 section 4.3)."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field
from typing import Any

from .._errors import OptionError
from .authorization_server import AuthorizationServer
from .pkce import create_code_challenge, create_code_verifier
from .redirect_uri import validate_redirect_uri
from .scopes import OPENID, parse_scopes


@dataclass(frozen=True)
class AuthorizationOptions:
    """The options of an authorization request. A field that is `None` is generated, or omitted if it is `prompt`.

    Attributes:
        openid: whether to request an ID token, by the scope `openid`.
    """

    oauth_state: str | None = None
    nonce: str | None = None
    code_verifier: str | None = field(default=None, repr=False)
    code_challenge_method: str = "S256"
    prompt: str | None = None
    openid: bool = True


@dataclass(frozen=True)
class AuthorizationRequest:
    """An authorization request. `url` is for the user's browser; `code_verifier` and `code` are secrets."""

    url: str
    state: str
    nonce: str
    code_verifier: str = field(repr=False)
    code_challenge: str
    redirect_uri: str
    scopes: tuple[str, ...]
    issuer: str
    client_id: str
    code: str | None = field(default=None, repr=False)

    def to_dict(self) -> dict[str, Any]:
        """Return JSON types, without `code` if there is none."""
        fields = {**asdict(self), "scopes": list(self.scopes)}
        return fields if self.code else {name: value for name, value in fields.items() if name != "code"}


# Waits for a user's sign-in and returns the request with its code. Arguments: the redirect URI, what creates the request
# for the URI that is listened on, the seconds to wait, whether to open a browser.
Listen = Callable[[str, Callable[[str], AuthorizationRequest], int, bool], AuthorizationRequest]


def create_authorization_request(
    server: AuthorizationServer,
    *,
    scopes: Iterable[str],
    redirect_uri: str,
    options: AuthorizationOptions,
) -> AuthorizationRequest:
    """Return a request for these scopes, with new random values where the options set none.

    Without `openid`, the nonce is not sent: only an ID token contains it.

    Raises:
        OptionError: an option is missing or malformed, or two options contradict each other.
    """
    validate_redirect_uri(redirect_uri)
    requested = _select_scopes(scopes, options)
    state, nonce = options.oauth_state or _create_random_value(), options.nonce or _create_random_value()
    verifier = options.code_verifier or create_code_verifier()
    parameters = {
        "redirect_uri": redirect_uri,
        "scope": " ".join(requested),
        "state": state,
        **({"nonce": nonce} if options.openid else {}),
        "code_challenge": create_code_challenge(verifier, options.code_challenge_method),
        "code_challenge_method": options.code_challenge_method,
    }
    if options.prompt:
        parameters["prompt"] = options.prompt
    return AuthorizationRequest(
        url=server.build_authorization_url(parameters),
        state=state,
        nonce=nonce,
        code_verifier=verifier,
        code_challenge=parameters["code_challenge"],
        redirect_uri=redirect_uri,
        scopes=tuple(requested),
        issuer=server.connection.issuer,
        client_id=server.connection.require("client_id"),
    )


def _select_scopes(scopes: Iterable[str], options: AuthorizationOptions) -> list[str]:
    """Return the scopes to request; raise `OptionError` if the options contradict each other."""
    requested = parse_scopes(scopes)
    if options.openid:
        return parse_scopes([*requested, OPENID])
    if OPENID in requested:
        raise OptionError(
            "scopes contain openid, but openid is false.", "Remove openid from scopes, or set openid: true."
        )
    if options.nonce is not None:
        raise OptionError("nonce needs openid: true, because only an ID token contains the nonce.", "Remove nonce.")
    if not requested:
        raise OptionError("scopes and operations are empty.", "Set at least one scope, or set openid: true.")
    return requested


def _create_random_value() -> str:
    """Return 32 random bytes in base64url."""
    return secrets.token_urlsafe(32)
