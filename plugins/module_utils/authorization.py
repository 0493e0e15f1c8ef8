# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An authorization request, and whether an answer belongs to it."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any
from urllib.parse import SplitResult, parse_qs, urlsplit

from .errors import BeyondIdentityError, OptionError
from .oauth import AuthorizationServer
from .pkce import challenge, make_verifier
from .text import one_line, same, scope_list
from .urls import origin


class ForgedAnswerError(BeyondIdentityError):
    """An answer that does not belong to the request; the genuine one may still come."""


class DeniedError(BeyondIdentityError):
    """The authorization server's own answer that there will be no code (RFC 6749 section 4.1.2.1)."""


@dataclass(frozen=True)
class Authorization:
    """A request as it was made. ``url`` is shown to the person; ``code_verifier`` and ``code`` are secrets."""

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
        """As JSON types; without ``code`` where there is none."""
        fields = {**asdict(self), "scopes": list(self.scopes)}
        return fields if self.code else {name: value for name, value in fields.items() if name != "code"}


def new_value() -> str:
    """32 random bytes as base64url, for ``state`` and ``nonce``."""
    return secrets.token_urlsafe(32)


def make(
    server: AuthorizationServer,
    *,
    scopes: list[str],
    redirect_uri: str,
    state: str | None = None,
    nonce: str | None = None,
    code_verifier: str | None = None,
    code_challenge_method: str = "S256",
    prompt: str | None = None,
) -> Authorization:
    """A request with fresh values wherever none are given. ``openid`` is always asked for."""
    scopes = scope_list([*scopes, "openid"])
    state, nonce, verifier = state or new_value(), nonce or new_value(), code_verifier or make_verifier()
    parameters = {
        "redirect_uri": redirect_uri,
        "scope": " ".join(scopes),
        "state": state,
        "nonce": nonce,
        "code_challenge": challenge(verifier, code_challenge_method),
        "code_challenge_method": code_challenge_method,
    }
    if prompt:
        parameters["prompt"] = prompt
    return Authorization(
        url=server.authorization_url(parameters),
        state=state,
        nonce=nonce,
        code_verifier=verifier,
        code_challenge=parameters["code_challenge"],
        redirect_uri=redirect_uri,
        scopes=tuple(scopes),
        issuer=server.connection.issuer,
        client_id=server.connection.need("client_id"),
    )


def code_of(query: str, *, state: str, issuer: str) -> str:
    """The code in an answer's query (RFC 6749 section 4.1.2, RFC 9207 section 2.4).

    Raises ``ForgedAnswerError`` where it does not belong to the request, ``DeniedError`` where it says no.
    """
    try:
        values = parse_qs(query, keep_blank_values=True, max_num_fields=50)
    except ValueError:
        raise ForgedAnswerError("The answer can't be read.") from None
    single = {name: items[0] for name, items in values.items() if len(items) == 1}
    if any(name in values and name not in single for name in ("state", "code", "error", "iss")):
        raise ForgedAnswerError("The answer names something twice.")
    if not same(single.get("state", ""), state):
        raise ForgedAnswerError("The answer's state is not that of this sign-in.")
    if "iss" in single and single["iss"] != issuer:
        raise ForgedAnswerError(f"The answer is of another issuer: {one_line(single['iss'], 200)}.")
    if single.get("error"):
        said = ": ".join(one_line(single[name]) for name in ("error", "error_description") if single.get(name))
        raise DeniedError(f"The sign-in did not succeed: {said.rstrip('.')}.", _advice(single["error"]))
    if not single.get("code"):
        raise ForgedAnswerError("The answer has neither code nor error.")
    return single["code"]


def code_of_response(response: str, request: Mapping[str, Any]) -> str:
    """The code in the whole URL that the browser was sent to; the URL must be the request's redirect URI."""
    pasted = response.strip()
    try:
        parts, expected = urlsplit(pasted), urlsplit(request["redirect_uri"])
        is_expected = _place(parts) == _place(expected)
    except ValueError:
        raise OptionError("redirect_response is no URL.", _PASTE) from None
    if not parts.scheme or not parts.query:
        raise OptionError("redirect_response is not the URL that the browser was sent to.", _PASTE)
    query = parts.query
    if expected.query:  # a registered URI's own parameters come first (RFC 6749 section 3.1.2)
        if not query.startswith(expected.query + "&"):
            raise OptionError("redirect_response is of another redirect_uri.", _PASTE)
        query = query[len(expected.query) + 1 :]
    if not is_expected:
        raise OptionError(
            f"redirect_response is of another redirect_uri than {one_line(request['redirect_uri'], 200)}.", _PASTE
        )
    return code_of(query, state=request["state"], issuer=request["issuer"])


def _place(parts: SplitResult) -> tuple[str, str]:
    """A URL without its query, in one form for all that browsers write alike."""
    return origin(parts.geturl()), parts.path or "/"


_PASTE = "Paste the whole address that the browser shows after signing in, from http to the end."


def _advice(error: str) -> str:
    return {
        "access_denied": "The person refused, or may not use this application.",
        "invalid_scope": "The application's allowed scopes do not have all that was asked for.",
        "unauthorized_client": "The application's grant types do not include authorization_code.",
    }.get(error, "")
