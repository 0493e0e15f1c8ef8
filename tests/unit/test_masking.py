# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where secrets are in results, and what messages look like without them."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.beyondidentity.management.plugins.module_utils._errors import BeyondIdentityError
from ansible_collections.beyondidentity.management.plugins.module_utils._masking import (
    MASK,
    SECRET_KEYS,
    find_secrets,
    has_secret,
    remove_secrets,
    to_failed_result,
)

KEYS = st.sampled_from([*sorted(SECRET_KEYS), "idp_client_secret", "userPassword", "id", "tokens", "name"])
RESULTS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda child: st.lists(child, max_size=3) | st.dictionaries(KEYS, child, max_size=4),
)


@pytest.mark.parametrize(
    ("value", "secrets"),
    [
        ({}, []),
        (None, []),
        ("access_token", []),
        ({"token": {"access_token": "a"}}, ["a"]),
        ({"applications": [{"protocol_config": {"client_secret": "s"}}, {}]}, ["s"]),
        (
            {"refresh_token": "r", "id_token": "i", "code": "c", "code_verifier": "v", "proxy": "p"},
            ["r", "i", "c", "v", "p"],
        ),
        ({"access_token": None, "client_secret": "", "code": 0, "return_secret": True}, []),
        (
            {"client_secret": 1234, "passwords": ["p", "", 5, None, {"name": "n", "password": "q"}]},
            ["1234", "p", "5", "q"],
        ),
        ({"access_token": {"access_token": "deep"}}, ["deep"]),
        (({"client_secret": "in a tuple"},), ["in a tuple"]),
        ({"token_type": "Bearer", "scopes": ["a"], "client_id": "c"}, []),
        ({"redirect_response": "http://127.0.0.1/cb?state=s&code=c%2B1&code=c2"}, ["c+1", "c2"]),
        ({"redirect_response": "http://127.0.0.1/cb?error=x&state=s"}, []),
        ({"redirect_response": "http://[::1/cb?code=c"}, []),
        ({"redirect_response": None, "authorization": {"code": "c", "url": "u?state=s"}}, ["c"]),
    ],
)
def test_secrets_are_found_at_any_depth(value: Any, secrets: list[str]) -> None:
    assert list(find_secrets(value)) == secrets
    assert has_secret(value) is bool(secrets)


def test_without_secrets_all_else_stays() -> None:
    value = {"a": [{"client_secret": "s", "id": 1}], "access_token": "t", "b": {"code": None}}
    assert remove_secrets(value) == {"a": [{"id": 1}], "b": {}}
    assert value["access_token"] == "t", "the original is left alone"


@given(RESULTS)
def test_without_secrets_there_are_none(value: Any) -> None:
    assert not has_secret(remove_secrets(value))
    assert has_secret(value) or remove_secrets(remove_secrets(value)) == remove_secrets(value)


@pytest.mark.parametrize(
    ("message", "secrets", "result"),
    [
        ("all is said", ["s3cret"], "all is said"),
        ("said: s3cret, s3cret", ["s3cret"], f"said: {MASK}, {MASK}"),
        ("the longer s3cret-and-more", ["s3cret", "s3cret-and-more"], f"the longer {MASK}"),
        ("encoded s3+cr%2Fet", ["s3 cr/et"], f"encoded {MASK}"),
        (r'in JSON "s3\"cr\\\u00fct"', ['s3"cr\\üt'], f'in JSON "{MASK}"'),
        (r'in JSON "s3\"cr\\üt"', ['s3"cr\\üt'], f'in JSON "{MASK}"'),
        ("short: abc", ["abc", ""], "short: abc"),
    ],
)
def test_failures_are_free_of_secrets(message: str, secrets: list[str], result: str) -> None:
    assert to_failed_result(BeyondIdentityError(message), secrets) == {"failed": True, "changed": False, "msg": result}


def test_details_are_free_of_secrets_too() -> None:
    error = BeyondIdentityError("x", deep=[{"said": "s3cret"}], status=400, code="s3cret")
    assert to_failed_result(error, ["s3cret"]) == {
        "failed": True,
        "changed": False,
        "msg": "x",
        "deep": [{"said": MASK}],
        "status": 400,
        "code": MASK,
    }


@pytest.mark.parametrize("cut", [10, 15, 39])
def test_a_secret_that_was_cut_off_is_hidden_as_well(cut: int) -> None:
    secret = "0123456789abcdefghijABCDEFGHIJ9876543210"
    for piece in (secret[:cut], secret[-cut:], secret[:cut] + "..."):
        assert secret[:10] not in to_failed_result(BeyondIdentityError(f"said {piece}"), [secret])["msg"]


@given(
    st.text(min_size=4, max_size=60).filter(lambda text: "*" not in text), st.text(max_size=30), st.text(max_size=30)
)
def test_no_failure_holds_a_secret(secret: str, before: str, after: str) -> None:
    for form in (secret, quote_plus(secret), json.dumps(secret)[1:-1]):
        message = to_failed_result(BeyondIdentityError(f"{before}{form}{after}"), [secret])["msg"]
        assert form not in message and secret not in message.replace(MASK, "\x00" * 70)


@given(st.integers(1, 80), st.integers(0, 80))
def test_masking_comes_to_an_end_where_a_secret_looks_like_a_mask(secret: int, text: int) -> None:
    assert set(to_failed_result(BeyondIdentityError("*" * text), ["*" * secret])["msg"]) <= {"*"}
