# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the authenticating realm knows about a token."""

from __future__ import annotations

from typing import Any

from .context import TaskContext
from .scoped_token import ScopedToken, has_credentials

_SCOPE = "tokens:introspect"


def introspect(task: TaskContext, value: str) -> dict[str, Any]:
    """Return `active`, and an active token's claims.

    Authenticates with the client's own credentials, or if there are none, with a token that has `tokens:introspect`.
    """
    if has_credentials(task):
        return task.server.introspect(value)
    return ScopedToken(task, _SCOPE).use(lambda access_token: task.server.introspect(value, access_token=access_token))
