# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the authenticating realm knows about a token."""

from __future__ import annotations

from typing import Any

from .._management.operation_scopes import INTROSPECTION_SCOPE
from .._management.predicted_operations import TOKENS, get_prediction_place
from .._predicted import is_predicted
from .context import TaskContext
from .scoped_token import ScopedToken, has_credentials


def introspect(task: TaskContext, value: str) -> dict[str, Any]:
    """Return `active`, and an active token's claims.

    Authenticates with the client's own credentials, or if there are none, with a token that has `tokens:introspect`. In check
    mode, a predicted token is active, and a token whose revocation was predicted is not.
    """
    if is_predicted(value) or task.has_predicted_credentials:
        task.mark_as_predicted()
        return {"active": True}
    if has_credentials(task):
        introspection = task.server.introspect(value)
    else:
        token = ScopedToken(task, INTROSPECTION_SCOPE)
        introspection = token.use(lambda access_token: task.server.introspect(value, access_token=access_token))
    if task.check_mode and introspection.get("jti") in _list_revoked(task):
        task.mark_as_predicted()
        return {"active": False}
    return introspection


def _list_revoked(task: TaskContext) -> list[str]:
    return task.predictions.read(get_prediction_place(task.connection, TOKENS)).deleted
