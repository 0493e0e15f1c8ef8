# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The operations of SCIM."""

from __future__ import annotations

from .operation import REALM, operation

SCIM = REALM + "/scim/v2"
USERS = SCIM + "/Users"
USER = USERS + "/{user_id}"
SCIM_GROUPS = SCIM + "/Groups/"

SCIM_OPERATIONS = (
    operation("SCIMCreateUser", "POST", USERS, "scim:users:create", status=201),
    operation("SCIMListUsers", "GET", USERS, "scim:users:read"),
    operation("SCIMGetUser", "GET", USER, "scim:users:read"),
    operation("SCIMUpdateUser", "PATCH", USER, "scim:users:update"),
    operation("SCIMReplaceUser", "PUT", USER, "scim:users:update"),
    operation("SCIMDeleteUser", "DELETE", USER, "scim:users:delete", status=204),
    # The slash at the end is the service's.
    operation("SCIMCreateGroup", "POST", SCIM_GROUPS, "scim:groups:create", status=201),
    operation("SCIMListGroups", "GET", SCIM_GROUPS, "scim:groups:read"),
    operation("SCIMGetGroup", "GET", SCIM_GROUPS + "{group_id}", "scim:groups:read"),
    operation("SCIMUpdateGroup", "PATCH", SCIM_GROUPS + "{group_id}", "scim:groups:update"),
    operation("SCIMDeleteGroup", "DELETE", SCIM_GROUPS + "{group_id}", "scim:groups:delete", status=204),
    operation("ListResourceTypes", "GET", SCIM + "/ResourceTypes"),
    operation("ListSchemas", "GET", SCIM + "/Schemas"),
    operation("GetServiceProviderConfig", "GET", SCIM + "/ServiceProviderConfig"),
)
