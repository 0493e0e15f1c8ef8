# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether the Management API accepts a token."""

from __future__ import annotations

from collections.abc import Collection

from ..._errors import ResponseError
from ..._management.operation_scopes import get_operation_scopes
from ..context import TaskContext
from .own_application import explain_refused_token

_OPERATION = "GetTenant"  # the only operation that needs no other object; it changes nothing


def try_token(task: TaskContext, value: str, scopes: Collection[str] | None) -> bool | None:
    """Read the tenant with a token. Return whether the API accepted the token, `None` if that remains unknown.

    A token that lacks the scope for this is refused with 403. So is a revoked one, so this tells something only about a token
    that was issued a moment ago.

    Args:
        scopes: those of the token; `None` if they are unknown.

    Raises:
        BeyondIdentityError: the API cannot be reached, or refuses the token for another reason than its scopes.
    """
    try:
        task.derive(access_token=value, realm=None).build_client(_OPERATION).call(_OPERATION)
    except ResponseError as error:
        if error.status != 403 or set(get_operation_scopes([_OPERATION])) <= set(scopes or ()):
            raise explain_refused_token(task, error) from None
        return True if task.connection.credential_type == "client_credentials" else None
    return True
