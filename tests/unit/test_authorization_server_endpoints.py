# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Revocation, introspection and keys."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from ansible_collections.beyondidentity.management.plugins.module_utils._errors import (
    BeyondIdentityError,
    MalformedResponseError,
    OptionError,
    ResponseError,
)
from ansible_collections.beyondidentity.management.plugins.module_utils._masking import mask_known_secrets, secret_scope
from ansible_collections.beyondidentity.management.plugins.module_utils._oauth.authorization_server import (
    AuthorizationServer,
)
from tests.support.sign_in_application import SignInApplication
from tests.unit.authorization_server import (
    APPLICATION,
    APPLICATION_PATH,
    REALM_PATH,
    make_application_server,
    read_form,
    send_one_request,
)
from tests.unit.builders import make_task
from tests.unit.raw_servers import build_response, record_requests
from tests.unit.sign_in_helpers import make_server, sign_in_user

ACTIVE = build_response({"active": True})
Call = Callable[[AuthorizationServer], Any]


@pytest.mark.parametrize(
    ("call", "path"),
    [
        (lambda server: server.revoke("t0ken"), f"{APPLICATION_PATH}/revoke"),
        (lambda server: server.introspect("t0ken"), f"{REALM_PATH}/introspect"),
    ],
)
def test_a_token_is_sent_with_the_clients_credentials(call: Call, path: str) -> None:
    for method in ("client_secret_basic", "client_secret_post"):  # only the token endpoint takes a secret in the form
        received, _result = send_one_request(call, ACTIVE, client_auth_method=method)
        assert received.line == f"POST {path} HTTP/1.1"
        assert received.headers["authorization"].startswith("Basic ")
        assert read_form(received) == {"token": "t0ken"}
    received, _result = send_one_request(call, ACTIVE, client_secret=None, client_auth_method="none")
    assert "authorization" not in received.headers
    assert read_form(received) == {"token": "t0ken", "client_id": "cl1ent"}


@pytest.mark.parametrize(
    "call",
    [
        lambda server: server.revoke("t0ken", access_token="0wn"),
        lambda server: server.introspect("t0ken", access_token="0wn"),
    ],
)
def test_a_token_can_be_sent_with_an_access_token_instead(call: Call) -> None:
    received, _result = send_one_request(call, ACTIVE, client_secret=None)
    assert received.headers["authorization"] == "Bearer 0wn"
    assert read_form(received) == {"token": "t0ken"}


def test_an_active_token_is_introspected_and_a_revoked_one_is_inactive(tenant: Any) -> None:
    server = make_task(tenant).server
    token = tenant.request_token("realms:read")
    claims = server.introspect(token)
    assert (claims["active"], claims["scope"], claims["iss"]) == (True, "realms:read", tenant.issuer)
    server.revoke(token)
    assert server.introspect(token) == {"active": False}
    assert server.introspect("unknown") == {"active": False}


def test_an_access_token_with_the_right_scope_can_introspect(tenant: Any) -> None:
    server = make_task(tenant).server
    reader = tenant.request_token("tokens:introspect")
    assert server.introspect(reader, access_token=reader)["active"] is True
    with pytest.raises(ResponseError, match="Introspecting a token at .* HTTP 401") as caught:
        server.introspect("unknown", access_token="unknown")
    assert "client_secret" not in caught.value.message, "the client's credentials were not used"


@pytest.mark.parametrize("body", [{}, {"active": "true"}, {"active": None}, {"active": 1}, [], b"", b"<html>"])
def test_an_introspection_that_does_not_say_active_is_malformed(body: Any) -> None:
    with pytest.raises(MalformedResponseError, match="does not say whether|not a JSON object"):
        send_one_request(lambda server: server.introspect("t0ken"), build_response(body))


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("invalid_token", 401),
        ("invalid_client", 401),
        ("insufficient_scope", 403),
        ("access_denied", 403),
        ("unsupported_token_type", 400),
    ],
)
@pytest.mark.parametrize("call", [lambda server: server.revoke("t0ken"), lambda server: server.introspect("t0ken")])
def test_an_error_with_http_200_is_a_refusal(call: Call, code: str, status: int) -> None:
    """Callers decide by the status, so the error has the status that its code has elsewhere."""
    body = {"error": code, "error_description": "no \x1b[31mway"}
    with pytest.raises(ResponseError, match=rf"HTTP 200 {code}: no \[31mway\.") as caught:
        send_one_request(call, build_response(body))
    assert (caught.value.status, caught.value.code) == (status, code)


@pytest.mark.parametrize("body", [{}, {"error": ""}, {"error": None}, [], b"done", b"{"])
def test_a_revocation_may_have_any_other_body(body: Any) -> None:
    send_one_request(lambda server: server.revoke("t0ken"), build_response(body))


def test_a_claim_named_error_does_not_hide_whether_the_token_is_active() -> None:
    body = {"active": False, "error": "unknown"}
    assert send_one_request(lambda server: server.introspect("t0ken"), build_response(body))[1] == body


def test_an_unknown_or_revoked_token_can_be_revoked_again(tenant: Any) -> None:
    server = make_task(tenant).server
    token = tenant.request_token("realms:read")
    for value in (token, token, "unknown"):
        server.revoke(value)
    assert [entry["status"] for entry in tenant.read_journal(operation="revoke")] == [200] * 3


def test_a_revocation_needs_no_response_body() -> None:
    received, _result = send_one_request(lambda server: server.revoke("t0ken"), build_response(b""))
    assert received.line.startswith(f"POST {APPLICATION_PATH}/revoke")


def test_a_signed_in_users_token_can_revoke_itself(tenant: Any) -> None:
    app = SignInApplication.of(tenant, allowed_scopes=["realms:read", "tokens:delete"])
    token = sign_in_user(app, ["realms:read", "tokens:delete"]).access_token
    make_server(app).revoke(token, access_token=token)
    assert make_task(tenant).server.introspect(token) == {"active": False}


@pytest.mark.parametrize("fault", [{"status": 503}, {"drop": "close", "carry_out": True}, {"status": 429}])
@pytest.mark.parametrize("operation", ["revoke", "introspect"])
def test_revocation_and_introspection_are_repeated(
    operation: str, fault: dict[str, Any], tenant: Any, waits: list[float]
) -> None:
    token = tenant.request_token("realms:read")
    tenant.add_fault(operation=operation, times=1, **fault)
    getattr(make_task(tenant).server, operation)(token)
    assert len(tenant.read_journal(operation=operation)) == 2 == len(waits) + 1


@pytest.mark.parametrize("operation", ["revoke", "introspect"])
def test_an_error_that_echoes_the_token_is_masked(operation: str, tenant: Any) -> None:
    tenant.add_fault(operation=operation, status=400, error="unsupported_token_type", message="no t0ken-s3cret\x1b")
    with secret_scope():
        with pytest.raises(ResponseError, match="HTTP 400 unsupported_token_type") as caught:
            getattr(make_task(tenant).server, operation)("t0ken-s3cret")
        assert "t0ken-s3cret" not in caught.value.message and "\x1b" not in caught.value.message
        assert "t0ken-s3cret" not in mask_known_secrets("t0ken-s3cret")


@pytest.mark.parametrize("operation", ["revoke", "introspect"])
def test_a_401_for_the_client_says_which_options_to_check(operation: str, tenant: Any) -> None:
    with pytest.raises(ResponseError, match="HTTP 401 .*Check that client_id, client_secret"):
        getattr(make_task(tenant, client_secret="wr0ng").server, operation)("t0ken")


@pytest.mark.parametrize("missing", APPLICATION)
def test_a_missing_option_is_reported_before_a_request_is_sent(missing: str) -> None:
    with record_requests(ACTIVE) as (url, recorder):
        server = make_application_server(url, **{missing: None})
        with pytest.raises(OptionError, match=f"{missing} is missing"):
            server.revoke("t0ken")
        if missing != "application_id":
            with pytest.raises(OptionError, match=f"{missing} is missing"):
                server.introspect("t0ken")
    assert recorder.requests == []


def test_keys_are_read_from_the_issuer_without_credentials() -> None:
    received, keys = send_one_request(lambda server: server.read_keys(), build_response({"keys": []}))
    assert received.line == f"GET {APPLICATION_PATH}/.well-known/jwks.json HTTP/1.1"
    assert "authorization" not in received.headers and received.body == b""
    assert keys == {"keys": []}


@pytest.mark.parametrize("body", [[], b"", b"<html>"])
def test_keys_that_are_not_an_object_are_malformed(body: Any) -> None:
    with pytest.raises(BeyondIdentityError, match="Reading the keys at .* not a JSON object"):
        send_one_request(lambda server: server.read_keys(), build_response(body))
