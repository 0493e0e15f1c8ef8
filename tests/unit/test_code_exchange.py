# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A browser's answer for a token: the whole of it, its parts, and what does not go together."""

from __future__ import annotations

import base64
import json
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest

from ansible_collections.beyondidentity.management.plugins.module_utils._errors import (
    MalformedResponseError,
    OptionError,
    ResponseError,
    StateError,
)
from ansible_collections.beyondidentity.management.plugins.module_utils._oauth import id_token
from ansible_collections.beyondidentity.management.plugins.module_utils._oauth.authorization_response import (
    ForeignResponseError,
)
from ansible_collections.beyondidentity.management.plugins.module_utils._task.code_exchange import (
    has_authorization_response,
)
from tests.support.desk import REDIRECT, Desk
from tests.unit.builders import make_jwt
from tests.unit.memory_store import MemoryStore
from tests.unit.sign_in_helpers import NO_EXCHANGE_OPTIONS, READ, complete_sign_in, exchange, make_request


@pytest.fixture(params=["confidential", "public"])
def desk(request: pytest.FixtureRequest, tenant: Any) -> Desk:
    return Desk.of(tenant, public=request.param == "public")


def ways(desk: Desk) -> dict[str, dict[str, Any]]:
    """All ways to hand over an answer, each with an answer of its own."""

    def fresh() -> tuple[dict[str, Any], dict[str, Any], str]:
        asked = make_request(desk)
        whole, address = complete_sign_in(asked)
        return asked.to_dict(), whole.to_dict(), address

    parts = fresh()[1]
    pasted, _whole, address = fresh()
    stated, _whole, stated_address = fresh()
    registered, _whole, registered_address = fresh()
    return {
        "listened": {"authorization": fresh()[1]},
        "registered": {"authorization": {"authorization": fresh()[1], "changed": False}},
        "pasted": {"authorization": pasted, "redirect_response": address},
        "pasted beside what was registered": {
            "authorization": {"authorization": registered, "requests": 0},
            "redirect_response": registered_address,
        },
        "parts": {name: parts[name] for name in ("code", "redirect_uri", "code_verifier", "nonce")},
        "parts, pasted": {
            "redirect_response": stated_address,
            "oauth_state": stated["state"],
            "redirect_uri": REDIRECT,
            "code_verifier": stated["code_verifier"],
        },
    }


def test_every_way_leads_to_a_token(desk: Desk, tenant: Any) -> None:
    for way, params in ways(desk).items():
        token, asked = exchange(desk, params)
        assert token.scopes == ("openid", "realms:read"), way
        assert asked == (READ if "authorization" in params else []), way
        assert token.id_token and token.access_token
    assert {entry["status"] for entry in tenant.journal(operation="token", grant="authorization_code")} == {200}


@pytest.mark.parametrize("name", ["authorization", "redirect_response", "code"])
def test_what_is_an_answer(name: str) -> None:
    assert not has_authorization_response(NO_EXCHANGE_OPTIONS) and not has_authorization_response(
        {**NO_EXCHANGE_OPTIONS, "redirect_uri": "x", "nonce": "y"}
    )
    assert has_authorization_response({**NO_EXCHANGE_OPTIONS, name: {"x": 1} if name == "authorization" else "x"})


def refused(desk: Desk, said: str, params: dict[str, Any]) -> None:
    before = len(desk.tenant.journal(operation="token"))
    with pytest.raises((OptionError, ForeignResponseError), match=said) as caught:
        exchange(desk, params)
    assert len(desk.tenant.journal(operation="token")) == before, "nothing was sent"
    assert "s3cret" not in caught.value.message


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"state": ...}, "authorization lacks state"),
        ({"state": "", "issuer": None}, "authorization lacks state, issuer"),
        ({"code_verifier": ...}, "authorization lacks code_verifier"),
        ({"nonce": ...}, "authorization lacks nonce"),
        ({"nonce": 7}, "authorization lacks nonce"),
        ({"redirect_uri": 7}, "authorization lacks redirect_uri"),
        ({"client_id": ["c"]}, "authorization lacks client_id"),
        ({"issuer": "https://evil.example"}, "of the issuer https://evil.example, but the task's is http"),
        ({"client_id": "other"}, "of the client_id other, but the task's is client-"),
        ({"code": ...}, "authorization has no code"),
        ({"code": ["s3cret"]}, "authorization has no code"),
        ({"scopes": ['"']}, r"authorization \(scopes\): '\"' is no scope"),
        ({"authorization": "text"}, "authorization lacks state, redirect_uri"),
    ],
)
def test_a_request_that_is_not_whole_or_of_another_client(changes: dict[str, Any], said: str, tenant: Any) -> None:
    desk = Desk.of(tenant)
    whole = {**replace(make_request(desk), code="s3cret").to_dict(), **changes}
    refused(desk, said, {"authorization": {name: value for name, value in whole.items() if value is not ...}})


@pytest.mark.parametrize(
    ("params", "said"),
    [
        ({"code": "s3cret"}, "redirect_uri is missing"),
        ({"redirect_response": f"{REDIRECT}?code=s3cret&state=x"}, "redirect_uri is missing"),
        (
            {"redirect_response": f"{REDIRECT}?code=s3cret&state=x", "redirect_uri": REDIRECT},
            "can't be checked without authorization or oauth_state",
        ),
        (
            {"redirect_response": f"{REDIRECT}?code=s3cret&state=x", "redirect_uri": REDIRECT, "oauth_state": "y"},
            "state is not that of this sign-in",
        ),
        ({"redirect_response": "s3cret", "redirect_uri": REDIRECT, "oauth_state": "y"}, "Paste the whole address"),
    ],
)
def test_parts_that_do_not_suffice(params: dict[str, Any], said: str, tenant: Any) -> None:
    refused(Desk.of(tenant), said, params)


@pytest.mark.parametrize("name", ["code", "redirect_uri", "code_verifier", "nonce", "oauth_state"])
def test_the_whole_and_its_parts_are_not_mixed(name: str, tenant: Any) -> None:
    desk = Desk.of(tenant)
    refused(
        desk, f"authorization holds {name} already", {"authorization": make_request(desk).to_dict(), name: "s3cret"}
    )


@pytest.mark.parametrize("changes", [{"state": "other"}, {"redirect_uri": "http://127.0.0.1:1/other"}])
def test_an_answer_of_another_request(changes: dict[str, str], tenant: Any) -> None:
    desk = Desk.of(tenant)
    asked, address = complete_sign_in(make_request(desk))
    params = {"authorization": {**asked.to_dict(), **changes}, "redirect_response": address}
    refused(desk, "state is not that|of another redirect_uri", params)


@pytest.mark.parametrize("changes", [{"code_verifier": "w" * 43}, {"redirect_uri": REDIRECT + "x"}, {"code": "x"}])
def test_what_the_service_refuses_says_sign_in_again(changes: dict[str, str], tenant: Any) -> None:
    desk = Desk.of(tenant)
    asked = {**complete_sign_in(make_request(desk))[0].to_dict(), **changes}
    with pytest.raises(ResponseError, match="HTTP 400 invalid_grant.*sign in again"):
        exchange(desk, {"authorization": asked})
    assert len(tenant.journal(grant="authorization_code")) == 1, "a code is good once, so it is sent once"


def test_a_code_is_good_once(tenant: Any) -> None:
    desk = Desk.of(tenant)
    params = {"authorization": complete_sign_in(make_request(desk))[0].to_dict()}
    exchange(desk, params)
    with pytest.raises(ResponseError, match="was used already"):
        exchange(desk, params)


def test_those_of_a_run_who_have_the_same_answer_share_its_token(tenant: Any) -> None:
    """A second use of the code would end the token that the first one gave."""
    desk, store = Desk.of(tenant), MemoryStore()
    whole, address = complete_sign_in(make_request(desk))
    listened = {"authorization": whole.to_dict()}
    with ThreadPoolExecutor(4) as pool:
        tokens = list(pool.map(lambda _n: exchange(desk, listened, store)[0], range(4)))
    assert len({token.access_token for token in tokens}) == 1
    assert len(tenant.journal(grant="authorization_code")) == 1
    refused(
        desk, "state is not that", {"authorization": {**whole.to_dict(), "state": "x"}, "redirect_response": address}
    )
    for other in ({"code_verifier": "w" * 43}, {"nonce": "other"}):
        with pytest.raises(ResponseError, match="was used already"):
            exchange(desk, {"authorization": {**whole.to_dict(), **other}}, store)


def test_what_such_an_answer_gave_may_be_over(tenant: Any) -> None:
    desk, store = Desk.of(tenant), MemoryStore()
    tenant.settings(token_lifetime=1)
    params = {"authorization": complete_sign_in(make_request(desk))[0].to_dict()}
    exchange(desk, params, store)
    time.sleep(1)
    with pytest.raises(StateError, match="was used already in this run, and its token is expired"):
        exchange(desk, params, store)
    assert len(tenant.journal(grant="authorization_code")) == 1


def test_without_the_library_the_code_is_not_spent(tenant: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    desk = Desk.of(tenant)
    params = {"authorization": complete_sign_in(make_request(desk))[0].to_dict()}
    with monkeypatch.context() as patched:
        patched.setattr(id_token, "IMPORT_ERROR", "missing")
        refused(desk, "PyJWT is missing", params)
    assert exchange(desk, params)[0].id_token


@pytest.mark.parametrize("changes", [{"nonce": "other"}, {}])
def test_the_id_token_must_be_of_this_request(changes: dict[str, str], tenant: Any) -> None:
    desk = Desk.of(tenant)
    if not changes:
        tenant.settings(token_answer={"id_token": make_jwt({"iss": desk.issuer})})
    with pytest.raises(MalformedResponseError, match="The ID token"):
        exchange(desk, {"authorization": {**complete_sign_in(make_request(desk))[0].to_dict(), **changes}})


def test_a_nonce_that_was_given_is_checked_or_the_token_not_used(tenant: Any) -> None:
    """Who injects a code of a request without openid would strip the ID token; a whole authorization has PKCE, too."""
    desk = Desk.of(tenant)
    tenant.settings(token_answer={"id_token": None})
    for way, params in ways(desk).items():
        if "nonce" in params:
            with pytest.raises(MalformedResponseError, match="No ID token came, so that its nonce can't be checked"):
                exchange(desk, params)
        else:
            assert exchange(desk, params)[0].access_token, way


def test_where_the_service_says_nothing_of_scopes_those_that_were_asked_for_count(tenant: Any) -> None:
    desk = Desk.of(tenant)
    tenant.settings(token_answer={"scope": None})
    for way, params in ways(desk).items():
        token, _asked = exchange(desk, {**params, "scopes": READ})
        assert set(token.scopes) >= set(READ), way


def test_claims_of_ones_own(tenant: Any) -> None:
    desk = Desk.of(tenant)
    params = {"authorization": complete_sign_in(make_request(desk))[0].to_dict(), "custom_claims": {"ticket": "OPS-1"}}
    claims = exchange(desk, params)[0].access_token.split(".")[1]
    assert json.loads(base64.urlsafe_b64decode(claims + "=="))["bi_custom"] == {"ticket": "OPS-1"}
