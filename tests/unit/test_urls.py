# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which URLs a secret may be sent to, what their origin is, and which hosts are loopback."""

from __future__ import annotations

import pytest

from ansible_collections.beyondidentity.management.plugins.module_utils._errors import OptionError
from ansible_collections.beyondidentity.management.plugins.module_utils._http.urls import (
    get_origin,
    hide_user_information,
    is_loopback_host,
    validate_base_url,
)


@pytest.mark.parametrize(
    ("url", "canonical"),
    [
        ("https://host", "https://host"),
        ("https://HOST:443/path", "https://host"),
        ("http://host:80", "http://host"),
        ("https://host:8443", "https://host:8443"),
        ("https://host:80", "https://host:80"),
        ("https://host.", "https://host"),
    ],
)
def test_the_origin_of_a_url_is_canonical(url: str, canonical: str) -> None:
    assert get_origin(url) == canonical


@pytest.mark.parametrize(
    ("host", "loopback"),
    [
        ("localhost", True),
        ("127.0.0.1", True),
        ("127.9.9.9", True),
        ("::1", True),
        ("localhost.evil.example", False),
        ("127.0.0.1.evil.example", False),
        ("10.0.0.1", False),
        ("", False),
        (None, False),
    ],
)
def test_only_exact_names_and_addresses_are_loopback(host: str | None, loopback: bool) -> None:
    assert is_loopback_host(host) is loopback


@pytest.mark.parametrize(
    "value",
    [
        "https://host",
        "https://host/",
        "https://host/gateway/",
        "https://host:8443",
        "http://127.0.0.1:1",
        "http://[::1]:1",
        "http://localhost",
    ],
)
def test_a_base_url_has_no_trailing_slash(value: str) -> None:
    assert validate_base_url(value, "api_url") == value.rstrip("/")


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("host", "is not a valid URL"),
        ("ftp://host", "is not a valid URL"),
        ("https://", "is not a valid URL"),
        ("https://host:0x1", "is not a valid URL"),
        ("https://ho st", "is not a valid URL"),
        ("https://evil.example\\@host", "is not a valid URL"),
        ("https://host\x00", "is not a valid URL"),
        ("https://host\n", "is not a valid URL"),
        ("http://host", "not encrypted"),
        ("http://127.0.0.1.evil.example", "not encrypted"),
        ("http://localhost.evil.example", "not encrypted"),
        ("https://user@host", "user name or password"),
        ("https://:s3cret@host", "user name or password"),
        ("https://s3cret:s3cret@", "is not a valid URL"),
        ("https://me:s3cret@host:0x1", "is not a valid URL"),
        ("https://me:s3c/s3cret@host", "is not a valid URL"),
        ("ftp://me:s3cret@host", "is not a valid URL"),
        ("https:/me:s3cret@host", "is not a valid URL"),
        ("https:me:s3cret@host", "is not a valid URL"),
        ("s3cret:s3cret@host", "is not a valid URL"),
        ("https://me:s3cret@ho st", "is not a valid URL"),
        ("https://me:s3cret\n@host", "is not a valid URL"),
        ("https://me:s3cret\uff20host", "is not a valid URL"),
        ("https://me:s3cret@[host", "is not a valid URL"),
        ("https://host?a=b", "must not have a query or fragment"),
        ("https://host?", "must not have a query or fragment"),
        ("https://host#f", "must not have a query or fragment"),
    ],
)
def test_a_url_that_no_secret_may_be_sent_to_is_refused(value: str, message: str) -> None:
    with pytest.raises(OptionError, match=message) as caught:
        validate_base_url(value, "api_url")
    assert caught.value.message.startswith("api_url")
    assert "s3cret" not in caught.value.message


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://host/path", "https://host/path"),
        ("https://me:s3cret@host/path", "https://********@host/path"),
        ("me:s3cret@host", "********@host"),
        ("host", "host"),
        ("", ""),
    ],
)
def test_a_message_shows_a_url_without_user_information(url: str, shown: str) -> None:
    assert hide_user_information(url) == shown
