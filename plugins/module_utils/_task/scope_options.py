# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options that say which scopes a token must have."""

from __future__ import annotations

from dataclasses import dataclass

from .._oauth.scopes import parse_scopes


@dataclass(frozen=True)
class ScopeOptions:
    """Scopes, and operations of the Management API whose scopes are requested too; `None` for what is not set."""

    scopes: list[str] | None
    operations: list[str] | None

    def resolve(self, *additional: str) -> list[str]:
        """Return all scopes that the options request, and the additional ones: sorted, each once."""
        return parse_scopes([*additional, *(self.scopes or ()), *self._list_operation_scopes()])

    def _list_operation_scopes(self) -> list[str]:
        if not self.operations:
            return []
        from .._management.operation_scopes import get_operation_scopes  # with the catalogue, which few calls need

        return get_operation_scopes(self.operations)
