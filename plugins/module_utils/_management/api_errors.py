# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What to do about an error of the Management API."""

from __future__ import annotations

from collections.abc import Sequence

from .._errors import ResponseError
from .._text import join_names
from .operation import Operation


def hint_on_api_error(
    error: ResponseError, operation: Operation, scopes: Sequence[str], *, has_static_token: bool
) -> str:
    """Return advice for a refused operation, or an empty text.

    Args:
        scopes: the scopes that the token was requested with.
        has_static_token: whether the user set the token, so that no other token can be requested.
    """
    if error.status == 403:
        needed = operation.scopes or scopes
        requirement = f"the scopes {join_names(needed)}, and " if needed else ""
        return f"{operation.name} needs {requirement}a token of this tenant that can manage this realm."
    if error.status == 404 and not operation.is_deployed:
        return (
            f"Beyond Identity describes {operation.name}, but its service may not have it and then responds with 404."
        )
    if error.status == 409 and operation.method == "DELETE":
        return "Remove the objects that belong to it first."
    if error.status == 401:
        return (
            "Check whether the token is expired, revoked, or of another tenant."
            if has_static_token
            else "A new token was refused too."
        )
    return ""
