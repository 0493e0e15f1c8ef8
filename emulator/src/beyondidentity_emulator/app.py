# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Flask application, with the steps before and after each operation."""

from __future__ import annotations

import os
import time
from email.utils import formatdate
from typing import Any

from flask import Flask, Response, g, jsonify, request
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from . import api_routes
from .authorization.keys import SigningKey
from .authorization.routes import AuthorizationEndpoints
from .control import routes as control_routes
from .control.access import ControlAccess
from .management import binding_links
from .management.bearer import bearer_value
from .management.catalogue import BY_NAME
from .model.state import World
from .web.errors import ApiError, error_body
from .web.failures import format_place
from .web.fault_responses import apply_fault, build_delivery, build_fault_response, replace_carried_out
from .web.http_server import DELIVERY, UNDERSCORED_HEADERS
from .web.strict_json import StrictJson

CONTROL = "/_emulator/"
JOURNAL = f"{CONTROL}journal"
LARGEST_KEPT = 64 * 1024
"""Bytes of the largest body that the journal keeps; it has many entries, which must fit in memory."""


class Emulator(Flask):
    """The application; its log shows where an error was raised, and none of the values in its message or the path."""

    def log_exception(self, exc_info: Any) -> None:
        """Write an unexpected error to the log."""
        self.logger.error("Exception on %s %s\n%s", request.method, request.endpoint, format_place(exc_info[1]))


def create_app(world: World, key: SigningKey | None = None, access: ControlAccess | None = None) -> Flask:
    """Return the emulator of a world, with the key that signs its tokens and the rules for the control endpoints."""
    # Authlib refuses http:// otherwise, on the loopback interface too.
    os.environ.setdefault("AUTHLIB_INSECURE_TRANSPORT", "1")
    app = Emulator(__name__, static_folder=None)
    app.url_map.merge_slashes = False
    app.json = StrictJson(app)
    api_routes.register_routes(app, world)
    binding_links.register_routes(app, world)
    AuthorizationEndpoints(world, key or SigningKey()).register(app)
    control_routes.register_routes(app, world)

    (access or ControlAccess()).register(app)
    app.before_request(lambda: _open_request(world))
    app.after_request(lambda response: _close_request(world, response))

    @app.errorhandler(ApiError)
    def api_error(error: ApiError) -> tuple[Response, int]:
        return jsonify(error.body), error.status

    @app.errorhandler(HTTPException)
    def http_error(error: HTTPException) -> tuple[Response, int]:
        status = error.code or 500
        response = jsonify(error_body(status))
        if isinstance(error, MethodNotAllowed) and error.valid_methods:
            response.headers["Allow"] = ", ".join(sorted(error.valid_methods))
        return response, status

    return app


def _open_request(world: World) -> Response | None:
    """Write the request to the journal; return a response if a fault or the rate limit replaces the operation."""
    if request.path.startswith(CONTROL):
        return None
    values = _read_request()
    g.named = set()
    g.exchange = world.journal.open(values, g.named)
    g.tenant_id = values["tenant_id"]
    g.fault = fault = world.faults.take(values)
    if fault is not None:
        g.exchange.fault = fault.id
        if fault.expire_token:
            _expire_token(world)
        if fault.drop and not fault.carry_out:
            return Response(status=200)
    limit_response = _rate_limit(world)
    if limit_response is not None:
        return limit_response
    if fault is None or fault.carry_out or not fault.replaces_response():
        return None
    return build_fault_response(fault, request.endpoint)


def _close_request(world: World, response: Response) -> Response:
    """Apply the fault to the response, and write its status to the journal."""
    _learn_secrets(world, response)
    if "exchange" not in g:
        return response
    _apply_settings(world, response)
    if "rate_headers" in g:
        response.headers.extend(g.rate_headers)
    fault = g.fault
    if fault is not None:
        if fault.carry_out and response.status_code < 400:
            response = replace_carried_out(fault, response, request.endpoint)
        apply_fault(fault, response)
        request.environ[DELIVERY] = build_delivery(fault)
    if fault is None or not fault.drop or fault.carry_out:
        g.exchange.status = response.status_code
    return response


def _apply_settings(world: World, response: Response) -> None:
    """Apply the settings of the tenant that concern all of its responses."""
    tenant = world.tenants.get(g.exchange.tenant_id or "")
    if tenant is None:
        return
    if tenant.settings.clock_offset:
        response.headers["Date"] = formatdate(time.time() + tenant.settings.clock_offset, usegmt=True)
    is_replaced = g.fault is not None and g.fault.replaces_response() and not g.fault.carry_out
    if request.endpoint in BY_NAME and response.status_code in tenant.settings.masked_statuses and not is_replaced:
        response.status_code = 200


def _learn_secrets(world: World, response: Response) -> None:
    """Remember the secrets that a response gives away, and those that an accepted request sets: nobody knows others."""
    if request.path == JOURNAL:
        return
    digests = world.journal.digests
    if response.is_json:
        digests.learn_from_json(response.get_data())
    if response.status_code < 400:
        for value in g.get("named", ()):
            digests.learn(value)
        if request.path.startswith(CONTROL):
            digests.learn_from_json(request.get_data())
    digests.learn_from_url(response.headers.get("Location", ""))


def _read_request() -> dict[str, Any]:
    arguments = request.view_args or {}
    tenant_id = arguments.get("tenant_id")
    if tenant_id is None and request.path.startswith("/v1/tenants/"):
        tenant_id = request.path.split("/")[3]
    form = request.form.to_dict()
    is_kept = (request.content_length or 0) <= LARGEST_KEPT
    return dict(
        method=request.method,
        path=request.path,
        query=request.args.to_dict(),
        operation=request.endpoint,
        tenant_id=tenant_id,
        grant=form.get("grant_type"),
        headers={**dict(request.headers), **request.environ[UNDERSCORED_HEADERS]},
        form=form if is_kept else {},
        json=request.get_json(silent=True) if request.is_json and is_kept else None,
        peer_port=request.environ.get("REMOTE_PORT", 0),
    )


def _expire_token(world: World) -> None:
    token = world.tokens.get(bearer_value(request.headers.get("Authorization")) or "")
    if token is not None:
        token.expires = 0


def _rate_limit(world: World) -> Response | None:
    tenant = world.tenants.get(g.tenant_id or "")
    if tenant is None or tenant.settings.rate_limit is None:
        return None
    with world.lock:
        remaining, reset, exceeded = tenant.count_request()
    g.rate_headers = {
        "RateLimit-Limit": str(tenant.settings.rate_limit),
        "RateLimit-Remaining": str(remaining),
        "RateLimit-Reset": str(reset),
    }
    if not exceeded:
        return None
    operation = BY_NAME.get(request.endpoint or "")
    # SCIM's 429 response has no body.
    response = Response() if operation and operation.is_scim else jsonify(error_body(429))
    response.status_code = 429
    return response
