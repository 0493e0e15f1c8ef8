# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Management API's routes."""

from __future__ import annotations

import re
from collections.abc import Callable

from flask import Flask, Response, g, jsonify, request
from werkzeug.exceptions import NotFound
from werkzeug.routing import BaseConverter

from .management import (
    batch_jobs,
    binding_jobs,
    credentials,
    flow_types,
    group_members,
    identities,
    identity_providers,
    objects,
    roles,
    sso_assignments,
    sso_configs,
    tenant_and_realms,
    themes,
    token_list,
)
from .management.bearer import authorize
from .management.catalogue import OPERATIONS
from .management.catalogue_scim import SCIM_GROUPS
from .management.correlation import add_header, check_header
from .management.field_rules import hide_fields, show_classification
from .management.operation import Operation
from .management.operation_call import Call, Handler
from .management.query_parameters import refuse_unknown_parameters
from .management.shifting import shift_list
from .model.state import Tenant, World
from .scim import discovery as scim_discovery
from .scim import groups as scim_groups
from .scim import users as scim_users
from .scim.messages import build_error_response
from .web.errors import ApiError, not_found


class Identifier(BaseConverter):
    """A path parameter; a colon separates it from a verb."""

    regex = "[^/:]+"


def register_routes(app: Flask, world: World) -> None:
    """Add a route for every operation of the catalogue; fail if a handler is missing."""
    app.url_map.converters["id"] = Identifier
    handlers = _build_handlers()
    for operation in OPERATIONS:
        path = re.sub(r"{(\w+)}", r"<id:\1>", operation.path)
        handler = handlers[operation.name]
        view = _build_view(world, operation, handler)
        app.add_url_rule(path, operation.name, view, methods=[operation.method])
        if operation.path == SCIM_GROUPS:
            app.add_url_rule(f"{path}/", operation.name, view, methods=[operation.method])


def _build_view(world: World, operation: Operation, handler: Handler) -> Callable[..., Response]:
    def view(**parameters: str) -> Response:
        _check_deployed(world, operation, parameters["tenant_id"])
        try:
            target = authorize(world, operation, parameters["tenant_id"], parameters.get("realm_id"))
            settings = target.tenant.settings
            if settings.unknown_parameters == "refuse":
                refuse_unknown_parameters(operation)
            _check_readable(target.tenant, operation)
            check_header(settings, operation)
            with world.lock:
                call = Call(world, target, parameters)
                response_body = handler(call)
                if g.fault is not None and g.fault.shift and isinstance(response_body, dict):
                    shift_list(call, g.fault.shift, response_body)
        except ApiError as error:
            if operation.is_scim:
                return build_error_response(error)
            raise
        response_body = show_classification(settings, operation.name, response_body)
        response_body = hide_fields(settings, operation.name, response_body)
        response = Response() if response_body is None else jsonify(response_body)
        response.status_code = operation.status
        add_header(operation, response)
        return response

    return view


def _check_deployed(world: World, operation: Operation, tenant_id: str) -> None:
    """Raise 404 for an operation or a path that the tenant's service does not have."""
    tenant = world.tenants.get(tenant_id)
    if tenant is None:
        return
    if operation.name in tenant.settings.undeployed_operations:
        raise NotFound
    if operation.path == SCIM_GROUPS and request.path.endswith("/") and not tenant.settings.documented_paths:
        raise NotFound


def _check_readable(tenant: Tenant, operation: Operation) -> None:
    """Raise 404 if the request reads a new object too early."""
    singular = operation.name.removeprefix("SCIM")
    identifier = request.path.rpartition("/")[2]
    if singular.startswith("Get") and tenant.changes.is_new(identifier, tenant.settings.get_delay):
        raise not_found(singular.removeprefix("Get"), identifier)


def _build_handlers() -> dict[str, Handler]:
    modules = (
        tenant_and_realms,
        objects,
        identities,
        group_members,
        roles,
        credentials,
        binding_jobs,
        batch_jobs,
        themes,
        flow_types,
        identity_providers,
        sso_configs,
        sso_assignments,
        token_list,
        scim_users,
        scim_groups,
        scim_discovery,
    )
    return {name: handler for module in modules for name, handler in module.build_handlers().items()}
