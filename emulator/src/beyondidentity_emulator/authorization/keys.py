# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The key that signs tokens, generated at the first start."""

from __future__ import annotations

from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import RSAKey

BITS = 2048


class SigningKey:
    """An RSA key that signs JWTs."""

    def __init__(self, private_key: dict[str, Any] | None = None) -> None:
        """Generate a key, or import a private JWK."""
        if private_key is None:
            self._key = RSAKey.generate_key(BITS, {"use": "sig", "alg": "RS256"}, auto_kid=True)
        else:
            self._key = RSAKey.import_key(private_key)

    def export_private(self) -> dict[str, Any]:
        """Return the private JWK."""
        return self._key.as_dict(private=True)

    @property
    def kid(self) -> str:
        """Return the key's ID."""
        return str(self._key.kid)

    def sign(self, claims: dict[str, Any], jku: str) -> str:
        """Return a JWT with these claims."""
        header = {"alg": "RS256", "typ": "JWT", "kid": self.kid, "jku": jku}
        return jwt.encode(header, claims, self._key)

    def read(self, token: str) -> dict[str, Any] | None:
        """Return the claims of a JWT that this key signed; otherwise None."""
        try:
            return dict(jwt.decode(token, self._key, algorithms=["RS256"]).claims)
        except (JoseError, ValueError):
            return None

    def jwks(self) -> dict[str, Any]:
        """Return the public key set."""
        return {"keys": [self._key.as_dict(private=False)]}
