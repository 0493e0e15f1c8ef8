# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What to do about an error of the Management API."""

from __future__ import annotations

from collections.abc import Sequence

from .._errors import ResponseError
from .._oauth.token_errors import hint_on_refused_token
from .._text import join_names
from .operation import Operation


def hint_on_api_error(error: ResponseError, operation: Operation, scopes: Sequence[str], credential_type: str) -> str:
    """Return advice for a refused operation, or an empty text.

    Args:
        scopes: the scopes that the token was requested with.
        credential_type: what the request is authorized by, as `Connection.credential_type`.
    """
    if error.status == 403:
        needed = operation.scopes or scopes
        requirement = f"the scopes {join_names(needed)}, and " if needed else ""
        return (
            f"{operation.name} needs {requirement}a token of this tenant that can manage this realm. "
            f"{hint_on_refused_token(credential_type)}"
        )
    if error.status == 404 and not operation.is_deployed:
        return (
            f"Beyond Identity describes {operation.name}, but its service may not have it and then responds with 404."
        )
    if error.status == 409 and operation.method == "DELETE":
        return "Remove the objects that belong to it first."
    if error.status == 401:
        return hint_on_refused_token(credential_type)
    return ""
