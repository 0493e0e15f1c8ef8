# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whom an access token was issued for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .jwt_claims import read_unverified_claims

_PRINCIPAL = "bi_p"  # an ID, or a path that ends in the ID


def find_principal_id(access_token: str) -> str | None:
    """Return the ID of the application or identity that a token was issued for; `None` if the token does not contain it.

    A referential token tells nothing. Use the ID only to protect the principal: the claims are not verified.
    """
    return read_principal_id(read_unverified_claims(access_token) or {})


def read_principal_id(claims: Mapping[str, Any]) -> str | None:
    """Return the same, given the token's claims."""
    principal = claims.get(_PRINCIPAL)
    return principal.rpartition("/")[2] or None if isinstance(principal, str) else None
