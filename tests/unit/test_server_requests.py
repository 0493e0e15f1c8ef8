# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the token endpoint is sent."""

from __future__ import annotations

import base64
import json
from typing import Any
from urllib.parse import parse_qs, unquote_plus

import pytest

from ansible_collections.beyondidentity.management.plugins.module_utils._errors import (
    BeyondIdentityError,
    OptionError,
    ResponseError,
)
from ansible_collections.beyondidentity.management.plugins.module_utils._oauth.connection import build_connection
from ansible_collections.beyondidentity.management.plugins.module_utils._oauth.server import AuthorizationServer
from ansible_collections.beyondidentity.management.plugins.module_utils._oauth.token import Token
from tests.unit.builders import connection_options, make_session, make_token_source, tenant_options
from tests.unit.raw_servers import ReceivedRequest, build_response, record_requests

GOOD = build_response({"access_token": "t0ken", "token_type": "Bearer", "expires_in": 3600})


def ask(url: str, scopes: list[str] | None = None, claims: dict[str, Any] | None = None, **given: Any) -> Token:
    credentials = {"client_id": "cl1ent", "client_secret": "s3cret"}
    values = connection_options(
        **{"auth_url": url, "tenant_id": "t1", "auth_realm_id": "r1", "application_id": "a1", **credentials, **given}
    )
    return AuthorizationServer(
        build_connection(values), make_session(**{"retries": 0, **given})
    ).request_client_credentials_token(scopes or ["a:read"], claims)


def request(**how: Any) -> ReceivedRequest:
    """Return the one request that asking makes."""
    with record_requests(GOOD) as (url, recorder):
        ask(url, **how)
    assert len(recorder.requests) == 1
    return recorder.requests[0]


def form(received: ReceivedRequest) -> dict[str, str]:
    return {
        name: value[0]
        for name, value in parse_qs(received.body.decode("ascii"), keep_blank_values=True, strict_parsing=True).items()
    }


def test_the_plain_request() -> None:
    received = request(scopes=["a:read", "b:create"])
    assert received.line == "POST /v1/tenants/t1/realms/r1/applications/a1/token HTTP/1.1"
    assert received.headers["content-type"] == "application/x-www-form-urlencoded"
    assert received.headers["authorization"] == "Basic " + base64.b64encode(b"cl1ent:s3cret").decode()
    assert form(received) == {"grant_type": "client_credentials", "scope": "a:read b:create", "expiration_time": "3600"}


@pytest.mark.parametrize("client_id", ["plain", "with space", "co:lon", "per%20cent", "a+b&c=d", "ümläut 日本", "~-._"])
@pytest.mark.parametrize("client_secret", ["s3cret", "se cret:+%&=/?#", "пароль", '"\\'])
def test_basic_form_encodes_id_and_secret(client_id: str, client_secret: str) -> None:
    """RFC 6749 section 2.3.1."""
    received = request(client_id=client_id, client_secret=client_secret)
    scheme, _blank, pair = received.headers["authorization"].partition(" ")
    encoded_id, _colon, encoded_secret = base64.b64decode(pair, validate=True).decode("ascii").partition(":")
    assert scheme == "Basic"
    assert (unquote_plus(encoded_id), unquote_plus(encoded_secret)) == (client_id, client_secret)
    assert "client_id" not in form(received) and "client_secret" not in form(received)


@pytest.mark.parametrize("client_secret", ["s3cret", "se cret:+%&=/?#", "пароль"])
def test_post_puts_both_into_the_form(client_secret: str) -> None:
    received = request(client_id="a b", client_secret=client_secret, client_auth_method="client_secret_post")
    assert "authorization" not in received.headers
    assert form(received)["client_id"] == "a b"
    assert form(received)["client_secret"] == client_secret


@pytest.mark.parametrize("method", ["client_secret_basic", "client_secret_post"])
def test_both_methods_are_accepted_over_the_whole_way(method: str, tenant: Any) -> None:
    token = make_token_source(tenant, client_auth_method=method).bearer(["realms:read"]).token
    assert token.scopes == ("realms:read",)
    assert tenant.journal(operation="token")[0]["headers"].get("Authorization", "").startswith("Basic ") is (
        method == "client_secret_basic"
    )


def test_a_public_client_has_no_client_credentials() -> None:
    with (
        record_requests(GOOD) as (url, recorder),
        pytest.raises(OptionError, match="client_auth_method 'none' is for public applications"),
    ):
        ask(url, client_auth_method="none")
    assert recorder.requests == []


@pytest.mark.parametrize("missing", ["client_id", "client_secret", "tenant_id", "auth_realm_id", "application_id"])
def test_what_is_missing_is_said_before_anything_is_sent(missing: str) -> None:
    with record_requests(GOOD) as (url, recorder), pytest.raises(OptionError, match=f"{missing} is missing"):
        ask(url, **{missing: None})
    assert recorder.requests == []


def test_lifetime_and_claims(tenant: Any) -> None:
    claims = {"b": ["ü", 1, None], "a": {"c": True}}
    source = make_token_source(tenant, expiration_time=600)
    token = source.bearer(["realms:read"], custom_claims=claims).token
    sent = tenant.journal(operation="token")[0]["form"]
    assert sent["expiration_time"] == "600"
    assert json.loads(sent["custom_claims"]) == claims
    assert token.lifetime == 600
    assert "custom_claims" not in form(request(claims={}))


@pytest.mark.parametrize(
    ("given", "scopes", "said"),
    [
        (
            {"client_secret": "wr0ng"},
            ["realms:read"],
            "HTTP 401 invalid_client.*Check client_id, client_secret and client_auth_method",
        ),
        ({"client_id": "wr0ng"}, ["realms:read"], "HTTP 401 invalid_client.*of the application that the issuer names"),
        (
            {},
            ["realms:read", "no:such"],
            "HTTP 400 invalid_scope.*Asked for: no:such, realms:read. The application grants",
        ),
        ({}, ["realm:read"], "Asked for: realm:read. Instead of realm:read, did you mean realms:read"),
        ({}, ["ListRealms"], "ListRealms is an operation: name it in operations, or its scopes, realms:read"),
    ],
)
def test_refusals_say_what_to_do(given: dict[str, Any], scopes: list[str], said: str, tenant: Any) -> None:
    with pytest.raises(ResponseError, match=said) as caught:
        make_token_source(tenant, **given).bearer(scopes)
    assert "wr0ng" not in caught.value.message and tenant.client_secret not in caught.value.message
    assert len(tenant.journal(operation="token")) == 1


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ({"status": 400, "error": "unauthorized_client"}, "grant types do not include this one"),
        ({"status": 404, "shape": "html"}, "HTTP 404 not found. Check the issuer"),
        ({"status": 401, "shape": "management"}, "HTTP 401 unauthorized.*Check client_id"),
        ({"status": 500}, "HTTP 500"),
        ({"status": 200, "shape": "html"}, "not a JSON object"),
        ({"redirect": "https://evil.example/"}, "redirect"),
    ],
)
def test_other_refusals(fault: dict[str, Any], said: str, tenant: Any) -> None:
    tenant.fault(operation="token", **fault)
    with pytest.raises(BeyondIdentityError, match=said):
        make_token_source(tenant).bearer(["realms:read"])
    assert len(tenant.journal(operation="token")) == 1


@pytest.mark.parametrize(
    "fault",
    [{"status": 503}, {"status": 429}, {"drop": "reset"}, {"drop": "close", "carry_out": True}, {"truncate": 10}],
)
def test_the_token_request_may_be_repeated(fault: dict[str, Any], tenant: Any, waits: list[float]) -> None:
    tenant.fault(operation="token", times=2, **fault)
    assert make_token_source(tenant).bearer(["realms:read"]).token.access_token
    assert len(tenant.journal(operation="token")) == 3


def test_the_issuer_is_where_the_request_goes(tenant: Any) -> None:
    values = tenant_options(tenant)
    assert build_connection(values).issuer == tenant.issuer
    assert tenant.journal() == []
