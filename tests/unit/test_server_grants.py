# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Codes and refresh tokens at the token endpoint: what is sent, and that it is sent once."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.beyondidentity.management.plugins.module_utils._errors import (
    BeyondIdentityError,
    MalformedResponseError,
    OptionError,
    ResponseError,
    TransportError,
)
from ansible_collections.beyondidentity.management.plugins.module_utils._oauth.server import AuthorizationServer
from ansible_collections.beyondidentity.management.plugins.module_utils._oauth.token import Token
from tests.support.desk import REDIRECT, Desk
from tests.unit.builders import make_connection, make_session
from tests.unit.raw_servers import ReceivedRequest, build_response, record_requests
from tests.unit.sign_in_helpers import REFRESHED, complete_sign_in, make_request, make_server, sign_in_user
from tests.unit.test_oauth_request import form

GOOD = build_response({"access_token": "t0ken", "token_type": "Bearer", "expires_in": 3600})


def sent(how: str, *, reply: bytes = GOOD, **given: Any) -> tuple[ReceivedRequest, Token]:
    """The one request that a grant makes, and the token that comes of it."""
    own = {"tenant_id": "t1", "auth_realm_id": "r1", "application_id": "a1", "client_id": "cl1ent"}
    wishes, minted = given.pop("wishes", {}), given.pop("minted", lambda token: None)
    with record_requests(reply) as (url, recorder):
        server = AuthorizationServer(
            make_connection(auth_url=url, **{"client_secret": "s3cret", **own, **given}),
            make_session(retries=0),
            minted,
        )
        if how == "code":
            known = {"code": "c0de", "redirect_uri": REDIRECT, "code_verifier": "v", "scopes": ["a"]}
            token = server.exchange_code(**{**known, **wishes})
        elif how == "client":
            token = server.request_client_credentials_token(["a"], **wishes)
        else:
            token = server.refresh("refr3sh", **wishes)
    assert len(recorder.requests) == 1
    return recorder.requests[0], token


def test_the_codes_form() -> None:
    received, token = sent("code")
    assert received.line == "POST /v1/tenants/t1/realms/r1/applications/a1/token HTTP/1.1"
    assert received.headers["authorization"].startswith("Basic ")
    assert form(received) == {
        "grant_type": "authorization_code",
        "code": "c0de",
        "redirect_uri": REDIRECT,
        "client_id": "cl1ent",
        "code_verifier": "v",
        "expiration_time": "3600",
    }
    assert token.scopes == ("a",), "where the answer says nothing"


def test_a_public_clients_code() -> None:
    received, _token = sent("code", client_secret=None, client_auth_method="none", wishes={"code_verifier": None})
    assert "authorization" not in received.headers
    assert form(received)["client_id"] == "cl1ent"
    assert not {"client_secret", "code_verifier"} & set(form(received))


@pytest.mark.parametrize(
    ("wishes", "scope", "scopes"),
    [
        ({}, None, ()),
        ({"expected": ["a", "b"]}, None, ("a", "b")),
        ({"scopes": ["a"], "expected": ["a", "b"]}, "a", ("a",)),
    ],
)
def test_the_refreshs_form(wishes: dict[str, Any], scope: str | None, scopes: tuple[str, ...]) -> None:
    received, token = sent("refresh", wishes=wishes)
    wanted = {"grant_type": "refresh_token", "refresh_token": "refr3sh", "expiration_time": "3600"}
    assert form(received) == (wanted if scope is None else {**wanted, "scope": scope})
    assert token.scopes == scopes
    assert token.refresh_token == "refr3sh", "it stays good where no other comes"


def test_the_other_refresh_token_counts() -> None:
    reply = build_response({"access_token": "t0ken", "token_type": "Bearer", "refresh_token": "n3w"})
    assert sent("refresh", reply=reply)[1].refresh_token == "n3w"


@pytest.mark.parametrize("value", ["s3cr t", 7, ["s3cret"], "s" * 16385])
@pytest.mark.parametrize(
    ("how", "name"), [("code", "refresh_token"), ("code", "id_token"), ("refresh", "refresh_token")]
)
def test_what_else_comes_must_be_tokens_too(how: str, name: str, value: Any) -> None:
    reply = build_response({"access_token": "t0ken", "token_type": "Bearer", name: value})
    with pytest.raises(MalformedResponseError, match=f"{name} is not 1 to 16384 printable ASCII characters") as caught:
        sent(how, reply=reply)
    assert "s3cr" not in caught.value.message


@pytest.mark.parametrize("how", ["code", "refresh"])
def test_an_empty_token_is_none(how: str) -> None:
    reply = build_response({"access_token": "t0ken", "token_type": "Bearer", "refresh_token": "", "id_token": ""})
    token = sent(how, reply=reply)[1]
    assert token.id_token is None and token.refresh_token == ("refr3sh" if how == "refresh" else None)


@pytest.mark.parametrize("how", ["client", "refresh"])
@pytest.mark.parametrize("value", ["a.b.c", "s3cr t", 7])
def test_an_id_token_that_nobody_validates_is_none(how: str, value: Any) -> None:
    """Nor does a bad one cost the refresh token that came with it."""
    reply = build_response({"access_token": "t0ken", "token_type": "Bearer", "refresh_token": "n3w", "id_token": value})
    token = sent(how, reply=reply)[1]
    assert token.id_token is None and token.refresh_token == "n3w"


def test_claims_of_ones_own_go_with_a_refresh_too() -> None:
    received, _token = sent("refresh", wishes={"custom_claims": {"ticket": 1}})
    assert form(received)["custom_claims"] == '{"ticket":1}'


def test_a_new_refresh_token_is_kept_before_anybody_hears_of_it() -> None:
    heard: list[str] = []

    def keep(token: Token) -> None:
        heard.append(f"keep {token.refresh_token}")

    reply = build_response({"access_token": "t0ken", "token_type": "Bearer", "refresh_token": "n3w"})
    sent(
        "refresh",
        reply=reply,
        wishes={"keep": keep},
        on_issued=lambda token: heard.append(f"tell {token.refresh_token}"),
    )
    sent("refresh", wishes={"keep": keep}, on_issued=lambda token: heard.append(f"tell {token.refresh_token}"))
    assert heard == ["keep n3w", "tell n3w", "keep refr3sh", "tell None"]


@pytest.mark.parametrize("kind", ["fixed", "rotating"])
def test_refreshing_over_the_whole_way(kind: str, tenant: Any) -> None:
    desk = Desk.of(tenant)
    tenant.settings(refresh_tokens=kind, **REFRESHED)
    first = sign_in_user(desk)
    second = make_server(desk).refresh(first.refresh_token or "")
    assert second.access_token != first.access_token and second.scopes == first.scopes
    assert (second.refresh_token == first.refresh_token) is (kind == "fixed")
    again = [first.refresh_token, second.refresh_token]
    for value, good in zip(again, [kind == "fixed", True], strict=True):
        if good:
            assert make_server(desk).refresh(value or "").access_token
        else:
            with pytest.raises(ResponseError, match="invalid_grant.*expired, revoked or used up: sign in again"):
                make_server(desk).refresh(value or "")


def test_a_refresh_may_ask_for_less_and_not_for_more(tenant: Any) -> None:
    desk = Desk.of(tenant)
    tenant.settings(refresh_tokens="fixed", **REFRESHED)
    value = sign_in_user(desk, ["realms:read", "realms:create"]).refresh_token or ""
    assert make_server(desk).refresh(value, scopes=["realms:read"]).scopes == ("realms:read",)
    with pytest.raises(ResponseError, match="invalid_scope.*Asked for: applications:read"):
        make_server(desk).refresh(value, scopes=["applications:read"])


FAULTS: list[dict[str, Any]] = [
    {"drop": "close", "carry_out": True},
    {"drop": "reset"},
    {"truncate": 10},
    {"status": 503},
    {"status": 502, "shape": "html"},
    {"status": 500},
]


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("how", ["code", "refresh"])
def test_what_is_good_once_is_sent_once(how: str, fault: dict[str, Any], tenant: Any, waits: list[float]) -> None:
    desk = Desk.of(tenant)
    tenant.settings(refresh_tokens="rotating", **REFRESHED)
    if how == "code":
        asked = complete_sign_in(make_request(desk))[0]
        known = {"code": asked.code or "", "redirect_uri": REDIRECT, "code_verifier": asked.code_verifier}
    else:
        value = sign_in_user(desk).refresh_token or ""
    tenant.clear_journal()
    tenant.fault(operation="token", **fault)
    with pytest.raises(BeyondIdentityError) as caught:
        make_server(desk).exchange_code(**known, scopes=[]) if how == "code" else make_server(desk).refresh(value)
    assert isinstance(caught.value, (TransportError, ResponseError))
    assert len(tenant.journal(operation="token")) == 1 and waits == []


@pytest.mark.parametrize("how", ["code", "refresh"])
def test_after_a_429_it_was_not_carried_out(how: str, tenant: Any, waits: list[float]) -> None:
    desk = Desk.of(tenant)
    tenant.settings(refresh_tokens="rotating", **REFRESHED)
    value = sign_in_user(desk).refresh_token or ""
    asked = complete_sign_in(make_request(desk))[0]
    tenant.clear_journal()
    tenant.fault(operation="token", status=429, times=1)
    if how == "refresh":
        assert make_server(desk).refresh(value).access_token
    else:
        known = {"code": asked.code or "", "redirect_uri": REDIRECT, "code_verifier": asked.code_verifier}
        assert make_server(desk).exchange_code(**known, scopes=[]).access_token
    assert len(tenant.journal(operation="token")) == 2 and len(waits) == 1


@pytest.mark.parametrize("how", ["code", "refresh"])
def test_what_is_sent_is_known_as_secret(how: str) -> None:
    """A server may echo it in an error, also where it comes from a store and from no option."""
    with record_requests(build_response({"error": "x"}, status="400 Bad Request")) as (url, _recorder):
        own = {"tenant_id": "t1", "auth_realm_id": "r1", "application_id": "a1", "client_id": "cl1ent"}
        given = {"client_secret": "s3cret", "client_auth_method": "client_secret_post"}
        server = AuthorizationServer(make_connection(auth_url=url, **own, **given), make_session(retries=0))
        with pytest.raises(ResponseError):
            if how == "code":
                server.exchange_code(code="c0de", redirect_uri=REDIRECT, code_verifier="ver1fier", scopes=[])
            else:
                server.refresh("refr3sh")
    secrets = {"s3cret", "c0de", "ver1fier"} if how == "code" else {"s3cret", "refr3sh"}
    assert server.session.secrets == secrets


def test_a_code_needs_a_client() -> None:
    server = AuthorizationServer(make_connection(auth_url="http://127.0.0.1:9"), make_session())
    with pytest.raises(OptionError, match="is missing"):
        server.exchange_code(code="c", redirect_uri=REDIRECT, code_verifier=None, scopes=[])
