# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The authorization request, and which answers belong to it."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qs, parse_qsl, quote, urlencode, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.beyondidentity.management.plugins.module_utils._errors import BeyondIdentityError, OptionError
from ansible_collections.beyondidentity.management.plugins.module_utils._oauth.authorization_request import (
    AuthorizationRequest,
    create_authorization_request,
)
from ansible_collections.beyondidentity.management.plugins.module_utils._oauth.authorization_response import (
    AuthorizationDeniedError,
    ForeignResponseError,
    parse_code,
    parse_code_from_url,
)
from ansible_collections.beyondidentity.management.plugins.module_utils._oauth.pkce import create_code_challenge
from ansible_collections.beyondidentity.management.plugins.module_utils._oauth.server import AuthorizationServer
from tests.unit.builders import US_ISSUER, make_connection, make_session

REDIRECT = "http://127.0.0.1:8400/callback"
FRESH = re.compile(r"[A-Za-z0-9_-]{43}")


def request(
    redirect_uri: str = REDIRECT, scopes: tuple[str, ...] = ("realms:read",), **wishes: Any
) -> AuthorizationRequest:
    server = AuthorizationServer(make_connection(issuer=US_ISSUER, client_id="cl1ent"), make_session())
    return create_authorization_request(server, scopes=list(scopes), redirect_uri=redirect_uri, **wishes)


def sent(asked: AuthorizationRequest) -> dict[str, str]:
    parts = urlsplit(asked.url)
    assert parts._replace(query="").geturl() == f"{US_ISSUER}/authorize"
    return {name: value for name, (value,) in parse_qs(parts.query, strict_parsing=True).items()}


def test_the_request_is_fresh_each_time() -> None:
    one, other = request(), request()
    for name in ("state", "nonce", "code_verifier"):
        assert FRESH.fullmatch(getattr(one, name)) and getattr(one, name) != getattr(other, name)
    assert len({one.state, one.nonce, one.code_verifier}) == 3


def test_the_url_says_all_and_no_secret() -> None:
    asked = request()
    assert sent(asked) == {
        "response_type": "code",
        "client_id": "cl1ent",
        "redirect_uri": REDIRECT,
        "scope": "openid realms:read",
        "state": asked.state,
        "nonce": asked.nonce,
        "code_challenge": create_code_challenge(asked.code_verifier),
        "code_challenge_method": "S256",
    }
    assert asked.code_verifier not in asked.url


def test_what_is_given_is_taken() -> None:
    asked = request(scopes=("b", "a", "openid", "a"), state="s t&=", nonce="ñ", code_verifier="v" * 43, prompt="login")
    got = sent(asked)
    assert (got["state"], got["nonce"], got["prompt"], got["scope"]) == ("s t&=", "ñ", "login", "a b openid")
    assert (asked.state, asked.nonce, asked.code_verifier) == ("s t&=", "ñ", "v" * 43)
    assert asked.scopes == ("a", "b", "openid")
    assert (asked.issuer, asked.client_id, asked.redirect_uri) == (US_ISSUER, "cl1ent", REDIRECT)


def test_plain_shows_the_verifier_to_all_so_that_it_must_be_asked_for() -> None:
    asked = request(code_challenge_method="plain")
    assert sent(asked)["code_challenge"] == asked.code_challenge == asked.code_verifier
    assert sent(asked)["code_challenge_method"] == "plain"


@pytest.mark.parametrize(
    ("wishes", "said"),
    [
        ({"code_verifier": "short-s3cret"}, "43 to 128"),
        ({"code_challenge_method": "S512"}, "one of S256, plain"),
        ({"scopes": ('"',)}, "is no scope"),
    ],
)
def test_what_can_not_be_asked_for(wishes: dict[str, Any], said: str) -> None:
    with pytest.raises(OptionError, match=said) as caught:
        request(**wishes)
    assert "s3cret" not in caught.value.message


def test_a_request_needs_a_client() -> None:
    server = AuthorizationServer(make_connection(issuer=US_ISSUER), make_session())
    with pytest.raises(OptionError, match="client_id is missing"):
        create_authorization_request(server, scopes=[], redirect_uri=REDIRECT)


def test_a_request_does_not_show_its_secrets_by_itself() -> None:
    asked = request(code_verifier="s3cret" * 10)
    assert "s3cret" not in repr(asked)
    assert "code" not in asked.to_dict()
    assert asked.to_dict()["scopes"] == ["openid", "realms:read"]


def code(query: str) -> str:
    return parse_code(query, state="st4te", issuer=US_ISSUER)


ISS = quote(US_ISSUER, safe="")


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("code=c0de&state=st4te", "c0de"),
        ("state=st4te&code=a%2Bb%20c+d", "a+b c d"),
        (f"code=c0de&state=st4te&iss={ISS}", "c0de"),
        ("code=c0de&state=st4te&scope=a&scope=b&session_state=", "c0de"),
        ("code=c0de&state=st4te&error=", "c0de"),
    ],
)
def test_the_answer_has_the_code(query: str, found: str) -> None:
    assert code(query) == found


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("", "state is not that"),
        ("code=c0de", "state is not that"),
        ("code=c0de&state=", "state is not that"),
        ("code=c0de&state=other", "state is not that"),
        ("code=c0de&state=st4te%00", "state is not that"),
        ("code=c0de&state=ST4TE", "state is not that"),
        ("code=c0de&state=\ud800", "state is not that"),
        ("code=c0de&state=%ff", "state is not that"),
        ("error=access_denied", "state is not that"),
        ("error=access_denied&state=other", "state is not that"),
        ("state=st4te", "neither code nor error"),
        ("code=&state=st4te", "neither code nor error"),
        ("code=c0de&code=c0de&state=st4te", "twice"),
        ("code=c0de&state=st4te&state=st4te", "twice"),
        ("code=c0de&state=other&state=st4te", "twice"),
        ("error=a&error=b&state=st4te", "twice"),
        (f"code=c0de&state=st4te&iss={ISS}&iss={ISS}", "twice"),
        ("code=c0de&state=st4te&iss=", "another issuer"),
        (f"code=c0de&state=st4te&iss={ISS}%2F", "another issuer"),
        ("code=c0de&state=st4te&iss=https%3A%2F%2Fevil.example%1b%5B31m", "another issuer: https://evil.example"),
        (f"error=access_denied&state=st4te&iss={ISS}x", "another issuer"),
        ("&".join(f"a{n}=" for n in range(60)) + "&code=c0de&state=st4te", "can't be read"),
    ],
)
def test_what_does_not_belong_to_the_request(query: str, said: str) -> None:
    with pytest.raises(ForeignResponseError, match=said) as caught:
        code(query)
    assert "c0de" not in caught.value.message and "\x1b" not in caught.value.message


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("error=access_denied&state=st4te", "did not succeed: access_denied. The person refused"),
        ("error=invalid_scope&state=st4te&code=c0de", "invalid_scope. The application's allowed scopes"),
        ("error=unauthorized_client&state=st4te", "grant types do not include authorization_code"),
        ("error=x&error_description=no%0Away%1b%5Bm&state=st4te", "did not succeed: x: no way [m."),
        ("error=x&error_description=a&error_description=b&state=st4te", "did not succeed: x."),
        (f"error=x&state=st4te&iss={ISS}", "did not succeed: x."),
    ],
)
def test_a_refusal_ends_it(query: str, said: str) -> None:
    with pytest.raises(AuthorizationDeniedError) as caught:
        code(query)
    assert said in caught.value.message


def test_a_refusal_is_cut_to_a_line() -> None:
    with pytest.raises(AuthorizationDeniedError) as caught:
        code(urlencode({"error": "x", "error_description": "long " * 500, "state": "st4te"}))
    assert len(caught.value.message) < 600


@given(st.dictionaries(st.sampled_from(["code", "state", "error", "iss", "x"]), st.text(max_size=12)))
def test_no_code_comes_from_another_state_or_issuer(values: dict[str, str]) -> None:
    try:
        found = code(urlencode(values))
    except BeyondIdentityError:
        assert (
            values.get("state") != "st4te"
            or values.get("error")
            or not values.get("code")
            or values.get("iss", US_ISSUER) != US_ISSUER
        )
    else:
        assert (values["state"], values["code"], values.get("iss", US_ISSUER)) == ("st4te", found, US_ISSUER)


@given(st.text(max_size=60))
def test_any_query_ends_in_a_code_or_one_of_our_errors(query: str) -> None:
    try:
        assert code(query)
    except (ForeignResponseError, AuthorizationDeniedError):
        pass
    else:
        assert ("state", "st4te") in parse_qsl(query)


def pasted(response: str, redirect_uri: str = REDIRECT) -> str:
    return parse_code_from_url(response, {"redirect_uri": redirect_uri, "state": "st4te", "issuer": US_ISSUER})


@pytest.mark.parametrize(
    ("response", "redirect_uri"),
    [
        (f"{REDIRECT}?code=c0de&state=st4te", REDIRECT),
        (f"  {REDIRECT}?code=c0de&state=st4te\n", REDIRECT),
        (f"{REDIRECT}?code=c0de\n&state=st4te", REDIRECT),  # a terminal's line end in the middle
        (f"{REDIRECT}?code=c0de&state=st4te#_=_", REDIRECT),
        ("https://app.example/cb?tab=2&code=c0de&state=st4te", "https://app.example/cb?tab=2"),
        # as browsers write it
        ("http://127.0.0.1:8400/?code=c0de&state=st4te", "http://127.0.0.1:8400"),
        ("http://localhost/cb?code=c0de&state=st4te", "http://LOCALHOST:80/cb"),
        ("https://app.example/cb?code=c0de&state=st4te", "https://App.Example:443/cb"),
    ],
)
def test_the_pasted_address_has_the_code(response: str, redirect_uri: str) -> None:
    assert pasted(response, redirect_uri) == "c0de"


@pytest.mark.parametrize(
    ("response", "said"),
    [
        ("", "not the URL that the browser was sent to"),
        ("s3cret", "not the URL"),
        ("code=s3cret&state=st4te", "not the URL"),
        ("127.0.0.1:8400/callback?code=s3cret&state=st4te", "another redirect_uri|not the URL"),
        (REDIRECT, "not the URL"),
        (f"{REDIRECT}#code=s3cret&state=st4te", "not the URL"),
        ("http://[::1/callback?code=s3cret&state=st4te", "is no URL"),
        ("http://127.0.0.1:x/callback?code=s3cret&state=st4te", "is no URL"),
        (f"{REDIRECT}/?code=s3cret&state=st4te", "another redirect_uri than http://127.0.0.1:8400/callback"),
        ("https://127.0.0.1:8400/callback?code=s3cret&state=st4te", "another redirect_uri"),
        ("http://127.0.0.1:8401/callback?code=s3cret&state=st4te", "another redirect_uri"),
        ("http://127.0.0.1/callback?code=s3cret&state=st4te", "another redirect_uri"),
        ("http://localhost:8400/callback?code=s3cret&state=st4te", "another redirect_uri"),
        ("http://127.0.0.1:8400@evil.example/callback?code=s3cret&state=st4te", "another redirect_uri"),
        ("http://127.0.0.1:8400/CALLBACK?code=s3cret&state=st4te", "another redirect_uri"),
    ],
)
def test_what_is_not_the_answers_address(response: str, said: str) -> None:
    with pytest.raises(OptionError, match=said) as caught:
        pasted(response)
    assert "s3cret" not in caught.value.message and "Paste the whole address" in caught.value.message


@pytest.mark.parametrize(
    "query", ["code=s3cret&state=st4te", "tab=3&code=s3cret&state=st4te", "tab=2", "tab=22&state=st4te"]
)
def test_a_registered_query_must_come_first(query: str) -> None:
    with pytest.raises(OptionError, match="of another redirect_uri"):
        pasted(f"https://app.example/cb?{query}", "https://app.example/cb?tab=2")


def test_a_pasted_answer_is_checked_as_any_other() -> None:
    with pytest.raises(ForeignResponseError, match="state is not that"):
        pasted(f"{REDIRECT}?code=c0de&state=other")
    with pytest.raises(AuthorizationDeniedError, match="access_denied"):
        pasted(f"{REDIRECT}?error=access_denied&state=st4te")


@given(st.text(max_size=60))
def test_any_paste_ends_in_one_of_our_errors(text: str) -> None:
    with pytest.raises(BeyondIdentityError):
        pasted(text)
    with pytest.raises(BeyondIdentityError):
        pasted(f"{REDIRECT}?{text}")
