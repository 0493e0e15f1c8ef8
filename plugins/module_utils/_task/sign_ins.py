# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The stored sign-ins that a task uses."""

from __future__ import annotations

from .._oauth.stored_sign_ins import SignInStore
from .context import TaskContext


def open_sign_ins(task: TaskContext) -> SignInStore:
    """Return the sign-ins with the task's application, from the stores that `token_cache` allows."""
    stores = task.stores.list_for_sign_ins(task.params["token_cache"])
    return SignInStore(task.server, stores, task.replacements, task.errors)
