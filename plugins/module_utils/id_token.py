# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The ID token: who signed in, and that the answer belongs to this request."""

from __future__ import annotations

import traceback
from collections.abc import Mapping
from typing import Any

from .errors import MalformedResponseError, OptionError
from .oauth import AuthorizationServer
from .text import one_line, same

try:
    import jwt
    from jwt.algorithms import has_crypto
except ImportError:
    IMPORT_ERROR: str | None = traceback.format_exc()
else:
    IMPORT_ERROR = None

_LEEWAY = 60  # seconds that two clocks may differ


def require_library() -> None:
    """Fail before a code is spent where there is nothing to validate its ID token with."""
    if IMPORT_ERROR or not has_crypto:
        raise OptionError(
            "The Python library PyJWT is missing, or cryptography with it, which validates who signed in.",
            "Install it for the Python that runs this: python -m pip install 'PyJWT[crypto]'",
        )


def validate(id_token: str, server: AuthorizationServer, nonce: str | None) -> dict[str, Any]:
    """The claims of an ID token (OpenID Connect Core 1.0 section 3.1.3.7), or an error that says what is wrong.

    RS256 only, with keys of the issuer itself: what the token's own header says of keys is ignored.
    """
    require_library()
    connection = server.connection
    what = "The ID token"
    try:
        header = jwt.get_unverified_header(id_token)
        if header.get("alg") != "RS256":
            raise MalformedResponseError(f"{what} is signed with {one_line(header.get('alg'), 40)}, not RS256.")
        if "crit" in header:  # RFC 7515 section 4.1.11, which PyJWT before 2.12 knows nothing of
            raise MalformedResponseError(f"{what} has extensions that must be understood, and are not (crit).")
        key = _key(server.keys(), header.get("kid"))
        claims = jwt.decode(
            id_token,
            key=key,
            algorithms=["RS256"],
            audience=connection.need("client_id"),
            leeway=_LEEWAY,
            options={"require": ["exp", "iat", "iss", "aud"]},
        )
    except (jwt.PyJWTError, OverflowError, RecursionError, TypeError) as error:  # by version of the library
        raise MalformedResponseError(
            f"{what} is not valid: {one_line(error, 200).rstrip('.')}.",
            "It is not used, and neither is what came with it.",
        ) from None
    if claims["iss"] != connection.issuer:  # PyJWT 2.10.0 would take a part of it for the whole
        raise MalformedResponseError(f"{what} is of another issuer: {one_line(claims['iss'], 200)}.")
    given = claims.get("nonce")
    if nonce is not None and not (isinstance(given, str) and same(given, nonce)):
        raise MalformedResponseError(f"{what} belongs to another sign-in: its nonce is not the one that was sent.")
    of_several = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
    if (of_several or "azp" in claims) and claims.get("azp") != connection.client_id:
        raise MalformedResponseError(f"{what} was not issued to this client (azp).")
    return claims


def _key(published: Mapping[str, Any], kid: Any) -> Any:
    """The RSA key that signs under this id; without an id the only one."""
    keys = published.get("keys")
    usable = [
        key
        for key in (keys if isinstance(keys, list) else [])
        if isinstance(key, dict)
        and (key.get("kty"), key.get("use", "sig"), key.get("alg", "RS256")) == ("RSA", "sig", "RS256")
    ]
    found = [key for key in usable if kid is None or key.get("kid") == kid]
    if len(found) != 1:
        raise MalformedResponseError("The ID token is signed with a key that the issuer does not publish.")
    try:
        return jwt.PyJWK(found[0], "RS256").key
    except (jwt.PyJWTError, AttributeError, KeyError, TypeError, ValueError):  # by version of the library
        raise MalformedResponseError("The key that the issuer publishes can't be used.") from None
