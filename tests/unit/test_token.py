# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Token responses, expiry, and how tokens are stored."""

from __future__ import annotations

import math
import time
from typing import Any

import pytest

from ansible_collections.beyondidentity.management.plugins.module_utils._errors import (
    OTHER_SERVER_HINT,
    BeyondIdentityError,
    MalformedResponseError,
)
from ansible_collections.beyondidentity.management.plugins.module_utils._oauth.token import Token
from ansible_collections.beyondidentity.management.plugins.module_utils._oauth.token_response import (
    parse_token_response,
)
from tests.unit.builders import make_jwt

BASE = {"access_token": "t0ken", "token_type": "Bearer", "expires_in": 3600, "scope": "a:read"}


def parse(expiration_time: int = 3600, **changes: Any) -> Token:
    """Return the token of a response. A field that is `...` is missing."""
    body = {name: value for name, value in {**BASE, **changes}.items() if value is not ...}
    return parse_token_response(body, ["a:read"], 1000.0, expiration_time, "Requesting a token")


@pytest.mark.parametrize("access_token", ["a", "a" * 16384, "!~", "a.b.c", make_jwt({"jti": "x"})])
def test_a_token_can_have_any_printable_ascii_characters(access_token: str) -> None:
    assert parse(access_token=access_token).access_token == access_token


MALFORMED_TOKENS = [
    7,
    True,
    ["t0ken"],
    "a" * 16385,
    "s3cr t",
    "s3cr\nt",
    "s3crét",
    "s3cr\x00t",
    "s3cr\x7ft",
    "s3cret\n",
]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (
            {"data": {"access_token": "s3cret"}},
            "has access_token in the field data, not at its top level (RFC 6749 section 5.1)",
        ),
        (
            {"a": 1, "data": {"tokens": [{}, {"access_token": "s3cret"}]}},
            "has access_token in the field data.tokens.1, not at",
        ),
        ({"accessToken": "s3cret", "expiresIn": 1}, "has no access_token. It has accessToken, expiresIn."),
        (
            {"success": False, "message": "no login."},
            "has no access_token, and says: no login. It has message, success.",
        ),
        ({"response": {"error": "invalid_client"}}, "has no access_token, and says: invalid_client. It has response."),
        ({}, "has no access_token. It has none."),
    ],
)
def test_a_response_without_a_token_says_what_it_has_instead(body: dict[str, Any], said: str) -> None:
    with pytest.raises(MalformedResponseError) as caught:
        parse_token_response(body, [], 1000.0, 3600, "Requesting a token")
    assert caught.value.message.startswith(f"Requesting a token: the response {said}")
    assert "s3cret" not in caught.value.message


@pytest.mark.parametrize("value", [..., None, "", *MALFORMED_TOKENS])
def test_a_token_that_is_not_safe_in_a_header_is_refused_and_not_repeated(value: Any) -> None:
    with pytest.raises(MalformedResponseError) as caught:
        parse(access_token=value)
    assert caught.value.message == (
        "Requesting a token: the response has no access_token. It has expires_in, scope, token_type. "
        "Check issuer, and any proxy or gateway."
        if value is ...
        else f"Requesting a token: access_token is not 1 to 16384 printable ASCII characters. {OTHER_SERVER_HINT}"
    )


@pytest.mark.parametrize("name", ["refresh_token", "id_token"])
@pytest.mark.parametrize("value", MALFORMED_TOKENS)
def test_a_malformed_second_token_is_refused_and_not_repeated(name: str, value: Any) -> None:
    with pytest.raises(MalformedResponseError) as caught:
        parse(**{name: value})
    assert caught.value.reason == f"Requesting a token: {name} is not 1 to 16384 printable ASCII characters."


@pytest.mark.parametrize("name", ["refresh_token", "id_token"])
@pytest.mark.parametrize("value", [..., None, ""])
def test_a_second_token_can_be_missing_or_empty(name: str, value: Any) -> None:
    assert getattr(parse(**{name: value}), name) is None


@pytest.mark.parametrize("token_type", ["Bearer", "bearer", "BEARER"])
def test_the_token_type_is_bearer_in_any_case(token_type: str) -> None:
    assert parse(token_type=token_type).access_token == "t0ken"


@pytest.mark.parametrize("token_type", [..., None, "", "DPoP", "Bearer ", 1, ["Bearer"], "\x1b[31mBearer"])
def test_another_token_type_is_refused(token_type: Any) -> None:
    with pytest.raises(MalformedResponseError, match="token_type is '.*', not 'Bearer'") as caught:
        parse(token_type=token_type)
    assert "\x1b" not in caught.value.message


@pytest.mark.parametrize(
    ("expires_in", "lifetime"),
    [
        (3600, 3600),
        (600, 600),
        (1, 1),
        (599.9, 599),
        ("600", 600),
        (7200, 3600),  # more than requested
        (10**30, 3600),
        ("9" * 5000, 3600),  # more digits than Python converts
        (1e300, 3600),
        (..., None),
        (None, None),
        (0, None),
        (0.5, None),
        (-5, None),
        ("", None),
        ("soon", None),
        ("-600", None),
        ("6e2", None),
        ("0", None),
        (True, None),
        (False, None),
        ([600], None),
        ({"s": 600}, None),
        (math.nan, None),
        (math.inf, None),
        (-math.inf, None),
    ],
)
def test_the_lifetime_is_a_positive_number_of_seconds_or_unknown(expires_in: Any, lifetime: int | None) -> None:
    assert parse(expires_in=expires_in).lifetime == lifetime


@pytest.mark.parametrize(("requested", "lifetime"), [(60, 60), (86400, 86400), (604800, 604800), (10**9, 10**8)])
def test_the_lifetime_is_at_most_the_requested_one(requested: int, lifetime: int) -> None:
    assert parse(requested, expires_in=10**8).lifetime == lifetime


@pytest.mark.parametrize(
    ("scope", "scopes"),
    [
        ("b a", ("a", "b")),
        ("a  a", ("a",)),
        ("", ()),
        (..., ("a:read",)),
        (None, ("a:read",)),
        ("b,a", ("a", "b")),
        ("b, a ,", ("a", "b")),
        (["b", "a", "b"], ("a", "b")),
        (["b a", "c,a"], ("a", "b", "c")),
        ([], ()),
        (["b", 7], ("a:read",)),
        ({"b": True}, ("a:read",)),
        (7, ("a:read",)),
    ],
)
def test_the_requested_scopes_are_granted_if_the_response_names_none(scope: Any, scopes: tuple[str, ...]) -> None:
    assert parse(scope=scope).scopes == scopes


@pytest.mark.parametrize(
    ("access_token", "id"),
    [
        ("referential", None),
        (make_jwt({"jti": "x1"}), "x1"),
        (make_jwt({"jti": ""}), None),
        (make_jwt({"jti": 7}), None),
        (make_jwt({"jti": "x1\x1b[31m"}), None),
        (make_jwt({"jti": ".."}), None),
        (make_jwt({"jti": "x" * 200}), "x" * 200),
        (make_jwt({"jti": "x" * 201}), None),
        (make_jwt({}), None),
        (make_jwt([]), None),
    ],
)
def test_the_id_is_the_jti_claim_if_it_is_safe_to_display(access_token: str, id: str | None) -> None:
    assert parse(access_token=access_token).id == id


@pytest.mark.parametrize(
    ("age", "lifetime", "is_expired"),
    [
        (0, 3600, False),
        (3539, 3600, False),
        (3540, 3600, True),  # a minute before its end
        (4000, 3600, True),
        (0, 100, False),
        (89, 100, False),
        (90, 100, True),  # a tenth of its lifetime before its end
        (0, 1, False),
        (1, 1, True),
        (-1, 3600, True),  # issued in the future
        (0, None, True),
    ],
)
def test_a_token_counts_as_expired_shortly_before_its_end(age: float, lifetime: int | None, is_expired: bool) -> None:
    now = 1_700_000_000.0
    assert Token("t", (), now - age, lifetime).is_expired(now) is is_expired


def test_the_expiry_is_shown_in_utc() -> None:
    assert Token("t", (), 1_700_000_000.9, 3600).expires_at == "2023-11-14T23:13:20Z"
    assert Token("t", (), 1_700_000_000, None).expires_at is None


@pytest.mark.parametrize("token", [Token("t", (), 0.5, None), Token("t0ken", ("b", "a"), 1e9, 60, "1d", "refr3sh")])
def test_a_stored_token_is_read_back_without_a_change(token: Token) -> None:
    assert Token.from_dict(token.to_dict()) == token


def test_the_id_token_is_not_stored() -> None:
    token = Token("t0ken", ("a",), time.time(), 60, id_token="1dent1ty")
    assert "1dent1ty" not in str(token.to_dict()) and Token.from_dict(token.to_dict()).id_token is None


def test_a_token_is_displayed_by_its_id_and_never_by_its_value() -> None:
    assert "s3cret" not in repr(Token("s3cret", ("a:read",), 0, 3600, "id", "s3cret", "s3cret"))
    assert Token("s3cret", (), 0, None, "id").display_name == "id"
    assert Token("s3cret", (), 0, None).display_name == "without a known ID"


@pytest.mark.parametrize("id", ["x\x1b[31m", "", 7, ["id"], {"id": 1}, "x" * 201])
def test_a_stored_id_that_is_not_safe_to_display_is_dropped(id: Any) -> None:
    assert Token.from_dict({**Token("t0ken", (), 0, None).to_dict(), "id": id}).id is None


@pytest.mark.parametrize(
    "damage",
    [
        {"access_token": "ü"},
        {"access_token": ...},
        {"refresh_token": "ü"},
        {"lifetime": "x"},
        {"lifetime": ...},
        {"issued_at": None},
        {"scopes": None},
    ],
)
def test_a_damaged_entry_is_an_error_that_the_stores_expect(damage: dict[str, Any]) -> None:
    stored = {**Token("t0ken", ("a",), 0, 60).to_dict(), **damage}
    with pytest.raises((BeyondIdentityError, KeyError, TypeError, ValueError)):
        Token.from_dict({name: value for name, value in stored.items() if value is not ...})
