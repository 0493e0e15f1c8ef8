# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The claims of a self-contained token, without a check of its signature."""

from __future__ import annotations

import base64
from typing import Any

from .._json_objects import parse_json_object


def read_unverified_claims(token: str) -> dict[str, Any] | None:
    """Return the claims of a JWT (RFC 7519), or `None` for a referential (opaque) token.

    Nothing proves that the token is genuine: use the claims only to learn about a token of your own.
    """
    parts = token.split(".")
    if len(parts) != 3:
        return None
    try:
        claims = parse_json_object(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except ValueError:
        return None
    return None if isinstance(claims, str) else claims
