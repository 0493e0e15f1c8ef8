# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Identifiers and secrets in the formats of the service."""

from __future__ import annotations

import base64
import secrets
import string
import uuid

ALPHANUMERIC = (string.ascii_letters + string.digits).encode()
# 248 is the largest multiple of 62 below 256; the values above it are slightly more likely, which does not matter here.
JWE_HEADER = base64.urlsafe_b64encode(b'{"alg":"dir","enc":"A256GCM"}').decode().rstrip("=")
BYTE_TO_ALPHANUMERIC = bytes(ALPHANUMERIC[value % len(ALPHANUMERIC)] for value in range(256))


def generate_alphanumeric(length: int) -> str:
    """Return random letters and digits."""
    return secrets.token_bytes(length).translate(BYTE_TO_ALPHANUMERIC).decode()


def generate_tenant_id() -> str:
    """Return a tenant's ID: 16 hexadecimal digits that begin with 0001."""
    return "0001" + secrets.token_hex(6)


def generate_realm_id() -> str:
    """Return a realm's ID: 16 hexadecimal digits."""
    return secrets.token_hex(8)


def generate_object_id() -> str:
    """Return the ID of an application, resource server or authenticator configuration."""
    return str(uuid.uuid4())


def generate_short_id() -> str:
    """Return the ID of an identity, group or role: 16 hexadecimal digits."""
    return secrets.token_hex(8)


def generate_client_id() -> str:
    """Return a client ID: 24 letters, digits, hyphens and underscores."""
    return secrets.token_urlsafe(18)


def generate_client_secret() -> str:
    """Return a client secret: 48 letters and digits."""
    return generate_alphanumeric(48)


def generate_opaque_token(form: str) -> str:
    """Return a token that only the service can read: like a JWE without an encrypted key (`jwe`), or `random`."""
    if form == "random":
        return generate_alphanumeric(64)
    return f"{JWE_HEADER}..{secrets.token_urlsafe(12)}.{secrets.token_urlsafe(96)}.{secrets.token_urlsafe(16)}"


def generate_token_id() -> str:
    """Return a token's ID: 32 letters and digits."""
    return generate_alphanumeric(32)
