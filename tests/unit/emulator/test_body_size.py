# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The limit of the size of requests."""

from __future__ import annotations

import socket
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests

MEBIBYTE = 1024 * 1024


def send(tenant: Any, data: Any) -> requests.Response:
    return requests.post(f"{tenant.issuer}/token", data=data, auth=(tenant.client_id, tenant.client_secret), timeout=60)


@pytest.mark.parametrize("chunked", [False, True], ids=["with a length", "in chunks"])
def test_body_above_one_mebibyte_is_refused(tenant: Any, chunked: bool) -> None:
    part = b"x" * 65536
    refused = send(tenant, iter([part] * 16 + [b"x"]) if chunked else part * 16 + b"x")
    assert (refused.status_code, refused.json()["code"]) == (413, "content_too_large")
    assert refused.headers["Connection"] == "close"
    assert send(tenant, iter([part] * 16) if chunked else part * 16).status_code == 400
    assert tenant.read_journal(operation="token")[-1]["status"] == 400


@pytest.mark.parametrize("expect", ["", "Expect: 100-continue\r\n"])
@pytest.mark.parametrize("length", [MEBIBYTE + 1, 10**30])
def test_large_body_is_refused_before_it_is_sent(tenant: Any, expect: str, length: int) -> None:
    target = urlsplit(tenant.issuer)
    with socket.create_connection((target.hostname, target.port), timeout=60) as connection:
        head = f"POST {target.path}/token HTTP/1.1\r\nHost: {target.netloc}\r\nContent-Length: {length}\r\n{expect}\r\n"
        connection.sendall(head.encode())
        assert connection.recv(65536).startswith(b"HTTP/1.1 413 ")
