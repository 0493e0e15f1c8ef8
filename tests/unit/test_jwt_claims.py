# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter `jwt_claims`: claims of self-contained tokens, and errors that do not repeat what is none."""

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
from tests.emulator.client import Tenant
from tests.unit.builders import make_jwt

jwt_claims = FilterModule().filters()["jwt_claims"]
CLAIMS = {
    "iss": "https://auth-us.beyondidentity.com",
    "jti": "7",
    "exp": 1760003600,
    "bi_custom": {"team": ["ü", None]},
}


class Tagged(str):
    """As ansible-core since 2.19 hands out text."""

    tags = frozenset({"origin"})


class Vaulted:
    """As ansible-core before 2.19 hands out inline-vaulted text: no `str`, but decrypted by `str()`."""

    def __init__(self, text: str) -> None:
        self._text = text

    def __str__(self) -> str:
        return self._text


def read(token: Any) -> Any:
    return jwt_claims(SimpleNamespace(), token)


@pytest.mark.parametrize("kind", [str, Tagged, lambda text: Vaulted(Tagged(text))], ids=["str", "tagged", "vaulted"])
def test_the_claims_of_a_token(kind: Any) -> None:
    assert read(kind(make_jwt(CLAIMS))) == CLAIMS


def test_the_claims_of_a_token_of_the_service(tenant: Tenant) -> None:
    claims = read(tenant.mint("realms:read", "realms:create"))
    assert (claims["iss"], claims["aud"], claims["bi_t"]) == (tenant.issuer, "beyondidentity", tenant.tenant_id)
    assert set(claims["scope"].split()) == {"realms:create", "realms:read"}
    assert claims["exp"] > claims["iat"] and claims["jti"]


def test_nothing_is_verified() -> None:
    assert read(make_jwt({"exp": 1, "iss": "somebody"}).rpartition(".")[0] + ".") == {"exp": 1, "iss": "somebody"}


@pytest.mark.parametrize(
    "token", ["S3cretReferential", "S3cret.part", "S3cret.no.json", "a.b.c.S3cret", make_jwt([1]), make_jwt(b"\xff")]
)
@pytest.mark.parametrize("kind", [str, Tagged, lambda text: Vaulted(Tagged(text))], ids=["str", "tagged", "vaulted"])
def test_an_opaque_token_is_one_for_introspect(token: str, kind: Any) -> None:
    with pytest.raises(AnsibleFilterError, match="referential.*beyondidentity.management.introspect") as caught:
        read(kind(token))
    assert token not in str(caught.value) and "S3cret" not in str(caught.value)


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (None, "which is text, not NoneType"),
        (True, "which is text, not bool"),
        (7351, "which is text, not int"),
        (7.351, "which is text, not float"),
        ({"access_token": "S3cret"}, "which is text, not dict.*token.access_token"),
        (["S3cret"], "which is text, not list"),
        ("", "is not empty"),
        ("Bearer S3cret", "no space"),
        ("S3cret\n", "no space"),
        ("S3crét", "printable ASCII"),
        (Tagged(""), "is not empty"),
        (Vaulted("Bearer S3cret"), "no space"),
    ],
)
def test_what_is_no_token_is_refused_and_not_repeated(value: Any, said: str) -> None:
    with pytest.raises(AnsibleFilterError, match=f"^jwt_claims takes a token, .*{said}") as caught:
        read(value)
    assert not any(piece in str(caught.value) for piece in ("S3cr", "7351", "7.351"))


@given(st.one_of(st.text(max_size=60), st.binary(max_size=20), st.integers(), st.lists(st.text(), max_size=2)))
def test_anything_has_claims_or_is_an_error_that_ansible_shows(value: Any) -> None:
    try:
        assert isinstance(read(value), dict)
    except AnsibleFilterError:
        pass


def environment() -> Environment:
    made = Environment(undefined=StrictUndefined, autoescape=False)
    made.filters["jwt_claims"] = jwt_claims
    return made


def test_in_a_template() -> None:
    template = environment().from_string("{{ (token | jwt_claims).jti }}")
    assert template.render(token=make_jwt(CLAIMS)) == "7"


def test_undefined_is_told_by_name() -> None:
    with pytest.raises(UndefinedError, match="'missing' is undefined"):
        environment().from_string("{{ missing | jwt_claims }}").render()


def test_a_context_that_tracks_trust_is_told_that_claims_deserve_none() -> None:
    context = SimpleNamespace(unsafe=False)
    jwt_claims(context, make_jwt(CLAIMS))
    assert context.unsafe is True
