# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Authorization requests, and which authorization responses belong to them."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qs, quote, urlencode, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.beyondidentity.management.plugins.module_utils._errors import (
    AuthorizationDeniedError,
    BeyondIdentityError,
    ForeignResponseError,
    OptionError,
)
from ansible_collections.beyondidentity.management.plugins.module_utils._oauth.authorization_request import (
    AuthorizationOptions,
    AuthorizationRequest,
    create_authorization_request,
)
from ansible_collections.beyondidentity.management.plugins.module_utils._oauth.authorization_response import (
    parse_code,
    parse_code_from_url,
)
from ansible_collections.beyondidentity.management.plugins.module_utils._oauth.authorization_server import (
    AuthorizationServer,
)
from ansible_collections.beyondidentity.management.plugins.module_utils._oauth.pkce import create_code_challenge
from tests.unit.builders import US_ISSUER, make_connection, make_session

REDIRECT = "http://127.0.0.1:8400/callback"
RANDOM_VALUE = re.compile(r"[A-Za-z0-9_-]{43}")


def create(
    scopes: tuple[str, ...] = ("realms:read",), client_id: str | None = "cl1ent", **options: Any
) -> AuthorizationRequest:
    """Return an authorization request. `options` sets fields of the `AuthorizationOptions`."""
    server = AuthorizationServer(make_connection(issuer=US_ISSUER, client_id=client_id), make_session())
    return create_authorization_request(
        server, scopes=scopes, redirect_uri=REDIRECT, options=AuthorizationOptions(**options)
    )


def read_parameters(request: AuthorizationRequest) -> dict[str, str]:
    """Return the parameters in a request's URL, each name once."""
    parts = urlsplit(request.url)
    assert parts._replace(query="").geturl() == f"{US_ISSUER}/authorize"
    return {name: value for name, (value,) in parse_qs(parts.query, strict_parsing=True).items()}


def test_each_request_has_new_random_values() -> None:
    one, other = create(), create()
    for name in ("state", "nonce", "code_verifier"):
        assert RANDOM_VALUE.fullmatch(getattr(one, name)) and getattr(one, name) != getattr(other, name)
    assert len({one.state, one.nonce, one.code_verifier}) == 3


def test_the_url_has_all_parameters_and_no_secret() -> None:
    request = create()
    assert read_parameters(request) == {
        "response_type": "code",
        "client_id": "cl1ent",
        "redirect_uri": REDIRECT,
        "scope": "openid realms:read",
        "state": request.state,
        "nonce": request.nonce,
        "code_challenge": create_code_challenge(request.code_verifier),
        "code_challenge_method": "S256",
    }
    assert request.code_verifier not in request.url


def test_values_that_the_user_sets_are_used() -> None:
    request = create(("b", "a", "openid", "a"), oauth_state="s t&=", nonce="ñ", code_verifier="v" * 43, prompt="login")
    sent = read_parameters(request)
    assert (sent["state"], sent["nonce"], sent["prompt"], sent["scope"]) == ("s t&=", "ñ", "login", "a b openid")
    assert (request.state, request.nonce, request.code_verifier) == ("s t&=", "ñ", "v" * 43)
    assert request.scopes == ("a", "b", "openid")
    assert (request.issuer, request.client_id, request.redirect_uri) == (US_ISSUER, "cl1ent", REDIRECT)


def test_a_plain_challenge_is_used_only_if_the_user_sets_it() -> None:
    request = create(code_challenge_method="plain")
    sent = read_parameters(request)
    assert sent["code_challenge"] == request.code_challenge == request.code_verifier
    assert sent["code_challenge_method"] == "plain"


def test_without_openid_no_id_token_is_requested() -> None:
    request = create(openid=False)
    sent = read_parameters(request)
    assert sent["scope"] == "realms:read" and "nonce" not in sent
    assert request.scopes == ("realms:read",) and sent["code_challenge_method"] == "S256"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"openid": False, "scopes": ("a", "openid")}, "scopes contain openid, but openid is false"),
        ({"openid": False, "nonce": "n"}, "nonce needs openid: true"),
        ({"openid": False, "scopes": ()}, "scopes and operations are empty"),
        ({"code_verifier": "short-s3cret"}, "43 to 128"),
        ({"code_challenge_method": "S512"}, "one of S256, plain"),
        ({"scopes": ('"',)}, "is not a valid scope"),
        ({"client_id": None}, "client_id is missing"),
    ],
)
def test_an_invalid_option_is_an_error_that_has_no_secret(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(OptionError, match=message) as caught:
        create(**arguments)
    assert "s3cret" not in caught.value.message


def test_the_repr_of_a_request_and_of_its_options_has_no_verifier() -> None:
    verifier = "s3cret" * 10
    assert "s3cret" not in repr(create(code_verifier=verifier)) + repr(AuthorizationOptions(code_verifier=verifier))


def test_a_request_without_a_response_is_returned_without_a_code() -> None:
    fields = create().to_dict()
    assert "code" not in fields
    assert fields["scopes"] == ["openid", "realms:read"]


def parse(query: str) -> str:
    """Return the code in the query of a response."""
    return parse_code(query, state="st4te", issuer=US_ISSUER)


ISS = quote(US_ISSUER, safe="")
FOREIGN_STATE = "the state of another sign-in"


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("code=c0de&state=st4te", "c0de"),
        ("state=st4te&code=a%2Bb%20c+d", "a+b c d"),
        (f"code=c0de&state=st4te&iss={ISS}", "c0de"),
        ("code=c0de&state=st4te&scope=a&scope=b&session_state=", "c0de"),
        ("code=c0de&state=st4te&error=", "c0de"),
    ],
)
def test_the_code_is_read_from_a_response_to_the_request(query: str, code: str) -> None:
    assert parse(query) == code


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("", FOREIGN_STATE),
        ("code=c0de", FOREIGN_STATE),
        ("code=c0de&state=", FOREIGN_STATE),
        ("code=c0de&state=other", FOREIGN_STATE),
        ("code=c0de&state=st4te%00", FOREIGN_STATE),
        ("code=c0de&state=ST4TE", FOREIGN_STATE),
        ("code=c0de&state=\ud800", FOREIGN_STATE),
        ("code=c0de&state=%ff", FOREIGN_STATE),
        ("error=access_denied", FOREIGN_STATE),
        ("error=access_denied&state=other", FOREIGN_STATE),
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
        ("&".join(f"a{n}=" for n in range(60)) + "&code=c0de&state=st4te", "cannot be parsed"),
    ],
)
def test_a_response_to_another_request_is_refused(query: str, message: str) -> None:
    with pytest.raises(ForeignResponseError, match=message) as caught:
        parse(query)
    assert "c0de" not in caught.value.message and "\x1b" not in caught.value.message


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("error=access_denied&state=st4te", "The sign-in failed: access_denied. The user refused"),
        ("error=invalid_scope&state=st4te&code=c0de", "invalid_scope. The application's allowed scopes"),
        ("error=unauthorized_client&state=st4te", "grant types do not include authorization_code"),
        ("error=x&error_description=no%0Away%1b%5Bm&state=st4te", "The sign-in failed: x: no way [m."),
        ("error=x&error_description=a&error_description=b&state=st4te", "The sign-in failed: x."),
        (f"error=x&state=st4te&iss={ISS}", "The sign-in failed: x."),
    ],
)
def test_an_error_of_the_server_is_reported_with_advice(query: str, message: str) -> None:
    with pytest.raises(AuthorizationDeniedError) as caught:
        parse(query)
    assert message in caught.value.message


@pytest.mark.parametrize(
    ("scopes", "expected", "other"),
    [
        (
            ("openid", "a"),
            "Requested scopes: a, openid. An application grants its allowed scopes only.",
            "openid: true",
        ),
        (("openid", "a"), "protocol oauth2 might not grant openid: set openid: false", "openid: true"),
        (("a",), "protocol oidc may require openid: set openid: true", "openid: false"),
        (None, "The application's allowed scopes do not contain all requested scopes.", "Requested scopes"),
    ],
)
def test_refused_scopes_are_reported_with_the_advice_for_openid(
    scopes: tuple[str, ...] | None, expected: str, other: str
) -> None:
    with pytest.raises(AuthorizationDeniedError) as caught:
        parse_code("error=invalid_scope&state=st4te", state="st4te", issuer=US_ISSUER, scopes=scopes)
    assert expected in caught.value.message and other not in caught.value.message


def test_a_long_error_of_the_server_is_cut() -> None:
    with pytest.raises(AuthorizationDeniedError) as caught:
        parse(urlencode({"error": "x", "error_description": "long " * 500, "state": "st4te"}))
    assert len(caught.value.message) < 600


@given(
    st.dictionaries(
        st.sampled_from(["code", "state", "error", "iss", "x"]),
        st.sampled_from(["", "st4te", US_ISSUER, "c0de", "x\0"]),
    )
)
def test_only_a_response_with_the_same_state_and_issuer_gives_a_code(values: dict[str, str]) -> None:
    belongs = values.get("state") == "st4te" and values.get("iss", US_ISSUER) == US_ISSUER
    try:
        code = parse(urlencode(values))
    except BeyondIdentityError:
        assert not belongs or values.get("error") or not values.get("code")
    else:
        assert belongs and code == values["code"]


def parse_pasted(response: str, redirect_uri: str = REDIRECT) -> str:
    """Return the code in the whole URL of a response."""
    return parse_code_from_url(response, redirect_uri=redirect_uri, state="st4te", issuer=US_ISSUER)


@pytest.mark.parametrize(
    ("response", "redirect_uri"),
    [
        (f"{REDIRECT}?code=c0de&state=st4te", REDIRECT),
        (f"  {REDIRECT}?code=c0de&state=st4te\n", REDIRECT),
        (f"\x1b[200~{REDIRECT}?code=c0de&state=st4te\x1b[201~", REDIRECT),  # a terminal in bracketed-paste mode
        (f"[200~ {REDIRECT}?code=c0de&state=st4te\n[201~\n", REDIRECT),
        (f"\x1b[200~\x1b[200~{REDIRECT}?code=c0de&state=st4te", REDIRECT),
        (f"{REDIRECT}?code=c0de\n&state=st4te", REDIRECT),  # a terminal's line break in the middle
        (f"{REDIRECT}?code=c0de&state=st4te#_=_", REDIRECT),
        ("https://app.example/cb?tab=2&code=c0de&state=st4te", "https://app.example/cb?tab=2"),
        # browsers change the spelling of the registered URI
        ("http://127.0.0.1:8400/?code=c0de&state=st4te", "http://127.0.0.1:8400"),
        ("http://localhost/cb?code=c0de&state=st4te", "http://LOCALHOST:80/cb"),
        ("https://app.example/cb?code=c0de&state=st4te", "https://App.Example:443/cb"),
    ],
)
def test_the_code_is_read_from_a_pasted_url(response: str, redirect_uri: str) -> None:
    assert parse_pasted(response, redirect_uri) == "c0de"


NOT_A_RESPONSE = "not the URL of an authorization response"
FOREIGN_TARGET = "does not belong to the redirect_uri http://127.0.0.1:8400/callback"


@pytest.mark.parametrize(
    ("response", "message"),
    [
        ("", NOT_A_RESPONSE),
        ("s3cret", NOT_A_RESPONSE),
        ("code=s3cret&state=st4te", NOT_A_RESPONSE),
        ("127.0.0.1:8400/callback?code=s3cret&state=st4te", f"{FOREIGN_TARGET}|{NOT_A_RESPONSE}"),  # by Python version
        (REDIRECT, NOT_A_RESPONSE),
        (f"{REDIRECT}#code=s3cret&state=st4te", NOT_A_RESPONSE),
        ("http://[::1/callback?code=s3cret&state=st4te", "is not a valid URL"),
        ("http://127.0.0.1:x/callback?code=s3cret&state=st4te", "is not a valid URL"),
        (f"{REDIRECT}/?code=s3cret&state=st4te", FOREIGN_TARGET),
        ("https://127.0.0.1:8400/callback?code=s3cret&state=st4te", FOREIGN_TARGET),
        ("http://127.0.0.1:8401/callback?code=s3cret&state=st4te", FOREIGN_TARGET),
        ("http://127.0.0.1/callback?code=s3cret&state=st4te", FOREIGN_TARGET),
        ("http://localhost:8400/callback?code=s3cret&state=st4te", FOREIGN_TARGET),
        ("http://127.0.0.1:8400@evil.example/callback?code=s3cret&state=st4te", FOREIGN_TARGET),
        ("http://127.0.0.1:8400/CALLBACK?code=s3cret&state=st4te", FOREIGN_TARGET),
    ],
)
def test_another_pasted_text_is_refused_and_not_repeated(response: str, message: str) -> None:
    with pytest.raises(OptionError, match=message) as caught:
        parse_pasted(response)
    assert "s3cret" not in caught.value.message and "Paste the whole URL" in caught.value.message


@pytest.mark.parametrize(
    "query", ["code=s3cret&state=st4te", "tab=3&code=s3cret&state=st4te", "tab=2", "tab=22&state=st4te"]
)
def test_the_query_of_a_registered_uri_must_come_first(query: str) -> None:
    with pytest.raises(OptionError, match=r"does not belong to the redirect_uri https://app.example/cb\?tab=2"):
        parse_pasted(f"https://app.example/cb?{query}", "https://app.example/cb?tab=2")


def test_a_pasted_response_is_validated_too() -> None:
    with pytest.raises(ForeignResponseError, match=FOREIGN_STATE):
        parse_pasted(f"{REDIRECT}?code=c0de&state=other")
    with pytest.raises(AuthorizationDeniedError, match="access_denied"):
        parse_pasted(f"{REDIRECT}?error=access_denied&state=st4te")


@given(st.text(max_size=60))
def test_any_other_pasted_text_is_one_of_our_errors(text: str) -> None:
    for response in (text, f"{REDIRECT}?{text}"):
        with pytest.raises(BeyondIdentityError):
            parse_pasted(response)
