# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which application authenticates at which hosts: issuers, regions, URLs, and texts that must not pass for them."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import pytest

from ansible_collections.beyondidentity.management.plugins.module_utils._errors import OptionError
from ansible_collections.beyondidentity.management.plugins.module_utils._oauth.issuer import IssuerParts, parse_issuer
from ansible_collections.beyondidentity.management.plugins.module_utils._oauth.regions import REGIONS, find_region
from tests.unit.builders import US_ISSUER, make_connection

US_AUTH_URL = "https://auth-us.beyondidentity.com"


@pytest.mark.parametrize(
    "endpoint",
    [
        "",
        "/",
        "/authorize",
        "/token",
        "/token/",
        "/revoke",
        "/.well-known/openid-configuration",
        "/.well-known/jwks.json",
    ],
)
def test_an_issuer_can_be_an_endpoint_below_it(endpoint: str) -> None:
    assert parse_issuer(US_ISSUER + endpoint) == IssuerParts(US_AUTH_URL, "t1", "r1", "a1")


@pytest.mark.parametrize(
    ("issuer", "auth_url"),
    [
        ("https://gateway.example/beyond/v1/tenants/t1/realms/r1/applications/a1", "https://gateway.example/beyond"),
        ("http://127.0.0.1:5000/v1/tenants/t1/realms/r1/applications/a1", "http://127.0.0.1:5000"),
        ("http://localhost:5000/v1/tenants/t1/realms/r1/applications/a1", "http://localhost:5000"),
        ("http://[::1]:5000/v1/tenants/t1/realms/r1/applications/a1", "http://[::1]:5000"),
        ("https://[2001:db8::1]/v1/tenants/t1/realms/r1/applications/a1", "https://[2001:db8::1]"),
        (f"  {US_ISSUER}\n", US_AUTH_URL),
    ],
)
def test_an_issuer_can_be_on_any_trustworthy_host(issuer: str, auth_url: str) -> None:
    assert parse_issuer(issuer) == IssuerParts(auth_url, "t1", "r1", "a1")


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
def test_a_malformed_issuer_is_an_option_error(issuer: str) -> None:
    with pytest.raises(OptionError, match="^issuer"):
        parse_issuer(issuer)


@pytest.mark.parametrize(
    ("url", "region"),
    [
        ("https://auth-us.beyondidentity.com", "us"),
        ("https://api-eu.beyondidentity.com/v1/tenants", "eu"),
        ("https://auth.us1.beyondidentity-gov.com:443", "fedramp"),
        ("https://AUTH-US.BeyondIdentity.com", "us"),
        ("https://auth-us.beyondidentity.com./", "us"),  # the same host, as an absolute name
        ("https://auth-us.beyondidentity.com:8443", None),
        ("http://auth-us.beyondidentity.com", None),
        ("https://auth-us.beyondidentity.com.evil.example", None),
        ("https://auth-us.beyondidentity.com@evil.example", None),
        ("https://auth-us.beyondidentity.com:443@evil.example", None),
        ("https://evil.example/auth-us.beyondidentity.com", None),
        ("https://evil.example?https://auth-us.beyondidentity.com", None),
        ("https://evil.example#@auth-us.beyondidentity.com", None),
        ("https://evil-auth-us.beyondidentity.com", None),
        ("https://beyondidentity.com", None),
        ("https://auth-us.beyondidentity.c\u043em", None),  # a Cyrillic letter
        ("https://auth-us.beyondidentity.com:port", None),
        ("auth-us.beyondidentity.com", None),
        ("//auth-us.beyondidentity.com", None),
        ("", None),
        ("https://[", None),
    ],
)
def test_only_an_exact_origin_is_in_a_region(url: str, region: str | None) -> None:
    assert find_region(url) == region


@pytest.mark.parametrize("region", REGIONS)
def test_a_region_sets_both_hosts(region: str) -> None:
    connection = make_connection(region=region, tenant_id="t1", auth_realm_id="r1", application_id="a1")
    assert (connection.auth_url, connection.api_url) == (REGIONS[region].auth_url, REGIONS[region].api_url)
    assert connection.issuer == f"{REGIONS[region].auth_url}/v1/tenants/t1/realms/r1/applications/a1"


def test_the_default_region_is_us() -> None:
    connection = make_connection()
    assert (connection.auth_url, connection.api_url) == tuple(asdict(REGIONS["us"]).values())


def test_an_issuer_sets_the_region_and_the_managed_realm() -> None:
    connection = make_connection(issuer=US_ISSUER.replace("-us.", "-eu."))
    assert connection.api_url == "https://api-eu.beyondidentity.com"
    assert (connection.tenant_id, connection.auth_realm_id, connection.realm_id) == ("t1", "r1", "r1")
    assert make_connection(issuer=US_ISSUER, realm_id="other").realm_id == "other"


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"region": "eu"}, "region is 'eu', but https://auth-us.beyondidentity.com is in region 'us'"),
        ({"auth_url": "https://auth-eu.beyondidentity.com"}, "auth_url is 'https://auth-eu"),
        ({"auth_url": "https://auth-us.beyondidentity.com.evil.example"}, "auth_url is"),
        ({"tenant_id": "t2"}, "tenant_id is 't2', but issuer says 't1'"),
        ({"auth_realm_id": "r2"}, "auth_realm_id is 'r2'"),
        ({"application_id": "a2"}, "application_id is 'a2'"),
    ],
)
def test_an_option_that_contradicts_the_issuer_is_an_error(given: dict[str, Any], message: str) -> None:
    with pytest.raises(OptionError, match=message):
        make_connection(issuer=US_ISSUER, **given)


@pytest.mark.parametrize(
    "given",
    [
        {"region": "us"},
        {"auth_url": "https://AUTH-us.beyondidentity.com:443/"},
        {"tenant_id": "t1", "application_id": "a1"},
    ],
)
def test_an_option_that_agrees_with_the_issuer_is_accepted(given: dict[str, Any]) -> None:
    assert make_connection(issuer=US_ISSUER, **given).issuer == US_ISSUER


def test_a_host_outside_the_regions_needs_an_api_url_for_the_api_only() -> None:
    connection = make_connection(issuer=US_ISSUER.replace("auth-us.beyondidentity.com", "gateway.example"))
    assert connection.api_url is None
    with pytest.raises(
        OptionError, match="api_url is missing.*https://gateway.example is in none of Beyond Identity's regions"
    ):
        connection.require("api_url")


def expect_missing(name: str) -> str:
    """Return the pattern of a message that an option is missing and how it can be set."""
    return f"^{name} is missing.*beyondidentity_{name}.*BEYONDIDENTITY_{name.upper()}"


@pytest.mark.parametrize("name", ["tenant_id", "realm_id", "client_id", "client_secret"])
def test_a_missing_option_is_reported_with_the_ways_to_set_it(name: str) -> None:
    with pytest.raises(OptionError, match=expect_missing(name)):
        make_connection(application_id="a").require(name)


@pytest.mark.parametrize("name", ["tenant_id", "auth_realm_id", "application_id"])
def test_the_issuer_is_reported_missing_if_nothing_names_the_application(name: str) -> None:
    with pytest.raises(OptionError, match=expect_missing("issuer")):
        make_connection().require(name)


def test_a_missing_option_is_reported_with_the_reason_for_it() -> None:
    with pytest.raises(OptionError, match="^client_id is missing, and here is why\\."):
        make_connection().require("client_id", ", and here is why")


@pytest.mark.parametrize("name", ["client_id", "client_secret"])
@pytest.mark.parametrize("value", ["v4lue\n", "a\tb", "\x1b"])
def test_credentials_with_a_control_character_are_refused_and_not_repeated(name: str, value: str) -> None:
    with pytest.raises(OptionError, match=f"^{name} contains a line break") as caught:
        make_connection(**{name: value})
    assert "v4lue" not in caught.value.message and "\x1b" not in caught.value.message


@pytest.mark.parametrize("name", ["tenant_id", "auth_realm_id", "application_id", "realm_id"])
def test_an_id_must_be_safe_in_a_path(name: str) -> None:
    with pytest.raises(OptionError, match=f"^{name}: '../x' is not a valid ID"):
        make_connection(**{name: "../x"})


@pytest.mark.parametrize("seconds", [0, -1])
def test_a_lifetime_must_be_positive(seconds: int) -> None:
    with pytest.raises(OptionError, match="expiration_time must be"):
        make_connection(issuer=US_ISSUER, expiration_time=seconds)


def test_the_repr_of_a_connection_has_no_secret() -> None:
    shown = repr(make_connection(client_id="c", client_secret="s3cret", access_token="t0ken"))
    assert "s3cret" not in shown and "t0ken" not in shown
