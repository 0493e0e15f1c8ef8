# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Start and stop of named outages, and their control endpoints."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from flask import Flask, Response, jsonify

from ..model.outages import OUTAGES, StartedOutage, find_outage
from ..model.state import Tenant, World


def start_outage(world: World, tenant: Tenant, name: str) -> None:
    """Start an outage; one that was started stays as it is. An unknown name is an error."""
    outage = find_outage(name)
    if name in tenant.outages:
        return
    previous = {setting: getattr(tenant.settings, setting) for setting in outage.settings}
    tenant.change_settings(copy.deepcopy(outage.settings))
    added = {world.faults.add({**copy.deepcopy(fault), "tenant": tenant.id}).id for fault in outage.faults}
    tenant.outages[name] = StartedOutage(previous, added)


def stop_outage(world: World, tenant: Tenant, name: str) -> None:
    """Remove the faults of an outage, and restore its settings. If it was not started, do nothing."""
    find_outage(name)
    started = tenant.outages.pop(name, None)
    if started is not None:
        tenant.change_settings(started.previous)
        world.faults.remove(started.faults)


def register_routes(
    app: Flask, world: World, find_tenant: Callable[[str], Tenant], read_document: Callable[[], dict[str, Any]]
) -> None:
    """Add the routes."""

    @app.get("/_emulator/outages")
    def list_all_outages() -> Response:
        """Return all named outages with what they do."""
        return jsonify({name: asdict(outage) for name, outage in OUTAGES.items()})

    @app.get("/_emulator/tenants/<tenant_id>/outages")
    def list_outages(tenant_id: str) -> Response:
        return jsonify(list(find_tenant(tenant_id).outages))

    @app.post("/_emulator/tenants/<tenant_id>/outages")
    def start(tenant_id: str) -> Response:
        tenant, document = find_tenant(tenant_id), read_document()
        if document.keys() != {"name"} or not isinstance(document["name"], str):
            raise ValueError(f'expected {{"name": ...}}, one of {", ".join(OUTAGES)}')
        start_outage(world, tenant, document["name"])
        return jsonify(list(tenant.outages))

    @app.delete("/_emulator/tenants/<tenant_id>/outages/<name>")
    def stop(tenant_id: str, name: str) -> Response:
        stop_outage(world, find_tenant(tenant_id), name)
        return Response(status=204)
