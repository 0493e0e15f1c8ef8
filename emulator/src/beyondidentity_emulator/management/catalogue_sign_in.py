# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The operations on what persons see when they sign in: themes, and the ways to their authenticator."""

from __future__ import annotations

from .operation import REALM, define_operation

THEMES = REALM + "/themes"
FLOW_TYPES = REALM + "/flow-type-config"
READ_FLOW_TYPES = ("tenants:read", "realms:read", "flow-type:read", "flow-type:create")

SIGN_IN = (
    define_operation("CreateTheme", "POST", THEMES, "themes:create"),
    define_operation("GetActiveTheme", "GET", THEMES + "/active", "themes:read"),
    define_operation("GetTheme", "GET", THEMES + "/{theme_id}", "themes:read"),
    define_operation("UpdateTheme", "PATCH", THEMES + "/{theme_id}", "themes:update"),
    define_operation("GetFlowTypeConfig", "GET", FLOW_TYPES, *READ_FLOW_TYPES),
    define_operation("UpdateFlowTypeConfig", "PATCH", FLOW_TYPES, *READ_FLOW_TYPES, "flow-type:update"),
)
