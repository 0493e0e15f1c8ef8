# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which application authenticates against which hosts: issuer, URLs, regions, and what must not pass for one of them."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.beyondidentity.management.plugins.module_utils._errors import OptionError
from ansible_collections.beyondidentity.management.plugins.module_utils._oauth.issuer import build_issuer, parse_issuer
from ansible_collections.beyondidentity.management.plugins.module_utils._oauth.regions import REGIONS, is_regional
from tests.unit.builders import US_ISSUER, make_connection

PARTS = {
    "auth_url": "https://auth-us.beyondidentity.com",
    "tenant_id": "t1",
    "auth_realm_id": "r1",
    "application_id": "a1",
}
LOCAL = "http://127.0.0.1:8080"
ENDPOINTS = [
    "",
    "/",
    "/authorize",
    "/token",
    "/token/",
    "/revoke",
    "/.well-known/openid-configuration",
    "/.well-known/jwks.json",
]
IDS = st.from_regex(r"[A-Za-z0-9_-]{1,36}", fullmatch=True)


@pytest.mark.parametrize("endpoint", ENDPOINTS)
def test_an_issuer_and_the_endpoints_below_it(endpoint: str) -> None:
    assert parse_issuer(US_ISSUER + endpoint) == PARTS


@pytest.mark.parametrize(
    ("issuer", "auth_url"),
    [
        ("https://gateway.example/beyond/v1/tenants/t1/realms/r1/applications/a1", "https://gateway.example/beyond"),
        ("http://127.0.0.1:5000/v1/tenants/t1/realms/r1/applications/a1", "http://127.0.0.1:5000"),
        ("http://localhost:5000/v1/tenants/t1/realms/r1/applications/a1", "http://localhost:5000"),
        ("http://[::1]:5000/v1/tenants/t1/realms/r1/applications/a1", "http://[::1]:5000"),
        ("https://[2001:db8::1]/v1/tenants/t1/realms/r1/applications/a1", "https://[2001:db8::1]"),
        (f"  {US_ISSUER}\n", PARTS["auth_url"]),
    ],
)
def test_issuers_elsewhere(issuer: str, auth_url: str) -> None:
    assert parse_issuer(issuer) == {**PARTS, "auth_url": auth_url}


@pytest.mark.parametrize(
    "issuer",
    [
        "",
        "auth-us.beyondidentity.com",
        "https://auth-us.beyondidentity.com",
        "https://auth-us.beyondidentity.com/v1/tenants/t1/realms/r1",
        "https://auth-us.beyondidentity.com/v1/tenants/t1/realms/r1/applications/",
        "https://auth-us.beyondidentity.com/v1/tenants//realms/r1/applications/a1",
        f"{US_ISSUER}/userinfo",
        f"{US_ISSUER}/token/more",
        f"{US_ISSUER}?x=1",
        f"{US_ISSUER}#x",
        "ftp://auth-us.beyondidentity.com/v1/tenants/t1/realms/r1/applications/a1",
        "http://auth-us.beyondidentity.com/v1/tenants/t1/realms/r1/applications/a1",
        "https://user:pw@auth-us.beyondidentity.com/v1/tenants/t1/realms/r1/applications/a1",
        "https://host:port/v1/tenants/t1/realms/r1/applications/a1",
        "https://host:99999/v1/tenants/t1/realms/r1/applications/a1",
        "https://[::1/v1/tenants/t1/realms/r1/applications/a1",
        "https:///v1/tenants/t1/realms/r1/applications/a1",
        "https://auth-us.beyondidentity.com/v1/tenants/t 1/realms/r1/applications/a1",
        "https://auth-us.beyondidentity.com/v1/tenants/../realms/r1/applications/a1",
        "https://auth-us.beyondidentity.com/v1/tenants/t%2f1/realms/r1/applications/a1",
        "https://evil.example\\.beyondidentity.com/v1/tenants/t1/realms/r1/applications/a1",
        "https://evil.example\n.beyondidentity.com/v1/tenants/t1/realms/r1/applications/a1",
    ],
)
def test_malformed_issuers(issuer: str) -> None:
    with pytest.raises(OptionError, match="^issuer"):
        parse_issuer(issuer)


@given(
    st.sampled_from([region.auth_url for region in REGIONS.values()] + [LOCAL]),
    IDS,
    IDS,
    IDS,
    st.sampled_from(ENDPOINTS),
)
def test_parse_issuer_is_the_inverse_of_application_issuer(
    auth_url: str, tenant: str, realm: str, application: str, endpoint: str
) -> None:
    parts = parse_issuer(build_issuer(auth_url, tenant, realm, application) + endpoint)
    assert parts == {"auth_url": auth_url, "tenant_id": tenant, "auth_realm_id": realm, "application_id": application}


@given(st.text(max_size=200))
def test_any_text_is_an_issuer_or_an_option_error(text: str) -> None:
    try:
        parse_issuer(text)
    except OptionError as error:
        assert "issuer" in error.message


@pytest.mark.parametrize(
    ("url", "regional"),
    [
        ("https://auth-us.beyondidentity.com", True),
        ("https://api-eu.beyondidentity.com/v1/tenants", True),
        ("https://auth.us1.beyondidentity-gov.com:443", True),
        ("https://AUTH-US.BeyondIdentity.com", True),
        ("https://auth-us.beyondidentity.com./", True),  # the same host, absolutely named
        ("https://auth-us.beyondidentity.com:8443", False),
        ("http://auth-us.beyondidentity.com", False),
        ("https://auth-us.beyondidentity.com.evil.example", False),
        ("https://auth-us.beyondidentity.com@evil.example", False),
        ("https://auth-us.beyondidentity.com:443@evil.example", False),
        ("https://evil.example/auth-us.beyondidentity.com", False),
        ("https://evil.example?https://auth-us.beyondidentity.com", False),
        ("https://evil.example#@auth-us.beyondidentity.com", False),
        ("https://evil-auth-us.beyondidentity.com", False),
        ("https://beyondidentity.com", False),
        ("https://auth-us.beyondidentity.c\u043em", False),  # a Cyrillic letter
        ("https://auth-us.beyondidentity.com:port", False),
        ("auth-us.beyondidentity.com", False),
        ("//auth-us.beyondidentity.com", False),
        ("", False),
        ("https://[", False),
    ],
)
def test_only_exact_origins_are_regional(url: str, regional: bool) -> None:
    assert is_regional(url) is regional


@pytest.mark.parametrize("region", REGIONS)
def test_a_region_gives_both_hosts(region: str) -> None:
    connection = make_connection(region=region, tenant_id="t1", auth_realm_id="r1", application_id="a1")
    assert (connection.auth_url, connection.api_url) == (REGIONS[region].auth_url, REGIONS[region].api_url)
    assert connection.issuer == f"{REGIONS[region].auth_url}/v1/tenants/t1/realms/r1/applications/a1"


def test_without_anything_the_region_is_us() -> None:
    assert make_connection().api_url == "https://api-us.beyondidentity.com"


def test_the_issuer_decides_the_region_and_the_managed_realm() -> None:
    connection = make_connection(issuer=US_ISSUER.replace("-us.", "-eu."))
    assert connection.api_url == "https://api-eu.beyondidentity.com"
    assert (connection.tenant_id, connection.auth_realm_id, connection.realm_id) == ("t1", "r1", "r1")
    assert make_connection(issuer=US_ISSUER, realm_id="other").realm_id == "other"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"region": "eu"}, "region is 'eu', but https://auth-us.beyondidentity.com is in region 'us'"),
        ({"auth_url": "https://auth-eu.beyondidentity.com"}, "auth_url is 'https://auth-eu"),
        ({"auth_url": "https://auth-us.beyondidentity.com.evil.example"}, "auth_url is"),
        ({"tenant_id": "t2"}, "tenant_id is 't2', but issuer says 't1'"),
        ({"auth_realm_id": "r2"}, "auth_realm_id is 'r2'"),
        ({"application_id": "a2"}, "application_id is 'a2'"),
    ],
)
def test_contradictions_of_the_issuer(given: dict[str, Any], said: str) -> None:
    with pytest.raises(OptionError, match=said):
        make_connection(issuer=US_ISSUER, **given)


@pytest.mark.parametrize(
    "same",
    [
        {"region": "us"},
        {"auth_url": "https://AUTH-us.beyondidentity.com:443/"},
        {"tenant_id": "t1", "application_id": "a1"},
    ],
)
def test_what_says_the_same_as_the_issuer_is_no_contradiction(same: dict[str, Any]) -> None:
    assert make_connection(issuer=US_ISSUER, **same).issuer == US_ISSUER


def test_another_host_needs_an_api_url_where_the_api_is_called() -> None:
    connection = make_connection(issuer=US_ISSUER.replace("auth-us.beyondidentity.com", "gateway.example"))
    assert connection.api_url is None
    with pytest.raises(
        OptionError, match="api_url is missing.*https://gateway.example is none of Beyond Identity's regions"
    ):
        connection.require("api_url")


def said_missing(name: str) -> str:
    return f"^{name} is missing.*beyondidentity_{name}.*BEYONDIDENTITY_{name.upper()}"


@pytest.mark.parametrize("name", ["tenant_id", "realm_id", "client_id", "client_secret"])
def test_a_missing_option_is_said_with_the_ways_to_give_it(name: str) -> None:
    with pytest.raises(OptionError, match=said_missing(name)):
        make_connection(application_id="a").require(name)


@pytest.mark.parametrize("name", ["tenant_id", "auth_realm_id", "application_id"])
def test_where_nothing_names_the_application_the_issuer_is_missing(name: str) -> None:
    with pytest.raises(OptionError, match=said_missing("issuer")):
        make_connection().require(name)


@pytest.mark.parametrize("name", ["client_id", "client_secret"])
@pytest.mark.parametrize("value", ["s3cret\n", "a\tb", "\x1b"])
def test_credentials_hold_no_line_break(name: str, value: str) -> None:
    with pytest.raises(OptionError, match=f"^{name} holds a line break") as caught:
        make_connection(**{name: value})
    assert value.strip() not in str(caught.value) or not value.strip()


@pytest.mark.parametrize("name", ["tenant_id", "auth_realm_id", "application_id", "realm_id"])
def test_ids_are_checked(name: str) -> None:
    with pytest.raises(OptionError, match=f"^{name}: '../x' is no id"):
        make_connection(**{name: "../x"})


@pytest.mark.parametrize("seconds", [0, -1])
def test_a_lifetime_is_positive(seconds: int) -> None:
    with pytest.raises(OptionError, match="expiration_time must be"):
        make_connection(issuer=US_ISSUER, expiration_time=seconds)


def test_a_connection_does_not_show_its_secrets() -> None:
    shown = repr(make_connection(client_id="c", client_secret="s3cret", access_token="t0ken"))
    assert "s3cret" not in shown and "t0ken" not in shown
