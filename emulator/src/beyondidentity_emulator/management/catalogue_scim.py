# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The operations of SCIM."""

from __future__ import annotations

from .operation import REALM, define_operation

SCIM = REALM + "/scim/v2"
USERS = SCIM + "/Users"
USER = USERS + "/{user_id}"
SCIM_GROUPS = SCIM + "/Groups"
SCIM_GROUP = SCIM_GROUPS + "/{group_id}"

SCIM_OPERATIONS = (
    define_operation("SCIMCreateUser", "POST", USERS, "scim:users:create", status=201),
    define_operation("SCIMListUsers", "GET", USERS, "scim:users:read"),
    define_operation("SCIMGetUser", "GET", USER, "scim:users:read"),
    define_operation("SCIMUpdateUser", "PATCH", USER, "scim:users:update"),
    define_operation("SCIMReplaceUser", "PUT", USER, "scim:users:update"),
    define_operation("SCIMDeleteUser", "DELETE", USER, "scim:users:delete", status=204),
    # The description has a slash at the end of the collection's path, the service has not.
    define_operation("SCIMCreateGroup", "POST", SCIM_GROUPS, "scim:groups:create", status=201),
    define_operation("SCIMListGroups", "GET", SCIM_GROUPS, "scim:groups:read"),
    define_operation("SCIMGetGroup", "GET", SCIM_GROUP, "scim:groups:read"),
    define_operation("SCIMUpdateGroup", "PATCH", SCIM_GROUP, "scim:groups:update"),
    define_operation("SCIMDeleteGroup", "DELETE", SCIM_GROUP, "scim:groups:delete", status=204),
    define_operation("ListResourceTypes", "GET", SCIM + "/ResourceTypes"),
    define_operation("ListSchemas", "GET", SCIM + "/Schemas"),
    define_operation("GetServiceProviderConfig", "GET", SCIM + "/ServiceProviderConfig"),
)
