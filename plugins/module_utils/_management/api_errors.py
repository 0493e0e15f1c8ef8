# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Advice for an error of the Management API."""

from __future__ import annotations

from collections.abc import Sequence

from .._errors import ResponseError
from .._oauth.token_errors import hint_on_refused_token
from .._oauth.token_sources import TokenSource
from .._text import join_names
from .operation import Operation

_IDENTITY_PATHS = ("/identities", "/identities/{identity_id}", "/scim/v2/Users", "/scim/v2/Users/{user_id}")


def hint_on_api_error(error: ResponseError, operation: Operation, scopes: Sequence[str], source: TokenSource) -> str:
    """Return advice for a refused operation, or an empty text.

    Args:
        scopes: the scopes that the token was requested with.
        source: where the token is from.
    """
    connection = source.connection
    refused_token = hint_on_refused_token(connection.credential_type, connection.access_token, source.failure)
    if error.status == 403:
        needed = operation.scopes or scopes
        requirement = f"the scopes {join_names(needed)}, and " if needed else ""
        return f"{operation.name} needs {requirement}a token of this tenant that may manage this realm. {refused_token}"
    if error.status == 404:
        return _hint_on_absence(operation)
    if error.status == 409:
        return _hint_on_conflict(operation)
    if error.status == 401:
        return refused_token
    return ""


def _hint_on_absence(operation: Operation) -> str:
    if not operation.is_deployed:
        return (
            f"Beyond Identity describes {operation.name}, but its service might not have it and then responds with 404."
        )
    return "The object, the managed realm or the tenant does not exist. Check the IDs, and api_url."


def _hint_on_conflict(operation: Operation) -> str:
    if operation.method == "DELETE":
        return "Remove the objects that belong to it first."
    if operation.path.endswith(_IDENTITY_PATHS):
        return (
            "Another identity may have the username or an e-mail address. beyondidentity.management.identity_info lists "
            "identities. A username can be its filter, an e-mail address cannot."
        )
    return ""
