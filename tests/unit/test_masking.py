# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which values are secrets, and how texts look without them."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.beyondidentity.management.plugins.module_utils._errors import BeyondIdentityError
from ansible_collections.beyondidentity.management.plugins.module_utils._http.error_responses import error_from_response
from ansible_collections.beyondidentity.management.plugins.module_utils._http.response import Response
from ansible_collections.beyondidentity.management.plugins.module_utils._management.resource_lookup import (
    describe_resource,
)
from ansible_collections.beyondidentity.management.plugins.module_utils._management.resource_types import REALM
from ansible_collections.beyondidentity.management.plugins.module_utils._masking import (
    MASK,
    SECRET_KEYS,
    find_secrets,
    has_secret,
    is_secret_key,
    mask_known_secrets,
    mask_secrets,
    remember_secrets,
    remove_secrets,
    secret_scope,
    to_failed_result,
)
from ansible_collections.beyondidentity.management.plugins.module_utils._text import join_names, sanitize_for_display

KEYS = st.sampled_from([*sorted(SECRET_KEYS), "idp_client_secret", "userPassword", "id", "tokens", "name"])
RESULTS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda child: st.lists(child, max_size=3) | st.dictionaries(KEYS, child, max_size=4),
)

# Has what each encoding changes: quotes, backslash, blank, slash, letters outside ASCII and outside the basic plane.
SECRET = "Q\"W'E\\R T/Z+Ü日\U0001f511%&="


def in_python(text: str) -> str:
    """Return a text as it is inside a Python literal, such as the parameters that AnsiballZ sends."""
    return repr(f'"{text}')[2:-1]


FORMS: dict[str, Callable[[str], str]] = {
    "raw": str,
    "form": quote_plus,
    "URL": lambda secret: quote(secret, safe=""),
    "JSON": lambda secret: json.dumps(secret)[1:-1],
    "JSON in UTF-8": lambda secret: json.dumps(secret, ensure_ascii=False)[1:-1],
    "AnsiballZ": lambda secret: in_python(json.dumps(secret)[1:-1]),
    "AnsiballZ in UTF-8": lambda secret: in_python(json.dumps(secret, ensure_ascii=False)[1:-1]),
}
EACH_FORM = pytest.mark.parametrize("encode", FORMS.values(), ids=FORMS)


@pytest.fixture
def known_secret() -> Iterator[str]:
    """Return a secret that is known during the test. None of its characters is in a message."""
    secret = "QWZJXVYKBFGH0123456789QWZJXVYKBFGH"
    with secret_scope():
        remember_secrets([secret])
        yield secret


def across(limit: int, secret: str, filler: str = "-") -> Iterator[str]:
    """Yield texts that have the secret at each offset around a cut at `limit` characters."""
    for start in range(limit - len(secret) - 5, limit + 3):
        yield filler * start + secret + filler * 20


def assert_nothing_remains(message: str, secret: str) -> None:
    assert not set(message) & set(secret), message


@pytest.mark.parametrize(
    ("name", "is_secret"),
    [
        ("client_secret", True),
        ("inbound_scim_client_secret", True),
        ("userPassword", True),
        ("private_key", True),
        ("privateKey", True),
        ("sp_public_signing_key", False),
        ("postal_code", False),
        ("token_suffix", False),
        ("next_page_token", False),
        ("credential_id", False),
        *((name, True) for name in ("access_token", "code", "code_verifier", "credential_binding_link", "id_token")),
        *((name, True) for name in ("okta_token", "proxy", "refresh_token", "token")),
    ],
)
def test_a_name_says_whether_its_value_is_secret(name: str, is_secret: bool) -> None:
    assert is_secret_key(name) is is_secret


@pytest.mark.parametrize(
    ("value", "secrets"),
    [
        ({}, []),
        (None, []),
        ("access_token", []),
        ({"token": {"access_token": "a"}}, ["a"]),
        ({"applications": [{"protocol_config": {"client_secret": "s"}}, {}]}, ["s"]),
        (
            {"refresh_token": "r", "id_token": "i", "code": "c", "code_verifier": "v", "proxy": "u@p"},
            ["r", "i", "c", "v", "u@p"],
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


@pytest.mark.parametrize("scheme", ["", "http://"])
def test_the_password_of_a_proxy_is_a_secret_in_all_its_forms(scheme: str) -> None:
    url = f"{scheme}user:p%40ss@proxy.example:3128"
    basic = base64.b64encode(b"user:p@ss").decode()
    assert list(find_secrets({"proxy": url})) == [url, "p%40ss", "p@ss", basic]


@pytest.mark.parametrize("proxy", ["http://proxy.example:3128", "proxy.example", "socks5h://[::1]:1080"])
def test_a_proxy_without_user_information_is_no_secret(proxy: str) -> None:
    assert list(find_secrets({"proxy": proxy})) == []


@pytest.mark.parametrize(
    "proxy", ["user@proxy.example", "http://user@proxy.example", "http://user:p@[", "user:s3cret", "http://"]
)
def test_a_proxy_without_a_readable_password_is_one_secret(proxy: str) -> None:
    assert list(find_secrets({"proxy": proxy})) == [proxy]


def test_remove_secrets_keeps_all_other_values() -> None:
    value = {"a": [{"client_secret": "s", "id": 1}], "access_token": "t", "b": {"code": None}}
    assert remove_secrets(value) == {"a": [{"id": 1}], "b": {}}
    assert value["access_token"] == "t", "the original is unchanged"


@given(RESULTS)
def test_after_remove_secrets_no_secret_is_found(value: Any) -> None:
    assert not has_secret(remove_secrets(value))
    assert has_secret(value) or remove_secrets(remove_secrets(value)) == remove_secrets(value)


@EACH_FORM
def test_a_secret_is_masked_in_each_form_that_it_is_sent_in(encode: Callable[[str], str]) -> None:
    assert mask_secrets(f"before {encode(SECRET)} after", [SECRET]) == f"before {MASK} after"


@pytest.mark.parametrize(
    ("text", "secrets", "masked"),
    [
        ("nothing to mask", ["s3cret"], "nothing to mask"),
        ("twice: s3cret, s3cret", ["s3cret"], f"twice: {MASK}, {MASK}"),
        ("the longer s3cret-and-more", ["s3cret", "s3cret-and-more"], f"the longer {MASK}"),
        ("short: abc", ["abc", ""], "short: abc"),
        ("four: abcd", ["abcd"], f"four: {MASK}"),
        ("a part: s3cre", ["s3cret"], "a part: s3cre"),
        ("lone \udcff surrogate", ["\udcff\udcff\udcff\udcff"], "lone \udcff surrogate"),
    ],
)
def test_only_whole_secrets_of_four_or_more_characters_are_masked(text: str, secrets: list[str], masked: str) -> None:
    assert mask_secrets(text, secrets) == masked


def test_a_proxy_that_begins_like_the_server_does_not_change_the_servers_name() -> None:
    message = "Requesting a token from https://auth-us.beyondidentity.com/v1/tenants/t1: HTTP 400."
    with secret_scope():
        remember_secrets(find_secrets({"proxy": "https://auth-proxy.example.com:3128"}))
        assert to_failed_result(BeyondIdentityError(message))["msg"] == message


def test_keys_lists_and_skipped_keys() -> None:
    value = {"s3cret": [("s3cret", 1)], "skipped": "s3cret"}
    masked = mask_secrets(value, ["s3cret"], skip_key=lambda key: key == "skipped")
    assert masked == {MASK: [[MASK, 1]], "skipped": "s3cret"}


def test_a_failed_result_has_no_known_secret_in_message_and_details() -> None:
    error = BeyondIdentityError("text: s3cret", deep=[{"text": "s3cret"}], status=400, code="s3cret")
    with secret_scope():
        remember_secrets(["s3cret"])
        assert to_failed_result(error) == {
            "failed": True,
            "changed": False,
            "msg": f"text: {MASK}",
            "deep": [{"text": MASK}],
            "status": 400,
            "code": MASK,
        }


def test_a_scope_ends_what_is_known() -> None:
    with secret_scope():
        remember_secrets(["outer"])
        with secret_scope():
            remember_secrets(["inner"])
            assert mask_known_secrets("outer inner") == f"{MASK} {MASK}"
        assert mask_known_secrets("outer inner") == f"{MASK} inner"
    assert mask_known_secrets("outer inner") == "outer inner"


@given(
    st.text(min_size=4, max_size=20).filter(lambda text: "*" not in text), st.text(max_size=10), st.text(max_size=10)
)
def test_no_form_of_a_secret_remains(secret: str, before: str, after: str) -> None:
    for encode in FORMS.values():
        masked = mask_secrets(f"{before}{encode(secret)}{after}", [secret])
        assert encode(secret) not in masked and secret not in masked.replace(MASK, "\x00" * 30)


@given(st.integers(1, 80), st.integers(0, 80))
def test_masking_ends_if_a_secret_looks_like_the_mask(secret: int, text: int) -> None:
    assert set(mask_secrets("*" * text, ["*" * secret])) <= {"*"}


# The promise about cuts: no part of a known secret is displayed, at any place where a server's text is cut.


@EACH_FORM
def test_no_part_of_a_secret_remains_where_a_text_is_cut(encode: Callable[[str], str]) -> None:
    form = encode(SECRET)
    with secret_scope():
        remember_secrets([SECRET])
        for text in across(100, form, "-"):
            line = sanitize_for_display(text, 100)
            assert line.replace("...", "").replace("*", "").strip("-") == "", line
        for text in across(400, form, "\n"):  # becomes one blank, so that a cut before masking would show
            assert sanitize_for_display(text, 100).strip("*") == ""


ERROR_BODIES: dict[str, Callable[[str], dict[str, Any]]] = {
    "error": lambda text: {"error": text},
    "error_description": lambda text: {"error": "-", "error_description": text},
    "code": lambda text: {"code": text},
    "message": lambda text: {"code": "-", "message": text},
    "scimType": lambda text: {"scimType": text},
    "detail": lambda text: {"detail": text},
    "field": lambda text: {"details": [{"field_violations": [{"field": text, "description": "-"}]}]},
    "description": lambda text: {"details": [{"field_violations": [{"field": "-", "description": text}]}]},
    "resource type": lambda text: {"details": [{"resource_type": text, "id": "-"}]},
    "resource ID": lambda text: {"details": [{"resource_type": "-", "id": text}]},
    "resource description": lambda text: {"details": [{"resource_type": "-", "description": text}]},
}


@pytest.mark.parametrize("build_body", ERROR_BODIES.values(), ids=ERROR_BODIES)
def test_no_part_of_a_secret_remains_in_the_error_for_a_response(
    build_body: Callable[[str], dict[str, Any]], known_secret: str
) -> None:
    for text in across(500, known_secret):
        error = error_from_response(Response(404, {}, json.dumps(build_body(text)).encode()), "-")
        message = f"{error.message} {error.details}".replace("HTTP 404", "").replace("404", "")
        assert_nothing_remains(message, known_secret)


def test_no_part_of_a_secret_remains_in_display_names_and_ids(known_secret: str) -> None:
    for text in across(120, known_secret):
        assert_nothing_remains(join_names([text, "-"]), known_secret)
        assert_nothing_remains(describe_resource(REALM, {"display_name": text, "id": "-"}), known_secret)
    for text in across(80, known_secret):
        assert_nothing_remains(describe_resource(REALM, {"display_name": "-", "id": text}), known_secret)


def test_no_part_of_a_secret_remains_in_the_content_type_of_a_malformed_response(known_secret: str) -> None:
    for text in across(80, known_secret):
        response = Response(404, {"Content-Type": text}, b"")
        with pytest.raises(BeyondIdentityError) as caught:
            response.json("-")
        message = caught.value.message.replace("HTTP 404", "").replace("JSON", "").replace("Beyond", "")
        assert_nothing_remains(message, known_secret)
