# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The exchange of an authorization response for a token: as a whole, in parts, and what cannot be combined."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest

from ansible_collections.beyondidentity.management.plugins.module_utils._errors import (
    AuthorizationDeniedError,
    ForeignResponseError,
    MalformedResponseError,
    OptionError,
    ResponseError,
    StateError,
)
from ansible_collections.beyondidentity.management.plugins.module_utils._oauth import id_token
from ansible_collections.beyondidentity.management.plugins.module_utils._oauth.jwt_claims import read_unverified_claims
from ansible_collections.beyondidentity.management.plugins.modules import token
from tests.support.sign_in_application import REDIRECT, SignInApplication, sign_in
from tests.unit.builders import make_jwt
from tests.unit.memory_store import MemoryStore
from tests.unit.sign_in_helpers import (
    NO_EXCHANGE_OPTIONS,
    READ,
    complete_sign_in,
    exchange,
    list_sign_ins,
    make_request,
)


@pytest.fixture(params=["confidential", "public"])
def any_desk(request: pytest.FixtureRequest, tenant: Any) -> SignInApplication:
    """Return an application with a secret, and one without."""
    return SignInApplication.of(tenant, public=request.param == "public")


@pytest.fixture
def app(tenant: Any) -> SignInApplication:
    """Return an application with a secret."""
    return SignInApplication.of(tenant)


def build_all_ways(app: SignInApplication) -> dict[str, dict[str, Any]]:
    """Return the options for each way to pass an authorization response. Each way has a response of its own."""

    def complete() -> tuple[dict[str, Any], dict[str, Any], str]:
        request = make_request(app)
        answered, url = complete_sign_in(request)
        return request.to_dict(), answered.to_dict(), url

    answered = complete()[1]
    pasted, _answered, pasted_url = complete()
    registered, _answered, registered_url = complete()
    parts, _answered, parts_url = complete()
    return {
        "authorization with its code": {"authorization": complete()[1]},
        "registered result": {"authorization": {"authorization": complete()[1], "changed": False}},
        "authorization and pasted URL": {"authorization": pasted, "redirect_response": pasted_url},
        "registered result and pasted URL": {
            "authorization": {"authorization": registered, "requests": 0},
            "redirect_response": registered_url,
        },
        "parts": {name: answered[name] for name in ("code", "redirect_uri", "code_verifier", "nonce")},
        "parts and pasted URL": {
            "redirect_response": parts_url,
            "oauth_state": parts["state"],
            "redirect_uri": REDIRECT,
            "code_verifier": parts["code_verifier"],
        },
    }


def complete_authorization(app: SignInApplication) -> dict[str, Any]:
    """Return an authorization with its code, as the module authorize returns it."""
    return complete_sign_in(make_request(app))[0].to_dict()


def count_exchanges(tenant: Any) -> int:
    """Return how many codes the tenant received."""
    return len(tenant.read_journal(grant="authorization_code"))


def refuse(app: SignInApplication, message: str, params: dict[str, Any]) -> None:
    """Exchange a code, and assert that it fails before a request is sent, without a secret in the message."""
    before = len(app.tenant.read_journal(operation="token"))
    with pytest.raises((OptionError, ForeignResponseError), match=message) as caught:
        exchange(app, params)
    assert len(app.tenant.read_journal(operation="token")) == before
    assert "s3cret" not in caught.value.message


def test_a_response_can_be_passed_in_several_ways(any_desk: SignInApplication, tenant: Any) -> None:
    for way, params in build_all_ways(any_desk).items():
        token, requested = exchange(any_desk, params)
        assert token.scopes == ("openid", "realms:read"), way
        assert requested == (READ if "authorization" in params else []), way
        assert token.id_token and token.access_token
    assert {entry["status"] for entry in tenant.read_journal(operation="token", grant="authorization_code")} == {200}


@pytest.mark.parametrize(
    ("given", "has_response"),
    [
        ({}, False),
        ({"redirect_uri": "x", "nonce": "y"}, False),
        ({"authorization": {"x": 1}}, True),
        ({"redirect_response": "x"}, True),
        ({"code": "x"}, True),
    ],
)
def test_the_module_exchanges_a_code_if_the_options_have_a_response(given: dict[str, Any], has_response: bool) -> None:
    assert token.has_response({**NO_EXCHANGE_OPTIONS, **given}) is has_response


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"state": ...}, "authorization lacks state"),
        ({"state": "", "issuer": None}, "authorization lacks state, issuer"),
        ({"code_verifier": ...}, "authorization lacks code_verifier"),
        ({"nonce": ...}, "authorization lacks nonce"),
        ({"nonce": 7}, "authorization lacks nonce"),
        ({"redirect_uri": 7}, "authorization lacks redirect_uri"),
        ({"client_id": ["c"]}, "authorization lacks client_id"),
        ({"issuer": "https://evil.example"}, "has the issuer https://evil.example, but the task has http"),
        ({"client_id": "other"}, "has the client_id other, but the task has client-"),
        ({"code": ...}, "authorization has no code"),
        ({"code": ["s3cret"]}, "authorization has no code"),
        ({"code": ..., "scopes": 7}, "authorization has no code"),
        ({"scopes": ['"']}, r"authorization \(scopes\): '\"' is not a valid scope"),
        ({"authorization": "text"}, "authorization lacks state, redirect_uri"),
    ],
)
def test_an_authorization_that_is_incomplete_or_for_another_client_is_refused(
    changes: dict[str, Any], message: str, app: SignInApplication
) -> None:
    authorization = {**replace(make_request(app), code="s3cret").to_dict(), **changes}
    given = {name: value for name, value in authorization.items() if value is not ...}
    refuse(app, message, {"authorization": given})


RESPONSE = f"{REDIRECT}?code=s3cret&state=x"


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"code": "s3cret"}, "redirect_uri is missing"),
        ({"redirect_response": RESPONSE}, "redirect_uri is missing"),
        ({"redirect_response": RESPONSE, "redirect_uri": REDIRECT}, "needs authorization or oauth_state"),
        (
            {"redirect_response": RESPONSE, "redirect_uri": REDIRECT, "oauth_state": "y"},
            "the state of another sign-in",
        ),
        ({"redirect_response": "s3cret", "redirect_uri": REDIRECT, "oauth_state": "y"}, "Paste the whole URL"),
    ],
)
def test_parts_that_are_incomplete_are_refused(params: dict[str, Any], message: str, app: SignInApplication) -> None:
    refuse(app, message, params)


@pytest.mark.parametrize("name", ["code", "redirect_uri", "code_verifier", "nonce", "oauth_state"])
def test_an_authorization_and_its_parts_cannot_be_combined(name: str, app: SignInApplication) -> None:
    params = {"authorization": make_request(app).to_dict(), name: "s3cret"}
    refuse(app, f"authorization already has {name}", params)


@pytest.mark.parametrize("changes", [{"state": "other"}, {"redirect_uri": "http://127.0.0.1:1/other"}])
def test_a_response_to_another_request_is_refused(changes: dict[str, str], app: SignInApplication) -> None:
    request, url = complete_sign_in(make_request(app))
    params = {"authorization": {**request.to_dict(), **changes}, "redirect_response": url}
    refuse(app, "state of another sign-in|does not belong to the redirect_uri", params)


@pytest.mark.parametrize("changes", [{"code_verifier": "w" * 43}, {"redirect_uri": REDIRECT + "x"}, {"code": "x"}])
def test_a_code_that_the_server_refuses_is_sent_once(
    changes: dict[str, str], app: SignInApplication, tenant: Any
) -> None:
    with pytest.raises(ResponseError, match="HTTP 400 invalid_grant.*Sign in again"):
        exchange(app, {"authorization": {**complete_authorization(app), **changes}})
    assert count_exchanges(tenant) == 1


def test_a_code_is_valid_once(app: SignInApplication) -> None:
    params = {"authorization": complete_authorization(app)}
    exchange(app, params)
    with pytest.raises(ResponseError, match="was used before"):
        exchange(app, params)


def test_hosts_of_a_run_share_the_token_of_a_code(app: SignInApplication, tenant: Any) -> None:
    """A second use of the code would revoke the token that the first use issued."""
    store, params = MemoryStore(), {"authorization": complete_authorization(app)}
    with ThreadPoolExecutor(4) as pool:
        tokens = list(pool.map(lambda _n: exchange(app, params, store)[0], range(4)))
    assert len({token.access_token for token in tokens}) == 1
    assert count_exchanges(tenant) == 1


@pytest.mark.parametrize(
    ("changes", "params"),
    [({"code_verifier": "w" * 43}, {}), ({"nonce": "other"}, {}), ({}, {"custom_claims": {"ticket": 1}})],
)
def test_a_shared_token_is_only_for_the_same_request(
    changes: dict[str, str], params: dict[str, Any], app: SignInApplication
) -> None:
    store, authorization = MemoryStore(), complete_authorization(app)
    exchange(app, {"authorization": authorization}, store)
    with pytest.raises(ResponseError, match="was used before"):
        exchange(app, {"authorization": {**authorization, **changes}, **params}, store)


def test_hosts_that_manage_different_realms_use_a_code_once(app: SignInApplication, tenant: Any) -> None:
    tenant.add_fault(operation="token", delay=0.2)
    store, params = MemoryStore(), {"authorization": complete_authorization(app)}
    with ThreadPoolExecutor(4) as pool:
        tokens = list(pool.map(lambda realm: exchange(app, {**params, "realm_id": realm}, store)[0], "abcd"))
    assert len({token.access_token for token in tokens}) == 1
    assert count_exchanges(tenant) == 1


def test_a_shared_token_that_is_expired_is_an_error(app: SignInApplication, tenant: Any) -> None:
    store, params = MemoryStore(), {"authorization": complete_authorization(app)}
    token = exchange(app, params, store)[0]
    store.put(store.keys[-1], {**token.to_dict(), "issued_at": time.time() - 4000})
    with pytest.raises(StateError, match="already used the code, and the token of that exchange is expired"):
        exchange(app, params, store)
    assert count_exchanges(tenant) == 1


@pytest.mark.parametrize(("token_cache", "is_stored"), [("run", True), ("none", False)])
def test_the_sign_in_is_stored_unless_token_cache_is_none(
    token_cache: str, is_stored: bool, app: SignInApplication
) -> None:
    store = MemoryStore()
    token, _requested = exchange(app, {"authorization": complete_authorization(app), "token_cache": token_cache}, store)
    stored = [item.access_token for item in list_sign_ins(app, store)]
    assert stored == ([token.access_token] if is_stored else [])
    assert bool(store.entries) is is_stored


def test_without_pyjwt_the_code_is_not_spent(app: SignInApplication, monkeypatch: pytest.MonkeyPatch) -> None:
    params = {"authorization": complete_authorization(app)}
    with monkeypatch.context() as patch:
        patch.setattr(id_token, "IMPORT_ERROR", "missing")
        refuse(app, "PyJWT, .* is missing", params)
    assert exchange(app, params)[0].id_token


def test_an_id_token_with_another_nonce_is_refused(app: SignInApplication) -> None:
    with pytest.raises(MalformedResponseError, match="The ID token belongs to another sign-in"):
        exchange(app, {"authorization": {**complete_authorization(app), "nonce": "other"}})


@pytest.mark.parametrize(
    ("azp", "is_accepted"), [("client_id", True), ("path", True), ("absent", True), ("foreign", False)]
)
def test_an_id_token_names_the_client_or_its_applications_path(
    azp: str, is_accepted: bool, app: SignInApplication, tenant: Any
) -> None:
    tenant.change_settings(id_token_azp=azp)
    params = {"authorization": complete_authorization(app)}
    if is_accepted:
        assert exchange(app, params)[0].id_token
    else:
        with pytest.raises(MalformedResponseError, match="not issued to this client"):
            exchange(app, params)


@pytest.mark.parametrize("form", ["text", "comma", "list"])
def test_granted_scopes_are_read_in_each_form(form: str, app: SignInApplication, tenant: Any) -> None:
    tenant.change_settings(token_scope_format=form)
    assert exchange(app, {"authorization": complete_authorization(app)})[0].scopes == ("openid", "realms:read")


def test_a_token_with_an_invalid_id_token_is_not_stored(app: SignInApplication, tenant: Any) -> None:
    store = MemoryStore()
    tenant.change_settings(token_answer={"id_token": make_jwt({"iss": app.issuer})})
    with pytest.raises(MalformedResponseError, match="The ID token"):
        exchange(app, {"authorization": complete_authorization(app)}, store)
    assert list_sign_ins(app, store) == []


def test_without_an_id_token_a_nonce_that_the_user_set_is_an_error(app: SignInApplication, tenant: Any) -> None:
    """An attacker who injects the code of a request without openid would remove the ID token. PKCE protects a whole one."""
    tenant.change_settings(token_answer={"id_token": None})
    for way, params in build_all_ways(app).items():
        if "nonce" in params:
            with pytest.raises(MalformedResponseError, match="no ID token, so the nonce cannot be verified"):
                exchange(app, params)
        else:
            assert exchange(app, params)[0].access_token, way


@pytest.fixture
def oauth2_app(tenant: Any) -> SignInApplication:
    """Return an application with the protocol oauth2, which cannot grant openid."""
    return SignInApplication.of(tenant, type="oauth2")


def test_an_oauth2_application_is_used_without_openid(
    oauth2_app: SignInApplication, tenant: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(id_token, "IMPORT_ERROR", "missing")  # no ID token is expected, so PyJWT is not needed
    store = MemoryStore()
    answered, _url = complete_sign_in(make_request(oauth2_app, openid=False))
    token, requested = exchange(oauth2_app, {"authorization": answered.to_dict()}, store)
    assert (token.scopes, token.id_token, requested) == (("realms:read",), None, READ)
    assert [item.access_token for item in list_sign_ins(oauth2_app, store)] == [token.access_token]
    assert tenant.read_journal(operation="jwks") == []


def test_a_pasted_refusal_of_openid_says_what_to_set(oauth2_app: SignInApplication, app: SignInApplication) -> None:
    for application, openid, advice in ((oauth2_app, True, "openid: false"), (app, False, "openid: true")):
        request = make_request(application, openid=openid)
        params = {"authorization": request.to_dict(), "redirect_response": sign_in(request.url)}
        with pytest.raises(AuthorizationDeniedError, match=f"invalid_scope.*Requested scopes: .*{advice}"):
            exchange(application, params)


def test_an_id_token_that_was_not_requested_is_not_returned(oauth2_app: SignInApplication, tenant: Any) -> None:
    tenant.change_settings(token_answer={"id_token": make_jwt({"iss": "https://evil.example"})})
    answered, _url = complete_sign_in(make_request(oauth2_app, openid=False))
    assert exchange(oauth2_app, {"authorization": answered.to_dict()})[0].id_token is None


def test_the_requested_scopes_are_granted_if_the_response_names_none(app: SignInApplication, tenant: Any) -> None:
    tenant.change_settings(token_answer={"scope": None})
    for way, params in build_all_ways(app).items():
        token, _requested = exchange(app, {**params, "scopes": READ})
        assert set(token.scopes) >= set(READ), way


def test_custom_claims_are_sent_with_a_code(app: SignInApplication) -> None:
    params = {"authorization": complete_authorization(app), "custom_claims": {"ticket": "OPS-1"}}
    claims = read_unverified_claims(exchange(app, params)[0].access_token) or {}
    assert claims["bi_custom"] == {"ticket": "OPS-1"}
