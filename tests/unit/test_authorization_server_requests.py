# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Token requests with client credentials: what is sent, and what an error says."""

from __future__ import annotations

import base64
import json
from typing import Any
from urllib.parse import unquote_plus

import pytest

from ansible_collections.beyondidentity.management.plugins.module_utils._errors import (
    BeyondIdentityError,
    OptionError,
    ResponseError,
)
from ansible_collections.beyondidentity.management.plugins.module_utils._oauth.authorization_server import (
    AuthorizationServer,
)
from ansible_collections.beyondidentity.management.plugins.module_utils._oauth.client_authentication import (
    authenticate_client,
)
from ansible_collections.beyondidentity.management.plugins.module_utils._oauth.token import Token
from tests.unit.authorization_server import (
    APPLICATION,
    APPLICATION_PATH,
    TOKEN_RESPONSE,
    make_application_server,
    read_form,
    send_one_request,
)
from tests.unit.builders import get_token, make_connection, make_token_source
from tests.unit.raw_servers import build_response, record_requests


def request_token(server: AuthorizationServer) -> Token:
    """Request a token with two scopes."""
    return server.request_client_credentials_token(["a:read", "b:create"])


def authenticate(**given: Any) -> tuple[dict[str, str], dict[str, str]]:
    """Return the form and the headers that authenticate a client."""
    form: dict[str, str] = {}
    headers: dict[str, str] = {}
    authenticate_client(make_connection(**{**APPLICATION, **given}), form, headers)
    return form, headers


def test_the_request_names_grant_type_scopes_and_lifetime() -> None:
    received, token = send_one_request(request_token)
    assert received.line == f"POST {APPLICATION_PATH}/token HTTP/1.1"
    assert received.headers["content-type"] == "application/x-www-form-urlencoded"
    assert received.headers["authorization"] == "Basic " + base64.b64encode(b"cl1ent:s3cret").decode()
    assert read_form(received) == {
        "grant_type": "client_credentials",
        "scope": "a:read b:create",
        "expiration_time": "3600",
    }
    assert (token.access_token, token.scopes, token.lifetime) == ("t0ken", ("a:read", "b:create"), 3600)


@pytest.mark.parametrize(
    ("client_id", "client_secret"),
    [
        ("plain", "s3cret"),
        ("with space", "se cret:+%&=/?#"),
        ("co:lon", "пароль"),
        ("per%20cent", '"\\'),
        ("a+b&c=d", "~-._"),
        ("ümläut 日本", "a:b"),
    ],
)
def test_basic_authentication_form_encodes_id_and_secret(client_id: str, client_secret: str) -> None:
    """RFC 6749 section 2.3.1."""
    form, headers = authenticate(client_id=client_id, client_secret=client_secret)
    scheme, _blank, pair = headers["Authorization"].partition(" ")
    encoded_id, _colon, encoded_secret = base64.b64decode(pair, validate=True).decode("ascii").partition(":")
    assert scheme == "Basic" and form == {}
    assert (unquote_plus(encoded_id), unquote_plus(encoded_secret)) == (client_id, client_secret)


@pytest.mark.parametrize("client_secret", ["s3cret", "se cret:+%&=/?#", "пароль"])
def test_post_authentication_sends_id_and_secret_in_the_form(client_secret: str) -> None:
    given = {"client_secret": client_secret, "client_auth_method": "client_secret_post"}
    received, _token = send_one_request(request_token, client_id="a b", **given)
    assert "authorization" not in received.headers
    form = read_form(received)
    assert (form["client_id"], form["client_secret"]) == ("a b", client_secret)


def test_a_public_client_sends_its_id_only() -> None:
    assert authenticate(client_auth_method="none") == ({"client_id": "cl1ent"}, {})


@pytest.mark.parametrize("method", ["client_secret_basic", "client_secret_post"])
def test_the_emulator_accepts_both_methods(method: str, tenant: Any) -> None:
    token = get_token(make_token_source(tenant, client_auth_method=method), "realms:read").token
    assert token.scopes == ("realms:read",)
    assert ("Authorization" in tenant.read_journal(operation="token")[0]["headers"]) is (
        method == "client_secret_basic"
    )


def test_a_public_client_cannot_use_client_credentials() -> None:
    with (
        record_requests(TOKEN_RESPONSE) as (url, recorder),
        pytest.raises(OptionError, match="client_auth_method 'none' is for public applications"),
    ):
        request_token(make_application_server(url, client_auth_method="none"))
    assert recorder.requests == []


@pytest.mark.parametrize("missing", APPLICATION)
def test_a_missing_option_is_reported_before_a_request_is_sent(missing: str) -> None:
    with (
        record_requests(TOKEN_RESPONSE) as (url, recorder),
        pytest.raises(OptionError, match=f"{missing} is missing"),
    ):
        request_token(make_application_server(url, **{missing: None}))
    assert recorder.requests == []


def test_lifetime_and_custom_claims_are_sent(tenant: Any) -> None:
    claims = {"b": ["ü", 1, None], "a": {"c": True}}
    token = get_token(make_token_source(tenant, expiration_time=600), "realms:read", custom_claims=claims).token
    form = tenant.read_journal(operation="token")[0]["form"]
    assert form["expiration_time"] == "600"
    assert json.loads(form["custom_claims"]) == claims
    assert token.lifetime == 600


def test_empty_custom_claims_are_not_sent() -> None:
    received, _token = send_one_request(lambda server: server.request_client_credentials_token(["a"], {}))
    assert "custom_claims" not in read_form(received)


@pytest.mark.parametrize(
    ("given", "scopes", "message"),
    [
        (
            {"client_secret": "wr0ng"},
            ["realms:read"],
            "HTTP 401 invalid_client.*Check that client_id, client_secret and client_auth_method belong to",
        ),
        ({"client_id": "wr0ng"}, ["realms:read"], "HTTP 401 invalid_client.*the application that issuer names"),
        (
            {},
            ["realms:read", "no:such"],
            "HTTP 400 invalid_scope.*Requested scopes: no:such, realms:read. .*Add the missing scopes",
        ),
        ({}, ["openid"], "invalid_scope.*Requested scopes: openid. openid is for sign-ins only: remove it from scopes"),
        ({}, ["realm:read"], "Requested scopes: realm:read. Did you mean realms:read instead of realm:read"),
        ({}, ["ListRealms"], "ListRealms is an operation: set operations to ListRealms, or .* scopes: realms:read"),
    ],
)
def test_a_refused_request_says_what_to_do(given: dict[str, Any], scopes: list[str], message: str, tenant: Any) -> None:
    with pytest.raises(ResponseError, match=message) as caught:
        get_token(make_token_source(tenant, **given), *scopes)
    assert "wr0ng" not in caught.value.message and tenant.client_secret not in caught.value.message
    assert len(tenant.read_journal(operation="token")) == 1


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        ({"status": 400, "error": "unauthorized_client"}, "grant types do not include this grant type"),
        ({"status": 404, "shape": "html"}, "HTTP 404 not found. Check the issuer"),
        ({"status": 401, "shape": "management"}, "HTTP 401 unauthorized.*Check that client_id"),
        ({"status": 500}, "HTTP 500"),
        ({"status": 200, "shape": "html"}, "not a JSON object"),
        ({"redirect": "https://evil.example/"}, "redirect"),
    ],
)
def test_any_other_error_says_what_to_do(fault: dict[str, Any], message: str, tenant: Any) -> None:
    tenant.add_fault(operation="token", **fault)
    with pytest.raises(BeyondIdentityError, match=message):
        get_token(make_token_source(tenant), "realms:read")
    assert len(tenant.read_journal(operation="token")) == 1


@pytest.mark.parametrize(
    ("code", "status", "hint"),
    [
        ("invalid_client", 401, "Check that client_id"),
        ("invalid_scope", 400, "Requested scopes: a:read, b:create"),
        ("unauthorized_client", 400, "grant types do not include"),
        ("invalid_grant", 400, "Sign in again"),
    ],
)
@pytest.mark.parametrize("is_object", [False, True])
def test_an_error_with_http_200_is_a_refusal(code: str, status: int, hint: str, is_object: bool) -> None:
    body: dict[str, Any] = {"error": code, "error_description": "no way"}
    if is_object:
        body = {"error": {"code": code, "message": "no way"}}
    with pytest.raises(ResponseError, match=f"HTTP 200 {code}: no way\\. .*{hint}") as caught:
        send_one_request(request_token, build_response(body))
    assert (caught.value.status, caught.value.code) == (status, code)


@pytest.mark.parametrize(
    "body",
    [
        {"error": {"code": "invalid_client", "message": "no way"}},
        {"errors": [{"code": "invalid_client", "message": "no way"}]},
        {"errorCode": "invalid_client", "errorSummary": "no way"},
        {"code": "invalid_client", "message": "no way"},
    ],
)
def test_an_error_with_http_200_in_any_shape_is_a_refusal(body: dict[str, Any]) -> None:
    with pytest.raises(ResponseError, match="HTTP 200 invalid_client: no way. Check that client_id") as caught:
        send_one_request(request_token, build_response(body))
    assert (caught.value.status, caught.value.code) == (401, "invalid_client")


@pytest.mark.parametrize("error", ["", None, False])
def test_an_empty_error_beside_a_token_is_not_a_refusal(error: Any) -> None:
    body = {"access_token": "t0ken", "token_type": "Bearer", "error": error}
    assert send_one_request(request_token, build_response(body))[1].access_token == "t0ken"


def test_an_error_beside_a_token_is_a_refusal() -> None:
    body = {"access_token": "t0ken", "token_type": "Bearer", "error": "invalid_scope"}
    with pytest.raises(ResponseError, match="HTTP 200 invalid_scope") as caught:
        send_one_request(request_token, build_response(body))
    assert "t0ken" not in caught.value.message


@pytest.mark.parametrize(
    "fault",
    [{"status": 503}, {"status": 429}, {"drop": "reset"}, {"drop": "close", "carry_out": True}, {"truncate": 10}],
)
def test_a_token_request_is_repeated(fault: dict[str, Any], tenant: Any, waits: list[float]) -> None:
    tenant.add_fault(operation="token", times=2, **fault)
    assert get_token(make_token_source(tenant), "realms:read").value
    assert len(tenant.read_journal(operation="token")) == 3 == len(waits) + 1
