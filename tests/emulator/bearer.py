# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bearer tokens on requests: which token, and where it is good."""

from __future__ import annotations

from dataclasses import dataclass

from flask import g, request

from .errors import ApiError, not_found
from .issued_tokens import IssuedToken
from .operation import Operation
from .state import MANAGEMENT_AUDIENCE, Realm, Record, Tenant, World


@dataclass(frozen=True)
class Target:
    """What a request's path names: a tenant, and within it perhaps a realm and an application."""

    tenant: Tenant
    realm: Realm | None = None
    application: Record | None = None

    def holds(self, token: IssuedToken) -> bool:
        """Tell whether a token was issued here."""
        if token.tenant_id != self.tenant.id or (self.realm and token.realm_id != self.realm.id):
            return False
        return self.application is None or token.application_id == self.application["id"]

    def is_open_to(self, token: IssuedToken) -> bool:
        """Tell whether a token may act here: those of the admin realm in all of the tenant, others in their own realm."""
        if token.tenant_id != self.tenant.id:
            return False
        return token.all_realms or (self.realm is not None and token.realm_id == self.realm.id)


def bearer_value(header: str | None) -> str | None:
    """Return the token of an Authorization header, if it holds one."""
    scheme, _space, value = (header or "").partition(" ")
    return value.strip() if scheme.lower() == "bearer" and value.strip() else None


def find_active(world: World, value: str) -> IssuedToken | None:
    """Return the token with a value, if it is good for the Management API; note it in the journal in any case."""
    token = world.tokens.get(value)
    if token is None or token.token_type != "access":
        return None
    g.exchange.application_id = token.application_id
    g.exchange.token_id = token.id
    g.exchange.token_scopes = list(token.scopes)
    return token if token.is_active() and token.audience == MANAGEMENT_AUDIENCE else None


def authorize(world: World, operation: Operation, tenant_id: str, realm_id: str | None) -> Target:
    """Return the target of an operation if the request's token may carry it out there; 401, 403 or 404 otherwise."""
    value = bearer_value(request.headers.get("Authorization"))
    token = find_active(world, value) if value else None
    if token is None:
        raise ApiError(401)
    if token.tenant_id != tenant_id:
        raise ApiError(403)
    if not token.all_realms and realm_id != token.realm_id:
        raise ApiError(403)
    if not set(operation.scopes).issubset(token.scopes):
        raise ApiError(403)
    tenant = world.tenants[tenant_id]
    if realm_id is None:
        return Target(tenant)
    realm = tenant.realms.get(realm_id)
    if realm is None:
        raise not_found("Realm", realm_id)
    return Target(tenant, realm)
