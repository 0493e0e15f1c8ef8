# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter `jwt_claims`: the claims of self-contained tokens, and errors that do not repeat the input."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from ansible.errors import AnsibleFilterError
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import Environment, StrictUndefined
from jinja2.exceptions import UndefinedError

from ansible_collections.beyondidentity.management.plugins.filter.jwt_claims import FilterModule
from beyondidentity_emulator.client import Tenant
from tests.unit.builders import make_jwt

jwt_claims = FilterModule().filters()["jwt_claims"]
CLAIMS = {
    "iss": "https://auth-us.beyondidentity.com",
    "jti": "7",
    "exp": 1760003600,
    "bi_custom": {"team": ["ü", None]},
}


class Tagged(str):
    """Text as ansible-core passes it since 2.19."""

    tags = frozenset({"origin"})


class Vaulted:
    """Inline-vaulted text as ansible-core passes it before 2.19: not a `str`, but `str()` decrypts it."""

    def __init__(self, text: str) -> None:
        self._text = text

    def __str__(self) -> str:
        return self._text


EACH_TYPE = pytest.mark.parametrize(
    "text_type", [str, Tagged, lambda text: Vaulted(Tagged(text))], ids=["str", "tagged", "vaulted"]
)


def read(token: Any) -> Any:
    """Return the filter's result."""
    return jwt_claims(SimpleNamespace(), token)


@EACH_TYPE
def test_the_claims_are_read_from_each_type_of_text(text_type: Any) -> None:
    assert read(text_type(make_jwt(CLAIMS))) == CLAIMS


def test_the_claims_of_an_issued_token_are_read(tenant: Tenant) -> None:
    claims = read(tenant.request_token("realms:read", "realms:create"))
    assert (claims["iss"], claims["bi_t"]) == (tenant.issuer, tenant.tenant_id)
    assert claims["aud"] in ("beyondidentity", ["beyondidentity"])
    assert set(claims["scope"].split()) == {"realms:create", "realms:read"}
    assert claims["exp"] > claims["iat"] and claims["jti"]


def test_neither_signature_nor_expiry_is_verified() -> None:
    assert read(make_jwt({"exp": 1, "iss": "other"}).rpartition(".")[0] + ".") == {"exp": 1, "iss": "other"}


@pytest.mark.parametrize(
    "token", ["S3cretReferential", "S3cret.part", "S3cret.no.json", "a.b.c.S3cret", make_jwt([1]), make_jwt(b"\xff")]
)
@EACH_TYPE
def test_the_error_about_an_opaque_token_names_introspect_and_not_the_token(token: str, text_type: Any) -> None:
    with pytest.raises(AnsibleFilterError, match="referential.*beyondidentity.management.introspect") as caught:
        read(text_type(token))
    assert token not in str(caught.value) and "S3cret" not in str(caught.value)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (None, "as text, not NoneType"),
        (True, "as text, not bool"),
        (7351, "as text, not int"),
        (7.351, "as text, not float"),
        ({"access_token": "S3cret"}, "as text, not dict.*token.access_token"),
        (["S3cret"], "as text, not list"),
        ("", "not empty"),
        ("Bearer S3cret", "without spaces"),
        ("S3cret\n", "without spaces"),
        ("S3crét", "printable ASCII"),
        (Tagged(""), "not empty"),
        (Vaulted("Bearer S3cret"), "without spaces"),
    ],
)
def test_any_other_input_is_an_error_that_does_not_repeat_it(value: Any, message: str) -> None:
    with pytest.raises(AnsibleFilterError, match=f"^jwt_claims needs a token.*{message}") as caught:
        read(value)
    assert not any(piece in str(caught.value) for piece in ("S3cr", "7351", "7.351"))


@given(st.from_regex(r"[\x21-\x7e]{0,9}\.[A-Za-z0-9_=-]{0,30}\.[\x21-\x7e]{0,9}", fullmatch=True))
def test_text_in_the_form_of_a_token_is_claims_or_an_error_that_ansible_shows(text: str) -> None:
    try:
        claims = read(text)
    except AnsibleFilterError:
        claims = {}
    assert isinstance(claims, dict)


def make_environment() -> Environment:
    """Return a template environment with the filter."""
    environment = Environment(undefined=StrictUndefined, autoescape=False)
    environment.filters["jwt_claims"] = jwt_claims
    return environment


def test_a_template_can_use_one_claim() -> None:
    template = make_environment().from_string("{{ (token | jwt_claims).jti }}")
    assert template.render(token=make_jwt(CLAIMS)) == "7"


def test_the_error_about_an_undefined_variable_names_it() -> None:
    with pytest.raises(UndefinedError, match="'missing' is undefined"):
        make_environment().from_string("{{ missing | jwt_claims }}").render()


def test_the_template_context_is_marked_as_unsafe() -> None:
    context = SimpleNamespace(unsafe=False)
    jwt_claims(context, make_jwt(CLAIMS))
    assert context.unsafe is True
