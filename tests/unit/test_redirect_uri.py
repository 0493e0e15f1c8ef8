# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rule for redirect URIs, and that each place with a redirect URI uses it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from ansible_collections.beyondidentity.management.plugins.module_utils._errors import OptionError
from ansible_collections.beyondidentity.management.plugins.module_utils._oauth.redirect_uri import (
    validate_redirect_uri,
    validate_redirect_uris,
)
from ansible_collections.beyondidentity.management.plugins.modules import application, authorize
from ansible_collections.beyondidentity.management.plugins.plugin_utils.listen_address import parse_listen_address
from tests.unit.builders import US_ISSUER
from tests.unit.module_calls import call_module, list_writes, run_failed


@pytest.mark.parametrize(
    "uri",
    [
        "https://host",
        "https://host:8443/cb?a=b&c=%20",
        "https://host/@user/cb",
        "http://127.0.0.1:8400/callback",
        "http://127.0.0.1:0/",
        "http://[::1]/",
        "HTTP://LOCALHOST:8400/Call",
        "com.example.app:/oauth2redirect",
        "acme://callback",
    ],
)
def test_https_loopback_and_private_schemes_are_allowed(uri: str) -> None:
    assert validate_redirect_uri(uri) == uri


NOT_ABSOLUTE, ENCODE = "is not absolute: it must begin with a scheme", "a URI must percent-encode"
REFUSED = {
    "": "redirect_uri is empty.",
    "h": NOT_ABSOLUTE,
    "/cb": NOT_ABSOLUTE,
    "//host/cb": NOT_ABSOLUTE,
    "127.0.0.1:8400/cb": NOT_ABSOLUTE,
    "localhost:8400/cb": NOT_ABSOLUTE,
    "com.example.app:": NOT_ABSOLUTE,
    "urn:ietf:wg:oauth:2.0:oob": NOT_ABSOLUTE,
    "https://host/#": "has a fragment (#)",
    "https://host/cb#f": "has a fragment (#)",
    "com.example.app:/cb#f": "has a fragment (#)",
    "https://ho st/": ENCODE,
    "https://host/\n": ENCODE,
    "https://host/\u00e4": ENCODE,
    "https://host\\@evil.example/": ENCODE,
    "https://host/{{ path }}": ENCODE,
    "https://": "has no host",
    "http:///cb": "has no host",
    "https://:443/cb": "has no host",
    "https://[::1": "is not a valid URL",
    "https://host:99999/": "is not a valid URL",
    "http://127.0.0.1:port/": "is not a valid URL",
    "http://host/cb": "is not encrypted: http:// is allowed for loopback only",
    "http://127.0.0.1.example.com/": "is not encrypted",
    "http://0.0.0.0:8400/": "is not encrypted",
    "https://me:s3cret@host/": "has a user name or password",
    "http://127.0.0.1@example.com/": "has a user name or password",
}


@pytest.mark.parametrize(("uri", "violation"), REFUSED.items(), ids=REFUSED)
def test_any_other_uri_is_refused_with_its_violation_and_the_allowed_forms(uri: str, violation: str) -> None:
    with pytest.raises(OptionError) as caught:
        validate_redirect_uri(uri)
    message = caught.value.message
    assert violation in message and "http://127.0.0.1:PORT/PATH" in message and "com.example.app:/PATH" in message
    assert "s3cret" not in message and "\n" not in message


def test_a_list_keeps_its_order_and_names_its_option() -> None:
    assert validate_redirect_uris(["https://b/", "https://a/", "https://b/"]) == ["https://b/", "https://a/"]
    with pytest.raises(OptionError, match=r"redirect_uris: 'h' is not absolute"):
        validate_redirect_uris(["https://b/", "h"])
    with pytest.raises(OptionError, match=r"redirect_uris has an empty item"):
        validate_redirect_uris([""])


class UnreachableTenant:
    """Connection options of a client, in place of an emulated tenant: the module sends nothing."""

    variables = {
        "beyondidentity_issuer": US_ISSUER,
        "beyondidentity_client_id": "cl1ent",
        "beyondidentity_client_secret": "s3cret",
    }


def authorize_with(uri: str, **given: Any) -> str:
    return run_failed(authorize, UnreachableTenant, redirect_uri=uri, scopes=["realms:read"], **given)


def listen_at(uri: str) -> str:
    with pytest.raises(OptionError) as caught:
        parse_listen_address(uri)
    return caught.value.message


@pytest.mark.parametrize("refuse", [authorize_with, listen_at])
@pytest.mark.parametrize(("uri", "violation"), REFUSED.items(), ids=REFUSED)
def test_a_sign_in_uses_the_rule(refuse: Callable[[str], str], uri: str, violation: str) -> None:
    assert violation in refuse(uri)


@pytest.mark.parametrize("uri", REFUSED)
def test_the_module_application_uses_the_rule_before_it_writes(tenant: Any, uri: str) -> None:
    result = call_module(
        application, tenant, display_name="App", grant_types=["authorization_code"], redirect_uris=[uri]
    )
    assert result["msg"].startswith("redirect_uris") and list_writes(tenant) == []
