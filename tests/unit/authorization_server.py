# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An authorization server behind a recorder of requests, without the emulator."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs

from ansible_collections.beyondidentity.management.plugins.module_utils._oauth.authorization_server import (
    AuthorizationServer,
)
from ansible_collections.beyondidentity.management.plugins.module_utils._oauth.token import Token
from tests.unit.builders import make_connection, make_session
from tests.unit.raw_servers import ReceivedRequest, build_response, record_requests

REALM_PATH = "/v1/tenants/t1/realms/r1"
APPLICATION_PATH = f"{REALM_PATH}/applications/a1"
APPLICATION = {
    "tenant_id": "t1",
    "auth_realm_id": "r1",
    "application_id": "a1",
    "client_id": "cl1ent",
    "client_secret": "s3cret",
}
TOKEN_RESPONSE = build_response({"access_token": "t0ken", "token_type": "Bearer", "expires_in": 3600})


def make_application_server(
    url: str, on_issued: Callable[[Token], None] = lambda token: None, **given: Any
) -> AuthorizationServer:
    """Return the authorization server at a URL, for the application `APPLICATION`. `given` sets connection options."""
    options = {"auth_url": url, "retries": 0, **APPLICATION, **given}
    return AuthorizationServer(make_connection(**options), make_session(**options), on_issued=on_issued)


def send_one_request(
    call: Callable[[AuthorizationServer], Any], response: bytes = TOKEN_RESPONSE, **given: Any
) -> tuple[ReceivedRequest, Any]:
    """Return the one request that a call sends, and what the call returns for this response."""
    with record_requests(response) as (url, recorder):
        result = call(make_application_server(url, **given))
    assert len(recorder.requests) == 1
    return recorder.requests[0], result


def read_form(received: ReceivedRequest) -> dict[str, str]:
    """Return the form in a request's body, each name once."""
    fields = parse_qs(received.body.decode("ascii"), keep_blank_values=True, strict_parsing=True)
    return {name: value for name, (value,) in fields.items()}
