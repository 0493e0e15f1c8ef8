# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The responses that faults produce or change."""

from __future__ import annotations

import gzip
import http.client
import json
from typing import Any

from flask import Response, jsonify

from ..model.faults import Fault
from .errors import error_body
from .http_server import Delivery

OAUTH_ENDPOINTS = ("token", "revoke", "introspect", "authorize")
OAUTH_ERRORS = {400: "invalid_request", 401: "invalid_client", 403: "access_denied", 503: "temporarily_unavailable"}


def build_fault_response(fault: Fault, endpoint: str | None) -> Response:
    """Return the response that a fault sends instead of the operation's."""
    status = fault.status or (302 if fault.redirect else 200)
    if fault.body is not None:
        response = Response(fault.body, status=status)
    elif fault.json is not None:
        response = jsonify(fault.json)
        response.status_code = status
    elif fault.size is not None:
        response = Response(b"{" + b" " * max(0, fault.size - 2) + b"}", status=status, content_type="application/json")
    elif fault.redirect:
        response = Response(status=status)
    else:
        response = _build_error(fault, status, endpoint)
    if fault.redirect:
        response.headers["Location"] = fault.redirect
        # Send the location unchanged.
        response.autocorrect_location_header = False
    return response


def replace_carried_out(fault: Fault, response: Response, endpoint: str | None) -> Response:
    """Return the response that a fault sends instead of that of the operation, which was carried out."""
    if not fault.replaces_response():
        return response
    others = (fault.shape, fault.body, fault.json, fault.redirect, fault.size)
    if all(value is None for value in others):
        response.status_code = fault.status or response.status_code
        return response
    return build_fault_response(fault, endpoint)


def apply_fault(fault: Fault, response: Response) -> None:
    """Change a response according to a fault."""
    if fault.merge is not None:
        document = response.get_json(silent=True)
        if isinstance(document, dict):
            response.set_data(json.dumps(merge_patch(document, fault.merge)))
    if fault.gzip:
        response.set_data(gzip.compress(response.get_data(), mtime=0))
        response.headers["Content-Encoding"] = "gzip"
    for name, value in fault.headers.items():
        response.headers[name] = value


def merge_patch(document: Any, patch: Any) -> Any:
    """Return a JSON document changed by a merge patch (RFC 7396)."""
    if not isinstance(patch, dict):
        return patch
    kept = document if isinstance(document, dict) else {}
    merged = {name: merge_patch(kept.get(name), value) for name, value in patch.items() if value is not None}
    return {**{name: value for name, value in kept.items() if name not in patch}, **merged}


def build_delivery(fault: Fault) -> Delivery:
    """Return how to send the response."""
    return Delivery(
        fault.delay,
        fault.drip,
        fault.drip_part,
        fault.drip_size,
        fault.truncate,
        fault.drop,
        fault.copies,
        fault.surplus,
    )


def _build_error(fault: Fault, status: int, endpoint: str | None) -> Response:
    shape = fault.shape or ("oauth" if endpoint in OAUTH_ENDPOINTS else "management")
    if shape == "empty":
        return Response(status=status)
    if shape == "html":
        phrase = fault.message or http.client.responses.get(status, "Error")
        return Response(
            f"<html><head><title>{status} {phrase}</title></head><body><h1>{phrase}</h1></body></html>", status=status
        )
    if shape == "oauth":
        content: dict[str, Any] = {"error": fault.error or OAUTH_ERRORS.get(status, "server_error")}
        if fault.message:
            content["error_description"] = fault.message
    else:
        content = error_body(status, fault.message)
    response = jsonify(content)
    response.status_code = status
    return response
