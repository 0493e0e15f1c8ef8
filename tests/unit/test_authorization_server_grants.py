# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Codes and refresh tokens at the token endpoint: what is sent, and that it is sent once."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.beyondidentity.management.plugins.module_utils._errors import (
    BeyondIdentityError,
    OptionError,
    ResponseError,
    TransportError,
)
from ansible_collections.beyondidentity.management.plugins.module_utils._masking import (
    MASK,
    mask_known_secrets,
    secret_scope,
)
from ansible_collections.beyondidentity.management.plugins.module_utils._oauth.authorization_server import (
    AuthorizationServer,
)
from ansible_collections.beyondidentity.management.plugins.module_utils._oauth.token import Token
from tests.support.sign_in_application import REDIRECT, SignInApplication
from tests.unit.authorization_server import (
    APPLICATION_PATH,
    TOKEN_RESPONSE,
    make_application_server,
    read_form,
    send_one_request,
)
from tests.unit.raw_servers import ReceivedRequest, build_response, record_requests
from tests.unit.sign_in_helpers import REFRESHED, complete_sign_in, make_request, make_server, sign_in_user


def exchange(server: AuthorizationServer, **changes: Any) -> Token:
    """Exchange a code that no server has issued."""
    arguments = {"code": "c0de", "redirect_uri": REDIRECT, "code_verifier": "ver1fier", "scopes": ["a"]}
    return server.exchange_code(**{**arguments, **changes})


def refresh(response: bytes = TOKEN_RESPONSE, **arguments: Any) -> tuple[ReceivedRequest, Token]:
    """Return the request of a refresh, and the token that the refresh returns."""
    return send_one_request(lambda server: server.refresh("refr3sh", **arguments), response)


def answer(**fields: Any) -> bytes:
    """Return a token response with further fields."""
    return build_response({"access_token": "t0ken", "token_type": "Bearer", **fields})


def test_a_code_is_sent_with_redirect_uri_and_verifier() -> None:
    received, token = send_one_request(exchange)
    assert received.line == f"POST {APPLICATION_PATH}/token HTTP/1.1"
    assert received.headers["authorization"].startswith("Basic ")
    assert read_form(received) == {
        "grant_type": "authorization_code",
        "code": "c0de",
        "redirect_uri": REDIRECT,
        "client_id": "cl1ent",
        "code_verifier": "ver1fier",
        "expiration_time": "3600",
    }
    assert token.scopes == ("a",), "the response names no scopes"


def test_a_public_client_sends_a_code_without_a_secret() -> None:
    received, _token = send_one_request(
        lambda server: exchange(server, code_verifier=None), client_secret=None, client_auth_method="none"
    )
    assert "authorization" not in received.headers
    assert read_form(received)["client_id"] == "cl1ent"
    assert not {"client_secret", "code_verifier"} & set(read_form(received))


@pytest.mark.parametrize(
    ("arguments", "scope", "scopes"),
    [
        ({}, None, ()),
        ({"granted": ["a", "b"]}, None, ("a", "b")),
        ({"scopes": ["a"], "granted": ["a", "b"]}, "a", ("a",)),
    ],
)
def test_a_refresh_names_only_the_requested_scopes(
    arguments: dict[str, Any], scope: str | None, scopes: tuple[str, ...]
) -> None:
    received, token = refresh(**arguments)
    expected = {"grant_type": "refresh_token", "refresh_token": "refr3sh", "expiration_time": "3600"}
    assert read_form(received) == (expected if scope is None else {**expected, "scope": scope})
    assert token.scopes == scopes


@pytest.mark.parametrize(
    ("fields", "kept"), [({}, "refr3sh"), ({"refresh_token": ""}, "refr3sh"), ({"refresh_token": "n3w"}, "n3w")]
)
def test_a_refresh_token_stays_valid_unless_the_response_has_another(fields: dict[str, Any], kept: str) -> None:
    assert refresh(answer(**fields))[1].refresh_token == kept


@pytest.mark.parametrize("id_token", ["a.b.c", "s3cr t", 7])
def test_an_id_token_that_is_not_validated_is_dropped_without_loss_of_the_refresh_token(id_token: Any) -> None:
    response = answer(refresh_token="n3w", id_token=id_token)
    _received, by_client = send_one_request(lambda server: server.request_client_credentials_token(["a"]), response)
    for token in (by_client, refresh(response)[1]):
        assert token.id_token is None and token.refresh_token == "n3w"


def test_the_id_token_of_a_code_exchange_is_returned() -> None:
    assert send_one_request(exchange, answer(id_token="a.b.c"))[1].id_token == "a.b.c"


def test_custom_claims_are_sent_with_a_refresh() -> None:
    received, _token = refresh(custom_claims={"ticket": 1})
    assert read_form(received)["custom_claims"] == '{"ticket":1}'


def test_a_new_refresh_token_is_stored_before_the_token_is_reported() -> None:
    events: list[str] = []
    for response in (answer(refresh_token="n3w"), answer()):
        send_one_request(
            lambda server: server.refresh("refr3sh", store=lambda token: events.append(f"store {token.refresh_token}")),
            response,
            on_issued=lambda token: events.append(f"report {token.refresh_token}"),
        )
    assert events == ["store n3w", "report n3w", "store refr3sh", "report None"]


@pytest.mark.parametrize("kind", ["fixed", "rotating"])
def test_the_emulator_accepts_each_valid_refresh_token(kind: str, tenant: Any) -> None:
    app = SignInApplication.of(tenant)
    tenant.change_settings(refresh_tokens=kind, **REFRESHED)
    first = sign_in_user(app)
    second = make_server(app).refresh(first.refresh_token or "")
    assert second.access_token != first.access_token and second.scopes == first.scopes
    assert (second.refresh_token == first.refresh_token) is (kind == "fixed")
    if kind == "rotating":
        with pytest.raises(ResponseError, match="invalid_grant.*expired, revoked or used up. Sign in again"):
            make_server(app).refresh(first.refresh_token or "")
    else:
        assert make_server(app).refresh(first.refresh_token or "").access_token


def test_a_refresh_can_request_fewer_scopes_but_no_others(tenant: Any) -> None:
    app = SignInApplication.of(tenant)
    tenant.change_settings(refresh_tokens="fixed", **REFRESHED)
    value = sign_in_user(app, ["realms:read", "realms:create"]).refresh_token or ""
    assert make_server(app).refresh(value, scopes=["realms:read"]).scopes == ("realms:read",)
    with pytest.raises(ResponseError, match="invalid_scope.*Requested scopes: applications:read"):
        make_server(app).refresh(value, scopes=["applications:read"])


def prepare(grant: str, app: SignInApplication) -> dict[str, Any]:
    """Return the arguments of a code exchange or of a refresh that the emulator accepts once. Empty the journal."""
    app.tenant.change_settings(refresh_tokens="rotating", **REFRESHED)
    if grant == "refresh":
        arguments: dict[str, Any] = {"refresh_token": sign_in_user(app).refresh_token}
    else:
        request = complete_sign_in(make_request(app))[0]
        known = {"code": request.code, "code_verifier": request.code_verifier}
        arguments = {**known, "redirect_uri": REDIRECT, "scopes": []}
    app.tenant.clear_journal()
    return arguments


def use(grant: str, app: SignInApplication, arguments: dict[str, Any]) -> Token:
    """Exchange a code, or refresh."""
    server = make_server(app)
    return server.refresh(**arguments) if grant == "refresh" else server.exchange_code(**arguments)


@pytest.mark.parametrize(
    "fault", [{"drop": "close", "carry_out": True}, {"drop": "reset"}, {"truncate": 10}, {"status": 503}]
)
@pytest.mark.parametrize("grant", ["code", "refresh"])
def test_what_is_valid_once_is_sent_once(grant: str, fault: dict[str, Any], tenant: Any, waits: list[float]) -> None:
    app = SignInApplication.of(tenant)
    arguments = prepare(grant, app)
    tenant.add_fault(operation="token", **fault)
    with pytest.raises(BeyondIdentityError) as caught:
        use(grant, app, arguments)
    assert isinstance(caught.value, (TransportError, ResponseError))
    assert len(tenant.read_journal(operation="token")) == 1 and waits == []


@pytest.mark.parametrize("grant", ["code", "refresh"])
def test_what_is_valid_once_is_sent_again_after_a_429(grant: str, tenant: Any, waits: list[float]) -> None:
    app = SignInApplication.of(tenant)
    arguments = prepare(grant, app)
    tenant.add_fault(operation="token", status=429, times=1)
    assert use(grant, app, arguments).access_token
    assert len(tenant.read_journal(operation="token")) == 2 and len(waits) == 1


@pytest.mark.parametrize("method", ["client_secret_basic", "client_secret_post"])
@pytest.mark.parametrize("grant", ["code", "refresh"])
def test_secrets_that_were_sent_are_masked_in_an_error(grant: str, method: str) -> None:
    """A server can echo a secret in an error, also one that is from a store and not from an option."""
    secrets = ["s3cret", "c0de", "ver1fier"] if grant == "code" else ["s3cret", "refr3sh"]
    echo = build_response({"error": "x", "error_description": " ".join(secrets)}, status="400 Bad Request")
    with record_requests(echo) as (url, _recorder), secret_scope():
        server = make_application_server(url, client_auth_method=method)
        with pytest.raises(ResponseError, match="x: .*" + " ".join([r"\*+"] * len(secrets))):
            exchange(server) if grant == "code" else server.refresh("refr3sh")
        assert [mask_known_secrets(secret) for secret in secrets] == [MASK] * len(secrets)


def test_a_code_exchange_needs_a_client() -> None:
    with record_requests(TOKEN_RESPONSE) as (url, recorder), pytest.raises(OptionError, match="client_id is missing"):
        exchange(make_application_server(url, client_id=None))
    assert recorder.requests == []
