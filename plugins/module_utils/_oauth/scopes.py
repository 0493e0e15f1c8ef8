# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lists of scopes (RFC 6749 section 3.3)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from .._errors import OptionError
from .._text import join_names, sanitize_for_display

OPENID = "openid"  # requests an ID token (OpenID Connect Core 1.0 section 3.1.2.1)

# RFC 6749 section 3.3: scope-token = 1*( %x21 / %x23-5B / %x5D-7E )
_SCOPE = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]+")


def parse_scopes(value: str | Iterable[str] | None, option: str = "scopes") -> list[str]:
    """Return the scopes of a list, or of space- or comma-delimited text: sorted, each once.

    Raises `OptionError`, with the name of the `option`, for a text that cannot be a scope.
    """
    parts = [value] if isinstance(value, str) else list(value or ())
    scopes = sorted({scope for part in parts for scope in str(part).replace(",", " ").split()})
    for scope in scopes:
        if not _SCOPE.fullmatch(scope):
            raise OptionError(
                f"{option}: '{sanitize_for_display(scope, 80)}' is not a valid scope.",
                "A scope has printable ASCII characters only, without quotes and backslashes. Check the spelling.",
            )
    return scopes


def parse_managed_scopes(values: Iterable[str], option: str) -> list[str]:
    """Return the scopes that an object must have. Only an empty list empties the object's list; an empty item is an error."""
    items = list(values)
    if not all(str(item).strip() for item in items):
        raise OptionError(
            f"{option} has an empty item.", f"Set {option}: [] to remove all scopes, or omit {option} to keep them."
        )
    return parse_scopes(items, option)


def read_granted_scopes(value: Any) -> tuple[str, ...] | None:
    """Return the scopes that a server names, sorted, each once; `None` if the value is neither text nor a list of texts.

    RFC 6749 section 5.1 demands space-delimited text. Some servers send a list, or comma-delimited text.
    """
    parts = value if isinstance(value, list) else [value]
    if not all(isinstance(part, str) for part in parts):
        return None
    return tuple(sorted({scope for part in parts for scope in part.replace(",", " ").split()}))


def hint_on_refused_scopes(scopes: Iterable[str], grant_type: str, suggestion: str = "") -> str:
    """Return advice for refused scopes.

    Args:
        scopes: the requested scopes.
        suggestion: what to request instead of these scopes, or an empty text.
    """
    requested = list(scopes)
    advice = suggestion or (
        "An application grants its allowed scopes only. Add the missing scopes to the application, or request fewer."
    )
    if grant_type == "authorization_code":
        advice += (
            " An application with the protocol oauth2 might not grant openid: set openid: false."
            if OPENID in requested
            else " An application with the protocol oidc may require openid: set openid: true."
        )
    elif OPENID in requested:
        advice = "openid is for sign-ins only: remove it from scopes."
    return f"Requested scopes: {join_names(requested)}. {advice}"
