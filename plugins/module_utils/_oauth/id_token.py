# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Validation of the ID token: who signed in, and that the response belongs to this request."""

from __future__ import annotations

import traceback
from collections.abc import Mapping
from typing import Any

from .._errors import MalformedResponseError, OptionError
from .._text import sanitize_for_display
from .authorization_server import AuthorizationServer
from .connection import Connection
from .constant_time import are_equal
from .issuer import WRONG_ISSUER_HINT

try:
    import jwt
    from jwt.algorithms import has_crypto
except ImportError:
    IMPORT_ERROR: str | None = traceback.format_exc()
else:
    IMPORT_ERROR = None

_LEEWAY = 60  # seconds that two clocks may differ


def require_pyjwt() -> None:
    """Raise `OptionError` if PyJWT or cryptography is missing, before a code is spent."""
    if IMPORT_ERROR or not has_crypto:
        raise OptionError(
            "Cannot validate the ID token: the Python library PyJWT, or cryptography that PyJWT requires, is missing.",
            "Install both for the Python that runs this task: python -m pip install 'PyJWT[crypto]'",
        )


def validate_id_token(id_token: str, server: AuthorizationServer, nonce: str | None) -> dict[str, Any]:
    """Return the claims of a valid ID token (OpenID Connect Core 1.0 section 3.1.3.7).

    Accepts RS256 only, with the issuer's own keys: the keys in the token's header are ignored.

    Args:
        nonce: the request's nonce; `None` if the request is not known, so the nonce is not checked.

    Raises:
        MalformedResponseError: the ID token is not valid, or belongs to another request.
        ResponseError, TransportError: the issuer's keys cannot be read.
    """
    require_pyjwt()
    connection = server.connection
    claims = _verify_signature(id_token, server)
    if claims["iss"] != connection.issuer:  # PyJWT 2.10.0 accepts a part of the issuer
        raise MalformedResponseError(
            f"The ID token is from another issuer: {sanitize_for_display(claims['iss'], 200)}.", WRONG_ISSUER_HINT
        )
    received = claims.get("nonce")
    if nonce is not None and not (isinstance(received, str) and are_equal(received, nonce)):
        raise MalformedResponseError(
            "The ID token belongs to another sign-in: its nonce is not the request's.",
            "Sign in again, and use the response to the newest request.",
        )
    has_several_audiences = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
    if (has_several_audiences or "azp" in claims) and not _is_own_party(claims.get("azp"), connection):
        raise MalformedResponseError("The ID token was not issued to this client (azp).", WRONG_ISSUER_HINT)
    return claims


def _is_own_party(azp: Any, connection: Connection) -> bool:
    """Whether `azp` is the client ID, or the application's path, as in the service's access tokens."""
    path = f"tenants/{connection.tenant_id}/realms/{connection.auth_realm_id}/applications/{connection.application_id}"
    return isinstance(azp, str) and azp in (connection.client_id, path)


def _verify_signature(id_token: str, server: AuthorizationServer) -> dict[str, Any]:
    try:
        header = jwt.get_unverified_header(id_token)
        if header.get("alg") != "RS256":
            raise MalformedResponseError(
                f"The ID token is signed with {sanitize_for_display(header.get('alg'), 40)}, not RS256.",
                WRONG_ISSUER_HINT,
            )
        if "crit" in header:  # RFC 7515 section 4.1.11; PyJWT before 2.12 ignores it
            raise MalformedResponseError(
                "The ID token requires an extension that is not supported (crit).", WRONG_ISSUER_HINT
            )
        claims: dict[str, Any] = jwt.decode(
            id_token,
            key=_select_key(server.read_keys(), header.get("kid")),
            algorithms=["RS256"],
            audience=server.connection.require("client_id"),
            leeway=_LEEWAY,
            options={"require": ["exp", "iat", "iss", "aud"]},
        )
    except (jwt.PyJWTError, OverflowError, RecursionError, TypeError) as error:  # by version of PyJWT
        raise MalformedResponseError(
            f"The ID token is not valid: {sanitize_for_display(error, 200).rstrip('.')}.",
            "The tokens of this response are not used. Check issuer and the clock of this machine, then sign in again.",
        ) from None
    return claims


def _select_key(published: Mapping[str, Any], key_id: Any) -> Any:
    """Return the RSA signing key with this ID; without an ID, the only key."""
    keys = published.get("keys")
    usable = [
        key
        for key in (keys if isinstance(keys, list) else [])
        if isinstance(key, dict)
        and (key.get("kty"), key.get("use", "sig"), key.get("alg", "RS256")) == ("RSA", "sig", "RS256")
    ]
    found = [key for key in usable if key_id is None or key.get("kid") == key_id]
    if len(found) != 1:
        raise MalformedResponseError(
            "The ID token is signed with a key that the issuer does not publish.", WRONG_ISSUER_HINT
        )
    try:
        return jwt.PyJWK(found[0], "RS256").key
    except (jwt.PyJWTError, AttributeError, KeyError, TypeError, ValueError):  # by version of PyJWT
        raise MalformedResponseError(
            "The key that the issuer publishes for the ID token is not valid.", WRONG_ISSUER_HINT
        ) from None
