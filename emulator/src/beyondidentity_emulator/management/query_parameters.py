# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The query parameters of the operations, for tenants that refuse others."""

from __future__ import annotations

from flask import request

from ..web.errors import Violations
from .operation import Operation

PAGES = frozenset(("page_size", "page_token"))
SKIPPED = PAGES | {"skip"}
SCIM = frozenset(("filter", "count", "startIndex"))
PARAMETERS: dict[str, frozenset[str]] = {
    "ListRealms": SKIPPED | {"filter"},
    "ListGroups": SKIPPED | {"filter", "order_by"},
    "ListCredentials": SKIPPED | {"filter"},
    "ListCredentialBindingJobs": SKIPPED,
    # So described, although it reads one job; the list has no filter.
    "GetCredentialBindingJob": frozenset(("filter",)),
    "ListIdentities": SKIPPED | {"filter"},
    "ListGroupMembers": SKIPPED,
    "ListIdentityGroups": SKIPPED,
    "ListGroupRoles": SKIPPED | {"resource_server_id"},
    "ListIdentityRoles": SKIPPED | {"resource_server_id"},
    "ListRoles": SKIPPED,
    "ListRoleMembers": frozenset(
        ("page_token", "groups_page_size", "groups_skip", "identities_page_size", "identities_skip")
    ),
    "ListRoleScopes": SKIPPED,
    "ListApplications": PAGES,
    "ListAuthenticatorConfigs": PAGES | {"filter"},
    "ListResourceServers": PAGES,
    "ListTokens": PAGES | {"principal_type", "principal_id"},
    "ListBatchCredentialBindingJobResults": SKIPPED,
    "listSsoConfigs": PAGES | {"type", "is_migrated", "order_by"},
    "ListIdentitiesForSsoConfig": PAGES,
    "ListSsoConfigsForIdentity": PAGES,
    "ListSsoConfigsForGroup": PAGES,
    "listIdentityProviders": PAGES,
    "SCIMListUsers": SCIM,
    "SCIMListGroups": SCIM,
}
"""More than the description names: the vendor's CLI sends `filter` and `order_by` to some lists."""


def refuse_unknown_parameters(operation: Operation) -> None:
    """Raise 400 for each unknown parameter of the request."""
    known = PARAMETERS.get(operation.name, frozenset())
    violations = Violations()
    for name in request.args:
        if name not in known:
            violations.add(name, "unknown parameter")
    violations.raise_if_any()
