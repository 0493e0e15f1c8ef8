# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bearer tokens of requests, and the tenants and realms where they are valid."""

from __future__ import annotations

from dataclasses import dataclass

from flask import g, request

from ..model.issued_tokens import IssuedToken
from ..model.state import MANAGEMENT_AUDIENCE, Realm, Record, Tenant, World
from ..web.errors import ApiError, not_found
from .operation import Operation


@dataclass(frozen=True)
class Target:
    """The tenant, realm and application in a request's path."""

    tenant: Tenant
    realm: Realm | None = None
    application: Record | None = None

    def holds(self, token: IssuedToken) -> bool:
        """Return whether a token was issued by this tenant, realm or application."""
        if token.tenant_id != self.tenant.id or (self.realm and token.realm_id != self.realm.id):
            return False
        return self.application is None or token.application_id == self.application["id"]

    def is_open_to(self, token: IssuedToken) -> bool:
        """Return whether a token is valid here: tokens of the admin realm in the whole tenant, others in their own realm."""
        if token.tenant_id != self.tenant.id:
            return False
        return token.all_realms or (self.realm is not None and token.realm_id == self.realm.id)


def bearer_value(header: str | None) -> str | None:
    """Return the bearer token of an Authorization header, or None."""
    scheme, _space, value = (header or "").partition(" ")
    return value.strip() if scheme.lower() == "bearer" and value.strip() else None


def find_active(world: World, value: str) -> IssuedToken | None:
    """Return the token with this value if it is valid for the Management API; record it in the journal in any case."""
    token = world.tokens.get(value)
    if token is None or token.token_type != "access":
        return None
    g.exchange.application_id = token.application_id
    g.exchange.token_id = token.id
    g.exchange.token_scopes = list(token.scopes)
    return token if token.is_active() and token.audience == MANAGEMENT_AUDIENCE else None


def find_refusal_status(world: World, value: str | None) -> int:
    """Return the status for a token that is not valid; an expired or revoked one can have another one."""
    token = world.tokens.get(value or "")
    if token is None or token.token_type != "access" or token.is_active() or token.tenant_id not in world.tenants:
        return 401
    return world.tenants[token.tenant_id].settings.revoked_token_status


def authorize(world: World, operation: Operation, tenant_id: str, realm_id: str | None) -> Target:
    """Return the target of an operation; raise 401, 403 or 404 if the request's token does not allow it."""
    value = bearer_value(request.headers.get("Authorization"))
    token = find_active(world, value) if value else None
    if token is None:
        raise ApiError(find_refusal_status(world, value))
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
