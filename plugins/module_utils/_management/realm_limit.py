# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Limits a run to one realm."""

from __future__ import annotations

from .._connection_options import PINNED_REALM_VARIABLE
from .._errors import OptionError
from .._text import sanitize_for_display
from .operation import Operation


def refuse_other_realm(pinned_id: str | None, operation: Operation, realm_id: str | None) -> None:
    """Raise `OptionError` if the run is pinned to a realm, and an operation addresses another realm or changes the tenant.

    Args:
        realm_id: the realm in the operation's path; `None` for an operation on the tenant.
    """
    if pinned_id is None or realm_id == pinned_id or (realm_id is None and operation.is_reading):
        return
    target = f"addresses the realm {sanitize_for_display(realm_id, 80)}" if realm_id else "changes the tenant"
    raise OptionError(
        f"{PINNED_REALM_VARIABLE} limits this run to the realm {pinned_id}, but {operation.name} {target}.",
        f"Set realm_id to {pinned_id}, or run the task without {PINNED_REALM_VARIABLE}.",
    )
