# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One operation of the Management API."""

from __future__ import annotations

import re
from dataclasses import dataclass

MANAGED_PARAMETERS = ("tenant_id", "realm_id")
PAGE_PARAMETERS = ("page_token", "startIndex")  # the API's own, and SCIM's (RFC 7644 section 3.4.2.4)
_READING_POSTS = frozenset({"SSOIsGroupAssigned", "TestSsoConfig"})  # POST because they have a body
_UNDEPLOYED = frozenset({"SSOIsGroupAssigned", "IdentityToSSOConfigCheck"})  # 404, also for the vendor's own client


@dataclass(frozen=True)
class Operation:
    """An operation and all that a call of it needs.

    Attributes:
        path: the path, with its parameters in braces.
        scopes: all scopes that the token needs; empty if the operation publishes none.
        query: the names of the query's parameters.
        body: the keys that the request body must have; `None` if the operation takes no body.
        secret: whether the response may contain a secret.
    """

    name: str
    method: str
    path: str
    scopes: tuple[str, ...]
    query: tuple[str, ...] = ()
    body: tuple[str, ...] | None = None
    secret: bool = False

    @property
    def path_parameters(self) -> tuple[str, ...]:
        """The names of the path's parameters."""
        return tuple(re.findall(r"{(\w+)}", self.path))

    @property
    def default_parameters(self) -> tuple[str, ...]:
        """The path parameters that default to the managed tenant and realm. A deletion must name its object."""
        deleted = self.path_parameters[-1:] if self.method == "DELETE" else ()
        return tuple(name for name in self.path_parameters if name in MANAGED_PARAMETERS and name not in deleted)

    @property
    def is_reading(self) -> bool:
        """Whether the operation changes nothing (RFC 9110 section 9.2.1), so it may run in check mode."""
        return self.method == "GET" or self.name in _READING_POSTS

    @property
    def is_deployed(self) -> bool:
        """Whether the service has the operation. The service is known to lack two published operations."""
        return self.name not in _UNDEPLOYED

    @property
    def page_parameter(self) -> str | None:
        """The query parameter that requests the next page, or `None`."""
        return next((name for name in PAGE_PARAMETERS if name in self.query), None)

    @property
    def is_scim_listing(self) -> bool:
        """Whether the operation has pages in SCIM's form."""
        return self.page_parameter == "startIndex"

    @property
    def needs_correlation_id(self) -> bool:
        """Whether the request needs an ID of its own: operations on SSO configurations and identity providers do."""
        return "/sso-configs" in self.path or "/identity-providers" in self.path
