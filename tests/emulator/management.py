# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Management API's routes."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable

from flask import Flask, Response, jsonify
from werkzeug.routing import BaseConverter

from . import (
    described_operations,
    group_members,
    identities,
    objects,
    roles,
    scim,
    scim_discovery,
    scim_groups,
    scim_users,
    tenant_and_realms,
    token_list,
)
from .bearer import authorize
from .catalogue import OPERATIONS
from .errors import ApiError
from .operation import Operation
from .operation_call import Call, Handler
from .state import World


class Identifier(BaseConverter):
    """A path parameter; a colon separates it from a verb."""

    regex = "[^/:]+"


def register_routes(app: Flask, world: World) -> None:
    """Add a route for every operation of the catalogue; fail if a handler is missing."""
    app.url_map.converters["id"] = Identifier
    handlers = _build_handlers()
    for operation in OPERATIONS:
        path = re.sub(r"{(\w+)}", r"<id:\1>", operation.path)
        handler = handlers[operation.name] if operation.is_modelled else described_operations.build_handler(operation)
        view = _build_view(world, operation, handler)
        app.add_url_rule(path, operation.name, view, methods=[operation.method])


def _build_view(world: World, operation: Operation, handler: Handler) -> Callable[..., Response]:
    def view(**parameters: str) -> Response:
        try:
            target = authorize(world, operation, parameters["tenant_id"], parameters.get("realm_id"))
            # Reading the description is slow and changes nothing, so it needs no lock.
            with world.lock if operation.is_modelled else contextlib.nullcontext():
                response_body = handler(Call(world, target, parameters))
        except ApiError as error:
            if operation.is_scim:
                return scim.build_error_response(error)
            raise
        response = Response() if response_body is None else jsonify(response_body)
        response.status_code = operation.status
        return response

    return view


def _build_handlers() -> dict[str, Handler]:
    modules = (
        tenant_and_realms,
        objects,
        identities,
        group_members,
        roles,
        token_list,
        scim_users,
        scim_groups,
        scim_discovery,
    )
    return {name: handler for module in modules for name, handler in module.build_handlers().items()}
