# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Unverified claims of tokens, and which hosts such a claim can name."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.beyondidentity.management.plugins.module_utils._errors import OptionError
from ansible_collections.beyondidentity.management.plugins.module_utils._oauth.jwt_claims import read_unverified_claims
from tests.unit.builders import US_ISSUER, make_connection, make_jwt

EU_ISSUER = US_ISSUER.replace("-us.", "-eu.")
GATEWAY = "https://gateway.example/v1/tenants/t1/realms/r1/applications/a1"
EVIL = "https://auth-us.beyondidentity.com.evil.example/v1/tenants/t1/realms/r1/applications/a1"


@pytest.mark.parametrize(
    ("token", "claims"),
    [
        (make_jwt({"iss": "x"}), {"iss": "x"}),
        (make_jwt({"ü": "ÿþ?>"}), {"ü": "ÿþ?>"}),
        (make_jwt([1]), None),
        (make_jwt(b"no JSON"), None),
        (make_jwt(b"\xff\xfe"), None),
        (make_jwt(b"[" * 12_000), None),
        (make_jwt(b'{"a":' * 200 + b"1" + b"}" * 200), None),
        (make_jwt(rb'{"iss": "\ud800"}'), None),
        ("referential", None),
        ("a.b", None),
        ("a.b.c", None),
        ("a..c", None),
        (make_jwt({"iss": "x"}) + ".d", None),
        ("a.ü.c", None),
        ("", None),
    ],
)
def test_claims_are_read_from_a_jwt_only(token: str, claims: Any) -> None:
    assert read_unverified_claims(token) == claims


def test_a_token_supplies_options_that_are_not_set() -> None:
    connection = make_connection(access_token=make_jwt({"iss": EU_ISSUER}))
    assert connection.issuer == EU_ISSUER
    assert connection.api_url == "https://api-eu.beyondidentity.com"
    assert connection.realm_id == "r1"


def test_a_token_does_not_replace_options_that_are_set() -> None:
    connection = make_connection(access_token=make_jwt({"iss": EU_ISSUER}), tenant_id="t9", realm_id="r9")
    assert (connection.tenant_id, connection.realm_id, connection.auth_realm_id) == ("t9", "r9", "r1")


@pytest.mark.parametrize(
    "issuer", [GATEWAY, EVIL, "http://127.0.0.1:1/v1/tenants/t1/realms/r1/applications/a1", "no URL", None, 7, ["x"]]
)
def test_a_token_cannot_name_a_host_outside_the_regions(issuer: Any) -> None:
    connection = make_connection(access_token=make_jwt({"iss": issuer}))
    assert connection.auth_url == "https://auth-us.beyondidentity.com"
    assert connection.tenant_id is None and connection.realm_id is None


@pytest.mark.parametrize(
    ("given", "issuer", "is_used"),
    [
        ({"auth_url": "https://gateway.example"}, GATEWAY, True),
        ({"auth_url": "https://other.example"}, GATEWAY, False),
        ({"auth_url": "https://gateway.example"}, EU_ISSUER, False),
        ({"region": "eu"}, EU_ISSUER, True),
        ({"region": "us"}, EU_ISSUER, False),
    ],
)
def test_a_token_can_name_only_the_host_that_the_user_set(given: dict[str, Any], issuer: str, is_used: bool) -> None:
    connection = make_connection(access_token=make_jwt({"iss": issuer}), **given)
    assert (connection.tenant_id == "t1") is is_used
    assert connection.auth_url == given.get("auth_url", f"https://auth-{given.get('region')}.beyondidentity.com")


def test_the_option_issuer_takes_precedence_over_a_token() -> None:
    connection = make_connection(issuer=US_ISSUER, access_token=make_jwt({"iss": EU_ISSUER}))
    assert connection.issuer == US_ISSUER


def test_a_token_with_a_malformed_id_is_an_error() -> None:
    with pytest.raises(OptionError, match="is not a valid ID"):
        make_connection(access_token=make_jwt({"iss": US_ISSUER.replace("t1", "t%2f1")}))
