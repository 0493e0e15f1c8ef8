# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The control endpoints below /_emulator/, with which tests configure and inspect the emulator."""

from __future__ import annotations

from typing import Any

from flask import Flask, Response, jsonify, request

from ..management.builtin_objects import create_tenant_with_defaults, find_managed_object
from ..model.settings import Settings
from ..model.state import Tenant, World
from ..web.errors import ApiError
from . import outages
from .seeding import seed


def describe_tenant(world: World, tenant: Tenant) -> dict[str, Any]:
    """Return the IDs, URLs and credentials of a tenant's built-in application."""
    realm = tenant.realms[tenant.admin_realm_id]
    application = find_managed_object(realm, "applications")
    return {
        "tenant_id": tenant.id,
        "realm_id": realm.id,
        "application_id": application["id"],
        "issuer": world.issuer(tenant.id, realm.id, application["id"]),
        "api_url": world.base_url,
        "client_id": application["protocol_config"]["client_id"],
        "client_secret": application["protocol_config"]["client_secret"],
        "resource_server_id": find_managed_object(realm, "resource_servers")["id"],
    }


def register_routes(app: Flask, world: World) -> None:
    """Add the routes."""
    _register_tenants(app, world)
    _register_journal(app, world)
    _register_faults(app, world)

    @app.errorhandler(ValueError)
    def value_error(error: ValueError) -> tuple[Response, int]:
        if not request.path.startswith("/_emulator/"):
            raise error
        return jsonify(code="bad_request", message=str(error)), 400

    @app.post("/_emulator/reset")
    def reset() -> Response:
        """Remove all tenants except the first, all faults and the journal."""
        with world.lock:
            first = next(iter(world.tenants))
            world.tenants = {first: world.tenants[first]}
            world.tokens = {value: token for value, token in world.tokens.items() if token.tenant_id == first}
            world.tenants[first].settings = Settings()
            world.tenants[first].outages.clear()
        world.faults.clear()
        world.journal.clear()
        return Response(status=204)


def _register_tenants(app: Flask, world: World) -> None:
    def find_tenant(identifier: str) -> Tenant:
        """Return the tenant with an ID; `first` is the tenant that the emulator starts with."""
        tenant = world.tenants.get(next(iter(world.tenants)) if identifier == "first" else identifier)
        if tenant is None:
            raise ApiError(404, f"no tenant {identifier}")
        return tenant

    outages.register_routes(app, world, find_tenant, _read_document)

    @app.post("/_emulator/tenants")
    def create_tenant() -> Response:
        settings = Settings()
        settings.update(_read_document())
        return jsonify(describe_tenant(world, create_tenant_with_defaults(world, settings)))

    @app.patch("/_emulator/tenants/<tenant_id>/settings")
    def change_settings(tenant_id: str) -> Response:
        tenant = find_tenant(tenant_id)
        tenant.change_settings(_read_document())
        return jsonify(vars(tenant.settings))

    @app.post("/_emulator/tenants/<tenant_id>/seed")
    def seed_tenant(tenant_id: str) -> Response:
        with world.lock:
            return jsonify(seed(world, find_tenant(tenant_id), _read_document()))

    @app.post("/_emulator/tenants/<tenant_id>/revoke-tokens")
    def revoke_tokens(tenant_id: str) -> Response:
        return jsonify(revoked=find_tenant(tenant_id).revoke_tokens())

    @app.get("/_emulator/tenants/<tenant_id>/outbox")
    def read_outbox(tenant_id: str) -> Response:
        return jsonify(find_tenant(tenant_id).outbox)


def _register_journal(app: Flask, world: World) -> None:
    @app.get("/_emulator/journal")
    def read_journal() -> Response:
        return jsonify(world.journal.select(request.args.to_dict()))

    @app.delete("/_emulator/journal")
    def clear_journal() -> Response:
        world.journal.clear(request.args.get("tenant"))
        return Response(status=204)


def _register_faults(app: Flask, world: World) -> None:
    @app.post("/_emulator/faults")
    def add_fault() -> Response:
        return jsonify(vars(world.faults.add(_read_document())))

    @app.get("/_emulator/faults")
    def read_faults() -> Response:
        return jsonify(world.faults.list_faults())

    @app.delete("/_emulator/faults")
    def clear_faults() -> Response:
        world.faults.clear(request.args.get("tenant"))
        return Response(status=204)


def _read_document() -> dict[str, Any]:
    document = request.get_json(silent=True)
    if not isinstance(document, dict):
        raise ApiError(400, "expected a JSON object")
    return document
