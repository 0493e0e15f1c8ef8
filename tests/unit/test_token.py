# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the token endpoint answers, and what we believe of it."""

from __future__ import annotations

import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.beyondidentity.management.plugins.module_utils._errors import MalformedResponseError
from ansible_collections.beyondidentity.management.plugins.module_utils._oauth.token import Token, validate_token_value
from tests.unit.builders import make_jwt, make_token_source
from tests.unit.memory_store import MemoryStore
from tests.unit.raw_servers import build_response, record_requests
from tests.unit.test_oauth_request import ask

BASE = {"access_token": "t0ken", "token_type": "Bearer", "expires_in": 3600, "scope": "a:read"}


def answered(body: Any, **given_options: Any) -> Token:
    content = body if isinstance(body, bytes) else {name: value for name, value in body.items() if value is not ...}
    with record_requests(build_response(content)) as (url, _recorder):
        return ask(url, **given_options)


@pytest.mark.parametrize("access_token", ["a", "a" * 16384, "!~", "a.b.c", make_jwt({"jti": "x"})])
def test_access_tokens(access_token: str) -> None:
    assert answered({**BASE, "access_token": access_token}).access_token == access_token


@pytest.mark.parametrize(
    "access_token",
    [
        ...,
        None,
        "",
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
    ],
)
def test_access_tokens_that_fit_in_no_header(access_token: Any) -> None:
    with pytest.raises(
        MalformedResponseError, match="access_token is not 1 to 16384 printable ASCII characters"
    ) as caught:
        answered({**BASE, "access_token": access_token})
    assert "s3cr" not in caught.value.message and "aaa" not in caught.value.message


@given(st.text(max_size=40))
def test_any_text_is_a_token_or_is_not_repeated(text: str) -> None:
    try:
        assert validate_token_value(text, "x").isascii() and text.isprintable()
    except MalformedResponseError as error:
        assert error.message == "x: access_token is not 1 to 16384 printable ASCII characters."


@pytest.mark.parametrize("token_type", ["Bearer", "bearer", "BEARER"])
def test_token_types(token_type: str) -> None:
    assert answered({**BASE, "token_type": token_type}).access_token == "t0ken"


@pytest.mark.parametrize("token_type", [..., None, "", "DPoP", "Bearer ", 1, ["Bearer"], "\x1b[31mBearer"])
def test_other_token_types_are_refused(token_type: Any) -> None:
    with pytest.raises(MalformedResponseError, match="token_type is '.*', not 'Bearer'") as caught:
        answered({**BASE, "token_type": token_type})
    assert "\x1b" not in caught.value.message


LIFETIMES: list[tuple[Any, int | None]] = [
    (3600, 3600),
    (600, 600),
    (1, 1),
    (599.9, 599),
    ("600", 600),
    (7200, 3600),  # more than was asked for
    (10**30, 3600),
    ("9" * 400, 3600),
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
]


@pytest.mark.parametrize(("expires_in", "lifetime"), LIFETIMES)
def test_lifetimes(expires_in: Any, lifetime: int | None) -> None:
    assert answered({**BASE, "expires_in": expires_in}).lifetime == lifetime


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999", "-1e999"])
def test_lifetimes_that_are_no_numbers(number: str) -> None:
    body = b'{"access_token": "t0ken", "token_type": "Bearer", "expires_in": %s}' % number.encode()
    assert answered(body).lifetime is None


@pytest.mark.parametrize(("asked", "lifetime"), [(60, 60), (86400, 86400), (604800, 604800), (10**9, 10**8)])
def test_a_lifetime_is_capped_at_what_was_asked(asked: int, lifetime: int) -> None:
    assert answered({**BASE, "expires_in": 10**8}, expiration_time=asked).lifetime == lifetime


@pytest.mark.parametrize("expires_in", [..., 0, True, "soon"])
def test_a_token_of_unknown_lifetime_is_not_kept(expires_in: Any, tenant: Any) -> None:
    tenant.settings(token_answer={"expires_in": None if expires_in is ... else expires_in})
    store = MemoryStore()
    for _n in range(2):
        assert not make_token_source(tenant, store).bearer(["realms:read"]).cached
    assert store.entries == {}
    assert len(tenant.journal(operation="token")) == 2


@pytest.mark.parametrize(
    ("scope", "scopes"),
    [
        ("b a", ("a", "b")),
        ("a  a", ("a",)),
        ("", ()),
        (..., ("a:read",)),
        (None, ("a:read",)),
        (["b"], ("a:read",)),
        (7, ("a:read",)),
    ],
)
def test_granted_scopes(scope: Any, scopes: tuple[str, ...]) -> None:
    assert answered({**BASE, "scope": scope}).scopes == scopes


@pytest.mark.parametrize(
    ("access_token", "id"),
    [
        ("referential", None),
        (make_jwt({"jti": "x1"}), "x1"),
        (make_jwt({"jti": ""}), None),
        (make_jwt({"jti": 7}), None),
        (make_jwt({"jti": "x1\x1b[31m"}), None),
        (make_jwt({"jti": ".."}), None),
        (make_jwt({"jti": "x" * 201}), None),
        (make_jwt({}), None),
        (make_jwt([]), None),
    ],
)
def test_the_id_is_that_of_the_claims(access_token: str, id: str | None) -> None:
    assert answered({**BASE, "access_token": access_token}).id == id


@pytest.mark.parametrize("body", [b"", b"[]", b"null", b'"t0ken"', b"<html>", b"\xff", b'{"access_token": "t0ken"'])
def test_answers_that_are_no_objects(body: bytes) -> None:
    with pytest.raises(MalformedResponseError, match="not a JSON object") as caught:
        answered(body)
    assert "t0ken" not in caught.value.message


@pytest.mark.parametrize(
    ("age", "lifetime", "expired"),
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
def test_expiry_is_judged_with_a_margin(age: float, lifetime: int | None, expired: bool) -> None:
    now = time.time()
    assert Token("t", (), now - age, lifetime).is_expired(now) is expired


def test_when_it_expires() -> None:
    assert Token("t", (), 1_700_000_000.9, 3600).expires_at == "2023-11-14T23:13:20Z"
    assert Token("t", (), 1_700_000_000, None).expires_at is None


@given(
    st.text(alphabet="ab.-", min_size=1, max_size=9),
    st.lists(st.text(max_size=4)),
    st.floats(0, 1e11),
    st.none() | st.integers(1, 86400),
    st.none() | st.text(alphabet="aZ09._-", min_size=1).filter(lambda text: text.strip(".")),
)
def test_a_token_goes_into_a_store_and_comes_out_the_same(
    text: str, scopes: list[str], issued_at: float, lifetime: int | None, id: str | None
) -> None:
    token = Token(text, tuple(scopes), issued_at, lifetime, id)
    assert Token.from_dict(token.to_dict()) == token


def test_a_token_does_not_show_itself() -> None:
    assert "s3cret" not in repr(Token("s3cret", ("a:read",), 0, 3600, "id"))
    assert Token("s3cret", (), 0, None, "id").name == "id"
    assert Token("s3cret", (), 0, None).name == "without a known id"


@pytest.mark.parametrize("id", ["x\x1b[31m", "", 7, ["id"], {"id": 1}, "x" * 201])
def test_no_other_text_is_taken_for_an_id(id: Any) -> None:
    assert Token.from_dict({**Token("t0ken", (), 0, None).to_dict(), "id": id}).id is None


@pytest.mark.parametrize(
    "damage",
    [
        {"access_token": "ü"},
        {"access_token": ...},
        {"lifetime": "x"},
        {"lifetime": ...},
        {"issued_at": None},
        {"scopes": None},
    ],
)
def test_a_damaged_entry_is_no_token(damage: dict[str, Any], tenant: Any) -> None:
    store = MemoryStore()
    make_token_source(tenant, store).bearer(["realms:read"])
    good = store.get(store.keys[0])
    assert good
    store.put(store.keys[0], {name: value for name, value in {**good, **damage}.items() if value is not ...})
    assert not make_token_source(tenant, store).bearer(["realms:read"]).cached
