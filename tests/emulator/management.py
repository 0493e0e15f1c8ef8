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
    described,
    directory,
    membership,
    objects,
    roles,
    scim,
    scim_discovery,
    scim_groups,
    scim_users,
    tenancy,
    tokenlist,
)
from .bearer import authorize
from .calls import Call, Handler
from .catalogue import OPERATIONS
from .errors import ApiError
from .operation import Operation
from .state import World


class Identifier(BaseConverter):
    """A path parameter; what follows a colon is a verb, not part of an id."""

    regex = "[^/:]+"


def register(app: Flask, world: World) -> None:
    """Add a route for every operation of the catalogue; a missing handler is an error here, not later."""
    app.url_map.converters["id"] = Identifier
    known = _handlers()
    for operation in OPERATIONS:
        path = re.sub(r"{(\w+)}", r"<id:\1>", operation.path)
        handler = known[operation.name] if operation.is_modelled else described.handler_of(operation)
        view = _view(world, operation, handler)
        app.add_url_rule(path, operation.name, view, methods=[operation.method])


def _view(world: World, operation: Operation, handler: Handler) -> Callable[..., Response]:
    def view(**parameters: str) -> Response:
        try:
            place = authorize(world, operation, parameters["tenant_id"], parameters.get("realm_id"))
            # Reading the description takes a while, and changes nothing.
            with world.lock if operation.is_modelled else contextlib.nullcontext():
                answer = handler(Call(world, place, parameters))
        except ApiError as error:
            if operation.is_scim:
                return scim.error_response(error)
            raise
        response = Response() if answer is None else jsonify(answer)
        response.status_code = operation.status
        return response

    return view


def _handlers() -> dict[str, Handler]:
    rooms = (
        tenancy,
        objects,
        directory,
        membership,
        roles,
        tokenlist,
        scim_users,
        scim_groups,
        scim_discovery,
    )
    return {name: handler for room in rooms for name, handler in room.handlers().items()}
