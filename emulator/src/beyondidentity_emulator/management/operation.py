# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An operation of the Management API, and the common parts of their paths."""

from __future__ import annotations

from dataclasses import dataclass

TENANT = "/v1/tenants/{tenant_id}"
REALMS = TENANT + "/realms"
REALM = REALMS + "/{realm_id}"
IDENTITIES = REALM + "/identities"
IDENTITY = IDENTITIES + "/{identity_id}"
GROUPS = REALM + "/groups"
GROUP = GROUPS + "/{group_id}"
APPLICATIONS = REALM + "/applications"
APPLICATION = APPLICATIONS + "/{application_id}"
SERVERS = REALM + "/resource-servers"


@dataclass(frozen=True)
class Operation:
    """One operation: its name, HTTP method, path template and the scopes that a token must have."""

    name: str
    method: str
    path: str
    scopes: tuple[str, ...]
    status: int = 200
    """Status of a successful response."""
    is_correlated: bool = False
    """Whether requests and responses have a correlation ID."""

    @property
    def is_scim(self) -> bool:
        """Return whether the operation belongs to SCIM, which has different errors and pages."""
        return "/scim/" in self.path


def define_operation(name: str, method: str, path: str, *scopes: str, status: int = 200) -> Operation:
    """Return an operation."""
    return Operation(name, method, path, scopes, status)


def define_crud_operations(singular: str, plural: str, path: str, key: str, resource: str) -> tuple[Operation, ...]:
    """Return the five operations on one type of objects."""
    item = f"{path}/{{{key}}}"
    return (
        define_operation(f"Create{singular}", "POST", path, f"{resource}:create"),
        define_operation(f"List{plural}", "GET", path, f"{resource}:read"),
        define_operation(f"Get{singular}", "GET", item, f"{resource}:read"),
        define_operation(f"Update{singular}", "PATCH", item, f"{resource}:update"),
        define_operation(f"Delete{singular}", "DELETE", item, f"{resource}:delete"),
    )
