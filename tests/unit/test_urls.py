# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which URLs a secret may be sent to, what their origin is, and which hosts are this machine."""

from __future__ import annotations

import pytest

from ansible_collections.beyondidentity.management.plugins.module_utils._errors import OptionError
from ansible_collections.beyondidentity.management.plugins.module_utils._http.urls import (
    get_origin,
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
def test_origin(url: str, canonical: str) -> None:
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
def test_loopback(host: str | None, loopback: bool) -> None:
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
def test_base_urls(value: str) -> None:
    assert validate_base_url(value, "api_url") == value.rstrip("/")


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("host", "no URL"),
        ("ftp://host", "no URL"),
        ("https://", "no URL"),
        ("https://host:0x1", "no URL"),
        ("https://ho st", "no URL"),
        ("https://evil.example\\@host", "no URL"),
        ("https://host\x00", "no URL"),
        ("https://host\n", "no URL"),
        ("http://host", "not encrypted"),
        ("http://127.0.0.1.evil.example", "not encrypted"),
        ("http://localhost.evil.example", "not encrypted"),
        ("https://user@host", "user name or password"),
        ("https://:secret@host", "user name or password"),
        ("https://host?a=b", "no query"),
        ("https://host?", "no query"),
        ("https://host#f", "no query"),
    ],
)
def test_refused_base_urls(value: str, said: str) -> None:
    with pytest.raises(OptionError, match=said) as caught:
        validate_base_url(value, "api_url")
    assert caught.value.message.startswith("api_url")
    assert "secret" not in caught.value.message.replace("client_secret", "").replace("Secrets", "")
